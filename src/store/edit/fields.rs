//! Changes of a run's own fields: parameters, labels, notes, name, and whether it counts.

use bson::{Array, Bson, Document, RawDocument, doc, oid::ObjectId};

use super::Swap;
use crate::error::Result;
use crate::model::{EditRow, RunId, SessionId, Status, Summary, Time, Value};
use crate::query::Change;
use crate::store::documents::{keys, merged, summary_document, value_bson};
use crate::store::reading::STALE_MILLIS;

/// One value of a run that changes: where it stands in the document, as the how manieth, and both values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) path: Vec<String>,
    pub(super) at: usize,
    pub(super) old: Option<Bson>,
    pub(super) new: Option<Bson>,
}

/// The document of a run that is being changed, and what changed of it so far.
pub(super) struct Draft {
    pub(super) run: RunId,
    pub(super) name: String,
    before: Document,
    after: Document,
    pub(super) fields: Vec<Field>,
    pub(super) rows: Vec<EditRow>,
    /// Why it cannot be done.
    pub(super) refused: Option<String>,
    /// Whether its program still logs, or might.
    pub(super) lives: bool,
    /// Whether it gave no sign of life for so long that it is stale.
    pub(super) silent: bool,
}

impl Draft {
    pub(super) fn new(document: &RawDocument) -> Result<Draft> {
        let before = super::record::document(document)?;
        let id = before.get_object_id("_id").map_or([0; 12], |id| id.bytes());
        let name = before.get_str("name").unwrap_or_default().to_owned();
        let lives = before.get_str("status").is_ok_and(|status| status == Status::Running.word());
        let sign = before.get_datetime("heartbeat").map_or(0, |sign| sign.timestamp_millis());
        let silent = Time::now().millis() - sign > STALE_MILLIS;
        let (fields, rows) = (Vec::new(), Vec::new());
        Ok(Draft { run: RunId::from_bytes(id), name, after: before.clone(), before, fields, rows, refused: None, lives, silent })
    }

    /// What it is, for who is about to delete it.
    pub(super) fn said(&self) -> String {
        let metrics = self.before.get_document("metrics").into_iter().flat_map(Document::values).filter_map(Bson::as_document);
        let points: i64 = metrics.map(|metric| metric.get_i64("n").unwrap_or_default()).sum();
        format!("{points} points")
    }

