//! Writing to the embedded store: each call is one transaction.

use bson::{Document, RawDocument, RawDocumentBuf};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::Local;
use crate::error::Result;
use crate::model::{RunId, SessionId, Time};
use crate::store::Place;
use crate::store::documents::{
    Applied, Blob, CHUNK, Chunk, Event, Frame, add_session, apply_update, date, event_step, last_scalar_steps, new_run,
};
use crate::store::write::{Inserted, LARGEST, LeftOff, NewSession, SessionState, SessionUpdate, Updated, Write};

impl Local {
    /// Changes the document of a run; `None` if there is no such run. `change` says whether there is something to write.
    fn change_run(&self, place: Place<'_>, run: RunId, change: impl FnOnce(&mut Document) -> bool) -> Result<Option<()>> {
        self.transaction(|transaction| {
            let Some(mut document) = run_document(transaction, place, run)? else { return Ok(None) };
            if change(&mut document) {
                transaction
                    .prepare_cached("UPDATE runs SET document = ?4 WHERE database = ?1 AND folder = ?2 AND id = ?3")?
                    .execute(params![place.database, place.folder, run.bytes(), document_bytes(&document)?])?;
            }
            Ok(Some(()))
        })
    }
}

impl Write for Local {
    fn ensure_folder(&self, _: Place<'_>) -> Result<()> {
        Ok(())
    }

