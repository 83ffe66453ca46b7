//! Reading a journal: entries in slot order, while its owner lives or after.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use super::checkpoint::{self, Known, KnownTag};
use super::files::{Bytes, Disk, Files};
use super::record::{self, Aside, Found, Kind, Long, SLOT_BYTES, Short, TagData, find};
use super::segment::{Header, SEAL_WORD, aside_path, list, path_of};
use super::{Batch, Entry, EntryKind, Point, Position, Reach, SessionInfo, Sink, fail};
use crate::error::{Error, ErrorKind, Result};

/// How many slots are taken from a file at once.
const WINDOW_SLOTS: u64 = 4096;
/// What was never written. A comparison with it is quick, also where nothing is optimised.
static ZEROS: [u8; WINDOW_SLOTS as usize * SLOT_BYTES] = [0; WINDOW_SLOTS as usize * SLOT_BYTES];

/// Reads one session's journal, live or dead, in the process that writes it or another. One reader at a time: see [`super::Claim`].
pub(crate) struct Reader<F: Files = Disk> {
    files: F,
    info: SessionInfo,
    segment: Open<F::Segment>,
    known: Known,
    /// What was known at the start of each segment that is not acknowledged, and which files its records name.
    starts: BTreeMap<u64, Start>,
    /// Whether segments before this one are missing, so that ordinals must be taken from the tags' records.
    gap: bool,
    state: State,
    damaged: u64,
}

#[derive(Default)]
struct Start {
    known: Known,
    asides: Vec<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The owner lives, as far as was seen.
    Live,
    /// The owner is dead: what is not published will never be.
    Dead,
    /// All was read.
    Complete,
}

/// The segment that is read.
struct Open<B> {
    file: B,
    header: Header,
    seed: u32,
    /// The next slot to read.
    slot: u64,
    /// Bytes of the file from slot `window_at`.
    window: Vec<u8>,
    window_at: u64,
    /// Whether the bytes before were no record, so that its slots are tried one by one.
    lost: bool,
}

/// What one step came to.
enum Step {
    Entry(Entry),
    /// Something that is no entry was passed.
    Passed,
    /// Nothing more is published.
    Wait,
}

impl Reader {
    /// Opens the journal in `directory`, at the first entry that was not acknowledged and deleted before.
    pub(crate) fn open(directory: &Path) -> Result<Reader> {
        Reader::of(Disk(directory.to_path_buf()))
    }

    /// Says that all before `end` (a [`Batch::end`]) is stored: segments wholly before it are deleted.
    pub(crate) fn acknowledge(&mut self, end: Position) -> Result<()> {
        let keep = end.0 >> 32;
        let stored: Vec<u64> = self.starts.range(..keep).map(|(number, _)| *number).collect();
        let Some(start) = self.starts.get(&keep).filter(|_| !stored.is_empty()) else {
            return Ok(());
        };
        checkpoint::store(&self.files.0, keep, &start.known)?;
        // All that is listed before, not only what was read: a death between the checkpoint and this may have left more.
        for number in list(&self.files.0)?.into_iter().filter(|number| *number < keep) {
            remove(&path_of(&self.files.0, number))?;
        }
        for number in stored {
            let start = self.starts.remove(&number).unwrap_or_default();
            start.asides.into_iter().try_for_each(|aside| remove(&aside_path(&self.files.0, aside)))?;
        }
        checkpoint::keep_room(&self.files.0);
        Ok(())
    }

    /// Deletes the journal: it was complete, and all of it is acknowledged.
    pub(crate) fn remove(self) -> Result<()> {
        // Under another name first, so that nobody finds half a journal.
        let gone = self.files.0.with_extension("gone");
        let deleted = fs::rename(&self.files.0, &gone).and_then(|()| match fs::remove_dir_all(&gone) {
            // Another writer that begins just now has swept it.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            deleted => deleted,
        });
        deleted.map_err(|e| fail("cannot delete the journal", &self.files.0, e))
    }
}

