//! The points of one tag on their way: read from the journal, then in a frame, then in a chunk.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::journal::Point;
use crate::model::{RunId, SessionId, Summary};
use crate::store::documents::{CHUNK, Chunk, Frame, Part, Points};

/// With so many points that are in no chunk yet, a tag is worth folding.
pub(super) const FOLD: i64 = 1024;

/// One tag of one session.
#[derive(Debug, Default)]
pub(super) struct Tag {
    /// Of all its points, those of former lives of the shipper included.
    pub(super) summary: Summary,
    /// Whether the store has not got the summary yet.
    pub(super) changed: bool,
    /// The points from the start of the open chunk on.
    points: Points,
    /// The ordinal of the first of them.
    start: i64,
    /// The points before this ordinal are in chunks.
    folded: i64,
    /// The points before this ordinal are in chunks or frames.
    stored: i64,
    /// The first frame with a point that is in no chunk.
    frame: Option<i64>,
    /// The last chunk in the store, if there is a hole before it.
    beyond: Option<Chunk>,
}

impl Tag {
    /// The ordinal after its last point.
    pub(super) fn next(&self) -> i64 {
        self.start + len(&self.points)
    }

    /// How many points are in no chunk.
    pub(super) fn unfolded(&self) -> i64 {
        self.next() - self.folded
    }

    /// How many points are neither in a chunk nor in a frame.
    pub(super) fn unstored(&self) -> i64 {
        self.next() - self.stored
    }

    /// The first frame that is still needed for this tag.
    pub(super) fn needs_frame(&self) -> Option<i64> {
        self.frame
    }

    /// Begins where its last chunk in the store ends.
    pub(super) fn resume_chunk(&mut self, chunk: Chunk) {
        (self.folded, self.stored) = (chunk.end(), chunk.end());
        if chunk.end() >= (chunk.seq + 1) * CHUNK {
            (self.start, self.points) = (chunk.end(), Points::default());
        } else {
            (self.start, self.points) = (chunk.i0, chunk.points);
        }
    }

    /// There is a hole behind that chunk, and this is the last one beyond it.
    pub(super) fn resume_beyond(&mut self, chunk: Chunk) {
        self.beyond = Some(chunk);
    }

    /// Nothing fills the hole before this ordinal: goes on behind the last chunk.
    fn leave_hole(&mut self, ordinal: i64) {
        if ordinal > self.next()
            && self.unfolded() == 0
            && let Some(last) = self.beyond.take()
        {
            self.resume_chunk(last);
        }
    }

    /// Takes what a frame in the store has beyond that.
    pub(super) fn resume_frame(&mut self, k: i64, part: &Part) {
        self.leave_hole(part.i);
        let Ok(known) = usize::try_from(self.next() - part.i) else {
            return; // Points between are missing: the journal has them, or nobody.
        };
        if known < part.points.len() {
            self.points.extend_from(&part.points, known);
            self.stored = self.next();
            self.frame.get_or_insert(k);
        }
    }

    /// Takes a point of the journal; `new` says that the summary has not seen it.
    pub(super) fn take(&mut self, point: &Point, new: bool) {
        let wall = point.wall_micros.div_euclid(1000);
        // Where the machine died, the journal may have lost points that are stored. What comes after them keeps its place.
        let told = i64::try_from(self.summary.n).unwrap_or(i64::MAX);
        let ordinal = if new { point.ordinal.max(told) } else { point.ordinal };
        self.leave_hole(ordinal);
        if ordinal == self.next() {
            self.points.push(point.step, point.value, wall);
        } else {
            self.push(ordinal, point.step, point.value, wall);
        }
        if new {
            self.summary.add(point.step, point.value);
            self.changed = true;
        }
    }

    /// Takes a point, unless it is here or stored already.
    fn push(&mut self, ordinal: i64, step: i64, value: f64, wall: i64) {
        if ordinal < self.next() {
            return;
        }
        // A store that lost points (a restored backup, somebody's deletion) leaves a hole. Chunks have none: it is marked by NaN
        // to the end of the chunk that is begun.
        while self.next() < ordinal && !self.points.is_empty() && self.next() % CHUNK != 0 {
            self.points.push(step, f64::NAN, wall);
        }
        if self.next() < ordinal && self.unfolded() == 0 {
            (self.start, self.points) = (ordinal, Points::default());
            (self.folded, self.stored) = (ordinal, ordinal);
        }
        while self.next() < ordinal {
            self.points.push(step, f64::NAN, wall);
        }
        self.points.push(step, value, wall);
    }

