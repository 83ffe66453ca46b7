//! One session on its way from the journal to the store. What is written is a function of the journal and of what is stored, so a
//! shipper that died anywhere is followed by one that reads the same entries again and changes nothing that was done.
//!
//! A flush writes blobs, events, chunks and frames first, then the run's document with `applied` = how far that goes, and only then
//! may the journal be acknowledged. An error leaves all as it was, for the next attempt with the same content.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::media;
use super::tag::{self, FOLD, Tag, Tags};
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{Entry, EntryKind, Point, Position, Reach, Reader, SessionInfo, Sink};
use crate::model::{Costs, Origin, Status, Time, Value};
use crate::store::documents::{Blob, Chunk, Event, Frame, Samples, What};
use crate::store::{Inserted, NewSession, Place, SessionEnd, SessionState, SessionUpdate, Updated, Write};

/// A session with so many frames folds all it has.
const FRAMES: i64 = 512;
/// How much a frame holds, in bytes.
const FRAME: usize = 900 << 10;
/// Who logs so long after a panic has survived it: microseconds.
const SURVIVED: i64 = 10_000_000;
/// How many points are folded by one call of the store: fewer after each failure (a slow line must get some through in time), and
/// then more again.
const FOLD_POINTS: (usize, usize) = (1 << 13, 1 << 19);
/// The largest value of a parameter, and the longest text: what is larger could never be stored, and would hold up all that follows.
const PARAM: usize = 1 << 20;
const TEXT: usize = 14 << 20;

/// About how many bytes a summary takes besides its tag.
const SUMMARY: usize = 220;

/// One session on its way.
pub(super) struct Session {
    info: SessionInfo,
    tags: Tags,
    samples: BTreeMap<Arc<str>, Grown>,
    blobs: Vec<Blob>,
    events: Vec<Event>,
    params: Vec<(String, Value)>,
    /// All parameters that went by, for a run that somebody deleted meanwhile.
    all_params: BTreeMap<String, Value>,
    thoughts: u64,
    /// All before this position is told to the run's document.
    applied: i64,
    /// All before this position was taken.
    taken: Position,
    /// The highest `k` of a frame, and the highest that was deleted.
    k: i64,
    deleted: i64,
    /// When the latest entry was logged.
    last_wall: i64,
    /// Where it came from, and whether that is to be told.
    origin: Option<Box<Origin>>,
    new_origin: bool,
    /// What logging cost, if that was told anew.
    costs: Option<Costs>,
    /// The last panic of its program: when, what it said, and whether it was likely to end the program.
    panic: Option<(i64, String, bool)>,
    end: Option<SessionEnd>,
    closed: bool,
    weight: usize,
    fold_points: usize,
    /// Whether it was told that not all summaries have room.
    full: bool,
    stored_points: u64,
    /// What could not be stored because it is not what it says.
    pub(super) rejected: Vec<Error>,
}

#[derive(Default)]
struct Grown {
    samples: Samples,
    changed: bool,
    last: Time,
}

impl Session {
    /// Takes up the session where the store has it; begins it if the store has not.
    pub(super) fn open(store: &dyn Write, info: SessionInfo) -> Result<Session> {
        let mut session = Session {
            info,
            tags: Tags::default(),
            samples: BTreeMap::new(),
            blobs: Vec::new(),
            events: Vec::new(),
            params: Vec::new(),
            all_params: BTreeMap::new(),
            thoughts: 0,
            applied: 0,
            taken: Position(0),
            k: 0,
            deleted: 0,
            last_wall: 0,
            origin: None,
            new_origin: false,
            costs: None,
            panic: None,
            end: None,
            closed: false,
            weight: 0,
            fold_points: FOLD_POINTS.1,
            full: false,
            stored_points: 0,
            rejected: Vec::new(),
        };
        store.ensure_folder(session.place())?;
        match store.session_state(session.place(), session.info.run, session.info.session)? {
            Some(state) => session.resume(state),
            None => store.begin_session(session.place(), &new_session(&session.info))?,
        }
        Ok(session)
    }

    fn resume(&mut self, state: SessionState) {
        (self.applied, self.k, self.thoughts) = (state.applied, state.k, state.thoughts);
        self.deleted = state.frames.first().map_or(state.k, |frame| frame.k - 1);
        for (tag, summary) in state.metrics {
            self.tags.named(&tag.into()).summary = summary;
        }
        for chunk in state.chunks {
            self.tags.named(&chunk.tag.clone()).resume_chunk(chunk);
        }
        for chunk in state.beyond {
            self.tags.named(&chunk.tag.clone()).resume_beyond(chunk);
        }
        for frame in &state.frames {
            for part in &frame.parts {
                self.tags.named(&part.tag).resume_frame(frame.k, part);
            }
        }
        for event in state.samples {
            if let What::Histogram(histogram) = &event.what {
                let samples = Samples::resume(histogram);
                self.samples.insert(event.tag, Grown { samples, changed: false, last: event.t });
            }
        }
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place { database: &self.info.database, folder: &self.info.folder }
    }

