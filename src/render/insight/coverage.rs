//! Which combinations of parameters were run.

use std::collections::BTreeMap;

use crate::model::{Combination, Run, Status, Value};
use crate::query::{Field, value};
use crate::render::columns::{field, key_of};
use crate::render::legend::natural;
use crate::render::params::varying;
use crate::render::payload::{Board, Coverage};
use crate::render::rows::{self, MISSING, find};
use crate::render::words::{count, plural};

/// A parameter with more values is no axis of a grid, unless it is asked for.
const VALUES: usize = 30;
/// More combinations nobody reads.
const CELLS: usize = 2_000;

/// The grid of the values that occur, and the rows of each combination.
pub(super) struct Grid {
    fields: Vec<Field>,
    values: Vec<Vec<Value>>,
    /// The last parameter's values fastest.
    cells: Vec<Vec<usize>>,
    notes: Vec<String>,
}

impl Grid {
    /// The grid over these parameters, or over those that form one; or why there is none.
    pub(super) fn of(runs: &[&Run], over: Option<&[String]>) -> Result<Grid, String> {
        let mut notes = Vec::new();
        let fields = match over {
            Some(names) => names.iter().map(|name| field(name)).collect(),
            None => chosen(runs, &mut notes),
        };
        if fields.is_empty() {
            let why = "no parameter that all runs have varies over at most 30 values, so there is no grid to cover";
            return Err(format!("{why}; name some: .over([\"lr\", \"batch\"])"));
        }
        let values: Vec<Vec<Value>> = fields.iter().map(|field| distinct(runs, field)).collect();
        let cells = values.iter().map(Vec::len).product::<usize>();
        if cells > CELLS {
            let sizes: Vec<String> =
                fields.iter().zip(&values).map(|(field, values)| format!("{} ({})", key_of(field), values.len())).collect();
            let why = format!("the grid of {} has {} combinations, more than {}", sizes.join(" × "), count(cells), count(CELLS));
            return Err(format!("{why}; name fewer: .over([..])"));
        }
        let mut grid = Grid { cells: vec![Vec::new(); cells], fields, values, notes };
        let mut without = 0;
        for (row, run) in runs.iter().enumerate() {
            match grid.cell(run) {
                Some(cell) => grid.cells[cell].push(row),
                None => without += 1,
            }
        }
        if without > 0 {
            grid.notes.push(format!("{} without one of these left out", plural(without, "run")));
        }
        Ok(grid)
    }

    fn cell(&self, run: &Run) -> Option<usize> {
        self.fields.iter().zip(&self.values).try_fold(0, |cell, (field, values)| {
            let text = value(field, run).filter(|value| **value != Value::Null)?.to_string();
            Some(cell * values.len() + values.iter().position(|value| value.to_string() == text)?)
        })
    }

    pub(super) fn panel(self, board: usize) -> Coverage {
        let texts = |values: &Vec<Value>| values.iter().map(Value::to_string).collect();
        let values = self.values.iter().map(texts).collect();
        Coverage { board, keys: self.fields.iter().map(key_of).collect(), values, cells: self.cells, notes: self.notes }
    }

    pub(super) fn combinations(&self, runs: &[&Run]) -> Vec<Combination> {
        let of = |(cell, rows): (usize, &Vec<usize>)| {
            let mut rest = cell;
            let mut params = BTreeMap::new();
            for (field, values) in self.fields.iter().zip(&self.values).rev() {
                params.insert(name_of(field), values[rest % values.len()].clone());
                rest /= values.len();
            }
            let tally = Tally::of(rows.iter().filter_map(|row| runs.get(*row)).map(|run| run.status));
            Combination { params, finished: tally.finished, running: tally.running, failed: tally.failed }
        };
        self.cells.iter().enumerate().map(of).collect()
    }
}

fn name_of(field: &Field) -> String {
    match field {
        Field::Param(name) => name.clone(),
        other => other.to_string(),
    }
}

/// The parameters that form a grid: those that vary, seeds left out as repeats, on all runs, of few values.
fn chosen(runs: &[&Run], notes: &mut Vec<String>) -> Vec<Field> {
    let seed = |name: &&String| name.rsplit('.').next().is_some_and(|word| word.eq_ignore_ascii_case("seed"));
    let mut fields = Vec::new();
    for name in varying(runs).into_iter().filter(|name| !seed(name)) {
        let of = Field::Param(name.clone());
        let have = runs.iter().filter(|run| run.params.get(name).is_some_and(|value| *value != Value::Null)).count();
        let values = distinct(runs, &of).len();
        if have < runs.len() {
            notes.push(format!("`{name}` left out: {} lack it", plural(runs.len() - have, "run")));
        } else if values > VALUES {
            notes.push(format!("`{name}` left out: {} values form no grid", count(values)));
        } else {
            fields.push((values, of));
        }
    }
    // The one with the most values lies side by side.
    fields.sort_by_key(|(values, _)| *values);
    fields.into_iter().map(|(_, field)| field).collect()
}

