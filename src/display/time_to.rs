//! When runs got there.

use super::{Insight, InsightSpec, Part, Scope, Source, View, shown};
use crate::error::Result;
use crate::model::Reached;

/// When each run first met a condition on a metric: `board.time_to("Accuracy >= 0.9")`, in steps and in seconds since the run's start
/// (the clock's: of a run that was resumed, with the pause). Runs that never got there say so. The condition is one comparison, by
/// `>=`, `>`, `<=` or `<`, of a metric's points as they were logged; odd names stand in backticks. Of several ranks the first counts,
/// and steps that a resumed run logged again count as they now stand.
#[derive(Clone)]
pub struct TimeTo {
    spec: InsightSpec,
    source: Source,
}

impl TimeTo {
    pub(crate) fn new(scope: Scope, condition: String, source: Source) -> TimeTo {
        TimeTo { spec: InsightSpec { scope, what: Insight::TimeTo { condition } }, source }
    }

    /// The same as plain data, one of each run, newest first.
    pub fn data(&self) -> Result<Vec<Reached>> {
        super::Shown::part(self).data()
    }
}

shown!(TimeTo, self => Part::new(View::Insight(self.spec.clone()), &self.source));
