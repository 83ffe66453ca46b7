//! The dashboard without a notebook: a page that the engine serves itself, of the same runtime as a cell's output.
//!
//! The page is empty and anybody's; databases, folders and boards are the token's.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Hub, value};
use crate::display::{DashboardSpec, Scope, View};
use crate::engine::server::{Reply, Request};
use crate::engine::stores::Stores;
use crate::error::Result;
use crate::query::Filter;
use crate::render::{self, Live};

/// What the page may do: run its own script, ask its own server, nothing else.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// What is shown where the page's address says nothing.
pub(in crate::engine) struct Front {
    /// The store that it shows, and no other.
    pub(in crate::engine) store: String,
    pub(in crate::engine) database: Option<String>,
    pub(in crate::engine) folder: Option<String>,
}

impl Hub {
    /// Serves a dashboard of this store as well.
    pub(in crate::engine) fn with_front(stores: Stores, front: Front) -> Arc<Hub> {
        Arc::new(Hub { stores, front: Some(front), ..Hub::default() })
    }

    /// The page, without any data.
    pub(super) fn shell(&self, request: &Request) -> Option<Reply> {
        (self.front.is_some() && request.path == "/").then(|| match render::shell() {
            Ok(html) => Reply::page(html, POLICY),
            Err(error) => Reply::refused(500, &error.to_string()),
        })
    }

    /// The databases, the folders of each, and where to begin.
    pub(super) fn places(&self) -> Option<Reply> {
        let front = self.front.as_ref()?;
        let places = || -> Result<serde_json::Value> {
            let store = self.stores.get(&front.store)?;
            let mut databases = BTreeMap::new();
            for name in store.databases()? {
                databases.insert(name.clone(), store.folders(&name)?);
            }
            Ok(serde_json::json!({ "databases": databases, "database": front.database, "folder": front.folder }))
        };
        Some(places().map_or_else(|error| Reply::refused(503, &error.to_string()), |places| Reply::json(&places)))
    }

    /// The whole board of a folder, as a payload that stays alive.
    pub(super) fn board(self: &Arc<Hub>, request: &Request) -> Option<Reply> {
        let front = self.front.as_ref()?;
        let (Some(database), Some(folder)) = (request.query.get("database"), request.query.get("folder")) else {
            return Some(Reply::refused(400, "which database, and which folder?"));
        };
        let store = front.store.clone();
        let scope = Scope { store, database: database.to_owned(), folder: folder.to_owned(), filter: Filter::All };
        let view = View::Dashboard(DashboardSpec { scope, legend: None, everywhere: true });
        let board = || -> Result<serde_json::Value> {
            let (id, shown) = self.views.know(&view);
            let (version, mut payload) = shown.whole(|| self.look(&shown), || self.compose(&shown))?;
            let session = self.session.clone();
            let live = Live { port: 0, token: String::new(), session, view: id, version, relay: None };
            payload["read_at"] = crate::model::Time::now().millis().into();
            payload["live"] = value(&live)?;
            Ok(payload)
        };
        Some(board().map_or_else(|error| Reply::refused(503, &error.to_string()), |board| Reply::json(&board)))
    }
}