    /// All before this position was taken; it may be acknowledged after a flush.
    pub(super) fn taken(&self) -> Position {
        self.taken
    }

    /// About how many bytes wait for a flush.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// Whether there is something to flush.
    pub(super) fn is_dirty(&self) -> bool {
        self.weight > 0 || (self.end.is_some() && !self.closed)
    }

    /// Whether its end is stored: nothing more comes.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// How many points this shipper stored.
    pub(super) fn stored_points(&self) -> u64 {
        self.stored_points
    }

    /// Takes up to so many entries from the journal. A journal that is complete without its end is that of a program that was killed.
    pub(super) fn take(&mut self, reader: &mut Reader, max: usize) -> Result<Reach> {
        let reach = reader.read_into(self, max);
        // What came before an error was taken, and does not come again.
        self.took(reader.position(), reach.as_ref().is_ok_and(|reach| reach.complete));
        reach
    }

    /// All before `end` was given to the [`Sink`].
    pub(super) fn took(&mut self, end: Position, complete: bool) {
        self.taken = self.taken.max(end);
        if complete && self.end.is_none() {
            self.end = Some(self.death());
        }
    }

    /// How a program died that did not end its session. A panic of the main thread (or any, where panics abort) was its end, unless
    /// it went on logging.
    fn death(&self) -> SessionEnd {
        let at = if self.last_wall == 0 { self.info.started } else { millis(self.last_wall) };
        match &self.panic {
            Some((wall, how, true)) if self.last_wall - wall <= SURVIVED => {
                SessionEnd { status: Status::Panicked, how: Some(how.clone()), at: millis(*wall) }
            }
            Some((_, how, _)) => SessionEnd { status: Status::Killed, how: Some(format!("some time after: {how}")), at },
            None => SessionEnd { status: Status::Killed, how: None, at },
        }
    }

    fn saw(&mut self, wall_micros: i64) {
        self.last_wall = self.last_wall.max(wall_micros);
        self.weight += 64;
    }

    fn event(&mut self, position: Position, tag: Arc<str>, step: Option<i64>, t: Time, what: What) {
        let (run, session) = (self.info.run, self.info.session);
        self.weight += 1024;
        self.events.push(Event { id: format!("{session}:{}", position.0), run, session, tag, step, t, what });
    }

    /// Stores all that was taken. After an error it is called again.
    pub(super) fn flush(&mut self, store: &dyn Write) -> Result<()> {
        self.flush_events(store)?;
        let closing = self.end.is_some();
        let all = closing || self.k - self.deleted >= FRAMES;
        self.fold(store, |tag| tag.unfolded() > 0 && (all || tag.unfolded() >= FOLD))?;
        self.frame(store)?;
        self.delete_frames(store)?;
        self.tell(store)?;
        self.weight = 0;
        self.closed = closing;
        Ok(())
    }

    fn flush_events(&mut self, store: &dyn Write) -> Result<()> {
        while let Some(blob) = self.blobs.last() {
            store.insert_blob(self.place(), blob)?;
            self.blobs.pop();
        }
        if !self.events.is_empty() {
            store.insert_events(self.place(), &self.events)?;
            self.events.clear();
        }
        let (run, session) = (self.info.run, self.info.session);
        let grown: Vec<Event> = self
            .samples
            .iter()
            .filter(|(_, grown)| grown.changed)
            .map(|(tag, grown)| Event {
                id: format!("{session}:samples:{tag}"),
                run,
                session,
                tag: tag.clone(),
                step: Some(0),
                t: grown.last,
                what: What::Histogram(grown.samples.histogram()),
            })
            .collect();
        if !grown.is_empty() {
            store.insert_events(self.place(), &grown)?;
            self.samples.values_mut().for_each(|grown| grown.changed = false);
        }
        Ok(())
    }

