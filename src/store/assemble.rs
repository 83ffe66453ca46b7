//! Series from their pieces: chunks, and frames that are not folded into chunks yet.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::documents::{Chunk, Frame, Points};
use crate::error::Result;
use crate::model::{Branch, Run, RunId, Series, SessionId, Status};

/// The points of one session: ordinal of the first, and the points.
#[derive(Default)]
struct Pieces {
    chunks: Vec<(i64, Points)>,
    frames: Vec<(i64, Points)>,
    /// The last frame.
    head: i64,
}

/// How often a look that saw a live run between two writes is made again.
pub(super) const LOOKS: usize = 3;

/// Looks for frames and chunks and makes series of them; again, if a chunk was seen before a write and the next one after it, so
/// that the points between them are in neither. (Seen of a run that has ended, a gap is a person's edit, and stays.)
pub(super) fn look(runs: &[&Run], tag: &str, look: impl Fn() -> Result<(Vec<Frame>, Vec<Chunk>)>) -> Result<Vec<Series>> {
    let mut seen = Vec::new();
    for _ in 0..LOOKS {
        let (frames, chunks) = look()?;
        let whole;
        (seen, whole) = series(runs, tag, frames, chunks);
        if whole {
            break;
        }
    }
    Ok(seen)
}

/// The points of one tag of one session.
pub(crate) struct Line {
    pub(crate) run: RunId,
    pub(crate) session: SessionId,
    pub(crate) points: Points,
    /// The ordinal after the last one.
    pub(crate) next: i64,
    /// The last of its frames that was seen; 0: none.
    pub(crate) head: i64,
}

/// Looks for frames and chunks as [`look`] does, and makes a line of each session.
pub(crate) fn lines(runs: &[&Run], tag: &str, look: impl Fn() -> Result<(Vec<Frame>, Vec<Chunk>)>) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for _ in 0..LOOKS {
        let (frames, chunks) = look()?;
        let mut whole = true;
        let line = |((run, session), pieces): ((RunId, SessionId), Pieces)| {
            let ends =
                pieces.chunks.iter().chain(&pieces.frames).map(|(i, points)| i.saturating_add_unsigned(points.len() as u64));
            let (next, head) = (ends.max().unwrap_or(0), pieces.head);
            let mut points = Points::default();
            let live = runs.iter().any(|known| known.id == run && known.status == Status::Running);
            whole &= !(join(pieces, &mut points) && live);
            Line { run, session, points, next, head }
        };
        lines = pieces(tag, frames, chunks).into_iter().map(line).collect();
        if whole {
            break;
        }
    }
    Ok(lines)
}

fn pieces(tag: &str, frames: Vec<Frame>, chunks: Vec<Chunk>) -> HashMap<(RunId, SessionId), Pieces> {
    let mut pieces: HashMap<(RunId, SessionId), Pieces> = HashMap::new();
    for chunk in chunks {
        pieces.entry((chunk.run, chunk.session)).or_default().chunks.push((chunk.i0, chunk.points));
    }
    for frame in frames {
        for part in frame.parts.into_iter().filter(|part| *part.tag == *tag) {
            let of = pieces.entry((frame.run, frame.session)).or_default();
            of.frames.push((part.i, part.points));
            of.head = of.head.max(frame.k);
        }
    }
    pieces
}

/// The series of a run from the points of its sessions: one for each rank.
pub(crate) fn of_run(run: &Run, tag: &str, mut sessions: Vec<(SessionId, Points)>) -> Vec<Series> {
    let started = |id: SessionId| run.sessions.iter().position(|session| session.id == id).unwrap_or(usize::MAX);
    sessions.sort_by_key(|(id, _)| (started(*id), *id));
    let mut ranks: BTreeMap<u32, Vec<(SessionId, Points)>> = BTreeMap::new();
    for (id, points) in sessions {
        let rank = run.sessions.get(started(id)).map_or(0, |session| session.rank);
        ranks.entry(rank).or_default().push((id, points));
    }
    let series = ranks.into_iter().map(|(rank, sessions)| {
        let mut series = Series::new(run.id, &run.name, tag);
        series.rank = rank;
        line_up(&mut series, sessions);
        series
    });
    series.filter(|series| !series.is_empty() || !series.earlier.is_empty()).collect()
}

