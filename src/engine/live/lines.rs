//! The points of a folder's metrics as far as open boards have asked for them, grown by what is new.
//!
//! Per run, session and tag the next ordinal is remembered: what comes twice is dropped by it, and a gap (points that were folded into
//! chunks before we saw their frame) is filled from the chunks. All lines together keep a bounded number of points.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Run, RunId, Series, SessionId};
use crate::query::reduce;
use crate::store::assemble::{Line, of_run};
use crate::store::documents::{CHUNK, Chunk, Frame, Points};
use crate::store::follow::Rest;

/// Points of all lines of a folder: some 50 MB. Beyond, the longest lines keep fewer, never losing a spike.
const BUDGET: usize = 2_000_000;
/// No line gets shorter than this.
const LEAST: usize = 2_000;

#[derive(Default)]
pub(super) struct Lines {
    by_tag: HashMap<String, HashMap<RunId, OfRun>>,
    /// The last frame that was heard of each session.
    heads: HashMap<SessionId, i64>,
    points: usize,
}

/// The points of a tag of one run.
#[derive(Default)]
struct OfRun {
    sessions: BTreeMap<SessionId, OfSession>,
    /// How many points the run's document tells that could not be found: logged over, or removed by a person.
    missing: i64,
}

#[derive(Default)]
struct OfSession {
    points: Points,
    next: i64,
    /// Of the points up to `next`: how many are not kept, and how many of those are not finite.
    thinned: usize,
    thinned_bad: usize,
}

impl Lines {
    pub(super) fn is_empty(&self) -> bool {
        self.by_tag.is_empty()
    }

