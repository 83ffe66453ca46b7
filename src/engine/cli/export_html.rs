//! `ml_board export --html FILE`: a board with its data, images and filters in one page, for ever.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::say;
use crate::display::{DashboardSpec, Page, Scope, View};
use crate::engine::edits;
use crate::engine::gather::show;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Store;
use crate::store::read::{Place, Read};

/// Writes the board of the scope's runs.
pub(super) fn write(store: Arc<Store>, scope: Scope, legend: Option<String>, to: &Path) -> Result<ExitCode> {
    let place = Place { database: &scope.database, folder: &scope.folder };
    if store.runs(place, &scope.filter)?.is_empty() {
        edits::folder_known(&store, place)?;
    }
    let view = View::Dashboard(DashboardSpec { scope, legend, everywhere: false });
    let store: Arc<dyn Read> = store;
    let html = show(&view, Page::File, &|_| Ok(Arc::clone(&store)))?.remove("text/html").unwrap_or_default();
    let failed = |cause| Error::new(ErrorKind::Io, format!("could not write {}", to.display())).because(cause);
    std::fs::write(to, &html).map_err(failed)?;
    say::line(format!("wrote {} ({})", to.display(), super::size(html.len() as u64)));
    Ok(ExitCode::SUCCESS)
}