impl<F: Files> Reader<F> {
    /// The same, of files anywhere.
    pub(super) fn of(files: F) -> Result<Reader<F>> {
        let failed = |e| fail("cannot read the journal in", files.directory(), e);
        let stored = files.checkpoint().map_err(failed)?;
        let checkpoint = stored.as_ref().and_then(|bytes| checkpoint::parse(bytes));
        let first = checkpoint.as_ref().map_or(0, |(segment, _)| *segment);
        let mut segment = None;
        let mut damaged = u64::from(stored.is_some() && checkpoint.is_none());
        for number in files.segments()?.into_iter().filter(|number| *number >= first) {
            match Open::segment(&files, number) {
                Ok(open) => {
                    segment = Some(open);
                    break;
                }
                Err(e) if is_damage(&e) => damaged += 1,
                Err(e) => return Err(failed(e)),
            }
        }
        let Some(segment) = segment else {
            return Err(Error::new(
                ErrorKind::Journal,
                format!("the journal in {} has no segment that can be read", files.directory().display()),
            )
            .help("delete that directory if nothing in it is of use"));
        };
        let gap = segment.header.number != first;
        let known = checkpoint.map(|(_, known)| known).unwrap_or_default();
        let start = Start { known: known.clone(), asides: Vec::new() };
        Ok(Reader {
            files,
            info: segment.header.info.clone(),
            starts: BTreeMap::from([(segment.header.number, start)]),
            segment,
            known,
            gap,
            state: State::Live,
            damaged,
        })
    }

    /// Whose journal it is and where it goes.
    pub(crate) fn info(&self) -> &SessionInfo {
        &self.info
    }

    /// The next entries, at most `max_entries`, in slot order; none when all that is published was read.
    ///
    /// While the owner lives it stops before a slot that is reserved and not published yet. Never waits.
    /// Entries that are read again after a restart have the same positions and ordinals.
    pub(crate) fn read(&mut self, max_entries: usize) -> Result<Batch> {
        let mut entries = Vec::new();
        let Reach { end, complete, .. } = self.read_into(&mut entries, max_entries)?;
        Ok(Batch { entries, end, complete })
    }

    /// The same, given to a sink one by one.
    pub(crate) fn read_into(&mut self, sink: &mut impl Sink, max_entries: usize) -> Result<Reach> {
        let mut entries = self.fill(sink, max_entries)?;
        if entries == 0 && max_entries > 0 && self.state == State::Live && !self.files.owner_alive()? {
            // What the owner published until its death counts: look again, now that it can add nothing.
            self.state = State::Dead;
            self.segment.forget();
            entries = self.fill(sink, max_entries)?;
        }
        Ok(Reach { entries, end: self.position(), complete: self.state == State::Complete })
    }

    /// All before it was read.
    pub(crate) fn position(&self) -> Position {
        Position(self.segment.header.number << 32 | self.segment.slot)
    }

    fn fill(&mut self, sink: &mut impl Sink, max_entries: usize) -> Result<usize> {
        let mut entries = 0;
        while entries < max_entries && self.state != State::Complete {
            if let Some(points) = self.points(sink, max_entries - entries) {
                entries += points;
                continue;
            }
            match self.step()? {
                Step::Entry(entry) => {
                    if matches!(entry.kind, EntryKind::End { .. }) {
                        self.state = State::Complete;
                    }
                    sink.entry(entry);
                    entries += 1;
                }
                Step::Passed => {}
                Step::Wait => break,
            }
        }
        Ok(entries)
    }

    /// Gives the points at hand as long as nothing else comes; `None` if there are none. What else there is, and trouble, is
    /// [`Reader::step`]'s.
    fn points(&mut self, sink: &mut impl Sink, max: usize) -> Option<usize> {
        let number = self.segment.header.number << 32;
        let mut n = 0;
        while n < max
            && let Some(short) = self.segment.short()
            && let Some(tag) = self.known.get_mut(&short.tag)
        {
            let position = Position(number | self.segment.slot);
            let (wall_micros, ordinal) = (short.wall_micros, tag.next_ordinal);
            tag.next_ordinal += 1;
            if short.kind == Kind::Scalar {
                let point = Point { position, wall_micros, ordinal, step: short.step, value: short.value };
                sink.point(short.tag, &tag.name, &point);
            } else {
                let kind = EntryKind::Sample { tag: Arc::clone(&tag.name), ordinal, value: short.value };
                sink.entry(Entry { position, wall_micros, kind });
            }
            self.segment.pass(1);
            n += 1;
        }
        (n > 0).then_some(n)
    }

