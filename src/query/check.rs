//! A filter held against the names that exist: a name that no run has is a mistake, not an empty result.

use std::collections::{BTreeMap, BTreeSet};

use super::date::span_of_date;
use super::mistake::{self, Mistake};
use super::parse::{How, Parsed, RUN_FIELDS, Use, parse};
use super::suggest::{shortened, suggest};
use super::{Field, Filter, RunField};
use crate::error::{ErrorKind, Result};
use crate::model::{Run, Status, Value};

/// The names that the runs of a folder have, and what their values are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalog {
    /// Every parameter that any run has.
    pub(crate) params: BTreeMap<String, Kinds>,
    /// Every metric that any run has.
    pub(crate) metrics: BTreeSet<String>,
    /// How many runs were looked at.
    pub(crate) runs: usize,
}

/// What kinds of values a parameter has, over all runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kinds {
    pub(crate) number: bool,
    pub(crate) text: bool,
    pub(crate) bool: bool,
    pub(crate) list: bool,
    /// A few of its values, as a legend shows them.
    pub(crate) examples: BTreeSet<String>,
}

impl Kinds {
    fn add(&mut self, value: &Value) {
        match value {
            Value::Null => return,
            Value::Bool(_) => self.bool = true,
            Value::Text(_) => self.text = true,
            Value::List(_) => self.list = true,
            Value::Int(_) | Value::Float(_) | Value::Decimal(_) => self.number = true,
        }
        if self.examples.len() < 3 {
            self.examples.insert(value.to_string().chars().take(24).collect());
        }
    }

    fn has(&self, value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Bool(_) => self.bool,
            Value::Text(_) => self.text,
            Value::List(_) => self.list,
            Value::Int(_) | Value::Float(_) | Value::Decimal(_) => self.number,
        }
    }

    fn word(&self) -> &'static str {
        match (self.number, self.text, self.bool, self.list) {
            (true, false, false, false) => "a number",
            (false, true, false, false) => "text",
            (false, false, true, false) => "true or false",
            (false, false, false, true) => "a list",
            (false, false, false, false) => "null",
            _ => "of several kinds",
        }
    }
}

impl Catalog {
    /// The names of these runs.
    pub(crate) fn of(runs: &[Run]) -> Catalog {
        let mut catalog = Catalog { runs: runs.len(), ..Catalog::default() };
        for run in runs {
            for (name, value) in &run.params {
                if !catalog.params.contains_key(name) {
                    catalog.params.insert(name.clone(), Kinds::default());
                }
                if let Some(kinds) = catalog.params.get_mut(name) {
                    kinds.add(value);
                }
            }
            for name in run.session_names() {
                let value = run.param(&name);
                value.iter().for_each(|value| catalog.params.entry(name.clone()).or_default().add(value));
            }
            for tag in run.metrics.keys() {
                if !catalog.metrics.contains(tag) {
                    catalog.metrics.insert(tag.clone());
                }
            }
        }
        catalog
    }

    /// That no run has this metric, and what was meant. None if some run has it, or if there are no runs.
    pub(crate) fn without_metric(&self, tag: &str) -> Option<String> {
        if self.runs == 0 || self.metrics.contains(tag) {
            return None;
        }
        let more = self.like_metric(tag).unwrap_or_else(|| known_names(self.metrics.iter()));
        Some(format!("no run has a metric `{tag}`; {more}"))
    }

    /// That no run has this parameter, and what was meant. None if some run has it, or if there are no runs.
    pub(crate) fn without_param(&self, name: &str) -> Option<String> {
        if self.runs == 0 || self.params.contains_key(name) {
            return None;
        }
        let more = self.like_param(name).unwrap_or_else(|| known_names(self.params.keys()));
        Some(format!("no run has a parameter `{name}`; {more}"))
    }

    fn like_param(&self, name: &str) -> Option<String> {
        if self.metrics.contains(name) {
            return Some(format!("`{name}` is a metric: `{}`", Field::Metric(super::Reduce::Last, name.to_string())));
        }
        let fields = RUN_FIELDS.map(|(name, _)| name);
        let near = suggest(name, self.params.keys().map(String::as_str)).map(|near| Field::Param(near).to_string());
        let near = near.or_else(|| suggest(name, fields)).or_else(|| {
            let near = suggest(name, self.metrics.iter().map(String::as_str))?;
            Some(Field::Metric(super::Reduce::Last, near).to_string())
        });
        near.map(|near| if near.starts_with('`') { format!("did you mean {near}?") } else { format!("did you mean `{near}`?") })
    }

