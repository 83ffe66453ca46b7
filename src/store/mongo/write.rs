//! Writing to MongoDB: every write by keys of our own, acknowledged when it is in the server's journal, on a majority of a replica set.

use std::collections::{BTreeMap, VecDeque};

use bson::oid::ObjectId;
use bson::raw::{RawDocument, RawDocumentBuf};
use bson::{Bson, Document, doc};
use mongodb::options::ReadConcern;

use super::{Mongo, Pending, update};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{RunId, SessionId, Time};
use crate::store::Place;
use crate::store::documents::bytes::Writer;
use crate::store::documents::{
    Blob, CHUNK, Chunk, Event, Frame, date, decode_summary, event_step, keys, last_scalar_steps, new_run,
};
use crate::store::write::{Inserted, LARGEST, LeftOff, NewSession, SessionState, SessionUpdate, Updated, Write};

const DUPLICATE: i64 = 11000;
/// The document, or what an update makes of it, passes the server's 16 MB.
const TOO_LARGE: [i64; 3] = [10334, 17419, 17420];
/// How much one command of several documents holds; the server takes one of up to 16 MB.
const COMMAND: usize = 12 << 20;
/// How much a command of chunks holds, and how many are under way at once: while the server compresses one, the next is written.
const CHUNKS: (usize, usize) = (2 << 20, 3);
const MAJORITY_MILLIS: i32 = 20_000;

/// A write command's reply that is on its way.
type Reply = Pending<Document>;

/// What the server refused of one command's writes.
pub(super) struct Refused {
    /// Of the write in its command.
    index: usize,
    code: i64,
    pub(super) message: String,
}

impl Mongo {
    /// Runs a write command and returns what was refused of it.
    pub(super) fn write(&self, database: &str, command: RawDocumentBuf) -> Result<(Document, Vec<Refused>)> {
        self.written(self.send(database, command)?)
    }

    fn send(&self, database: &str, command: RawDocumentBuf) -> Result<Reply> {
        let database = self.database(database);
        self.begin(async move { database.run_raw_command(command).await })
    }

    fn written(&self, reply: Reply) -> Result<(Document, Vec<Refused>)> {
        let reply = self.finish(reply)?.map_err(|cause| self.trouble(&cause))?;
        if let Ok(concern) = reply.get_document("writeConcernError") {
            let why = concern.get_str("errmsg").unwrap_or("the write was not confirmed by a majority in time");
            return Err(self.refused(why));
        }
        let refused =
            reply.get_array("writeErrors").map(|errors| errors.iter().filter_map(Bson::as_document).map(refusal).collect());
        Ok((reply, refused.unwrap_or_default()))
    }

    /// Inserts chunks, and returns those whose place is taken.
    fn insert_chunks<'a>(&self, place: Place<'_>, chunks: &'a [Chunk]) -> Result<Vec<&'a Chunk>> {
        let mut taken = Vec::new();
        let mut rest = chunks;
        let commands = in_commands(chunks.iter(), "insert", "documents", place, |chunk, command| chunk.write(command));
        self.write_all(place.database, commands, |refused, n| {
            let some = rest.split_off(..n).unwrap_or_default();
            taken.extend(refused.iter().filter_map(|refused| some.get(refused.index)));
        })?;
        Ok(taken)
    }

    /// Puts chunks in the place of those that are there, unless they are longer.
    fn replace_chunks(&self, place: Place<'_>, chunks: &[&Chunk]) -> Result<()> {
        let commands = in_commands(chunks.iter().copied(), "update", "updates", place, |chunk, command| {
            command.begin("q");
            chunk_filter(chunk, command);
            command.end();
            command.begin("u");
            chunk.write(command);
            command.end();
            command.bool("upsert", true);
        });
        self.write_all(place.database, commands, |_, _| ())
    }