/// The values of a field: numbers by size, texts by letter.
fn distinct(runs: &[&Run], field: &Field) -> Vec<Value> {
    let values = runs.iter().filter_map(|run| value(field, run)).filter(|value| **value != Value::Null);
    let by_text: BTreeMap<String, Value> = values.map(|value| (value.to_string(), value.into_owned())).collect();
    let mut values: Vec<(String, Value)> = by_text.into_iter().collect();
    values.sort_by(|a, b| match (a.1.number(), b.1.number()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => natural(&a.0, &b.0),
    });
    values.into_iter().map(|(_, value)| value).collect()
}

/// How many runs of a combination came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::render) struct Tally {
    pub(in crate::render) finished: usize,
    pub(in crate::render) running: usize,
    pub(in crate::render) failed: usize,
}

impl Tally {
    fn of(statuses: impl Iterator<Item = Status>) -> Tally {
        let mut tally = Tally::default();
        for status in statuses {
            match status {
                Status::Finished => tally.finished += 1,
                Status::Running => tally.running += 1,
                _ => tally.failed += 1,
            }
        }
        tally
    }

    /// `2`, `1, 1 failed`, `1 running`, `–`.
    pub(in crate::render) fn words(self) -> String {
        let mut words = Vec::new();
        if self.finished > 0 {
            words.push(self.finished.to_string());
        }
        for (n, word) in [(self.running, "running"), (self.failed, "failed")] {
            if n > 0 {
                words.push(format!("{n} {word}"));
            }
        }
        if words.is_empty() { MISSING.to_owned() } else { words.join(", ") }
    }
}

impl Coverage {
    /// What the runs of each cell came to.
    pub(in crate::render) fn tallies(&self, board: &Board) -> Vec<Tally> {
        let status = find(board, "status");
        let of = |row: &usize| status.and_then(|column| column.cell(*row)).and_then(|word| Status::from_word(&word));
        self.cells.iter().map(|rows| Tally::of(rows.iter().filter_map(of))).collect()
    }

    /// `30 of 36 combinations finished, 2 failed, 1 running, 3 missing`.
    pub(in crate::render) fn summary(&self, board: &Board) -> String {
        let tallies = self.tallies(board);
        let of = |holds: fn(&Tally) -> bool| tallies.iter().filter(|tally| holds(tally)).count();
        let finished = of(|tally| tally.finished > 0);
        let mut words = format!("{} of {} finished", count(finished), plural(tallies.len(), "combination"));
        let others = [
            (of(|tally| tally.finished == 0 && tally.running > 0), "running"),
            (of(|tally| tally.finished + tally.running == 0 && tally.failed > 0), "failed"),
            (of(|tally| *tally == Tally::default()), "missing"),
        ];
        for (n, word) in others.into_iter().filter(|(n, _)| *n > 0) {
            words.push_str(&format!(", {} {word}", count(n)));
        }
        words
    }

    /// The name of each line of the grid: the values of all parameters but the last.
    pub(in crate::render) fn lines(&self) -> Vec<Vec<&str>> {
        let mut lines: Vec<Vec<&str>> = vec![Vec::new()];
        for values in self.values.iter().take(self.values.len().saturating_sub(1)) {
            let mut longer = Vec::with_capacity(lines.len() * values.len());
            for line in &lines {
                longer.extend(values.iter().map(|value| [line.as_slice(), &[value.as_str()]].concat()));
            }
            lines = longer;
        }
        lines
    }

    /// The same as a table.
    pub(in crate::render) fn grid(&self, board: &Board, most: usize) -> rows::Grid {
        let Some((last, before)) = self
            .values
            .split_last()
            .zip(self.keys.last())
            .map(|((last, _), key)| ((last, key), &self.keys[..self.keys.len() - 1]))
        else {
            return rows::Grid { head: Vec::new(), right: Vec::new(), rows: Vec::new(), note: None };
        };
        let (values, key) = last;
        let head: Vec<String> = before.iter().cloned().chain(values.iter().map(|value| format!("{key}={value}"))).collect();
        let tallies = self.tallies(board);
        let line = |(names, cells): (Vec<&str>, &[Tally])| {
            names.into_iter().map(str::to_owned).chain(cells.iter().map(|tally| tally.words())).collect::<Vec<_>>()
        };
        let lines = self.lines();
        let all = lines.len();
        let rows: Vec<Vec<String>> = lines.into_iter().zip(tallies.chunks(values.len().max(1))).take(most).map(line).collect();
        let note = (rows.len() < all).then(|| format!("{} of {}", rows.len(), plural(all, "line")));
        rows::Grid { right: vec![false; head.len()], head, rows, note }
    }
}
