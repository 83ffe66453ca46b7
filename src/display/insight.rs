//! Views that compare runs: each is computed by the engine from all runs of a scope.

use super::Scope;
use crate::plain::plain;

/// What is computed, of which runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InsightSpec {
    pub(crate) scope: Scope,
    pub(crate) what: Insight,
}

plain! { sent struct InsightSpec { scope, what } }

/// What is computed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Insight {
    /// How much each parameter says of this result.
    Importance { of: String },
    /// What is not the same on all runs.
    Diff,
    /// The runs with the best of this. `lowest`: whether less is better; none: as its name says.
    Best { by: String, lowest: Option<bool>, runs: usize },
    /// When each run first met the condition, as it was typed.
    TimeTo { condition: String },
    /// Which combinations of these parameters were run; none: of those that form a grid.
    Coverage { over: Option<Vec<String>> },
}

plain! { sent enum Insight {
    Importance { of }, Diff, Best { by, lowest, runs }, TimeTo { condition }, Coverage { over }
} }