    /// Runs write commands, some at once, and says of each, in order, what was refused as there already and how many writes it had.
    fn write_all(
        &self,
        database: &str,
        commands: impl Iterator<Item = Result<(RawDocumentBuf, usize)>>,
        mut done: impl FnMut(&[Refused], usize),
    ) -> Result<()> {
        let mut under_way: VecDeque<(Reply, usize)> = VecDeque::with_capacity(CHUNKS.1);
        let mut finish = |(reply, n)| {
            let (_, refused) = self.written(reply)?;
            self.only_duplicates(&refused)?;
            done(&refused, n);
            Ok(())
        };
        for command in commands {
            if under_way.len() >= CHUNKS.1 {
                under_way.pop_front().map_or(Ok(()), &mut finish)?;
            }
            let (command, n) = command?;
            under_way.push_back((self.send(database, command)?, n));
        }
        under_way.into_iter().try_for_each(finish)
    }

    pub(super) fn refused(&self, why: &str) -> Error {
        Error::new(ErrorKind::Store, format!("the MongoDB at {} refused a write", self.uri.target())).because(self.uri.mask(why))
    }

    /// Inserts; what is there already is left as it is. Returns whether each was new.
    pub(super) fn insert(&self, place: Place<'_>, collection: &str, documents: &[RawDocumentBuf]) -> Result<bool> {
        let mut new = true;
        for group in grouped(documents, |document| document.as_bytes().len()) {
            let mut command = command("insert", &name(place, collection), 64 << 10);
            command.begin_array("documents");
            group.iter().enumerate().for_each(|(index, document)| command.document(&index.to_string(), document));
            command.end();
            let (_, refused) = self.write(place.database, command.finish()?)?;
            new &= refused.is_empty();
            self.only_duplicates(&refused)?;
        }
        Ok(new)
    }

    fn only_duplicates(&self, refused: &[Refused]) -> Result<()> {
        match refused.iter().find(|refused| refused.code != DUPLICATE) {
            Some(other) => Err(self.refused(&other.message)),
            None => Ok(()),
        }
    }

    /// Puts each document in the place of what its filter finds, or adds it. A duplicate key is a longer one that is there already.
    fn replace(&self, place: Place<'_>, collection: &str, writes: &[(RawDocumentBuf, RawDocumentBuf)]) -> Result<()> {
        for group in grouped(writes, |(filter, document)| filter.as_bytes().len() + document.as_bytes().len()) {
            let mut command = command("update", &name(place, collection), 64 << 10);
            command.begin_array("updates");
            for (index, (filter, document)) in group.iter().enumerate() {
                command.begin(&index.to_string());
                command.document("q", filter);
                command.document("u", document);
                command.bool("upsert", true);
                command.end();
            }
            command.end();
            let (_, refused) = self.write(place.database, command.finish()?)?;
            self.only_duplicates(&refused)?;
        }
        Ok(())
    }

    /// Updates a run by a pipeline, if the filter finds it.
    pub(super) fn update_run(&self, place: Place<'_>, filter: &Document, update: impl Into<Bson>) -> Result<Updated> {
        let command = doc! {
            "update": place.folder, "ordered": false, "writeConcern": concern(),
            "updates": [{ "q": filter.clone(), "u": update.into() }],
        };
        let raw = bson::serialize_to_raw_document_buf(&command)
            .map_err(|cause| Error::new(ErrorKind::Store, "an update of a run cannot be written as BSON").because(cause))?;
        if raw.as_bytes().len() > LARGEST {
            return Ok(Updated::TooLarge);
        }
        let (reply, refused) = self.write(place.database, raw)?;
        match refused.first() {
            Some(refused) if TOO_LARGE.contains(&refused.code) => Ok(Updated::TooLarge),
            Some(refused) => Err(self.refused(&refused.message)),
            None if integer(&reply, "n") > 0 => Ok(Updated::Done),
            None => Ok(Updated::Gone),
        }
    }

    fn find(
        &self,
        place: Place<'_>,
        collection: &str,
        filter: Document,
        projection: Option<Document>,
    ) -> Result<Vec<RawDocumentBuf>> {
        let collection = self.database(place.database).collection::<RawDocumentBuf>(&name(place, collection));
        self.block_on(async move {
            // What a failover could still take back does not count as stored.
            let found = collection.find(filter).read_concern(ReadConcern::majority());
            let mut cursor = match projection {
                Some(projection) => found.projection(projection).await?,
                None => found.await?,
            };
            let mut found = Vec::new();
            while cursor.advance().await? {
                found.push(cursor.current().to_owned());
            }
            Ok(found)
        })
    }

