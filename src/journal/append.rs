//! Writing a journal: the half that the training loop calls.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fs;
use std::io::{ErrorKind as ErrorOf, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::{ArcSwap, Guard};

use super::entry::Pixels;
use super::lock::Owner;
use super::map::{count_forks, forks};
use super::record::{self, Aside, Kind, Long, Short, TagData, put_image, put_values, slots_of};
use super::segment::{Header, Segment, aside_path, path_of, sync_file};
use super::supply::{NoRoom, Supply};
use super::tags::Tag;
use super::{SessionInfo, checkpoint, fail};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Costs, Origin, Status, Value};

/// Data longer than this lies in a file of its own.
const LONGEST_INSIDE: usize = 256 << 10;

/// How much lies in files of their own before their segment is left.
const ASIDES: u64 = 256 << 20;

/// How long the end of a session waits for room.
const PATIENCE: Duration = Duration::from_secs(2);

/// The longest text: with its tag, it is one document of a MongoDB, which takes 16 MiB.
const LONGEST_TEXT: usize = 14 << 20;
/// The longest value of a parameter: all of a run's lie in one document.
const LONGEST_PARAM: usize = 1 << 20;
/// How deep lists may lie in lists: a reader of JSON stops at some depth.
const DEEPEST_PARAM: usize = 32;

/// What a log call does when there is no room: the disk is full, or the journal's budget is used up while the store is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WhenFull {
    /// It is rejected at once: what is logged until there is room again is lost, counted in `stats()`, and told once on stderr.
    #[default]
    DropNewest,
    /// It waits until there is room; training waits with it. That it waits is told on stderr, once.
    Block,
}

/// How a journal is laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    /// The size of a segment.
    pub(crate) segment_bytes: usize,
    /// The most that the journal may take of the disk.
    pub(crate) budget: u64,
    pub(crate) when_full: WhenFull,
}

impl Default for Layout {
    fn default() -> Layout {
        Layout { segment_bytes: 4 << 20, budget: 4 << 30, when_full: WhenFull::DropNewest }
    }
}

/// A journal that is written, by any number of threads.
///
/// Every method that records returns when the record is in the file (of which the system keeps the pages, whatever becomes of this
/// process). It waits only where the next segment is not ready yet. An error means that nothing was recorded.
pub(crate) struct Journal {
    directory: PathBuf,
    current: ArcSwap<Segment>,
    supply: Supply,
    longest_inside: usize,
    /// With so many bytes in files of their own a segment is left: they are deleted with it, when all of it is stored.
    asides_a_segment: u64,
    asides_bytes: AtomicU64,
    /// How long a call waits for room.
    patience: Duration,
    /// How often the process had been forked when the journal was made.
    forks: u32,
    /// Bytes that records took in segments that were left, and in files of their own.
    left_bytes: AtomicU64,
    /// The longest that a call waited for a segment.
    longest_wait_nanos: AtomicU64,
    /// Held by the call that goes on to the next segment.
    turn: Mutex<()>,
    /// How many files of their own were begun, and those that were not synced yet.
    asides: AtomicU64,
    unsynced_asides: Mutex<Vec<u64>>,
    /// Held while it is synced.
    syncing: Mutex<()>,
    owner: Mutex<Option<Owner>>,
}

