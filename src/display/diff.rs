//! What is not the same on all runs.

use super::{Insight, InsightSpec, Part, Scope, Source, View, shown};
use crate::error::Result;
use crate::model::Difference;

/// What differs between runs, and only that: hyperparameters, where they came from (`origin`: git commit, crate versions, command,
/// build profile, …) and results, a column for each run. Made by `board.diff()`. On the page it follows the run table: select two runs
/// there, and only what differs between those two is left.
#[derive(Clone)]
pub struct Diff {
    spec: InsightSpec,
    source: Source,
}

impl Diff {
    pub(crate) fn new(scope: Scope, source: Source) -> Diff {
        Diff { spec: InsightSpec { scope, what: Insight::Diff }, source }
    }

    /// The same as plain data, over all runs of the board.
    pub fn data(&self) -> Result<Vec<Difference>> {
        super::Shown::part(self).data()
    }
}

shown!(Diff, self => Part::new(View::Insight(self.spec.clone()), &self.source));
