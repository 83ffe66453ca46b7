//! What a session does to its run's document, as pipelines: many writers, no lost update, nothing applied twice.

use std::sync::Arc;

use bson::oid::ObjectId;
use bson::{Bson, Document, doc};

use crate::model::{Status, Summary};
use crate::store::documents::{costs_document, date, keys, new_session, origin_document, summary_document, value_bson};
use crate::store::write::{NewSession, SessionUpdate};

/// The sessions as an array, while a pipeline runs.
const SESSIONS: &str = "ml_board_sessions";

/// Adds a session among the others in order of their start: the filter, and the pipeline.
pub(super) fn add_session(session: &NewSession) -> (Document, Vec<Document>) {
    let id = session.session.to_string();
    let started = date(session.started);
    let others = |order: &str| {
        let one_of_them = doc! { order: ["$$this.v.started", started] };
        doc! { "$filter": { "input": { "$objectToArray": { "$ifNull": ["$sessions", {}] } }, "cond": one_of_them } }
    };
    let new = doc! { "k": &id, "v": literal(new_session(session)) };
    let filter = doc! { "_id": ObjectId::from_bytes(session.run.bytes()), format!("sessions.{id}"): { "$exists": false } };
    let stage = doc! { "$set": {
        "sessions": { "$arrayToObject": { "$concatArrays": [others("$lte"), [new], others("$gt")] } },
        "started": { "$min": ["$started", started] },
        "status": Status::Running.word(),
        "ended": Bson::Null,
    } };
    (filter, vec![stage])
}

/// How many bytes of a command the summaries of a run take.
const COMMAND: usize = 8 << 20;

/// The tags of an update, as many at a time as one command holds.
pub(super) fn groups(update: &SessionUpdate) -> Vec<&[(Arc<str>, Summary)]> {
    let mut groups = Vec::new();
    let (mut rest, mut n, mut bytes) = (update.metrics.as_slice(), 0, 0);
    for (tag, _) in &update.metrics {
        // About what `merged` takes, and the tag in all its places.
        bytes += 3072 + 4 * tag.len();
        if bytes > COMMAND && n > 0 {
            let (group, after) = rest.split_at(n);
            groups.push(group);
            (rest, n, bytes) = (after, 0, 3072 + 4 * tag.len());
        }
        n += 1;
    }
    groups.push(rest);
    groups
}

/// The filter of an update: none as late was applied.
fn unless_applied(update: &SessionUpdate) -> Document {
    let applied = format!("sessions.{}.applied", update.session);
    doc! { "_id": ObjectId::from_bytes(update.run.bytes()), applied: { "$lt": update.applied } }
}

/// The summaries of the run that follow from those of the session, where they are too many for one command: the filter, and the
/// pipeline. It comes before the update itself, whose `applied` says that all is done.
pub(super) fn metrics(update: &SessionUpdate, group: &[(Arc<str>, Summary)]) -> (Document, Vec<Document>) {
    let of = |tag: &str| format!("{SESSIONS}.{}.metrics.{}", update.session, keys::escape(tag));
    let new: Document = group.iter().map(|(tag, summary)| (of(tag), literal(summary_document(summary)).into())).collect();
    let pipeline = vec![
        doc! { "$set": { SESSIONS: "$sessions" } },
        doc! { "$set": new },
        doc! { "$set": { SESSIONS: { "$objectToArray": format!("${SESSIONS}") } } },
        doc! { "$set": whole(group) },
        doc! { "$unset": SESSIONS },
    ];
    (unless_applied(update), pipeline)
}

/// The summaries of these tags over all sessions.
fn whole(tags: &[(Arc<str>, Summary)]) -> Document {
    let keys = tags.iter().map(|(tag, _)| keys::escape(tag));
    keys.map(|key| (format!("metrics.{key}"), merged(&key).into())).collect()
}

/// An update of a session and all that follows for its run, of the summaries those of `tags`: the filter, and the pipeline.
pub(super) fn update(update: &SessionUpdate, tags: &[(Arc<str>, Summary)]) -> (Document, Vec<Document>) {
    let id = update.session.to_string();
    let of = |field: &str| format!("sessions.{id}.{field}");
    let mut logged = doc! {
        "heartbeat": { "$max": ["$heartbeat", date(update.heartbeat)] },
        of("heartbeat"): { "$max": [format!("${}", of("heartbeat")), date(update.heartbeat)] },
        of("applied"): update.applied, of("k"): update.k, of("thoughts"): i64::try_from(update.thoughts).unwrap_or(i64::MAX),
    };
    for (tag, summary) in &update.metrics {
        logged.insert(of(&format!("metrics.{}", keys::escape(tag))), literal(summary_document(summary)));
    }
    for (name, value) in &update.params {
        logged.insert(format!("params.{}", keys::escape(name)), literal(value_bson(value)));
    }
    if let Some(origin) = &update.origin {
        logged.insert(of("origin"), literal(origin_document(origin)));
    }
    if let Some(costs) = &update.costs {
        logged.insert(of("costs"), literal(costs_document(costs)));
    }
    if let Some(end) = &update.end {
        logged.insert(of("status"), end.status.word());
        logged.insert(of("how"), literal(end.how.clone()));
        logged.insert(of("ended"), date(end.at));
    }

    let mut follows = doc! { "thoughts": { "$sum": format!("${SESSIONS}.v.thoughts") } };
    follows.extend(whole(tags));
    if update.end.is_some() {
        follows.extend(end());
    }
    let pipeline = vec![
        doc! { "$set": logged },
        doc! { "$set": { SESSIONS: { "$objectToArray": "$sessions" } } },
        doc! { "$set": follows },
        doc! { "$unset": SESSIONS },
    ];
    (unless_applied(update), pipeline)
}