/// The series of a tag, in the order of `runs`, one for each rank; runs without a point are left out. Sessions follow one another in
/// order of their start, each over what was logged of its steps before. A point that is in a chunk and in a frame is taken once, from
/// the chunk (where a person may have edited it). And whether all ordinals of live runs are there.
fn series(runs: &[&Run], tag: &str, frames: Vec<Frame>, chunks: Vec<Chunk>) -> (Vec<Series>, bool) {
    let mut by_run: HashMap<RunId, Vec<(SessionId, Pieces)>> = HashMap::new();
    for ((run, session), pieces) in pieces(tag, frames, chunks) {
        by_run.entry(run).or_default().push((session, pieces));
    }
    let mut whole = true;
    let mut series = Vec::new();
    for run in runs {
        let mut gap = false;
        let sessions = by_run.remove(&run.id).unwrap_or_default().into_iter().map(|(session, pieces)| {
            let mut points = Points::default();
            gap |= join(pieces, &mut points);
            (session, points)
        });
        series.extend(of_run(run, tag, sessions.collect()));
        whole &= !gap || run.status != Status::Running;
    }
    (series, whole)
}

/// Lays the sessions of one rank, in order of their start, end to end: of each, the points before the first step of those after it.
/// What is beyond is an earlier branch.
fn line_up(series: &mut Series, sessions: Vec<(SessionId, Points)>) {
    let mut until = i64::MAX;
    let mut line: Vec<Points> = Vec::with_capacity(sessions.len());
    for (session, points) in sessions.into_iter().rev() {
        let Some(first) = points.steps.first().copied() else { continue };
        // The last session has no bound, not even the greatest step.
        if line.is_empty() || points.steps.iter().all(|step| *step < until) {
            line.push(points);
        } else {
            let (mut now, mut before) = (Points::default(), Branch::new(session));
            for (i, step) in points.steps.iter().enumerate() {
                let wall = points.wall.get(i).copied();
                if *step < until {
                    now.steps.push(*step);
                    now.values.push(points.values[i]);
                    now.wall.extend(wall);
                } else {
                    before.steps.push(*step);
                    before.values.push(points.values[i]);
                    before.wall.extend(wall);
                }
            }
            line.push(now);
            series.earlier.push(before);
        }
        until = until.min(first);
    }
    series.earlier.reverse();
    let mut line = line.into_iter().rev();
    let mut points = line.next().unwrap_or_default();
    line.for_each(|later| points.extend_from(&later, 0));
    (series.steps, series.values, series.wall) = (points.steps, points.values, points.wall);
}

/// The points of a tag, by session: each once, in order of logging.
pub(super) fn by_session(tag: &str, frames: &[Frame], chunks: Vec<Chunk>) -> BTreeMap<SessionId, Points> {
    let mut pieces: BTreeMap<SessionId, Pieces> = BTreeMap::new();
    for chunk in chunks {
        pieces.entry(chunk.session).or_default().chunks.push((chunk.i0, chunk.points));
    }
    for frame in frames {
        for part in frame.parts.iter().filter(|part| *part.tag == *tag) {
            pieces.entry(frame.session).or_default().frames.push((part.i, part.points.clone()));
        }
    }
    let joined = |(session, pieces)| {
        let mut points = Points::default();
        join(pieces, &mut points);
        (session, points)
    };
    pieces.into_iter().map(joined).collect()
}

/// Appends the points of one session in order of their ordinals, each once. Whether an ordinal between them is missing.
fn join(pieces: Pieces, to: &mut Points) -> bool {
    let end = |(i, points): &(i64, Points)| i.saturating_add_unsigned(points.len() as u64);
    let Pieces { mut chunks, mut frames, .. } = pieces;
    // A chunk that grew between two looks at it is there twice: the longer one first.
    chunks.sort_by_key(|piece| (piece.0, Reverse(end(piece))));
    frames.sort_by_key(|piece| (piece.0, Reverse(end(piece))));

    let mut taken: Vec<(i64, i64, &Points, usize)> = Vec::with_capacity(chunks.len() + frames.len());
    let mut next = i64::MIN;
    for piece in &chunks {
        let from = piece.0.max(next);
        if from < end(piece) {
            taken.push((from, end(piece), &piece.1, offset(from, piece.0)));
            next = end(piece);
        }
    }
    let folded: Vec<(i64, i64)> = taken.iter().map(|(from, until, ..)| (*from, *until)).collect();
    let mut next = i64::MIN;
    for piece in &frames {
        let mut from = piece.0.max(next);
        next = next.max(end(piece));
        let begin = folded.partition_point(|(_, until)| *until <= from);
        for (chunk_from, chunk_until) in &folded[begin..] {
            if *chunk_from >= end(piece) || from >= end(piece) {
                break;
            }
            if from < *chunk_from {
                taken.push((from, *chunk_from, &piece.1, offset(from, piece.0)));
            }
            from = from.max(*chunk_until);
        }
        if from < end(piece) {
            taken.push((from, end(piece), &piece.1, offset(from, piece.0)));
        }
    }
    taken.sort_by_key(|(from, ..)| *from);
    let gap = taken.first().is_some_and(|(from, ..)| *from > 0) || taken.windows(2).any(|pair| pair[0].1 < pair[1].0);
    for (from, until, points, skip) in taken {
        let range = skip..skip + offset(until, from);
        to.steps.extend_from_slice(&points.steps[range.clone()]);
        to.values.extend_from_slice(&points.values[range.clone()]);
        to.wall.extend_from_slice(points.wall.get(range).unwrap_or_default());
    }
    gap
}

