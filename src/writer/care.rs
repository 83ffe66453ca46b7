//! One thread of the process looks after its writers' journals, so that no log call has to: it keeps the pages that come next at hand,
//! syncs what was written to the disk, and records what logging costs.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::core::{Core, now_micros};
use super::live;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::Journal;
use crate::stderr;

/// How often it looks.
const TICK: Duration = Duration::from_millis(500);
/// How often costs are recorded.
const COSTS: Duration = Duration::from_secs(10);
/// How often files are made to look young. What cleans temporary directories takes what is days old.
const YOUNG: Duration = Duration::from_secs(60 * 60);
/// The least that is kept at hand: 2048 points.
const AHEAD: usize = 64 << 10;

/// The thread, and the process that it belongs to: a child of a fork has none.
static CARER: Mutex<Option<(u32, Thread)>> = Mutex::new(None);

/// Sees that somebody looks after the writers of this process.
pub(super) fn start() -> Result<()> {
    let mut carer = CARER.lock().unwrap_or_else(PoisonError::into_inner);
    let us = std::process::id();
    match carer.as_ref().filter(|(process, _)| *process == us) {
        Some((_, thread)) => thread.unpark(),
        None => {
            let new = thread::Builder::new().name("ml_board care".into()).spawn(work).map_err(|e| {
                Error::new(ErrorKind::Journal, "the thread that syncs the journal could not be started").because(e)
            })?;
            *carer = Some((us, new.thread().clone()));
        }
    }
    Ok(())
}

fn work() {
    loop {
        let writers = live::all();
        if writers.is_empty() {
            thread::park();
        }
        writers.iter().for_each(|core| core.care.look(core));
        drop(writers);
        thread::sleep(TICK);
    }
}

/// What is to be done for one writer, and when.
pub(super) struct Care {
    sync_interval: Duration,
    done: Mutex<Done>,
}

/// The bytes that were recorded when it looked last, when it synced last, and when it told the costs; when files were young.
struct Done {
    seen: u64,
    synced: (u64, Instant),
    told: (u64, Instant),
    young: Instant,
    /// Whether it was said that the disk fails.
    said: bool,
}

impl Care {
    pub(super) fn new(sync_interval: Duration) -> Care {
        let now = Instant::now();
        Care { sync_interval, done: Mutex::new(Done { seen: 0, synced: (0, now), told: (0, now), young: now, said: false }) }
    }

    fn look(&self, core: &Core) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = core.journal.recorded_bytes();
        let news = bytes.saturating_sub(done.seen);
        done.seen = bytes;
        if bytes != done.synced.0 && done.synced.1.elapsed() >= self.sync_interval {
            done.sync(&core.journal);
            done.synced = (bytes, Instant::now());
        }
        if news > 0 {
            core.journal.touch_ahead(AHEAD.max(2 * usize::try_from(news).unwrap_or(usize::MAX / 2)));
        }
        if bytes != done.told.0 && done.told.1.elapsed() >= COSTS {
            core.journal.costs(now_micros(), &core.costs(&core.shipping.status())).ok();
            done.told = (core.journal.recorded_bytes(), Instant::now());
        }
        if done.young.elapsed() >= YOUNG {
            core.journal.keep_young();
            done.young = Instant::now();
        }
    }
}

impl Done {
    fn sync(&mut self, journal: &Journal) {
        if let Err(error) = journal.sync()
            && !std::mem::replace(&mut self.said, true)
        {
            stderr::tell(format_args!(
                "ml_board: {error}\nml_board: what is logged survives the program's death, but perhaps not the machine's."
            ));
        }
    }
}
