//! Corrections: which runs an edit means, and names that none of them has.

use super::hidden;
use crate::display::{EditSpec, PreviewSpec, Scope};
use crate::error::{Error, ErrorKind, Result};
use crate::journal;
use crate::model::{PastEdit, Run, RunId, Undone, folder_problem};
use crate::query::{Catalog, Change, Filter, shortened, suggest};
use crate::render;
use crate::store::Store;
use crate::store::edit::{self, By, Order};
use crate::store::read::{Kind, Place, Read};

pub(super) fn preview(store: &Store, spec: &EditSpec) -> Result<PreviewSpec> {
    let plan = ordered(store, spec, |order| edit::preview(store.documents(), order))?;
    Ok(PreviewSpec { bundle: render::preview(&plan), plan })
}

pub(super) fn apply(store: &Store, spec: &EditSpec) -> Result<Option<PastEdit>> {
    ordered(store, spec, |order| edit::apply(store.documents(), order))
}

pub(super) fn undo(store: &Store, scope: &Scope, id: &str) -> Result<Undone> {
    edit::undo(store.documents(), place(scope), id, &by())
}

pub(super) fn history(store: &Store, scope: &Scope) -> Result<Vec<PastEdit>> {
    edit::history(store.documents(), place(scope), &by())
}

fn by() -> By {
    By::here(&journal::host())
}

fn place(scope: &Scope) -> Place<'_> {
    Place { database: &scope.database, folder: &scope.folder }
}

/// Does something with the order that the spec means: its runs, oldest first.
fn ordered<T>(store: &Store, spec: &EditSpec, work: impl FnOnce(&Order<'_>) -> Result<T>) -> Result<T> {
    if spec.changes.is_empty() {
        return Err(Error::new(ErrorKind::Input, "an edit without a change was given")
            .help("say what is to be changed: board.edit().set_param(\"lr\", 0.01)"));
    }
    let place = place(&spec.scope);
    // Whoever marks runs as valid means invalid ones.
    let all = spec.changes.contains(&Change::MarkValid);
    let filter = if all { spec.scope.filter.clone().and(Filter::valid_or_not()) } else { spec.scope.filter.clone() };
    let (mut runs, _) = hidden::runs(store, place, &filter)?;
    runs.reverse();
    if runs.is_empty() {
        folder_known(store, place)?;
    }
    known(store, place, spec, &runs)?;
    let ids: Vec<RunId> = runs.iter().map(|run| run.id).collect();
    work(&Order { place, runs: &ids, changes: &spec.changes, why: spec.because.as_deref(), stale: spec.stale, by: by() })
}

/// A parameter to be renamed or removed that no run of the board has was mistyped.
fn known(store: &Store, place: Place<'_>, spec: &EditSpec, runs: &[Run]) -> Result<()> {
    let mut made: Vec<&str> = Vec::new();
    for change in &spec.changes {
        let missing = match change {
            Change::SetParam(name, _) => {
                made.push(name);
                None
            }
            Change::RenameParam(from, to) => {
                made.push(to);
                Some(from)
            }
            Change::UnsetParam(name) => Some(name),
            Change::RenameTag(tag, _) | Change::ScaleTag(tag, _) | Change::DropPoints(tag, _) => {
                tag_known(store, place, change, tag, runs)?;
                None
            }
            Change::MoveTo(folder) => {
                check_folder(folder)?;
                None
            }
            _ => None,
        };
        if let Change::DropPoints(_, filter) = change {
            filter.check_points()?;
        }
        let missing =
            missing.filter(|name| !made.contains(&name.as_str()) && !runs.iter().any(|run| run.params.contains_key(*name)));
        if let Some(name) = missing {
            let told = Catalog::of(&store.runs(place, &Filter::All)?).without_param(name);
            let told = told.unwrap_or_else(|| format!("none of these runs has a parameter `{name}`"));
            return Err(Error::new(ErrorKind::NotFound, told));
        }
    }
    Ok(())
}

/// A tag that no run of the board has was mistyped, unless an edit before gave it that name.
fn tag_known(store: &Store, place: Place<'_>, change: &Change, tag: &str, runs: &[Run]) -> Result<()> {
    if runs.iter().any(|run| run.metrics.contains_key(tag)) {
        return Ok(());
    }
    if let Change::RenameTag(..) = change {
        let ids: Vec<RunId> = runs.iter().map(|run| run.id).collect();
        for kind in [Kind::Image, Kind::Histogram] {
            if store.tags(place, &ids, kind)?.iter().any(|known| known == tag) {
                return Ok(());
            }
        }
    }
    let told = Catalog::of(&store.runs(place, &Filter::All)?).without_metric(tag);
    let told = told.unwrap_or_else(|| format!("none of these runs has a metric `{tag}`"));
    Err(Error::new(ErrorKind::NotFound, told))
}

/// An error if the database has no such folder.
pub(super) fn folder_known(store: &Store, place: Place<'_>) -> Result<()> {
    let folders = store.folders(place.database)?;
    if folders.iter().any(|known| known == place.folder) {
        return Ok(());
    }
    let error = Error::new(ErrorKind::NotFound, format!("no folder `{}` in database `{}`", place.folder, place.database));
    Err(match suggest(place.folder, folders.iter().map(String::as_str)) {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None => error.because(format!("its folders are: {}", shortened(folders.iter().map(String::as_str)))),
    })
}

fn check_folder(folder: &str) -> Result<()> {
    match folder_problem(folder) {
        None => Ok(()),
        Some(why) => Err(Error::new(ErrorKind::Input, format!("{folder:?} cannot be the name of a folder: {why}"))),
    }
}