    /// Those of the runs whose points of this tag are not here yet.
    pub(super) fn unknown<'a>(&self, runs: &[&'a Run], tag: &str) -> Vec<&'a Run> {
        let known = self.by_tag.get(tag);
        runs.iter().copied().filter(|run| known.is_none_or(|known| !known.contains_key(&run.id))).collect()
    }

    /// Takes what was read of these runs in full.
    pub(super) fn read(&mut self, runs: &[&Run], tag: &str, lines: Vec<Line>) {
        let by_run = self.by_tag.entry(tag.to_owned()).or_default();
        for run in runs {
            by_run.insert(run.id, OfRun::default());
        }
        for line in lines {
            self.points += line.points.len();
            // Frames of before that are heard again are dropped by their ordinals.
            self.heads.entry(line.session).or_insert(line.head);
            let Some(of) = by_run.get_mut(&line.run) else { continue };
            let session = OfSession { points: line.points, next: line.next, thinned: 0, thinned_bad: 0 };
            of.sessions.insert(line.session, session);
        }
        for run in runs {
            if let Some(of) = by_run.get_mut(&run.id) {
                of.missing = of.behind(run, tag).max(0);
            }
        }
        self.keep_within_budget();
    }

    /// Where to go on with these sessions.
    pub(super) fn heads(&self, sessions: impl Iterator<Item = (RunId, SessionId)>) -> Vec<(RunId, SessionId, i64)> {
        sessions.map(|(run, session)| (run, session, self.heads.get(&session).copied().unwrap_or(0))).collect()
    }

    /// Takes new frames, in order of each session; whether any point was new. `gap` is told the runs whose points before are missing.
    pub(super) fn frames(&mut self, frames: &[Frame], gap: &mut dyn FnMut(RunId)) -> bool {
        let mut new = false;
        for frame in frames {
            let head = self.heads.entry(frame.session).or_default();
            *head = (*head).max(frame.k);
            for part in &frame.parts {
                let Some(of) = self.by_tag.get_mut(&*part.tag).and_then(|runs| runs.get_mut(&frame.run)) else { continue };
                let session = of.sessions.entry(frame.session).or_default();
                if part.i > session.next {
                    gap(frame.run);
                }
                let taken = session.take(part.i, &part.points);
                self.points += taken;
                new |= taken > 0;
            }
        }
        if new {
            self.keep_within_budget();
        }
        new
    }

    /// What is missing of these runs, by what their documents tell: it lies in chunks.
    pub(super) fn rests<'a>(&self, runs: impl Iterator<Item = &'a Run>) -> Vec<Rest> {
        let mut rests = Vec::new();
        for run in runs {
            for (tag, by_run) in &self.by_tag {
                let Some(of) = by_run.get(&run.id).filter(|of| of.behind(run, tag) > of.missing) else { continue };
                rests.extend(run.sessions.iter().map(|session| {
                    let next = of.sessions.get(&session.id).map_or(0, |session| session.next);
                    Rest { run: run.id, session: session.id, tag: tag.clone(), seq: next / CHUNK }
                }));
            }
        }
        rests
    }

    /// Takes the chunks that were found for [`Lines::rests`]; whether any point was new.
    pub(super) fn chunks(&mut self, mut chunks: Vec<Chunk>) -> bool {
        chunks.sort_by_key(|chunk| (chunk.session, chunk.i0));
        let mut new = false;
        for chunk in chunks {
            let Some(of) = self.by_tag.get_mut(&*chunk.tag).and_then(|runs| runs.get_mut(&chunk.run)) else { continue };
            let taken = of.sessions.entry(chunk.session).or_default().take(chunk.i0, &chunk.points);
            self.points += taken;
            new |= taken > 0;
        }
        if new {
            self.keep_within_budget();
        }
        new
    }

    /// What these runs' documents tell and nobody has is not looked for again.
    pub(super) fn settle<'a>(&mut self, runs: impl Iterator<Item = &'a Run>) {
        for run in runs {
            for (tag, by_run) in &mut self.by_tag {
                if let Some(of) = by_run.get_mut(&run.id) {
                    of.missing = of.behind(run, tag).max(0);
                }
            }
        }
    }

    /// Whether these would not have to be thinned.
    pub(super) fn have_room_for(&self, lines: &[Line]) -> bool {
        self.points + lines.iter().map(|line| line.points.len()).sum::<usize>() <= BUDGET
    }

    pub(super) fn forget_tag(&mut self, tag: &str) {
        let gone = self.by_tag.remove(tag).unwrap_or_default();
        self.points -= gone.values().flat_map(|of| of.sessions.values()).map(|session| session.points.len()).sum::<usize>();
    }

    /// Forgets a run: it is gone, or a person corrected it.
    pub(super) fn forget(&mut self, run: RunId) {
        for by_run in self.by_tag.values_mut() {
            if let Some(of) = by_run.remove(&run) {
                self.points -= of.sessions.values().map(|session| session.points.len()).sum::<usize>();
            }
        }
    }

    /// The series of this tag, in the order of the runs.
    pub(super) fn series(&self, runs: &[&Run], tag: &str) -> Vec<Series> {
        let Some(by_run) = self.by_tag.get(tag) else { return Vec::new() };
        let mut all = Vec::new();
        for run in runs {
            let Some(of) = by_run.get(&run.id) else { continue };
            let sessions = of.sessions.iter().map(|(id, session)| (*id, session.points.clone())).collect();
            let mut series = of_run(run, tag, sessions);
            // One rank has most often one session, whose thinned points count for it; of several, the first tells for all.
            if let Some(first) = series.first_mut() {
                first.thinned = of.sessions.values().map(|session| session.thinned).sum();
                first.thinned_bad = of.sessions.values().map(|session| session.thinned_bad).sum();
            }
            all.extend(series);
        }
        all
    }

    fn keep_within_budget(&mut self) {
        if self.points <= BUDGET {
            return;
        }
        let mut lens: Vec<usize> = self.sessions().map(|session| session.points.len()).collect();
        lens.sort_unstable();
        // Half of it, so that it is not done again at once.
        let (mut left, mut limit) = (BUDGET / 2, LEAST);
        for (i, len) in lens.iter().enumerate() {
            limit = (left / (lens.len() - i)).max(LEAST);
            if *len > limit {
                break;
            }
            left = left.saturating_sub(*len);
        }
        self.by_tag.values_mut().flat_map(HashMap::values_mut).flat_map(|of| of.sessions.values_mut()).for_each(|session| {
            session.thin(limit);
        });
        self.points = self.sessions().map(|session| session.points.len()).sum();
    }

    fn sessions(&self) -> impl Iterator<Item = &OfSession> {
        self.by_tag.values().flat_map(HashMap::values).flat_map(|of| of.sessions.values())
    }
}

impl OfRun {
    /// How many more points the run's document tells than are here.
    fn behind(&self, run: &Run, tag: &str) -> i64 {
        let told = run.metrics.get(tag).map_or(0, |summary| i64::try_from(summary.n).unwrap_or(i64::MAX));
        told - self.sessions.values().map(|session| session.next).sum::<i64>()
    }
}

impl OfSession {
    /// Takes those of the points, whose first has this ordinal, that follow what is here: how many. After a gap: none.
    fn take(&mut self, first: i64, points: &Points) -> usize {
        let Ok(skip) = usize::try_from(self.next - first) else { return 0 };
        let new = points.len().saturating_sub(skip);
        if new > 0 {
            self.points.extend_from(points, skip);
            self.next = first.saturating_add_unsigned(points.len() as u64);
        }
        new
    }

    fn thin(&mut self, limit: usize) {
        let all = self.points.len();
        if all <= limit {
            return;
        }
        let bad = |points: &Points| points.values.iter().filter(|value| !value.is_finite()).count();
        let before = bad(&self.points);
        let place: Vec<f64> = (0..all).map(|i| i as f64).collect();
        let mut kept = Points::default();
        for i in reduce(&place, &self.points.values, limit) {
            kept.push(self.points.steps[i], self.points.values[i], self.points.wall.get(i).copied().unwrap_or_default());
        }
        self.thinned += all - kept.len();
        self.thinned_bad += before - bad(&kept);
        self.points = kept;
    }
}
