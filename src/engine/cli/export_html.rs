//! `ml_board export --html FILE`: a board with its data, images and filters in one page, for ever.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::say;
use crate::client::protocol::{Answer, Ask};
use crate::display::{DashboardSpec, Page, Scope, View};
use crate::engine::desk::Desk;
use crate::error::{Error, ErrorKind, Result};
use crate::query::{Filter, IntoFilter as _};

/// Which board, and where to.
#[derive(Debug, Args)]
pub(super) struct What {
    /// The page to write.
    #[arg(long, value_name = "FILE")]
    html: PathBuf,
    /// The database.
    #[arg(long = "database_name", short, visible_aliases = ["database", "d"], value_name = "NAME")]
    database: String,
    /// The folder.
    #[arg(long = "folder_name", short, visible_aliases = ["folder", "f"], value_name = "NAME")]
    folder: String,
    /// Only the runs that it holds for: "lr < 0.01 and max(Accuracy) > 0.9".
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// The parameter that legends say.
    #[arg(long, value_name = "NAME")]
    legend_by: Option<String>,
    /// The store: mongodb://HOST, or local: (else ML_BOARD_URI names it).
    #[arg(long, value_name = "URI")]
    uri: Option<String>,
}

pub(super) fn export_html(what: &What) -> Result<ExitCode> {
    let desk = Desk::default();
    let ask = |ask: Ask| match desk.answer(ask) {
        Answer::Failed { error } => Err(error),
        answer => Ok(answer),
    };
    let (uri, database, folder) = (what.uri.clone(), what.database.clone(), what.folder.clone());
    let Answer::Opened { store, notes } = ask(Ask::Open { uri, database, folder, empty: false })? else {
        return Err(Error::new(ErrorKind::Engine, "the folder was not opened"));
    };
    notes.iter().for_each(say::line);
    let mut scope = Scope { store, database: what.database.clone(), folder: what.folder.clone(), filter: Filter::All };
    if let Some(text) = &what.filter {
        let filter = text.as_str().into_filter()?;
        ask(Ask::Check { scope: scope.clone(), filter: filter.clone(), text: Some(text.clone()) })?;
        scope.filter = filter;
    }
    let view = View::Dashboard(DashboardSpec { scope, legend: what.legend_by.clone(), everywhere: false });
    let Answer::Shown { mut bundle } = ask(Ask::Show { view, page: Page::File })? else {
        return Err(Error::new(ErrorKind::Engine, "the board was not drawn"));
    };
    let html = bundle.remove("text/html").unwrap_or_default();
    let failed = |cause| Error::new(ErrorKind::Io, format!("could not write {}", what.html.display())).because(cause);
    std::fs::write(&what.html, &html).map_err(failed)?;
    say::line(format!("wrote {} ({})", what.html.display(), super::size(html.len() as u64)));
    Ok(ExitCode::SUCCESS)
}
