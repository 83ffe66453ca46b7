//! Finding runs: a filter is one tree with pure functions on it. Never sees HTML.
//!
//! `Display` and `parse` are inverse, `check` holds it against the names that exist, `matches` decides for one run in memory,
//! `lower` makes a MongoDB query of it.

mod expression;

pub use expression::{Compare, Field, Filter, IntoFilter, Metric, Param, Reduce, Reduced, RunField, metric, param};