    /// With all that these changes do to the run's fields.
    pub(super) fn with(mut self, changes: &[Change]) -> Draft {
        changes.iter().for_each(|change| self.change(change));
        self
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::SetParam(name, value) => {
                let path = self.param(name).unwrap_or_else(|| vec!["params".to_owned(), keys::escape(name).into_owned()]);
                self.set(name, path, Some(value_bson(value)));
            }
            Change::UnsetParam(name) => {
                if let Some(path) = self.param(name) {
                    self.set(name, path, None);
                }
            }
            Change::RenameParam(from, to) => self.rename_param(from, to),
            Change::Label(label) => self.labels(|labels| {
                if !labels.iter().any(|known| known.as_str() == Some(label)) {
                    labels.push(Bson::String(label.clone()));
                }
            }),
            Change::Unlabel(label) => self.labels(|labels| labels.retain(|known| known.as_str() != Some(label))),
            Change::Note(text) => {
                let notes = match self.after.get_str("notes") {
                    Ok(notes) if !notes.is_empty() => format!("{notes}\n{text}"),
                    _ => text.clone(),
                };
                self.set("notes", vec!["notes".to_owned()], Some(Bson::String(notes)));
            }
            Change::RenameRun(name) => self.set("name", vec!["name".to_owned()], Some(Bson::String(name.clone()))),
            Change::MarkInvalid(why) => self.set("invalid", vec!["invalid".to_owned()], Some(Bson::String(why.clone()))),
            Change::MarkValid => self.set("invalid", vec!["invalid".to_owned()], None),
            Change::RenameTag(from, to) => {
                let has = |tag: &str| get(&self.after, &["metrics".to_owned(), keys::escape(tag).into_owned()]).is_some();
                if from != to && has(from) && has(to) {
                    self.refused = Some(format!("it has both `{from}` and `{to}`"));
                }
            }
            // Of points, and of the run as a whole.
            Change::ScaleTag(..) | Change::DropPoints(..) | Change::MoveTo(_) | Change::Delete => {}
        }
    }

    fn rename_param(&mut self, from: &str, to: &str) {
        let Some(path) = self.param(from).filter(|_| from != to) else { return };
        if self.param(to).is_some() {
            self.refused = Some(format!("it has both `{from}` and `{to}`"));
            return;
        }
        let Some(value) = get(&self.after, &path).map(|(_, value)| value.clone()) else { return };
        let said = say(Some(&value));
        let at = self.put(path, None);
        let new = vec!["params".to_owned(), keys::escape(to).into_owned()];
        self.put_at(new, at, Some(value));
        self.row(from, format!("{from} = {said}"), format!("{to} = {said}"));
    }

    fn labels(&mut self, change: impl FnOnce(&mut Array)) {
        let before = self.after.get_array("labels").cloned().unwrap_or_default();
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            self.set("labels", vec!["labels".to_owned()], Some(Bson::Array(after)));
        }
    }

    /// Sets a value, or takes it away, and says so.
    fn set(&mut self, what: &str, path: Vec<String>, new: Option<Bson>) {
        let old = get(&self.after, &path).map(|(_, value)| value.clone());
        if !same(old.as_ref(), new.as_ref()) {
            self.row(what, say(old.as_ref()), say(new.as_ref()));
            self.put(path, new);
        }
    }

    fn put(&mut self, path: Vec<String>, new: Option<Bson>) -> usize {
        let at = get(&self.after, &path).map_or(usize::MAX, |(at, _)| at);
        self.put_at(path, at, new);
        at
    }

    fn put_at(&mut self, path: Vec<String>, at: usize, new: Option<Bson>) {
        // A person may have put something else where the parameters belong.
        if path.len() > 1 && !matches!(self.after.get(&path[0]), Some(Bson::Document(_))) {
            let top = vec![path[0].clone()];
            self.put(top, Some(Bson::Document(Document::new())));
        }
        let old = get(&self.after, &path).map(|(_, value)| value.clone());
        put(&mut self.after, &path, at, new.clone());
        self.fields.push(Field { path, at, old, new });
    }

    /// What a session's points of a tag came to, which was called otherwise perhaps; and what follows for the run.
    pub(super) fn summarize(&mut self, session: SessionId, was: &str, tag: &str, summary: &Summary) {
        let of = |tag: &str| {
            ["sessions".to_owned(), session.to_string(), "metrics".to_owned(), keys::escape(tag).into_owned()].to_vec()
        };
        let found = (summary.n > 0).then(|| Bson::Document(summary_document(summary)));
        self.replace(of(was), of(tag), found);
        let of = |tag: &str| ["metrics".to_owned(), keys::escape(tag).into_owned()].to_vec();
        let whole = |draft: &Draft, tag: &str| {
            let sessions = draft.after.get_document("sessions").into_iter().flat_map(Document::values);
            let merged = merged(sessions.filter_map(Bson::as_document), &keys::escape(tag));
            (merged.n > 0).then(|| Bson::Document(summary_document(&merged)))
        };
        if was != tag && whole(self, was).is_some() {
            // Another session still has it under the old name, until its turn comes.
            let (old, new) = (whole(self, was), whole(self, tag));
            self.replace(of(was), of(was), old);
            self.replace(of(tag), of(tag), new);
        } else {
            let new = whole(self, tag);
            self.replace(of(was), of(tag), new);
        }
    }

    /// Puts a value under a new path in the place of the old one.
    fn replace(&mut self, from: Vec<String>, to: Vec<String>, new: Option<Bson>) {
        let mut at = get(&self.after, &from).map_or(usize::MAX, |(at, _)| at);
        if from != to {
            if at != usize::MAX {
                self.put(from, None);
            }
            at = get(&self.after, &to).map_or(at, |(at, _)| at);
        }
        if !same(get(&self.after, &to).map(|(_, value)| value), new.as_ref()) {
            self.put_at(to, at, new);
        }
    }

    /// Says once that a tag has another name.
    pub(super) fn renamed(&mut self, from: &str, to: &str) {
        if !self.rows.iter().any(|row| row.what == "tag" && row.old == from) {
            self.row("tag", from.to_owned(), to.to_owned());
        }
    }

    pub(super) fn row(&mut self, what: &str, old: String, new: String) {
        self.rows.push(EditRow::new(self.run, &self.name, what, old, new));
    }

    /// Where a parameter stands.
    fn param(&self, name: &str) -> Option<Vec<String>> {
        let Some(Bson::Document(params)) = self.after.get("params") else { return None };
        let mut path = find(params, name)?;
        path.insert(0, "params".to_owned());
        Some(path)
    }

    /// Takes back what an edit did: each value that is still what the edit made of it. What is not is named in `kept`.
    pub(super) fn take_back(&mut self, fields: &[Field], kept: &mut Vec<String>) {
        let mut anew: Vec<&[String]> = Vec::new();
        for field in fields.iter().rev() {
            let now = get(&self.after, &field.path).map(|(_, value)| value);
            if same(now, field.new.as_ref()) {
                put(&mut self.after, &field.path, field.at, field.old.clone());
            } else if !same(now, field.old.as_ref()) && field.path[0] == "metrics" {
                // A session that came later has a say in it.
                anew.push(&field.path);
            } else if !same(now, field.old.as_ref()) {
                let what = field.path.get(1).or(field.path.first()).map(|key| keys::unescape(key)).unwrap_or_default();
                kept.push(format!("{}: {what}", self.name));
            }
        }
        for path in anew {
            let sessions = self.after.get_document("sessions").into_iter().flat_map(Document::values);
            let merged = path.get(1).map(|key| merged(sessions.filter_map(Bson::as_document), key)).unwrap_or_default();
            put(&mut self.after, path, usize::MAX, (merged.n > 0).then(|| Bson::Document(summary_document(&merged))));
        }
    }

    /// What the store is to change: whole fields of the document.
    pub(super) fn swaps(&self) -> Vec<Swap> {
        let names = self.before.keys().chain(self.after.keys().filter(|key| !self.before.contains_key(key)));
        names
            .map(|name| Swap { field: name.clone(), old: self.before.get(name).cloned(), new: self.after.get(name).cloned() })
            .filter(|swap| !same(swap.old.as_ref(), swap.new.as_ref()))
            .collect()
    }
}

