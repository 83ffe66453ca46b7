//! Whole documents that change: what an edit of points rewrites, a run that moves to another folder, a run that is deleted.

use std::collections::BTreeSet;

use bson::{Bson, Document, RawDocument, RawDocumentBuf, doc};

use super::record::{document, raw};
use super::{Documents, Part};
use crate::error::Result;
use crate::model::RunId;
use crate::query::Change;
use crate::store::Place;
use crate::store::documents::{Blob, Event, What, hex};

/// A document that is put there, taken away, or both: replaced.
#[derive(Debug, Clone)]
pub(super) struct DocumentChange {
    pub(super) folder: String,
    pub(super) part: Part,
    pub(super) old: Option<RawDocumentBuf>,
    pub(super) new: Option<RawDocumentBuf>,
}

impl DocumentChange {
    pub(super) fn removed(place: Place<'_>, part: Part, old: RawDocumentBuf) -> DocumentChange {
        DocumentChange { folder: place.folder.to_owned(), part, old: Some(old), new: None }
    }

    pub(super) fn added(place: Place<'_>, part: Part, new: RawDocumentBuf) -> DocumentChange {
        DocumentChange { folder: place.folder.to_owned(), part, old: None, new: Some(new) }
    }
}

/// What of a document says which one it is.
fn key(part: Part, of: &RawDocument) -> Document {
    let value = |field: &&str| Some(((*field).to_owned(), Bson::try_from(of.get(field).ok().flatten()?).ok()?));
    part.key().iter().filter_map(value).collect()
}

/// All documents of a run that is deleted, or of one that moves: here away, there new. The run's own comes first.
pub(super) fn of_run(
    documents: &dyn Documents,
    place: Place<'_>,
    run: RunId,
    to: Option<Place<'_>>,
) -> Result<Vec<DocumentChange>> {
    let mut all = Vec::new();
    for part in [Part::Runs, Part::Scalars, Part::Tail, Part::Events] {
        let found =
            if part == Part::Runs { documents.whole_runs(place, &[run])? } else { documents.of_run(place, part, run, &[])? };
        for document in found {
            all.extend(to.map(|to| DocumentChange::added(to, part, document.clone())));
            all.push(DocumentChange::removed(place, part, document));
        }
    }
    Ok(all)
}

/// Copies the images' bytes that a run which moves refers to. (Those left behind may be another run's as well.)
pub(super) fn copy_blobs(documents: &dyn Documents, place: Place<'_>, to: Place<'_>, run: RunId) -> Result<()> {
    let mut copied = BTreeSet::new();
    for event in documents.of_run(place, Part::Events, run, &[])? {
        let Ok(Event { what: What::Image { mime, blob, .. }, .. }) = Event::decode(&event) else { continue };
        if copied.insert(blob) {
            // One that is missing here cannot be there either.
            if let Ok(bytes) = documents.blob(place, &hex(&blob)) {
                documents.insert_blob(to, &Blob::new(mime, bytes))?;
            }
        }
    }
    Ok(())
}

/// As an edit remembers them: what was there before, and which ones it added.
pub(super) fn encode(changes: &[DocumentChange]) -> Result<Vec<Document>> {
    let olds: BTreeSet<(String, &str, Vec<u8>)> =
        changes.iter().filter_map(|change| Some(identity(change, change.old.as_deref()?))).collect();
    let mut encoded = Vec::new();
    for change in changes {
        let part = change.part.suffix();
        if let Some(old) = &change.old {
            encoded.push(doc! { "folder": &change.folder, "part": part, "old": document(old)? });
        }
        if let Some(new) = change.new.as_deref().filter(|new| !olds.contains(&identity(change, new))) {
            encoded.push(doc! { "folder": &change.folder, "part": part, "added": key(change.part, new) });
        }
    }
    Ok(encoded)
}

fn identity<'a>(change: &DocumentChange, of: &RawDocument) -> (String, &'a str, Vec<u8>) {
    let key = raw(&key(change.part, of)).map(RawDocumentBuf::into_bytes).unwrap_or_default();
    (change.folder.clone(), change.part.suffix(), key)
}

