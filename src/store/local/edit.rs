//! Documents of the embedded store as they are, for corrections.

use bson::{Document, RawBsonRef, RawDocument, RawDocumentBuf};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::Local;
use super::write::{document_bytes, odd, run_document};
use crate::error::Result;
use crate::model::{RunId, Time};
use crate::store::Place;
use crate::store::documents::date;
use crate::store::edit::{Documents, Part, Swap, same};

/// Made when a folder is edited first: files without it are older, not broken.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS edits (
    database TEXT NOT NULL, folder TEXT NOT NULL, id TEXT NOT NULL, document BLOB NOT NULL, PRIMARY KEY (database, folder, id))";

impl Local {
    fn table(&self) -> Result<()> {
        self.with(|connection| connection.execute_batch(TABLE))
    }
}

impl Documents for Local {
    fn whole_runs(&self, place: Place<'_>, runs: &[RunId]) -> Result<Vec<RawDocumentBuf>> {
        let mut found = Vec::with_capacity(runs.len());
        for run in runs {
            let sql = "SELECT document FROM runs WHERE database = ?1 AND folder = ?2 AND id = ?3";
            found.extend(self.documents(sql, params![place.database, place.folder, run.bytes()])?);
        }
        Ok(found)
    }

    fn of_run(&self, place: Place<'_>, part: Part, run: RunId, tags: &[String]) -> Result<Vec<RawDocumentBuf>> {
        let order = match part {
            Part::Scalars => "session, tag, seq",
            Part::Tail => "session, k",
            Part::Runs | Part::Events | Part::Edits => "id",
        };
        let table = part.suffix();
        let sql = format!("SELECT document FROM {table} WHERE database = ?1 AND folder = ?2 AND run = ?3 ORDER BY {order}");
        let mut found = self.documents(&sql, params![place.database, place.folder, run.bytes()])?;
        // A frame has points of many tags.
        if !tags.is_empty() && part != Part::Tail {
            found.retain(|document| document.get_str("tag").is_ok_and(|tag| tags.iter().any(|known| known == tag)));
        }
        Ok(found)
    }

    fn edits(&self, place: Place<'_>) -> Result<Vec<RawDocumentBuf>> {
        self.table()?;
        let sql = "SELECT document FROM edits WHERE database = ?1 AND folder = ?2 AND length(id) = 24 ORDER BY id";
        self.documents(sql, params![place.database, place.folder])
    }

    fn edit_document(&self, place: Place<'_>, id: &str) -> Result<Option<RawDocumentBuf>> {
        let sql = "SELECT document FROM edits WHERE database = ?1 AND folder = ?2 AND id = ?3";
        Ok(self.documents(sql, params![place.database, place.folder, id])?.pop())
    }

    fn put(&self, place: Place<'_>, part: Part, documents: &[RawDocumentBuf]) -> Result<()> {
        self.transaction(|transaction| documents.iter().try_for_each(|document| put(transaction, place, part, document)))
    }

    fn remove(&self, place: Place<'_>, part: Part, keys: &[RawDocumentBuf]) -> Result<()> {
        self.transaction(|transaction| keys.iter().try_for_each(|key| remove(transaction, place, part, key)))
    }

    fn swap(&self, place: Place<'_>, run: RunId, fields: &[Swap]) -> Result<bool> {
        self.transaction(|transaction| {
            let Some(mut document) = run_document(transaction, place, run)? else { return Ok(false) };
            for Swap { field, old, new } in fields {
                if !same(document.get(field), old.as_ref()) {
                    return Ok(false);
                }
                match new {
                    Some(new) => drop(document.insert(field, new.clone())),
                    None => drop(document.remove(field)),
                }
            }
            transaction
                .prepare_cached("UPDATE runs SET document = ?4 WHERE database = ?1 AND folder = ?2 AND id = ?3")?
                .execute(params![place.database, place.folder, run.bytes(), document_bytes(&document)?])?;
            Ok(true)
        })
    }

    fn lock(&self, place: Place<'_>, lock: &RawDocument) -> Result<bool> {
        self.table()?;
        self.transaction(|transaction| {
            let sql = "INSERT OR IGNORE INTO edits (database, folder, id, document) VALUES (?1, ?2, 'lock', ?3)";
            Ok(transaction.execute(sql, params![place.database, place.folder, lock.as_bytes()])? > 0)
        })
    }

    fn beat(&self, place: Place<'_>, owner: &str, now: Time) -> Result<bool> {
        self.transaction(|transaction| {
            let Some(mut lock) = lock_of(transaction, place, owner)? else { return Ok(false) };
            lock.insert("beat", date(now));
            let sql = "UPDATE edits SET document = ?3 WHERE database = ?1 AND folder = ?2 AND id = 'lock'";
            transaction.execute(sql, params![place.database, place.folder, document_bytes(&lock)?]).map(|_| true)
        })
    }

