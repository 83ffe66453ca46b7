//! What a reader knew at the start of the first segment that it kept, so that ordinals go on where deleted segments ended.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::fail;
use super::record::{TagKind, json};
use crate::error::Result;

const FILE: &str = "checkpoint.json";
/// Room for the next one on a disk that the journal itself has filled: nothing may be deleted before it is stored.
const ROOM: &str = "checkpoint.spare";
/// The least that it takes.
pub(super) const SPARE: u64 = 64 << 10;

/// A tag, as a reader knows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KnownTag {
    pub(super) kind: TagKind,
    pub(super) name: Arc<str>,
    pub(super) next_ordinal: i64,
}

/// The tags that were read, by their number in the session.
pub(super) type Known = FxHashMap<u32, KnownTag>;

/// As it is stored: after the CRC-32 of its own JSON, so that no damage makes other ordinals of it.
#[derive(Serialize, Deserialize)]
struct Stored {
    segment: u64,
    tags: Vec<(u32, TagKind, String, i64)>,
}

/// Stores what was known at the start of `segment`. After it the segments before may go.
pub(super) fn store(directory: &Path, segment: u64, known: &Known) -> Result<()> {
    let bytes = bytes(segment, known);
    let (path, unfinished) = (path(directory), directory.join("checkpoint.new"));
    let write = || {
        let mut file = File::create(&unfinished)?;
        file.write_all(&bytes)?;
        file.sync_data()?;
        fs::rename(&unfinished, &path)?;
        // Its name, too: the power may fail when the segments before are gone.
        #[cfg(unix)]
        File::open(directory)?.sync_data()?;
        Ok(())
    };
    let written = write().or_else(|e: std::io::Error| {
        let full = matches!(e.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded);
        if full && fs::remove_file(directory.join(ROOM)).is_ok() { write() } else { Err(e) }
    });
    written.map_err(|e| fail("cannot write", &path, e))
}

/// Keeps room for the next checkpoint, if there is some: twice what the last one took.
pub(super) fn keep_room(directory: &Path) {
    let spare = directory.join(ROOM);
    let wanted = SPARE.max(2 * length(&path(directory)));
    if length(&spare) < wanted && fs::write(&spare, vec![0; wanted as usize]).is_err() {
        fs::remove_file(&spare).ok();
    }
}

/// How many bytes that room has, or is to have.
#[cfg_attr(not(feature = "journal"), allow(dead_code))]
pub(super) fn spare(directory: &Path) -> u64 {
    SPARE.max(length(&directory.join(ROOM)))
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

/// What is stored.
pub(super) fn bytes(segment: u64, known: &Known) -> Vec<u8> {
    let mut tags: Vec<_> = known.iter().map(|(id, tag)| (*id, tag.kind, tag.name.to_string(), tag.next_ordinal)).collect();
    tags.sort_unstable_by_key(|tag| tag.0);
    let stored = Stored { segment, tags };
    json(&(crc32c::crc32c(&json(&stored)), stored))
}

/// Where it lies.
pub(super) fn path(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

/// What was stored last: at the start of which segment, and which tags. `None` if these bytes are not what was stored.
pub(super) fn parse(bytes: &[u8]) -> Option<(u64, Known)> {
    let (crc, stored): (u32, Stored) = serde_json::from_slice(bytes).ok()?;
    if crc32c::crc32c(&json(&stored)) != crc {
        return None;
    }
    let tag =
        |(id, kind, name, next_ordinal): (u32, TagKind, String, i64)| (id, KnownTag { kind, name: name.into(), next_ordinal });
    Some((stored.segment, stored.tags.into_iter().map(tag).collect()))
}

/// What is to be stored, of this JSON; the JSON alone if it is none.
#[cfg(any(test, fuzzing))]
pub(super) fn with_its_checksum(stored: &[u8]) -> Vec<u8> {
    let Ok(stored) = serde_json::from_slice::<Stored>(stored) else { return stored.to_vec() };
    json(&(crc32c::crc32c(&json(&stored)), stored))
}
