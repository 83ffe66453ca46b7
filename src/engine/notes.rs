//! What a person should be told when a board is opened: runs that wait, runs elsewhere, a folder that is not there.

use super::journals::waiting_for;
use crate::error::{Error, ErrorKind, Result};
use crate::home::home;
use crate::query::{Catalog, Filter, shortened, suggest};
use crate::store::read::{Place, Read};
use crate::store::{self, Address};

/// Runs that wait in this machine's journals, after a program died, for this store.
pub(super) fn waiting(target: &str) -> Option<String> {
    let dead = waiting_for(target).iter().filter(|waiting| !waiting.alive).count();
    let runs = counted(dead, "run")?;
    Some(format!(
        "{runs} of programs that died still wait in this machine's journals for {target}, and are being stored; `ml_board ls` lists them"
    ))
}

/// Whether a program on this machine logs to that folder, or did, and nothing is stored yet.
pub(super) fn expected(target: &str, place: Place<'_>) -> bool {
    waiting_for(target).iter().any(|waiting| waiting.info.database == place.database && waiting.info.folder == place.folder)
}

/// That the local store has runs of the same folder, if the board looks at another store.
pub(super) fn also_local(address: &Address, place: Place<'_>) -> Option<String> {
    let Address::Mongo(_) = address else { return None };
    let runs = local()?.runs(place, &Filter::All).ok()?.len();
    let runs = counted(runs, "run")?;
    Some(format!(
        "the local store has {runs} of `{}/{}` as well, which are not shown here; `ml_board sync --to {}` moves them",
        place.database,
        place.folder,
        address.target()
    ))
}

/// The local store of this machine, if there is one already. Looking for it makes none.
fn local() -> Option<std::sync::Arc<dyn Read>> {
    let address = Address::parse("local:").ok()?;
    let made = address.directory().is_some_and(|directory| directory.read_dir().is_ok_and(|mut files| files.next().is_some()));
    if !made || home().is_err() {
        return None;
    }
    let opened = store::open(&address).ok()?;
    Some(opened)
}

/// The error of a store that does not answer, with what waits for it here.
pub(super) fn and_what_waits(error: Error, target: &str) -> Error {
    match counted(waiting_for(target).len(), "run") {
        Some(runs) => error.and_help(format!("nothing is lost: {runs} wait in this machine's journals for it")),
        None => error,
    }
}

/// Nobody logged to this folder.
pub(super) fn unknown_folder(store: &dyn Read, address: &Address, place: Place<'_>, folders: &[String]) -> Error {
    let Place { database, folder } = place;
    let wait = "to open it before anything is logged to it: Board::builder().database(..).folder(..).allow_empty().open()?";
    let elsewhere = also_local(address, place).map(|note| format!("{note}\n")).unwrap_or_default();
    if !folders.is_empty() {
        let error = Error::new(ErrorKind::NotFound, format!("no folder `{folder}` in database `{database}` of {address}"))
            .because(format!("its folders are: {}", shortened(folders.iter().map(String::as_str))));
        let meant = suggest(folder, folders.iter().map(String::as_str));
        return error.help(match meant {
            Some(meant) => format!("{elsewhere}did you mean `{meant}`? {wait}"),
            None => format!("{elsewhere}{wait}"),
        });
    }
    let databases = store.databases().unwrap_or_default();
    let error = Error::new(ErrorKind::NotFound, format!("no runs in database `{database}` of {address}"));
    let error = match databases.as_slice() {
        [] => error.because("no database there has runs of ml_board"),
        some => error.because(format!("the databases with runs are: {}", shortened(some.iter().map(String::as_str)))),
    };
    error.help(match suggest(database, databases.iter().map(String::as_str)) {
        Some(meant) => format!("{elsewhere}did you mean `{meant}`? {wait}"),
        None => format!("{elsewhere}{wait}"),
    })
}

/// An error if no run of the whole folder has this metric.
pub(super) fn known_metric(store: &dyn Read, place: Place<'_>, tag: &str) -> Result<()> {
    let runs = store.runs(place, &Filter::All)?;
    match Catalog::of(&runs).without_metric(tag) {
        Some(told) => Err(Error::new(ErrorKind::NotFound, told)),
        None => Ok(()),
    }
}

/// `1 run`, `3 runs`; nothing for none.
pub(super) fn counted(n: usize, what: &str) -> Option<String> {
    match n {
        0 => None,
        1 => Some(format!("1 {what}")),
        n => Some(format!("{n} {what}s")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_are_not_counted() {
        assert_eq!(counted(0, "run"), None);
        assert_eq!(counted(1, "run").as_deref(), Some("1 run"));
        assert_eq!(counted(2, "run").as_deref(), Some("2 runs"));
    }
}
