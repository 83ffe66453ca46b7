//! Shipping by a thread of this process.

use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use super::LeftOff;
use crate::address::Address;
use crate::error::Result;
use crate::journal::{self, Options, SessionInfo, TagKind};
use crate::ship::{self, Which};
use crate::store;

pub(in super::super) use crate::ship::{Shipper as Shipping, Watch};
pub(in super::super) use crate::store::check;

/// How long the store is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Ships the journal in this directory from now on.
pub(in super::super) fn start(journal: &Path, address: &Address, options: Options) -> Result<Shipping> {
    Shipping::start(journal.to_path_buf(), address.clone(), options)
}

/// Ships what dead programs left for the same store, on a thread that nobody waits for.
pub(in super::super) fn recover(journals: PathBuf, address: Address) {
    let work = move || {
        journal::sweep(&journals);
        drop(ship::recover(&journals, Which::Target(&address), &mut |_| {}));
    };
    // Without a thread to do it, the next writer or `ml_board sync` will.
    drop(std::thread::Builder::new().name("ml_board recover".into()).spawn(work));
}

/// Where the store has it that a run left off; `None` if it does not answer in time.
pub(in super::super) fn left_off(info: &SessionInfo, address: &Address) -> Option<Result<LeftOff>> {
    let (answer, told) = sync_channel(1);
    let (info, address) = (info.clone(), address.clone());
    let work = move || {
        let place = store::Place { database: &info.database, folder: &info.folder };
        let known = store::open(&address).and_then(|store| store.writing().left_off(place, info.run, info.rank));
        let kind = |kind: &str| match kind {
            "histogram" => Some(TagKind::Histogram),
            "image" => Some(TagKind::Image),
            "scalar" => Some(TagKind::Scalar),
            _ => None,
        };
        let known = known.map(|known| LeftOff {
            steps: known.steps.into_iter().filter_map(|(word, tag, step)| Some((kind(&word)?, tag, step))).collect(),
            started: known.started,
        });
        answer.send(known).ok()
    };
    std::thread::Builder::new().name("ml_board resume".into()).spawn(work).ok()?;
    told.recv_timeout(PATIENCE).ok()
}
