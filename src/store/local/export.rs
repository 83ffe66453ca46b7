//! What the embedded store holds, run by run, for a move to another store.

use bson::RawDocumentBuf;
use rusqlite::params;

use super::Local;
use super::write::raw;
use crate::error::Result;
use crate::model::RunId;
use crate::store::Place;
use crate::store::documents::{Chunk, Event, Frame};

/// How many rows are read at once.
const PAGE: usize = 256;

impl Local {
    /// The databases and folders that hold runs.
    pub(crate) fn places(&self) -> Result<Vec<(String, String)>> {
        self.with(|connection| {
            let mut statement = connection.prepare("SELECT DISTINCT database, folder FROM runs ORDER BY database, folder")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    /// The documents of the runs of a folder.
    pub(crate) fn run_documents(&self, place: Place<'_>) -> Result<Vec<RawDocumentBuf>> {
        self.documents(
            "SELECT document FROM runs WHERE database = ?1 AND folder = ?2 ORDER BY id",
            params![place.database, place.folder],
        )
    }

    /// Hands over all chunks of a run, some at a time.
    pub(crate) fn each_chunks(&self, place: Place<'_>, run: RunId, mut take: impl FnMut(&[Chunk]) -> Result<()>) -> Result<()> {
        self.pages(place, run, "scalars", |page| {
            take(&page.iter().map(|chunk| Chunk::decode(chunk)).collect::<Result<Vec<_>>>()?)
        })
    }

    /// Hands over all frames of a run.
    pub(crate) fn each_frame(&self, place: Place<'_>, run: RunId, mut take: impl FnMut(&Frame) -> Result<()>) -> Result<()> {
        self.pages(place, run, "tail", |page| page.iter().try_for_each(|frame| take(&Frame::decode(frame)?)))
    }

    /// Hands over all events of a run, some at a time.
    pub(crate) fn each_events(&self, place: Place<'_>, run: RunId, mut take: impl FnMut(&[Event]) -> Result<()>) -> Result<()> {
        self.pages(place, run, "events", |page| take(&page.iter().map(|event| Event::decode(event)).collect::<Result<Vec<_>>>()?))
    }

    /// Deletes a run with all that belongs to it, if its document is still this one; and the folder's blobs with its last run.
    /// Returns whether it was.
    pub(crate) fn delete_run(&self, place: Place<'_>, run: RunId, document: &RawDocumentBuf) -> Result<bool> {
        self.transaction(|transaction| {
            let (database, folder, id) = (place.database, place.folder, run.bytes());
            let unchanged = transaction.execute(
                "DELETE FROM runs WHERE database = ?1 AND folder = ?2 AND id = ?3 AND document = ?4",
                params![database, folder, id, document.as_bytes()],
            )?;
            if unchanged == 0 {
                return Ok(false);
            }
            for table in ["scalars", "tail", "events"] {
                let delete = format!("DELETE FROM {table} WHERE database = ?1 AND folder = ?2 AND run = ?3");
                transaction.execute(&delete, params![database, folder, id])?;
            }
            transaction.execute(
                "DELETE FROM blobs WHERE database = ?1 AND folder = ?2
                 AND NOT EXISTS (SELECT 1 FROM runs WHERE database = ?1 AND folder = ?2)",
                params![database, folder],
            )?;
            Ok(true)
        })
    }

    fn pages(
        &self,
        place: Place<'_>,
        run: RunId,
        table: &str,
        mut take: impl FnMut(&[RawDocumentBuf]) -> Result<()>,
    ) -> Result<()> {
        let sql = format!(
            "SELECT rowid, document FROM {table} WHERE database = ?1 AND folder = ?2 AND run = ?3 AND rowid > ?4 ORDER BY rowid LIMIT {PAGE}"
        );
        let mut last = i64::MIN;
        loop {
            let page: Vec<(i64, Vec<u8>)> = self.with(|connection| {
                let mut statement = connection.prepare_cached(&sql)?;
                let key = params![place.database, place.folder, run.bytes(), last];
                statement.query_map(key, |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            })?;
            let Some((rowid, _)) = page.last() else { return Ok(()) };
            last = *rowid;
            let documents = page.into_iter().map(|(_, bytes)| raw(bytes)).collect::<rusqlite::Result<Vec<_>>>();
            take(&documents.map_err(|cause| self.trouble(&cause))?)?;
        }
    }
}
