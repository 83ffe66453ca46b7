//! What logging cost a session's program, as it stands under `sessions.ID.costs`.

use bson::raw::RawDocument;
use bson::{Document, doc};

use super::{date, raw};
use crate::model::Costs;

pub(crate) fn costs_document(costs: &Costs) -> Document {
    let mut document = doc! { "at": date(costs.at) };
    for (key, number) in costs.numbers() {
        document.insert(key, i64::try_from(number).unwrap_or(i64::MAX));
    }
    document.insert("trouble", costs.trouble.clone());
    document
}

/// The costs in a document; what cannot be understood is 0.
pub(super) fn decode_costs(document: &RawDocument) -> Costs {
    let get = |key| raw::get(document, key);
    let number = |key| get(key).and_then(raw::integer).and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
    Costs {
        at: get("at").and_then(raw::time).unwrap_or_default(),
        calls: number("calls"),
        rejected: number("rejected"),
        bytes: number("bytes"),
        p50_ns: number("p50_ns"),
        p99_ns: number("p99_ns"),
        longest_ns: number("longest_ns"),
        pending_bytes: number("pending_bytes"),
        trouble: get("trouble").and_then(raw::text),
    }
}
