//! Reading by way of what is known already: [`Read`] as views are gathered by it, answered from the folders that open boards follow.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::folder::{FRESH, Folder};
use crate::error::Result;
use crate::model::{HistogramBins, ImageInfo, Outline, Run, RunId, Series, Thought};
use crate::query::{Condition, Filter, Matcher};
use crate::render::choose;
use crate::store::Store;
use crate::store::documents::Chunk;
use crate::store::follow::Follow as _;
use crate::store::read::{Kind, Place, Read};

/// How old the runs of folders beside the view's own may be.
const BESIDE: Duration = Duration::from_secs(3);
/// Whether there are new thoughts in them is asked so often: with the way of a thought to the store and that of the page to us, it is on the
/// page within two seconds.
const TOLD: Duration = Duration::from_millis(450);
/// What no count tells of them (a thought that a person edited) is read so often.
pub(super) const ANEW: Duration = Duration::from_secs(15);
/// Bytes of images that are kept: more than one output reads, or each time it is composed it would read all of them again.
const BLOBS: usize = choose::IMAGE_READ + (32 << 20);

pub(super) fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Store, database and folder.
type Key = (String, String, String);
/// A folder, and the connection that it reads by.
type Followed = (Arc<Store>, Arc<Mutex<Folder>>);
/// Store, database and folders.
type Several = (String, String, Vec<String>);

/// What all boards of an engine have read.
#[derive(Default)]
pub(super) struct Known {
    folders: Mutex<HashMap<Key, Followed>>,
    thoughts: Mutex<HashMap<Several, Thoughts>>,
    told: Mutex<HashMap<(String, String), Told>>,
    blobs: Mutex<Blobs>,
}

#[derive(Clone)]
struct Thoughts {
    read: Instant,
    /// The counters of the folders at that time.
    texts: Vec<i64>,
    thoughts: Arc<Vec<Thought>>,
}

/// How many thoughts the folders of a database have.
#[derive(Clone)]
struct Told {
    asked: Instant,
    pulse: Option<i64>,
    by_folder: Arc<BTreeMap<String, i64>>,
}

#[derive(Default)]
struct Blobs {
    by_hash: HashMap<String, Arc<Vec<u8>>>,
    bytes: usize,
}

impl Known {
    pub(super) fn folder(&self, handle: &str, store: &Arc<Store>, place: Place<'_>) -> Arc<Mutex<Folder>> {
        let key = (handle.to_owned(), place.database.to_owned(), place.folder.to_owned());
        let mut folders = locked(&self.folders);
        if let Some((of, folder)) = folders.get(&key)
            && Arc::ptr_eq(of, store)
        {
            return Arc::clone(folder);
        }
        // Another connection, perhaps by another user: nothing of the old one's is told.
        let folder = Arc::new(Mutex::new(Folder::new(Arc::clone(store), place)));
        folders.insert(key, (Arc::clone(store), Arc::clone(&folder)));
        folder
    }

    /// How many thoughts the folders of a database have.
    pub(super) fn told(&self, handle: &str, store: &Store, database: &str) -> Result<Arc<BTreeMap<String, i64>>> {
        let key = (handle.to_owned(), database.to_owned());
        let known = locked(&self.told).get(&key).cloned();
        if let Some(told) = known.as_ref().filter(|told| told.asked.elapsed() < TOLD) {
            return Ok(Arc::clone(&told.by_folder));
        }
        let (asked, pulse) = (Instant::now(), store.pulse()?);
        let by_folder = match known.filter(|told| pulse.is_some() && told.pulse == pulse) {
            Some(told) => told.by_folder,
            None => Arc::new(store.told(database)?),
        };
        locked(&self.told).insert(key, Told { asked, pulse, by_folder: Arc::clone(&by_folder) });
        Ok(by_folder)
    }

    /// Lets go of folders that no view is of any more.
    pub(super) fn keep(&self, wanted: &HashSet<Key>) {
        locked(&self.folders).retain(|key, _| wanted.contains(key));
        let mut thoughts = locked(&self.thoughts);
        let in_use = |handle: &str, database: &str| wanted.iter().any(|key| key.0 == handle && key.1 == database);
        thoughts.retain(|(handle, database, _), _| in_use(handle, database));
        locked(&self.told).retain(|(handle, database), _| in_use(handle, database));
    }
}