/// Puts the new ones there, the run's own last, then takes the old ones away, the run's own first.
pub(super) fn carry_out(documents: &dyn Documents, database: &str, changes: &[DocumentChange]) -> Result<()> {
    let news: BTreeSet<_> = changes.iter().filter_map(|change| Some(identity(change, change.new.as_deref()?))).collect();
    let put = changes.iter().rev().filter_map(|change| Some((change, change.new.clone()?)));
    in_groups(put, |folder, part, documents_| documents.put(Place { database, folder }, part, documents_))?;
    let gone = changes.iter().filter_map(|change| {
        let old = change.old.as_deref().filter(|old| !news.contains(&identity(change, old)))?;
        Some((change, raw(&key(change.part, old)).ok()?))
    });
    in_groups(gone, |folder, part, keys| documents.remove(Place { database, folder }, part, keys))
}

/// The same backwards, from what the edit remembered.
pub(super) fn take_back(documents: &dyn Documents, database: &str, remembered: &[&Document]) -> Result<()> {
    let of = |key: &'static str| {
        remembered.iter().rev().filter_map(move |one| {
            let part = Part::named(one.get_str("part").ok()?)?;
            let folder = one.get_str("folder").ok()?.to_owned();
            let found = raw(one.get_document(key).ok()?).ok()?;
            Some((DocumentChange { folder, part, old: None, new: None }, found))
        })
    };
    let (olds, added): (Vec<_>, Vec<_>) = (of("old").collect(), of("added").collect());
    in_groups(olds.iter().map(|(change, old)| (change, old.clone())), |folder, part, some| {
        documents.put(Place { database, folder }, part, some)
    })?;
    in_groups(added.iter().map(|(change, key)| (change, key.clone())), |folder, part, keys| {
        documents.remove(Place { database, folder }, part, keys)
    })
}

/// Hands over neighbours of one collection together.
fn in_groups<'a>(
    all: impl Iterator<Item = (&'a DocumentChange, RawDocumentBuf)>,
    mut work: impl FnMut(&str, Part, &[RawDocumentBuf]) -> Result<()>,
) -> Result<()> {
    let mut group: Vec<RawDocumentBuf> = Vec::new();
    let mut of: Option<(&str, Part)> = None;
    for (change, document) in all {
        let here = (change.folder.as_str(), change.part);
        if let Some((folder, part)) = of.filter(|of| *of != here) {
            work(folder, part, &std::mem::take(&mut group))?;
        }
        of = Some(here);
        group.push(document);
    }
    match of {
        Some((folder, part)) => work(folder, part, &group),
        None => Ok(()),
    }
}

/// Why a run that an edit moved or deleted cannot be put back as it was.
pub(super) fn changed_since(documents: &dyn Documents, place: Place<'_>, one: &Document) -> Result<Option<String>> {
    if one.get_str("part").is_ok_and(|part| part != Part::Runs.suffix()) {
        return Ok(None);
    }
    let run = |of: &Document| Some(RunId::from_bytes(of.get_object_id("_id").ok()?.bytes()));
    if let Some(id) = one.get_document("old").ok().and_then(run) {
        let there = !documents.whole_runs(place, &[id])?.is_empty();
        return Ok(there.then(|| format!("the run {id} is there again")));
    }
    let folder = one.get_str("folder").unwrap_or_default();
    let Some(id) = one.get_document("added").ok().and_then(run) else { return Ok(None) };
    let there = documents.whole_runs(Place { folder, ..place }, &[id])?;
    Ok(there.is_empty().then(|| format!("the run {id} is not in `{folder}` any more")))
}

/// Where the changes move runs to, if they do.
pub(super) fn target<'a>(place: Place<'a>, changes: &'a [Change]) -> Option<Place<'a>> {
    changes.iter().rev().find_map(|change| match change {
        Change::MoveTo(folder) => Some(Place { database: place.database, folder }),
        _ => None,
    })
}