    fn step(&mut self) -> Result<Step> {
        let failed = |e| fail("cannot read the journal in", self.files.directory(), e);
        if self.segment.slot >= self.segment.header.slots {
            return self.next_segment();
        }
        self.segment.load().map_err(failed)?;
        let segment = &self.segment;
        let position = Position(segment.header.number << 32 | segment.slot);
        let (slots, entry) = match segment.found() {
            Found::Nothing => return self.pass_empty(),
            Found::Begun(_) if self.state != State::Dead => return Ok(Step::Wait),
            Found::Begun(slots) => return Ok(self.segment.pass(slots)),
            Found::Damage | Found::More(_) => {
                self.damaged += u64::from(!segment.lost);
                self.segment.pass(1);
                self.segment.lost = true;
                return Ok(Step::Passed);
            }
            // It is at hand now, and given by `points`.
            Found::Short(short) if self.known.contains_key(&short.tag) => return Ok(Step::Passed),
            Found::Short(_) => (1, None),
            Found::Long(long, slots) if long.kind == Kind::Tag => {
                learn(&mut self.known, self.gap, &long);
                return Ok(self.segment.pass(slots));
            }
            Found::Long(long, slots) => {
                let asides = &mut self.starts.entry(segment.header.number).or_default().asides;
                let kind = decode(&self.files, &self.known, &long, asides).map_err(failed)?;
                (slots, kind.map(|kind| Entry { position, wall_micros: long.wall_micros, kind }))
            }
        };
        let passed = self.segment.pass(slots);
        // A record whose tag or file is gone: it can only be counted.
        self.damaged += u64::from(entry.is_none());
        Ok(entry.map_or(passed, Step::Entry))
    }

    /// At a slot with nothing in it: the end of what is published, of the segment, or a call that its process did not live to finish.
    fn pass_empty(&mut self) -> Result<Step> {
        let sealed = self.segment.sealed().map_err(|e| fail("cannot read the journal in", self.files.directory(), e))?;
        if sealed.is_some_and(|end| self.segment.slot >= end) {
            return self.next_segment();
        }
        if self.state == State::Dead || (self.segment.lost && sealed.is_some()) {
            self.segment.pass_zeros();
            return Ok(Step::Passed);
        }
        Ok(Step::Wait)
    }

    fn next_segment(&mut self) -> Result<Step> {
        let number = self.segment.header.number;
        let mut unreadable = 0;
        // What is listed now was there before, so a segment that is missing between others is missing for good.
        for next in self.files.segments()?.into_iter().filter(|next| *next > number) {
            match Open::segment(&self.files, next) {
                Ok(open) => {
                    self.gap = next != number + 1;
                    self.damaged += u64::from(self.gap);
                    self.segment = open;
                    self.starts.insert(next, Start { known: self.known.clone(), asides: Vec::new() });
                    return Ok(Step::Passed);
                }
                Err(e) if is_damage(&e) => unreadable += 1,
                Err(e) => return Err(fail("cannot open", &path_of(self.files.directory(), next), e)),
            }
        }
        if self.state == State::Dead {
            self.state = State::Complete;
            self.damaged += unreadable;
        }
        Ok(Step::Wait)
    }

    /// About how many bytes of records are published and not read yet: for people to see.
    pub(crate) fn pending(&self) -> u64 {
        if self.state == State::Complete {
            return 0;
        }
        let later = self.later();
        // Segments are made ahead of their need: all but the last two were surely left full.
        let (full, last) = later.split_at(later.len().saturating_sub(2));
        let full =
            full.iter().filter_map(|number| fs::metadata(path_of(self.files.directory(), *number)).ok()).map(|file| file.len());
        let last = last.iter().filter_map(|number| Open::segment(&self.files, *number).ok()).map(|open| open.published());
        self.segment.published() + full.sum::<u64>() + last.sum::<u64>()
    }