impl Journal {
    /// Makes the journal of a session in the directory `place`, which is made if need be.
    pub(crate) fn create(place: &Path, info: SessionInfo, layout: Layout) -> Result<Journal> {
        count_forks();
        let directory = place.join(info.session.to_string());
        // It gets its name when it is whole and owned, so that nobody takes it for one whose owner died.
        let unfinished = place.join(format!("{}.new", info.session));
        let failed =
            |e| fail("cannot make the journal", &directory, e).help("set ML_BOARD_HOME to a directory that can be written");
        fs::create_dir_all(&unfinished).map_err(failed)?;
        let owner = Owner::take(&unfinished, &directory)?;
        let header = Header::new(0, layout.segment_bytes, info.clone());
        let longest_inside = LONGEST_INSIDE.min((header.slots - header.first) as usize * record::SLOT_BYTES / 4);
        let first = Segment::create(&unfinished, &header).and_then(|first| {
            checkpoint::keep_room(&unfinished);
            fs::rename(&unfinished, &directory)?;
            Ok(first)
        });
        let first = first.map_err(|e| {
            fs::remove_dir_all(&unfinished).ok();
            failed(e)
        })?;
        let first = Arc::new(first);
        Ok(Journal {
            supply: Supply::start(directory.clone(), info, layout.segment_bytes, layout.budget, &first)?,
            current: ArcSwap::new(first),
            directory,
            longest_inside,
            asides_a_segment: ASIDES.min(layout.budget / 4),
            asides_bytes: AtomicU64::new(0),
            patience: if layout.when_full == WhenFull::Block { Duration::MAX } else { Duration::ZERO },
            forks: forks(),
            left_bytes: AtomicU64::new(0),
            longest_wait_nanos: AtomicU64::new(0),
            turn: Mutex::default(),
            asides: AtomicU64::new(0),
            unsynced_asides: Mutex::default(),
            syncing: Mutex::default(),
            owner: Mutex::new(Some(owner)),
        })
    }

    /// Where it lies.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Bytes that it has on the disk, about.
    pub(crate) fn bytes(&self) -> u64 {
        self.supply.used()
    }

    /// Bytes that were recorded since it was made.
    pub(crate) fn recorded_bytes(&self) -> u64 {
        self.left_bytes.load(Ordering::Relaxed) + self.current.load().used_bytes()
    }

    /// The longest that a call waited for the next segment.
    pub(crate) fn longest_wait_nanos(&self) -> u64 {
        self.longest_wait_nanos.load(Ordering::Relaxed)
    }

    /// Why there is no room for the next segment, if there is none.
    pub(crate) fn trouble(&self) -> Option<Error> {
        self.supply.trouble()
    }

    /// Sees that the next so many bytes of the segment are at hand, writable: the system takes the pages away again when it has
    /// written them to the disk, and a log call would have to wait for each.
    pub(crate) fn touch_ahead(&self, bytes: usize) {
        if !self.is_inherited() {
            self.current.load().touch_ahead(bytes);
        }
    }

    /// Whether this process is a child of the one that made the journal. Then it is not this process's to write.
    pub(crate) fn is_inherited(&self) -> bool {
        forks() != self.forks
    }

    /// Records one point of a scalar, and says in which slot of its segment.
    #[inline]
    pub(crate) fn scalar(&self, tag: &Tag, wall_micros: i64, step: i64, value: f64) -> Result<u64> {
        self.short(tag, &Short { kind: Kind::Scalar, tag: tag.id, wall_micros, step, value })
    }

    /// A call that takes a slot, and sleeps or dies before it writes.
    #[cfg(test)]
    pub(crate) fn hold(&self) {
        self.current.load().reserve(1);
    }

    /// The segment, as a call that writes into it holds it.
    #[cfg(test)]
    pub(crate) fn busy(&self) -> Arc<impl Sized + use<>> {
        self.current.load_full()
    }

    /// The segments that were left and are not surely on the disk.
    #[cfg(test)]
    pub(crate) fn unsynced(&self) -> Vec<u64> {
        self.supply.left(self.current.load().number).into_iter().map(|(number, _)| number).collect()
    }

    /// Records one value of the run's histogram of this tag.
    pub(crate) fn sample(&self, tag: &Tag, wall_micros: i64, value: f64) -> Result<()> {
        self.short(tag, &Short { kind: Kind::Sample, tag: tag.id, wall_micros, step: 0, value }).map(drop)
    }

    /// Records the values of one histogram.
    pub(crate) fn values(&self, tag: &Tag, wall_micros: i64, step: i64, values: impl Iterator<Item = f64>) -> Result<()> {
        self.tagged(Kind::Values, tag, wall_micros, |data| put_values(data, step, values))
    }

