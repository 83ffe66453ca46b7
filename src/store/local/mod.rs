//! The embedded store: one SQLite file with the documents of MongoDB, each beside the columns it is found by.
//!
//! Several processes open it at once: write-ahead log, short transactions, patience where another one writes.

#[cfg(feature = "engine")]
mod edit;
#[cfg(feature = "engine")]
mod export;
#[cfg(feature = "engine")]
mod follow;
#[cfg(feature = "engine")]
mod overview;
#[cfg(feature = "engine")]
mod read;
#[cfg(feature = "engine")]
mod repair;
mod schema;
mod write;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{Error, ErrorKind, Result};

const FILE: &str = "ml_board.sqlite";
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two tries of what SQLite does not wait for by itself.
const RETRY: Duration = Duration::from_millis(5);

/// The process that first opened a local store. A child of a fork has what SQLite knows of its parent's open files, and would believe to have
/// their locks: what it commits then may lie in a file that is gone.
static OPENED_BY: AtomicU32 = AtomicU32::new(0);

/// An embedded store.
pub(crate) struct Local {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Local {
    /// Opens the store in this directory, making both if there is none.
    pub(crate) fn open(directory: &Path) -> Result<Local> {
        let us = std::process::id();
        let first = OPENED_BY.compare_exchange(0, us, Ordering::Relaxed, Ordering::Relaxed).unwrap_or_else(|first| first);
        if first != 0 && first != us {
            return Err(Error::new(ErrorKind::Store, format!("a fork of a process cannot use a local store that process {first} had opened"))
                .because("SQLite's locks are not a child's")
                .help("what is logged waits in the journal, and the next writer or `ml_board sync` stores it; a program that is started anew (exec) can"));
        }
        std::fs::create_dir_all(directory).map_err(|cause| {
            Error::new(ErrorKind::Store, format!("the directory {} of the local store cannot be made", directory.display()))
                .because(cause)
                .help("set ML_BOARD_HOME to a directory that can be written")
        })?;
        let path = directory.join(FILE);
        let opened = Connection::open(&path).and_then(|mut connection| Ok((schema::prepare(&mut connection)?, connection)));
        match opened.map_err(|cause| trouble(&path, &cause))? {
            (true, connection) => Ok(Local { path, connection: Mutex::new(connection) }),
            (false, _) => Err(Error::new(ErrorKind::Store, format!("a newer ml_board wrote the local store {}", path.display()))
                .help("update this ml_board")),
        }
    }

    /// A store that is gone with this value.
    #[cfg(test)]
    pub(crate) fn in_memory() -> Local {
        let mut connection = Connection::open_in_memory().expect("SQLite");
        assert!(schema::prepare(&mut connection).expect("tables"));
        Local { path: PathBuf::from(":memory:"), connection: Mutex::new(connection) }
    }

    /// Its file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Does something with the connection; one caller at a time.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&connection).map_err(|cause| self.trouble(&cause))
    }

    /// The same in one transaction, which is written when `work` returns `Ok`, and leaves nothing otherwise.
    pub(crate) fn transaction<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                let done = work(&transaction)?;
                transaction.commit()?;
                Ok(done)
            })
            .map_err(|cause| self.trouble(&cause))
    }

    /// SQLite's trouble as ours.
    pub(crate) fn trouble(&self, cause: &rusqlite::Error) -> Error {
        trouble(&self.path, cause)
    }
}

fn trouble(path: &Path, cause: &rusqlite::Error) -> Error {
    let error = Error::new(ErrorKind::Store, format!("the local store {} could not be used", path.display())).because(cause);
    match cause.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => error.help("the disk is full: make space, what was logged waits in the journal"),
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            error.help("move the file away: a new one is made; what was logged and not yet stored waits in the journal")
        }
        Some(rusqlite::ErrorCode::ReadOnly | rusqlite::ErrorCode::CannotOpen) => {
            error.help("check that the directory can be written, or set ML_BOARD_HOME to another one")
        }
        _ => error,
    }
}