    /// The chunks with all points that are in none, each whole.
    pub(super) fn chunks(&self, run: RunId, session: SessionId, tag: &Arc<str>, into: &mut Vec<Chunk>) {
        let mut i0 = self.start;
        while i0 < self.next() {
            let seq = i0.div_euclid(CHUNK);
            let end = self.next().min((seq + 1) * CHUNK);
            if end > self.folded {
                let range = index(i0 - self.start)..index(end - self.start);
                into.push(Chunk { run, session, tag: tag.clone(), seq, i0, points: self.points.slice(range) });
            }
            i0 = end;
        }
    }

    /// All its points are in chunks now. Full ones are forgotten. Returns how many were stored by it.
    pub(super) fn fold(&mut self) -> i64 {
        let new = self.unstored();
        let next = self.next();
        (self.folded, self.stored, self.frame) = (next, next, None);
        // The hole was filled.
        self.beyond = None;
        let open = next.div_euclid(CHUNK) * CHUNK;
        if open > self.start {
            self.points.forget(index(open - self.start));
            self.start = open;
        }
        new
    }

    /// The points that are stored nowhere, as a part of a frame.
    pub(super) fn part(&self, tag: &Arc<str>) -> Option<Part> {
        let range = index(self.stored - self.start)..self.points.len();
        (!range.is_empty()).then(|| Part { tag: tag.clone(), i: self.stored, points: self.points.slice(range) })
    }

    /// Its part is in frame `k` now.
    pub(super) fn framed(&mut self, k: i64, part: &Part) {
        self.stored = self.stored.max(part.i + len(&part.points));
        self.frame.get_or_insert(k);
    }
}

/// The tags of a session, by name, and by the number that the journal gives them.
#[derive(Debug, Default)]
pub(super) struct Tags {
    all: Vec<(Arc<str>, Tag)>,
    by_name: BTreeMap<Arc<str>, usize>,
    /// One more than the place in `all`; 0 where no tag has the number.
    by_number: Vec<usize>,
}

impl Tags {
    /// The tag with this name, new if need be.
    pub(super) fn named(&mut self, name: &Arc<str>) -> &mut Tag {
        let index = self.index(name);
        &mut self.all[index].1
    }

    /// The same, found by its number from the second time on.
    pub(super) fn numbered(&mut self, number: u32, name: &Arc<str>) -> &mut Tag {
        let number = number as usize;
        let index = match self.by_number.get(number) {
            Some(index @ 1..) => index - 1,
            _ => {
                let index = self.index(name);
                if number >= self.by_number.len() {
                    self.by_number.resize(number + 1, 0);
                }
                self.by_number[number] = index + 1;
                index
            }
        };
        &mut self.all[index].1
    }

    fn index(&mut self, name: &Arc<str>) -> usize {
        if let Some(index) = self.by_name.get(name) {
            return *index;
        }
        self.all.push((name.clone(), Tag::default()));
        self.by_name.insert(name.clone(), self.all.len() - 1);
        self.all.len() - 1
    }

    /// In order of their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Tag)> {
        self.by_name.values().map(|index| (&self.all[*index].0, &self.all[*index].1))
    }

    /// In no order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Tag> {
        self.all.iter_mut().map(|(_, tag)| tag)
    }
}

/// About how many bytes a part takes in a frame.
pub(super) fn weight(part: &Part) -> usize {
    part.points.len() * 40 + part.tag.len() + 96
}

/// How many points a frame has.
pub(super) fn points(frame: &Frame) -> u64 {
    frame.parts.iter().map(|part| part.points.len() as u64).sum()
}

fn len(points: &Points) -> i64 {
    i64::try_from(points.len()).unwrap_or(i64::MAX)
}

fn index(ordinal: i64) -> usize {
    usize::try_from(ordinal).unwrap_or_default()
}