    /// Records an image.
    pub(crate) fn image(&self, tag: &Tag, wall_micros: i64, step: i64, pixels: &Pixels) -> Result<()> {
        self.tagged(Kind::Image, tag, wall_micros, |data| put_image(data, step, pixels))
    }

    /// Records a text.
    pub(crate) fn text(&self, tag: &str, wall_micros: i64, step: Option<i64>, text: &str) -> Result<()> {
        if text.len() > LONGEST_TEXT {
            return Err(too_long(format!("a text of {} bytes", text.len()), LONGEST_TEXT));
        }
        self.long(Kind::Text, None, wall_micros, &record::text_data(tag, step, text), self.patience)
    }

    /// Records a hyperparameter.
    pub(crate) fn param(&self, wall_micros: i64, name: &str, value: &Value) -> Result<()> {
        if depth(value) > DEEPEST_PARAM {
            return Err(Error::new(
                ErrorKind::Input,
                format!("the value of the parameter `{name}` is a list of lists, more than {DEEPEST_PARAM} deep"),
            )
            .help("log what is nested so deep as a text"));
        }
        let data = record::param_data(name, value);
        if data.len() > LONGEST_PARAM {
            return Err(too_long(format!("the value of the parameter `{name}`, of {} bytes,", data.len()), LONGEST_PARAM));
        }
        self.long(Kind::Param, None, wall_micros, &data, self.patience)
    }

    /// Records that a thread of the program panicked; `last` if that will end the program unless somebody catches it.
    pub(crate) fn panicked(&self, wall_micros: i64, how: &str, last: bool) -> Result<()> {
        self.long(Kind::Panicked, None, wall_micros, &record::json(&(how, last)), Duration::ZERO)
    }

    /// Records where the session came from.
    pub(crate) fn origin(&self, wall_micros: i64, origin: &Origin) -> Result<()> {
        self.long(Kind::Origin, None, wall_micros, &record::json(origin), Duration::ZERO)
    }

    /// Records what logging cost so far.
    pub(crate) fn costs(&self, wall_micros: i64, costs: &Costs) -> Result<()> {
        self.long(Kind::Costs, None, wall_micros, &record::json(costs), Duration::ZERO)
    }

    /// Records the end of the session. Every call after it fails.
    pub(crate) fn end(&self, wall_micros: i64, status: Status, how: Option<&str>) -> Result<()> {
        self.owned()?;
        let data = record::end_data(status, how);
        let record = Long { kind: Kind::End, aside: false, tag: 0, wall_micros, data: &data };
        loop {
            let segment = self.current.load();
            // It takes the rest of the segment, and there is no other: so it is the last, whoever calls meanwhile.
            if let Some((slots, slot)) = slots_of(data.len()).and_then(|slots| Some((slots, segment.reserve_last(slots)?))) {
                segment.write_long(slot, slots, &record);
                break;
            }
            self.advance(segment, PATIENCE)?;
        }
        self.supply.close();
        Ok(())
    }

    /// Ends its thread and gives up its lock: whoever finds it may ship it. Every call after it fails, also where the end had no room.
    pub(crate) fn release(&self) {
        self.supply.stop();
        {
            // Nobody can go on to a segment any more, and none of the last one is left.
            let _turn = held(&self.turn);
            self.current.load().leave();
        }
        if let Some(owner) = held(&self.owner).take() {
            owner.give_up();
        }
    }

    /// Waits until all that was recorded before is on the disk, so that it survives the machine's death, too.
    pub(crate) fn sync(&self) -> Result<()> {
        self.owned()?;
        let failed = |e| fail("cannot sync the journal", &self.directory, e);
        let _turn = held(&self.syncing);
        let current = self.current.load_full();
        let asides = std::mem::take(&mut *held(&self.unsynced_asides));
        for (i, aside) in asides.iter().enumerate() {
            sync_file(&aside_path(&self.directory, *aside)).map_err(|e| {
                held(&self.unsynced_asides).extend(&asides[i..]);
                failed(e)
            })?;
        }
        // Whether they are done is asked before the first is synced: what is written later is of the next time.
        let left = self.supply.left(current.number);
        left.iter().try_for_each(|(number, _)| sync_file(&path_of(&self.directory, *number))).map_err(failed)?;
        self.supply.synced(&left);
        current.sync_used().map_err(failed)?;
        #[cfg(unix)]
        sync_file(&self.directory).map_err(failed)?;
        Ok(())
    }

