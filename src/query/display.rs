//! A filter as its text. `parse` reads it back to the same tree, except that nested `and`s (and `or`s) come back as one.

use std::fmt;

use super::lex::{REDUCES, balanced};
use super::parse::{RUN_FIELDS, has_meaning};
use super::{Compare, Field, Filter};
use crate::model::Value;

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::All => f.write_str("all"),
            Filter::Compare(field, compare, value) => write!(f, "{field} {compare} {}", value.quoted()),
            Filter::In(field, values) => write!(f, "{field} in {}", list(values)),
            Filter::Like(field, regex) => write!(f, "{field} ~ {}", quote(regex)),
            Filter::Exists(field) => write!(f, "exists({field})"),
            Filter::Mongo(query) => write!(f, "mongo({})", single(query)),
            Filter::And(all) => joined(f, all, " and ", "all"),
            Filter::Or(any) => joined(f, any, " or ", "not all"),
            Filter::Not(one) if matches!(**one, Filter::Exists(_) | Filter::All | Filter::Mongo(_)) => write!(f, "not {one}"),
            Filter::Not(one) => write!(f, "not ({one})"),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, filters: &[Filter], between: &str, none: &str) -> fmt::Result {
    if filters.is_empty() {
        return f.write_str(none);
    }
    for (i, filter) in filters.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        match filter {
            Filter::And(_) | Filter::Or(_) if filters.len() > 1 => write!(f, "({filter})")?,
            _ => write!(f, "{filter}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Compare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Compare::Less => "<",
            Compare::LessOrEqual => "<=",
            Compare::Greater => ">",
            Compare::GreaterOrEqual => ">=",
            Compare::Equal => "==",
            Compare::NotEqual => "!=",
        })
    }
}

/// As a filter or a table's column names it: `lr`, `` `odd name` ``, `max(Accuracy)`, `status`.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Field::Param(name) if plain_name(name) => f.write_str(name),
            Field::Param(name) => f.write_str(&backticks(name)),
            Field::Metric(reduce, tag) => {
                let name = REDUCES.iter().find(|(_, known)| known == reduce).map_or("last", |(name, _)| name);
                if plain_tag(tag) { write!(f, "{name}({tag})") } else { write!(f, "{name}({})", backticks(tag)) }
            }
            Field::Run(field) => {
                f.write_str(RUN_FIELDS.iter().find(|(_, known)| known == field).map_or("status", |(name, _)| name))
            }
        }
    }
}

impl Value {
    /// As it stands in a filter: a text in quotes, a float with its point.
    pub(crate) fn quoted(&self) -> String {
        match self {
            Value::Text(text) => quote(text),
            Value::List(values) => list(values),
            Value::Float(float) => format!("{float:?}"),
            other => other.to_string(),
        }
    }
}

fn list(values: &[Value]) -> String {
    let values: Vec<String> = values.iter().map(Value::quoted).collect();
    format!("[{}]", values.join(", "))
}

fn quote(text: &str) -> String {
    quoted(text, '"')
}

/// In single quotes, as JSON is best read.
fn single(text: &str) -> String {
    quoted(text, '\'')
}

