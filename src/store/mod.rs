//! Where runs are kept: MongoDB, or the embedded SQLite file, with the same documents in both. Only this folder knows either.
//!
//! Every method blocks its caller and is called from threads of the shipper's or the engine's own, never from the training loop.
//! STORAGE in `documents` says what is written; `write` how it is written so that writing twice changes nothing.

#[cfg(feature = "engine")]
pub(crate) mod assemble;
pub(crate) mod documents;
#[cfg(feature = "engine")]
pub(crate) mod edit;
#[cfg(feature = "engine")]
pub(crate) mod follow;
mod local;
#[cfg(feature = "engine")]
pub(crate) mod media;
mod mongo;
#[cfg(feature = "engine")]
mod outline;
#[cfg(feature = "engine")]
pub(crate) mod read;
#[cfg(feature = "engine")]
mod reading;
#[cfg(feature = "engine")]
pub(crate) mod repair;
mod write;

use std::sync::{Arc, Mutex, PoisonError, Weak};

pub(crate) use local::Local;
pub(crate) use mongo::Mongo;
#[cfg(test)]
pub(crate) use write::LeftOff;
pub(crate) use write::{Inserted, NewSession, SessionEnd, SessionState, SessionUpdate, Updated, Write};

pub(crate) use crate::address::Address;
use crate::address::Uri;
use crate::error::Result;

/// A folder of a database: a collection of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place<'a> {
    pub(crate) database: &'a str,
    pub(crate) folder: &'a str,
}

/// A place where runs are kept.
pub(crate) enum Store {
    /// A MongoDB.
    Mongo(Mongo),
    /// The embedded store.
    Local(Local),
}

/// The MongoDB clients of this process, by process (after a fork they are the parent's) and address: fifty writers are no more
/// connections and threads for the driver than one.
static CLIENTS: Mutex<Vec<(u32, Uri, Weak<Store>)>> = Mutex::new(Vec::new());

/// Opens the store at this address. A MongoDB is not waited for: the first question finds out whether it answers.
pub(crate) fn open(address: &Address) -> Result<Arc<Store>> {
    let uri = match address {
        Address::Local(directory) => return Ok(Arc::new(Store::Local(Local::open(directory)?))),
        Address::Mongo(uri) => uri,
    };
    let process = std::process::id();
    let shared = || {
        let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
        clients.retain(|(of, _, client)| *of == process && client.strong_count() > 0);
        let found = clients.iter().find(|(_, known, _)| known == uri).and_then(|(_, _, client)| client.upgrade());
        (found, clients)
    };
    if let (Some(client), _) = shared() {
        return Ok(client);
    }
    // Not under the lock: a name is looked up. Two at once are one too many, and harmless.
    let client = Arc::new(Store::Mongo(Mongo::connect(uri)?));
    let (found, mut clients) = shared();
    Ok(found.unwrap_or_else(|| {
        clients.push((process, uri.clone(), Arc::downgrade(&client)));
        client
    }))
}

/// Whether the driver understands the whole address: its credentials and options, too. Asks no server.
pub(crate) fn check(address: &Address) -> Result<()> {
    match address {
        Address::Mongo(uri) => mongo::check(uri),
        Address::Local(_) => Ok(()),
    }
}

impl Store {
    /// Its writing half.
    pub(crate) fn writing(&self) -> &dyn Write {
        match self {
            Store::Mongo(mongo) => mongo,
            Store::Local(local) => local,
        }
    }

    /// Its reading half. (The store itself is [`read::Read`] by it.)
    #[cfg(feature = "engine")]
    fn reading(&self) -> &dyn read::Read {
        match self {
            Store::Mongo(mongo) => mongo,
            Store::Local(local) => local,
        }
    }

    /// What of it is new. (The store itself is [`follow::Follow`] by it.)
    #[cfg(feature = "engine")]
    fn following(&self) -> &dyn follow::Follow {
        match self {
            Store::Mongo(mongo) => mongo,
            Store::Local(local) => local,
        }
    }

    /// Its documents as they are, to be corrected.
    #[cfg(feature = "engine")]
    pub(crate) fn documents(&self) -> &dyn edit::Documents {
        match self {
            Store::Mongo(mongo) => mongo,
            Store::Local(local) => local,
        }
    }

    /// The runs of a folder, newest first.
    #[cfg(test)]
    #[cfg(feature = "engine")]
    pub(crate) fn all_runs(&self, place: Place<'_>) -> Vec<crate::model::Run> {
        self.reading().runs(place, &crate::query::Filter::All).unwrap()
    }

    /// Whether it answers now.
    pub(crate) fn ping(&self) -> Result<()> {
        match self {
            Store::Mongo(mongo) => mongo.ping(),
            Store::Local(local) => local.with(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))),
        }
    }
}
