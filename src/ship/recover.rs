//! Journals whose writer is dead: what they still hold is shipped by whoever comes next.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::session::Session;
use crate::error::{Error, Result};
use crate::journal::{self, Claim, Reader, SessionInfo};
use crate::store::{self, Address, Store};

/// How much is taken before it is flushed, by its weight in memory.
const FLUSH: usize = 24 << 20;
const PAUSES: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2)];

/// Which journals to ship.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    /// Those that go to this store.
    Target(&'a Address),
    /// All, each to its own store; the address that is known gives its credentials to the one it names.
    All {
        /// What the person's settings resolve to.
        known: Option<&'a Address>,
    },
}

/// What became of the journals that were found.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    /// How many were shipped whole and removed.
    pub(crate) sessions: usize,
    /// How many points were stored by that.
    pub(crate) points: u64,
    /// How many belong to a program that lives, or are being shipped by somebody else.
    pub(crate) live: usize,
    /// Those that could not be shipped, and why. They stay.
    pub(crate) left: Vec<(PathBuf, Error)>,
}

impl Recovered {
    /// Takes what became of those of another place.
    pub(crate) fn add(&mut self, other: Recovered) {
        self.sessions += other.sessions;
        self.points += other.points;
        self.live += other.live;
        self.left.extend(other.left);
    }
}

/// A step forward, to be told to a person.
#[derive(Debug, Clone)]
pub(crate) struct Progress<'a> {
    /// The journal that is being shipped.
    pub(crate) info: &'a SessionInfo,
    /// Points of it stored so far.
    pub(crate) points: u64,
    /// Bytes of it that are not read yet.
    pub(crate) pending_bytes: u64,
}

/// Ships the journals under `journals` whose writers are dead, and waits for each. Trouble with one does not hinder the others.
///
/// # Errors
/// If the directory cannot be listed.
pub(crate) fn recover(journals: &Path, which: Which<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Recovered> {
    let mut recovered = Recovered::default();
    let mut stores: BTreeMap<String, Result<Arc<Store>>> = BTreeMap::new();
    for directory in journal::sessions(journals)? {
        let mut tell = |info: &SessionInfo, points, pending_bytes| progress(Progress { info, points, pending_bytes });
        match one(&directory, which, &mut stores, &mut tell) {
            Ok(Some(Found::Shipped(points))) => {
                recovered.sessions += 1;
                recovered.points += points;
            }
            Ok(Some(Found::Live)) => recovered.live += 1,
            Ok(None) => {}
            Err(error) => recovered.left.push((directory, error)),
        }
    }
    Ok(recovered)
}

enum Found {
    Shipped(u64),
    Live,
}

/// Ships one journal; `None` if it goes elsewhere or is gone.
fn one(
    directory: &Path,
    which: Which<'_>,
    stores: &mut BTreeMap<String, Result<Arc<Store>>>,
    tell: &mut dyn FnMut(&SessionInfo, u64, u64),
) -> Result<Option<Found>> {
    let alive = journal::owner_alive(directory)?;
    let Some(_claim) = (if alive { None } else { Claim::try_claim(directory)? }) else {
        return Ok(directory.exists().then_some(Found::Live));
    };
    let info = Reader::open(directory)?.info().clone();
    let known = match which {
        Which::Target(address) if address.target() != info.target => return Ok(None),
        Which::Target(address) => Some(address),
        Which::All { known } => known,
    };
    let open = || Address::of_target(&info.target, known).and_then(|address| store::open(&address));
    let store = stores.entry(info.target.clone()).or_insert_with(open).clone()?;
    let mut pauses = PAUSES.iter();
    loop {
        match ship(directory, &store, tell) {
            Ok(points) => return Ok(Some(Found::Shipped(points))),
            Err(error) => match pauses.next() {
                Some(pause) => std::thread::sleep(*pause),
                None => return Err(error),
            },
        }
    }
}

/// Ships a dead journal from where it was acknowledged to its end, and removes it.
fn ship(directory: &Path, store: &Store, tell: &mut dyn FnMut(&SessionInfo, u64, u64)) -> Result<u64> {
    let mut reader = Reader::open(directory)?;
    let info = reader.info().clone();
    let mut session = Session::open(store.writing(), info.clone())?;
    let mut max = 256;
    loop {
        let before = session.weight();
        let complete = session.take(&mut reader, max)?.complete;
        max = if session.weight() - before > 4 << 20 { (max / 4).max(4) } else { (max * 2).min(1 << 15) };
        if complete || session.weight() >= FLUSH {
            session.flush(store.writing())?;
            reader.acknowledge(session.taken())?;
            tell(&info, session.stored_points(), reader.pending());
        }
        if complete {
            reader.remove()?;
            return Ok(session.stored_points());
        }
    }
}