fn quoted(text: &str, quote: char) -> String {
    let mut quoted = String::from(quote);
    for c in text.chars() {
        match c {
            _ if c == quote || c == '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push(quote);
    quoted
}

fn backticks(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Whether a parameter's name reads as one without backticks: words of letters, digits and underscores, joined by dots.
fn plain_name(name: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    name.split('.').all(word) && !has_meaning(name)
}

/// Whether a tag reads as itself between the parentheses of `max( )`.
fn plain_tag(tag: &str) -> bool {
    !tag.is_empty()
        && tag.trim() == tag
        && !tag.starts_with(['`', '"', '\''])
        && !tag.contains(char::is_control)
        && balanced(&format!("{tag})")) == Some(tag.len())
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::{Reduce, RunField};

    pub(crate) fn name() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => prop::sample::select(vec!["lr", "batch", "optim.name", "Loss", "train/loss", "status", "max", "and", "true", "nan", "1e3", "all", ""])
                .prop_map(str::to_string),
            2 => "[a-zA-Z_.]{1,8}",
            1 => "[ -~]{0,8}",
            1 => "[`()\"'\\\\\n$%.é ]{0,6}",
            1 => "\\PC{0,6}",
        ]
    }

    pub(crate) fn value() -> impl Strategy<Value = Value> {
        let one = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            (-3i64..3).prop_map(Value::Int),
            any::<f64>().prop_map(Value::Float),
            prop::sample::select(vec![0.5, 1.0, -0.0, 1e300, f64::INFINITY, f64::NEG_INFINITY]).prop_map(Value::Float),
            (i64::MAX as u64 + 1..=u64::MAX).prop_map(Value::from),
            name().prop_map(Value::Text),
        ];
        one.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Value::List))
    }

    pub(crate) fn field() -> impl Strategy<Value = Field> {
        use Reduce::{Count, First, FirstBadStep, Last, Max, Mean, Min};
        use RunField::{Duration, Group, Invalid, Labels, Name, Started, Status, Thoughts};
        prop_oneof![
            3 => name().prop_map(Field::Param),
            2 => (prop::sample::select(vec![First, Last, Min, Max, Mean, Count, FirstBadStep]), name()).prop_map(|(reduce, tag)| Field::Metric(reduce, tag)),
            2 => prop::sample::select(vec![Status, Name, Group, Labels, Started, Duration, Thoughts, Invalid]).prop_map(Field::Run),
        ]
    }

    pub(crate) fn compare() -> impl Strategy<Value = Compare> {
        use Compare::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        prop::sample::select(vec![Less, LessOrEqual, Greater, GreaterOrEqual, Equal, NotEqual])
    }

    fn filter() -> impl Strategy<Value = Filter> {
        let leaf = prop_oneof![
            1 => Just(Filter::All),
            6 => (field(), compare(), value()).prop_map(|(field, compare, value)| Filter::Compare(field, compare, value)),
            1 => (field(), prop::collection::vec(value(), 0..4)).prop_map(|(field, values)| Filter::In(field, values)),
            1 => (field(), name()).prop_map(|(field, regex)| Filter::Like(field, regex)),
            1 => field().prop_map(Filter::Exists),
            1 => (name(), value()).prop_map(|(name, value)| {
                let query = serde_json::json!({ name: { "$ne": value.to_string() } });
                Filter::mongo(query).expect("an object")
            }),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::And),
                prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::Or),
                inner.prop_map(|one| Filter::Not(Box::new(one))),
            ]
        })
    }

    /// The same tree as the parser builds it: no `and` in an `and`, no `or` in an `or`, none of fewer than two, no `all` in an `and` or `or`.
    fn normal(filter: Filter) -> Filter {
        match filter {
            Filter::And(all) => all.into_iter().map(normal).reduce(Filter::and).unwrap_or(Filter::All),
            Filter::Or(any) => any.into_iter().map(normal).reduce(Filter::or).unwrap_or(!Filter::All),
            Filter::Not(one) => !normal(*one),
            leaf => leaf,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn a_filter_is_read_back_from_its_text(filter in filter()) {
            let text = filter.to_string();
            let back = Filter::parse(&text).map_err(|error| TestCaseError::fail(format!("{error}")))?;
            // By Debug, for which NaN is NaN.
            prop_assert_eq!(format!("{back:?}"), format!("{:?}", normal(filter)), "{}", text);
        }

        #[test]
        fn a_field_is_read_back_from_its_text(field in field()) {
            prop_assert_eq!(Field::parse(&field.to_string()).unwrap(), field);
        }
    }

    #[test]
    fn a_filter_reads_as_a_person_would_write_it() {
        let text = r#"lr < 0.01 and (max(train/loss) > 0.9 or not exists(optim.name)) and `batch size` in [32, 64] and name ~ "^a\\.b$""#;
        assert_eq!(Filter::parse(text).unwrap().to_string(), text);
        assert_eq!(
            Filter::parse("not lr = .5 && status=finished").unwrap().to_string(),
            r#"not (lr == 0.5) and status == "finished""#
        );
    }
}
