//! Outlines from their pieces: the headers of chunks, and the points that are not folded into chunks yet.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::assemble::LOOKS;
use super::documents::{CHUNK, Frame, Header};
use crate::error::Result;
use crate::model::{Outline, Piece, Run, RunId, Series, SessionId, Status};

/// About so many pieces of one series are enough for any screen.
const MOST: u64 = 2_000;

/// What was seen of one session.
#[derive(Default)]
struct Seen {
    headers: Vec<Header>,
    /// Points of frames, each with its ordinal.
    tail: Vec<(i64, Piece)>,
}

/// Looks for frames and headers and makes outlines of them, in the order of `runs`, one for each rank; again where a live run was
/// seen between two writes. Of a run whose sessions logged some steps again, headers do not say what is left of the earlier ones:
/// `whole` reads it in full.
pub(super) fn look(
    runs: &[&Run],
    tag: &str,
    look: impl Fn() -> Result<(Vec<Frame>, Vec<Header>)>,
    whole: impl Fn(&Run) -> Result<Vec<Series>>,
) -> Result<Vec<Outline>> {
    let mut outlines = Vec::new();
    for _ in 0..LOOKS {
        let (frames, headers) = look()?;
        let mut seen = sort(tag, frames, headers);
        let mut gap = false;
        outlines.clear();
        for run in runs {
            let (of_run, missing) = outline(run, tag, seen.remove(&run.id).unwrap_or_default());
            gap |= missing && run.status == Status::Running;
            match of_run {
                Some(of_run) => outlines.extend(of_run),
                None => outlines.extend(whole(run)?.iter().map(Outline::of)),
            }
        }
        if !gap {
            break;
        }
    }
    outlines.retain(|outline| !outline.pieces.is_empty());
    Ok(outlines)
}

fn sort(tag: &str, frames: Vec<Frame>, headers: Vec<Header>) -> HashMap<RunId, HashMap<SessionId, Seen>> {
    let mut seen: HashMap<RunId, HashMap<SessionId, Seen>> = HashMap::new();
    for header in headers {
        seen.entry(header.run).or_default().entry(header.session).or_default().headers.push(header);
    }
    for frame in frames {
        for part in frame.parts.into_iter().filter(|part| *part.tag == *tag) {
            let of = seen.entry(frame.run).or_default().entry(frame.session).or_default();
            let points = part.points.steps.iter().zip(&part.points.values).zip(&part.points.wall);
            of.tail.extend((part.i..).zip(points).map(|(i, ((step, value), wall))| (i, Piece::point(*step, *value, *wall))));
        }
    }
    seen
}

/// The outlines of a run, by rank; none where its sessions logged some steps again. And whether an ordinal is missing.
fn outline(run: &Run, tag: &str, seen: HashMap<SessionId, Seen>) -> (Option<Vec<Outline>>, bool) {
    let started = |id: SessionId| run.sessions.iter().position(|session| session.id == id).unwrap_or(usize::MAX);
    let mut sessions: Vec<(SessionId, Seen)> = seen.into_iter().collect();
    sessions.sort_by_key(|(id, _)| (started(*id), *id));
    let mut ranks: BTreeMap<u32, Vec<Vec<Piece>>> = BTreeMap::new();
    let mut gap = false;
    for (id, seen) in sessions {
        let (pieces, missing) = join(seen);
        gap |= missing;
        if !pieces.is_empty() {
            ranks.entry(run.sessions.get(started(id)).map_or(0, |session| session.rank)).or_default().push(pieces);
        }
    }
    if ranks.values().any(|sessions| overlap(sessions)) {
        return (None, gap);
    }
    // What the run says of its metric is of all its ranks.
    let summary = run.metrics.get(tag).filter(|_| ranks.len() == 1);
    let of_rank = |(rank, sessions): (u32, Vec<Vec<Piece>>)| {
        let pieces: Vec<Piece> = sessions.into_iter().flatten().collect();
        let first = summary.filter(|summary| pieces.first().is_some_and(|piece| Some(piece.steps.0) == summary.first_step));
        Outline {
            run: run.id,
            name: run.name.clone(),
            rank,
            tag: tag.to_owned(),
            first: first.and_then(|summary| summary.first),
            first_bad_step: summary.and_then(|summary| summary.first_bad_step),
            pieces,
        }
    };
    (Some(ranks.into_iter().map(of_rank).collect()), gap)
}

/// Whether a session logged steps that one before it had logged.
fn overlap(sessions: &[Vec<Piece>]) -> bool {
    let mut reached = i64::MIN;
    sessions.iter().any(|pieces| {
        let again = reached != i64::MIN && pieces.first().is_some_and(|piece| piece.steps.0 <= reached);
        reached = pieces.iter().map(|piece| piece.steps.0.max(piece.steps.1)).fold(reached, i64::max);
        again
    })
}