    fn like_metric(&self, tag: &str) -> Option<String> {
        if self.params.contains_key(tag) {
            return Some(format!("`{tag}` is a parameter: it stands without a function"));
        }
        let near = suggest(tag, self.metrics.iter().map(String::as_str))?;
        Some(format!("did you mean `{near}`?"))
    }
}

fn known_names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names = shortened(names.map(String::as_str));
    if names.is_empty() { "there are none".to_string() } else { format!("known: {names}") }
}

/// Whether the filter can mean something for these runs. `text` is what the person wrote, for the carets; without it (or if it
/// says something else) they stand under the filter's own text. A folder without runs has no names to be wrong about.
///
/// # Errors
/// Every name that no run has, every comparison that can never hold, with what was probably meant.
pub(crate) fn check(filter: &Filter, text: Option<&str>, catalog: &Catalog) -> Result<()> {
    // By their text, for which NaN is NaN.
    let same = |parsed: &Parsed| parsed.filter.to_string() == filter.to_string();
    let written = text.and_then(|text| Some((text.to_string(), parse(text).ok()?))).filter(|(_, parsed)| same(parsed));
    let (text, parsed) = match written {
        Some(written) => written,
        None => {
            let text = filter.to_string();
            match parse(&text) {
                Ok(parsed) => (text, parsed),
                Err(mistakes) => return Err(mistake::error(ErrorKind::Input, &text, mistakes)),
            }
        }
    };
    let mut unknown = Vec::new();
    let mut wrong = Vec::new();
    for used in &parsed.uses {
        if let Some(mistake) = unknown_name(used, catalog) {
            unknown.push(mistake);
        } else {
            wrong.extend(wrong_kind(used, catalog));
        }
    }
    if unknown.is_empty() && wrong.is_empty() {
        return Ok(());
    }
    let kind = if wrong.is_empty() { ErrorKind::NotFound } else { ErrorKind::Input };
    unknown.append(&mut wrong);
    Err(mistake::error(kind, &text, unknown))
}

fn unknown_name(used: &Use, catalog: &Catalog) -> Option<Mistake> {
    let (what, known, help) = match &used.field {
        Field::Param(name) if !catalog.params.contains_key(name) => {
            (format!("no run has a parameter `{name}`"), known_names(catalog.params.keys()), catalog.like_param(name))
        }
        Field::Metric(_, tag) if !catalog.metrics.contains(tag) => {
            (format!("no run has a metric `{tag}`"), known_names(catalog.metrics.iter()), catalog.like_metric(tag))
        }
        _ => return None,
    };
    let mistake = Mistake { help, ..Mistake::new(used.span.clone(), what).label(known) };
    (catalog.runs > 0).then_some(mistake)
}

