//! Where runs are kept: MongoDB, or the embedded SQLite file, with the same documents in both. Only this folder knows either.
//!
//! Every method blocks its caller and is called from threads of the shipper's or the engine's own, never from the training loop.
//! STORAGE in `documents` says what is written; `write` how it is written so that writing twice changes nothing.

#[cfg(feature = "engine")]
mod assemble;
pub(crate) mod documents;
mod local;
mod mongo;
#[cfg(feature = "engine")]
pub(crate) mod read;
#[cfg(feature = "engine")]
mod reading;
mod write;

use std::sync::Arc;

pub(crate) use local::Local;
pub(crate) use mongo::Mongo;
pub(crate) use write::{Inserted, NewSession, SessionEnd, SessionState, SessionUpdate, Write};

pub(crate) use crate::address::Address;
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

/// Opens the store at this address. A MongoDB is not waited for: the first question finds out whether it answers.
pub(crate) fn open(address: &Address) -> Result<Arc<Store>> {
    Ok(Arc::new(match address {
        Address::Mongo(uri) => Store::Mongo(Mongo::connect(uri)?),
        Address::Local(directory) => Store::Local(Local::open(directory)?),
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
