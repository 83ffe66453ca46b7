//! Headers of chunks, from the first bytes of their documents: SQLite reads only the page that holds them, not the points behind.

use bson::{RawDocument, RawDocumentBuf};
use rusqlite::blob::Blob;
use rusqlite::{Connection, MAIN_DB, params};

use super::Local;
use super::read::raw;
use crate::error::Result;
use crate::model::Run;
use crate::store::Place;
use crate::store::documents::{Header, elements};
use crate::store::reading::Names;

/// The header of a chunk and some room, without its tag.
const HEAD: usize = 384;

impl Local {
    /// The headers of the chunks of these runs.
    pub(super) fn headers(&self, place: Place<'_>, runs: &[&Run], tag: &str, names: &Names) -> Result<Vec<Header>> {
        let heads = self.with(|connection| {
            // Rows keep their numbers for as long as it lasts.
            let transaction = connection.unchecked_transaction()?;
            let mut heads = Vec::new();
            for run in runs {
                heads.extend(of_run(&transaction, place, run, tag)?);
            }
            transaction.commit()?;
            Ok(heads)
        })?;
        heads.iter().map(|head| names.header(head)).collect()
    }
}

fn of_run(connection: &Connection, place: Place<'_>, run: &Run, tag: &str) -> rusqlite::Result<Vec<RawDocumentBuf>> {
    let sql = "SELECT rowid FROM scalars WHERE database = ?1 AND folder = ?2 AND run = ?3 AND tag = ?4 ORDER BY session, seq";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![place.database, place.folder, run.id.bytes(), tag], |row| row.get::<_, i64>(0))?;
    let mut open: Option<Blob<'_>> = None;
    let mut heads = Vec::new();
    let mut bytes = vec![0; HEAD + tag.len()];
    for row in rows {
        let row = row?;
        let blob = match open.take() {
            None => connection.blob_open(MAIN_DB, "scalars", "document", row, true)?,
            Some(mut blob) => {
                blob.reopen(row)?;
                blob
            }
        };
        let head = bytes.len().min(blob.len());
        blob.read_at_exact(&mut bytes[..head], 0)?;
        let usual = elements(&bytes[..head]).filter(|head| whole(head));
        heads.push(match usual {
            Some(head) => head,
            // Someone wrote its fields in another order.
            None => {
                let mut all = vec![0; blob.len()];
                blob.read_at_exact(&mut all, 0)?;
                raw(all)?
            }
        });
        open = Some(blob);
    }
    Ok(heads)
}

fn whole(head: &RawDocument) -> bool {
    Header::decode(head).is_ok()
}