fn offset(ordinal: i64, first: i64) -> usize {
    usize::try_from(ordinal.saturating_sub(first)).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Session, Time};
    use crate::store::documents::Part;

    pub(in crate::store) const RUN: RunId = RunId::from_bytes([1; 12]);

    pub(in crate::store) fn session(n: u8) -> SessionId {
        SessionId::from_bytes([n; 12])
    }

    /// Points whose value is their ordinal, plus a mark for where they were found.
    fn points(from: i64, until: i64, mark: f64) -> Points {
        let mut points = Points::default();
        (from..until).for_each(|i| points.push(i * 10, i as f64 + mark, i * 1000));
        points
    }

    fn chunk(of: SessionId, from: i64, until: i64) -> Chunk {
        Chunk { run: RUN, session: of, tag: "Loss".into(), seq: from / 2048, i0: from, points: points(from, until, 0.5) }
    }

    fn frame(of: SessionId, from: i64, until: i64) -> Frame {
        let part = |tag: &str| Part { tag: tag.into(), i: from, points: points(from, until, 0.0) };
        Frame { id: format!("{of}:{from}"), run: RUN, session: of, k: from, parts: vec![part("Other"), part("Loss")] }
    }

    fn run() -> Run {
        let mut run = Run::new(RUN, "folder", "name", Time(0));
        // Not in order of their identities.
        run.sessions = vec![Session::new(session(9), "", 0, Time(1)), Session::new(session(2), "", 0, Time(2))];
        run
    }

    #[test]
    fn sessions_follow_in_order_of_start_and_a_chunk_wins_over_a_frame() {
        let frames = vec![frame(session(2), 0, 2), frame(session(9), 3, 6), frame(session(9), 1, 3)];
        let (all, whole) = series(&[&run()], "Loss", frames, vec![chunk(session(9), 0, 4)]);
        assert!(whole);
        assert_eq!(all.len(), 1);
        // The second session began again at step 0.
        assert_eq!(all[0].values, [0.0, 1.0]);
        assert_eq!(all[0].steps, [0, 10]);
        let before = &all[0].earlier[0];
        assert_eq!((all[0].earlier.len(), before.session), (1, session(9)));
        assert_eq!(before.values, [0.5, 1.5, 2.5, 3.5, 4.0, 5.0]);
        assert_eq!(before.steps, [0, 10, 20, 30, 40, 50]);
        assert_eq!(before.wall[4..6], [4000, 5000]);
        assert!(series(&[&run()], "Los", Vec::new(), Vec::new()).0.is_empty());
    }

    /// Points of these steps; the value of each is its step and a tenth of the session.
    fn at(of: SessionId, steps: &[i64]) -> Chunk {
        let mut points = Points::default();
        steps.iter().for_each(|step| points.push(*step, *step as f64 + f64::from(of.bytes()[0]) / 10.0, step.wrapping_mul(1000)));
        Chunk { run: RUN, session: of, tag: "Loss".into(), seq: 0, i0: 0, points }
    }

    /// A run whose sessions, numbered from 1 in order of their start, have these ranks.
    pub(in crate::store) fn run_of(ranks: &[u32]) -> Run {
        let mut run = Run::new(RUN, "folder", "name", Time(0));
        let sessions = (1_u8..).zip(ranks).map(|(n, rank)| {
            let mut session = Session::new(session(n), "", 0, Time(n.into()));
            session.rank = *rank;
            session
        });
        run.sessions = sessions.collect();
        run
    }

    #[test]
    fn steps_that_were_logged_again_are_those_of_the_latest_session_and_the_earlier_branch_is_kept() {
        // From a checkpoint at 2, then from one at 4, then from one at 3; the last session saw steps twice, which stay as they are.
        let chunks = vec![
            at(session(1), &[0, 1, 2, 3]),
            at(session(2), &[2, 3, 4, 5]),
            at(session(3), &[4, 5]),
            at(session(4), &[3, 4, 4, 3, i64::MAX]),
        ];
        let (all, _) = series(&[&run_of(&[0, 0, 0, 0])], "Loss", Vec::new(), chunks);
        assert_eq!((all.len(), all[0].rank), (1, 0));
        assert_eq!(all[0].steps, [0, 1, 2, 3, 4, 4, 3, i64::MAX]);
        assert_eq!(all[0].values[..4], [0.1, 1.1, 2.2, 3.4]);
        assert_eq!(all[0].wall[..4], [0, 1000, 2000, 3000]);
        let earlier: Vec<_> = all[0].earlier.iter().map(|branch| (branch.session, branch.steps.as_slice())).collect();
        assert_eq!(earlier, [(session(1), &[2, 3][..]), (session(2), &[3, 4, 5]), (session(3), &[4, 5])]);
        assert_eq!((all[0].earlier[1].values[0], all[0].earlier[1].wall[0]), (3.2, 3000));
    }

    #[test]
    fn ranks_lie_side_by_side_and_each_is_resumed_for_itself() {
        let chunks = vec![at(session(1), &[0, 1, 2]), at(session(2), &[0, 1, 2]), at(session(3), &[1, 2, 3])];
        let (all, _) = series(&[&run_of(&[0, 1, 1])], "Loss", Vec::new(), chunks);
        let lines: Vec<_> = all.iter().map(|series| (series.rank, series.steps.as_slice(), series.earlier.len())).collect();
        assert_eq!(lines, [(0, &[0, 1, 2][..], 0), (1, &[0, 1, 2, 3], 1)]);
        assert_eq!(all[1].values, [0.2, 1.3, 2.3, 3.3]);
    }

    #[test]
    fn a_fold_seen_half_done_misses_nothing() {
        // The second chunk is there, the first one has not grown yet; the frames have what is between.
        let chunks = vec![chunk(session(9), 0, 1000), chunk(session(9), 2048, 2100)];
        let frames = vec![frame(session(9), 900, 1500), frame(session(9), 1500, 2200)];
        let (all, whole) = series(&[&run()], "Loss", frames, chunks);
        assert!(whole);
        assert_eq!(all[0].steps, (0..2200).map(|i| i * 10).collect::<Vec<_>>());
    }

    #[test]
    fn a_live_run_seen_with_a_gap_is_looked_at_again_and_an_edited_one_is_not() {
        let looks = std::cell::Cell::new(0);
        let chunks = |first: i64| vec![chunk(session(9), 0, first), chunk(session(9), 2048, 2050)];
        let grow = || {
            looks.set(looks.get() + 1);
            Ok((Vec::new(), chunks(if looks.get() == 1 { 10 } else { 2048 })))
        };
        assert_eq!(look(&[&run()], "Loss", grow).unwrap()[0].len(), 2050);
        assert_eq!(looks.get(), 2);
        let mut ended = run();
        ended.status = Status::Finished;
        looks.set(0);
        assert_eq!(look(&[&ended], "Loss", grow).unwrap()[0].len(), 12);
        assert_eq!(looks.get(), 1);
    }

    proptest! {
        #[test]
        fn every_ordinal_once_and_in_order(chunks in prop::collection::vec((0i64..60, 1i64..20), 0..6),
                                           frames in prop::collection::vec((0i64..60, 1i64..20), 0..10)) {
            let of = session(9);
            let mut expected: Vec<i64> = chunks.iter().chain(&frames).flat_map(|(from, n)| *from..from + n).collect();
            expected.sort_unstable();
            expected.dedup();
            let chunked: Vec<i64> = chunks.iter().flat_map(|(from, n)| *from..from + n).collect();
            let (all, whole) = series(
                &[&run()],
                "Loss",
                frames.iter().map(|(from, n)| frame(of, *from, from + n)).collect(),
                chunks.iter().map(|(from, n)| chunk(of, *from, from + n)).collect(),
            );
            prop_assert_eq!(whole, expected.iter().zip(0..).all(|(i, place)| *i == place));
            let got: Vec<(i64, f64)> = all.first().map(|one| one.steps.iter().map(|step| step / 10).zip(one.values.iter().copied()).collect()).unwrap_or_default();
            prop_assert_eq!(got.iter().map(|(i, _)| *i).collect::<Vec<_>>(), expected);
            for (i, value) in got {
                prop_assert_eq!(value, i as f64 + if chunked.contains(&i) { 0.5 } else { 0.0 });
            }
        }
    }
}
