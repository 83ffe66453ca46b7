//! What a reader knew at the start of the first segment that it kept, so that ordinals go on where deleted segments ended.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::fail;
use super::record::{TagKind, json};
use crate::error::Result;

const FILE: &str = "checkpoint.json";

/// A tag, as a reader knows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KnownTag {
    pub(super) kind: TagKind,
    pub(super) name: Arc<str>,
    pub(super) next_ordinal: i64,
}

/// The tags that were read, by their number in the session.
pub(super) type Known = FxHashMap<u32, KnownTag>;

#[derive(Serialize, Deserialize)]
struct Stored {
    segment: u64,
    tags: Vec<(u32, TagKind, String, i64)>,
}

/// Stores what was known at the start of `segment`. After it the segments before may go.
pub(super) fn store(directory: &Path, segment: u64, known: &Known) -> Result<()> {
    let mut tags: Vec<_> = known.iter().map(|(id, tag)| (*id, tag.kind, tag.name.to_string(), tag.next_ordinal)).collect();
    tags.sort_unstable_by_key(|tag| tag.0);
    let (path, unfinished) = (directory.join(FILE), directory.join("checkpoint.new"));
    let write = || {
        let mut file = File::create(&unfinished)?;
        file.write_all(&json(&Stored { segment, tags }))?;
        file.sync_data()?;
        fs::rename(&unfinished, &path)
    };
    write().map_err(|e| fail("cannot write", &path, e))
}

/// What was stored last: at the start of which segment, and which tags.
pub(super) fn load(directory: &Path) -> Option<(u64, Known)> {
    let stored: Stored = serde_json::from_slice(&fs::read(directory.join(FILE)).ok()?).ok()?;
    let tag =
        |(id, kind, name, next_ordinal): (u32, TagKind, String, i64)| (id, KnownTag { kind, name: name.into(), next_ordinal });
    Some((stored.segment, stored.tags.into_iter().map(tag).collect()))
}
