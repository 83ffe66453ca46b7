//! Which hyperparameters a result depends on.

use super::{Insight, InsightSpec, Part, Scope, Source, View, shown};
use crate::error::Result;
use crate::model::Influence;

/// How much each hyperparameter says of a result. Made by `board.importance(result)`.
///
/// Two measures, side by side, because each misses what the other sees:
/// - **importance**: a random forest (Breiman, *Random Forests*, Machine Learning 45, 2001; 100 regression trees of the crate smartcore)
///   learns the result from all hyperparameters that vary. The values of one are shuffled among the runs, and the forest predicts
///   again, each run by the trees that did not learn from it: the importance is the share of the result's variance that is not predicted
///   any more, the mean of 10 shuffles, ± their standard deviation. It sees any shape and interactions; of two hyperparameters that
///   always change together each takes a share. The order is the same each time: the shuffles are drawn from a fixed seed.
/// - **correlation**: Spearman's rank correlation ρ (Spearman 1904; ties have their mean rank) over the runs that have both. It says the
///   direction, and sees nothing that rises and falls again.
///
/// Text, lists and truth values are categories (truth values also correlate, as 0 and 1). A run without a hyperparameter is not left
/// out: missing is a value of its own to the forest. Left out, and said on the picture: runs whose result is missing, NaN or infinite;
/// hyperparameters that do not vary, and texts of more than 32 values; of more than 2,000 runs all but the newest. With fewer than 10
/// runs, or a result that is the same everywhere, there is no answer, and it says why; below 30 runs it is marked as a rough guide. A
/// forest that explains little of runs that it has not seen says so: then no hyperparameter can be called important.
#[derive(Clone)]
pub struct Importance {
    spec: InsightSpec,
    source: Source,
}

impl Importance {
    pub(crate) fn new(scope: Scope, of: String, source: Source) -> Importance {
        Importance { spec: InsightSpec { scope, what: Insight::Importance { of } }, source }
    }

    /// The same as plain data, the most important first; empty where there is no answer.
    pub fn data(&self) -> Result<Vec<Influence>> {
        super::Shown::part(self).data()
    }
}

shown!(Importance, self => Part::new(View::Insight(self.spec.clone()), &self.source));
