//! Runs and series as columns: what leaves for CSV, JSON, Parquet and data frames.

use std::collections::BTreeSet;

use super::{Run, Series, Summary, Value};

/// A column with its name; all columns of a frame have one length.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) cells: Cells,
}

/// The cells of a column; none where there is no value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cells {
    Text(Vec<Option<String>>),
    Int(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Bool(Vec<Option<bool>>),
    /// Milliseconds since 1970 UTC.
    Time(Vec<Option<i64>>),
}

impl Cells {
    pub(crate) fn len(&self) -> usize {
        match self {
            Cells::Text(cells) => cells.len(),
            Cells::Int(cells) | Cells::Time(cells) => cells.len(),
            Cells::Float(cells) => cells.len(),
            Cells::Bool(cells) => cells.len(),
        }
    }

    /// Appends those of the same column.
    pub(crate) fn extend(&mut self, more: Cells) {
        match (self, more) {
            (Cells::Text(cells), Cells::Text(more)) => cells.extend(more),
            (Cells::Int(cells), Cells::Int(more)) | (Cells::Time(cells), Cells::Time(more)) => cells.extend(more),
            (Cells::Float(cells), Cells::Float(more)) => cells.extend(more),
            (Cells::Bool(cells), Cells::Bool(more)) => cells.extend(more),
            // The kinds of a frame's columns do not change.
            _ => {}
        }
    }
}

/// A row for each run: its fields, its parameters, and `last`, `min`, `max`, `mean` and `n` of each metric, named as a filter names them.
pub(crate) fn of_runs(runs: &[Run]) -> Vec<Column> {
    let text = |of: fn(&Run) -> Option<String>| Cells::Text(runs.iter().map(of).collect());
    let mut columns: Vec<Column> = Vec::new();
    let mut add = |name: String, cells| {
        // A parameter may be called as a field is.
        let taken = columns.iter().any(|column| column.name == name);
        columns.push(Column { name: if taken { format!("param {name}") } else { name }, cells });
    };
    add("id".into(), text(|run| Some(run.id.to_string())));
    add("name".into(), text(|run| Some(run.name.clone())));
    add("status".into(), text(|run| Some(run.status.word().to_owned())));
    add("started".into(), Cells::Time(runs.iter().map(|run| Some(run.started.millis())).collect()));
    add("ended".into(), Cells::Time(runs.iter().map(|run| run.ended.map(|ended| ended.millis())).collect()));
    add("duration".into(), Cells::Float(runs.iter().map(Run::duration_secs).collect()));
    add("group".into(), text(|run| run.group.clone()));
    add("labels".into(), text(|run| (!run.labels.is_empty()).then(|| run.labels.join(", "))));
    add("notes".into(), text(|run| (!run.notes.is_empty()).then(|| run.notes.clone())));
    add("invalid".into(), text(|run| run.invalid.clone()));
    let params: BTreeSet<&String> = runs.iter().flat_map(|run| run.params.keys()).collect();
    for name in params {
        add(name.clone(), of_values(&runs.iter().map(|run| run.params.get(name)).collect::<Vec<_>>()));
    }
    let metrics: BTreeSet<&String> = runs.iter().flat_map(|run| run.metrics.keys()).collect();
    for tag in metrics {
        let of = |of: fn(&Summary) -> Option<f64>| Cells::Float(runs.iter().map(|run| of(run.metrics.get(tag)?)).collect());
        add(format!("last({tag})"), of(|summary| summary.last));
        add(format!("min({tag})"), of(|summary| summary.min));
        add(format!("max({tag})"), of(|summary| summary.max));
        add(format!("mean({tag})"), of(Summary::mean));
        let n = runs.iter().map(|run| run.metrics.get(tag).and_then(|summary| i64::try_from(summary.n).ok()));
        add(format!("n({tag})"), Cells::Int(n.collect()));
    }
    columns
}