    /// Sees that no file of it looks old: what cleans temporary directories would take it, or the lock that nobody writes.
    pub(crate) fn keep_young(&self) {
        let now = SystemTime::now();
        for entry in fs::read_dir(&self.directory).into_iter().flatten().flatten() {
            fs::File::open(entry.path()).and_then(|file| file.set_modified(now)).ok();
        }
    }

    /// An error in a child of the process that made it.
    pub(crate) fn owned(&self) -> Result<()> {
        if self.is_inherited() {
            return Err(Error::new(
                ErrorKind::Journal,
                "this process is a fork of the one that made the writer, whose it stays: here it cannot log, sync or close",
            )
            .help("make a SummaryWriter of its own in each process (builder().rank(…) for the processes of one run)"));
        }
        Ok(())
    }

    #[inline]
    fn short(&self, tag: &Tag, record: &Short) -> Result<u64> {
        self.owned()?;
        loop {
            let segment = self.current.load();
            if self.declare(tag, &segment)
                && let Some(slot) = segment.reserve(1)
            {
                segment.write_short(slot, record);
                tag.logged.fetch_add(1, Ordering::Relaxed);
                return Ok(slot);
            }
            self.advance(segment, self.patience)?;
        }
    }

    fn tagged(&self, kind: Kind, tag: &Tag, wall_micros: i64, put: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        with_scratch(|data| {
            put(data);
            self.long(kind, Some(tag), wall_micros, data, self.patience)
        })
    }

    fn long(&self, kind: Kind, tag: Option<&Tag>, wall_micros: i64, data: &[u8], patience: Duration) -> Result<()> {
        self.owned()?;
        let number = tag.map_or(0, |tag| tag.id);
        if data.len() > self.longest_inside {
            let bytes = data.len() as u64;
            let aside = self.put_aside(data, patience)?;
            let data = record::json(&aside);
            let placed = self.place(&Long { kind, aside: true, tag: number, wall_micros, data: &data }, tag, patience);
            placed.inspect_err(|_| self.drop_aside(&aside))?;
            if self.asides_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes >= self.asides_a_segment {
                self.asides_bytes.store(0, Ordering::Relaxed);
                self.current.load().leave();
            }
            return Ok(());
        }
        self.place(&Long { kind, aside: false, tag: number, wall_micros, data }, tag, patience)
    }

    fn place(&self, record: &Long<'_>, tag: Option<&Tag>, patience: Duration) -> Result<()> {
        loop {
            let segment = self.current.load();
            if tag.is_none_or(|tag| self.declare(tag, &segment)) && put(&segment, record) {
                tag.map(|tag| tag.unnumbered.fetch_add(1, Ordering::Relaxed));
                return Ok(());
            }
            self.advance(segment, patience)?;
        }
    }

    /// Sees that the segment has the tag's record, before any that names it. `false` if there is no room left.
    #[inline]
    fn declare(&self, tag: &Tag, segment: &Segment) -> bool {
        tag.declared.load(Ordering::Acquire) > segment.number || self.first_in(tag, segment)
    }

    #[cold]
    fn first_in(&self, tag: &Tag, segment: &Segment) -> bool {
        let mark = segment.number + 1;
        let about = TagData {
            kind: tag.kind,
            name: Cow::Borrowed(&tag.name),
            next_ordinal: tag.logged.load(Ordering::Relaxed),
            next_step: tag.peek_step(),
        };
        let mut data = held(&tag.record);
        data.clear();
        record::put_json(&mut data, &about);
        let done = put(segment, &Long { kind: Kind::Tag, aside: false, tag: tag.id, wall_micros: 0, data: &data });
        if done {
            tag.declared.fetch_max(mark, Ordering::Release);
        }
        done
    }

