//! Following a folder of MongoDB by short polls. (Change streams need a replica set; a poll of what is new costs a millisecond.)

use std::collections::BTreeMap;

use bson::oid::ObjectId;
use bson::{Bson, DateTime, Document, doc};

use super::Mongo;
use super::read::{among, slim};
use crate::error::Result;
use crate::model::{Run, RunId, SessionId, Time};
use crate::store::documents::{Chunk, Event, Frame};
use crate::store::follow::{Follow, Heard, Rest};
use crate::store::read::{Kind, Place};
use crate::store::reading;

/// Events are asked for again so far back, in milliseconds: several threads' are not quite in order of time.
const OVERLAP: i64 = 5_000;
/// Folders that one question is about.
const UNITED: usize = 100;

impl Follow for Mongo {
    fn pulse(&self) -> Result<Option<i64>> {
        Ok(None)
    }

    fn runs_again(&self, place: Place<'_>, these: &[RunId], after: Time) -> Result<Vec<Run>> {
        let newer = doc! { "started": { "$gt": DateTime::from_millis(after.millis()) } };
        let which = doc! { "$or": [{ "status": "running" }, newer, { "_id": among(these.iter().copied()) }] };
        let (folder, now) = (place.folder.to_owned(), Time::now());
        let pipeline = vec![doc! { "$match": which }, slim()];
        self.gather(place.database, place.folder, pipeline, move |run| reading::run(&folder, run, now))
    }

    fn pieces(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<(Vec<Frame>, Vec<Chunk>)> {
        self.pieces_of(place, runs, tag)
    }

    fn frames_after(&self, place: Place<'_>, heads: &[(RunId, SessionId, i64)]) -> Result<Vec<Frame>> {
        if heads.is_empty() {
            return Ok(Vec::new());
        }
        let after = |(run, session, k): &(RunId, SessionId, i64)| {
            doc! { "run": key(run.bytes()), "session": key(session.bytes()), "k": { "$gt": *k } }
        };
        let pipeline = vec![any(heads.iter().map(after))];
        self.gather(place.database, format!("{}.tail", place.folder), pipeline, Frame::decode)
    }

    fn chunks(&self, place: Place<'_>, rests: &[Rest]) -> Result<Vec<Chunk>> {
        if rests.is_empty() {
            return Ok(Vec::new());
        }
        let rest = |rest: &Rest| {
            let (run, session) = (key(rest.run.bytes()), key(rest.session.bytes()));
            doc! { "run": run, "session": session, "tag": { "$eq": &rest.tag }, "seq": { "$gte": rest.seq } }
        };
        let pipeline = vec![any(rests.iter().map(rest))];
        self.gather(place.database, format!("{}.scalars", place.folder), pipeline, Chunk::decode)
    }

    fn events(&self, place: Place<'_>, kind: Kind, runs: &[RunId], tag: &str) -> Result<Vec<Event>> {
        self.events_of(place, kind, runs, tag)
    }

    fn told(&self, database: &str) -> Result<BTreeMap<String, i64>> {
        let of = self.database(database);
        let names = self.block_on(async move { of.list_collection_names().await })?;
        let folders: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(".events")).collect();
        let mut told = BTreeMap::new();
        for some in folders.chunks(UNITED) {
            // Runs count their thoughts after those are stored, and there are far fewer of them than of events.
            let count = |folder: &str| doc! { "$group": { "_id": { "$literal": folder }, "n": { "$sum": "$thoughts" } } };
            let with = |folder: &&str| doc! { "$unionWith": { "coll": *folder, "pipeline": [count(folder)] } };
            let pipeline = std::iter::once(count(some[0])).chain(some[1..].iter().map(with)).collect();
            told.extend(self.gather(database, some[0], pipeline, |found| {
                let n = found.get("n").ok().flatten();
                let n = n.and_then(|n| n.as_i64().or(n.as_i32().map(i64::from)).or(n.as_f64().map(|n| n as i64)));
                Ok((found.get_str("_id").unwrap_or_default().to_owned(), n.unwrap_or_default()))
            })?);
        }
        Ok(told)
    }

    fn events_since(&self, place: Place<'_>, runs: &[RunId], since: Option<Heard>) -> Result<(Vec<Event>, Heard)> {
        let runs = among(runs.iter().copied());
        let events = format!("{}.events", place.folder);
        let Some(Heard(since)) = since else {
            let last = vec![doc! { "$match": { "run": runs } }, doc! { "$group": { "_id": null, "t": { "$max": "$t" } } }];
            let last = self.gather(place.database, events, last, |found| Ok(found.get_datetime("t").ok()))?;
            let last = last.into_iter().flatten().next().map_or(i64::MIN, DateTime::timestamp_millis);
            return Ok((Vec::new(), Heard(last)));
        };
        let from = DateTime::from_millis(since.saturating_sub(OVERLAP));
        let pipeline = vec![doc! { "$match": { "run": runs, "t": { "$gte": from } } }];
        let new = self.gather(place.database, events, pipeline, reading::event)?;
        let last = new.iter().map(|event| event.t.millis()).fold(since, i64::max);
        Ok((new, Heard(last)))
    }
}

fn key(bytes: [u8; 12]) -> Bson {
    Bson::ObjectId(ObjectId::from_bytes(bytes))
}

fn any(each: impl Iterator<Item = Document>) -> Document {
    doc! { "$match": { "$or": each.collect::<Vec<_>>() } }
}