    /// Writes the chunks of the tags that `which` names, some tags at a time.
    fn fold(&mut self, store: &dyn Write, which: impl Fn(&Tag) -> bool) -> Result<()> {
        let (run, session) = (self.info.run, self.info.session);
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut rest: Vec<Arc<str>> = self.tags.iter().filter(|(_, tag)| which(tag)).map(|(name, _)| name.clone()).collect();
        while let Some(name) = rest.pop() {
            self.tags.named(&name).chunks(run, session, &name, &mut chunks);
            names.push(name);
            if rest.is_empty() || chunks.iter().map(|chunk| chunk.points.len()).sum::<usize>() >= self.fold_points {
                if let Err(error) = store.write_chunks(self.place(), &chunks) {
                    self.fold_points = (self.fold_points / 4).max(FOLD_POINTS.0);
                    return Err(error);
                }
                self.fold_points = (self.fold_points * 2).min(FOLD_POINTS.1);
                chunks.clear();
                for name in names.drain(..) {
                    let new = self.tags.named(&name).fold();
                    self.stored_points += u64::try_from(new).unwrap_or_default();
                }
            }
        }
        Ok(())
    }

    /// Writes the points that are stored nowhere into frames.
    fn frame(&mut self, store: &dyn Write) -> Result<()> {
        let mut parts = Vec::new();
        let mut frames = Vec::new();
        let mut weight = 0;
        for (name, tag) in self.tags.iter() {
            if let Some(part) = tag.part(name) {
                if weight + tag::weight(&part) > FRAME && !parts.is_empty() {
                    frames.push(std::mem::take(&mut parts));
                    weight = 0;
                }
                weight += tag::weight(&part);
                parts.push(part);
            }
        }
        frames.extend((!parts.is_empty()).then_some(parts));
        for parts in frames {
            let (run, session) = (self.info.run, self.info.session);
            let k = self.k + 1;
            let mut frame = Frame { id: format!("{session}:{}:{k}", self.taken.0), run, session, k, parts };
            while store.insert_frame(self.place(), &frame)? == Inserted::Taken {
                frame.k += 1;
            }
            self.k = frame.k;
            self.stored_points += tag::points(&frame);
            for part in &frame.parts {
                self.tags.named(&part.tag).framed(frame.k, part);
            }
        }
        Ok(())
    }

    /// Deletes the frames all of whose points are in chunks.
    fn delete_frames(&mut self, store: &dyn Write) -> Result<()> {
        let needed = self.tags.iter().filter_map(|(_, tag)| tag.needs_frame()).min();
        let last = needed.map_or(self.k, |k| k - 1);
        if last > self.deleted {
            store.delete_frames(self.place(), self.info.run, self.info.session, last)?;
            self.deleted = last;
        }
        Ok(())
    }

    /// Tells the run's document.
    fn tell(&mut self, store: &dyn Write) -> Result<()> {
        // The end has a number of its own: a journal can be complete without an entry more.
        let applied = before(self.taken) + i64::from(self.end.is_some());
        if applied <= self.applied {
            return Ok(());
        }
        let mut update = SessionUpdate {
            run: self.info.run,
            session: self.info.session,
            applied,
            heartbeat: if self.last_wall == 0 { self.info.started } else { millis(self.last_wall) },
            k: self.k,
            thoughts: self.thoughts,
            params: self.params.clone(),
            metrics: self.summaries(|tag| tag.changed),
            origin: self.origin.as_deref().filter(|_| self.new_origin).cloned(),
            costs: self.costs.clone(),
            end: self.end.clone(),
        };
        loop {
            match store.update_session(self.place(), &update)? {
                Updated::Done => break,
                Updated::Gone => {
                    // Somebody deleted the run while it lives: what is still logged begins it anew, with all that is known.
                    store.begin_session(self.place(), &new_session(&self.info))?;
                    update.params = self.all_params.clone().into_iter().collect();
                    update.metrics = self.summaries(|_| true);
                    update.origin = self.origin.as_deref().cloned();
                }
                Updated::TooLarge => {
                    if !self.lighten(&mut update) {
                        break;
                    }
                }
            }
        }
        self.applied = applied;
        self.params.clear();
        self.new_origin = false;
        self.costs = None;
        self.tags.iter_mut().for_each(|tag| tag.changed = false);
        Ok(())
    }