    /// Makes a collection with zstd blocks, or, on a server that knows none, without.
    fn create(&self, place: Place<'_>, collection: &str, zstd: bool) -> Result<()> {
        let (database, name) = (self.database(place.database), name(place, collection));
        let options = zstd.then(|| doc! { "wiredTiger": { "configString": "block_compressor=zstd" } });
        let made = self.attempt(async move {
            let mut command = doc! { "create": &name };
            if let Some(options) = options {
                command.insert("storageEngine", options);
            }
            database.run_command(command).await
        })?;
        match made {
            Ok(_) => Ok(()),
            Err(error) if code(&error) == Some(48) => Ok(()),
            Err(error) if zstd && code(&error).is_some_and(|code| ![13, 18].contains(&code)) => {
                self.create(place, collection, false)
            }
            Err(error) => Err(self.trouble(&error)),
        }
    }

    fn index(&self, place: Place<'_>, collection: &str, indexes: Vec<Document>) -> Result<()> {
        let database = self.database(place.database);
        let command = doc! { "createIndexes": name(place, collection), "indexes": indexes, "writeConcern": concern() };
        self.block_on(async move { database.run_command(command).await }).map(drop)
    }
}

impl Write for Mongo {
    fn ensure_folder(&self, place: Place<'_>) -> Result<()> {
        if self.ensured(place.database, place.folder, false) {
            return Ok(());
        }
        self.create(place, "scalars", true)?;
        self.create(place, "events", true)?;
        let ascending = |fields: &[&str]| fields.iter().map(|field| ((*field).to_owned(), Bson::Int32(1))).collect::<Document>();
        let overview = ["run", "tag", "session", "seq", "i0", "n", "s0", "s1", "t0", "t1", "min", "max", "sum", "nan", "last"];
        self.index(
            place,
            "scalars",
            vec![
                doc! { "name": "points", "key": ascending(&["run", "session", "tag", "seq"]), "unique": true },
                doc! { "name": "overview", "key": ascending(&overview) },
            ],
        )?;
        self.index(place, "tail", vec![doc! { "name": "frames", "key": ascending(&["run", "session", "k"]), "unique": true }])?;
        let find = doc! { "name": "find", "key": ascending(&["run", "kind", "tag", "step"]) };
        // For boards that follow a run.
        self.index(place, "events", vec![find, doc! { "name": "new", "key": ascending(&["run", "t"]) }])?;
        self.ensured(place.database, place.folder, true);
        Ok(())
    }

    fn begin_session(&self, place: Place<'_>, session: &NewSession) -> Result<()> {
        let run = bson::serialize_to_raw_document_buf(&new_run(session))
            .map_err(|cause| Error::new(ErrorKind::Store, "the document of a run cannot be written as BSON").because(cause))?;
        self.insert(place, "", &[run])?;
        let (filter, pipeline) = update::add_session(session);
        match self.update_run(place, &filter, pipeline)? {
            Updated::TooLarge => Err(self
                .refused("the document of the run takes 16 MB, and has no room for another session")
                .help("take parameters or tags away from it (README: Correcting); what is logged waits in the journal")),
            Updated::Done | Updated::Gone => Ok(()),
        }
    }

    fn insert_run(&self, place: Place<'_>, document: &RawDocument) -> Result<()> {
        self.insert(place, "", &[document.to_owned()]).map(drop)
    }

