//! What both stores do with the documents they read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use bson::RawDocument;

use super::documents::{Chunk, Event, Frame, Header, VERSION, decode_run};
use super::read::Kind;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Run, RunId, Status, Thought, Time};
use crate::query::{Condition, Matcher};

/// A run that says it runs and gave no sign of life for so long is stale. Writers give one every few seconds.
pub(super) const STALE_MILLIS: i64 = 30_000;

/// The run in a document, its status as it is now.
pub(super) fn run(folder: &str, document: &RawDocument, now: Time) -> Result<Run> {
    if let Some(version) = newer(document) {
        let name = document.get_str("name").unwrap_or_default();
        return Err(Error::new(ErrorKind::Store, format!("the run `{name}` of folder `{folder}` cannot be read"))
            .because(format!("a newer ml_board wrote it (version {version} of the documents; this one knows {VERSION})"))
            .help("update ml_board"));
    }
    let mut run = decode_run(folder, document)?;
    if run.status == Status::Running {
        look_for_life(&mut run, now);
    }
    Ok(run)
}

/// A session that says it runs is stale if it gave no sign of life for long. A run lives while one of its sessions does; else the last
/// session of each rank decides: one that vanished with its machine has no say in a run that was resumed elsewhere and finished.
fn look_for_life(run: &mut Run, now: Time) {
    let silent = |sign: Time| now.millis() - sign.millis() > STALE_MILLIS;
    let of_run = run.heartbeat.unwrap_or(run.started);
    if run.sessions.iter().all(|session| session.status != Status::Running) {
        // A person's words, which its sessions do not know.
        run.status = if silent(of_run) { Status::Stale } else { Status::Running };
        return;
    }
    for session in run.sessions.iter_mut().filter(|session| session.status == Status::Running) {
        // Sessions of an older ml_board have no heartbeat of their own.
        if silent(session.heartbeat.unwrap_or(of_run)) {
            session.status = Status::Stale;
        }
    }
    if run.sessions.iter().any(|session| session.status == Status::Running) {
        return;
    }
    let last: BTreeMap<u32, Status> = run.sessions.iter().map(|session| (session.rank, session.status)).collect();
    let worst = [Status::Stale, Status::Killed, Status::Panicked, Status::Finished];
    run.status = worst.into_iter().find(|status| last.values().any(|of| of == status)).unwrap_or(Status::Stale);
    if run.status != Status::Stale && run.ended.is_none() {
        run.ended = run.sessions.iter().filter_map(|session| session.ended).max();
    }
}

/// Those the filter holds for, newest first.
pub(super) fn filtered(mut runs: Vec<Run>, matcher: &Matcher<'_>) -> Vec<Run> {
    runs.retain(|run| matcher.matches(run));
    newest_first(runs)
}

pub(super) fn newest_first(mut runs: Vec<Run>) -> Vec<Run> {
    runs.sort_by_key(|run| Reverse((run.started, run.id)));
    runs
}

pub(super) fn ids(runs: &[&Run]) -> Vec<RunId> {
    runs.iter().map(|run| run.id).collect()
}

/// The version of a document that this program is too old for.
fn newer(document: &RawDocument) -> Option<i64> {
    let version = document.get("v").ok().flatten()?;
    let version = version.as_i32().map(i64::from).or(version.as_i64()).or(version.as_f64().map(|version| version as i64))?;
    (version > i64::from(VERSION)).then_some(version)
}

/// The names of runs, so that trouble with their points says whose they are.
#[derive(Clone)]
pub(super) struct Names {
    tag: String,
    names: HashMap<RunId, String>,
}

impl Names {
    pub(super) fn of(runs: &[&Run], tag: &str) -> Names {
        Names { tag: tag.to_owned(), names: runs.iter().map(|run| (run.id, run.name.clone())).collect() }
    }

    pub(super) fn chunk(&self, document: &RawDocument) -> Result<Chunk> {
        Chunk::decode(document).map_err(|error| self.trouble(document, &error))
    }

    pub(super) fn frame(&self, document: &RawDocument) -> Result<Frame> {
        Frame::decode(document).map_err(|error| self.trouble(document, &error))
    }

