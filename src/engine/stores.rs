//! The stores that are open: one connection a store, however many boards look into it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, ErrorKind, Result};
use crate::store::read::Read;
use crate::store::{self, Address, Resolved};

#[derive(Default)]
pub(super) struct Stores {
    by_handle: Mutex<BTreeMap<String, Known>>,
}

struct Known {
    address: Address,
    open: Option<Arc<dyn Read>>,
}

impl Stores {
    /// The store that the person named (none: by the configuration). Its handle is the target: never a password.
    pub(super) fn resolve(&self, uri: Option<&str>) -> Result<(Address, Vec<String>)> {
        let Resolved { address, notes } = Address::resolve(uri)?;
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

    /// The store of a handle, connected.
    pub(super) fn get(&self, handle: &str) -> Result<Arc<dyn Read>> {
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
        let opened: Arc<dyn Read> = store::open(&address)?;
        if let Some(store) = self.known().get_mut(handle) {
            return Ok(Arc::clone(store.open.get_or_insert(opened)));
        }
        Ok(opened)
    }

    fn remember(&self, address: &Address) {
        let mut known = self.known();
        let fresh = Known { address: address.clone(), open: None };
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
