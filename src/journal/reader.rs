//! Reading a journal: entries in slot order, while its owner lives or after.

use std::path::{Path, PathBuf};

use super::{Batch, Position, SessionInfo};
use crate::error::{Error, ErrorKind, Result};

/// Reads one session's journal, live or dead, in the process that writes it or another. One reader at a time: see [`super::Claim`].
pub(crate) struct Reader {
    directory: PathBuf,
    info: SessionInfo,
}

impl Reader {
    /// Opens the journal in `directory`, at the first entry that was not acknowledged and deleted before.
    pub(crate) fn open(directory: &Path) -> Result<Reader> {
        Err(Error::new(ErrorKind::Journal, format!("cannot read {}", directory.display())))
    }

    /// Whose journal it is and where it goes.
    pub(crate) fn info(&self) -> &SessionInfo {
        &self.info
    }

    /// The next entries, at most `max_entries`, in slot order; none when all that is published was read.
    ///
    /// While the owner lives it stops before a slot that is reserved and not published yet. Never waits.
    /// Entries that are read again after a restart have the same positions and ordinals.
    pub(crate) fn read(&mut self, max_entries: usize) -> Result<Batch> {
        Err(Error::new(ErrorKind::Journal, format!("cannot read {max_entries} of {}", self.directory.display())))
    }

    /// Says that all before `end` (a [`Batch::end`]) is stored: segments wholly before it are deleted.
    pub(crate) fn acknowledge(&mut self, end: Position) -> Result<()> {
        Err(Error::new(ErrorKind::Journal, format!("cannot acknowledge {end:?}")))
    }

    /// Deletes the journal: it was complete, and all of it is acknowledged.
    pub(crate) fn remove(self) -> Result<()> {
        Err(Error::new(ErrorKind::Journal, format!("cannot remove {}", self.directory.display())))
    }

    /// How many bytes of records are published and not read yet.
    pub(crate) fn pending(&self) -> u64 {
        0
    }
}
