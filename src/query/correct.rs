//! What can be corrected after the fact: one change to each run of a board. Plain data; the store carries it out.

use std::fmt;

use super::{Field, Filter};
use crate::model::Value;
use crate::plain::plain;

/// One thing to change on each run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    SetParam(String, Value),
    RenameParam(String, String),
    UnsetParam(String),
    Label(String),
    Unlabel(String),
    /// A line added to the notes.
    Note(String),
    RenameRun(String),
    /// Why.
    MarkInvalid(String),
    MarkValid,
    RenameTag(String, String),
    ScaleTag(String, f64),
    /// Those that the condition holds for.
    DropPoints(String, Filter),
    MoveTo(String),
    Delete,
}

plain! { sent enum Change {
    SetParam(name, value), RenameParam(from, to), UnsetParam(name), Label(label), Unlabel(label), Note(text), RenameRun(name),
    MarkInvalid(why), MarkValid, RenameTag(from, to), ScaleTag(tag, factor), DropPoints(tag, filter), MoveTo(folder), Delete
} }

#[allow(dead_code)] // Each side uses its own part.
impl Change {
    /// Whether it changes points or whole runs, so that the run's end must be waited for: its writer would put the old ones back.
    pub(crate) fn needs_end(&self) -> bool {
        matches!(self, Change::RenameTag(..) | Change::ScaleTag(..) | Change::DropPoints(..) | Change::MoveTo(_) | Change::Delete)
    }
}

/// As a person would say it: `set lr = 0.01`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let param = |name: &str| Field::Param(name.to_owned());
        match self {
            Change::SetParam(name, value) => write!(f, "set {} = {}", param(name), value.quoted()),
            Change::RenameParam(from, to) => write!(f, "rename the parameter {} to {}", param(from), param(to)),
            Change::UnsetParam(name) => write!(f, "remove the parameter {}", param(name)),
            Change::Label(label) => write!(f, "label {label:?}"),
            Change::Unlabel(label) => write!(f, "take the label {label:?} off"),
            Change::Note(text) => write!(f, "note {text:?}"),
            Change::RenameRun(name) => write!(f, "rename the run to {name:?}"),
            Change::MarkInvalid(why) => write!(f, "mark as invalid: {why}"),
            Change::RenameTag(from, to) => write!(f, "rename the tag {from:?} to {to:?}"),
            Change::ScaleTag(tag, factor) => write!(f, "multiply {tag:?} by {factor}"),
            Change::DropPoints(tag, filter) => write!(f, "drop the points of {tag:?} with {filter}"),
            Change::MoveTo(folder) => write!(f, "move to the folder {folder:?}"),
            Change::Delete => f.write_str("delete"),
            Change::MarkValid => f.write_str("mark as valid"),
        }
    }
}
