//! A moment, as BSON dates have it.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value as Json;

#[cfg(any(feature = "engine", test))]
use crate::plain::ToJson;
use crate::plain::{FromJson, Mismatch};

/// A moment in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Time(pub i64);

impl Time {
    /// The moment it is now, by this machine's clock.
    pub fn now() -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub const fn millis(self) -> i64 {
        self.0
    }
}

#[cfg(any(feature = "engine", test))]
impl ToJson for Time {
    fn to_json(&self) -> Json {
        self.0.to_json()
    }
}

impl FromJson for Time {
    fn from_json(json: Json) -> Result<Time, Mismatch> {
        i64::from_json(json).map(Time)
    }
}
