//! The queue between the training loop and the store: a memory-mapped, preallocated file that outlives the process.

mod entry;
mod lock;
mod reader;

use std::path::Path;

use crate::error::{Error, ErrorKind};

pub(crate) use entry::{Batch, Entry, EntryKind, Pixels, Position, SessionInfo};
pub(crate) use lock::{Claim, owner_alive, sessions};
pub(crate) use reader::Reader;

/// An error on a journal's file.
fn fail(what: &str, path: &Path, cause: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Journal, format!("{what} {}", path.display())).because(cause)
}
