//! The journals of this machine, as the engine and the command line tell of them.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::journal::{EntryKind, Reader, SessionInfo, owner_alive, places, sessions};
use crate::ship::{self, Progress, Recovered, Which};

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

/// Ships what dead programs left, wherever it lies, and waits for each journal.
pub(crate) fn recover(which: Which<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Recovered> {
    let mut all = Recovered::default();
    for place in places()? {
        all.add(ship::recover(&place, which, progress)?);
    }
    Ok(all)
}

/// All of them. Locks nothing that a writer or shipper waits for.
pub(crate) fn waiting() -> Result<Journals> {
    let Journals { mut found, mut wrong } = Journals::default();
    for place in places()? {
        for directory in sessions(&place)? {
            match look(&directory) {
                Ok(waiting) => found.push(waiting),
                // Shipped and removed while we looked.
                Err(_) if !directory.exists() => {}
                Err(error) => wrong.push((directory, error)),
            }
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

/// How many points of scalars a journal still holds; those that are stored, but lie in a file with others that are not, among them.
pub(crate) fn points(directory: &Path) -> Result<u64> {
    let mut reader = Reader::open(directory)?;
    let mut points = 0;
    loop {
        // Few at once: images are read, too.
        let batch = reader.read(32)?;
        points += batch.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Scalar { .. })).count() as u64;
        if batch.entries.is_empty() {
            return Ok(points);
        }
    }
}

/// Those for a store.
pub(crate) fn waiting_for(target: &str) -> Vec<Waiting> {
    // What cannot be listed is told by `ml_board doctor`; a board is opened without it.
    let all = waiting().map(|journals| journals.found).unwrap_or_default();
    all.into_iter().filter(|waiting| waiting.info.target == target).collect()
}