/// The pieces of a session in order of their ordinals, each point counted once: a point that is in a chunk and in a frame is the
/// chunk's. And whether an ordinal between them is missing.
fn join(seen: Seen) -> (Vec<Piece>, bool) {
    let Seen { mut headers, mut tail } = seen;
    // A chunk that grew while it was looked at may be there twice: the longer one first.
    headers.sort_by_key(|header| (header.i0, Reverse(header.end())));
    let mut next = i64::MIN;
    headers.retain(|header| {
        let new = header.i0 >= next && header.piece.n > 0;
        next = if new { header.end() } else { next };
        new
    });
    tail.sort_by_key(|(i, _)| *i);
    tail.dedup_by_key(|(i, _)| *i);
    tail.retain(|(i, _)| match headers.partition_point(|header| header.i0 <= *i) {
        0 => true,
        after => headers[after - 1].end() <= *i,
    });
    let mut all: Vec<(i64, i64, Piece)> = headers.iter().map(|header| (header.i0, header.end(), header.piece)).collect();
    all.extend(tail.into_iter().map(|(i, piece)| (i, i.saturating_add(1), piece)));
    all.sort_by_key(|(from, ..)| *from);
    let gap = all.first().is_some_and(|(from, ..)| *from > 0) || all.windows(2).any(|pair| pair[0].1 < pair[1].0);
    (thin(all.into_iter().map(|(.., piece)| piece).collect()), gap)
}

/// How many chunks of a series of so many points are taken together.
pub(super) fn together(points: u64) -> u64 {
    points.div_ceil(CHUNK.unsigned_abs()).div_ceil(MOST).max(1)
}

/// Few enough pieces, by taking neighbours together. Single points at the end stay as long as there is room.
fn thin(pieces: Vec<Piece>) -> Vec<Piece> {
    let together = pieces.len().div_ceil(2 * MOST as usize).max(1);
    if together == 1 {
        return pieces;
    }
    let one = |of: &[Piece]| {
        let (first, rest) = of.split_first()?;
        let mut piece = *first;
        rest.iter().for_each(|later| piece.extend(later));
        Some(piece)
    };
    pieces.chunks(together).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Session, Time};
    use crate::store::documents::{Part, Points};

    const RUN: RunId = RunId::from_bytes([1; 12]);

    fn session(n: u8) -> SessionId {
        SessionId::from_bytes([n; 12])
    }

    fn header(of: u8, from: i64, until: i64) -> Header {
        let mut piece = Piece::point(from * 10, from as f64, from);
        (from + 1..until).for_each(|i| piece.extend(&Piece::point(i * 10, i as f64, i)));
        Header { run: RUN, session: session(of), i0: from, piece }
    }

    fn frame(of: u8, from: i64, until: i64) -> Frame {
        let mut points = Points::default();
        (from..until).for_each(|i| points.push(i * 10, i as f64, i));
        let parts = ["Other", "Loss"].map(|tag| Part { tag: tag.into(), i: from, points: points.clone() }).into();
        Frame { id: format!("{of}:{from}"), run: RUN, session: session(of), k: from, parts }
    }

    fn run() -> Run {
        let mut run = Run::new(RUN, "folder", "name", Time(0));
        run.sessions = vec![Session::new(session(9), "", 0, Time(1)), Session::new(session(2), "", 0, Time(2))];
        run
    }

    fn outline_of(frames: Vec<Frame>, headers: Vec<Header>) -> (Option<Vec<Outline>>, bool) {
        let mut seen = sort("Loss", frames, headers);
        outline(&run(), "Loss", seen.remove(&RUN).unwrap_or_default())
    }

    #[test]
    fn each_point_counts_once_whether_in_a_chunk_or_a_frame() {
        let (outlines, gap) = outline_of(vec![frame(9, 3, 8), frame(9, 6, 9)], vec![header(9, 0, 4), header(9, 0, 5)]);
        let outline = &outlines.unwrap()[0];
        assert_eq!((outline.n(), gap, outline.pieces.len()), (9, false, 5));
        assert_eq!(outline.extremes().steps.last(), Some(&80));
        assert_eq!(outline.pieces[0].range, Some((0.0, 4.0)));
        assert!(outline_of(vec![frame(9, 6, 8)], vec![header(9, 0, 4)]).1, "4 and 5 are nowhere");
    }

    #[test]
    fn a_resume_that_logged_steps_again_is_read_in_full() {
        let again = || (vec![frame(2, 0, 2)], vec![header(9, 0, 4)]);
        assert_eq!(outline_of(again().0, again().1), (None, false));
        let (later, _) = outline_of(Vec::new(), vec![header(9, 0, 4), Header { i0: 0, ..header(2, 4, 6) }]);
        assert_eq!(later.unwrap()[0].n(), 6);
        let mut full = Series::new(RUN, "name", "Loss");
        (full.steps, full.values, full.wall) = (vec![0], vec![7.0], vec![0]);
        let outlines = look(&[&run()], "Loss", || Ok(again()), |_| Ok(vec![full.clone()])).unwrap();
        assert_eq!(outlines[0].extremes().values, [7.0]);
    }

    #[test]
    fn ever_so_many_chunks_are_few_pieces() {
        assert_eq!((together(0), together(1_000_000), together(10_000_000)), (1, 1, 3));
        let (outlines, _) = outline_of(Vec::new(), (0..9_000).map(|i| header(9, i * 2, i * 2 + 2)).collect());
        let outline = &outlines.unwrap()[0];
        assert!(outline.pieces.len() <= 4_000);
        assert_eq!((outline.n(), outline.pieces[0].range), (18_000, Some((0.0, 5.0))));
    }
}
