//! Following a folder of the embedded store. SQLite counts the writes of others, so that nothing new costs nothing.

use std::collections::BTreeMap;

use rusqlite::params;

use super::Local;
use crate::error::Result;
use crate::model::{Run, RunId, SessionId, Time};
use crate::query::Filter;
use crate::store::documents::{Chunk, Event, Frame};
use crate::store::follow::{Follow, Heard, Rest};
use crate::store::read::{Kind, Place, Read as _};
use crate::store::reading;

impl Follow for Local {
    fn pulse(&self) -> Result<Option<i64>> {
        // Other connections' writes, and this one's own.
        self.with(|connection| {
            let others: i64 = connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
            Ok(Some(others.wrapping_mul(1 << 32).wrapping_add_unsigned(connection.total_changes())))
        })
    }

    fn runs_again(&self, place: Place<'_>, _: &[RunId], _: Time) -> Result<Vec<Run>> {
        self.runs(place, &Filter::All)
    }

    fn pieces(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<(Vec<Frame>, Vec<Chunk>)> {
        self.pieces_of(place, runs, tag)
    }

    fn frames_after(&self, place: Place<'_>, heads: &[(RunId, SessionId, i64)]) -> Result<Vec<Frame>> {
        let sql = "SELECT document FROM tail WHERE database = ?1 AND folder = ?2 AND run = ?3 AND session = ?4 AND k > ?5";
        let mut frames = Vec::new();
        for (run, session, k) in heads {
            let found = self.documents(sql, params![place.database, place.folder, run.bytes(), session.bytes(), k])?;
            frames.extend(found.iter().map(|frame| Frame::decode(frame)).collect::<Result<Vec<_>>>()?);
        }
        Ok(frames)
    }

    fn chunks(&self, place: Place<'_>, rests: &[Rest]) -> Result<Vec<Chunk>> {
        let sql = "SELECT document FROM scalars WHERE database = ?1 AND folder = ?2 AND run = ?3 AND tag = ?4 AND session = ?5 AND seq >= ?6";
        let mut chunks = Vec::new();
        for rest in rests {
            let keys = params![place.database, place.folder, rest.run.bytes(), rest.tag, rest.session.bytes(), rest.seq];
            let found = self.documents(sql, keys)?;
            chunks.extend(found.iter().map(|chunk| Chunk::decode(chunk)).collect::<Result<Vec<_>>>()?);
        }
        Ok(chunks)
    }

    fn events(&self, place: Place<'_>, kind: Kind, runs: &[RunId], tag: &str) -> Result<Vec<Event>> {
        self.events_of(place, kind, runs, tag)
    }

    fn told(&self, database: &str) -> Result<BTreeMap<String, i64>> {
        // By the index, folder by folder.
        let of_folder = "SELECT count(*) FROM events WHERE database = ?1 AND events.folder = folders.folder AND kind = 'text'";
        let sql = format!("SELECT folder, ({of_folder}) FROM (SELECT DISTINCT folder FROM runs WHERE database = ?1) AS folders");
        self.with(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map([database], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    fn events_since(&self, place: Place<'_>, runs: &[RunId], since: Option<Heard>) -> Result<(Vec<Event>, Heard)> {
        // Rows are counted as they are inserted, over all folders.
        let last: i64 =
            self.with(|connection| connection.query_row("SELECT coalesce(max(rowid), 0) FROM events", [], |row| row.get(0)))?;
        let Some(Heard(since)) = since else { return Ok((Vec::new(), Heard(last))) };
        let sql = "SELECT document FROM events WHERE rowid > ?3 AND database = ?1 AND folder = ?2";
        let mut found = self.documents(sql, params![place.database, place.folder, since])?;
        // One that grows keeps its row.
        let grown = "SELECT document FROM events WHERE database = ?1 AND folder = ?2 AND kind = 'histogram' AND run = ?3 AND n IS NOT NULL";
        for run in runs {
            found.extend(self.documents(grown, params![place.database, place.folder, run.bytes()])?);
        }
        let events = found.iter().map(|event| reading::event(event)).collect::<Result<Vec<_>>>()?;
        Ok((events.into_iter().filter(|event| runs.contains(&event.run)).collect(), Heard(last)))
    }
}
