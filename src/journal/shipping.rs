//! What a writer knows of how its journal is shipped, whoever does it.

use std::time::Duration;

use crate::error::Error;

/// How the shipper behaves.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The points this shipper stored.
    pub(crate) stored_points: u64,
    /// Whether the session's end is stored and the journal removed.
    pub(crate) complete: bool,
}

/// How the shipping goes.
#[derive(Debug, Clone, Default)]
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
