//! The points of one metric of one run.

use serde::{Deserialize, Serialize};

use super::{RunId, packed};

/// The points of one metric of one run, in order of logging; the three columns have one length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Series {
    /// Whose points.
    pub run: RunId,
    /// That run's name.
    pub name: String,
    /// The metric.
    pub tag: String,
    /// The steps. They may repeat or go back.
    #[serde(with = "packed::i64s")]
    pub steps: Vec<i64>,
    /// The values, NaN and infinities included.
    #[serde(with = "packed::f64s")]
    pub values: Vec<f64>,
    /// When each was logged: milliseconds since 1970-01-01 UTC.
    #[serde(with = "packed::i64s")]
    pub wall: Vec<i64>,
}

impl Series {
    /// A series with no points yet.
    pub fn new(run: RunId, name: impl Into<String>, tag: impl Into<String>) -> Series {
        Series { run, name: name.into(), tag: tag.into(), steps: Vec::new(), values: Vec::new(), wall: Vec::new() }
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
