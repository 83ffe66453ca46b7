//! An edit as it crosses to the engine, and what it would do on its way back.

use std::collections::BTreeMap;

use super::Scope;
use crate::model::EditPlan;
use crate::plain::plain;
use crate::query::Change;

/// What is to be changed, and on which runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EditSpec {
    pub(crate) scope: Scope,
    pub(crate) changes: Vec<Change>,
    pub(crate) because: Option<String>,
    /// Whether runs without a sign of life count as ended.
    pub(crate) stale: bool,
}

plain! { sent struct EditSpec { scope, changes, because, stale } }

/// What an edit would change, as data and as a cell shows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PreviewSpec {
    pub(crate) plan: EditPlan,
    /// By MIME type.
    pub(crate) bundle: BTreeMap<String, String>,
}

plain! { heard struct PreviewSpec { plan, bundle } }
