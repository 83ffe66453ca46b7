//! Which combinations of hyperparameters were run.

use super::{Insight, InsightSpec, Part, Scope, Source, View, shown};
use crate::error::Result;
use crate::model::Combination;

/// Which combinations of hyperparameters were run, failed, or are missing: the grid of all values that occur. Made by
/// `board.coverage()`; invalid runs do not count.
///
/// Unless [`over`](Coverage::over) names them, these are the hyperparameters that vary, that all runs have, and that have at most 30
/// values; seeds are repeats. What was left out is said on the picture.
#[derive(Clone)]
pub struct Coverage {
    spec: InsightSpec,
    source: Source,
}

impl Coverage {
    pub(crate) fn new(scope: Scope, source: Source) -> Coverage {
        Coverage { spec: InsightSpec { scope, what: Insight::Coverage { over: None } }, source }
    }

    /// The grid of these hyperparameters; the last one's values lie side by side.
    #[must_use]
    pub fn over<N: Into<String>>(&self, names: impl IntoIterator<Item = N>) -> Coverage {
        let mut coverage = self.clone();
        coverage.spec.what = Insight::Coverage { over: Some(names.into_iter().map(Into::into).collect()) };
        coverage
    }

    /// All combinations, and how many runs of each finished, run and failed.
    pub fn data(&self) -> Result<Vec<Combination>> {
        super::Shown::part(self).data()
    }

    /// The combinations that are still to be run: none of their runs finished, and none is running.
    pub fn gaps(&self) -> Result<Vec<Combination>> {
        Ok(self.data()?.into_iter().filter(Combination::is_gap).collect())
    }
}

shown!(Coverage, self => Part::new(View::Insight(self.spec.clone()), &self.source));