impl Field {
    pub(super) fn encode(&self, run: RunId) -> Document {
        let at = i32::try_from(self.at).unwrap_or(i32::MAX);
        let path: Vec<Bson> = self.path.iter().map(|key| Bson::String(key.clone())).collect();
        let mut document = doc! { "run": ObjectId::from_bytes(run.bytes()), "path": path, "at": at };
        for (key, value) in [("old", &self.old), ("new", &self.new)] {
            if let Some(value) = value {
                document.insert(key, value.clone());
            }
        }
        document
    }

    pub(super) fn decode(document: &Document) -> Option<(RunId, Field)> {
        let run = RunId::from_bytes(document.get_object_id("run").ok()?.bytes());
        let path: Option<Vec<String>> =
            document.get_array("path").ok()?.iter().map(|key| key.as_str().map(str::to_owned)).collect();
        let at = usize::try_from(document.get_i32("at").ok()?).ok()?;
        Some((run, Field { path: path?, at, old: document.get("old").cloned(), new: document.get("new").cloned() }))
    }
}

/// The path of a parameter below this document, which a person may have nested.
fn find(params: &Document, name: &str) -> Option<Vec<String>> {
    params.iter().find_map(|(key, value)| {
        let known = keys::unescape(key);
        match value {
            Bson::Document(inner) => {
                let mut path = find(inner, name.strip_prefix(known.as_ref())?.strip_prefix('.')?)?;
                path.insert(0, key.clone());
                Some(path)
            }
            _ => (known == name).then(|| vec![key.clone()]),
        }
    })
}

/// The value at a path, and as the how manieth of its document it stands there.
fn get<'a>(document: &'a Document, path: &[String]) -> Option<(usize, &'a Bson)> {
    let (key, rest) = path.split_first()?;
    let (at, (_, value)) = document.iter().enumerate().find(|(_, (known, _))| *known == key)?;
    match (rest, value) {
        ([], value) => Some((at, value)),
        (rest, Bson::Document(inner)) => get(inner, rest),
        _ => None,
    }
}

/// Puts a value where the path leads, or takes it away. A new one becomes the `at`-th of its document.
fn put(document: &mut Document, path: &[String], at: usize, value: Option<Bson>) {
    let Some((key, rest)) = path.split_first() else { return };
    if !rest.is_empty() {
        if let Some(Bson::Document(inner)) = document.get_mut(key) {
            put(inner, rest, at, value);
        }
        return;
    }
    match value {
        Some(value) if document.contains_key(key) => drop(document.insert(key, value)),
        Some(value) => {
            let mut all: Vec<(String, Bson)> = std::mem::take(document).into_iter().collect();
            all.insert(at.min(all.len()), (key.clone(), value));
            document.extend(all);
        }
        None => {
            let all = std::mem::take(document).into_iter().filter(|(known, _)| known != key);
            *document = all.collect();
        }
    }
}

/// Equal bit by bit: a NaN is itself, and 5 is not 5.0.
pub(in crate::store) fn same(one: Option<&Bson>, other: Option<&Bson>) -> bool {
    let bytes = |value: &Bson| bson::serialize_to_raw_document_buf(&doc! { "": value.clone() }).ok();
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => bytes(one).is_some_and(|one| bytes(other).is_some_and(|other| one == other)),
        _ => false,
    }
}

/// A value as a person reads it.
pub(super) fn say(value: Option<&Bson>) -> String {
    match value {
        None => "–".to_owned(),
        Some(Bson::String(text)) => text.clone(),
        Some(Bson::Double(number)) => Value::Float(*number).to_string(),
        Some(Bson::Array(all)) => format!("[{}]", all.iter().map(|one| say(Some(one))).collect::<Vec<_>>().join(", ")),
        Some(other) => other.to_string(),
    }
}
