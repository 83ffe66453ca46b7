//! Runs that a person marked as invalid are left out everywhere, and counted, unless a filter names `invalid`.

use crate::error::Result;
use crate::model::Run;
use crate::query::Filter;
use crate::store::read::{Place, Read};

/// The runs that the filter holds for, newest first, and how many invalid ones were left out of them.
pub(super) fn runs(read: &dyn Read, place: Place<'_>, filter: &Filter) -> Result<(Vec<Run>, usize)> {
    let mut runs = read.runs(place, filter)?;
    let found = runs.len();
    if !filter.names_invalid() {
        runs.retain(|run| run.invalid.is_none());
    }
    let hidden = found - runs.len();
    Ok((runs, hidden))
}
