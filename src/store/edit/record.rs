//! How an edit is written down, and who may edit now.

use std::path::Path;
use std::time::{Duration, Instant};

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, DateTime, Document, RawDocument, RawDocumentBuf, doc};

use super::fields::Field;
use super::{Documents, Part};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{PastEdit, RunId, Time};
use crate::store::Place;
use crate::store::documents::{VERSION, date};

/// How long an owner of the lock may be silent. It says that it lives with each run that it changes.
const SILENCE: Duration = Duration::from_secs(60);
/// How long another one's edit is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far an edit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Applying,
    Applied,
    Undoing,
    Undone,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            State::Applying => "applying",
            State::Applied => "applied",
            State::Undoing => "undoing",
            State::Undone => "undone",
        }
    }
}

/// The header of an edit.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) id: ObjectId,
    /// When it was made; later than all edits of the folder before it, whatever the clocks say. (Ids that several processes make within one second
    /// have no order.)
    pub(super) at: DateTime,
    pub(super) state: State,
    pub(super) what: Vec<String>,
    pub(super) why: Option<String>,
    by: Document,
    pub(super) runs: Vec<RunId>,
    /// Whether it changed more than fields of runs.
    pub(super) whole: bool,
    undone: Option<DateTime>,
}

impl Header {
    /// `last`: when the last edit of the folder was made.
    pub(super) fn new(what: Vec<String>, why: Option<&str>, by: &By, last: Option<DateTime>) -> Header {
        let (state, why) = (State::Applying, why.map(str::to_owned));
        let after = last.map_or(0, |last| last.timestamp_millis().saturating_add(1));
        let at = date(Time(Time::now().millis().max(after)));
        Header { id: ObjectId::new(), at, state, what, why, by: by.document(), runs: Vec::new(), whole: false, undone: None }
    }

    /// Stores it in this state.
    pub(super) fn store(&mut self, documents: &dyn Documents, place: Place<'_>, state: State) -> Result<()> {
        self.state = state;
        if state == State::Undone {
            self.undone = Some(date(Time::now()));
        }
        let ids = self.runs.iter().flat_map(|run| run.bytes()).collect();
        let document = doc! {
            "_id": self.id, "v": VERSION, "at": self.at, "state": state.word(),
            "why": self.why.clone(), "what": self.what.clone(), "whole": self.whole, "by": self.by.clone(), "runs": self.runs.len() as i64,
            "ids": Binary { subtype: BinarySubtype::Generic, bytes: ids }, "undone": self.undone,
        };
        documents.put(place, Part::Edits, &[raw(&document)?])
    }

    pub(super) fn read(document: &RawDocument) -> Result<Header> {
        let document = self::document(document)?;
        let read = || {
            let state = document.get_str("state").ok()?;
            let states = [State::Applying, State::Applied, State::Undoing, State::Undone];
            let ids = document.get_binary_generic("ids").map(Vec::as_slice).unwrap_or_default();
            let what =
                document.get_array("what").map(|what| what.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect());
            Some(Header {
                id: document.get_object_id("_id").ok()?,
                at: *document.get_datetime("at").ok()?,
                state: states.into_iter().find(|known| known.word() == state)?,
                what: what.unwrap_or_default(),
                why: document.get_str("why").ok().map(str::to_owned),
                by: document.get_document("by").cloned().unwrap_or_default(),
                runs: ids.chunks_exact(12).filter_map(|id| Some(RunId::from_bytes(id.try_into().ok()?))).collect(),
                whole: document.get_bool("whole").unwrap_or_default(),
                undone: document.get_datetime("undone").ok().copied(),
            })
        };
        read().ok_or_else(|| {
            Error::new(ErrorKind::Store, "an edit of the folder cannot be read")
                .because("its header is not one of this version")
                .help("update ml_board")
        })
    }

    pub(super) fn unfinished(&self) -> bool {
        matches!(self.state, State::Applying | State::Undoing)
    }

    pub(super) fn told(&self) -> PastEdit {
        let text = |key| self.by.get_str(key).unwrap_or("?");
        let by = format!("{}@{}", text("user"), text("host"));
        let mut told = PastEdit::new(self.id.to_hex(), Time(self.at.timestamp_millis()), self.what.clone(), by);
        (told.why, told.runs) = (self.why.clone(), self.runs.len());
        told.undone = self.undone.map(|at| Time(at.timestamp_millis()));
        told
    }
}

/// A piece of an edit: what it changed.
pub(super) fn piece_id(edit: ObjectId, piece: usize) -> String {
    format!("{}:{piece:06}", edit.to_hex())
}

