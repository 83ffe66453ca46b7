//! Reading from MongoDB.

use std::collections::{HashMap, HashSet};

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, Document, RawDocument, RawDocumentBuf, doc};

use super::lower::lower;
use super::{Mongo, overview};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{HistogramBins, ImageInfo, Outline, Run, RunId, Series, Thought, Time};
use crate::query::{Compare, Condition, Filter, Matcher};
use crate::store::documents::{Chunk, Event, Frame};
use crate::store::read::{Kind, Place, Read};
use crate::store::reading::{self, Found, Names, ids};
use crate::store::{assemble, media, outline};

/// What belongs to the server itself.
const SYSTEM: [&str; 3] = ["admin", "config", "local"];

/// Chunks that are asked for in one question.
const FIRST: usize = 500;

impl Mongo {
    /// Runs a pipeline and makes something of each document that it finds.
    pub(super) fn gather<T: Send + 'static>(
        &self,
        database: &str,
        collection: impl AsRef<str>,
        pipeline: Vec<Document>,
        make: impl Fn(&RawDocument) -> Result<T> + Send + 'static,
    ) -> Result<Vec<T>> {
        let collection = self.database(database).collection::<RawDocumentBuf>(collection.as_ref());
        self.block_on(async move {
            let mut cursor = collection.aggregate(pipeline).await?;
            let mut made = Vec::new();
            while cursor.advance().await? {
                match make(cursor.current()) {
                    Ok(one) => made.push(one),
                    Err(error) => return Ok(Err(error)),
                }
            }
            Ok(Ok(made))
        })?
    }

    /// The frames with points of a tag, and its chunks.
    pub(super) fn pieces_of(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<(Vec<Frame>, Vec<Chunk>)> {
        let ids = among(runs.iter().map(|run| run.id));
        let tail = tail(&ids, tag);
        let chunks = vec![doc! { "$match": { "run": ids, "tag": { "$eq": tag } } }];
        let (frame, chunk) = (Names::of(runs, tag), Names::of(runs, tag));
        let of = |collection| format!("{}.{collection}", place.folder);
        // Points move from frames to chunks, never back: in this order none is missed.
        let frames = self.gather(place.database, of("tail"), tail, move |document| frame.frame(document))?;
        let chunks = self.gather(place.database, of("scalars"), chunks, move |document| chunk.chunk(document))?;
        Ok((frames, chunks))
    }

    fn events(&self, database: &str, folder: &str, filter: Document) -> Result<Vec<Event>> {
        self.gather(database, format!("{folder}.events"), vec![doc! { "$match": filter }], reading::event)
    }

    pub(super) fn events_of(&self, place: Place<'_>, kind: Kind, runs: &[RunId], tag: &str) -> Result<Vec<Event>> {
        let filter = doc! { "run": among(runs.iter().copied()), "kind": kind.word(), "tag": { "$eq": tag } };
        self.events(place.database, place.folder, filter)
    }

    /// The runs that a query in the server's own words finds.
    fn found(&self, place: Place<'_>, query: &str) -> Result<HashSet<RunId>> {
        let wrong = |cause: &dyn std::fmt::Display| {
            Error::new(ErrorKind::Input, format!("`{}` could not be answered", Filter::Mongo(query.to_owned())))
                .because(cause)
                .help(r#"a query of the runs' documents, as mongosh takes it: `mongo('{"params.lr": {"$gt": 0.1}}')`"#)
        };
        // In the order in which it is written, and extended JSON (`{"$oid": …}`) as what it means.
        let document: Document = serde_json::from_str(query).map_err(|cause| wrong(&cause))?;
        let pipeline = vec![doc! { "$match": document }, doc! { "$project": { "_id": 1 } }];
        let id = |run: &RawDocument| Ok(run.get_object_id("_id").ok().map(|id| RunId::from_bytes(id.bytes())));
        let found = self.gather(place.database, place.folder, pipeline, id).map_err(|cause| wrong(&cause))?;
        Ok(found.into_iter().flatten().collect())
    }

    #[cfg(test)]
    pub(in crate::store) fn overview_pipelines(&self, runs: &[&Run], tag: &str) -> Vec<Vec<Document>> {
        overview::pipelines(runs, tag)
    }

    fn blob_document(&self, place: Place<'_>, id: Bson) -> Result<Option<RawDocumentBuf>> {
        let collection = self.database(place.database).collection::<RawDocumentBuf>(&format!("{}.blobs", place.folder));
        self.block_on(async move { collection.find_one(doc! { "_id": id }).await })
    }
}

impl Read for Mongo {
    fn databases(&self) -> Result<Vec<String>> {
        let client = self.client();
        let mut names = self.block_on(async move { client.list_database_names().await })?;
        names.retain(|name| !SYSTEM.contains(&name.as_str()));
        names.sort();
        let mut found = Vec::new();
        for name in names {
            if !self.folders(&name)?.is_empty() {
                found.push(name);
            }
        }
        Ok(found)
    }

    fn folders(&self, database: &str) -> Result<Vec<String>> {
        let database = self.database(database);
        let of = database.clone();
        let names = self.block_on(async move { of.list_collection_names().await })?;
        let folders = names.iter().filter_map(|name| name.strip_suffix(".scalars"));
        let mut folders: Vec<String> =
            folders.filter(|folder| names.iter().any(|name| name == folder)).map(str::to_owned).collect();
        folders.sort();
        // One whose runs were all deleted or moved still has its collections.
        self.block_on(async move {
            let mut with_runs = Vec::with_capacity(folders.len());
            for folder in folders {
                let runs = database.collection::<RawDocumentBuf>(&folder);
                if runs.find_one(doc! {}).projection(doc! { "_id": 1 }).await?.is_some() {
                    with_runs.push(folder);
                }
            }
            Ok(with_runs)
        })
    }

    fn runs(&self, place: Place<'_>, filter: &Filter) -> Result<Vec<Run>> {
        let pipeline = vec![doc! { "$match": lower(filter) }, slim()];
        let mut matcher = Matcher::new(filter);
        for query in filter.mongo_queries() {
            matcher = matcher.with_found(query, self.found(place, query)?);
        }
        let (folder, now) = (place.folder.to_owned(), Time::now());
        let runs = self.gather(place.database, place.folder, pipeline, move |run| reading::run(&folder, run, now))?;
        Ok(reading::filtered(runs, &matcher))
    }

    fn newest(&self, place: Place<'_>, most: u32) -> Result<Vec<Run>> {
        let pipeline = vec![doc! { "$sort": { "_id": -1 } }, doc! { "$limit": i64::from(most) }, slim()];
        let (folder, now) = (place.folder.to_owned(), Time::now());
        self.gather(place.database, place.folder, pipeline, move |run| reading::run(&folder, run, now))
    }

    fn series(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Series>> {
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        assemble::look(runs, tag, || self.pieces_of(place, runs, tag))
    }

    fn outlines(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Outline>> {
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        let tail = tail(&among(runs.iter().map(|run| run.id)), tag);
        let names = Names::of(runs, tag);
        let of = |collection| format!("{}.{collection}", place.folder);
        let look = || {
            let (frame, mut headers) = (names.clone(), Vec::new());
            // Points move from frames to chunks, never back: in this order none is missed.
            let frames = self.gather(place.database, of("tail"), tail.clone(), move |document| frame.frame(document))?;
            for pipeline in overview::pipelines(runs, tag) {
                let header = names.clone();
                headers.extend(self.gather(place.database, of("scalars"), pipeline, move |document| header.header(document))?);
            }
            Ok((frames, headers))
        };
        outline::look(runs, tag, look, |run| self.series(place, &[run], tag))
    }

    fn first_chunks(&self, place: Place<'_>, runs: &[RunId], condition: &Condition) -> Result<Vec<Chunk>> {
        let operator = match condition.compare() {
            Compare::GreaterOrEqual => "$gte",
            Compare::Less => "$lt",
            Compare::LessOrEqual => "$lte",
            _ => "$gt",
        };
        let end = if condition.above { "max" } else { "min" };
        // Of the headers, which an index holds; then the chunks themselves, one a session.
        let may = doc! { "$or": [{ end: { operator: condition.bound } }, { "nan": { "$gt": 0 } }] };
        let mut these = doc! { "run": among(runs.iter().copied()), "tag": { "$eq": &condition.tag } };
        these.extend(may);
        let first = doc! { "$group": { "_id": { "run": "$run", "session": "$session" }, "seq": { "$min": "$seq" } } };
        let collection = format!("{}.scalars", place.folder);
        let tag = condition.tag.clone();
        let keys = self.gather(place.database, &collection, vec![doc! { "$match": these }, first], move |found| {
            let id = found.get_document("_id").and_then(|id| Ok((id.get_object_id("run")?, id.get("session"))));
            let key = id.ok().and_then(|(run, session)| {
                let (session, seq) = (Bson::try_from(session.ok()??).ok()?, Bson::try_from(found.get("seq").ok()??).ok()?);
                Some(doc! { "run": run, "session": session, "tag": { "$eq": &tag }, "seq": seq })
            });
            Ok(key)
        })?;
        let keys: Vec<Bson> = keys.into_iter().flatten().map(Bson::Document).collect();
        let mut found = Vec::with_capacity(keys.len());
        for some in keys.chunks(FIRST) {
            let these = vec![doc! { "$match": { "$or": some.to_vec() } }];
            found.extend(self.gather(place.database, &collection, these, Chunk::decode)?);
        }
        Ok(found)
    }

    fn tags(&self, place: Place<'_>, runs: &[RunId], kind: Kind) -> Result<Vec<String>> {
        let collection = self.database(place.database).collection::<RawDocumentBuf>(&format!("{}.events", place.folder));
        let filter = doc! { "run": among(runs.iter().copied()), "kind": kind.word() };
        let tags = self.block_on(async move { collection.distinct("tag", filter).await })?;
        let mut tags: Vec<String> = tags.iter().filter_map(Bson::as_str).map(str::to_owned).collect();
        tags.sort();
        Ok(tags)
    }

    fn images(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<ImageInfo>> {
        Ok(media::images(runs, &self.events_of(place, Kind::Image, &ids(runs), tag)?))
    }

    fn blob(&self, place: Place<'_>, sha256: &str) -> Result<Vec<u8>> {
        let hash = Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: reading::blob_key(sha256)?.to_vec() });
        let parts = match reading::blob(sha256, self.blob_document(place, hash.clone())?.as_deref())? {
            Found::Whole(bytes) => return Ok(bytes),
            Found::Parts(parts) => parts,
        };
        let mut bytes = Vec::new();
        for part in 0..parts {
            let id = Bson::Document(doc! { "h": hash.clone(), "part": part });
            bytes.extend(reading::part(sha256, part, self.blob_document(place, id)?.as_deref())?);
        }
        Ok(bytes)
    }

    fn histograms(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<HistogramBins>> {
        Ok(media::histograms(runs, &self.events_of(place, Kind::Histogram, &ids(runs), tag)?))
    }

    fn thoughts(&self, database: &str, folders: &[String]) -> Result<Vec<Thought>> {
        let mut all = Vec::new();
        for folder in folders {
            let names = vec![doc! { "$project": { "name": 1 } }];
            let names = self.gather(database, folder, names, |run| {
                let id = run.get_object_id("_id").ok().map(|id| RunId::from_bytes(id.bytes()));
                Ok(id.map(|id| (id, run.get_str("name").unwrap_or_default().to_owned())))
            })?;
            let names: HashMap<RunId, String> = names.into_iter().flatten().collect();
            if names.is_empty() {
                continue;
            }
            let mut runs: Vec<RunId> = names.keys().copied().collect();
            runs.sort_unstable();
            let texts = self.events(database, folder, doc! { "run": among(runs), "kind": "text" })?;
            all.extend(reading::thoughts(folder, &names, &texts));
        }
        Ok(reading::in_order_of_time(all))
    }
}

/// The frames of these runs that have the tag, and of each only that.
fn tail(runs: &Document, tag: &str) -> Vec<Document> {
    let this_tag = doc! { "$filter": { "input": "$p", "cond": { "$eq": ["$$this.tag", { "$literal": tag }] } } };
    vec![doc! { "$match": { "run": runs.clone(), "p.tag": { "$eq": tag } } }, doc! { "$set": { "p": this_tag } }]
}

/// A stage of a pipeline of runs. Each session repeats the summaries of what it logged; here they are not wanted.
pub(super) fn slim() -> Document {
    let kept = ["rank", "host", "pid", "started", "heartbeat", "ended", "how", "status", "origin", "costs"];
    let kept: Document = kept.iter().map(|key| ((*key).to_owned(), Bson::String(format!("$$this.v.{key}")))).collect();
    let slim = doc! { "$map": { "input": { "$objectToArray": "$sessions" }, "in": { "k": "$$this.k", "v": kept } } };
    let slim = doc! { "$cond": [{ "$eq": [{ "$type": "$sessions" }, "object"] }, { "$arrayToObject": slim }, "$sessions"] };
    doc! { "$set": { "sessions": slim } }
}

pub(super) fn among(runs: impl IntoIterator<Item = RunId>) -> Document {
    doc! { "$in": runs.into_iter().map(|run| Bson::ObjectId(ObjectId::from_bytes(run.bytes()))).collect::<Vec<_>>() }
}
