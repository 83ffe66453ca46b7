//! What an edit does or did, for a person to read.

use std::fmt;

use super::{RunId, Time};
use crate::plain::plain;

/// One value that an edit changes on one run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditRow {
    /// Which run.
    pub run: RunId,
    /// Its name.
    pub name: String,
    /// What of it: a parameter, `labels`, `notes`, a metric.
    pub what: String,
    /// What it is before; `–` if there is nothing.
    pub old: String,
    /// What it is after; `–` if there is nothing.
    pub new: String,
}

plain! { heard struct EditRow { run, name, what, old, new } }

impl EditRow {
    /// A row.
    pub fn new(run: RunId, name: &str, what: &str, old: String, new: String) -> EditRow {
        EditRow { run, name: name.to_owned(), what: what.to_owned(), old, new }
    }
}

/// What an edit would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct EditPlan {
    /// What was asked for, in words, one a change.
    pub changes: Vec<String>,
    /// How many runs the board has.
    pub of: usize,
    /// How many of them are changed at all.
    pub runs: usize,
    /// The first changes.
    pub rows: Vec<EditRow>,
    /// How many more there are.
    pub more: usize,
    /// Runs whose end must be waited for before it can be applied.
    pub waits: Vec<String>,
}

plain! { heard struct EditPlan { changes, of, runs, rows, more, waits } }

/// An edit that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PastEdit {
    /// By which it can be undone.
    pub id: String,
    /// When.
    pub at: Time,
    /// What was changed, in words, one a change.
    pub changes: Vec<String>,
    /// Why, if it was said.
    pub why: Option<String>,
    /// Who, and on which machine: `ada@lab`.
    pub by: String,
    /// How many runs it changed.
    pub runs: usize,
    /// When it was undone, if it was.
    pub undone: Option<Time>,
}

plain! { heard struct PastEdit { id, at, changes, why, by, runs, undone } }

impl PastEdit {
    /// An edit that was just made.
    pub fn new(id: String, at: Time, changes: Vec<String>, by: String) -> PastEdit {
        PastEdit { id, at, changes, why: None, by, runs: 0, undone: None }
    }
}

/// `8f3a… 2026-11-23 14:02 ada@lab: set lr = 0.01 on 3 runs, because …`
impl fmt::Display for PastEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = if self.runs == 1 { "run" } else { "runs" };
        write!(f, "{} by {}: {} on {} {runs}", self.id, self.by, self.changes.join("; "), self.runs)?;
        if let Some(why) = &self.why {
            write!(f, ", because {why}")?;
        }
        f.write_str(if self.undone.is_some() { " (undone)" } else { "" })
    }
}

/// What undoing an edit came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Undone {
    /// How many runs are as they were.
    pub runs: usize,
    /// Values that somebody else changed since: they stay as they are. Each as `run: what`.
    pub kept: Vec<String>,
}

plain! { heard struct Undone { runs, kept } }

/// `3 runs are as they were; changed since, and left: run: lr`
impl fmt::Display for Undone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.runs {
            1 => f.write_str("1 run is as it was")?,
            runs => write!(f, "{runs} runs are as they were")?,
        }
        if self.kept.is_empty() { Ok(()) } else { write!(f, "; changed since, and left: {}", self.kept.join(", ")) }
    }
}
