//! Changes of points: a tag renamed, its values scaled, some of its points dropped. A series that changes is written anew as a whole:
//! chunks without a gap, nothing of it left in frames, its headers and summaries from its points.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bson::{Bson, Document, RawDocumentBuf};

use super::fields::Draft;
use super::moving::DocumentChange;
use super::record::raw;
use super::{Documents, Part};
use crate::error::Result;
use crate::model::{SessionId, Summary};
use crate::query::Change;
use crate::store::Place;
use crate::store::assemble::by_session;
use crate::store::documents::{CHUNK, Chunk, Frame, Points};

/// The points of one tag of one session.
struct Track {
    /// As it was called before the edit.
    was: Arc<str>,
    points: Points,
    changed: bool,
}

/// The tags whose points these changes touch, as they are called now.
pub(super) fn tags(changes: &[Change]) -> Vec<String> {
    let touched = changes.iter().filter_map(|change| match change {
        Change::RenameTag(tag, _) | Change::ScaleTag(tag, _) | Change::DropPoints(tag, _) => Some(tag.clone()),
        _ => None,
    });
    touched.collect()
}

/// What the changes do to the documents with a run's points; the summaries that follow go into the draft, and how many points each
/// change meets into its rows.
pub(super) fn changed(
    documents: &dyn Documents,
    place: Place<'_>,
    changes: &[Change],
    draft: &mut Draft,
) -> Result<Vec<DocumentChange>> {
    let tags = tags(changes);
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    let (old_frames, old_chunks) =
        (documents.of_run(place, Part::Tail, draft.run, &[])?, documents.of_run(place, Part::Scalars, draft.run, &tags)?);
    let frames = old_frames.iter().map(|frame| Frame::decode(frame)).collect::<Result<Vec<_>>>()?;
    let chunks = old_chunks.iter().map(|chunk| Chunk::decode(chunk)).collect::<Result<Vec<_>>>()?;
    let mut tracks: BTreeMap<(SessionId, String), Track> = BTreeMap::new();
    for tag in tags.iter().collect::<BTreeSet<_>>() {
        let of_tag = chunks.iter().filter(|chunk| *chunk.tag == **tag).cloned().collect();
        for (session, points) in by_session(tag, &frames, of_tag) {
            tracks.insert((session, tag.clone()), Track { was: tag.as_str().into(), points, changed: false });
        }
    }
    for change in changes {
        apply(change, &mut tracks, draft);
    }
    tracks.retain(|_, track| track.changed);
    let mut done = Vec::new();
    let mut new_chunks = Vec::new();
    for ((session, tag), track) in &tracks {
        summarize(draft, *session, tag, track);
        new_chunks.extend(encoded(draft, *session, tag, &track.points)?);
    }
    let rewritten = |session: SessionId, tag: &str| tracks.iter().any(|((of, _), track)| *of == session && *track.was == *tag);
    for (document, chunk) in old_chunks.into_iter().zip(&chunks) {
        if rewritten(chunk.session, &chunk.tag) {
            done.push(DocumentChange::removed(place, Part::Scalars, document));
        }
    }
    done.extend(new_chunks.into_iter().map(|chunk| DocumentChange::added(place, Part::Scalars, chunk)));
    for (document, mut frame) in old_frames.into_iter().zip(frames) {
        let parts = frame.parts.len();
        let session = frame.session;
        frame.parts.retain(|part| !rewritten(session, &part.tag));
        if frame.parts.len() == parts {
            continue;
        }
        done.push(DocumentChange::removed(place, Part::Tail, document));
        if !frame.parts.is_empty() {
            done.push(DocumentChange::added(place, Part::Tail, frame.encode()?));
        }
    }
    events(documents, place, changes, draft, &mut done)?;
    Ok(done)
}

fn apply(change: &Change, tracks: &mut BTreeMap<(SessionId, String), Track>, draft: &mut Draft) {
    let mut met = 0;
    let mut of = 0;
    match change {
        Change::ScaleTag(tag, factor) => {
            for (_, track) in tracks.iter_mut().filter(|((_, name), track)| name == tag && !track.points.is_empty()) {
                track.points.values.iter_mut().for_each(|value| *value *= factor);
                track.changed |= *factor != 1.0;
                met += track.points.len();
            }
            if met > 0 && *factor != 1.0 {
                draft.row(tag, format!("{met} points"), format!("{met} points × {factor}"));
            }
        }
        Change::DropPoints(tag, filter) => {
            for (_, track) in tracks.iter_mut().filter(|((_, name), _)| name == tag) {
                let before = std::mem::take(&mut track.points);
                of += before.len();
                for (i, value) in before.values.iter().enumerate() {
                    let (step, wall) = (before.steps[i], before.wall.get(i).copied().unwrap_or_default());
                    if !filter.holds_for_point(*value, step, wall) {
                        track.points.push(step, *value, wall);
                    }
                }
                track.changed |= track.points.len() < before.len();
                met += before.len() - track.points.len();
            }
            if met > 0 {
                draft.row(tag, format!("{of} points"), format!("{} points", of - met));
            }
        }
        Change::RenameTag(from, to) if from != to => {
            let sessions: Vec<SessionId> = tracks.keys().filter(|(_, name)| name == from).map(|(session, _)| *session).collect();
            for session in sessions {
                if let Some(track) = tracks.remove(&(session, from.clone())) {
                    tracks.insert((session, to.clone()), Track { changed: true, ..track });
                }
            }
        }
        _ => {}
    }
}

/// The chunks of a series.
fn encoded(draft: &Draft, session: SessionId, tag: &str, points: &Points) -> Result<Vec<RawDocumentBuf>> {
    let size = usize::try_from(CHUNK).unwrap_or(usize::MAX);
    let chunks = (0..points.len()).step_by(size).zip(0_i64..).map(|(from, seq)| {
        let points = points.slice(from..points.len().min(from + size));
        Chunk { run: draft.run, session, tag: tag.into(), seq, i0: seq * CHUNK, points }.encode()
    });
    chunks.collect()
}

/// The session's summary of a series; the run's follows from those of all sessions.
fn summarize(draft: &mut Draft, session: SessionId, tag: &str, track: &Track) {
    let mut summary = Summary::default();
    track.points.steps.iter().zip(&track.points.values).for_each(|(step, value)| summary.add(*step, *value));
    if *track.was != *tag {
        draft.renamed(&track.was, tag);
    }
    draft.summarize(session, &track.was, tag, &summary);
}

/// Images and histograms of a tag that is renamed.
fn events(
    documents: &dyn Documents,
    place: Place<'_>,
    changes: &[Change],
    draft: &mut Draft,
    done: &mut Vec<DocumentChange>,
) -> Result<()> {
    let renamed = |tag: &str| {
        changes.iter().fold(tag.to_owned(), |tag, change| match change {
            Change::RenameTag(from, to) if *from == tag => to.clone(),
            _ => tag,
        })
    };
    for old in documents.of_run(place, Part::Events, draft.run, &tags(changes))? {
        let tag = old.get_str("tag").unwrap_or_default().to_owned();
        let new = renamed(&tag);
        if new != tag && old.get_str("kind").is_ok_and(|kind| kind != "text") {
            let mut document: Document = super::record::document(&old)?;
            document.insert("tag", Bson::String(new.clone()));
            done.push(DocumentChange { old: Some(old), ..DocumentChange::added(place, Part::Events, raw(&document)?) });
            draft.renamed(&tag, &new);
        }
    }
    Ok(())
}