    pub(super) fn header(&self, document: &RawDocument) -> Result<Header> {
        Header::decode(document).map_err(|error| self.trouble(document, &error))
    }

    fn trouble(&self, document: &RawDocument, error: &Error) -> Error {
        let id = document.get_object_id("run").map(|id| RunId::from_bytes(id.bytes())).ok();
        let name = id.and_then(|id| self.names.get(&id)).map_or("?", String::as_str);
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        Error::new(ErrorKind::Store, format!("the points of `{}` of the run `{name}` ({id}) cannot be read", self.tag))
            .because(error)
    }
}

/// Whether a chunk may have a point that meets the condition, as its header has it. What cannot be read is worth a look.
pub(super) fn may_meet(chunk: &RawDocument, condition: &Condition) -> bool {
    let number = |key: &str| {
        let value = chunk.get(key).ok().flatten()?;
        value.as_f64().or_else(|| value.as_i32().map(f64::from)).or_else(|| value.as_i64().map(|whole| whole as f64))
    };
    let end = number(if condition.above { "max" } else { "min" });
    end.is_some_and(|end| condition.holds(end)) || number("nan").is_none_or(|nan| nan > 0.0)
}

/// The event in a document.
pub(super) fn event(document: &RawDocument) -> Result<Event> {
    match newer(document) {
        None => Event::decode(document),
        Some(version) => {
            let run = document.get_object_id("run").map(|run| run.to_hex()).unwrap_or_default();
            let what = format!("an image, histogram or text of the run {run} cannot be read");
            Err(Error::new(ErrorKind::Store, what)
                .because(format!("a newer ml_board wrote it (version {version} of the documents; this one knows {VERSION})"))
                .help("update ml_board"))
        }
    }
}

impl Kind {
    /// Its word in documents.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Kind::Image => "image",
            Kind::Histogram => "histogram",
        }
    }
}

/// The thoughts among the events, each with its run's name; of runs that are gone, none.
pub(super) fn thoughts(folder: &str, names: &HashMap<RunId, String>, events: &[Event]) -> Vec<Thought> {
    events.iter().filter_map(|event| event.thought(names.get(&event.run)?, folder)).collect()
}

/// In order of time; those of one moment by run, as logged.
pub(super) fn in_order_of_time(mut thoughts: Vec<Thought>) -> Vec<Thought> {
    thoughts.sort_by_key(|thought| (thought.time, thought.run));
    thoughts
}

/// The 32 bytes of a blob's name.
pub(super) fn blob_key(sha256: &str) -> Result<[u8; 32]> {
    let digits: Option<Vec<u8>> =
        sha256.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    digits.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
        Error::new(ErrorKind::Input, format!("`{sha256}` does not name an image: 64 hexadecimal digits are expected"))
    })
}

/// What there is of a blob.
pub(super) enum Found {
    Whole(Vec<u8>),
    /// In so many pieces.
    Parts(i32),
}

pub(super) fn blob(sha256: &str, document: Option<&RawDocument>) -> Result<Found> {
    let missing = |why: &str| {
        Error::new(
            ErrorKind::NotFound,
            format!("the bytes of the image {} are not in the store", sha256.get(..12).unwrap_or(sha256)),
        )
        .because(why)
    };
    let document = document.ok_or_else(|| missing("there is no such blob"))?;
    if let Ok(data) = document.get_binary("data") {
        return Ok(Found::Whole(data.bytes.to_vec()));
    }
    let parts = document.get("parts").ok().flatten();
    let parts = parts.and_then(|parts| parts.as_i32().or_else(|| i32::try_from(parts.as_i64()?).ok()));
    parts.map(Found::Parts).ok_or_else(|| missing("its document has neither data nor pieces"))
}

/// The bytes of a piece.
pub(super) fn part(sha256: &str, index: i32, document: Option<&RawDocument>) -> Result<Vec<u8>> {
    document.and_then(|document| Some(document.get_binary("data").ok()?.bytes.to_vec())).ok_or_else(|| {
        Error::new(
            ErrorKind::NotFound,
            format!("piece {index} of the image {} is not in the store", sha256.get(..12).unwrap_or(sha256)),
        )
    })
}
