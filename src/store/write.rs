//! The writing half of a store. Each call is durable when it returns, and may be made again: what is there already stays as it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use bson::RawDocument;

use super::Place;
use super::documents::{Blob, Chunk, Event, Frame};
use crate::error::Result;
use crate::model::{Costs, Origin, RunId, SessionId, Status, Summary, Time, Value};

/// The writing half of a store. Blocks its caller; an error leaves nothing half done that the same call would not finish.
pub(crate) trait Write: Send + Sync {
    /// Makes what a folder needs (collections, indexes), once.
    fn ensure_folder(&self, place: Place<'_>) -> Result<()>;

    /// Creates the run if there is none with this identity, and the session in it likewise.
    fn begin_session(&self, place: Place<'_>, session: &NewSession) -> Result<()>;

    /// Adds the document of a run as it is, unless there is a run with its `_id`.
    fn insert_run(&self, place: Place<'_>, document: &RawDocument) -> Result<()>;

    /// What is stored of a session; `None` if the run does not know it.
    fn session_state(&self, place: Place<'_>, run: RunId, session: SessionId) -> Result<Option<SessionState>>;

    /// Where one rank of a run left off.
    fn left_off(&self, place: Place<'_>, run: RunId, rank: u32) -> Result<LeftOff>;

    /// Applies an update if nothing as late was applied yet.
    fn update_session(&self, place: Place<'_>, update: &SessionUpdate) -> Result<Updated>;

    /// A sign of life of a session.
    fn heartbeat(&self, place: Place<'_>, run: RunId, session: SessionId, now: Time) -> Result<()>;

    /// Adds a frame.
    fn insert_frame(&self, place: Place<'_>, frame: &Frame) -> Result<Inserted>;

    /// Adds the chunks, or puts them in the place of shorter ones.
    fn write_chunks(&self, place: Place<'_>, chunks: &[Chunk]) -> Result<()>;

    /// Deletes the frames of a session up to `k`.
    fn delete_frames(&self, place: Place<'_>, run: RunId, session: SessionId, k: i64) -> Result<()>;

    /// Adds events; those that grow are put in the place of shorter ones.
    fn insert_events(&self, place: Place<'_>, events: &[Event]) -> Result<()>;

    /// Adds bytes, unless they are there.
    fn insert_blob(&self, place: Place<'_>, blob: &Blob) -> Result<()>;
}

/// Where one rank of a run left off.
#[derive(Debug, Default)]
pub(crate) struct LeftOff {
    /// `scalar`, or the kind of the event; the tag; its last step.
    pub(crate) steps: Vec<(String, String, i64)>,
    /// When its last session started, by that session's clock.
    pub(crate) started: Option<Time>,
}

/// The largest document that a store takes. MongoDB's limit, with room for what a command says around it; the embedded store has
/// the same, so that its runs can be moved.
pub(crate) const LARGEST: usize = (16 << 20) - (64 << 10);

/// How an update of a run fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Updated {
    /// It is stored, now or before.
    Done,
    /// The run or the session is gone: somebody deleted it.
    Gone,
    /// The run's document would be larger than a store takes. Nothing was changed.
    TooLarge,
}

/// Whether a frame found its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// It is stored, now or before.
    Stored,
    /// Another frame has this `k`: take the next one.
    Taken,
}

/// What the run's document says of a session from its start.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewSession {
    pub(crate) run: RunId,
    pub(crate) session: SessionId,
    pub(crate) run_name: String,
    pub(crate) labels: Vec<String>,
    pub(crate) group: Option<String>,
    pub(crate) rank: u32,
    pub(crate) host: String,
    pub(crate) pid: u32,
    pub(crate) started: Time,
}

/// What is stored of a session.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct SessionState {
    /// The `applied` of the last update.
    pub(crate) applied: i64,
    /// The highest `k` that a frame had.
    pub(crate) k: i64,
    pub(crate) ended: bool,
    pub(crate) thoughts: u64,
    /// Of the whole session, by tag.
    pub(crate) metrics: BTreeMap<String, Summary>,
    /// Of each tag the last chunk of those that follow one another without a hole: a flush that was cut off may have stored later ones without
    /// these, whose points are in frames or in the journal.
    pub(crate) chunks: Vec<Chunk>,
    /// The last chunk of each tag that has a hole in it. Holes that nothing fills are left as they are.
    pub(crate) beyond: Vec<Chunk>,
    /// All its frames, in order of `k`.
    pub(crate) frames: Vec<Frame>,
    /// Its histograms of single numbers.
    pub(crate) samples: Vec<Event>,
}

/// What a run's document is to say from now on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SessionUpdate {
    pub(crate) run: RunId,
    pub(crate) session: SessionId,
    /// How far in the session's journal this goes; applied only if nothing as far was.
    pub(crate) applied: i64,
    pub(crate) heartbeat: Time,
    pub(crate) k: i64,
    pub(crate) thoughts: u64,
    /// Those logged since the last update.
    pub(crate) params: Vec<(String, Value)>,
    /// Those that changed since the last update, whole.
    pub(crate) metrics: Vec<(Arc<str>, Summary)>,
    /// Where the session came from, once that is known.
    pub(crate) origin: Option<Origin>,
    /// What logging cost its program, when that was told again.
    pub(crate) costs: Option<Costs>,
    pub(crate) end: Option<SessionEnd>,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SessionEnd {
    pub(crate) status: Status,
    pub(crate) how: Option<String>,
    pub(crate) at: Time,
}
