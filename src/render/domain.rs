//! What colours go by: the values and the runs of the whole folder. So neither a filter nor what an output leaves out recolours a run, and all
//! outputs of a folder draw it alike.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::columns::{column, field};
use super::payload::{Cells, Column, ColumnGroup, ColumnKind, Num};
use crate::model::{Run, RunId};

/// More different numbers are a scale.
pub(super) const LISTED: usize = 8;
/// More different texts are not sent: their colours repeat anyway.
const TEXTS: usize = 200;

/// The values of a column in the whole folder.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Domain {
    /// Each once, ascending.
    Numbers(Vec<Num>),
    Scale {
        low: f64,
        high: f64,
    },
    Texts(Vec<String>),
}

/// The domains of those columns that have more values in the whole folder than in these rows.
pub(super) fn domains(columns: &[Column], rows: usize, whole: &[&Run]) -> BTreeMap<String, Domain> {
    let legends = |column: &&Column| match column.group {
        ColumnGroup::Param | ColumnGroup::Origin => true,
        ColumnGroup::Run => matches!(column.key.as_str(), "status" | "group" | "labels"),
        ColumnGroup::Metric => false,
    };
    let mut domains = BTreeMap::new();
    if rows < whole.len() {
        for ours in columns.iter().filter(legends) {
            let all = column(whole, &field(&ours.key), false);
            let domain = of(&all);
            if all.kind == ours.kind && domain != of(ours) {
                domains.extend(domain.map(|domain| (ours.key.clone(), domain)));
            }
        }
    }
    domains
}

fn of(column: &Column) -> Option<Domain> {
    match &column.values {
        Cells::Texts(texts) => {
            let mut texts: Vec<String> = texts.iter().flatten().cloned().collect();
            texts.sort_unstable();
            texts.dedup();
            (texts.len() <= TEXTS).then_some(Domain::Texts(texts))
        }
        Cells::Numbers(_) if column.kind == ColumnKind::Time => None,
        Cells::Numbers(numbers) => {
            let mut numbers: Vec<f64> = numbers.iter().filter_map(|number| number.0).collect();
            numbers.sort_by(f64::total_cmp);
            numbers.dedup_by(|a, b| a == b || (a.is_nan() && b.is_nan()));
            let mut finite = numbers.iter().copied().filter(|number| number.is_finite());
            Some(match (finite.next(), finite.next_back()) {
                (Some(low), Some(high)) if numbers.len() > LISTED => Domain::Scale { low, high },
                _ => Domain::Numbers(numbers.into_iter().map(Num::from).collect()),
            })
        }
    }
}

/// The place of each row's run in the whole folder, the oldest 0; none: as they stand, the rows are the folder, newest first.
pub(super) fn places(rows: &[&Run], whole: &[&Run]) -> Option<Vec<usize>> {
    let last = whole.len().checked_sub(1)?;
    let of: HashMap<RunId, usize> = whole.iter().enumerate().map(|(i, run)| (run.id, last - i)).collect();
    let places: Vec<usize> = rows.iter().map(|run| of.get(&run.id).copied().unwrap_or_default()).collect();
    let plain = rows.len() == whole.len() && places.iter().enumerate().all(|(row, place)| *place == last - row);
    (!plain).then_some(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    fn run(id: u8, lr: Option<f64>, kind: &str) -> Run {
        let mut run = Run::new(RunId::from_bytes([id; 12]), "f", "r", Time(0));
        run.params.extend(lr.map(|lr| ("lr".to_string(), lr.into())));
        run.params.insert("kind".into(), kind.into());
        run
    }

    #[test]
    fn only_what_the_rows_lack_is_told() {
        let runs: Vec<Run> = (0..4).map(|i| run(i, (i != 2).then_some(f64::from(i)), if i == 3 { "b" } else { "a" })).collect();
        let whole: Vec<&Run> = runs.iter().collect();
        let columns = |rows: &[&Run]| ["lr", "kind"].map(|key| column(rows, &field(key), true)).to_vec();
        assert!(domains(&columns(&whole), 4, &whole).is_empty());
        let few = [&runs[0], &runs[1], &runs[2]];
        let told = domains(&columns(&few), 3, &whole);
        assert_eq!(told["lr"], Domain::Numbers([0.0, 1.0, 3.0].map(Num::from).to_vec()));
        assert_eq!(told["kind"], Domain::Texts(vec!["a".into(), "b".into()]));
        assert_eq!(domains(&columns(&[&runs[0], &runs[1], &runs[3]]), 3, &whole), BTreeMap::new());
        assert_eq!((places(&whole, &whole), places(&few[1..], &whole)), (None, Some(vec![2, 1])));
    }

    #[test]
    fn many_numbers_are_a_scale() {
        let runs: Vec<Run> = (0..20).map(|i| run(i, Some(f64::from(i) / 10.0), "a")).collect();
        let whole: Vec<&Run> = runs.iter().collect();
        let ours = [column(&whole[3..5], &field("lr"), true)];
        assert_eq!(domains(&ours, 2, &whole)["lr"], Domain::Scale { low: 0.0, high: 1.9 });
    }
}
