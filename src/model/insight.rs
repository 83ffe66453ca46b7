//! What comparing runs comes to, as plain data.

use std::collections::BTreeMap;

use super::{RunId, Value};
use crate::plain::plain;

/// How much a hyperparameter says of a result. Made by `board.importance(result).data()?`, the most important first.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Influence {
    /// The hyperparameter.
    pub param: String,
    /// The share of the result's variance that a random forest predicts no more once this hyperparameter's values are shuffled among the
    /// runs: about 0 if it says nothing, about 1 if it says all. (Slightly below 0 by chance.)
    pub importance: f64,
    /// The standard deviation of that over the shuffles.
    pub spread: f64,
    /// Spearman's rank correlation with the result, from -1 to 1. None: it is text, a list, or the same on all runs that have it.
    pub correlation: Option<f64>,
    /// How many runs have both.
    pub runs: usize,
}

plain! { heard struct Influence { param, importance, spread, correlation, runs } }

/// Something that is not the same on all runs. Made by `board.diff().data()?`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// As a filter names it: `lr`, `origin.commit`, `last(Loss)`, `status`.
    pub name: String,
    /// Of each run, in the order of `board.runs()`; none where it has none.
    pub values: Vec<(RunId, Option<Value>)>,
}

plain! { heard struct Difference { name, values } }

/// When a run first met a condition on a metric. Made by `board.time_to(condition).data()?`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reached {
    /// Which run.
    pub run: RunId,
    /// Its name.
    pub name: String,
    /// The first step at which the condition held; none if it never did.
    pub step: Option<i64>,
    /// Then, in seconds since the run's start.
    pub seconds: Option<f64>,
    /// The metric's value then.
    pub value: Option<f64>,
    /// Whether the run has the metric at all.
    pub logged: bool,
}

plain! { heard struct Reached { run, name, step, seconds, value, logged } }

/// One combination of hyperparameters, and what became of it. Made by `board.coverage().data()?`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Combination {
    /// Its hyperparameters.
    pub params: BTreeMap<String, Value>,
    /// How many runs of it finished.
    pub finished: usize,
    /// How many are running.
    pub running: usize,
    /// How many failed: panicked, were killed, or give no sign of life.
    pub failed: usize,
}

plain! { heard struct Combination { params, finished, running, failed } }

impl Combination {
    /// Whether it is still to be run: no run of it finished, and none is running.
    pub fn is_gap(&self) -> bool {
        self.finished + self.running == 0
    }
}
