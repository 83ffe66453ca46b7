//! Parallel coordinates: which axes there are.

use std::collections::BTreeSet;

use super::columns;
use super::data::ScopeData;
use super::missing;
use super::payload::{Level, Panel, Params, Table};
use super::scatter::axis;
use super::words::plural;
use crate::display::ParamsSpec;
use crate::model::{Run, Value};
use crate::query::{Field, Reduce};

/// More axes than these nobody reads side by side; whoever asks for columns gets all of them.
const PARAMS: usize = 10;
const METRICS: usize = 4;

/// The names of the columns that this view needs.
pub(super) fn wanted(spec: &ParamsSpec, data: &ScopeData) -> Vec<String> {
    let runs: Vec<&Run> = data.runs.iter().collect();
    let mut wanted = axes(spec, &runs, data).0;
    wanted.extend(spec.colour.clone());
    wanted
}

/// The keys of the axes from left to right, and what was left out.
fn axes(spec: &ParamsSpec, rows: &[&Run], data: &ScopeData) -> (Vec<String>, Vec<String>) {
    let mut seen = BTreeSet::new();
    let asked = spec.columns.iter().flatten().filter(|key| missing::key(key, data).is_none()).map(|key| columns::key(key));
    let asked: Vec<String> = asked.filter(|key| seen.insert(key.clone())).collect();
    if !asked.is_empty() {
        return (asked, Vec::new());
    }
    let params = varying(rows);
    let metrics: Vec<&String> =
        data.known.metrics.iter().filter(|tag| rows.iter().any(|run| run.metrics.contains_key(*tag))).collect();
    let mut notes = Vec::new();
    for (all, most, word) in [(params.len(), PARAMS, "varying parameter"), (metrics.len(), METRICS, "metric")] {
        if all > most {
            notes.push(format!("{most} of {}", plural(all, word)));
        }
    }
    let params = params.into_iter().take(PARAMS).map(|name| columns::key_of(&Field::Param(name.clone())));
    let metrics = metrics.into_iter().take(METRICS).map(|tag| columns::key_of(&Field::Metric(Reduce::Last, tag.clone())));
    (params.chain(metrics).collect(), notes)
}

/// The parameters that tell runs apart; a missing value is one, too. Seeds come last: they are seldom the cause.
pub(super) fn varying<'a>(rows: &[&'a Run]) -> Vec<&'a String> {
    let names: BTreeSet<&String> = rows.iter().flat_map(|run| run.params.keys()).collect();
    let value = |run: &&Run, name: &String| run.params.get(name).filter(|value| **value != Value::Null).map(Value::to_string);
    let varies = |name: &&String| rows.iter().any(|run| value(run, name) != rows.first().and_then(|first| value(first, name)));
    let seed = |name: &&String| name.rsplit('.').next().is_some_and(|word| word.eq_ignore_ascii_case("seed"));
    let (seeds, others): (Vec<_>, Vec<_>) = names.into_iter().filter(varies).partition(seed);
    others.into_iter().chain(seeds).collect()
}

pub(super) fn params(board: usize, rows: &[&Run], data: &ScopeData, spec: &ParamsSpec, legend: Option<String>) -> Panel {
    let (keys, notes) = axes(spec, rows, data);
    let is_result = |key: &String| matches!(columns::field(key), Field::Metric(..));
    let asked = spec.colour.as_ref().filter(|key| missing::key(key, data).is_none()).map(|key| columns::key(key));
    // What one looks for is how the settings lead to the result, so that is the colour when nobody says.
    let colour = asked.or_else(|| keys.last().filter(|key| legend.is_none() && is_result(key)).cloned());
    if keys.is_empty() {
        return Panel::message(Level::Info, "no parameter varies over these runs, and there is no metric yet");
    }
    let axes = keys
        .into_iter()
        .map(|key| {
            let column = columns::column(rows, &columns::field(&key), false);
            axis(key, &column, false)
        })
        .collect();
    Panel::Params(Params { board, axes, legend, colour, notes })
}

impl Params {
    /// The same as a table, for a terminal.
    pub(super) fn table(&self) -> Table {
        let columns = ["name".to_string()].into_iter().chain(self.axes.iter().map(|axis| axis.key.clone()));
        Table { board: self.board, columns: Some(columns.collect()), sort: Vec::new(), sparks: Vec::new() }
    }
}
