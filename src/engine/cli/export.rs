//! `ml_board export`: runs and points as files for other tools, or a board as a page.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use indicatif::{HumanBytes, HumanCount, ProgressBar};

use super::edit::{self, Where};
use super::{export_html, say, sync};
use crate::engine::edits;
use crate::engine::export::{self, Format, Target};
use crate::engine::hidden;
use crate::error::{Error, ErrorKind, Result};
use crate::query::{Catalog, Filter};
use crate::store::read::{Place, Read as _};

/// What is exported, of which runs, to where.
#[derive(Debug, Args)]
pub(super) struct What {
    /// Of runs a row each: fields, hyperparameters, and what each metric came to. Of scalars a row for each point.
    #[arg(value_name = "WHAT")]
    what: Option<Kind>,
    /// The file; `-` is standard output. Its ending says the format: .csv, .json, .jsonl, .parquet.
    #[arg(value_name = "FILE")]
    to: Option<PathBuf>,
    /// Instead of rows: the board with its data, images and filters as one page, which works offline for ever.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["what", "to", "tag", "format"])]
    html: Option<PathBuf>,
    /// The parameter that the legends of the page say.
    #[arg(long, value_name = "NAME", requires = "html")]
    legend_by: Option<String>,
    #[command(flatten)]
    at: Where,
    /// Which runs, as a filter: 'lr < 0.01 and status == finished'. All but invalid ones, if it is not said.
    #[arg(long = "where", value_name = "FILTER")]
    filter: Option<String>,
    /// Only this metric; may be said several times.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// The format, where the file's name does not say it.
    #[arg(long)]
    format: Option<Format>,
    /// Writes over a file that is there.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Runs,
    Scalars,
}

pub(super) fn export(what: &What) -> Result<ExitCode> {
    match (&what.html, what.what, &what.to) {
        (Some(html), ..) => page(what, html),
        (None, Some(kind), Some(to)) => rows(what, kind, to),
        _ => Err(Error::new(ErrorKind::Input, "it is not said what to export, or to which file").help(
            "`ml_board export runs FILE` for a row a run, `ml_board export scalars FILE` for a row a point, \
             `ml_board export --html FILE` for the whole board as a page",
        )),
    }
}

fn page(what: &What, to: &Path) -> Result<ExitCode> {
    free(what, to)?;
    let (store, mut scope) = edit::open(&what.at)?;
    edit::narrow(&mut scope, &store, what.filter.as_deref())?;
    export_html::write(store, scope, what.legend_by.clone(), to)
}

/// What is there already is written over only if that is said.
fn free(what: &What, to: &Path) -> Result<()> {
    if !what.force && to.exists() {
        let error = Error::new(ErrorKind::Input, format!("{} is there already", to.display()));
        return Err(error.help("--force writes over it"));
    }
    Ok(())
}

fn rows(what: &What, kind: Kind, to: &Path) -> Result<ExitCode> {
    let target = if to.as_os_str() == "-" { Target::Out } else { Target::File(to.to_owned()) };
    let format = what.format.or_else(|| Format::of(to)).ok_or_else(|| {
        Error::new(ErrorKind::Input, format!("the name of {} does not say what to write", to.display()))
            .help("end it in .csv, .json, .jsonl or .parquet, or say --format")
    })?;
    if matches!(target, Target::File(_)) {
        free(what, to)?;
    }
    let (store, mut scope) = edit::open(&what.at)?;
    edit::narrow(&mut scope, &store, what.filter.as_deref())?;
    let place = Place { database: &scope.database, folder: &scope.folder };
    let (mut runs, invalid) = hidden::runs(&*store, place, &scope.filter)?;
    if runs.is_empty() {
        edits::folder_known(&store, place)?;
    }
    runs.reverse();
    for tag in &what.tag {
        if !runs.iter().any(|run| run.metrics.contains_key(tag)) {
            let told = Catalog::of(&store.runs(place, &Filter::All)?).without_metric(tag);
            return Err(Error::new(
                ErrorKind::NotFound,
                told.unwrap_or_else(|| format!("none of these runs has a metric `{tag}`")),
            ));
        }
    }
    let wanted = |tag: &str| what.tag.is_empty() || what.tag.iter().any(|of| of == tag);
    let rows = match kind {
        Kind::Runs => {
            runs.iter_mut().for_each(|run| run.metrics.retain(|tag, _| wanted(tag)));
            export::runs(&runs, format, &target)
        }
        Kind::Scalars => {
            let bar = ProgressBar::new(runs.len() as u64).with_style(sync::style("{bar:24} {pos}/{len} runs {eta}  {wide_msg}"));
            let mut step = |run: &crate::model::Run, rows: u64| {
                bar.set_message(format!("{}: {} points written", say::name(&run.name), HumanCount(rows)));
                bar.inc(1);
            };
            let rows = export::points(&*store, place, &runs, &wanted, (format, &target), &mut step);
            bar.finish_and_clear();
            rows
        }
    };
    let rows = match rows {
        Err(error) if error.to_string() == export::GONE => return Ok(ExitCode::SUCCESS),
        rows => rows?,
    };
    told(&target, runs.len(), rows, kind, invalid);
    Ok(ExitCode::SUCCESS)
}

/// How it ended: on standard output, unless the rows are there.
fn told(target: &Target, runs: usize, rows: u64, what: Kind, invalid: usize) {
    let Target::File(path) = target else { return };
    let size = path.metadata().map(|file| format!(", {}", HumanBytes(file.len()))).unwrap_or_default();
    let points = if what == Kind::Scalars { format!("{} points of ", HumanCount(rows)) } else { String::new() };
    let runs = if runs == 1 { "1 run".to_owned() } else { format!("{} runs", HumanCount(runs as u64)) };
    let invalid =
        if invalid > 0 { format!("; {} marked as invalid left out", HumanCount(invalid as u64)) } else { String::new() };
    say::line(format!("wrote {points}{runs} to {}{size}{invalid}", path.display()));
}
