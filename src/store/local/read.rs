//! Reading from the embedded store.

use std::collections::HashMap;

use bson::{RawDocument, RawDocumentBuf};
use rusqlite::{OptionalExtension as _, Params, params};

use super::Local;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{HistogramBins, ImageInfo, Outline, Run, RunId, Series, Thought, Time};
use crate::query::{Condition, Filter, Matcher};
use crate::store::documents::{Chunk, Event, Frame, part_key};
use crate::store::read::{Kind, Place, Read};
use crate::store::reading::{self, Found, Names, ids};
use crate::store::{assemble, media, outline};

const EVENTS: &str = "SELECT document FROM events WHERE database = ?1 AND folder = ?2 AND kind = ?3 AND run = ?4 AND tag = ?5";

impl Local {
    /// The documents that a statement selects.
    pub(super) fn documents(&self, sql: &str, keys: impl Params) -> Result<Vec<RawDocumentBuf>> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map(keys, |row| row.get::<_, Vec<u8>>(0))?;
            rows.map(|bytes| raw(bytes?)).collect()
        })
    }

    /// What is made of the documents that a statement selects, in its order; the connection is held meanwhile.
    fn each<T>(&self, sql: &str, keys: impl Params, make: impl Fn(&RawDocument) -> Result<Option<T>>) -> Result<Vec<T>> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query(keys)?;
            let mut made = Vec::new();
            while let Some(row) = rows.next()? {
                let document = RawDocument::from_bytes(row.get_ref(0)?.as_blob()?).map_err(odd)?;
                match make(document) {
                    Ok(one) => made.extend(one),
                    Err(error) => return Ok(Err(error)),
                }
            }
            Ok(Ok(made))
        })?
    }

    fn texts(&self, sql: &str, keys: impl Params) -> Result<Vec<String>> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map(keys, |row| row.get(0))?.collect()
        })
    }

    pub(super) fn events_of(&self, place: Place<'_>, kind: Kind, runs: &[RunId], tag: &str) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        for run in runs {
            let keys = params![place.database, place.folder, kind.word(), run.bytes(), tag];
            for document in self.documents(EVENTS, keys)? {
                events.push(reading::event(&document)?);
            }
        }
        Ok(events)
    }

    /// The points of a run that are in no chunk yet.
    fn tail(&self, place: Place<'_>, run: RunId, names: &Names) -> Result<Vec<Frame>> {
        let sql = "SELECT document FROM tail WHERE database = ?1 AND folder = ?2 AND run = ?3";
        self.documents(sql, (place.database, place.folder, run.bytes()))?.iter().map(|frame| names.frame(frame)).collect()
    }

    /// The frames with points of these runs, and the chunks of a tag.
    pub(super) fn pieces_of(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<(Vec<Frame>, Vec<Chunk>)> {
        let names = Names::of(runs, tag);
        let (mut frames, mut chunks) = (Vec::new(), Vec::new());
        for run in runs {
            let id = run.id.bytes();
            // Points move from frames to chunks, never back: in this order none is missed.
            frames.extend(self.tail(place, run.id, &names)?);
            let scalars = "SELECT document FROM scalars WHERE database = ?1 AND folder = ?2 AND run = ?3 AND tag = ?4";
            for chunk in self.documents(scalars, (place.database, place.folder, id, tag))? {
                chunks.push(names.chunk(&chunk)?);
            }
        }
        Ok((frames, chunks))
    }

    fn blob_document(&self, place: Place<'_>, key: &[u8]) -> Result<Option<RawDocumentBuf>> {
        self.with(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT document FROM blobs WHERE database = ?1 AND folder = ?2 AND id = ?3")?;
            let found = statement.query_row(params![place.database, place.folder, key], |row| row.get::<_, Vec<u8>>(0));
            found.optional()?.map(raw).transpose()
        })
    }
}

impl Read for Local {
    fn databases(&self) -> Result<Vec<String>> {
        self.texts("SELECT DISTINCT database FROM runs ORDER BY database", [])
    }

    fn folders(&self, database: &str) -> Result<Vec<String>> {
        self.texts("SELECT DISTINCT folder FROM runs WHERE database = ?1 ORDER BY folder", [database])
    }

    fn runs(&self, place: Place<'_>, filter: &Filter) -> Result<Vec<Run>> {
        if let Some(query) = filter.mongo_queries().first() {
            let query = Filter::Mongo((*query).to_owned());
            return Err(Error::new(ErrorKind::Input, format!("`{query}` is a question to MongoDB"))
                .because("these runs are in the local store")
                .help("say it as `lr < 0.01`, `exists(lr)`, `name ~ \"…\"`; or move the runs: `ml_board sync --to URI`"));
        }
        let (now, matcher) = (Time::now(), Matcher::new(filter));
        let sql = "SELECT document FROM runs WHERE database = ?1 AND folder = ?2";
        // Each is decoded where SQLite has it, and dropped at once if it is not wanted: those of a large folder are hundreds of megabytes.
        let runs = self.each(sql, [place.database, place.folder], |document| {
            Ok(Some(reading::run(place.folder, document, now)?).filter(|run| matcher.matches(run)))
        })?;
        Ok(reading::newest_first(runs))
    }

