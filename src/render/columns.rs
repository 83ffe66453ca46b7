//! The runs of a board as columns: what the table shows, and what legends and captions say.

use std::collections::{BTreeMap, BTreeSet};

use super::data::ScopeData;
use super::payload::{Cells, Column, ColumnGroup, ColumnKind, Num};
use crate::model::{Run, Summary, Value};
use crate::query::{Field, Reduce, RunField};

const RUN_FIELDS: [(RunField, &str); 9] = [
    (RunField::Name, "name"),
    (RunField::Started, "started"),
    (RunField::Status, "status"),
    (RunField::Duration, "duration"),
    (RunField::Group, "group"),
    (RunField::Labels, "labels"),
    (RunField::Thoughts, "thoughts"),
    (RunField::Invalid, "invalid"),
    (RunField::Id, "id"),
];

const REDUCES: [(Reduce, &str); 7] = [
    (Reduce::First, "first"),
    (Reduce::Last, "last"),
    (Reduce::Min, "min"),
    (Reduce::Max, "max"),
    (Reduce::Mean, "mean"),
    (Reduce::Count, "n"),
    (Reduce::FirstBadStep, "first_bad_step"),
];

/// What a person means by a column's or legend's name: `status`, `max(Accuracy)`, `lr`, or a name in backticks.
pub(crate) fn field(key: &str) -> Field {
    let key = key.trim();
    let unquoted = |name: &str| match name.strip_prefix('`').and_then(|name| name.strip_suffix('`')) {
        Some(name) => name.replace("``", "`"),
        None => name.to_string(),
    };
    if let Some((field, _)) = RUN_FIELDS.iter().find(|(_, word)| *word == key) {
        return Field::Run(*field);
    }
    if let Some((word, rest)) = key.split_once('(')
        && let Some(tag) = rest.strip_suffix(')')
        && let Some((reduce, _)) = REDUCES.iter().find(|(_, name)| *name == word.trim())
    {
        return Field::Metric(*reduce, unquoted(tag.trim()));
    }
    Field::Param(unquoted(key))
}

/// Columns that no filter knows: a parameter of that name needs its backticks.
const OURS: [&str; 2] = ["notes", "how"];

/// The key of a column that is a field of filters: as a filter names it.
pub(super) fn key_of(field: &Field) -> String {
    match field {
        Field::Param(name) if OURS.contains(&name.as_str()) => format!("`{name}`"),
        field => field.to_string(),
    }
}

/// Whether a name means a column that no filter knows.
pub(super) fn ours(key: &str) -> bool {
    OURS.contains(&key.trim())
}

/// The key of the column that a person means.
pub(super) fn key(asked: &str) -> String {
    if ours(asked) { asked.trim().to_string() } else { key_of(&field(asked)) }
}

/// The columns of these rows: the run's own fields, all parameters, the last value of each of `tags`, and whatever else
/// is asked for (and whether the table shows it).
pub(super) fn columns(data: &ScopeData, rows: &[&Run], tags: &BTreeSet<&str>, asked: &BTreeMap<String, bool>) -> Vec<Column> {
    let ids = Cells::Texts(rows.iter().map(|run| Some(run.id.to_string())).collect());
    let mut columns = vec![Column {
        key: "id".into(),
        kind: ColumnKind::Text,
        group: ColumnGroup::Run,
        values: ids,
        shown: false,
        parts: None,
    }];
    let mut add = |field: Field, shown: bool| {
        let column = column(rows, &field, shown);
        if !columns.iter().any(|known: &Column| known.key == column.key) {
            columns.push(column);
        }
    };
    for field in [RunField::Name, RunField::Started, RunField::Status] {
        add(Field::Run(field), true);
    }
    add(Field::Run(RunField::Duration), false);
    for (field, any) in [
        (RunField::Group, rows.iter().any(|run| run.group.is_some())),
        (RunField::Labels, rows.iter().any(|run| !run.labels.is_empty())),
        (RunField::Thoughts, rows.iter().any(|run| run.thoughts > 0)),
        (RunField::Invalid, rows.iter().any(|run| run.invalid.is_some())),
    ] {
        if any {
            add(Field::Run(field), field != RunField::Thoughts);
        }
    }
    let params: BTreeSet<&String> = rows.iter().flat_map(|run| run.params.keys()).collect();
    params.into_iter().for_each(|name| add(Field::Param(name.clone()), true));
    let tags = data.known.metrics.iter().filter(|tag| tags.contains(tag.as_str()));
    tags.for_each(|tag| add(Field::Metric(Reduce::Last, tag.clone()), true));
    asked.iter().filter(|(key, _)| !ours(key)).for_each(|(key, shown)| add(field(key), *shown));
    columns.extend(how(rows));
    columns.extend(notes(rows));
    columns
}

