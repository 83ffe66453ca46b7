//! `ml_board edit`, `edits` and `undo`: corrections for scripts.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::say;
use crate::address::Address;
use crate::display::{EditSpec, Scope};
use crate::engine::edits;
use crate::error::{Error, ErrorKind, Result};
use crate::model::Value;
use crate::query::{Catalog, Change, Filter, IntoFilter as _, check};
use crate::store::read::{Place, Read as _};
use crate::store::{self, Store};

/// Which folder.
#[derive(Debug, Args)]
pub(super) struct Where {
    /// The database.
    #[arg(short, long)]
    database: String,
    /// The folder.
    #[arg(short, long)]
    folder: String,
    /// The store, if not the one of the settings: mongodb://HOST, or local:DIRECTORY.
    #[arg(long)]
    uri: Option<String>,
}

/// What is to be changed; several changes are made in the order of this list.
#[derive(Debug, Args)]
pub(super) struct What {
    #[command(flatten)]
    at: Where,
    /// Which runs, as a filter: 'lr < 0.01 and status == finished'. All, if it is not said.
    #[arg(long = "where", value_name = "FILTER")]
    filter: Option<String>,
    /// Gives a hyperparameter another name.
    #[arg(long, value_name = "FROM=TO")]
    rename_param: Vec<String>,
    /// Sets a hyperparameter: a number, true, false, null, a list or a text.
    #[arg(long, value_name = "NAME=VALUE")]
    set_param: Vec<String>,
    /// Takes a hyperparameter away.
    #[arg(long, value_name = "NAME")]
    unset_param: Vec<String>,
    /// Adds a label.
    #[arg(long)]
    label: Vec<String>,
    /// Takes a label off.
    #[arg(long, value_name = "LABEL")]
    unlabel: Vec<String>,
    /// Adds a line to the notes.
    #[arg(long, value_name = "TEXT")]
    note: Vec<String>,
    /// Gives the runs another name.
    #[arg(long, value_name = "NAME")]
    rename_run: Option<String>,
    /// Marks the runs as invalid, and says why: no board shows them any more.
    #[arg(long, value_name = "WHY")]
    mark_invalid: Option<String>,
    /// Takes that mark off.
    #[arg(long, conflicts_with = "mark_invalid")]
    mark_valid: bool,
    /// Gives a tag another name.
    #[arg(long, value_name = "FROM=TO")]
    rename_tag: Vec<String>,
    /// Multiplies the values of a metric.
    #[arg(long, value_name = "TAG=FACTOR")]
    scale_tag: Vec<String>,
    /// Drops points of a metric: 'Loss: value > 100 or step < 10'.
    #[arg(long, value_name = "TAG: CONDITION")]
    drop_points: Vec<String>,
    /// Moves the runs to another folder of the database.
    #[arg(long, value_name = "FOLDER", conflicts_with = "delete")]
    move_to: Option<String>,
    /// Deletes the runs.
    #[arg(long)]
    delete: bool,
    /// Why, for whoever reads `ml_board edits`.
    #[arg(long, value_name = "TEXT")]
    because: Option<String>,
    /// Takes runs for ended that gave no sign of life for half a minute (status stale).
    #[arg(long)]
    with_stale: bool,
    /// Does it. Without it, what would be changed is shown.
    #[arg(long)]
    yes: bool,
}

