//! Corrections after the fact: what a person changes on runs that are stored, with the old values kept, so that it can be undone.
//!
//! The old values lie in a collection beside the folder:
//!
//! ```text
//! FOLDER.edits    {_id: ObjectId, v, at, state, why, what: [TEXT…], whole, by: {user, host, pid}, runs, ids: Binary(12 bytes a run), undone: Date | null}
//!                 {_id: "EDIT:000001", v, fields: [{run, path: ["params", "lr"], at: 0, old, new}…]}
//!                 {_id: "EDIT:000002", v, documents: [{folder, part: "scalars", old: DOCUMENT} | {folder, part, added: KEY}…]}
//!                 {_id: "lock", owner: EDIT, by, beat}
//! ```
//!
//! `state` goes `applying` → `applied` → `undoing` → `undone`. A piece is stored before what it tells of is changed; so whatever died half
//! way can be taken back, and is, by whoever edits the folder next. One edit at a time changes a folder: it holds the lock.
//!
//! A field of a run is changed only if it is still what was read (a writer may log the same moment), else it is read again. Undoing puts
//! back each value that is still what the edit made of it; what somebody changed since stays.

mod apply;
mod fields;
mod moving;
mod points;
mod record;

use bson::{Bson, RawDocument, RawDocumentBuf};

pub(crate) use apply::{Order, apply, history, preview, undo};
pub(super) use fields::same;
pub(crate) use record::By;

use super::read::Read;
use super::{Place, Write};
use crate::error::Result;
use crate::model::{RunId, Time};

/// One of the collections of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Runs,
    Scalars,
    Tail,
    Events,
    Edits,
}

impl Part {
    /// How its name goes on after the folder's and a dot.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Part::Runs => "",
            Part::Scalars => "scalars",
            Part::Tail => "tail",
            Part::Events => "events",
            Part::Edits => "edits",
        }
    }

    /// The fields that say which document it is.
    pub(super) const fn key(self) -> &'static [&'static str] {
        match self {
            Part::Scalars => &["run", "session", "tag", "seq"],
            Part::Tail => &["run", "session", "k"],
            Part::Runs | Part::Events | Part::Edits => &["_id"],
        }
    }

    fn named(suffix: &str) -> Option<Part> {
        [Part::Runs, Part::Scalars, Part::Tail, Part::Events].into_iter().find(|part| part.suffix() == suffix)
    }
}

/// A field of a run that is to change, if it still is what it was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Swap {
    /// A field of the document itself, no path.
    pub(crate) field: String,
    pub(crate) old: Option<Bson>,
    pub(crate) new: Option<Bson>,
}

/// The documents of a store as they are. Each call is durable when it returns.
pub(crate) trait Documents: Read + Write {
    /// The documents of these runs.
    fn whole_runs(&self, place: Place<'_>, runs: &[RunId]) -> Result<Vec<RawDocumentBuf>>;

    /// What belongs to a run in one of `Scalars`, `Tail` and `Events`, in order of the keys; only of these tags, if any are given.
    fn of_run(&self, place: Place<'_>, part: Part, run: RunId, tags: &[String]) -> Result<Vec<RawDocumentBuf>>;

    /// The headers of the edits, oldest first.
    fn edits(&self, place: Place<'_>) -> Result<Vec<RawDocumentBuf>>;

    /// What has this text as `_id` among the edits.
    fn edit_document(&self, place: Place<'_>, id: &str) -> Result<Option<RawDocumentBuf>>;

    /// Puts each document in the place of the one with its key, or adds it.
    fn put(&self, place: Place<'_>, part: Part, documents: &[RawDocumentBuf]) -> Result<()>;

    /// Deletes the documents with these keys.
    fn remove(&self, place: Place<'_>, part: Part, keys: &[RawDocumentBuf]) -> Result<()>;

    /// Changes fields of a run, all or none: `false` if one of them is not what it was, or there is no such run.
    fn swap(&self, place: Place<'_>, run: RunId, fields: &[Swap]) -> Result<bool>;

    /// Adds the lock, unless there is one. Returns whether it was added.
    fn lock(&self, place: Place<'_>, lock: &RawDocument) -> Result<bool>;

    /// Says that the owner of the lock lives. `false`: it is another's.
    fn beat(&self, place: Place<'_>, owner: &str, now: Time) -> Result<bool>;

    /// Takes the lock away, if it is this owner's.
    fn unlock(&self, place: Place<'_>, owner: &str) -> Result<()>;
}
