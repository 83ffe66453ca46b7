//! The helper thread of a journal: it has the next segments ready before they are needed, and lets go of the full ones.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::checkpoint::{SPARE, spare};
use super::record::SLOT_BYTES;
use super::segment::{Header, Segment};
use super::{SessionInfo, fail};
use crate::error::{Error, ErrorKind, Result};
use crate::stderr;

/// How many segments are ready besides the one that is written.
const AHEAD: usize = 2;
/// How long it waits after a segment could not be made.
const RETRY: Duration = Duration::from_millis(500);

/// Makes segments, and hands them out.
pub(super) struct Supply {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    directory: PathBuf,
    info: SessionInfo,
    segment_bytes: usize,
    budget: u64,
    /// Bytes of the journal's files, as of the last look, and what was added to them since.
    used: AtomicU64,
    /// Bytes of files that are being written, which a look leaves out. Held by whoever changes `used`.
    promised: Mutex<u64>,
    state: Mutex<State>,
    changed: Condvar,
    /// The segments that were made and not synced since they were left. A call that began in one may still write there: it holds it.
    unsynced: Mutex<Vec<(u64, Weak<Segment>)>>,
    /// Whether it was told that calls wait.
    told: AtomicBool,
}

#[derive(Default)]
struct State {
    ready: VecDeque<Arc<Segment>>,
    full: Vec<Arc<Segment>>,
    /// Why there is no next segment. While it is set nobody waits.
    trouble: Option<Error>,
    stopped: bool,
}