impl What {
    fn changes(&self) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for text in &self.rename_param {
            let (from, to) = halves(text, "--rename-param", "lr=learning_rate")?;
            changes.push(Change::RenameParam(from, to));
        }
        for text in &self.set_param {
            let (name, value) = halves(text, "--set-param", "lr=0.01")?;
            changes.push(Change::SetParam(name, Value::read(&value)));
        }
        changes.extend(self.unset_param.iter().cloned().map(Change::UnsetParam));
        changes.extend(self.label.iter().cloned().map(Change::Label));
        changes.extend(self.unlabel.iter().cloned().map(Change::Unlabel));
        changes.extend(self.note.iter().cloned().map(Change::Note));
        changes.extend(self.rename_run.clone().map(Change::RenameRun));
        changes.extend(self.mark_invalid.clone().map(Change::MarkInvalid));
        changes.extend(self.mark_valid.then_some(Change::MarkValid));
        for text in &self.rename_tag {
            let (from, to) = halves(text, "--rename-tag", "Loss=train/loss")?;
            changes.push(Change::RenameTag(from, to));
        }
        for text in &self.scale_tag {
            let (tag, factor) = halves(text, "--scale-tag", "Loss=0.01")?;
            let factor = factor.parse().map_err(|cause| wrong(text, "--scale-tag", "Loss=0.01").because(cause))?;
            changes.push(Change::ScaleTag(tag, factor));
        }
        for text in &self.drop_points {
            let example = "'Loss: value > 100'";
            let (tag, condition) = text.split_once(": ").ok_or_else(|| wrong(text, "--drop-points", example))?;
            changes.push(Change::DropPoints(tag.to_owned(), condition.into_filter()?));
        }
        changes.extend(self.move_to.clone().map(Change::MoveTo));
        changes.extend(self.delete.then_some(Change::Delete));
        Ok(changes)
    }
}

/// Both sides of the first `=`.
fn halves(text: &str, option: &str, example: &str) -> Result<(String, String)> {
    let (name, value) = text.split_once('=').ok_or_else(|| wrong(text, option, example))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn wrong(text: &str, option: &str, example: &str) -> Error {
    Error::new(ErrorKind::Input, format!("`{option} {text}` is not understood")).help(format!("{option} {example}"))
}

pub(super) fn open(at: &Where) -> Result<(Arc<Store>, Scope)> {
    let address = Address::resolve(at.uri.as_deref())?.address;
    let scope = Scope { store: address.target(), database: at.database.clone(), folder: at.folder.clone(), filter: Filter::All };
    Ok((store::open(&address)?, scope))
}

/// Narrows the scope by the filter that was typed, if one was, held against the names that exist.
pub(super) fn narrow(scope: &mut Scope, store: &Store, filter: Option<&str>) -> Result<()> {
    let Some(text) = filter else { return Ok(()) };
    let filter = text.into_filter()?;
    let runs = store.runs(Place { database: &scope.database, folder: &scope.folder }, &Filter::All)?;
    check(&filter, Some(text), &Catalog::of(&runs))?;
    scope.filter = filter;
    Ok(())
}

pub(super) fn edit(what: &What) -> Result<ExitCode> {
    let changes = what.changes()?;
    let (store, mut scope) = open(&what.at)?;
    narrow(&mut scope, &store, what.filter.as_deref())?;
    let spec = EditSpec { scope, changes, because: what.because.clone(), stale: what.with_stale };
    if !what.yes {
        let preview = edits::preview(&store, &spec)?;
        say::line(preview.bundle.get("text/plain").map_or("", String::as_str));
        if preview.plan.runs > 0 {
            say::line("nothing was changed; --yes does it");
        }
        return Ok(ExitCode::SUCCESS);
    }
    match edits::apply(&store, &spec)? {
        None => say::line("nothing to change: all runs are like that already"),
        Some(edit) => {
            say::line(edit.to_string());
            say::line(format!("as it was: ml_board undo -d {} -f {} {}", what.at.database, what.at.folder, edit.id));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn edits(at: &Where) -> Result<ExitCode> {
    let (store, scope) = open(at)?;
    let edits = edits::history(&store, &scope)?;
    if edits.is_empty() {
        say::line(format!("the folder `{}` was never edited", scope.folder));
    }
    edits.iter().for_each(|edit| say::line(edit.to_string()));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn undo(at: &Where, id: &str) -> Result<ExitCode> {
    let (store, scope) = open(at)?;
    let undone = edits::undo(&store, &scope, id)?;
    say::line(undone.to_string());
    Ok(ExitCode::SUCCESS)
}