    /// Goes on to the segment after `full`, if nobody has yet.
    #[cold]
    fn advance(&self, full: Guard<Arc<Segment>>, patience: Duration) -> Result<()> {
        let begun = Instant::now();
        let left = || self.current.load().number != full.number;
        while !left() {
            // Nobody holds the turn while it waits: a call with less patience must not wait for one with more.
            self.supply.wait(patience, left)?;
            let _turn = held(&self.turn);
            if !left()
                && let Some(next) = self.supply.take()
            {
                self.left_bytes.fetch_add(full.used_bytes(), Ordering::Relaxed);
                self.current.store(next);
            }
        }
        self.supply.let_go(Guard::into_inner(full));
        let waited = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.longest_wait_nanos.fetch_max(waited, Ordering::Relaxed);
        Ok(())
    }

    /// Writes data into a file of its own, whole before it has its name.
    fn put_aside(&self, data: &[u8], patience: Duration) -> Result<Aside> {
        let number = self.asides.fetch_add(1, Ordering::Relaxed);
        let path = aside_path(&self.directory, number);
        let unfinished = path.with_added_extension("new");
        let write = || {
            let _room = self.supply.take_room(data.len() as u64)?;
            let file = fs::File::create(&unfinished).and_then(|mut file| file.write_all(data));
            file.and_then(|()| fs::rename(&unfinished, &path)).map_err(|e| {
                fs::remove_file(&unfinished).ok();
                let passing = matches!(e.kind(), ErrorOf::StorageFull | ErrorOf::QuotaExceeded);
                let trouble = fail("cannot write", &path, e).help("free space on that disk, or set ML_BOARD_HOME to another one");
                NoRoom { trouble, passing }
            })
        };
        let begun = Instant::now();
        while let Err(NoRoom { trouble, passing }) = write() {
            // What lies in files of their own goes with the segment that names them, and only when that was left.
            if self.asides_bytes.swap(0, Ordering::Relaxed) > 0 {
                self.current.load().leave();
            }
            if !(passing && self.supply.wait_for_room(&trouble, begun, patience)) {
                return Err(trouble);
            }
        }
        held(&self.unsynced_asides).push(number);
        self.left_bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
        Ok(Aside { number, bytes: data.len() as u64, crc: crc32c::crc32c(data) })
    }

    /// Deletes a file that no record came to name: nobody would, and it would take room for ever.
    fn drop_aside(&self, aside: &Aside) {
        held(&self.unsynced_asides).retain(|number| *number != aside.number);
        fs::remove_file(aside_path(&self.directory, aside.number)).ok();
        self.supply.look();
        self.left_bytes.fetch_sub(aside.bytes, Ordering::Relaxed);
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if self.is_inherited() {
            self.supply.forget();
        } else {
            self.supply.stop();
        }
    }
}

/// Memory of this thread's own that is used again: only its first call with so many values allocates.
fn with_scratch<T>(work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    thread_local! {
        static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    /// What a large value took beyond this is given back.
    const KEPT: usize = 1 << 20;
    let mut data = SCRATCH.try_with(RefCell::take).unwrap_or_default();
    let done = work(&mut data);
    data.clear();
    data.shrink_to(KEPT);
    SCRATCH.try_with(|scratch| scratch.replace(data)).ok();
    done
}

/// How many lists lie within one another.
fn depth(value: &Value) -> usize {
    let Value::List(values) = value else { return 0 };
    1 + values.iter().map(depth).max().unwrap_or_default()
}

fn too_long(what: String, most: usize) -> Error {
    Error::new(ErrorKind::Input, format!("{what} is longer than {} MiB, and cannot be logged", most >> 20))
        .help("log it in parts, or keep it in a file and log where that is")
}

/// Puts a long record into a segment; `false` if there is no room left.
fn put(segment: &Segment, record: &Long<'_>) -> bool {
    let Some((slots, slot)) = slots_of(record.data.len()).and_then(|slots| Some((slots, segment.reserve(slots)?))) else {
        return false;
    };
    segment.write_long(slot, slots, record);
    true
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
