//! `ml_board sync --to`: from the embedded store to another one, by the documents' own keys.

use std::collections::BTreeSet;
use std::path::PathBuf;

use bson::{RawDocument, RawDocumentBuf};

use super::recover::{self, Recovered, Which};
use crate::error::Result;
use crate::journal;
use crate::model::{Run, RunId, Session, SessionId, Status, Time};
use crate::store::documents::{Blob, What, decode_run, hex};
use crate::store::read::Read as _;
use crate::store::{Address, Local, NewSession, Place, SessionEnd, SessionState, SessionUpdate, Store, Updated};

/// A session that says it runs, and showed it within so many milliseconds, is left alone.
const ALIVE_MILLIS: i64 = 60_000;

/// What was moved.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    /// How many runs are in the other store now, and no more in the local one.
    pub(crate) runs: usize,
    /// How many points they have.
    pub(crate) points: u64,
    /// The runs that stay: they are still being written, or changed while they were moved.
    pub(crate) left: Vec<(String, RunId)>,
    /// What became of the journals that were on their way to the local store.
    pub(crate) journals: Recovered,
}

/// A step forward, to be told to a person.
#[derive(Debug, Clone)]
pub(crate) enum MoveProgress<'a> {
    /// A journal is shipped to the local store first.
    Journal(recover::Progress<'a>),
    /// A run is about to be moved.
    Run { place: Place<'a>, name: &'a str, index: usize, of: usize },
}

/// Moves the runs of the local store to another store; each is deleted here only when all of it was acknowledged there. Doing it
/// again, also after a death in between, changes nothing that was moved. Journals under `journals` that go to the local store and
/// whose writers are dead are shipped first; runs that are still being written are left.
///
/// # Errors
/// If either store fails; what was not moved yet is still here.
pub(crate) fn move_local(
    from: &Local,
    journals: &[PathBuf],
    to: &Store,
    progress: &mut dyn FnMut(MoveProgress<'_>),
) -> Result<Moved> {
    let mut moved = Moved::default();
    if let Some(directory) = from.path().parent() {
        let address = Address::Local(directory.to_owned());
        for place in journals {
            let which = Which::Target(&address);
            moved.journals.add(recover::recover(place, which, &mut |step| progress(MoveProgress::Journal(step)))?);
        }
    }
    let mut waiting: BTreeSet<SessionId> = BTreeSet::new();
    for place in journals {
        waiting.extend(journal::sessions(place)?.iter().filter_map(|path| path.file_name()?.to_str()?.parse::<SessionId>().ok()));
    }
    for (database, folder) in from.places()? {
        let place = Place { database: &database, folder: &folder };
        let documents = from.run_documents(place)?;
        for (index, document) in documents.iter().enumerate() {
            let run = decode_run(&folder, document)?;
            progress(MoveProgress::Run { place, name: &run.name, index, of: documents.len() });
            let writing = |session: &Session| waiting.contains(&session.id);
            let alive = run.status == Status::Running
                && run.heartbeat.is_some_and(|at| Time::now().millis() - at.millis() < ALIVE_MILLIS);
            if run.sessions.iter().any(writing) || alive || !one(from, place, document, &run, to)? {
                moved.left.push((run.name, run.id));
                continue;
            }
            moved.runs += 1;
            moved.points += run.sessions.iter().map(|session| points(session, document)).sum::<u64>();
        }
    }
    Ok(moved)
}

/// Copies one run, then deletes it here. `false`: it changed meanwhile and is still here.
fn one(from: &Local, place: Place<'_>, document: &RawDocumentBuf, run: &Run, to: &Store) -> Result<bool> {
    let to = to.writing();
    to.ensure_folder(place)?;
    from.each_events(place, run.id, |events| {
        for event in events {
            if let What::Image { mime, blob, .. } = &event.what {
                to.insert_blob(place, &Blob::new(mime, from.blob(place, &hex(blob))?))?;
            }
        }
        to.insert_events(place, events)
    })?;
    // Points move from frames to chunks only: frames are copied first, so none is missed.
    from.each_frame(place, run.id, |frame| to.insert_frame(place, frame).map(drop))?;
    from.each_chunks(place, run.id, |chunks| to.write_chunks(place, chunks))?;
    // The run last: who sees it there sees all of it.
    to.insert_run(place, document)?;
    for session in &run.sessions {
        // If the run was there before (resumed here after it was moved), it gets what it lacks; otherwise this changes nothing.
        to.begin_session(place, &begun(run, session))?;
        if to.update_session(place, &update(run, session, document))? == Updated::TooLarge {
            return Ok(false);
        }
    }
    from.delete_run(place, run.id, document)
}

fn begun(run: &Run, session: &Session) -> NewSession {
    NewSession {
        run: run.id,
        session: session.id,
        run_name: run.name.clone(),
        labels: run.labels.clone(),
        group: run.group.clone(),
        rank: session.rank,
        host: session.host.clone(),
        pid: session.pid,
        started: session.started,
    }
}

/// What the run's document has of the session.
fn state(session: &Session, document: &RawDocument) -> SessionState {
    let id = session.id.to_string();
    let mut state = SessionState::default();
    if let Some(stored) = document.get_document("sessions").ok().and_then(|sessions| sessions.get_document(&id).ok()) {
        state.read(stored);
    }
    state
}

/// How many points the session logged, also those that a later one logged again.
fn points(session: &Session, document: &RawDocument) -> u64 {
    state(session, document).metrics.values().map(|summary| summary.n).sum()
}

/// All that the session brought about.
fn update(run: &Run, session: &Session, document: &RawDocument) -> SessionUpdate {
    let state = state(session, document);
    let end = session.ended.map(|at| SessionEnd { status: session.status, how: session.how.clone(), at });
    SessionUpdate {
        run: run.id,
        session: session.id,
        applied: state.applied,
        heartbeat: run.heartbeat.unwrap_or(session.started),
        k: state.k,
        thoughts: state.thoughts,
        params: run.params.clone().into_iter().collect(),
        metrics: state.metrics.into_iter().map(|(tag, summary)| (tag.into(), summary)).collect(),
        origin: session.origin.clone(),
        costs: session.costs.clone(),
        end,
    }
}
