//! The stores that are open: one connection a store, however many boards look into it.

use std::collections::BTreeMap;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::journals;
use super::notes::counted;
use crate::address::{Address, Resolved};
use crate::error::{Error, ErrorKind, Result};
use crate::ship::Which;
use crate::store::read::Read;
use crate::store::{self, Store};

/// How long a board that is opened waits for what dead programs left. The rest comes while one looks at it.
const PATIENCE: Duration = Duration::from_millis(1500);

#[derive(Default)]
pub(super) struct Stores {
    by_handle: Mutex<BTreeMap<String, Known>>,
}

struct Known {
    address: Address,
    open: Option<Arc<Store>>,
    /// Whether what dead programs left for it is shipped, or being shipped.
    recovered: bool,
}

impl Stores {
    /// The store that the person named (none: by the configuration). Its handle is the target: never a password.
    pub(super) fn resolve(&self, uri: Option<&str>) -> Result<(Address, Vec<String>)> {
        let Resolved { address, notes } = Address::resolve(uri)?;
        store::check(&address)?;
        self.remember(&address);
        Ok((address, notes))
    }

    /// Makes a handle of another engine's known here.
    pub(super) fn know(&self, handle: &str, uri: Option<&str>) -> Result<()> {
        if self.known().contains_key(handle) {
            return Ok(());
        }
        let resolved = Address::resolve(uri).ok().map(|resolved| resolved.address);
        self.remember(&Address::of_target(handle, resolved.as_ref())?);
        Ok(())
    }

    /// What is read of the store of a handle.
    pub(super) fn get(&self, handle: &str) -> Result<Arc<dyn Read>> {
        let store: Arc<dyn Read> = self.whole(handle)?;
        Ok(store)
    }

    /// The store of a handle, connected.
    pub(super) fn whole(&self, handle: &str) -> Result<Arc<Store>> {
        let address = {
            let known = self.known();
            let unknown = || {
                Error::new(ErrorKind::Engine, format!("the engine does not know the store {handle}")).help("open the board again")
            };
            let store = known.get(handle).ok_or_else(unknown)?;
            if let Some(open) = &store.open {
                return Ok(Arc::clone(open));
            }
            store.address.clone()
        };
        // Not under the lock: a server that does not answer must hold up no other store.
        let opened = store::open(&address)?;
        if let Some(store) = self.known().get_mut(handle) {
            return Ok(Arc::clone(store.open.get_or_insert(opened)));
        }
        Ok(opened)
    }

    /// Ships what dead programs left for this store: once an engine, in the background; waits a moment for it. What to tell of it.
    pub(super) fn recover(&self, address: &Address) -> Option<String> {
        let first = self.known().get_mut(&address.target()).is_some_and(|store| !std::mem::replace(&mut store.recovered, true));
        if !first || !journals::waiting_for(&address.target()).iter().any(|waiting| !waiting.alive) {
            return None;
        }
        let (done, wait) = sync_channel(1);
        let address = address.clone();
        let work = move || {
            let shipped = journals::recover(Which::Target(&address), &mut |_| {});
            // Whoever opened the board may not wait any more; what is left is told by the next one, and by `ml_board doctor`.
            done.send(shipped.map_or(0, |shipped| shipped.sessions)).unwrap_or_default();
        };
        std::thread::Builder::new().name("recover".to_owned()).spawn(work).ok()?;
        let sessions = counted(wait.recv_timeout(PATIENCE).unwrap_or(0), "run")?;
        Some(format!("stored the rest of {sessions} whose program died"))
    }

    fn remember(&self, address: &Address) {
        let mut known = self.known();
        let fresh = Known { address: address.clone(), open: None, recovered: false };
        match known.get_mut(&address.target()) {
            // Other credentials: the connection is made anew.
            Some(store) if store.address != *address => *store = fresh,
            Some(_) => {}
            None => drop(known.insert(address.target(), fresh)),
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.by_handle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