/// A value as it is, whatever it looks like: `"$lr"` is a text.
fn literal(value: impl Into<Bson>) -> Document {
    doc! { "$literal": value.into() }
}

/// `Summary::merge` over the sessions, which stand in order of their start, but for those that a later one of their rank logged over.
fn merged(key: &str) -> Document {
    let all = |field: &str| format!("$$all.{field}");
    let at = |field: &str, index: i32| doc! { "$arrayElemAt": [all(field), index] };
    let first_known = |field: &str| {
        let known = doc! { "$filter": { "input": all(field), "cond": { "$ne": ["$$this", Bson::Null] } } };
        doc! { "$ifNull": [{ "$arrayElemAt": [known, 0] }, Bson::Null] }
    };
    let extreme = |operator: &str, field: &str| doc! { "$ifNull": [{ operator: all(field) }, Bson::Null] };
    let step_of = |operator: &str, field: &str, step: &str| {
        let there = doc! { "$filter": { "input": "$$all", "cond": { "$and": [
            { "$ne": [format!("$$this.{field}"), Bson::Null] },
            { "$eq": [format!("$$this.{field}"), { operator: all(field) }] },
        ] } } };
        doc! { "$let": { "vars": { "there": { "$arrayElemAt": [there, 0] } }, "in": { "$ifNull": [format!("$$there.{step}"), Bson::Null] } } }
    };
    let logged_over = doc! { "$and": [
        { "$eq": ["$$one.rank", "$$this.v.rank"] },
        { "$gte": ["$$one.of.first_step", "$$later.first_step"] },
        { "$ne": [{ "$ifNull": ["$$later.first_step", Bson::Null] }, Bson::Null] },
    ] };
    let before = doc! { "$filter": { "input": "$$value", "as": "one", "cond": { "$not": [logged_over] } } };
    let with_points = doc! { "$reduce": { "input": format!("${SESSIONS}"), "initialValue": [], "in": {
        "$let": { "vars": { "later": format!("$$this.v.metrics.{key}") }, "in": { "$cond": [
            { "$gt": ["$$later.n", 0] },
            { "$concatArrays": [before, [{ "rank": "$$this.v.rank", "of": "$$later" }]] },
            "$$value",
        ] } },
    } } };
    let with_points = doc! { "$let": { "vars": { "with_points": with_points }, "in": "$$with_points.of" } };
    doc! { "$let": { "vars": { "all": with_points }, "in": {
        "n": { "$sum": all("n") }, "nan": { "$sum": all("nan") }, "first_bad_step": first_known("first_bad_step"),
        "first": at("first", 0), "first_step": at("first_step", 0), "last": at("last", -1), "last_step": at("last_step", -1),
        "min": extreme("$min", "min"), "min_step": step_of("$min", "min", "min_step"),
        "max": extreme("$max", "max"), "max_step": step_of("$max", "max", "max_step"),
        "sum": { "$sum": all("sum") },
    } } }
}

/// A run lives while a session of it lives; else the last session of each rank decides, and the worst of them.
fn end() -> Document {
    let sessions = format!("${SESSIONS}");
    let lives = doc! { "$in": [Status::Running.word(), format!("${SESSIONS}.v.status")] };
    let last_of_each_rank = doc! { "$reduce": { "input": sessions, "initialValue": [], "in": { "$concatArrays": [
        { "$let": { "vars": { "later": "$$this" }, "in":
            { "$filter": { "input": "$$value", "as": "one", "cond": { "$ne": ["$$one.v.rank", "$$later.v.rank"] } } } } },
        ["$$this"],
    ] } } };
    let any = |status: Status| doc! { "$in": [status.word(), "$$last.v.status"] };
    let worst = doc! { "$switch": {
        "branches": [
            { "case": any(Status::Killed), "then": Status::Killed.word() },
            { "case": any(Status::Panicked), "then": Status::Panicked.word() },
        ],
        "default": Status::Finished.word(),
    } };
    doc! {
        "status": { "$cond": [lives.clone(), Status::Running.word(),
            { "$let": { "vars": { "last": last_of_each_rank }, "in": worst } }] },
        "ended": { "$cond": [lives, Bson::Null, { "$max": format!("${SESSIONS}.v.ended") }] },
    }
}
