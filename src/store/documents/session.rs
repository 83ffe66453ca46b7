//! What a session does to its run's document. The local store does it with this; MongoDB by a pipeline that is held against it.

use std::collections::BTreeMap;

use bson::{Bson, DateTime, Document, doc};

use super::run::{decode_summary, summary_document, value_bson};
use super::{VERSION, costs_document, keys, origin_document};
use crate::model::{Status, Summary, Time};
use crate::store::write::{NewSession, SessionUpdate};

/// The document of a run that nothing is known of but its first session's start.
pub(crate) fn new_run(session: &NewSession) -> Document {
    let mut run = doc! {
        "_id": bson::oid::ObjectId::from_bytes(session.run.bytes()), "v": VERSION, "name": &session.run_name,
        "status": Status::Running.word(), "started": date(session.started), "heartbeat": date(session.started), "ended": Bson::Null,
        "params": {}, "labels": &session.labels, "notes": "",
    };
    if let Some(group) = &session.group {
        run.insert("group", group);
    }
    run.extend(doc! { "thoughts": 0_i64, "metrics": {}, "sessions": {} });
    run
}

/// A session at its start, as it stands under `sessions`.
pub(crate) fn new_session(session: &NewSession) -> Document {
    doc! {
        "rank": i64::from(session.rank), "host": &session.host, "pid": i64::from(session.pid), "started": date(session.started),
        "heartbeat": date(session.started), "ended": Bson::Null, "how": Bson::Null, "status": Status::Running.word(),
        "applied": 0_i64, "k": 0_i64, "thoughts": 0_i64, "metrics": {},
    }
}

/// Adds the session, among the others in order of their start, unless it is there.
pub(crate) fn add_session(run: &mut Document, session: &NewSession) {
    let id = session.session.to_string();
    let mut sessions = take_document(run, "sessions");
    if !sessions.contains_key(&id) {
        let started = |session: &Bson| session.as_document().and_then(|session| session.get_datetime("started").ok()).copied();
        let (mut before, after): (Vec<_>, Vec<_>) =
            sessions.into_iter().partition(|(_, other)| started(other) <= Some(date(session.started)));
        before.push((id, Bson::Document(new_session(session))));
        sessions = before.into_iter().chain(after).collect();
        let first =
            run.get_datetime("started").ok().copied().map_or(date(session.started), |first| first.min(date(session.started)));
        run.insert("started", first);
        run.insert("status", Status::Running.word());
        run.insert("ended", Bson::Null);
    }
    run.insert("sessions", sessions);
}

/// How an update fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applied {
    Now,
    Before,
    /// The document does not know the session.
    Gone,
}

/// Applies the update if none as late was.
pub(crate) fn apply_update(run: &mut Document, update: &SessionUpdate) -> Applied {
    let id = update.session.to_string();
    let mut sessions = take_document(run, "sessions");
    let applied = match sessions.get_document_mut(&id) {
        Err(_) => Applied::Gone,
        Ok(session) if session.get_i64("applied").unwrap_or_default() >= update.applied => Applied::Before,
        Ok(session) => {
            set_session(session, update);
            Applied::Now
        }
    };
    if applied == Applied::Now {
        set_run(run, &sessions, update);
    }
    run.insert("sessions", sessions);
    applied
}

fn set_session(session: &mut Document, update: &SessionUpdate) {
    session.insert("applied", update.applied);
    session.insert("k", update.k);
    session.insert("thoughts", i64::try_from(update.thoughts).unwrap_or(i64::MAX));
    let mut metrics = take_document(session, "metrics");
    for (tag, summary) in &update.metrics {
        metrics.insert(keys::escape(tag), summary_document(summary));
    }
    session.insert("metrics", metrics);
    let heartbeat = session.get_datetime("heartbeat").ok().copied().max(Some(date(update.heartbeat)));
    session.insert("heartbeat", heartbeat);
    if let Some(origin) = &update.origin {
        session.insert("origin", origin_document(origin));
    }
    if let Some(costs) = &update.costs {
        session.insert("costs", costs_document(costs));
    }
    if let Some(end) = &update.end {
        session.insert("status", end.status.word());
        session.insert("how", end.how.clone());
        session.insert("ended", date(end.at));
    }
}

