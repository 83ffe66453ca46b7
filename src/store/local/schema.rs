//! The tables: one for each collection of STORAGE, for all databases and folders. `document` is the document in BSON.

use std::time::Instant;

use rusqlite::{Connection, ErrorCode};

use super::{PATIENCE, RETRY};

/// What `PRAGMA user_version` of a file with these tables is.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS runs (
    database TEXT NOT NULL, folder TEXT NOT NULL, id BLOB NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (database, folder, id));
CREATE TABLE IF NOT EXISTS scalars (
    database TEXT NOT NULL, folder TEXT NOT NULL, run BLOB NOT NULL, tag TEXT NOT NULL, session BLOB NOT NULL, seq INTEGER NOT NULL,
    n INTEGER NOT NULL, document BLOB NOT NULL,
    PRIMARY KEY (database, folder, run, tag, session, seq));
CREATE TABLE IF NOT EXISTS tail (
    database TEXT NOT NULL, folder TEXT NOT NULL, run BLOB NOT NULL, session BLOB NOT NULL, k INTEGER NOT NULL,
    id TEXT NOT NULL, document BLOB NOT NULL,
    PRIMARY KEY (database, folder, run, session, k));
CREATE UNIQUE INDEX IF NOT EXISTS tail_id ON tail (database, folder, id);
CREATE TABLE IF NOT EXISTS events (
    database TEXT NOT NULL, folder TEXT NOT NULL, id TEXT NOT NULL,
    run BLOB NOT NULL, kind TEXT NOT NULL, tag TEXT NOT NULL, step INTEGER, n INTEGER, document BLOB NOT NULL,
    PRIMARY KEY (database, folder, id));
CREATE INDEX IF NOT EXISTS events_find ON events (database, folder, kind, run, tag, step);
CREATE TABLE IF NOT EXISTS blobs (
    database TEXT NOT NULL, folder TEXT NOT NULL, id BLOB NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (database, folder, id));
";

/// Sets the connection up and makes what is missing. `false`: a newer program wrote the file.
///
/// While a file is new, or its last user leaves it, SQLite needs it alone, and it does not wait for that: where two programs open it in the same
/// moment, one of them is told at once that it is locked. That one tries again here.
pub(super) fn prepare(connection: &mut Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(PATIENCE)?;
    let begun = Instant::now();
    loop {
        match set_up(connection) {
            Err(cause) if cause.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begun.elapsed() < PATIENCE => {
                std::thread::sleep(RETRY);
            }
            done => return done,
        }
    }
}

fn set_up(connection: &mut Connection) -> rusqlite::Result<bool> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    // Acknowledged is written: the journal is deleted after it.
    connection.pragma_update(None, "synchronous", "full")?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version < VERSION {
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
    }
    Ok(version <= VERSION)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use crate::store::local::Local;

    #[test]
    fn several_programs_open_a_new_store_in_the_same_moment() {
        const PROGRAMS: usize = 6;
        for _ in 0..40 {
            let home = tempfile::tempdir().unwrap();
            let together = Barrier::new(PROGRAMS);
            std::thread::scope(|scope| {
                let open = || {
                    together.wait();
                    Local::open(home.path()).map(drop)
                };
                let all: Vec<_> = (0..PROGRAMS).map(|_| scope.spawn(open)).collect();
                for one in all {
                    one.join().unwrap().unwrap();
                }
            });
        }
    }
}