impl Supply {
    /// Starts the helper for the journal in `directory`, whose first segment exists.
    pub(super) fn start(
        directory: PathBuf,
        info: SessionInfo,
        segment_bytes: usize,
        budget: u64,
        first: &Arc<Segment>,
    ) -> Result<Supply> {
        let used = AtomicU64::new(segment_bytes as u64 + SPARE);
        // Room enough that no log call makes it grow.
        let state = Mutex::new(State { full: Vec::with_capacity(64), ..State::default() });
        let shared = Arc::new(Shared {
            directory,
            info,
            segment_bytes,
            budget,
            used,
            promised: Mutex::default(),
            state,
            changed: Condvar::new(),
            unsynced: Mutex::new(vec![(first.number, Arc::downgrade(first))]),
            told: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("ml_board journal".into())
            .spawn(move || theirs.work())
            .map_err(|e| fail("cannot start the thread that prepares the segments of", &shared.directory, e))?;
        Ok(Supply { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Waits until there is a next segment, or somebody else went on to it (`left`); while none can be made, for at most so long.
    pub(super) fn wait(&self, patience: Duration, left: impl Fn() -> bool) -> Result<()> {
        let begun = Instant::now();
        let mut state = self.shared.state();
        while !left() {
            if state.stopped {
                return Err(fail("cannot go on with", &self.shared.directory, "it is closed"));
            }
            if !state.ready.is_empty() {
                break;
            }
            if let Some(trouble) = &state.trouble {
                if begun.elapsed() >= patience {
                    return Err(trouble.clone());
                }
                self.shared.tell_that_it_waits(trouble, patience);
            }
            state = self.shared.changed.wait_timeout(state, RETRY).unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }

    /// The next segment, if there is one.
    pub(super) fn take(&self) -> Option<Arc<Segment>> {
        let mut state = self.shared.state();
        if state.stopped { None } else { state.ready.pop_front() }
    }

    /// Takes a segment that is full, to unmap it: that is slow, so it should not be a log call that does it.
    pub(super) fn let_go(&self, full: Arc<Segment>) {
        self.shared.state().full.push(full);
        self.shared.changed.notify_all();
    }

    /// Takes room of the journal's budget for a file of so many bytes, which is to be written before the room is dropped.
    pub(super) fn take_room(&self, bytes: u64) -> Result<Room<'_>, NoRoom> {
        self.shared.take_room(bytes).or_else(|_| {
            // Perhaps what was stored meanwhile has made room.
            self.shared.look();
            let most = self.shared.budget.saturating_sub((AHEAD as u64 + 1) * self.shared.segment_bytes as u64 + SPARE);
            self.shared.take_room(bytes).map_err(|trouble| NoRoom { trouble, passing: bytes <= most })
        })
    }

    /// Waits a little, for there may be room then. `false`: a call that waits since `begun` is to wait no longer.
    pub(super) fn wait_for_room(&self, trouble: &Error, begun: Instant, patience: Duration) -> bool {
        let state = self.shared.state();
        if state.stopped || begun.elapsed() >= patience {
            return false;
        }
        self.shared.tell_that_it_waits(trouble, patience);
        drop(self.shared.changed.wait_timeout(state, RETRY));
        true
    }

    /// Counts the journal's files anew, after one was deleted.
    pub(super) fn look(&self) {
        self.shared.look();
    }

    /// The segments before the one that is written that are not surely on the disk, and whether all calls that wrote into each are done.
    pub(super) fn left(&self, current: u64) -> Vec<(u64, bool)> {
        let unsynced = self.shared.unsynced();
        unsynced
            .iter()
            .filter(|(number, _)| *number < current)
            .map(|(number, made)| (*number, made.strong_count() == 0))
            .collect()
    }

    /// Takes note that these were synced after they were looked at.
    pub(super) fn synced(&self, left: &[(u64, bool)]) {
        self.shared.unsynced().retain(|(number, _)| !left.contains(&(*number, true)));
    }

    /// Why the next segment cannot be made.
    pub(super) fn trouble(&self) -> Option<Error> {
        self.shared.state().trouble.clone()
    }

    /// Bytes that the journal has on the disk, about.
    pub(super) fn used(&self) -> u64 {
        self.shared.used.load(Ordering::Relaxed)
    }

    /// Hands out no more segments.
    pub(super) fn close(&self) {
        self.shared.state().stopped = true;
        self.shared.changed.notify_all();
    }

    /// Ends the helper.
    pub(super) fn stop(&self) {
        self.close();
        if let Some(thread) = self.thread().take() {
            thread.join().ok();
        }
    }

    /// Forgets the helper: in a child of a fork there is none.
    pub(super) fn forget(&self) {
        std::mem::forget(self.thread().take());
    }

    fn thread(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let mut number = 1;
        let mut state = self.state();
        while !state.stopped {
            let full: Vec<_> = state.full.drain(..).collect();
            if state.ready.len() >= AHEAD && full.is_empty() {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let wanted = state.ready.len() < AHEAD;
            drop(state);
            drop(full);
            let made = wanted.then(|| self.make(number));
            state = self.state();
            match made {
                Some(Ok(segment)) => {
                    number += 1;
                    state.trouble = None;
                    let segment = Arc::new(segment);
                    self.unsynced().push((segment.number, Arc::downgrade(&segment)));
                    state.ready.push_back(segment);
                    self.changed.notify_all();
                }
                Some(Err(trouble)) => {
                    state.trouble = Some(trouble);
                    self.changed.notify_all();
                    state = self.changed.wait_timeout(state, RETRY).unwrap_or_else(PoisonError::into_inner).0;
                }
                None => {}
            }
        }
    }

    fn make(&self, number: u64) -> Result<Segment> {
        let header = Header::new(number, self.segment_bytes, self.info.clone());
        let bytes = header.slots * SLOT_BYTES as u64;
        self.look();
        let _room = self.take_room(bytes)?;
        Segment::create(&self.directory, &header).map_err(|e| {
            fail("cannot make room for the journal in", &self.directory, e).help(
                "free space on that disk, or set ML_BOARD_HOME to another one; what is logged meanwhile is counted and lost",
            )
        })
    }

    /// Sees how much the journal has on the disk: what was stored is deleted.
    fn look(&self) {
        let _promised = self.promised();
        self.used.store(bytes_in(&self.directory), Ordering::Relaxed);
    }

    fn tell_that_it_waits(&self, trouble: &Error, patience: Duration) {
        if patience == Duration::MAX && !self.told.swap(true, Ordering::Relaxed) {
            stderr::tell(format_args!(
                "ml_board: {trouble}\nml_board: log calls wait until there is room, as `WhenFull::Block` asks."
            ));
        }
    }

    fn unsynced(&self) -> MutexGuard<'_, Vec<(u64, Weak<Segment>)>> {
        self.unsynced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn promised(&self) -> MutexGuard<'_, u64> {
        self.promised.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_room(&self, bytes: u64) -> Result<Room<'_>> {
        let mut promised = self.promised();
        let with = self.used.load(Ordering::Relaxed).saturating_add(*promised).saturating_add(bytes);
        if with <= self.budget {
            *promised += bytes;
            return Ok(Room { shared: self, bytes });
        }
        let directory = self.directory.display();
        Err(Error::new(
            ErrorKind::Journal,
            format!("the journal in {directory} has grown to its budget of {} bytes", self.budget),
        )
        .because("the store does not take what is logged as fast as it comes, or is away")
        .help("see that the store answers, or raise the budget: SummaryWriter::builder().journal_budget(bytes)"))
    }
}

/// Why there is no room for a file, and whether there may be some later.
#[derive(Debug)]
pub(super) struct NoRoom {
    pub(super) trouble: Error,
    pub(super) passing: bool,
}

/// Room for a file, until it is written and has its name. A look takes back what was not.
pub(super) struct Room<'a> {
    shared: &'a Shared,
    bytes: u64,
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        let mut promised = self.shared.promised();
        *promised -= self.bytes;
        self.shared.used.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

/// Of the files that are finished (for the others there is [`Room`]); room for a checkpoint is reckoned with whether it is taken or not.
fn bytes_in(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let finished =
        entries.filter(|entry| Path::new(&entry.file_name()).extension().is_none_or(|end| end != "new" && end != "spare"));
    finished.filter_map(|entry| entry.metadata().ok()).map(|data| data.len()).sum::<u64>() + spare(directory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::tests::info;

    #[test]
    fn room_for_a_file_that_is_being_written_is_not_given_twice() {
        let home = tempfile::tempdir().unwrap();
        let first = Arc::new(Segment::create(home.path(), &Header::new(0, 4096, info(1))).unwrap());
        let supply = Supply::start(home.path().to_path_buf(), info(1), 4096, 1 << 20, &first).unwrap();
        let room = supply.take_room(600 << 10).unwrap();
        // Another thread's look, before there is a byte of that file.
        supply.look();
        assert!(supply.take_room(600 << 10).is_err());
        // Nor does a part of it count besides.
        std::fs::write(home.path().join("00000000.value.new"), vec![0; 300 << 10]).unwrap();
        supply.look();
        assert!(supply.take_room(300 << 10).is_ok());
        drop(room);
        // It was never finished.
        assert!(supply.take_room(600 << 10).is_ok());
    }
}