/// A store as the views of open boards read it.
pub(super) struct Following {
    pub(super) known: Arc<Known>,
    pub(super) handle: String,
    pub(super) store: Arc<Store>,
    /// Databases and folders that the view is about.
    pub(super) own: HashSet<(String, String)>,
    /// Whether points are read anew: for a cell, which shows what is stored now, whoever corrected it.
    pub(super) anew: bool,
}

impl Following {
    fn with<T>(&self, place: Place<'_>, work: impl FnOnce(&mut Folder) -> Result<T>) -> Result<T> {
        let folder = self.known.folder(&self.handle, &self.store, place);
        let mut folder = locked(&folder);
        folder.look(self.age(place))?;
        work(&mut folder)
    }

    fn age(&self, place: Place<'_>) -> Duration {
        if self.is_own(place) { FRESH } else { BESIDE }
    }

    fn is_own(&self, place: Place<'_>) -> bool {
        self.own.contains(&(place.database.to_owned(), place.folder.to_owned()))
    }
}

impl Read for Following {
    fn databases(&self) -> Result<Vec<String>> {
        self.store.databases()
    }

    fn folders(&self, database: &str) -> Result<Vec<String>> {
        self.store.folders(database)
    }

    fn runs(&self, place: Place<'_>, filter: &Filter) -> Result<Vec<Run>> {
        if !filter.mongo_queries().is_empty() {
            // Only the server knows which runs it holds for.
            return self.store.runs(place, filter);
        }
        let runs = self.with(place, |folder| Ok(folder.runs()))?;
        let matcher = Matcher::new(filter);
        Ok(runs.iter().filter(|run| matcher.matches(run)).cloned().collect())
    }

    fn outlines(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Outline>> {
        self.store.outlines(place, runs, tag)
    }

    fn first_chunks(&self, place: Place<'_>, runs: &[RunId], condition: &Condition) -> Result<Vec<Chunk>> {
        self.store.first_chunks(place, runs, condition)
    }

    fn series(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Series>> {
        self.with(place, |folder| if self.anew { folder.series_anew(runs, tag) } else { folder.series(runs, tag) })
    }

    fn tags(&self, place: Place<'_>, runs: &[RunId], kind: Kind) -> Result<Vec<String>> {
        self.with(place, |folder| folder.tags(runs, kind))
    }

    fn images(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<ImageInfo>> {
        self.with(place, |folder| folder.images(runs, tag))
    }

    fn blob(&self, place: Place<'_>, sha256: &str) -> Result<Vec<u8>> {
        if let Some(bytes) = locked(&self.known.blobs).by_hash.get(sha256) {
            return Ok(bytes.to_vec());
        }
        let bytes = self.store.blob(place, sha256)?;
        let mut blobs = locked(&self.known.blobs);
        if blobs.bytes + bytes.len() > BLOBS {
            *blobs = Blobs::default();
        }
        blobs.bytes += bytes.len();
        blobs.by_hash.insert(sha256.to_owned(), Arc::new(bytes.clone()));
        Ok(bytes)
    }

    fn histograms(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<HistogramBins>> {
        self.with(place, |folder| folder.histograms(runs, tag))
    }

    fn thoughts(&self, database: &str, folders: &[String]) -> Result<Vec<Thought>> {
        let key = (self.handle.clone(), database.to_owned(), folders.to_vec());
        let beside = folders.iter().any(|folder| !self.is_own(Place { database, folder }));
        let told = if beside { self.known.told(&self.handle, &self.store, database)? } else { Arc::default() };
        let counter = |folder: &String| {
            let place = Place { database, folder };
            if self.is_own(place) {
                self.with(place, |folder| Ok(folder.texts))
            } else {
                Ok(told.get(folder).copied().unwrap_or(0))
            }
        };
        let texts = folders.iter().map(counter).collect::<Result<Vec<i64>>>()?;
        let fresh = |of: &&Thoughts| of.texts == texts && (!beside || of.read.elapsed() < ANEW);
        if let Some(of) = locked(&self.known.thoughts).get(&key).filter(fresh) {
            return Ok(of.thoughts.to_vec());
        }
        let thoughts = self.store.thoughts(database, folders)?;
        let of = Thoughts { read: Instant::now(), texts, thoughts: Arc::new(thoughts.clone()) };
        locked(&self.known.thoughts).insert(key, of);
        Ok(thoughts)
    }
}
