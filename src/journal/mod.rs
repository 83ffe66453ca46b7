//! The queue between the training loop and the store: memory-mapped, preallocated files that outlive the process.
//!
//! A *session* is one life of one writer, and has one journal: a directory `SESSION/` (24 hexadecimal digits) with
//!
//! ```text
//! lock                owned, as long as it lives, by the process that writes
//! ship.lock           claimed by the one process that ships, dead journal or live
//! 00000000.segment    the records, in files of 4 MiB, numbered from 0
//! 00000003.value      the data of one record, if they are longer than 256 KiB
//! checkpoint.json     what the reader knew at the start of the first segment that it kept
//! checkpoint.spare    room for the next one, on a disk that is full
//! ```
//!
//! Files are in the machine's own byte order; they never leave it.
//!
//! # A segment
//!
//! ```text
//! 0    8   magic `mlboard2`
//! 8    8   number of the segment
//! 16   4   number of slots (of 32 bytes, counted from the start of the file)
//! 20   4   the first slot after the header
//! 24   4   length of the session's description
//! 28   4   CRC-32C of bytes 0..28 and of the description
//! 32   8   seal: 0, or the slot at which the segment was left
//! 64       the session's description, JSON (`SessionInfo`); the header ends at the next multiple of 4096
//! ```
//!
//! A record takes one slot or more. Its first word is its *head*: zero where nothing was written, else
//!
//! ```text
//! bits 0..32    CRC-32C of what it is, where it lies, and its content, begun with a seed made of session and segment
//! bits 32..40   its kind; 0x40 is added if its data lie in a file of their own
//! bits 40..64   a scalar or a single number: its tag; else: how many slots it has
//! ```
//!
//! A scalar then has wall clock (µs), step and value: one slot. A longer record has wall clock, tag (4 bytes), length (4 bytes) and data. Before
//! its first use in a segment a tag has a record there: its number, kind, name, and about where its ordinals and steps go on.
//!
//! # Writing
//!
//! A call adds to the segment's counter of slots (one atomic addition: these slots are its own), writes the words after the head, and
//! stores the head last, with `Release`. A record of several slots first stores a head that only tells its length. The call that does
//! not fit seals the segment, and goes on to the next, which a helper thread has ready: allocated on the disk (or filled with zeros where
//! the file system cannot promise space), mapped, its pages touched. So a full disk is an error of that thread, which rejects calls until
//! there is room, and never a signal in the trainer. The kernel keeps written pages whatever becomes of the process; `sync` is
//! for the machine's death.
//!
//! A page that the system has written to the disk is taken away for writing, and the next call that meets it would wait for it. So the writer's
//! `care` touches the pages ahead again, twice a second while there is something logged. It syncs what was recorded every few seconds, that is only
//! the part of the segment that is used.
//!
//! The end of a session takes all slots that its segment has left, so that nothing is recorded after it: a call is before it, or is rejected.
//!
//! # File systems
//!
//! Space is allocated where the file system can (ext4, xfs, btrfs, tmpfs), and zeros are written where it cannot. Files on btrfs are marked to be
//! written in place (no copy on write, no checksums of its own), else the space would be good for one writing of each page alone. A snapshot of them
//! undoes that for one more writing: keep journals out of what is snapshot every minute. ZFS copies whatever one asks, and lets no page be promised
//! space: there a full disk is met when pages are written, which `flush` and the sync every few seconds tell. A journal that would lie on a network
//! file system is kept in the machine's temporary directory.
//!
//! # Reading
//!
//! The reader takes entries in slot order and numbers the points of each tag: ordinals are a function of the journal. At a head
//! that is zero, or tells a length only, it waits while the owner lives, and goes on where the owner is dead: over that length, or slot by
//! slot over zeros, for a call that died before its first store has left nothing in its slots. A record whose checksum is wrong is
//! counted as damage, and the slots after it are tried one by one; none is read as what it is not. It reads the files and does not
//! map them: a file that somebody cuts short is an error, and no signal.
//!
//! # Deletion and recovery
//!
//! When the store has acknowledged all before a position, the reader stores its checkpoint for the first segment that it keeps, then
//! deletes the ones before, with the files of the values that they name; where such files have taken all room, their segment is left for that.
//! After a death, whoever claims the journal reads on from there, with the same positions and
//! ordinals; what was shipped, but lies in a segment that was kept, is read again and changes nothing in the store. A segment whose
//! predecessors were lost takes its ordinals from the tags' own records.
//!
//! # A machine's death
//!
//! What was written before the last sync is all there. Of what came after, any page may be: records that are whole are read, and the
//! points among them are numbered without those that are lost, which the store may have; the shipper sees to it. A checkpoint is on the disk
//! under its name before anything is deleted for it, and has a checksum of its own. `tests/power.rs` cuts the power.

#[cfg(feature = "journal")]
mod append;
mod checkpoint;
mod entry;
mod files;
#[cfg(any(test, fuzzing))]
#[cfg(all(feature = "writer", feature = "engine"))]
#[allow(clippy::panic)] // A test, by its nature.
pub(crate) mod fuzz;
mod lock;
mod map;
mod place;
mod reader;
mod record;
mod segment;
mod shipping;
#[cfg(feature = "journal")]
mod supply;
#[cfg(feature = "journal")]
mod tags;

use std::path::Path;

use crate::error::{Error, ErrorKind};

#[cfg(feature = "journal")]
pub use append::WhenFull;
#[cfg(feature = "journal")]
pub(crate) use append::{Journal, Layout};
pub(crate) use entry::{Batch, Entry, EntryKind, Pixels, Point, Position, Reach, SessionInfo, Sink};
#[cfg(feature = "journal")]
pub(crate) use lock::sweep;
pub(crate) use lock::{Claim, owner_alive, sessions};
#[cfg(all(test, unix, feature = "journal"))]
pub(crate) use map::in_a_child;
pub(crate) use place::{place, places};
pub(crate) use reader::Reader;
#[cfg(feature = "journal")]
pub(crate) use record::TagKind;
pub(crate) use shipping::{News, Options, Order, Outcome, SHIPPING, ShipStatus, away, deadline};
#[cfg(feature = "journal")]
pub(crate) use tags::{KeptTag, Tag, Tags};

/// This machine's name.
pub(crate) fn host() -> String {
    map::host()
}

/// An error on a journal's file.
fn fail(what: &str, path: &Path, cause: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Journal, format!("{what} {}", path.display())).because(cause)
}

#[cfg(test)]
#[cfg(feature = "journal")]
mod tests;