    fn newest(&self, place: Place<'_>, most: u32) -> Result<Vec<Run>> {
        let now = Time::now();
        let sql = "SELECT document FROM runs WHERE database = ?1 AND folder = ?2 ORDER BY id DESC LIMIT ?3";
        self.each(sql, params![place.database, place.folder, most], |document| {
            reading::run(place.folder, document, now).map(Some)
        })
    }

    fn series(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Series>> {
        assemble::look(runs, tag, || self.pieces_of(place, runs, tag))
    }

    fn outlines(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Outline>> {
        let names = Names::of(runs, tag);
        let look = || {
            let mut frames = Vec::new();
            for run in runs {
                frames.extend(self.tail(place, run.id, &names)?);
            }
            Ok((frames, self.headers(place, runs, tag, &names)?))
        };
        outline::look(runs, tag, look, |run| self.series(place, &[run], tag))
    }

    fn first_chunks(&self, place: Place<'_>, runs: &[RunId], condition: &Condition) -> Result<Vec<Chunk>> {
        // The document is read only as far as its pages are asked for, and none after the first that may meet it.
        let sql = "SELECT session, document FROM scalars WHERE database = ?1 AND folder = ?2 AND run = ?3 AND tag = ?4 ORDER BY session, seq";
        let mut found = Vec::new();
        for run in runs {
            let of_run = self.with(|connection| {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(params![place.database, place.folder, run.bytes(), condition.tag])?;
                let mut of_run: Vec<(Vec<u8>, RawDocumentBuf)> = Vec::new();
                while let Some(row) = rows.next()? {
                    let session: Vec<u8> = row.get(0)?;
                    if of_run.last().is_some_and(|(done, _)| *done == session) {
                        continue;
                    }
                    let document = raw(row.get(1)?)?;
                    if reading::may_meet(&document, condition) {
                        of_run.push((session, document));
                    }
                }
                Ok(of_run)
            })?;
            for (_, document) in of_run {
                found.push(Chunk::decode(&document)?);
            }
        }
        Ok(found)
    }

    fn tags(&self, place: Place<'_>, runs: &[RunId], kind: Kind) -> Result<Vec<String>> {
        let sql = "SELECT DISTINCT tag FROM events WHERE database = ?1 AND folder = ?2 AND kind = ?3 AND run = ?4";
        let mut tags = Vec::new();
        for run in runs {
            tags.extend(self.texts(sql, params![place.database, place.folder, kind.word(), run.bytes()])?);
        }
        tags.sort();
        tags.dedup();
        Ok(tags)
    }

    fn images(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<ImageInfo>> {
        Ok(media::images(runs, &self.events_of(place, Kind::Image, &ids(runs), tag)?))
    }

    fn blob(&self, place: Place<'_>, sha256: &str) -> Result<Vec<u8>> {
        let key = reading::blob_key(sha256)?;
        let parts = match reading::blob(sha256, self.blob_document(place, &key)?.as_deref())? {
            Found::Whole(bytes) => return Ok(bytes),
            Found::Parts(parts) => parts,
        };
        let mut bytes = Vec::new();
        for part in 0..parts {
            let document = self.blob_document(place, &part_key(&key, part))?;
            bytes.extend(reading::part(sha256, part, document.as_deref())?);
        }
        Ok(bytes)
    }

    fn histograms(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<HistogramBins>> {
        Ok(media::histograms(runs, &self.events_of(place, Kind::Histogram, &ids(runs), tag)?))
    }

    fn thoughts(&self, database: &str, folders: &[String]) -> Result<Vec<Thought>> {
        let mut all = Vec::new();
        for folder in folders {
            let name = |run: &RawDocument| {
                let id = RunId::from_bytes(run.get_object_id("_id").ok()?.bytes());
                Some((id, run.get_str("name").unwrap_or_default().to_owned()))
            };
            let runs = self.documents("SELECT document FROM runs WHERE database = ?1 AND folder = ?2", [database, folder])?;
            let names: HashMap<RunId, String> = runs.iter().filter_map(|run| name(run)).collect();
            let sql = "SELECT document FROM events WHERE database = ?1 AND folder = ?2 AND kind = 'text' ORDER BY id";
            let texts = self.documents(sql, [database, folder])?;
            let texts = texts.iter().map(|text| reading::event(text)).collect::<Result<Vec<_>>>()?;
            all.extend(reading::thoughts(folder, &names, &texts));
        }
        Ok(reading::in_order_of_time(all))
    }
}

pub(super) fn raw(bytes: Vec<u8>) -> rusqlite::Result<RawDocumentBuf> {
    RawDocumentBuf::from_bytes(bytes).map_err(odd)
}

fn odd(cause: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(cause))
}