/// What can never hold: text ordered against numbers, a status that there is not, a date that is none.
fn wrong_kind(used: &Use, catalog: &Catalog) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let name = used.field.to_string();
    let kinds = match &used.field {
        Field::Param(param) => catalog.params.get(param),
        _ => None,
    };
    for (value, span) in &used.values {
        let at = |what: String| Mistake::new(span.clone(), what);
        let number = value.number().is_some();
        let text = if let Value::Text(text) = value { Some(text.as_str()) } else { None };
        if used.how == How::Like {
            if let Some(Err(error)) = text.map(regex::Regex::new) {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_string();
                mistakes.push(at("this is not a regular expression".into()).label(why));
            } else if !is_text(&used.field) && !kinds.is_some_and(|kinds| kinds.text) {
                let what = format!("`~` looks at text, and {name} is {}", kinds.map_or("a number", Kinds::word));
                mistakes.push(Mistake::new(used.span.clone(), what).help(format!("`{name} > 0.1`")));
            }
            continue;
        }
        if used.how == How::Order && !number && text.is_none() {
            mistakes.push(at(format!("{} has no order", value.quoted())).help("compare it with `==` or `!=`"));
            continue;
        }
        match &used.field {
            Field::Param(_) => {
                // A list of values may name one for each kind that there could be.
                let fits = |kinds: &&Kinds| used.values.iter().any(|(value, _)| kinds.has(value));
                if let Some(kinds) = kinds.filter(|kinds| !fits(kinds)) {
                    let sort = if number {
                        "a number"
                    } else if text.is_some() {
                        "text"
                    } else {
                        "not"
                    };
                    let label = format!("{} is {sort}", value.quoted());
                    let examples = shortened(kinds.examples.iter().map(String::as_str));
                    let mistake = at(format!("{name} is {} in every run", kinds.word())).label(label);
                    mistakes.push(if examples.is_empty() { mistake } else { mistake.help(format!("its values: {examples}")) });
                }
            }
            Field::Metric(..) | Field::Run(RunField::Duration | RunField::Thoughts) if !number => {
                mistakes.push(at(format!("{name} is a number")).label(format!("{} is not", value.quoted())));
            }
            Field::Run(RunField::Status) => {
                let words = ["running", "finished", "panicked", "killed", "stale"];
                if text.and_then(Status::from_word).is_none() {
                    let mistake =
                        at(format!("there is no status {}", value.quoted())).label(format!("known: {}", words.join(", ")));
                    let near = match text {
                        Some("done" | "completed" | "complete" | "success" | "ok" | "closed") => Some("finished".to_string()),
                        Some("failed" | "crashed" | "error") => Some("panicked".to_string()),
                        Some("dead") => Some("killed".to_string()),
                        _ => text.and_then(|text| suggest(text, words)),
                    };
                    mistakes.push(Mistake { help: near.map(|near| format!("did you mean `{near}`?")), ..mistake });
                }
            }
            Field::Run(RunField::Name | RunField::Group | RunField::Labels) if text.is_none() && *value != Value::Null => {
                let help = format!("in quotes: {}", Value::Text(value.to_string()).quoted());
                mistakes.push(at(format!("{name} is text")).label(format!("{} is not", value.quoted())).help(help));
            }
            Field::Run(RunField::Started) if !number && text.and_then(span_of_date).is_none() => {
                let help = "`2026-11-22`, `2026-11-22T14:02` (UTC), or milliseconds since 1970";
                mistakes.push(at(format!("{} is not a date", value.quoted())).help(help));
            }
            _ => {}
        }
    }
    mistakes
}

