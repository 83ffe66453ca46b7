//! The queue between the training loop and the store: a memory-mapped, preallocated file that outlives the process.

mod entry;

pub(crate) use entry::{Batch, Entry, EntryKind, Pixels, Position, SessionInfo};
