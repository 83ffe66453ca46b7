//! One folder as all open boards on it see it. It asks the store when somebody asks, and not more often than [`FRESH`]: one query a
//! change, however many look on, and none while nobody does.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::lines::Lines;
use crate::error::{Error, Result};
use crate::model::{HistogramBins, ImageInfo, Run, RunId, Series, Status, Time};
use crate::store::Store;
use crate::store::documents::{Event, What};
use crate::store::follow::{Follow as _, Heard};
use crate::store::read::{Kind, Place, Read as _};
use crate::store::{assemble, media};

/// What was read so long ago is new enough.
pub(super) const FRESH: Duration = Duration::from_millis(200);
/// All runs are read anew so often, because a person may correct, move or delete any of them; and not more than a twentieth of the time.
const SCAN: Duration = Duration::from_secs(4);
const SCAN_SHARE: u32 = 20;
/// After a failure the store is left alone for so long.
const PAUSE: Duration = Duration::from_secs(1);
/// A run that says it runs may turn stale without a word.
const SIGN_OF_LIFE: i64 = 30_000;
/// Lists of tags that are remembered.
const LISTS: usize = 32;

/// What was read of one tag, of which runs.
#[derive(Default)]
struct OfTag {
    read: HashSet<RunId>,
    events: Vec<Event>,
}

pub(super) struct Folder {
    store: Arc<Store>,
    database: String,
    folder: String,
    runs: Arc<Vec<Run>>,
    lines: Lines,
    images: HashMap<String, OfTag>,
    histograms: HashMap<String, OfTag>,
    tags: HashMap<(Kind, Vec<RunId>), BTreeSet<String>>,
    /// Counts the thoughts that came.
    pub(super) texts: i64,
    /// Counts the changes of anything that a view may show.
    revision: u64,
    /// Which runs' events are followed, and how far they were heard.
    followed: BTreeSet<RunId>,
    heard: Option<Heard>,
    /// Events that may come again: their identity and size.
    seen: HashMap<String, i64>,
    pulse: Option<i64>,
    looked: Option<Instant>,
    scanned: Option<(Instant, Duration)>,
    failed: Option<(Instant, Error)>,
}

impl Folder {
    pub(super) fn new(store: Arc<Store>, place: Place<'_>) -> Folder {
        Folder {
            store,
            database: place.database.to_owned(),
            folder: place.folder.to_owned(),
            runs: Arc::default(),
            lines: Lines::default(),
            images: HashMap::new(),
            histograms: HashMap::new(),
            tags: HashMap::new(),
            texts: 0,
            revision: 0,
            followed: BTreeSet::new(),
            heard: None,
            seen: HashMap::new(),
            pulse: None,
            looked: None,
            scanned: None,
            failed: None,
        }
    }

