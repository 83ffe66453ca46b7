//! The document of a run, its sessions and summaries.

use std::collections::BTreeMap;

use bson::raw::{RawBsonRef, RawDocument};
use bson::spec::BinarySubtype;
use bson::{Bson, Document, doc};

use super::costs::decode_costs;
use super::origin::decode_origin;
use super::{keys, raw};
use crate::error::Result;
use crate::model::{Run, RunId, Session, SessionId, Status, Summary, Time, Value};

/// A summary as it stands under `metrics`.
pub(crate) fn summary_document(summary: &Summary) -> Document {
    doc! {
        "n": count(summary.n), "nan": count(summary.nan), "first_bad_step": summary.first_bad_step,
        "first": summary.first, "first_step": summary.first_step, "last": summary.last, "last_step": summary.last_step,
        "min": summary.min, "min_step": summary.min_step, "max": summary.max, "max_step": summary.max_step,
        "sum": summary.sum,
    }
}

/// The summary in a document; what is missing or odd counts as not known.
pub(crate) fn decode_summary(document: &RawDocument) -> Summary {
    let mut summary = Summary::default();
    for (key, value) in document.iter().flatten().map(|(key, value)| (key.as_str(), value)) {
        let integer = raw::integer(value);
        // Here null is "none", not NaN.
        let float = if value == RawBsonRef::Null { None } else { raw::float(value) };
        let counted = || integer.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
        match key {
            "n" => summary.n = counted(),
            "nan" => summary.nan = counted(),
            "first_bad_step" => summary.first_bad_step = integer,
            "first" => summary.first = float,
            "first_step" => summary.first_step = integer,
            "last" => summary.last = float,
            "last_step" => summary.last_step = integer,
            "min" => summary.min = float,
            "min_step" => summary.min_step = integer,
            "max" => summary.max = float,
            "max_step" => summary.max_step = integer,
            "sum" => summary.sum = float.unwrap_or_default(),
            _ => {}
        }
    }
    summary
}

/// A hyperparameter's value as BSON.
pub(crate) fn value_bson(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(bool) => Bson::Boolean(*bool),
        Value::Int(int) => Bson::Int64(*int),
        Value::Decimal(digits) => {
            digits.parse::<bson::Decimal128>().map_or_else(|_| Bson::String(digits.clone()), Bson::Decimal128)
        }
        Value::Float(float) => Bson::Double(*float),
        Value::Text(text) => Bson::String(text.clone()),
        Value::List(values) => Bson::Array(values.iter().map(value_bson).collect()),
    }
}

/// A value that a person or program put into a document.
fn decode_value(value: RawBsonRef<'_>) -> Value {
    match value {
        RawBsonRef::Null | RawBsonRef::Undefined => Value::Null,
        RawBsonRef::Boolean(bool) => Value::Bool(bool),
        RawBsonRef::Int32(int) => Value::Int(int.into()),
        RawBsonRef::Int64(int) => Value::Int(int),
        RawBsonRef::Double(float) => Value::Float(float),
        RawBsonRef::Decimal128(digits) => Value::Decimal(digits.to_string()),
        RawBsonRef::String(text) => Value::Text(text.to_owned()),
        RawBsonRef::Array(array) => Value::List(array.into_iter().flatten().map(decode_value).collect()),
        RawBsonRef::DateTime(time) => {
            Value::Text(time.try_to_rfc3339_string().unwrap_or_else(|_| time.timestamp_millis().to_string()))
        }
        RawBsonRef::ObjectId(id) => Value::Text(id.to_hex()),
        RawBsonRef::Symbol(text) => Value::Text(text.to_owned()),
        RawBsonRef::Binary(binary) if binary.subtype != BinarySubtype::Generic => Value::Text(super::hex(binary.bytes)),
        other => Value::Text(format!("{other:?}")),
    }
}

/// Puts parameters in, under their names; a document that a person nested is flattened into dotted names.
fn decode_params(prefix: &str, document: &RawDocument, run: &mut Run) {
    for (key, value) in document.iter().flatten() {
        let name = keys::unescape(key.as_str());
        let name = if prefix.is_empty() { name.into_owned() } else { format!("{prefix}.{name}") };
        match value {
            RawBsonRef::Document(inner) => decode_params(&name, inner, run),
            value => drop(run.params.insert(name, decode_value(value))),
        }
    }
}