    fn begin_session(&self, place: Place<'_>, session: &NewSession) -> Result<()> {
        self.transaction(|transaction| {
            let mut run = run_document(transaction, place, session.run)?.unwrap_or_else(|| new_run(session));
            add_session(&mut run, session);
            transaction
                .prepare_cached("INSERT OR REPLACE INTO runs (database, folder, id, document) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![place.database, place.folder, session.run.bytes(), document_bytes(&run)?])
                .map(drop)
        })
    }

    fn insert_run(&self, place: Place<'_>, document: &RawDocument) -> Result<()> {
        self.transaction(|transaction| {
            let id = document.get_object_id("_id").map_err(|cause| odd(&cause))?.bytes();
            transaction
                .prepare_cached("INSERT OR IGNORE INTO runs (database, folder, id, document) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![place.database, place.folder, id, document.as_bytes()])
                .map(drop)
        })
    }

    fn session_state(&self, place: Place<'_>, run: RunId, session: SessionId) -> Result<Option<SessionState>> {
        let key = params![place.database, place.folder, run.bytes(), session.bytes()];
        let documents = |sql: &str| {
            self.with(|connection| {
                let mut statement = connection.prepare_cached(sql)?;
                let rows = statement.query_map(key, |row| row.get::<_, Vec<u8>>(0))?;
                rows.map(|bytes| raw(bytes?)).collect::<rusqlite::Result<Vec<_>>>()
            })
        };
        let known = documents("SELECT document FROM runs WHERE database = ?1 AND folder = ?2 AND id = ?3 AND ?4 IS NOT NULL")?;
        let id = session.to_string();
        let stored = known.first().and_then(|run| run.get_document("sessions").ok()?.get_document(&id).ok());
        let Some(stored) = stored else { return Ok(None) };
        let mut state = SessionState::default();
        state.read(stored);
        // Of each tag the chunks that a hole may follow, and the last.
        let ends = format!(
            "SELECT document FROM
             (SELECT tag, seq, n, document, lead(seq) OVER (PARTITION BY tag ORDER BY seq) AS next FROM scalars
              WHERE database = ?1 AND folder = ?2 AND run = ?3 AND session = ?4)
             WHERE next IS NULL OR next != seq + 1 OR n != {CHUNK} ORDER BY tag, seq"
        );
        let chunks = documents(&ends)?.iter().map(|chunk| Chunk::decode(chunk)).collect::<Result<Vec<_>>>()?;
        for of_tag in chunks.chunk_by(|a, b| a.tag == b.tag) {
            let Some((last, others)) = of_tag.split_last() else { continue };
            // One that begins late is whole with less.
            let open = |chunk: &&Chunk| chunk.points.len() == CHUNK as usize || chunk.end() != (chunk.seq + 1) * CHUNK;
            match others.iter().find(open) {
                Some(front) => {
                    state.chunks.push(front.clone());
                    state.beyond.push(last.clone());
                }
                None => state.chunks.push(last.clone()),
            }
        }
        for frame in documents("SELECT document FROM tail WHERE database = ?1 AND folder = ?2 AND run = ?3 AND session = ?4")? {
            state.frames.push(Frame::decode(&frame)?);
        }
        let samples = "SELECT document FROM events WHERE database = ?1 AND folder = ?2 AND kind = 'histogram' AND run = ?3 AND n IS NOT NULL AND ?4 IS NOT NULL";
        for event in documents(samples)? {
            let event = Event::decode(&event)?;
            if event.session == session {
                state.samples.push(event);
            }
        }
        Ok(Some(state.in_order()))
    }

    fn left_off(&self, place: Place<'_>, run: RunId, rank: u32) -> Result<LeftOff> {
        let key = params![place.database, place.folder, run.bytes()];
        let documents = |sql: &str| {
            self.with(|connection| {
                let mut statement = connection.prepare_cached(sql)?;
                let rows = statement.query_map(key, |row| row.get::<_, Vec<u8>>(0))?;
                rows.map(|bytes| raw(bytes?)).collect::<rusqlite::Result<Vec<_>>>()
            })
        };
        let runs = documents("SELECT document FROM runs WHERE database = ?1 AND folder = ?2 AND id = ?3")?;
        let events = documents("SELECT document FROM events WHERE database = ?1 AND folder = ?2 AND run = ?3")?;
        let Some(run) = runs.first() else { return Ok(LeftOff::default()) };
        let (mut steps, sessions) = last_scalar_steps(run, rank);
        steps.extend(events.iter().filter_map(|event| event_step(event, &sessions)));
        Ok(LeftOff { steps, started: sessions.iter().map(|session| session.started).max() })
    }

    fn update_session(&self, place: Place<'_>, update: &SessionUpdate) -> Result<Updated> {
        let mut updated = Updated::Gone;
        self.change_run(place, update.run, |run| {
            let applied = apply_update(run, update);
            let fits = applied != Applied::Now || document_bytes(run).is_ok_and(|bytes| bytes.len() <= LARGEST);
            updated = match applied {
                Applied::Gone => Updated::Gone,
                _ if fits => Updated::Done,
                _ => Updated::TooLarge,
            };
            applied == Applied::Now && fits
        })?;
        Ok(updated)
    }

    fn heartbeat(&self, place: Place<'_>, run: RunId, session: SessionId, now: Time) -> Result<()> {
        let beat = |document: &mut Document| {
            let later = document.get_datetime("heartbeat").ok().is_none_or(|last| *last < date(now));
            if later {
                document.insert("heartbeat", date(now));
            }
            later
        };
        let id = session.to_string();
        let later = |run: &mut Document| {
            let session = run.get_document_mut("sessions").and_then(|sessions| sessions.get_document_mut(&id));
            session.is_ok_and(beat) | beat(run)
        };
        self.change_run(place, run, later).map(drop)
    }

    fn insert_frame(&self, place: Place<'_>, frame: &Frame) -> Result<Inserted> {
        let document = frame.encode()?;
        self.transaction(|transaction| {
            let new = transaction
                .prepare_cached("INSERT OR IGNORE INTO tail (database, folder, run, session, k, id, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
                .execute(params![
                    place.database,
                    place.folder,
                    frame.run.bytes(),
                    frame.session.bytes(),
                    frame.k,
                    frame.id,
                    document.as_bytes()
                ])?;
            let ours = new > 0
                || transaction
                    .prepare_cached("SELECT 1 FROM tail WHERE database = ?1 AND folder = ?2 AND id = ?3")?
                    .exists(params![place.database, place.folder, frame.id])?;
            Ok(if ours { Inserted::Stored } else { Inserted::Taken })
        })
    }

    fn write_chunks(&self, place: Place<'_>, chunks: &[Chunk]) -> Result<()> {
        let documents = chunks.iter().map(|chunk| Ok((chunk, chunk.encode()?))).collect::<Result<Vec<_>>>()?;
        self.transaction(|transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO scalars (database, folder, run, tag, session, seq, n, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT DO UPDATE SET n = excluded.n, document = excluded.document WHERE n <= excluded.n",
            )?;
            for (chunk, document) in &documents {
                statement.execute(params![
                    place.database,
                    place.folder,
                    chunk.run.bytes(),
                    chunk.tag,
                    chunk.session.bytes(),
                    chunk.seq,
                    i64::try_from(chunk.points.len()).unwrap_or(i64::MAX),
                    document.as_bytes()
                ])?;
            }
            Ok(())
        })
    }

    fn delete_frames(&self, place: Place<'_>, run: RunId, session: SessionId, k: i64) -> Result<()> {
        self.transaction(|transaction| {
            transaction
                .prepare_cached("DELETE FROM tail WHERE database = ?1 AND folder = ?2 AND run = ?3 AND session = ?4 AND k <= ?5")?
                .execute(params![place.database, place.folder, run.bytes(), session.bytes(), k])
                .map(drop)
        })
    }

    fn insert_events(&self, place: Place<'_>, events: &[Event]) -> Result<()> {
        let documents = events.iter().map(|event| Ok((event, event.encode()?))).collect::<Result<Vec<_>>>()?;
        self.transaction(|transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO events (database, folder, id, run, kind, tag, step, n, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT DO UPDATE SET n = excluded.n, document = excluded.document WHERE n <= excluded.n",
            )?;
            for (event, document) in &documents {
                statement.execute(params![
                    place.database,
                    place.folder,
                    event.id,
                    event.run.bytes(),
                    event.what.kind(),
                    event.tag,
                    event.step,
                    event.grown(),
                    document.as_bytes()
                ])?;
            }
            Ok(())
        })
    }

    fn insert_blob(&self, place: Place<'_>, blob: &Blob) -> Result<()> {
        let documents = blob.encode()?;
        self.transaction(|transaction| {
            let mut statement = transaction
                .prepare_cached("INSERT OR IGNORE INTO blobs (database, folder, id, document) VALUES (?1, ?2, ?3, ?4)")?;
            for (key, document) in &documents {
                statement.execute(params![place.database, place.folder, key, document.as_bytes()])?;
            }
            Ok(())
        })
    }
}

pub(super) fn run_document(transaction: &Transaction<'_>, place: Place<'_>, run: RunId) -> rusqlite::Result<Option<Document>> {
    let bytes: Option<Vec<u8>> = transaction
        .prepare_cached("SELECT document FROM runs WHERE database = ?1 AND folder = ?2 AND id = ?3")?
        .query_row(params![place.database, place.folder, run.bytes()], |row| row.get(0))
        .optional()?;
    bytes.map(|bytes| RawDocument::from_bytes(&bytes).and_then(Document::try_from).map_err(|cause| odd(&cause))).transpose()
}

pub(super) fn document_bytes(document: &Document) -> rusqlite::Result<Vec<u8>> {
    let raw = bson::serialize_to_raw_document_buf(document).map_err(|cause| odd(&cause))?;
    Ok(raw.into_bytes())
}

pub(super) fn raw(bytes: Vec<u8>) -> rusqlite::Result<RawDocumentBuf> {
    RawDocumentBuf::from_bytes(bytes).map_err(|cause| odd(&cause))
}

pub(super) fn odd(cause: &bson::error::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, cause.to_string().into())
}