    fn place(&self) -> Place<'_> {
        Place { database: &self.database, folder: &self.folder }
    }

    pub(super) fn runs(&self) -> Arc<Vec<Run>> {
        Arc::clone(&self.runs)
    }

    /// Makes sure that what is here is not older than `age`, and says which revision it is.
    pub(super) fn look(&mut self, age: Duration) -> Result<u64> {
        if self.looked.is_some_and(|looked| looked.elapsed() < age) {
            return Ok(self.revision);
        }
        if let Some((when, error)) = &self.failed
            && when.elapsed() < PAUSE
        {
            return Err(error.clone());
        }
        match self.refresh() {
            Ok(()) => {
                (self.looked, self.failed) = (Some(Instant::now()), None);
                Ok(self.revision)
            }
            Err(error) => {
                self.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// The same with all that a person may have corrected: nothing is taken for known.
    pub(super) fn look_anew(&mut self) -> Result<u64> {
        (self.pulse, self.scanned, self.failed) = (None, None, None);
        self.look(Duration::ZERO)
    }

    fn refresh(&mut self) -> Result<()> {
        let pulse = self.store.pulse()?;
        if pulse.is_some() && pulse == self.pulse && !self.may_turn_stale() {
            return Ok(());
        }
        let before = self.running();
        if self.read_runs(&before)? {
            self.revision += 1;
        }
        // A run that has just ended may have said something at last.
        let live: BTreeSet<RunId> = self.running().union(&before).copied().collect();
        if self.read_points(&live)? | self.read_events(&live)? {
            self.revision += 1;
        }
        self.pulse = pulse;
        Ok(())
    }

    fn may_turn_stale(&self) -> bool {
        let now = Time::now().millis();
        let silent = |run: &Run| now - run.heartbeat.unwrap_or(run.started).millis() > SIGN_OF_LIFE;
        self.runs.iter().any(|run| run.status == Status::Running && silent(run))
    }

    /// Those that run, or might again: a laptop that slept.
    fn running(&self) -> BTreeSet<RunId> {
        let live = |run: &&Run| matches!(run.status, Status::Running | Status::Stale);
        self.runs.iter().filter(live).map(|run| run.id).collect()
    }

    /// Whether anything of the runs changed.
    fn read_runs(&mut self, live: &BTreeSet<RunId>) -> Result<bool> {
        let due = |(when, took): &(Instant, Duration)| when.elapsed() >= SCAN.max(*took * SCAN_SHARE);
        if self.scanned.as_ref().is_none_or(due) {
            let began = Instant::now();
            let runs = self.store.runs(self.place(), &crate::query::Filter::All)?;
            self.scanned = Some((Instant::now(), began.elapsed()));
            return Ok(self.replace(runs));
        }
        let newest = self.runs.first().map_or(Time(i64::MIN), |run| run.started);
        let live: Vec<RunId> = live.iter().copied().collect();
        let again = self.store.runs_again(self.place(), &live, newest)?;
        let known: HashMap<RunId, &Run> = self.runs.iter().map(|run| (run.id, run)).collect();
        if again.iter().all(|run| known.get(&run.id).is_some_and(|known| *known == run)) {
            return Ok(false);
        }
        let again_ids: HashSet<RunId> = again.iter().map(|run| run.id).collect();
        let mut runs: Vec<Run> = self.runs.iter().filter(|run| !again_ids.contains(&run.id)).cloned().collect();
        runs.extend(again);
        runs.sort_by_key(|run| Reverse((run.started, run.id)));
        Ok(self.replace(runs))
    }

    fn replace(&mut self, runs: Vec<Run>) -> bool {
        if runs == *self.runs {
            return false;
        }
        let new: HashMap<RunId, &Run> = runs.iter().map(|run| (run.id, run)).collect();
        for old in self.runs.iter() {
            match new.get(&old.id) {
                None => self.lines.forget(old.id),
                // Its program ended: whatever changed was corrected by a person.
                Some(run) if ended(old) && ended(run) && old.metrics != run.metrics => self.lines.forget(old.id),
                Some(_) => {}
            }
        }
        // One that came and went between two looks had nobody follow its events.
        let resumed = |old: &Run| new.get(&old.id).is_some_and(|run| run.sessions.len() != old.sessions.len());
        let resumed: Vec<RunId> = self.runs.iter().filter(|old| resumed(old)).map(|run| run.id).collect();
        if !resumed.is_empty() || !told(&runs).eq(told(&self.runs)) {
            self.forget_events(&resumed);
        }
        self.runs = Arc::new(runs);
        true
    }

    /// Whether any point is new.
    fn read_points(&mut self, live: &BTreeSet<RunId>) -> Result<bool> {
        if self.lines.is_empty() || live.is_empty() {
            return Ok(false);
        }
        let runs = Arc::clone(&self.runs);
        let live_runs = || runs.iter().filter(|run| live.contains(&run.id));
        let sessions = live_runs().flat_map(|run| run.sessions.iter().map(|session| (run.id, session.id)));
        let mut frames = self.store.frames_after(self.place(), &self.lines.heads(sessions))?;
        frames.sort_by_key(|frame| (frame.session, frame.k));
        let mut new = self.lines.frames(&frames, &mut |_| {});
        let rests = self.lines.rests(live_runs());
        if !rests.is_empty() {
            let chunks = self.store.chunks(self.place(), &rests)?;
            new |= self.lines.chunks(chunks);
            let mut torn = BTreeSet::new();
            new |= self.lines.frames(&frames, &mut |run| torn.extend([run]));
            // What is neither here nor there was folded while we looked: it is read in full when somebody asks.
            torn.into_iter().for_each(|run| self.lines.forget(run));
            self.lines.settle(live_runs());
        }
        Ok(new)
    }

    /// Whether any event is new.
    fn read_events(&mut self, live: &BTreeSet<RunId>) -> Result<bool> {
        if !live.is_subset(&self.followed) {
            // From here on we hear of theirs; what was read before may lack some.
            self.heard = None;
            let new: Vec<RunId> = live.difference(&self.followed).copied().collect();
            self.forget_events(&new);
        }
        self.followed.clone_from(live);
        if live.is_empty() {
            return Ok(false);
        }
        let ids: Vec<RunId> = live.iter().copied().collect();
        let first = self.heard.is_none();
        let (events, heard) = self.store.events_since(self.place(), &ids, self.heard)?;
        self.heard = Some(heard);
        let mut new = first;
        if self.seen.len() > 50_000 {
            self.seen.clear();
        }
        for event in events {
            let size = event.grown().unwrap_or(0);
            if self.seen.insert(event.id.clone(), size) != Some(size) {
                new |= self.take(event);
            }
        }
        Ok(new)
    }

    fn forget_events(&mut self, runs: &[RunId]) {
        let gone = |run: &RunId| runs.contains(run);
        for of in self.images.values_mut().chain(self.histograms.values_mut()) {
            of.read.retain(|run| !gone(run));
            of.events.retain(|event| !gone(&event.run));
        }
        self.tags.retain(|(_, of), _| !of.iter().any(gone));
        self.texts += 1;
    }

    /// Puts an event where it is shown; whether it is new there.
    fn take(&mut self, event: Event) -> bool {
        let (kind, tags) = match event.what {
            What::Image { .. } => (Kind::Image, &mut self.images),
            What::Histogram(_) => (Kind::Histogram, &mut self.histograms),
            What::Text(_) => {
                self.texts += 1;
                return true;
            }
        };
        if let Some(of) = tags.get_mut(&*event.tag).filter(|of| of.read.contains(&event.run)) {
            of.events.retain(|known| known.id != event.id);
            of.events.push(event.clone());
        }
        for ((of_kind, runs), tags) in &mut self.tags {
            if *of_kind == kind && runs.contains(&event.run) {
                tags.insert(event.tag.to_string());
            }
        }
        true
    }

    /// The series of a tag, read anew and in full, in the order of the runs.
    pub(super) fn series_anew(&mut self, runs: &[&Run], tag: &str) -> Result<Vec<Series>> {
        self.lines.forget_tag(tag);
        let lines = assemble::lines(runs, tag, || self.store.pieces(self.place(), runs, tag))?;
        if self.lines.have_room_for(&lines) {
            self.lines.read(runs, tag, lines);
            return Ok(self.lines.series(runs, tag));
        }
        // So many are kept thinned, and read for that when they are first asked for.
        let mut of: HashMap<RunId, Vec<_>> = HashMap::new();
        for line in lines {
            of.entry(line.run).or_default().push((line.session, line.points));
        }
        Ok(runs.iter().flat_map(|run| assemble::of_run(run, tag, of.remove(&run.id).unwrap_or_default())).collect())
    }

    /// Forgets what was read of images and histograms.
    pub(super) fn forget_media(&mut self) {
        (self.images, self.histograms, self.tags) = Default::default();
        self.texts += 1;
    }

    /// The series of a tag, in the order of the runs.
    pub(super) fn series(&mut self, runs: &[&Run], tag: &str) -> Result<Vec<Series>> {
        let unknown = self.lines.unknown(runs, tag);
        if !unknown.is_empty() {
            let lines = assemble::lines(&unknown, tag, || self.store.pieces(self.place(), &unknown, tag))?;
            self.lines.read(&unknown, tag, lines);
        }
        Ok(self.lines.series(runs, tag))
    }

    pub(super) fn tags(&mut self, runs: &[RunId], kind: Kind) -> Result<Vec<String>> {
        let key = (kind, runs.to_vec());
        if !self.tags.contains_key(&key) {
            let tags = self.store.tags(self.place(), runs, kind)?;
            if self.tags.len() >= LISTS {
                self.tags.clear();
            }
            self.tags.insert(key.clone(), tags.into_iter().collect());
        }
        Ok(self.tags.get(&key).into_iter().flatten().cloned().collect())
    }

    pub(super) fn images(&mut self, runs: &[&Run], tag: &str) -> Result<Vec<ImageInfo>> {
        Ok(media::images(runs, self.events(Kind::Image, runs, tag)?))
    }

    pub(super) fn histograms(&mut self, runs: &[&Run], tag: &str) -> Result<Vec<HistogramBins>> {
        Ok(media::histograms(runs, self.events(Kind::Histogram, runs, tag)?))
    }

    /// The events of a tag: at least those of these runs.
    fn events(&mut self, kind: Kind, runs: &[&Run], tag: &str) -> Result<&[Event]> {
        let tags = match kind {
            Kind::Image => &mut self.images,
            Kind::Histogram => &mut self.histograms,
        };
        let of = tags.entry(tag.to_owned()).or_default();
        let unknown: Vec<RunId> = runs.iter().map(|run| run.id).filter(|run| !of.read.contains(run)).collect();
        if !unknown.is_empty() {
            let place = Place { database: &self.database, folder: &self.folder };
            of.events.extend(self.store.events(place, kind, &unknown, tag)?);
            of.read.extend(unknown);
        }
        Ok(&of.events)
    }
}

fn ended(run: &Run) -> bool {
    !matches!(run.status, Status::Running | Status::Stale)
}

/// Whose thoughts there are, and how many.
fn told(runs: &[Run]) -> impl Iterator<Item = (RunId, &str, u64)> {
    runs.iter().filter(|run| run.thoughts > 0).map(|run| (run.id, run.name.as_str(), run.thoughts))
}
