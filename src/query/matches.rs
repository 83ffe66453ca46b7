//! Whether a filter holds for a run. This is what a filter means; every store's answer is held against it.
//!
//! - A comparison (also `~` and `in`) with a missing value is false. `not` is plain negation, so `not (lr < 1)` also holds for a
//!   run without `lr`.
//! - Numbers compare by their exact value, whatever their types: `1 == 1.0`. NaN equals NaN (so `last(Loss) == nan` finds what
//!   diverged), and `< <= > >=` with NaN are false.
//! - Text orders by its bytes. Values of different kinds (text and number) are never equal and have no order; nor have truth
//!   values, null and lists.
//! - `!=` holds where the value is there and is not equal. A parameter logged as nothing is there: it is `null`.
//! - `labels == "a"` holds if one of them is `a`, `labels != "a"` if none is; `exists(labels)` if there is one.
//! - `invalid` is true or false, and the reason as a text; `exists(invalid)` holds for invalid runs.
//! - `mongo('{…}')` holds for the runs that the server finds by that query; in memory alone for none.
//! - A date is the span it names: `started == "2026-11-22"` is that day, `started > "2026-11-22"` begins with the next.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use regex::Regex;

use super::date::span_of_date;
use super::{Compare, Field, Filter, Reduce, RunField};
use crate::model::{Run, RunId, Value};

#[cfg(test)]
impl Filter {
    /// Whether it holds for this run. (For many runs, a [`Matcher`] is made once.)
    pub(crate) fn matches(&self, run: &Run) -> bool {
        Matcher::new(self).matches(run)
    }
}

/// A filter made ready for many runs: its regular expressions are compiled.
pub(crate) struct Matcher<'a> {
    filter: &'a Filter,
    regexes: HashMap<&'a str, Regex>,
    /// Which runs the server finds by queries in its own words.
    found: HashMap<&'a str, HashSet<RunId>>,
}

impl<'a> Matcher<'a> {
    pub(crate) fn new(filter: &'a Filter) -> Matcher<'a> {
        let mut regexes = HashMap::new();
        compile(filter, &mut regexes);
        Matcher { filter, regexes, found: HashMap::new() }
    }

    /// The runs that a server found by this query, which no one else can answer.
    pub(crate) fn with_found(mut self, query: &'a str, runs: HashSet<RunId>) -> Matcher<'a> {
        self.found.insert(query, runs);
        self
    }

    /// Whether the filter holds for this run. A regular expression that cannot be compiled finds nothing (`check` tells).
    pub(crate) fn matches(&self, run: &Run) -> bool {
        self.holds(self.filter, run)
    }

    fn holds(&self, filter: &Filter, run: &Run) -> bool {
        match filter {
            Filter::All => true,
            Filter::And(all) => all.iter().all(|filter| self.holds(filter, run)),
            Filter::Or(any) => any.iter().any(|filter| self.holds(filter, run)),
            Filter::Not(one) => !self.holds(one, run),
            Filter::Mongo(query) => self.found.get(query.as_str()).is_some_and(|found| found.contains(&run.id)),
            Filter::Exists(Field::Run(RunField::Labels)) => !run.labels.is_empty(),
            Filter::Exists(field) => value(field, run).is_some(),
            Filter::Compare(field, compare, against) => compared(field, *compare, against, run),
            Filter::In(field, values) => values.iter().any(|against| compared(field, Compare::Equal, against, run)),
            Filter::Like(field, regex) => {
                let Some(regex) = self.regexes.get(regex.as_str()) else { return false };
                match field {
                    Field::Run(RunField::Labels) => run.labels.iter().any(|label| regex.is_match(label)),
                    _ => value(field, run).is_some_and(|value| matches!(&*value, Value::Text(text) if regex.is_match(text))),
                }
            }
        }
    }
}

fn compile<'a>(filter: &'a Filter, into: &mut HashMap<&'a str, Regex>) {
    match filter {
        Filter::And(filters) | Filter::Or(filters) => filters.iter().for_each(|filter| compile(filter, into)),
        Filter::Not(filter) => compile(filter, into),
        Filter::Like(_, text) => {
            if let Ok(regex) = Regex::new(text) {
                into.insert(text, regex);
            }
        }
        Filter::All | Filter::Compare(..) | Filter::In(..) | Filter::Exists(_) | Filter::Mongo(_) => {}
    }
}

fn compared(field: &Field, compare: Compare, against: &Value, run: &Run) -> bool {
    match field {
        Field::Run(RunField::Labels) => {
            let any = |compare| run.labels.iter().any(|label| holds(&Value::from(label), compare, against));
            if compare == Compare::NotEqual { !any(Compare::Equal) } else { any(compare) }
        }
        Field::Run(RunField::Started) => started(run.started.millis(), compare, against),
        Field::Run(RunField::Invalid) if matches!(against, Value::Bool(_)) => {
            holds(&Value::Bool(run.invalid.is_some()), compare, against)
        }
        _ => value(field, run).is_some_and(|value| holds(&value, compare, against)),
    }
}

/// The value of a field that has one value.
pub(crate) fn value<'a>(field: &Field, run: &'a Run) -> Option<Cow<'a, Value>> {
    let owned = match field {
        Field::Param(name) => match run.params.get(name) {
            Some(value) => return Some(Cow::Borrowed(value)),
            None => run.param(name)?,
        },
        Field::Metric(reduce, tag) => {
            let summary = run.metrics.get(tag)?;
            match reduce {
                Reduce::First => Value::Float(summary.first?),
                Reduce::Last => Value::Float(summary.last?),
                Reduce::Min => Value::Float(summary.min?),
                Reduce::Max => Value::Float(summary.max?),
                Reduce::Mean => Value::Float(summary.mean()?),
                Reduce::Count => Value::from(summary.n),
                Reduce::FirstBadStep => Value::Int(summary.first_bad_step?),
            }
        }
        Field::Run(RunField::Status) => Value::from(run.status.word()),
        Field::Run(RunField::Name) => Value::from(&run.name),
        Field::Run(RunField::Group) => Value::from(run.group.as_ref()?),
        Field::Run(RunField::Labels) => Value::List(run.labels.iter().map(Value::from).collect()),
        Field::Run(RunField::Started) => Value::Int(run.started.millis()),
        Field::Run(RunField::Duration) => Value::Float(run.duration_secs()?),
        Field::Run(RunField::Thoughts) => Value::from(run.thoughts),
        Field::Run(RunField::Invalid) => Value::from(run.invalid.as_ref()?),
        Field::Run(RunField::Id) => Value::from(run.id.to_string()),
    };
    Some(Cow::Owned(owned))
}

