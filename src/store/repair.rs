//! After a person edited points: the headers of chunks and the summaries of runs, computed anew from the points themselves.
//!
//! The columns are what counts (and `i0`, and `s0` and `ds` where steps are even): they stay as the person left them.

use std::collections::{BTreeMap, BTreeSet};

use bson::{Bson, Document, RawDocument, RawDocumentBuf};

use super::documents::{Chunk, Frame, decode_session_summaries, keys, merge, summary_document};
use super::{Place, Store, assemble, reading};
use crate::error::{Error, Result};
use crate::model::{Run, RunId, SessionId, Status, Summary, Time};

/// The fields of a chunk that follow from its columns.
const HEADER: [&str; 11] = ["n", "s0", "s1", "t0", "t1", "min", "max", "sum", "nan", "first", "last"];

/// One field that a document is to have, or (`None`) to lose.
pub(super) type Change = (Vec<String>, Option<Bson>);

/// What repairing needs of a store.
pub(super) trait Mend {
    /// The documents of the runs of a folder, whole.
    fn run_documents(&self, place: Place<'_>) -> Result<Vec<RawDocumentBuf>>;
    /// The tags that have chunks in a run.
    fn chunk_tags(&self, place: Place<'_>, run: RunId) -> Result<Vec<String>>;
    /// The documents of the chunks of a tag.
    fn chunk_documents(&self, place: Place<'_>, run: RunId, tag: &str) -> Result<Vec<RawDocumentBuf>>;
    /// All frames of a run.
    fn frames(&self, place: Place<'_>, run: RunId) -> Result<Vec<Frame>>;
    /// Changes the document of a run that is not live.
    fn change_run(&self, place: Place<'_>, run: RunId, changes: &[Change]) -> Result<()>;
    /// Changes the document of a chunk, known by its run, tag, session and `seq`.
    fn change_chunk(&self, place: Place<'_>, chunk: &Chunk, changes: &[Change]) -> Result<()>;
}

/// What became of one run.
#[derive(Debug)]
pub(crate) struct Repaired {
    pub(crate) run: Run,
    pub(crate) outcome: Outcome,
}

#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is being logged: not touched.
    Live,
    /// It has not ended, and gives no sign of life: not touched, for what its machine still holds goes on where its summaries end.
    Stale,
    /// How many chunks had wrong headers; the metrics whose summaries were wrong, as they were and as they are.
    Looked { chunks: usize, metrics: Vec<(String, Option<Summary>, Option<Summary>)>, wrong: Vec<Error> },
}

/// What is asked of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct How {
    /// To look only.
    pub(crate) dry_run: bool,
    /// To take runs for ended whose machine is gone.
    pub(crate) with_stale: bool,
}

/// Mends the runs of a folder, and tells of each.
///
/// # Errors
/// If the store fails. A document that cannot be read is told of in its run's outcome, and its run's summaries stay as they are.
pub(crate) fn repair(store: &Store, place: Place<'_>, how: How, tell: &mut dyn FnMut(Repaired)) -> Result<()> {
    let mend: &dyn Mend = match store {
        Store::Mongo(mongo) => mongo,
        Store::Local(local) => local,
    };
    for document in mend.run_documents(place)? {
        let run = reading::run(place.folder, &document, Time::now())?;
        let any = |status| run.status == status || run.sessions.iter().any(|session| session.status == status);
        let outcome = match (any(Status::Running), any(Status::Stale) && !how.with_stale) {
            (true, _) => Outcome::Live,
            (false, true) => Outcome::Stale,
            (false, false) => one(mend, place, &run, &document, how.dry_run)?,
        };
        tell(Repaired { run, outcome });
    }
    Ok(())
}

fn one(mend: &dyn Mend, place: Place<'_>, run: &Run, document: &RawDocument, dry_run: bool) -> Result<Outcome> {
    let frames = mend.frames(place, run.id)?;
    let mut tags: BTreeSet<String> = mend.chunk_tags(place, run.id)?.into_iter().collect();
    tags.extend(frames.iter().flat_map(|frame| &frame.parts).map(|part| part.tag.to_string()));
    let (mut mended, mut wrong) = (0, Vec::new());
    let mut sessions: BTreeMap<SessionId, BTreeMap<String, Summary>> = BTreeMap::new();
    for tag in tags {
        let mut chunks = Vec::new();
        for document in mend.chunk_documents(place, run.id, &tag)? {
            match Chunk::decode(&document) {
                Ok(chunk) => {
                    let changes = header(&chunk, &document)?;
                    mended += usize::from(!changes.is_empty());
                    if !changes.is_empty() && !dry_run {
                        mend.change_chunk(place, &chunk, &changes)?;
                    }
                    chunks.push(chunk);
                }
                Err(error) => wrong.push(error),
            }
        }
        for (session, points) in assemble::by_session(&tag, &frames, chunks) {
            let mut summary = Summary::default();
            points.steps.iter().zip(&points.values).for_each(|(step, value)| summary.add(*step, *value));
            if summary.n > 0 {
                sessions.entry(session).or_default().insert(tag.clone(), summary);
            }
        }
    }
    let mut metrics = Vec::new();
    if wrong.is_empty() {
        let changes = summaries(run, document, &sessions, &mut metrics);
        if !changes.is_empty() && !dry_run {
            mend.change_run(place, run.id, &changes)?;
        }
    }
    Ok(Outcome::Looked { chunks: mended, metrics, wrong })
}

/// What is wrong in the header of a chunk.
fn header(chunk: &Chunk, document: &RawDocument) -> Result<Vec<Change>> {
    let anew = Document::try_from(chunk.encode()?.as_ref())
        .map_err(|cause| Error::new(crate::error::ErrorKind::Store, "a chunk cannot be written as BSON").because(cause))?;
    let old = |key: &str| document.get(key).ok().flatten().and_then(|value| Bson::try_from(value).ok());
    let mut changes: Vec<Change> = HEADER
        .iter()
        .filter_map(|key| Some((*key, anew.get(key)?)))
        .filter(|(key, new)| !old(key).is_some_and(|old| same(&old, new)))
        .map(|(key, new)| (vec![key.to_owned()], Some(new.clone())))
        .collect();
    // The wall clock is told from `t0` on.
    if changes.iter().any(|(path, _)| path == &["t0"]) && !chunk.points.wall.is_empty() {
        changes.push((vec!["wall".to_owned()], anew.get("wall").cloned()));
    }
    Ok(changes)
}

/// What is wrong in the summaries of a run's document.
fn summaries(
    run: &Run,
    document: &RawDocument,
    sessions: &BTreeMap<SessionId, BTreeMap<String, Summary>>,
    told: &mut Vec<(String, Option<Summary>, Option<Summary>)>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut all: BTreeMap<String, Vec<(i64, Summary)>> = BTreeMap::new();
    // In order of their start, as the run's own summaries are made.
    for session in &run.sessions {
        let empty = BTreeMap::new();
        let anew = sessions.get(&session.id).unwrap_or(&empty);
        anew.iter().for_each(|(tag, summary)| all.entry(tag.clone()).or_default().push((i64::from(session.rank), *summary)));
        let before = decode_session_summaries(document, session.id);
        let path =
            |tag: &str| vec!["sessions".to_owned(), session.id.to_string(), "metrics".to_owned(), keys::escape(tag).into_owned()];
        difference(&before, anew, |tag, _, new| changes.push((path(tag), new.map(|new| Bson::Document(summary_document(new))))));
    }
    let whole = all.into_iter().map(|(tag, sessions)| (tag, merge(sessions.into_iter()))).collect();
    difference(&run.metrics, &whole, |tag, old, new| {
        changes.push((
            vec!["metrics".to_owned(), keys::escape(tag).into_owned()],
            new.map(|new| Bson::Document(summary_document(new))),
        ));
        told.push((tag.to_owned(), old.copied(), new.copied()));
    });
    changes
}

/// Calls for each tag whose summaries differ.
fn difference(
    before: &BTreeMap<String, Summary>,
    anew: &BTreeMap<String, Summary>,
    mut tell: impl FnMut(&str, Option<&Summary>, Option<&Summary>),
) {
    let tags: BTreeSet<&String> = before.keys().chain(anew.keys()).collect();
    for tag in tags {
        match (before.get(tag), anew.get(tag)) {
            (Some(old), Some(new)) if same(&Bson::Document(summary_document(old)), &Bson::Document(summary_document(new))) => {}
            (old, new) => tell(tag, old, new),
        }
    }
}

/// Whether two values are the same number, date or nothing. Sums may have been added in another order.
fn same(old: &Bson, new: &Bson) -> bool {
    let number = |value: &Bson| match value {
        Bson::Int32(value) => Some(f64::from(*value)),
        Bson::Int64(value) => Some(*value as f64),
        Bson::Double(value) => Some(*value),
        _ => None,
    };
    match (old, new) {
        (Bson::Int64(old), Bson::Int64(new)) => old == new,
        (Bson::Document(old), Bson::Document(new)) => new
            .iter()
            .all(|(key, new)| old.get(key).is_some_and(|old| if key == "sum" { close(old, new) } else { same(old, new) })),
        (old, new) => match (number(old), number(new)) {
            (Some(old), Some(new)) => old == new || (old.is_nan() && new.is_nan()),
            _ => old == new,
        },
    }
}

fn close(old: &Bson, new: &Bson) -> bool {
    match (old, new) {
        (Bson::Double(old), Bson::Double(new)) => (old - new).abs() <= 1e-9 * old.abs().max(new.abs()),
        (old, new) => same(old, new),
    }
}

#[cfg(test)]
mod tests;