    /// Whether nothing is published that was not read: also behind a slot that its call has not published yet.
    pub(crate) fn is_drained(&self) -> bool {
        let unread = |number: &u64| Open::segment(&self.files, *number).is_ok_and(|open| !open.is_empty());
        self.state == State::Complete || (self.segment.is_empty() && !self.later().iter().any(unread))
    }

    /// Behind the last that is published now, whatever its clock said: a call that has returned lies before it.
    pub(crate) fn published_until(&self) -> Position {
        let end = |open: &Open<F::Segment>| Some(Position(open.header.number << 32 | open.last()?));
        let later = self.later().into_iter().rev();
        let mut later = later.filter_map(|number| end(&Open::segment(&self.files, number).ok()?));
        later.next().or_else(|| end(&self.segment)).unwrap_or_else(|| self.position())
    }

    fn later(&self) -> Vec<u64> {
        let mut later = self.files.segments().unwrap_or_default();
        later.retain(|number| *number > self.segment.header.number);
        later
    }

    /// How many records (or whole segments) could not be read because the disk lost or changed them.
    pub(crate) fn damaged(&self) -> u64 {
        self.damaged
    }
}

/// Takes note of a tag.
fn learn(known: &mut Known, gap: bool, record: &Long<'_>) {
    let Ok(data) = serde_json::from_slice::<TagData<'_>>(record.data) else {
        return;
    };
    let tag =
        known.entry(record.tag).or_insert_with(|| KnownTag { kind: data.kind, name: data.name.as_ref().into(), next_ordinal: 0 });
    if gap {
        tag.next_ordinal = tag.next_ordinal.max(data.next_ordinal);
    }
}

/// What a long record says, from its own data or the file that it names; `None`: it is damaged, or its file is.
fn decode(files: &impl Files, known: &Known, record: &Long<'_>, asides: &mut Vec<u64>) -> io::Result<Option<EntryKind>> {
    let tag = known.get(&record.tag).map(|tag| Arc::clone(&tag.name));
    if !record.aside {
        return Ok(record::entry(record.kind, tag, record.data));
    }
    let Ok(aside) = serde_json::from_slice::<Aside>(record.data) else { return Ok(None) };
    let data = match files.aside(aside.number) {
        Ok(data) => data,
        Err(e) if is_damage(&e) => Vec::new(),
        Err(e) => return Err(e),
    };
    asides.push(aside.number);
    let whole = data.len() as u64 == aside.bytes && crc32c::crc32c(&data) == aside.crc;
    Ok(whole.then(|| record::entry(record.kind, tag, &data)).flatten())
}

/// Whether a file is gone, or is not what it should be. All else may pass (a process has only so many files open at once), and what
/// could not be read now is read then.
fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData)
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(fail("cannot delete", path, e)),
        _ => Ok(()),
    }
}

impl<B: Bytes> Open<B> {
    fn segment(files: &impl Files<Segment = B>, number: u64) -> std::io::Result<Open<B>> {
        let file = files.segment(number)?;
        let header = Header::read(&file)?;
        let (seed, slot) = (header.seed(), header.first);
        Ok(Open { file, header, seed, slot, window: Vec::new(), window_at: slot, lost: false })
    }

    /// Has at hand what lies at the next slot, whole.
    fn load(&mut self) -> std::io::Result<()> {
        // Bytes at hand may be from before the record was finished; bytes that are read after its head was seen are whole.
        for attempt in 0..3 {
            self.have(1)?;
            if let Found::More(slots) = self.found() {
                self.have(slots)?;
            }
            match self.found() {
                Found::Short(_) | Found::Long(..) => break,
                Found::Nothing | Found::Begun(_) if attempt > 0 => break,
                _ if attempt < 2 => self.forget(),
                _ => {}
            }
        }
        Ok(())
    }

