//! What is not the same on all runs.

use std::collections::BTreeSet;

use crate::model::{Difference, Run};
use crate::query::{Field, Reduce, RunField, value};
use crate::render::columns::key_of;
use crate::render::data::ScopeData;
use crate::render::payload::{Board, Diff, DiffSection, Level, Panel};
use crate::render::rows::{Grid, MISSING, find};
use crate::render::words::plural;

/// The fields that differ, by section.
pub(super) fn fields(runs: &[Run]) -> Vec<(&'static str, Vec<Field>)> {
    let params: BTreeSet<&String> = runs.iter().flat_map(|run| run.params.keys()).collect();
    let origin: BTreeSet<String> = runs.iter().flat_map(Run::session_names).filter(|name| name.starts_with("origin.")).collect();
    let metrics: BTreeSet<&String> = runs.iter().flat_map(|run| run.metrics.keys()).collect();
    let of_metric = |tag: &&String| [Reduce::Last, Reduce::Min, Reduce::Max].map(|reduce| Field::Metric(reduce, (*tag).clone()));
    let run = [RunField::Status, RunField::Duration].map(Field::Run);
    let differs = |field: &Field| {
        let mut all = runs.iter().map(|run| value(field, run).map(|value| value.to_string()));
        let first = all.next();
        all.any(|text| Some(text) != first)
    };
    let section = |fields: Vec<Field>| fields.into_iter().filter(differs).collect::<Vec<_>>();
    let sections = [
        ("parameters", section(params.into_iter().cloned().map(Field::Param).collect())),
        ("origin", section(origin.into_iter().map(Field::Param).collect())),
        ("results", section(run.into_iter().chain(metrics.iter().flat_map(of_metric)).collect())),
    ];
    sections.into_iter().filter(|(_, fields)| !fields.is_empty()).collect()
}

pub(super) fn panel(board: usize, rows: &[&Run], data: &ScopeData) -> Panel {
    if rows.len() < 2 {
        return Panel::message(Level::Info, "a diff needs two runs; there is only one");
    }
    let sections = fields(&data.runs);
    if sections.is_empty() {
        return Panel::message(Level::Info, format!("nothing differs between these {}", plural(rows.len(), "run")));
    }
    let section = |(title, fields): (&'static str, Vec<Field>)| DiffSection { title, keys: fields.iter().map(key_of).collect() };
    Panel::Diff(Diff { board, sections: sections.into_iter().map(section).collect(), notes: Vec::new() })
}

pub(super) fn data(runs: &[Run]) -> Vec<Difference> {
    let of = |field: Field| {
        let own = |run: &Run| (run.id, value(&field, run).map(|value| value.into_owned()));
        Difference { name: key_of(&field), values: runs.iter().map(own).collect() }
    };
    fields(runs).into_iter().flat_map(|(_, fields)| fields).map(of).collect()
}

impl Diff {
    /// The same as a table: a line for each thing that differs, a column for each of the first so many runs.
    pub(in crate::render) fn grid(&self, board: &Board, most: usize) -> Grid {
        let shown = board.n.min(most);
        let name = |row: usize| find(board, "name").and_then(|column| column.cell(row)).unwrap_or_default();
        let mut rows = Vec::new();
        for section in &self.sections {
            rows.push(std::iter::once(section.title.to_uppercase()).chain((0..shown).map(|_| String::new())).collect());
            for key in &section.keys {
                let column = find(board, key);
                let cell = |row: usize| column.and_then(|column| column.cell(row)).unwrap_or_else(|| MISSING.into());
                rows.push(std::iter::once(key.clone()).chain((0..shown).map(cell)).collect());
            }
        }
        let note = (shown < board.total).then(|| format!("{shown} of {}", plural(board.total, "run")));
        let head = std::iter::once("differs".to_owned()).chain((0..shown).map(name)).collect();
        Grid { head, right: vec![false; shown + 1], rows, note }
    }
}
