//! What repairing needs of the embedded store.

use bson::{Bson, Document, RawDocumentBuf};
use rusqlite::params;

use super::Local;
use super::write::{document_bytes, raw, run_document};
use crate::error::Result;
use crate::model::RunId;
use crate::store::Place;
use crate::store::documents::{Chunk, Frame};
use crate::store::repair::{Change, Mend};

impl Mend for Local {
    fn run_documents(&self, place: Place<'_>) -> Result<Vec<RawDocumentBuf>> {
        Local::run_documents(self, place)
    }

    fn chunk_tags(&self, place: Place<'_>, run: RunId) -> Result<Vec<String>> {
        self.with(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT DISTINCT tag FROM scalars WHERE database = ?1 AND folder = ?2 AND run = ?3")?;
            statement.query_map(params![place.database, place.folder, run.bytes()], |row| row.get(0))?.collect()
        })
    }

    fn chunk_documents(&self, place: Place<'_>, run: RunId, tag: &str) -> Result<Vec<RawDocumentBuf>> {
        self.documents(
            "SELECT document FROM scalars WHERE database = ?1 AND folder = ?2 AND run = ?3 AND tag = ?4",
            params![place.database, place.folder, run.bytes(), tag],
        )
    }

    fn frames(&self, place: Place<'_>, run: RunId) -> Result<Vec<Frame>> {
        let mut frames = Vec::new();
        self.each_frame(place, run, |frame| {
            frames.push(frame.clone());
            Ok(())
        })?;
        Ok(frames)
    }

    fn change_run(&self, place: Place<'_>, run: RunId, changes: &[Change]) -> Result<()> {
        self.transaction(|transaction| {
            let Some(mut document) = run_document(transaction, place, run)? else { return Ok(()) };
            changes.iter().for_each(|(path, value)| change(&mut document, path, value.as_ref()));
            transaction.execute(
                "UPDATE runs SET document = ?4 WHERE database = ?1 AND folder = ?2 AND id = ?3",
                params![place.database, place.folder, run.bytes(), document_bytes(&document)?],
            )?;
            Ok(())
        })
    }

    fn change_chunk(&self, place: Place<'_>, chunk: &Chunk, changes: &[Change]) -> Result<()> {
        let n = i64::try_from(chunk.points.len()).unwrap_or(i64::MAX);
        let which = "WHERE database = ?1 AND folder = ?2 AND run = ?3 AND tag = ?4 AND session = ?5 AND seq = ?6";
        let (run, tag, session, seq) = (chunk.run.bytes(), &*chunk.tag, chunk.session.bytes(), chunk.seq);
        self.transaction(|transaction| {
            let key = params![place.database, place.folder, run, tag, session, seq];
            let bytes = transaction.query_row(&format!("SELECT document FROM scalars {which}"), key, |row| row.get(0))?;
            let mut document = Document::try_from(raw(bytes)?.as_ref()).unwrap_or_default();
            changes.iter().for_each(|(path, value)| change(&mut document, path, value.as_ref()));
            let key = params![place.database, place.folder, run, tag, session, seq, n, document_bytes(&document)?];
            transaction.execute(&format!("UPDATE scalars SET n = ?7, document = ?8 {which}"), key)?;
            Ok(())
        })
    }
}

/// Sets a field, or takes it away. What is on the way to it and is no document is left alone.
fn change(document: &mut Document, path: &[String], value: Option<&Bson>) {
    match (path, value) {
        ([field], Some(value)) => drop(document.insert(field, value.clone())),
        ([field], None) => drop(document.remove(field)),
        ([field, rest @ ..], value) => {
            if let Bson::Document(inner) = document.entry(field.clone()).or_insert_with(|| Bson::Document(Document::new())) {
                change(inner, rest, value);
            }
        }
        ([], _) => {}
    }
}
