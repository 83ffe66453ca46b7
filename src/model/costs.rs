//! What logging cost a program.

use super::{Time, Value};
use crate::plain::plain;

/// What logging cost a session's program, as its writer told last: about every ten seconds, and at its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
#[non_exhaustive]
pub struct Costs {
    /// When this was told.
    pub at: Time,
    /// Values that were recorded.
    pub calls: u64,
    /// Calls that were rejected (dropped).
    pub rejected: u64,
    /// Bytes that were recorded.
    pub bytes: u64,
    /// Half of the scalars' calls took no longer: nanoseconds, of a sample of one call in 16. 0 where too few were timed.
    pub p50_ns: u64,
    /// 99 of 100 took no longer.
    pub p99_ns: u64,
    /// The longest that was seen, all those that waited for the disk among them.
    pub longest_ns: u64,
    /// Bytes that waited to be stored.
    pub pending_bytes: u64,
    /// What the store's last trouble was, or why the last call was rejected.
    pub trouble: Option<String>,
}

plain! { heard struct Costs { at, calls, rejected, bytes, p50_ns, p99_ns, longest_ns, pending_bytes, trouble } }

impl Costs {
    /// What [`Costs::get`] knows.
    pub(crate) const NAMES: [&'static str; 8] =
        ["calls", "rejected", "bytes", "p50_ns", "p99_ns", "longest_ns", "pending_bytes", "trouble"];

    /// Its numbers, by name.
    pub(crate) fn numbers(&self) -> [(&'static str, u64); 7] {
        let [calls, rejected, bytes, p50, p99, longest, pending, _] = Costs::NAMES;
        [
            (calls, self.calls),
            (rejected, self.rejected),
            (bytes, self.bytes),
            (p50, self.p50_ns),
            (p99, self.p99_ns),
            (longest, self.longest_ns),
            (pending, self.pending_bytes),
        ]
    }

    /// What filters and columns call by `costs.NAME`: `calls`, `rejected`, `bytes`, `p50_ns`, `p99_ns`, `longest_ns`, `pending_bytes` and `trouble`.
    pub fn get(&self, name: &str) -> Option<Value> {
        if name == "trouble" {
            return self.trouble.as_ref().map(Value::from);
        }
        let (_, number) = self.numbers().into_iter().find(|(known, _)| *known == name)?;
        Some(Value::Int(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}
