//! What a writer knows of how its journal is shipped, whoever does it: a thread of its own process, or the program.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// How the shipper behaves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Options {
    /// How long a point may wait before it is shipped.
    pub(crate) flush_interval: Duration,
    /// Say nothing on stderr.
    pub(crate) quiet: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { flush_interval: Duration::from_secs(1), quiet: false }
    }
}

/// What came of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The points this shipper stored.
    pub(crate) stored_points: u64,
    /// Whether the session's end is stored and the journal removed.
    pub(crate) complete: bool,
}

/// How the shipping goes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct ShipStatus {
    /// The points that this shipper stored.
    pub(crate) stored_points: u64,
    /// The bytes of the journal that it has not read yet.
    pub(crate) pending_bytes: u64,
    /// What the last attempt failed with; `None` after one that succeeded.
    pub(crate) last_error: Option<Error>,
    /// Images that could not be coded.
    pub(crate) rejected: u64,
}

impl ShipStatus {
    /// That a deadline passed, and what is known of why.
    pub(crate) fn unstored(&self, journal: &Path) -> Error {
        let what = match self.pending_bytes {
            0 => "not everything that was logged is stored yet: the store has not confirmed it in time".to_owned(),
            bytes => format!("not everything that was logged is stored yet: {bytes} bytes are pending"),
        };
        let error = Error::new(ErrorKind::Timeout, what)
            .help(format!("it is safe in {}; it is shipped when the store answers, or by `ml_board sync`", journal.display()));
        match &self.last_error {
            Some(cause) => error.because(cause.to_string().lines().collect::<Vec<_>>().join("; ")),
            None => error,
        }
    }
}

/// What a person is told, once, when a store is away.
pub(crate) fn away(error: &Error, journal: &Path) -> String {
    format!(
        "ml_board: {error}\nml_board: training goes on, and what is logged is safe in {}. It is shipped as soon as the store answers; \
         after the program's end, by `ml_board sync` or the next program that logs there.",
        journal.display()
    )
}

/// When so long will have passed.
pub(crate) fn deadline(timeout: Duration) -> Instant {
    let now = Instant::now();
    // A century is for ever; an Instant need not reach further.
    now.checked_add(timeout).unwrap_or_else(|| now + Duration::from_secs(100 * 365 * 86_400))
}

/// The version of what a writer and `ml_board ship` say to each other, a line of JSON each.
pub(crate) const SHIPPING: u32 = 1;

/// What a writer says, on the program's stdin. At its end the program ships what is left, and ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Order {
    /// First of all: to which store. The address may have credentials, so it is on no command line.
    Ship { uri: String, options: Options },
    /// All that was recorded before is to be stored within so long.
    Sync { id: u64, patience: Duration },
    /// The writer recorded its end: the same, and an attempt that fails after the `impatience` is the last.
    Stop { id: u64, patience: Duration, impatience: Duration },
}

/// What the program says, on its stdout.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum News {
    /// First of all: who it is.
    Hello { version: String, shipping: u32 },
    /// How it goes, when that changed.
    Status(ShipStatus),
    /// What became of an order.
    Done { id: u64, result: Result<Outcome> },
}
