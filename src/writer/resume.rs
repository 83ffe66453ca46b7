//! Where the steps of a run go on that is resumed: after the last in the store, and in the journals that are not shipped yet.

use std::collections::HashMap;
use std::path::Path;

use super::core::now_micros;
use super::shipping;
use crate::address::Address;
use crate::error::Result;
use crate::journal::{self, EntryKind, Reader, SessionInfo, TagKind};

/// The step of the first call of each tag that names none. Tags that are not here begin with 0.
#[derive(Debug, Default)]
pub(super) struct FirstSteps(HashMap<(TagKind, String), i64>);

impl FirstSteps {
    pub(super) fn of(&self, kind: TagKind, name: &str) -> i64 {
        if self.0.is_empty() {
            return 0;
        }
        self.0.get(&(kind, name.to_owned())).copied().unwrap_or(0)
    }

    /// Asks this machine's journals and the store (not for long). That the store is away is told on stderr.
    pub(super) fn of_run(info: &SessionInfo, address: &Address, journals: &Path) -> FirstSteps {
        let mut first = FirstSteps::default();
        // The journals first: what is shipped and gone before it was read is in the store when that is asked.
        for directory in journal::sessions(journals).unwrap_or_default() {
            first.read(&directory, info);
        }
        match shipping::last_steps(info, address) {
            Some(Ok(steps)) => steps.into_iter().for_each(|(kind, tag, step)| first.after(kind, tag, step)),
            trouble => {
                let why = trouble.and_then(Result::err).map_or("it does not answer".into(), |error| error.to_string());
                eprintln!(
                    "ml_board: the store could not say where the steps of run {} ended, so they begin with 0 where none is named \
                     (add_scalar_at names one): {why}",
                    info.run
                );
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
        let now = now_micros();
        while let Some(batch) = reader.read(10_000).ok().filter(|batch| !batch.entries.is_empty()) {
            for entry in batch.entries {
                if entry.wall_micros > now {
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
        let first = self.0.entry((kind, tag)).or_insert(0);
        *first = (*first).max(step.saturating_add(1));
    }
}
