//! The points of one metric of one run.

use super::{RunId, SessionId};
use crate::plain::plain;

/// The points of one metric of one run (and of one rank of it), in order of logging; the three columns have one length.
///
/// Where a run was resumed and steps were logged again, these are the points as they now stand: those of the last session, after
/// those that earlier sessions logged before its first step. What was logged over is in [`earlier`](Series::earlier).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Series {
    /// Whose points.
    pub run: RunId,
    /// That run's name.
    pub name: String,
    /// The rank of the process that logged them: 0, unless several processes logged the run side by side.
    pub rank: u32,
    /// The metric.
    pub tag: String,
    /// The steps. They may repeat or go back.
    pub steps: Vec<i64>,
    /// The values, NaN and infinities included.
    pub values: Vec<f64>,
    /// When each was logged: milliseconds since 1970-01-01 UTC.
    pub wall: Vec<i64>,
    /// What earlier sessions logged of steps that a later one logged again, in order of the sessions' start. Most runs have none.
    pub earlier: Vec<Branch>,
    /// How many points more were logged that the engine does not keep for a board that is open, and how many of those are not finite.
    pub(crate) thinned: usize,
    pub(crate) thinned_bad: usize,
}

plain! { heard struct Series { run, name, rank, tag, steps, values, wall, earlier, thinned, thinned_bad } }

/// Points that are no more on a run's line: a later session logged their steps again. The three columns have one length.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Branch {
    /// The session that logged them.
    pub session: SessionId,
    /// The steps.
    pub steps: Vec<i64>,
    /// The values, NaN and infinities included.
    pub values: Vec<f64>,
    /// When each was logged: milliseconds since 1970-01-01 UTC.
    pub wall: Vec<i64>,
}

plain! { heard struct Branch { session, steps, values, wall } }

impl Series {
    /// A series with no points yet.
    pub fn new(run: RunId, name: impl Into<String>, tag: impl Into<String>) -> Series {
        let (name, tag) = (name.into(), tag.into());
        let (steps, values, wall, earlier) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Series { run, name, rank: 0, tag, steps, values, wall, earlier, thinned: 0, thinned_bad: 0 }
    }

    /// How many points.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has no points.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl Branch {
    /// A branch with no points yet.
    pub fn new(session: SessionId) -> Branch {
        Branch { session, steps: Vec::new(), values: Vec::new(), wall: Vec::new() }
    }

    /// How many points.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has no points.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}
