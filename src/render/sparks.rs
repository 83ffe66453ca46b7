//! Small curves for a table that stands alone. Beside plots it takes theirs, in the page.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::field;
use super::data::ScopeData;
use super::payload::{Num, Spark, SparkCurve};
use super::words::significant;
use crate::model::{Run, RunId, Series};
use crate::query::Field;

/// Metrics that have them.
const METRICS: usize = 2;
/// Points of a curve, and digits of each: a curve is less than 300 bytes before it is packed.
const POINTS: usize = 32;
const DIGITS: usize = 3;
/// Runs of a metric that have one, the newest.
const RUNS: usize = 100;
/// Points that are read for them, of a metric: more would make a table wait.
const READ: u64 = 4_000_000;

/// The metrics whose curves a table of these columns shows: the first that were asked for, else the first there are.
pub(crate) fn metrics(columns: Option<&Vec<String>>, known: &BTreeSet<String>) -> Vec<String> {
    let tag = |key: &String| match field(key) {
        Field::Metric(_, tag) => Some(tag),
        _ => None,
    };
    let mut wanted: Vec<String> = match columns {
        Some(keys) => keys.iter().filter_map(tag).filter(|tag| known.contains(tag)).collect(),
        None => known.iter().cloned().collect(),
    };
    let mut seen = BTreeSet::new();
    wanted.retain(|tag| seen.insert(tag.clone()));
    wanted.truncate(METRICS);
    wanted
}

/// The runs whose curves of a metric are read: the newest, as long as there are not too many points.
pub(crate) fn runs<'a>(runs: &'a [Run], tag: &str) -> Vec<&'a Run> {
    let mut room = READ;
    let with = runs.iter().filter_map(|run| Some((run, run.metrics.get(tag)?.n))).take(RUNS);
    let fits = with.take_while(|(_, n)| match room.checked_sub(*n) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    });
    fits.map(|(run, _)| run).collect()
}

/// Of each stretch of a curve the last value, rank 0's.
pub(crate) fn thinned(series: &Series) -> Vec<f64> {
    let values = &series.values;
    let points = POINTS.min(values.len());
    (1..=points).filter_map(|i| values.get((i * values.len()).div_ceil(points) - 1)).copied().collect()
}

/// What the page gets.
pub(super) fn sparks(data: &ScopeData, columns: Option<&Vec<String>>, index: &BTreeMap<RunId, usize>) -> Vec<Spark> {
    let of = |tag: String| {
        let drawn = data.sparks.get(&tag)?;
        let curve = |(run, values): (&RunId, &Vec<f64>)| {
            let y = values.iter().map(|value| Num(Some(significant(*value, DIGITS)))).collect();
            Some(SparkCurve { run: *index.get(run)?, y })
        };
        let curves: Vec<SparkCurve> = drawn.iter().filter_map(curve).collect();
        (!curves.is_empty()).then_some(Spark { tag, curves })
    };
    metrics(columns, &data.known.metrics).into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Summary, Time};

    #[test]
    fn the_metrics_that_were_asked_for_come_first() {
        let known = ["Accuracy", "Loss", "time"].map(String::from).into();
        assert_eq!(metrics(None, &known), ["Accuracy", "Loss"]);
        let asked = ["lr", "max(Loss)", "last(Loss)", "last(Lost)", "min(time)", "last(Accuracy)"].map(String::from).to_vec();
        assert_eq!(metrics(Some(&asked), &known), ["Loss", "time"]);
        assert!(metrics(Some(&vec!["lr".into()]), &known).is_empty());
    }

    #[test]
    fn no_more_points_are_read_than_a_table_may_wait_for() {
        let run = |n: usize| {
            let mut run = Run::new(RunId::from_bytes([n as u8; 12]), "f", "r", Time(0));
            let summary = Summary { n: if n == 3 { 3_999_990 } else { 4 }, ..Summary::default() };
            run.metrics.insert("Loss".into(), summary);
            run
        };
        let all: Vec<Run> = (0..200).map(run).collect();
        assert_eq!(runs(&all, "Loss").len(), 3);
        assert_eq!(runs(&all[4..], "Loss").len(), RUNS);
        assert!(runs(&all, "other").is_empty());
    }

    #[test]
    fn a_curve_keeps_its_end_and_few_points() {
        let mut series = Series::new(RunId::from_bytes([0; 12]), "r", "Loss");
        for n in [0_usize, 1, 31, 32, 33, 1000] {
            series.values = (0..n).map(|i| i as f64).collect();
            let thin = thinned(&series);
            assert_eq!(thin.len(), n.min(POINTS));
            assert_eq!(thin.last(), series.values.last());
        }
    }
}
