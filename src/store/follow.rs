//! What a board that is open asks again and again: only what is new since it asked last.

use std::collections::BTreeMap;

use super::Place;
use super::documents::{Chunk, Event, Frame};
use super::read::Kind;
use crate::error::Result;
use crate::model::{Run, RunId, SessionId, Time};

/// The rest of a tag of a session: its chunks from this one on.
pub(crate) struct Rest {
    pub(crate) run: RunId,
    pub(crate) session: SessionId,
    pub(crate) tag: String,
    pub(crate) seq: i64,
}

/// How far the events of some runs were heard. What it counts is the store's own affair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Heard(pub(crate) i64);

/// Following a folder that grows. Blocks its caller, as all reading does.
pub(crate) trait Follow: Send + Sync {
    /// A number that stays the same as long as nothing in the store was written; none, where the store does not count.
    fn pulse(&self) -> Result<Option<i64>>;

    /// The runs whose documents say that they run, those that began later than `after`, and these.
    fn runs_again(&self, place: Place<'_>, these: &[RunId], after: Time) -> Result<Vec<Run>>;

    /// All frames with points of this tag, then all chunks of it: in this order none of its points is missed.
    fn pieces(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<(Vec<Frame>, Vec<Chunk>)>;

    /// The frames of these sessions that are later than the given one.
    fn frames_after(&self, place: Place<'_>, heads: &[(RunId, SessionId, i64)]) -> Result<Vec<Frame>>;

    fn chunks(&self, place: Place<'_>, rests: &[Rest]) -> Result<Vec<Chunk>>;

    /// The events of one tag of these runs.
    fn events(&self, place: Place<'_>, kind: Kind, runs: &[RunId], tag: &str) -> Result<Vec<Event>>;

    /// How many thoughts the folders of a database have; those without any may be left out.
    fn told(&self, database: &str) -> Result<BTreeMap<String, i64>>;

    /// The events of these runs that were stored since; some may come twice, and one that grew comes again. Without `since`: none,
    /// and from where on to ask.
    fn events_since(&self, place: Place<'_>, runs: &[RunId], since: Option<Heard>) -> Result<(Vec<Event>, Heard)>;
}

impl Follow for super::Store {
    fn pulse(&self) -> Result<Option<i64>> {
        self.following().pulse()
    }

    fn runs_again(&self, place: Place<'_>, these: &[RunId], after: Time) -> Result<Vec<Run>> {
        self.following().runs_again(place, these, after)
    }

    fn pieces(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<(Vec<Frame>, Vec<Chunk>)> {
        self.following().pieces(place, runs, tag)
    }

    fn frames_after(&self, place: Place<'_>, heads: &[(RunId, SessionId, i64)]) -> Result<Vec<Frame>> {
        self.following().frames_after(place, heads)
    }

    fn chunks(&self, place: Place<'_>, rests: &[Rest]) -> Result<Vec<Chunk>> {
        self.following().chunks(place, rests)
    }

    fn events(&self, place: Place<'_>, kind: Kind, runs: &[RunId], tag: &str) -> Result<Vec<Event>> {
        self.following().events(place, kind, runs, tag)
    }

    fn told(&self, database: &str) -> Result<BTreeMap<String, i64>> {
        self.following().told(database)
    }

    fn events_since(&self, place: Place<'_>, runs: &[RunId], since: Option<Heard>) -> Result<(Vec<Event>, Heard)> {
        self.following().events_since(place, runs, since)
    }
}
