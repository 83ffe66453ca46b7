//! Where the steps of a run go on that is resumed: after the last in the store, and in the journals that are not shipped yet.

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use crate::error::Result;
use crate::journal::{self, EntryKind, Reader, SessionInfo, TagKind};
use crate::model::RunId;
use crate::store::{self, Address};

/// How long the store is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

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

    /// Asks the store (not for long) and this machine's journals. That the store is away is told on stderr.
    pub(super) fn of_run(info: &SessionInfo, address: &Address, journals: &Path) -> FirstSteps {
        let mut first = FirstSteps::default();
        match ask(info.clone(), address.clone()) {
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
        for directory in journal::sessions(journals).unwrap_or_default() {
            first.read(&directory, info.run);
        }
        first
    }

    /// Takes the steps of a journal, if it is one of this run.
    fn read(&mut self, directory: &Path, run: RunId) {
        let Some(mut reader) = Reader::open(directory).ok().filter(|reader| reader.info().run == run) else {
            return;
        };
        while let Some(batch) = reader.read(10_000).ok().filter(|batch| !batch.entries.is_empty()) {
            for entry in batch.entries {
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

type LastSteps = Vec<(TagKind, String, i64)>;

/// The last steps in the store; `None` if it does not answer in time.
fn ask(info: SessionInfo, address: Address) -> Option<Result<LastSteps>> {
    let (answer, steps) = sync_channel(1);
    let work = move || {
        let place = store::Place { database: &info.database, folder: &info.folder };
        let steps = store::open(&address).and_then(|store| store.writing().last_steps(place, info.run));
        let kind = |kind: &str| match kind {
            "histogram" => Some(TagKind::Histogram),
            "image" => Some(TagKind::Image),
            "scalar" => Some(TagKind::Scalar),
            _ => None,
        };
        let steps =
            steps.map(|steps| steps.into_iter().filter_map(|(word, tag, step)| Some((kind(&word)?, tag, step))).collect());
        answer.send(steps).ok()
    };
    std::thread::Builder::new().name("ml_board resume".into()).spawn(work).ok()?;
    steps.recv_timeout(PATIENCE).ok()
}