/// Where the runs came from, as far as it is known (of the crates only those whose versions differ), and what logging cost. The table offers them.
pub(super) fn origins(rows: &[&Run], columns: &mut Vec<Column>) {
    let names: BTreeSet<String> = rows.iter().flat_map(|run| run.session_names()).collect();
    for name in names {
        let column = column(rows, &Field::Param(name.clone()), false);
        let differs = |column: &Column| (1..rows.len()).any(|row| column.cell(row) != column.cell(0));
        let told = (0..rows.len()).any(|row| column.cell(row).is_some());
        let new = !columns.iter().any(|known| known.key == column.key);
        if new && told && (!name.starts_with("origin.crates.") || differs(&column)) {
            columns.push(column);
        }
    }
}

/// How runs ended, where there is more to say than their status. Not a field of filters either.
fn how(rows: &[&Run]) -> Option<Column> {
    let values: Vec<Option<String>> = rows.iter().map(|run| run.how().map(str::to_owned)).collect();
    let any = values.iter().any(Option::is_some);
    any.then(|| Column {
        key: "how".into(),
        kind: ColumnKind::Text,
        group: ColumnGroup::Run,
        values: Cells::Texts(values),
        shown: true,
        parts: None,
    })
}

/// What a person wrote about a run. Not a field of filters, so it has no [`Field`].
fn notes(rows: &[&Run]) -> Option<Column> {
    let any = rows.iter().any(|run| !run.notes.is_empty());
    let values = rows.iter().map(|run| Some(run.notes.clone()).filter(|notes| !notes.is_empty())).collect();
    any.then(|| Column {
        key: "notes".into(),
        kind: ColumnKind::Text,
        group: ColumnGroup::Run,
        values: Cells::Texts(values),
        shown: true,
        parts: None,
    })
}

pub(super) fn column(rows: &[&Run], field: &Field, shown: bool) -> Column {
    let key = key_of(field);
    let make = |kind, group, values| Column { key: key.clone(), kind, group, values, shown, parts: None };
    match field {
        Field::Run(field) => {
            let (kind, values) = run_field(rows, *field);
            make(kind, ColumnGroup::Run, values)
        }
        Field::Param(name) => {
            let (kind, values) = params(rows, name);
            let origin = Run::is_told_by_sessions(name) && !rows.iter().any(|run| run.params.contains_key(name));
            make(kind, if origin { ColumnGroup::Origin } else { ColumnGroup::Param }, values)
        }
        Field::Metric(reduce, tag) => {
            let value = |run: &&Run| run.metrics.get(tag).and_then(|summary| reduced(summary, *reduce));
            make(
                ColumnKind::Number,
                ColumnGroup::Metric,
                Cells::Numbers(rows.iter().map(|run| Num(value(run).map(short))).collect()),
            )
        }
    }
}

/// As exact as an `f32`: what a metric was most often computed in, and half the bytes. Counts and steps may have more digits.
fn short(value: f64) -> f64 {
    if value.abs() >= 1e7 { value } else { super::words::significant(value, 8) }
}