    fn unlock(&self, place: Place<'_>, owner: &str) -> Result<()> {
        self.transaction(|transaction| {
            if lock_of(transaction, place, owner)?.is_some() {
                let sql = "DELETE FROM edits WHERE database = ?1 AND folder = ?2 AND id = 'lock'";
                transaction.execute(sql, params![place.database, place.folder])?;
            }
            Ok(())
        })
    }
}

/// The lock, if it is this owner's.
fn lock_of(transaction: &Transaction<'_>, place: Place<'_>, owner: &str) -> rusqlite::Result<Option<Document>> {
    let sql = "SELECT document FROM edits WHERE database = ?1 AND folder = ?2 AND id = 'lock'";
    let found: Option<Vec<u8>> =
        transaction.query_row(sql, params![place.database, place.folder], |row| row.get(0)).optional()?;
    let Some(found) = found else { return Ok(None) };
    let lock = RawDocument::from_bytes(&found).and_then(Document::try_from).map_err(|cause| odd(&cause))?;
    Ok(Some(lock).filter(|lock| lock.get_str("owner").is_ok_and(|of| of == owner)))
}

fn put(transaction: &Transaction<'_>, place: Place<'_>, part: Part, document: &RawDocument) -> rusqlite::Result<()> {
    let (database, folder, bytes) = (place.database, place.folder, document.as_bytes());
    let object = |key| document.get_object_id(key).map(|id| id.bytes()).map_err(|cause| odd(&cause));
    let integer = |key| number(document, key);
    match part {
        Part::Runs => {
            let sql = "INSERT OR REPLACE INTO runs (database, folder, id, document) VALUES (?1, ?2, ?3, ?4)";
            transaction.prepare_cached(sql)?.execute(params![database, folder, object("_id")?, bytes])
        }
        Part::Scalars => {
            let sql = "INSERT OR REPLACE INTO scalars (database, folder, run, tag, session, seq, n, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            let (tag, session) = (text(document, "tag"), object("session")?);
            transaction.prepare_cached(sql)?.execute(params![
                database,
                folder,
                object("run")?,
                tag,
                session,
                integer("seq"),
                integer("n"),
                bytes
            ])
        }
        Part::Tail => {
            let sql = "INSERT OR REPLACE INTO tail (database, folder, run, session, k, id, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let (session, id) = (object("session")?, text(document, "_id"));
            transaction.prepare_cached(sql)?.execute(params![database, folder, object("run")?, session, integer("k"), id, bytes])
        }
        Part::Events => {
            let sql = "INSERT OR REPLACE INTO events (database, folder, id, run, kind, tag, step, n, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            let (kind, tag, grown) = (text(document, "kind"), text(document, "tag"), integer("total"));
            transaction.prepare_cached(sql)?.execute(params![
                database,
                folder,
                text(document, "_id"),
                object("run")?,
                kind,
                tag.unwrap_or_default(),
                integer("step"),
                grown,
                bytes
            ])
        }
        Part::Edits => {
            let sql = "INSERT OR REPLACE INTO edits (database, folder, id, document) VALUES (?1, ?2, ?3, ?4)";
            transaction.prepare_cached(sql)?.execute(params![database, folder, text(document, "_id"), bytes])
        }
    }
    .map(drop)
}

fn remove(transaction: &Transaction<'_>, place: Place<'_>, part: Part, key: &RawDocument) -> rusqlite::Result<()> {
    let (database, folder) = (place.database, place.folder);
    let object = |name| key.get_object_id(name).map(|id| id.bytes()).map_err(|cause| odd(&cause));
    match part {
        Part::Runs => transaction
            .prepare_cached("DELETE FROM runs WHERE database = ?1 AND folder = ?2 AND id = ?3")?
            .execute(params![database, folder, object("_id")?]),
        Part::Scalars => transaction
            .prepare_cached(
                "DELETE FROM scalars WHERE database = ?1 AND folder = ?2 AND run = ?3 AND tag = ?4 AND session = ?5 AND seq = ?6",
            )?
            .execute(params![database, folder, object("run")?, text(key, "tag"), object("session")?, number(key, "seq")]),
        Part::Tail => transaction
            .prepare_cached("DELETE FROM tail WHERE database = ?1 AND folder = ?2 AND run = ?3 AND session = ?4 AND k = ?5")?
            .execute(params![database, folder, object("run")?, object("session")?, number(key, "k")]),
        Part::Events | Part::Edits => {
            let sql = format!("DELETE FROM {} WHERE database = ?1 AND folder = ?2 AND id = ?3", part.suffix());
            transaction.prepare_cached(&sql)?.execute(params![database, folder, text(key, "_id")])
        }
    }
    .map(drop)
}

/// A text, or an identity as one.
fn text(document: &RawDocument, key: &str) -> Option<String> {
    match document.get(key).ok().flatten()? {
        RawBsonRef::ObjectId(id) => Some(id.to_hex()),
        other => other.as_str().map(str::to_owned),
    }
}

fn number(document: &RawDocument, key: &str) -> Option<i64> {
    let value = document.get(key).ok().flatten()?;
    value.as_i64().or_else(|| value.as_i32().map(i64::from))
}
