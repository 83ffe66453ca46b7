//! Headers of chunks, from the index `overview` alone: no document is touched.

use std::collections::BTreeMap;

use bson::{Bson, Document, doc};

use super::read::among;
use crate::model::{Run, RunId};
use crate::store::outline::together;

/// What a header has beside run and session; all of it is in the index.
const FIELDS: [&str; 10] = ["i0", "n", "s0", "s1", "t0", "t1", "min", "max", "sum", "nan"];

/// The pipelines that find the headers of these runs. Of very long series the server takes neighbours together.
pub(super) fn pipelines(runs: &[&Run], tag: &str) -> Vec<Vec<Document>> {
    let mut by_width: BTreeMap<u64, Vec<RunId>> = BTreeMap::new();
    for run in runs {
        let points = run.metrics.get(tag).map_or(0, |summary| summary.n);
        by_width.entry(together(points)).or_default().push(run.id);
    }
    by_width.into_iter().map(|(width, runs)| pipeline(runs, tag, width)).collect()
}

fn pipeline(runs: Vec<RunId>, tag: &str, width: u64) -> Vec<Document> {
    let found = doc! { "$match": { "run": among(runs), "tag": { "$eq": tag } } };
    let of_index = || FIELDS.iter().chain(&["last"]).map(|field| ((*field).to_owned(), Bson::Int32(1)));
    if width == 1 {
        let mut kept = doc! { "_id": 0, "run": 1, "session": 1 };
        kept.extend(of_index());
        return vec![found, doc! { "$project": kept }];
    }
    let block = doc! { "$floor": { "$divide": ["$seq", i64::try_from(width).unwrap_or(i64::MAX)] } };
    let mut together = doc! { "_id": { "run": "$run", "session": "$session", "block": block } };
    for field in FIELDS {
        let take = match field {
            "i0" | "s0" | "t0" => "$first",
            "s1" | "t1" => "$last",
            // Null, of a chunk without a finite value, does not count.
            "min" => "$min",
            "max" => "$max",
            _ => "$sum",
        };
        together.insert(field, doc! { take: format!("${field}") });
    }
    together.insert("last", doc! { "$last": "$last" });
    let mut kept = doc! { "_id": 0, "run": "$_id.run", "session": "$_id.session" };
    kept.extend(of_index());
    // The order of the index: nothing is sorted.
    vec![
        found,
        doc! { "$sort": { "run": 1, "tag": 1, "session": 1, "seq": 1 } },
        doc! { "$group": together },
        doc! { "$project": kept },
    ]
}
