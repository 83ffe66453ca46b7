//! The queue between the training loop and the store: a memory-mapped, preallocated file that outlives the process.

#[cfg(feature = "writer")]
mod append;
mod checkpoint;
mod entry;
mod lock;
mod map;
mod place;
mod reader;
mod record;
mod segment;
#[cfg(feature = "writer")]
mod supply;
#[cfg(feature = "writer")]
mod tags;

use std::path::Path;

use crate::error::{Error, ErrorKind};

#[cfg(feature = "writer")]
pub(crate) use append::{Journal, Layout};
pub(crate) use entry::{Batch, Entry, EntryKind, Pixels, Position, SessionInfo};
pub(crate) use lock::{Claim, owner_alive, sessions};
pub(crate) use place::place;
pub(crate) use reader::Reader;
#[cfg(feature = "writer")]
pub(crate) use record::TagKind;
#[cfg(feature = "writer")]
pub(crate) use tags::{Tag, Tags};

/// This machine's name.
#[cfg(feature = "writer")]
pub(crate) fn host() -> String {
    map::host()
}

/// An error on a journal's file.
fn fail(what: &str, path: &Path, cause: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Journal, format!("{what} {}", path.display())).because(cause)
}

#[cfg(all(test, feature = "writer"))]
mod tests;
