//! The journals of this machine, as the engine and the command line tell of them.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::journal::{self, Reader, SessionInfo, owner_alive, sessions};

/// One journal that is not wholly shipped.
pub(crate) struct Waiting {
    pub(crate) directory: PathBuf,
    pub(crate) info: SessionInfo,
    /// Whether its program still runs, and so ships it itself.
    pub(crate) alive: bool,
    pub(crate) bytes: u64,
}

/// The journals of this machine.
#[derive(Default)]
pub(crate) struct Journals {
    pub(crate) found: Vec<Waiting>,
    /// Those that cannot be read, and why.
    pub(crate) wrong: Vec<(PathBuf, Error)>,
}

/// Where they are: in ml_board's home, or near by where that is on another machine.
pub(crate) fn place() -> Result<PathBuf> {
    journal::place(None).map(|place| place.directory)
}

/// All of them. Locks nothing that a writer or shipper waits for.
pub(crate) fn waiting() -> Result<Journals> {
    let Journals { mut found, mut wrong } = Journals::default();
    for directory in sessions(&place()?)? {
        match look(&directory) {
            Ok(waiting) => found.push(waiting),
            // Shipped and removed while we looked.
            Err(_) if !directory.exists() => {}
            Err(error) => wrong.push((directory, error)),
        }
    }
    Ok(Journals { found, wrong })
}

fn look(directory: &Path) -> Result<Waiting> {
    let reader = Reader::open(directory)?;
    Ok(Waiting {
        directory: directory.to_path_buf(),
        info: reader.info().clone(),
        alive: owner_alive(directory)?,
        bytes: reader.pending(),
    })
}

/// Those for a store.
pub(crate) fn waiting_for(target: &str) -> Vec<Waiting> {
    // What cannot be listed is told by `ml_board doctor`; a board is opened without it.
    let all = waiting().map(|journals| journals.found).unwrap_or_default();
    all.into_iter().filter(|waiting| waiting.info.target == target).collect()
}
