//! What is read out of a journal: plain data, in slot order, with ordinals that are a function of the journal alone.

use std::sync::Arc;

use crate::model::{Costs, Origin, RunId, SessionId, Status, Time, Value};

/// What each segment of a journal repeats: whose it is and where it goes.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct SessionInfo {
    pub(crate) session: SessionId,
    pub(crate) run: RunId,
    /// `mongodb://host:port` or `local:DIRECTORY`: scheme and hosts, never credentials.
    pub(crate) target: String,
    pub(crate) database: String,
    pub(crate) folder: String,
    pub(crate) run_name: String,
    pub(crate) labels: Vec<String>,
    pub(crate) group: Option<String>,
    pub(crate) rank: u32,
    pub(crate) host: String,
    pub(crate) pid: u32,
    pub(crate) started: Time,
    /// Whether the run existed before this session (`resume`).
    pub(crate) resumed: bool,
}

/// A place in a journal: all before it was read. Grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Position(pub(crate) u64);

/// One call of the training program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// Where it lies: unique in its session, the same each time the journal is read.
    pub(crate) position: Position,
    /// When: microseconds since 1970-01-01 UTC.
    pub(crate) wall_micros: i64,
    pub(crate) kind: EntryKind,
}

/// What was logged.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum EntryKind {
    Param {
        name: String,
        value: Value,
    },
    /// `ordinal` counts the points of the tag in this session from 0, without a gap.
    Scalar {
        tag: Arc<str>,
        ordinal: i64,
        step: i64,
        value: f64,
    },
    /// Many values: one histogram of that step.
    Values {
        tag: Arc<str>,
        step: i64,
        values: Vec<f64>,
    },
    /// A single number: one more value of the run's one histogram of that tag. `ordinal` counts them from 0.
    Sample {
        tag: Arc<str>,
        ordinal: i64,
        value: f64,
    },
    Image {
        tag: Arc<str>,
        step: i64,
        pixels: Pixels,
    },
    /// `step`: the highest step that the session had logged, if any.
    Text {
        tag: Arc<str>,
        step: Option<i64>,
        text: String,
    },
    /// A thread of the program panicked. That is no end: most panics are survived by somebody. `last`: this one will end the program
    /// unless somebody catches it (the main thread's), or surely (where panics abort).
    Panicked {
        how: String,
        last: bool,
    },
    /// Where the session came from, as soon as that was known.
    Origin(Box<Origin>),
    /// What logging cost the program so far.
    Costs(Box<Costs>),
    /// The session's own end, written by `close` and Drop. Last of all.
    End {
        status: Status,
        how: Option<String>,
    },
}

/// An image before it is coded: 8 bits a channel, row by row, or already coded bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pixels {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// 1 (gray), 3 (RGB) or 4 (RGBA).
    pub(crate) channels: u8,
    pub(crate) bytes: Vec<u8>,
    /// How many of the floats given were NaN (drawn as 0).
    pub(crate) nan: u64,
}

/// A point of a scalar, as it is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) position: Position,
    pub(crate) wall_micros: i64,
    pub(crate) ordinal: i64,
    pub(crate) step: i64,
    pub(crate) value: f64,
}

/// Takes what is read, in slot order.
pub(crate) trait Sink {
    /// A point of the tag that has this number in its session: the many, without an allocation.
    fn point(&mut self, tag: u32, name: &Arc<str>, point: &Point);

    /// Anything.
    fn entry(&mut self, entry: Entry);
}

impl Sink for Vec<Entry> {
    fn point(&mut self, _: u32, name: &Arc<str>, point: &Point) {
        let Point { position, wall_micros, ordinal, step, value } = *point;
        let kind = EntryKind::Scalar { tag: Arc::clone(name), ordinal, step, value };
        self.push(Entry { position, wall_micros, kind });
    }

    fn entry(&mut self, entry: Entry) {
        self.push(entry);
    }
}

/// How far one read came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    /// How many entries it gave.
    pub(crate) entries: usize,
    /// As in [`Batch`].
    pub(crate) end: Position,
    pub(crate) complete: bool,
}

/// What one read of a journal gave.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Entry>,
    /// All before it was read: what to acknowledge once the entries are stored.
    pub(crate) end: Position,
    /// Whether there is surely nothing more to come: an `End` was read, or the owner is dead and all it left was read.
    pub(crate) complete: bool,
}