    /// Takes from an update what the run's document has no room for: the largest parameter, if parameters are most of it, else the summaries.
    /// `false`: nothing is left.
    fn lighten(&mut self, update: &mut SessionUpdate) -> bool {
        let wrong = |what: String| Error::new(ErrorKind::Input, what).because("the document of a run takes 16 MB");
        let summaries: usize = update.metrics.iter().map(|(tag, _)| tag.len() + SUMMARY).sum();
        let params: usize = update.params.iter().map(|(name, value)| name.len() + size(value)).sum();
        let largest = update.params.iter().enumerate().max_by_key(|(_, (name, value))| name.len() + size(value));
        if let Some((at, _)) = largest.filter(|_| params > summaries || update.metrics.is_empty()) {
            let (name, _) = update.params.remove(at);
            self.all_params.remove(&name);
            self.rejected.push(wrong(format!("the parameter `{name}` is not stored")).help("log long texts as thoughts"));
            return true;
        }
        if update.metrics.is_empty() {
            return false;
        }
        update.metrics.clear();
        if !std::mem::replace(&mut self.full, true) {
            let what = "the run has so many tags that not all can be filtered and sorted by. Their points are stored";
            self.rejected.push(wrong(what.into()).help("log related values under fewer tags"));
        }
        true
    }

    fn summaries(&self, which: impl Fn(&Tag) -> bool) -> Vec<(Arc<str>, crate::model::Summary)> {
        self.tags.iter().filter(|(_, tag)| which(tag)).map(|(name, tag)| (name.clone(), tag.summary)).collect()
    }
}

impl Sink for Session {
    fn point(&mut self, tag: u32, name: &Arc<str>, point: &Point) {
        self.saw(point.wall_micros);
        self.tags.numbered(tag, name).take(point, before(point.position) >= self.applied);
    }

    fn entry(&mut self, entry: Entry) {
        let known = before(entry.position) < self.applied;
        let t = millis(entry.wall_micros);
        self.saw(entry.wall_micros);
        match entry.kind {
            EntryKind::Scalar { tag, ordinal, step, value } => {
                let point = Point { position: entry.position, wall_micros: entry.wall_micros, ordinal, step, value };
                self.tags.named(&tag).take(&point, !known);
            }
            EntryKind::Sample { tag, ordinal, value } => {
                let grown = self.samples.entry(tag).or_default();
                if u64::try_from(ordinal).unwrap_or_default() >= grown.samples.len() {
                    grown.samples.add(value);
                    (grown.changed, grown.last) = (true, t);
                }
            }
            EntryKind::Panicked { how, last } => self.panic = Some((entry.wall_micros, how, last)),
            EntryKind::End { status, how } => self.end = Some(SessionEnd { status, how, at: t }),
            _ if known => {}
            EntryKind::Costs(costs) => self.costs = Some(*costs),
            EntryKind::Origin(origin) => (self.origin, self.new_origin) = (Some(origin), true),
            EntryKind::Param { name, value } if size(&value) > PARAM => {
                let what = format!("the parameter `{name}` is not stored: it has more than {} MB", PARAM >> 20);
                self.rejected
                    .push(Error::new(ErrorKind::Input, what).help("log what is large as a thought, a histogram or an image"));
            }
            EntryKind::Param { name, value } => {
                self.all_params.insert(name.clone(), value.clone());
                self.params.push((name, value));
            }
            EntryKind::Values { tag, step, values } => {
                self.event(entry.position, tag, Some(step), t, What::Histogram(media::histogram(&values)));
            }
            EntryKind::Text { text, .. } if text.len() > TEXT => {
                let what = format!("a thought of {} MB is not stored: a store takes {} MB", text.len() >> 20, TEXT >> 20);
                self.rejected.push(Error::new(ErrorKind::Input, what));
            }
            EntryKind::Text { tag, step, text } => {
                self.thoughts += 1;
                self.weight += text.len();
                self.event(entry.position, tag, step, t, What::Text(text));
            }
            EntryKind::Image { tag, step, pixels } => {
                let (width, height, nan) = (pixels.width, pixels.height, pixels.nan);
                match media::blob(pixels) {
                    Ok(blob) => {
                        let what = What::Image { mime: blob.mime.clone(), width, height, nan, blob: blob.sha256 };
                        self.weight += blob.bytes.len();
                        self.blobs.push(blob);
                        self.event(entry.position, tag, Some(step), t, what);
                    }
                    Err(error) => self.rejected.push(error),
                }
            }
        }
    }
}

fn new_session(info: &SessionInfo) -> NewSession {
    NewSession {
        run: info.run,
        session: info.session,
        run_name: info.run_name.clone(),
        labels: info.labels.clone(),
        group: info.group.clone(),
        rank: info.rank,
        host: info.host.clone(),
        pid: info.pid,
        started: info.started,
    }
}

/// About how many bytes a value takes.
fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) | Value::Decimal(text) => text.len(),
        Value::List(values) => values.iter().map(|value| 8 + size(value)).sum(),
        _ => 8,
    }
}

fn before(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

fn millis(micros: i64) -> Time {
    Time(micros.div_euclid(1000))
}