/// The narrowest kind that holds all of these values as they are; text, if there is no other.
fn of_values(values: &[Option<&Value>]) -> Cells {
    let there: Vec<&Value> = values.iter().copied().flatten().filter(|value| **value != Value::Null).collect();
    let value = |value: &Option<&Value>| value.filter(|value| *value != &Value::Null).cloned();
    if there.iter().all(|value| matches!(value, Value::Bool(_))) && !there.is_empty() {
        return Cells::Bool(values.iter().map(|of| if let Some(Value::Bool(bool)) = of { Some(*bool) } else { None }).collect());
    }
    if there.iter().all(|value| matches!(value, Value::Int(_))) && !there.is_empty() {
        return Cells::Int(values.iter().map(|of| if let Some(Value::Int(int)) = of { Some(*int) } else { None }).collect());
    }
    let exact = |value: &&Value| match value {
        Value::Float(_) => true,
        Value::Int(int) => (*int as f64) as i128 == i128::from(*int),
        _ => false,
    };
    if there.iter().all(exact) && !there.is_empty() {
        return Cells::Float(values.iter().map(|of| of.and_then(Value::number)).collect());
    }
    Cells::Text(values.iter().map(|of| value(of).map(|value| value.to_string())).collect())
}

/// A row for each point: run, name, rank, tag, step, time, value.
pub(crate) fn of_series<'a>(series: impl IntoIterator<Item = &'a Series> + Clone) -> Vec<Column> {
    let rows = |of: &dyn Fn(&Series) -> Option<String>| {
        Cells::Text(series.clone().into_iter().flat_map(|one| std::iter::repeat_n(of(one), one.len())).collect())
    };
    let whole = |of: fn(&Series) -> Vec<Option<i64>>| series.clone().into_iter().flat_map(of).collect::<Vec<_>>();
    let column = |name: &str, cells| Column { name: name.to_owned(), cells };
    vec![
        column("run", rows(&|one| Some(one.run.to_string()))),
        column("name", rows(&|one| Some(one.name.clone()))),
        column("rank", Cells::Int(whole(|one| vec![Some(i64::from(one.rank)); one.len()]))),
        column("tag", rows(&|one| Some(one.tag.clone()))),
        column("step", Cells::Int(whole(|one| one.steps.iter().copied().map(Some).collect()))),
        // A hand that edits points may leave some without a moment.
        column("time", Cells::Time(whole(|one| (0..one.len()).map(|at| one.wall.get(at).copied()).collect()))),
        column("value", Cells::Float(series.clone().into_iter().flat_map(|one| one.values.iter().copied().map(Some)).collect())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RunId, Time};

    fn run(params: &[(&str, Value)]) -> Run {
        let mut run = Run::new(RunId::from_bytes([1; 12]), "f", "a run", Time(7));
        run.params = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        run
    }

    #[test]
    fn a_parameter_has_the_narrowest_kind_that_holds_it() {
        let runs = [
            run(&[("lr", 0.1.into()), ("n", 3.into()), ("mixed", 1.into()), ("on", true.into()), ("name", "x".into())]),
            run(&[("lr", 1.into()), ("n", i64::MAX.into()), ("mixed", "auto".into()), ("on", Value::Null)]),
        ];
        let columns = of_runs(&runs);
        let of = |name: &str| &columns.iter().find(|column| column.name == name).unwrap().cells;
        assert_eq!(*of("lr"), Cells::Float(vec![Some(0.1), Some(1.0)]));
        assert_eq!(*of("n"), Cells::Int(vec![Some(3), Some(i64::MAX)]));
        assert_eq!(*of("mixed"), Cells::Text(vec![Some("1".into()), Some("auto".into())]));
        assert_eq!(*of("on"), Cells::Bool(vec![Some(true), None]));
        assert_eq!(*of("param name"), Cells::Text(vec![Some("x".into()), None]));
        assert_eq!(*of("name"), Cells::Text(vec![Some("a run".into()), Some("a run".into())]));
        assert_eq!(*of("started"), Cells::Time(vec![Some(7), Some(7)]));
    }
}
