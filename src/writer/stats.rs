//! What became of the calls.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::error::{Error, Result, Told};
use crate::model::RunId;
use crate::stderr;

/// How a writer goes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Values that were recorded: each parameter, scalar, histogram (or single number of one), image and thought.
    pub recorded: u64,
    /// Bytes that they took.
    pub recorded_bytes: u64,
    /// Calls that were rejected (dropped).
    pub rejected: u64,
    /// Why the last of them was.
    pub last_rejection: Option<Error>,
    /// Half of the calls of scalars took no longer, to some 6 %; of a sample of one call in 16. `None` until one was timed.
    pub call_p50: Option<Duration>,
    /// 99 of 100 took no longer.
    pub call_p99: Option<Duration>,
    /// The longest that was seen: of the sample, and of all calls that had to wait for the disk to make room.
    pub call_longest: Option<Duration>,
    /// Points of scalars that are in the store.
    pub stored_points: u64,
    /// Bytes of the journal that are not shipped yet.
    pub pending_bytes: u64,
    /// Bytes that the journal takes on the disk, about.
    pub journal_bytes: u64,
    /// Why there is no room on the disk for what comes next, while there is none.
    pub journal_trouble: Option<Error>,
    /// What the last attempt to ship failed with; `None` if it went well.
    pub store_trouble: Option<Error>,
}

/// What a run came to, when it was closed and stored.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Which run.
    pub run: RunId,
    /// Values that were recorded, as in [`Stats::recorded`].
    pub recorded: u64,
    /// Calls that were rejected.
    pub rejected: u64,
    /// Points of scalars that are in the store.
    pub stored_points: u64,
}

/// Counts of a writer.
#[derive(Debug, Default)]
pub(super) struct Counts {
    recorded: AtomicU64,
    rejected: AtomicU64,
    rejections: Mutex<Rejections>,
}

#[derive(Debug, Default)]
struct Rejections {
    last: Option<Error>,
    told: Told,
}

impl Counts {
    /// Takes note of a call: one that was rejected is counted, and the first of each sort is told.
    #[inline]
    pub(super) fn judge(&self, call: Result<()>) {
        if let Err(error) = call {
            self.reject(error);
        }
    }

    #[cold]
    fn reject(&self, error: Error) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
        let first = {
            let mut rejections = self.rejections.lock().unwrap_or_else(PoisonError::into_inner);
            rejections.last = Some(error.clone());
            rejections.told.is_first(&error)
        };
        // A full disk is told also after a name that could not be used.
        if first {
            stderr::tell(format_args!(
                "ml_board: a call was rejected, and others may be; SummaryWriter::stats() counts them.\n{error}"
            ));
        }
    }

    /// One more was recorded that has no tag to count it.
    pub(super) fn count(&self) {
        self.recorded.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn recorded(&self) -> u64 {
        self.recorded.load(Ordering::Relaxed)
    }

    pub(super) fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }

    pub(super) fn last_rejection(&self) -> Option<Error> {
        self.rejections.lock().unwrap_or_else(PoisonError::into_inner).last.clone()
    }
}