    fn session_state(&self, place: Place<'_>, run: RunId, session: SessionId) -> Result<Option<SessionState>> {
        let known = doc! { "_id": object(run.bytes()), format!("sessions.{session}"): { "$exists": true } };
        let Some(document) = self.find(place, "", known, Some(doc! { format!("sessions.{session}"): 1 }))?.pop() else {
            return Ok(None);
        };
        let mut state = SessionState::default();
        let path = session.to_string();
        let Some(stored) = document.get_document("sessions").ok().and_then(|all| all.get_document(&path).ok()) else {
            return Ok(None);
        };
        state.read(stored);

        let of = doc! { "run": object(run.bytes()), "session": object(session.bytes()) };
        let mut places: BTreeMap<String, BTreeMap<i64, i64>> = BTreeMap::new();
        for chunk in self.find(place, "scalars", of.clone(), Some(doc! { "_id": 0, "tag": 1, "seq": 1, "i0": 1, "n": 1 }))? {
            let chunk = Document::try_from(&*chunk).map_err(|cause| self.refused(&cause.to_string()))?;
            let (seq, end) = (integer(&chunk, "seq"), integer(&chunk, "i0") + integer(&chunk, "n"));
            if let Ok(tag) = chunk.get_str("tag") {
                places.entry(tag.to_owned()).or_default().insert(seq, end);
            }
        }
        let ends = places.into_iter().flat_map(|(tag, chunks)| {
            let (last, front) = (chunks.keys().next_back().copied(), front(&chunks));
            let other = last.filter(|last| Some(*last) != front);
            [(front, false), (other, true)].into_iter().filter_map(move |(seq, beyond)| Some((tag.clone(), seq?, beyond)))
        });
        let ends: Vec<(String, i64, bool)> = ends.collect();
        for some in ends.chunks(64) {
            let mut filter = of.clone();
            filter.insert("$or", some.iter().map(|(tag, seq, _)| doc! { "tag": tag, "seq": seq }).collect::<Vec<_>>());
            for chunk in self.find(place, "scalars", filter, None)? {
                let chunk = Chunk::decode(&chunk)?;
                let beyond = some.iter().any(|(tag, seq, beyond)| *beyond && *seq == chunk.seq && **tag == *chunk.tag);
                if beyond { state.beyond.push(chunk) } else { state.chunks.push(chunk) }
            }
        }
        for frame in self.find(place, "tail", of.clone(), None)? {
            state.frames.push(Frame::decode(&frame)?);
        }
        let mut filter = of;
        filter.insert("kind", "histogram");
        filter.insert("samples", true);
        for event in self.find(place, "events", filter, None)? {
            state.samples.push(Event::decode(&event)?);
        }
        Ok(Some(state.in_order()))
    }

    fn left_off(&self, place: Place<'_>, run: RunId, rank: u32) -> Result<LeftOff> {
        let known = self.find(place, "", doc! { "_id": object(run.bytes()) }, Some(doc! { "sessions": 1 }))?;
        let Some(document) = known.first() else { return Ok(LeftOff::default()) };
        let (mut steps, sessions) = last_scalar_steps(document, rank);
        let shape = doc! { "_id": 0, "session": 1, "kind": 1, "tag": 1, "step": 1 };
        let events = self.find(place, "events", doc! { "run": object(run.bytes()) }, Some(shape))?;
        steps.extend(events.iter().filter_map(|event| event_step(event, &sessions)));
        Ok(LeftOff { steps, started: sessions.iter().map(|session| session.started).max() })
    }

    fn update_session(&self, place: Place<'_>, change: &SessionUpdate) -> Result<Updated> {
        let groups = update::groups(change);
        let (last, before) = groups.split_last().map_or((&[][..], &[][..]), |(last, before)| (*last, before));
        for group in before {
            let (filter, pipeline) = update::metrics(change, group);
            if self.update_run(place, &filter, pipeline)? == Updated::TooLarge {
                return Ok(Updated::TooLarge);
            }
        }
        let (filter, pipeline) = update::update(change, last);
        let updated = self.update_run(place, &filter, pipeline)?;
        if updated != Updated::Gone {
            return Ok(updated);
        }
        let known = doc! { "_id": object(change.run.bytes()), format!("sessions.{}", change.session): { "$exists": true } };
        let known = self.find(place, "", known, Some(doc! { "_id": 1 }))?;
        Ok(if known.is_empty() { Updated::Gone } else { Updated::Done })
    }