pub(super) fn fields_piece(edit: ObjectId, piece: usize, fields: &[(RunId, &Field)]) -> Result<RawDocumentBuf> {
    let fields: Vec<Bson> = fields.iter().map(|(run, field)| field.encode(*run).into()).collect();
    raw(&doc! { "_id": piece_id(edit, piece), "v": VERSION, "fields": fields })
}

/// The most bytes of documents in one piece.
const PIECE: usize = 8 << 20;

pub(super) fn documents_pieces(edit: ObjectId, after: usize, documents: Vec<Document>) -> Result<Vec<RawDocumentBuf>> {
    let mut groups: Vec<(usize, Vec<Bson>)> = Vec::new();
    for document in documents {
        let size = raw(&document)?.as_bytes().len();
        match groups.last_mut().filter(|(bytes, _)| bytes + size <= PIECE) {
            Some((bytes, group)) => {
                *bytes += size;
                group.push(document.into());
            }
            None => groups.push((size, vec![document.into()])),
        }
    }
    let pieces = (after + 1..).zip(groups);
    pieces.map(|(piece, (_, group))| raw(&doc! { "_id": piece_id(edit, piece), "v": VERSION, "documents": group })).collect()
}

/// Who edits.
#[derive(Debug, Clone)]
pub(crate) struct By {
    user: String,
    host: String,
}

impl By {
    pub(crate) fn here(host: &str) -> By {
        let user =
            ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok().filter(|user| !user.is_empty()));
        By { user: user.unwrap_or_else(|| "?".to_owned()), host: host.to_owned() }
    }

    fn document(&self) -> Document {
        doc! { "user": &self.user, "host": &self.host, "pid": i64::from(std::process::id()) }
    }
}

/// The right to edit a folder, until it is dropped.
pub(super) struct Lock<'a> {
    documents: &'a dyn Documents,
    place: Place<'a>,
    owner: String,
    beat: Instant,
}

impl<'a> Lock<'a> {
    /// Waits a little for another one's edit to end. A lock whose owner is dead is taken over.
    pub(super) fn take(documents: &'a dyn Documents, place: Place<'a>, by: &By) -> Result<Lock<'a>> {
        let owner = ObjectId::new().to_hex();
        let until = Instant::now() + PATIENCE;
        loop {
            let lock = doc! { "_id": "lock", "owner": &owner, "by": by.document(), "beat": date(Time::now()) };
            if documents.lock(place, &raw(&lock)?)? {
                return Ok(Lock { documents, place, owner, beat: Instant::now() });
            }
            let Some(held) = documents.edit_document(place, "lock")? else { continue };
            let held = document(&held)?;
            let theirs = held.get_document("by").cloned().unwrap_or_default();
            if dead(&held, &theirs, by) {
                documents.unlock(place, held.get_str("owner").unwrap_or_default())?;
                continue;
            }
            if Instant::now() > until {
                let text = |key| theirs.get_str(key).unwrap_or("?").to_owned();
                return Err(Error::new(ErrorKind::Store, format!("another edit of the folder `{}` is going on", place.folder))
                    .because(format!("{}@{} makes it", text("user"), text("host")))
                    .help("try again when it has ended"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Says that we live.
    pub(super) fn beat(&mut self) -> Result<()> {
        if self.beat.elapsed() < SILENCE / 12 {
            return Ok(());
        }
        self.beat = Instant::now();
        if self.documents.beat(self.place, &self.owner, Time::now())? {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Store, format!("the edit of the folder `{}` was interrupted", self.place.folder)).because(
            format!("this program was silent for more than {} s, and another one edits the folder now", SILENCE.as_secs()),
        ))
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        // One that cannot be given back is taken over when it was silent long enough.
        drop(self.documents.unlock(self.place, &self.owner));
    }
}

/// Whether the owner of a lock is gone: its process is not there any more, or it was silent for too long.
fn dead(lock: &Document, theirs: &Document, ours: &By) -> bool {
    let here = theirs.get_str("host").is_ok_and(|host| host == ours.host);
    let gone = |pid: i64| Path::new("/proc/self").exists() && !Path::new("/proc").join(pid.to_string()).exists();
    let silent = lock.get_datetime("beat").map_or(i64::MAX, |beat| Time::now().millis() - beat.timestamp_millis());
    here && theirs.get_i64("pid").is_ok_and(gone) || silent > SILENCE.as_millis() as i64
}

pub(super) fn raw(document: &Document) -> Result<RawDocumentBuf> {
    bson::serialize_to_raw_document_buf(document)
        .map_err(|cause| Error::new(ErrorKind::Store, "a corrected document cannot be written as BSON").because(cause))
}

pub(super) fn document(raw: &RawDocument) -> Result<Document> {
    Document::try_from(raw).map_err(|cause| Error::new(ErrorKind::Store, "a document of the store cannot be read").because(cause))
}