fn is_text(field: &Field) -> bool {
    matches!(
        field,
        Field::Run(RunField::Name | RunField::Group | RunField::Labels | RunField::Status | RunField::Invalid | RunField::Id)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RunId, Summary, Time};

    fn catalog() -> Catalog {
        let mut run = Run::new(RunId::from_bytes([1; 12]), "lr_search", "a", Time(0));
        run.params = [("lr", Value::from(0.1)), ("batch", 64.into()), ("optim.name", "adam".into()), ("amp", true.into())]
            .map(|(name, value)| (name.to_string(), value))
            .into();
        run.metrics = ["Loss", "val/Accuracy"].map(|tag| (tag.to_string(), Summary::default())).into();
        Catalog::of(&[run])
    }

    #[track_caller]
    fn told(text: &str) -> String {
        check(&Filter::parse(text).unwrap(), Some(text), &catalog()).unwrap_err().to_string()
    }

    #[test]
    fn what_names_something_and_can_hold_is_fine() {
        for text in [
            "",
            "lr < 0.01 and batch in [32, 64] and optim.name ~ ad",
            "max(val/Accuracy) > 0.9 or last(Loss) == nan",
            "lr == null or amp != true",
            "status == finished and started > 2026-11-22 and duration > 60 and labels != x and group == g",
            "exists(lr) and not exists(max(Loss))",
        ] {
            assert_eq!(check(&Filter::parse(text).unwrap(), Some(text), &catalog()), Ok(()), "{text}");
        }
        // A folder without runs has no names to be wrong about.
        assert_eq!(check(&Filter::parse("lrr < 1").unwrap(), None, &Catalog::of(&[])), Ok(()));
    }

    #[test]
    fn unknown_names_are_told_with_what_was_meant() {
        insta::assert_snapshot!(told("lrr < 0.01 and max(Acuracy) > 0.9"), @r#"
        no run has a parameter `lrr`
          | lrr < 0.01 and max(Acuracy) > 0.9
          | ^^^ known: amp, batch, lr, optim.name
        help: did you mean `lr`?
        no run has a metric `Acuracy`
          | lrr < 0.01 and max(Acuracy) > 0.9
          |                    ^^^^^^^ known: Loss, val/Accuracy
        help: did you mean `val/Accuracy`?
        "#);
        insta::assert_snapshot!(told("Loss < 0.01 and max(lr) > 0.9"), @r#"
        no run has a parameter `Loss`
          | Loss < 0.01 and max(lr) > 0.9
          | ^^^^ known: amp, batch, lr, optim.name
        help: `Loss` is a metric: `last(Loss)`
        no run has a metric `lr`
          | Loss < 0.01 and max(lr) > 0.9
          |                     ^^ known: Loss, val/Accuracy
        help: `lr` is a parameter: it stands without a function
        "#);
        insta::assert_snapshot!(told("momentum < 0.01"), @r#"
        no run has a parameter `momentum`
          | momentum < 0.01
          | ^^^^^^^^ known: amp, batch, lr, optim.name
        "#);
        insta::assert_snapshot!(told("stauts == running and max(loss) > 3"), @r#"
        no run has a parameter `stauts`
          | stauts == running and max(loss) > 3
          | ^^^^^^ known: amp, batch, lr, optim.name
        help: did you mean `status`?
        no run has a metric `loss`
          | stauts == running and max(loss) > 3
          |                           ^^^^ known: Loss, val/Accuracy
        help: did you mean `Loss`?
        "#);
    }

    #[test]
    fn what_can_never_hold_is_told() {
        insta::assert_snapshot!(told("optim.name == 3 and lr == adam and amp < true"), @r#"
        optim.name is text in every run
          | optim.name == 3 and lr == adam and amp < true
          |               ^ 3 is a number
        help: its values: adam
        lr is a number in every run
          | optim.name == 3 and lr == adam and amp < true
          |                           ^^^^ "adam" is text
        help: its values: 0.1
        true has no order
          | optim.name == 3 and lr == adam and amp < true
          |                                          ^^^^
        help: compare it with `==` or `!=`
        "#);
        insta::assert_snapshot!(told("status == done and started > yesterday and name == 3"), @r#"
        there is no status "done"
          | status == done and started > yesterday and name == 3
          |           ^^^^ known: running, finished, panicked, killed, stale
        help: did you mean `finished`?
        "yesterday" is not a date
          | status == done and started > yesterday and name == 3
          |                              ^^^^^^^^^
        help: `2026-11-22`, `2026-11-22T14:02` (UTC), or milliseconds since 1970
        name is text
          | status == done and started > yesterday and name == 3
          |                                                    ^ 3 is not
        help: in quotes: "3"
        "#);
        insta::assert_snapshot!(told("name ~ '(a' and lr ~ 'a' and max(Loss) == low"), @r#"
        this is not a regular expression
          | name ~ '(a' and lr ~ 'a' and max(Loss) == low
          |        ^^^^ unclosed group
        `~` looks at text, and lr is a number
          | name ~ '(a' and lr ~ 'a' and max(Loss) == low
          |                 ^^
        help: `lr > 0.1`
        max(Loss) is a number
          | name ~ '(a' and lr ~ 'a' and max(Loss) == low
          |                                           ^^^ "low" is not
        "#);
    }

    #[test]
    fn the_carets_stand_in_the_text_only_if_it_says_the_filter() {
        let filter = Filter::parse("batch == 1 and lrr<1").unwrap();
        let text = |text| check(&filter, text, &catalog()).unwrap_err().to_string();
        assert!(text(Some("batch==1&&lrr<1")).contains("| batch==1&&lrr<1\n"));
        assert!(text(Some("lrr<1")).contains("| batch == 1 and lrr < 1\n"));
        assert!(text(None).contains("| batch == 1 and lrr < 1\n"));
        assert_eq!(check(&filter, None, &catalog()).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