pub(super) fn started(millis: i64, compare: Compare, against: &Value) -> bool {
    let Value::Text(text) = against else { return holds(&Value::Int(millis), compare, against) };
    let Some((begin, end)) = span_of_date(text) else { return compare == Compare::NotEqual };
    match compare {
        Compare::Less => millis < begin,
        Compare::LessOrEqual => millis < end,
        Compare::Greater => millis >= end,
        Compare::GreaterOrEqual => millis >= begin,
        Compare::Equal => (begin..end).contains(&millis),
        Compare::NotEqual => !(begin..end).contains(&millis),
    }
}

pub(super) fn holds(value: &Value, compare: Compare, against: &Value) -> bool {
    match compare {
        Compare::Equal => same(value, against),
        Compare::NotEqual => !same(value, against),
        Compare::Less => order(value, against).is_some_and(Ordering::is_lt),
        Compare::LessOrEqual => order(value, against).is_some_and(Ordering::is_le),
        Compare::Greater => order(value, against).is_some_and(Ordering::is_gt),
        Compare::GreaterOrEqual => order(value, against).is_some_and(Ordering::is_ge),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => match (Number::of(a), Number::of(b)) {
            (Some(Number::Float(a)), Some(Number::Float(b))) if a.is_nan() && b.is_nan() => true,
            (Some(a), Some(b)) => a.order(b) == Some(Ordering::Equal),
            _ => false,
        },
    }
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        _ => Number::of(a)?.order(Number::of(b)?),
    }
}

/// A number by its exact value.
#[derive(Clone, Copy)]
enum Number {
    Whole(i128),
    Float(f64),
}

impl Number {
    fn of(value: &Value) -> Option<Number> {
        match value {
            Value::Int(int) => Some(Number::Whole(i128::from(*int))),
            Value::Float(float) => Some(Number::Float(*float)),
            Value::Decimal(digits) => match digits.parse() {
                Ok(whole) => Some(Number::Whole(whole)),
                Err(_) => digits.parse().ok().map(Number::Float),
            },
            Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) => None,
        }
    }

    fn order(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Whole(a), Number::Whole(b)) => Some(a.cmp(&b)),
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b),
            (Number::Whole(a), Number::Float(b)) => whole_and_float(a, b),
            (Number::Float(a), Number::Whole(b)) => whole_and_float(b, a).map(Ordering::reverse),
        }
    }
}

