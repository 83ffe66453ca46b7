//! Where the steps of a run go on that is resumed: after the last in the store, and in the journals that are not shipped yet.

use std::collections::HashMap;
use std::path::Path;

use super::shipping;
use crate::address::Address;
use crate::error::Result;
use crate::journal::{self, EntryKind, Reader, SessionInfo, TagKind};
use crate::model::Time;
use crate::stderr;

/// Where a writer begins.
#[derive(Debug, Default)]
pub(super) struct FirstSteps {
    /// The step of the first call of each tag that names none. Tags that are not here begin with 0.
    steps: HashMap<(TagKind, String), i64>,
    /// When the session before it started, by the clock of that time.
    before: Option<Time>,
}

impl FirstSteps {
    pub(super) fn of(&self, kind: TagKind, name: &str) -> i64 {
        if self.steps.is_empty() {
            return 0;
        }
        self.steps.get(&(kind, name.to_owned())).copied().unwrap_or(0)
    }

    /// When the new session starts: sessions are in order of their starts, and a clock may have been set back, or be another machine's.
    pub(super) fn started(&self, now: Time) -> Time {
        self.before.map_or(now, |before| now.max(Time(before.0.saturating_add(1))))
    }

    /// Asks this machine's journals and the store (not for long). That the store is away is told on stderr.
    pub(super) fn of_run(info: &SessionInfo, address: &Address, journals: &Path) -> FirstSteps {
        let mut first = FirstSteps::default();
        // The journals first: what is shipped and gone before it was read is in the store when that is asked.
        for directory in journal::sessions(journals).unwrap_or_default() {
            first.read(&directory, info);
        }
        match shipping::left_off(info, address) {
            Some(Ok(known)) => {
                known.steps.into_iter().for_each(|(kind, tag, step)| first.after(kind, tag, step));
                first.before = first.before.max(known.started);
            }
            trouble => {
                let why = trouble.and_then(Result::err).map_or("it does not answer".into(), |error| error.to_string());
                stderr::tell(format_args!(
                    "ml_board: the store could not say where the steps of run {} ended, so they begin with 0 where none is named \
                     (add_scalar_at names one): {why}",
                    info.run
                ));
            }
        }
        first
    }

    /// Takes the steps of a journal, if it is one of this run and rank: those until now, for its program may go on logging, and
    /// faster than this reads.
    fn read(&mut self, directory: &Path, of: &SessionInfo) {
        let ours = |reader: &Reader| (reader.info().run, reader.info().rank) == (of.run, of.rank);
        let Some(mut reader) = Reader::open(directory).ok().filter(ours) else {
            return;
        };
        self.before = self.before.max(Some(reader.info().started));
        // What its clock said is not asked: it may have been set back since.
        let until = reader.published_until();
        while let Some(batch) = reader.read(10_000).ok().filter(|batch| !batch.entries.is_empty()) {
            for entry in batch.entries {
                if entry.position >= until {
                    return;
                }
                match entry.kind {
                    EntryKind::Scalar { tag, step, .. } => self.after(TagKind::Scalar, tag.to_string(), step),
                    EntryKind::Values { tag, step, .. } => self.after(TagKind::Histogram, tag.to_string(), step),
                    EntryKind::Image { tag, step, .. } => self.after(TagKind::Image, tag.to_string(), step),
                    _ => {}
                }
            }
        }
    }

    fn after(&mut self, kind: TagKind, tag: String, step: i64) {
        let first = self.steps.entry((kind, tag)).or_insert(0);
        *first = (*first).max(step.saturating_add(1));
    }
}