fn reduced(summary: &Summary, reduce: Reduce) -> Option<f64> {
    match reduce {
        Reduce::First => summary.first,
        Reduce::Last => summary.last,
        Reduce::Min => summary.min,
        Reduce::Max => summary.max,
        Reduce::Mean => summary.mean(),
        Reduce::Count => Some(summary.n as f64),
        Reduce::FirstBadStep => summary.first_bad_step.map(|step| step as f64),
    }
}

fn run_field(rows: &[&Run], field: RunField) -> (ColumnKind, Cells) {
    let texts = |text: fn(&Run) -> Option<String>| Cells::Texts(rows.iter().map(|run| text(run)).collect());
    let numbers = |number: fn(&Run) -> Option<f64>| Cells::Numbers(rows.iter().map(|run| Num(number(run))).collect());
    match field {
        RunField::Status => (ColumnKind::Text, texts(|run| Some(run.status.word().to_string()))),
        RunField::Name => (ColumnKind::Text, texts(|run| Some(run.name.clone()))),
        RunField::Group => (ColumnKind::Text, texts(|run| run.group.clone())),
        RunField::Labels => (ColumnKind::Text, texts(|run| (!run.labels.is_empty()).then(|| run.labels.join(", ")))),
        RunField::Started => (ColumnKind::Time, numbers(|run| Some(run.started.millis() as f64))),
        RunField::Duration => (ColumnKind::Number, numbers(Run::duration_secs)),
        RunField::Invalid => (ColumnKind::Text, texts(|run| run.invalid.clone())),
        RunField::Id => (ColumnKind::Text, texts(|run| Some(run.id.to_string()))),
        RunField::Thoughts => (ColumnKind::Number, numbers(|run| Some(run.thoughts as f64))),
    }
}

/// Numbers if every value that is there is one that an `f64` holds exactly (a seed of 64 bits is better shown as it is), else text.
fn params(rows: &[&Run], name: &str) -> (ColumnKind, Cells) {
    let all: Vec<Option<Value>> = rows.iter().map(|run| run.param(name).filter(|value| *value != Value::Null)).collect();
    let values = || all.iter().map(Option::as_ref);
    let exact = |value: &Value| match value {
        Value::Int(int) => int.unsigned_abs() <= 1 << 53,
        Value::Float(_) => true,
        _ => false,
    };
    if values().flatten().all(exact) {
        (ColumnKind::Number, Cells::Numbers(values().map(|value| Num(value.and_then(Value::number))).collect()))
    } else {
        (ColumnKind::Text, Cells::Texts(values().map(|value| value.map(Value::to_string)).collect()))
    }
}

impl Column {
    /// A cell as a person reads it; none where there is no value.
    pub(super) fn cell(&self, row: usize) -> Option<String> {
        match &self.values {
            Cells::Texts(texts) => texts.get(row).cloned().flatten(),
            Cells::Numbers(numbers) => {
                let number = numbers.get(row)?.0?;
                Some(match (self.kind, self.group) {
                    (ColumnKind::Time, _) => super::words::moment(number as i64),
                    (_, ColumnGroup::Run) if self.key == "duration" => super::words::duration(number),
                    (_, ColumnGroup::Metric) => super::words::number(number, 5),
                    _ => Value::Float(number).to_string(),
                })
            }
        }
    }

    /// A cell as a number, if it is one.
    pub(super) fn number(&self, row: usize) -> Option<f64> {
        match &self.values {
            Cells::Numbers(numbers) => numbers.get(row)?.0,
            Cells::Texts(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_means_what_a_filter_would_mean() {
        assert_eq!(field("lr"), Field::Param("lr".into()));
        assert_eq!(field("`status`"), Field::Param("status".into()));
        assert_eq!(field(" status "), Field::Run(RunField::Status));
        assert_eq!(field("max(train/loss)"), Field::Metric(Reduce::Max, "train/loss".into()));
        assert_eq!(field("n(`a(b)`)"), Field::Metric(Reduce::Count, "a(b)".into()));
        assert_eq!(field("log(lr)"), Field::Param("log(lr)".into()));
    }
}