/// Exactly, also beyond 2⁵³: the float is cut to its whole part, which an `i128` holds if it is near any `i64` or `u64` at all.
fn whole_and_float(whole: i128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let cut = float.trunc();
    // A cast saturates, so infinities and huge floats land beyond every digit string that counts as whole.
    let ordering = whole.cmp(&(cut as i128));
    Some(ordering.then_with(|| 0.0f64.partial_cmp(&(float - cut)).filter(|_| float.is_finite()).unwrap_or(Ordering::Equal)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Status, Summary, Time};

    fn run() -> Run {
        let mut run = Run::new(RunId::from_bytes([7; 12]), "lr_search", "lr=1e-3 #4", Time(86_400_000));
        run.params = [
            ("lr", Value::Float(0.001)),
            ("batch", Value::Int(64)),
            ("optim.name", "adam".into()),
            ("amp", true.into()),
            ("decay", Value::Null),
            ("hidden", Value::List(vec![64.into(), 32.into()])),
            ("seed", u64::MAX.into()),
            ("big", Value::Int(9_007_199_254_740_993)),
            ("bad", f64::NAN.into()),
        ]
        .map(|(name, value)| (name.to_string(), value))
        .into();
        let mut loss = Summary::default();
        [1.0, 0.5, f64::NAN].iter().enumerate().for_each(|(step, value)| loss.add(step as i64, *value));
        run.metrics = [("train/loss".to_string(), loss)].into();
        run.labels = vec!["baseline".into(), "best".into()];
        run.status = Status::Finished;
        run.ended = Some(Time(86_400_000 + 90_500));
        run
    }

    #[track_caller]
    fn check(holds: bool, filters: &[&str]) {
        for text in filters {
            assert_eq!(Filter::parse(text).unwrap().matches(&run()), holds, "{text}");
        }
    }

    #[test]
    fn what_holds() {
        check(
            true,
            &[
                "",
                "lr < 0.01",
                "lr == 1e-3 and batch == 64.0",
                "0.0001 < lr",
                "optim.name == adam",
                "optim.name ~ '^a.*m$'",
                "optim.name < b",
                "amp == true",
                "decay == null",
                "exists(decay)",
                "decay != 3",
                "hidden == [64, 32.0]",
                "seed == 18446744073709551615",
                "seed > 9223372036854775807 and seed < 1e20",
                "big > 9007199254740992.0 and big != 9007199254740992.0",
                "bad == nan and not (bad < 1) and not (bad > 1)",
                "bad in [1, nan]",
                "lr < inf and lr > -inf",
                "last(train/loss) == nan",
                "max(train/loss) == 1 and min(train/loss) == 0.5 and mean(train/loss) == 0.75",
                "first(train/loss) == 1 and n(train/loss) == 3",
                "first_bad_step(train/loss) == 2 and exists(first_bad_step(train/loss))",
                "not (momentum < 1)",
                "not exists(momentum)",
                "lr != adam",
                "status == finished",
                "name ~ '#4'",
                "labels == best and labels != worst",
                "labels ~ '^base'",
                "labels in [best]",
                "started == 1970-01-02",
                "started >= 1970-01-02 and started <= 1970-01-02 and started < 1970-01-03",
                "started == 86400000",
                "duration > 90 and duration < 91",
                "thoughts == 0",
                "not exists(group)",
                "lr in [0.1, 0.001]",
            ],
        );
    }

    #[test]
    fn what_does_not_hold() {
        check(
            false,
            &[
                "lr > 0.01",
                "momentum < 1",
                "momentum != 1",
                "optim.name < 3",
                "optim.name == 3",
                "lr ~ '0'",
                "amp > false",
                "amp == 1",
                "decay < 1",
                "decay != null",
                "hidden == 64",
                "hidden == [64]",
                "last(train/loss) < 5",
                "exists(max(Loss))",
                "n(Loss) == 0",
                "labels != best",
                "started > 1970-01-02",
                "started < 1970-01-02",
                "started == yesterday",
                "group == a",
                "group != a",
                "name ~ '('",
            ],
        );
    }
}