fn set_run(run: &mut Document, sessions: &Document, update: &SessionUpdate) {
    let heartbeat =
        run.get_datetime("heartbeat").ok().copied().map_or(date(update.heartbeat), |last| last.max(date(update.heartbeat)));
    run.insert("heartbeat", heartbeat);
    let mut params = take_document(run, "params");
    for (name, value) in &update.params {
        params.insert(keys::escape(name), value_bson(value));
    }
    run.insert("params", params);
    let all = || sessions.iter().filter_map(|(_, session)| session.as_document());
    let mut metrics = take_document(run, "metrics");
    for (tag, _) in &update.metrics {
        let key = keys::escape(tag);
        metrics.insert(key.clone(), summary_document(&merged(all(), &key)));
    }
    run.insert("metrics", metrics);
    run.insert("thoughts", all().map(|session| session.get_i64("thoughts").unwrap_or_default()).sum::<i64>());
    if update.end.is_some() {
        let (status, ended) = end(all());
        run.insert("status", status.word());
        run.insert("ended", ended.map_or(Bson::Null, Bson::DateTime));
    }
}

/// What all sessions, in order of their start, say of one metric.
pub(crate) fn merged<'a>(sessions: impl Iterator<Item = &'a Document>, key: &str) -> Summary {
    merge(sessions.filter_map(|session| {
        let found = session.get_document("metrics").and_then(|metrics| metrics.get_document(key)).ok().and_then(summary);
        Some((session.get_i64("rank").unwrap_or_default(), found?))
    }))
}

/// The summary of a run, of the ranks and summaries of its sessions in order of their start. One whose every step a later session of
/// its rank logged again has no say; of one that was logged over in part, only its points could tell what is left.
pub(crate) fn merge(sessions: impl Iterator<Item = (i64, Summary)>) -> Summary {
    let mut all: Vec<(i64, Summary)> = Vec::new();
    for (rank, later) in sessions.filter(|(_, summary)| summary.n > 0) {
        all.retain(|(of, earlier)| *of != rank || !earlier.is_logged_over(&later));
        all.push((rank, later));
    }
    let mut whole = Summary::default();
    all.iter().for_each(|(_, summary)| whole.merge(summary));
    whole
}

/// A run lives while a session of it lives. Else the last session of each rank decides, and the worst of them:
/// a run that was killed and resumed is finished when the second session is.
fn end<'a>(sessions: impl Iterator<Item = &'a Document>) -> (Status, Option<DateTime>) {
    let mut last: BTreeMap<i64, Status> = BTreeMap::new();
    let mut ended = None;
    let mut lives = false;
    for session in sessions {
        let status = session.get_str("status").ok().and_then(Status::from_word).unwrap_or(Status::Running);
        lives |= status == Status::Running;
        last.insert(session.get_i64("rank").unwrap_or_default(), status);
        ended = ended.max(session.get_datetime("ended").ok().copied());
    }
    if lives {
        return (Status::Running, None);
    }
    let worst = [Status::Killed, Status::Panicked].into_iter().find(|bad| last.values().any(|status| status == bad));
    (worst.unwrap_or(Status::Finished), ended)
}

fn summary(document: &Document) -> Option<Summary> {
    Some(decode_summary(&bson::serialize_to_raw_document_buf(document).ok()?))
}

/// The document under `key`, taken out; an empty one if a person put something else there.
fn take_document(of: &mut Document, key: &str) -> Document {
    match of.get_mut(key) {
        Some(Bson::Document(inner)) => std::mem::take(inner),
        _ => Document::new(),
    }
}

pub(crate) fn date(time: Time) -> DateTime {
    DateTime::from_millis(time.millis())
}
