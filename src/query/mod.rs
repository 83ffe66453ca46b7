//! Finding runs: a filter is one tree with pure functions on it. Never sees HTML.
//!
//! `Display` and `parse` are inverse, `check` holds it against the names that exist, `matches` decides for one run in memory. A
//! store may make a query of it (MongoDB does); what it answers is what `matches` says.

mod band;
#[cfg(feature = "engine")]
mod check;
#[cfg(feature = "engine")]
mod condition;
#[cfg(all(test, feature = "engine"))]
mod copied;
mod correct;
#[cfg(feature = "engine")]
mod date;
mod display;
mod expression;
#[cfg(feature = "engine")]
mod group;
#[cfg(feature = "engine")]
mod importance;
mod lex;
#[cfg(feature = "engine")]
mod matches;
mod mistake;
mod parse;
#[cfg(all(test, feature = "engine"))]
mod peers;
#[cfg(feature = "engine")]
mod points;
#[cfg(feature = "engine")]
mod reduce;
#[cfg(feature = "engine")]
mod smooth;
#[cfg(feature = "engine")]
mod stats;
mod suggest;

pub use band::Band;
#[cfg_attr(not(feature = "board"), allow(unused_imports))]
pub(crate) use band::Centre;
#[cfg(feature = "engine")]
pub(crate) use check::{Catalog, check};
#[cfg(feature = "engine")]
pub(crate) use condition::Condition;
#[cfg_attr(not(feature = "board"), allow(unused_imports))]
pub(crate) use correct::Change;
#[cfg(feature = "engine")]
pub(crate) use date::span_of_date;
pub use expression::{Compare, Field, Filter, IntoFilter, Metric, Param, Reduce, Reduced, RunField, metric, param};
#[cfg(feature = "engine")]
pub(crate) use group::{Aligned, Spread, align};
#[cfg(feature = "engine")]
pub(crate) use importance::importance;
#[cfg(feature = "engine")]
pub(crate) use matches::{Matcher, value};
#[cfg(feature = "engine")]
pub(crate) use reduce::reduce;
#[cfg(feature = "engine")]
pub(crate) use smooth::{ema, gaussian};
#[cfg(feature = "engine")]
pub(crate) use stats::{Bootstrap, quantile_of_sorted};
#[cfg(feature = "engine")]
pub(crate) use suggest::{shortened, suggest};