    fn heartbeat(&self, place: Place<'_>, run: RunId, session: SessionId, now: Time) -> Result<()> {
        // A run that somebody deleted is not begun anew by its heartbeat, nor is a session.
        let known = doc! { "_id": object(run.bytes()), format!("sessions.{session}"): { "$exists": true } };
        let beat = doc! { "heartbeat": date(now), format!("sessions.{session}.heartbeat"): date(now) };
        self.update_run(place, &known, doc! { "$max": beat }).map(drop)
    }

    fn insert_frame(&self, place: Place<'_>, frame: &Frame) -> Result<Inserted> {
        if self.insert(place, "tail", &[frame.encode()?])? {
            return Ok(Inserted::Stored);
        }
        let ours = self.find(place, "tail", doc! { "_id": &frame.id }, Some(doc! { "_id": 1 }))?;
        Ok(if ours.is_empty() { Inserted::Taken } else { Inserted::Stored })
    }

    fn write_chunks(&self, place: Place<'_>, chunks: &[Chunk]) -> Result<()> {
        // Most are new, and an upsert costs the server almost twice an insert (benches/RESULTS.md, "Shipping").
        let taken = self.insert_chunks(place, chunks)?;
        self.replace_chunks(place, &taken)
    }

    fn delete_frames(&self, place: Place<'_>, run: RunId, session: SessionId, k: i64) -> Result<()> {
        let mut command = command("delete", &name(place, "tail"), 512);
        command.begin_array("deletes");
        command.begin("0");
        command.begin("q");
        command.id("run", run.bytes());
        command.id("session", session.bytes());
        command.begin("k");
        command.i64("$lte", k);
        command.end();
        command.end();
        command.i32("limit", 0);
        command.end();
        command.end();
        let (_, refused) = self.write(place.database, command.finish()?)?;
        self.only_duplicates(&refused)
    }

    fn insert_events(&self, place: Place<'_>, events: &[Event]) -> Result<()> {
        let (grown, whole): (Vec<_>, Vec<_>) = events.iter().partition(|event| event.grown().is_some());
        let documents = whole.iter().map(|event| event.encode()).collect::<Result<Vec<_>>>()?;
        self.insert(place, "events", &documents)?;
        let writes = grown.iter().map(|event| {
            let mut filter = Writer::with_capacity(96);
            filter.str("_id", &event.id);
            filter.begin("total");
            filter.i64("$lte", event.grown().unwrap_or_default());
            filter.end();
            Ok((filter.finish()?, event.encode()?))
        });
        self.replace(place, "events", &writes.collect::<Result<Vec<_>>>()?)
    }

    fn insert_blob(&self, place: Place<'_>, blob: &Blob) -> Result<()> {
        let key = Bson::Binary(bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: blob.sha256.to_vec() });
        if !self.find(place, "blobs", doc! { "_id": key }, Some(doc! { "_id": 1 }))?.is_empty() {
            return Ok(());
        }
        for (_, document) in blob.encode()? {
            self.insert(place, "blobs", &[document])?;
        }
        Ok(())
    }
}

impl SessionState {
    /// Takes what stands in the run's document.
    pub(crate) fn read(&mut self, session: &RawDocument) {
        let number =
            |key| session.get(key).ok().flatten().and_then(|value| value.as_i64().or_else(|| value.as_i32().map(i64::from)));
        self.applied = number("applied").unwrap_or_default();
        self.k = number("k").unwrap_or_default();
        self.thoughts = u64::try_from(number("thoughts").unwrap_or_default()).unwrap_or_default();
        self.ended = session.get_str("status").is_ok_and(|status| status != "running");
        if let Ok(metrics) = session.get_document("metrics") {
            for (key, value) in metrics.iter().flatten() {
                if let Some(summary) = value.as_document() {
                    self.metrics.insert(keys::unescape(key.as_str()).into_owned(), decode_summary(summary));
                }
            }
        }
    }

    pub(in crate::store) fn in_order(mut self) -> SessionState {
        self.frames.sort_by_key(|frame| frame.k);
        self.k = self.frames.last().map_or(self.k, |frame| frame.k.max(self.k));
        self
    }
}