/// The run in a document of this folder. A person may have edited any of it: what cannot be understood is left out.
pub(crate) fn decode_run(folder: &str, document: &RawDocument) -> Result<Run> {
    let id = raw::get(document, "_id").and_then(raw::identity);
    let id = id.ok_or_else(|| raw::wrong(document, "its `_id` is not an ObjectId, so it is not a run"))?;
    let mut run = Run::new(RunId::from_bytes(id), folder, "", Time(0));
    for (key, value) in document.iter().flatten().map(|(key, value)| (key.as_str(), value)) {
        match (key, value) {
            ("name", RawBsonRef::String(name)) => run.name = name.to_owned(),
            ("status", RawBsonRef::String(word)) => run.status = Status::from_word(word).unwrap_or(run.status),
            ("started", value) => run.started = raw::time(value).unwrap_or(run.started),
            ("ended", value) => run.ended = raw::time(value),
            ("heartbeat", value) => run.heartbeat = raw::time(value),
            ("notes", RawBsonRef::String(notes)) => run.notes = notes.to_owned(),
            ("invalid", RawBsonRef::String(why)) => run.invalid = Some(why.to_owned()),
            ("invalid", RawBsonRef::Boolean(true)) => run.invalid = Some(String::new()),
            ("group", RawBsonRef::String(group)) => run.group = Some(group.to_owned()),
            ("labels", RawBsonRef::Array(labels)) => run.labels = labels.into_iter().flatten().filter_map(raw::text).collect(),
            ("thoughts", value) => run.thoughts = raw::integer(value).and_then(|n| u64::try_from(n).ok()).unwrap_or_default(),
            ("params", RawBsonRef::Document(params)) => decode_params("", params, &mut run),
            ("metrics", RawBsonRef::Document(metrics)) => {
                for (key, value) in metrics.iter().flatten() {
                    if let Some(summary) = value.as_document() {
                        run.metrics.insert(keys::unescape(key.as_str()).into_owned(), decode_summary(summary));
                    }
                }
            }
            ("sessions", RawBsonRef::Document(sessions)) => {
                run.sessions = sessions
                    .iter()
                    .flatten()
                    .filter_map(|(key, value)| decode_session(key.as_str(), value.as_document()?))
                    .collect();
            }
            _ => {}
        }
    }
    run.sessions.sort_by_key(|session| (session.started, session.id));
    Ok(run)
}

/// The summaries of one session, as its run's document has them.
#[cfg(feature = "engine")]
pub(crate) fn decode_session_summaries(document: &RawDocument, session: SessionId) -> BTreeMap<String, Summary> {
    let session = || raw::get(document, "sessions")?.as_document()?.get_document(session.to_string()).ok();
    let metrics = session().and_then(|session| session.get_document("metrics").ok());
    let summary = |(key, value): (&bson::raw::CStr, RawBsonRef<'_>)| {
        Some((keys::unescape(key.as_str()).into_owned(), decode_summary(value.as_document()?)))
    };
    metrics.into_iter().flat_map(|metrics| metrics.iter().flatten()).filter_map(summary).collect()
}

/// The last step of each metric of one rank of a run, as its last session with that metric has it; and the sessions that are that rank's.
pub(crate) fn last_scalar_steps(document: &RawDocument, rank: u32) -> (Vec<(String, String, i64)>, Vec<Session>) {
    let mut run = decode_run("", document).unwrap_or_else(|_| Run::new(RunId::from_bytes([0; 12]), "", "", Time(0)));
    run.sessions.retain(|session| session.rank == rank);
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    for session in &run.sessions {
        let stored = document.get_document("sessions").and_then(|all| all.get_document(session.id.to_string()));
        let metrics = stored.and_then(|session| session.get_document("metrics"));
        for (key, summary) in metrics.iter().flat_map(|metrics| metrics.iter().flatten()) {
            if let Some(step) = summary.as_document().and_then(|summary| decode_summary(summary).last_step) {
                last.insert(keys::unescape(key.as_str()).into_owned(), step);
            }
        }
    }
    let steps = last.into_iter().map(|(tag, step)| ("scalar".to_owned(), tag, step)).collect();
    (steps, run.sessions)
}

fn decode_session(id: &str, document: &RawDocument) -> Option<Session> {
    let get = |key| raw::get(document, key);
    let small = |key| get(key).and_then(raw::integer).and_then(|n| u32::try_from(n).ok()).unwrap_or_default();
    let text = |key| get(key).and_then(raw::text);
    let started = get("started").and_then(raw::time).unwrap_or_default();
    let mut session = Session::new(id.parse::<SessionId>().ok()?, text("host").unwrap_or_default(), small("pid"), started);
    session.rank = small("rank");
    session.ended = get("ended").and_then(raw::time);
    session.status = text("status").and_then(|word| Status::from_word(&word)).unwrap_or(Status::Running);
    session.how = text("how");
    session.heartbeat = get("heartbeat").and_then(raw::time);
    session.origin = get("origin").and_then(|origin| origin.as_document()).map(decode_origin);
    session.costs = get("costs").and_then(|costs| costs.as_document()).map(decode_costs);
    Some(session)
}

fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