    /// Has the next so many slots at hand.
    fn have(&mut self, slots: u64) -> std::io::Result<()> {
        let end = self.window_at + (self.window.len() / SLOT_BYTES) as u64;
        if self.slot < self.window_at || self.slot + slots > end {
            let take = (self.header.slots - self.slot).min(slots.max(WINDOW_SLOTS));
            self.window.resize(take as usize * SLOT_BYTES, 0);
            self.file.read_at(&mut self.window, self.slot * SLOT_BYTES as u64)?;
            self.window_at = self.slot;
        }
        Ok(())
    }

    /// What lies at the next slot, as far as it is at hand.
    fn found(&self) -> Found<'_> {
        let from = (self.slot - self.window_at) as usize * SLOT_BYTES;
        find(self.window.get(from..).unwrap_or_default(), self.seed, self.slot, self.header.slots - self.slot)
    }

    /// The short record at the next slot, if there is one at hand.
    fn short(&self) -> Option<Short> {
        let from = usize::try_from(self.slot.checked_sub(self.window_at)?).ok()? * SLOT_BYTES;
        let bytes = self.window.get(from..from + SLOT_BYTES)?;
        match find(bytes, self.seed, self.slot, 1) {
            Found::Short(short) => Some(short),
            _ => None,
        }
    }

    /// Goes on by so many slots.
    fn pass(&mut self, slots: u64) -> Step {
        self.slot += slots;
        self.lost = false;
        Step::Passed
    }

    /// Lets go of the bytes at hand.
    fn forget(&mut self) {
        self.window.clear();
        self.window_at = self.slot;
    }

    /// Where the segment was left, if it was.
    fn sealed(&self) -> std::io::Result<Option<u64>> {
        let mut word = [0; 8];
        self.file.read_at(&mut word, 8 * SEAL_WORD as u64)?;
        let end = u64::from_ne_bytes(word);
        Ok((end != 0).then(|| end.min(self.header.slots)))
    }

    /// Goes to the next slot at hand that has something in it, at least one further.
    fn pass_zeros(&mut self) {
        let from = (self.slot - self.window_at) as usize * SLOT_BYTES;
        let slots = self.window.get(from..).unwrap_or_default().chunks_exact(SLOT_BYTES);
        let zeros = slots.take_while(|slot| slot[..8].iter().all(|byte| *byte == 0)).count() as u64;
        self.slot = (self.slot + zeros.max(1)).min(self.header.slots);
    }

    /// About how many bytes lie between the next slot and the last that has something in it.
    fn published(&self) -> u64 {
        if let Ok(Some(end)) = self.sealed() {
            return end.saturating_sub(self.slot) * SLOT_BYTES as u64;
        }
        let mut used = self.slot;
        for (first, window) in self.windows() {
            match window.chunks_exact(SLOT_BYTES).rposition(|slot| slot != &ZEROS[..SLOT_BYTES]) {
                Some(last) => used = first + last as u64 + 1,
                None => break,
            }
        }
        (used - self.slot) * SLOT_BYTES as u64
    }

    /// Whether there is nothing from the next slot on.
    fn is_empty(&self) -> bool {
        self.windows().all(|(_, window)| window == ZEROS[..window.len()])
    }

    /// Behind the last slot that has something in it, if there is one from the next on.
    fn last(&self) -> Option<u64> {
        let last = |window: &[u8]| window.chunks_exact(SLOT_BYTES).rposition(|slot| slot != &ZEROS[..SLOT_BYTES]);
        self.windows().filter_map(|(first, window)| Some(first + last(&window)? as u64 + 1)).last()
    }

    /// What the file has from the next slot on, and the slots where it begins.
    fn windows(&self) -> impl Iterator<Item = (u64, Vec<u8>)> {
        (self.slot..self.header.slots).step_by(WINDOW_SLOTS as usize).map_while(|first| {
            let mut bytes = vec![0; (self.header.slots - first).min(WINDOW_SLOTS) as usize * SLOT_BYTES];
            self.file.read_at(&mut bytes, first * SLOT_BYTES as u64).ok()?;
            Some((first, bytes))
        })
    }
}