/// Of a tag's chunks, by `seq` with the ordinal after the last point of each: the last one before the first hole.
fn front(chunks: &BTreeMap<i64, i64>) -> Option<i64> {
    chunks.iter().find(|(seq, end)| **end != (**seq + 1) * CHUNK || !chunks.contains_key(&(**seq + 1))).map(|(seq, _)| *seq)
}

/// What finds the chunk that this one may replace: its own, if not longer.
fn chunk_filter(chunk: &Chunk, filter: &mut Writer) {
    filter.id("run", chunk.run.bytes());
    filter.id("session", chunk.session.bytes());
    filter.str("tag", &chunk.tag);
    filter.i64("seq", chunk.seq);
    filter.begin("n");
    filter.i32("$lte", i32::try_from(chunk.points.len()).unwrap_or(i32::MAX));
    filter.end();
}

/// Chunks in as many commands as they take, each with how many it has. `write` writes what the command says of one.
fn in_commands<'a>(
    chunks: impl Iterator<Item = &'a Chunk>,
    verb: &str,
    all: &str,
    place: Place<'_>,
    write: impl Fn(&Chunk, &mut Writer),
) -> impl Iterator<Item = Result<(RawDocumentBuf, usize)>> {
    let mut rest = chunks.peekable();
    std::iter::from_fn(move || {
        rest.peek()?;
        let mut command = command(verb, &name(place, "scalars"), CHUNKS.0 + CHUNKS.0 / 8);
        command.begin_array(all);
        let mut n = 0;
        while let Some(chunk) = rest.next_if(|_| n == 0 || (command.len() < CHUNKS.0 && n < 1000)) {
            command.begin(&n.to_string());
            write(chunk, &mut command);
            command.end();
            n += 1;
        }
        command.end();
        Some(command.finish().map(|command| (command, n)))
    })
}

/// The beginning of an unordered write command.
pub(super) fn command(verb: &str, collection: &str, capacity: usize) -> Writer {
    let mut command = Writer::with_capacity(capacity);
    command.str(verb, collection);
    command.bool("ordered", false);
    command.begin("writeConcern");
    command.str("w", "majority");
    command.bool("j", true);
    command.i32("wtimeout", MAJORITY_MILLIS);
    command.end();
    command
}

/// A standalone server takes its own word for the majority's.
pub(super) fn concern() -> Document {
    doc! { "w": "majority", "j": true, "wtimeout": MAJORITY_MILLIS }
}

/// `folder`, or `folder.scalars` and the others beside it.
pub(super) fn name(place: Place<'_>, collection: &str) -> String {
    if collection.is_empty() { place.folder.to_owned() } else { format!("{}.{collection}", place.folder) }
}

/// Slices of at most [`COMMAND`] bytes, or of one.
pub(super) fn grouped<T>(all: &[T], size: impl Fn(&T) -> usize) -> impl Iterator<Item = &[T]> {
    let mut rest = all;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let n = rest.iter().take(1000).take_while(|one| {
            bytes += size(one);
            bytes <= COMMAND
        });
        let n = n.count().max(1).min(rest.len());
        let (group, after) = rest.split_at(n);
        rest = after;
        (!group.is_empty()).then_some(group)
    })
}

fn refusal(error: &Document) -> Refused {
    let index = usize::try_from(integer(error, "index")).unwrap_or(usize::MAX);
    Refused { index, code: integer(error, "code"), message: error.get_str("errmsg").unwrap_or_default().to_owned() }
}

pub(super) fn integer(document: &Document, key: &str) -> i64 {
    match document.get(key) {
        Some(Bson::Int32(value)) => i64::from(*value),
        Some(Bson::Int64(value)) => *value,
        Some(Bson::Double(value)) => *value as i64,
        _ => 0,
    }
}

fn code(error: &mongodb::error::Error) -> Option<i32> {
    match error.kind.as_ref() {
        mongodb::error::ErrorKind::Command(error) => Some(error.code),
        _ => None,
    }
}

fn object(id: [u8; 12]) -> ObjectId {
    ObjectId::from_bytes(id)
}
