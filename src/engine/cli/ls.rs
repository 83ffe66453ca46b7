//! `ml_board ls`: what this machine holds itself: journals that are not stored yet, and the local store.

use std::time::Duration;

use super::{say, size};
use crate::engine::journals::{self, Journals, Waiting};
use crate::engine::notes::counted;
use crate::error::Result;
use crate::model::Time;
use crate::query::Filter;
use crate::store::read::{Place, Read};
use crate::store::{self, Address};

pub(super) fn ls() -> Result<()> {
    let Journals { found: mut waiting, wrong } = journals::waiting()?;
    waiting.sort_by_key(|waiting| waiting.info.started);
    say::line(match counted(waiting.len(), "journal") {
        None => "no journal waits to be stored".to_owned(),
        Some(journals) => format!("{journals} not wholly stored yet:"),
    });
    waiting.iter().for_each(|waiting| say::line(journal(waiting, Time::now())));
    for (directory, error) in wrong {
        say::line(format!("  {} cannot be read: {error}", directory.display()));
    }
    let address = Address::parse("local:")?;
    if address.directory().is_some_and(|directory| !directory.exists()) {
        say::line(format!("there is no local store yet ({address})"));
        return Ok(());
    }
    let store = store::open(&address)?;
    say::line(format!("the local store {address}:"));
    local(store.as_ref())
}

/// Counting the points of a longer journal would take long.
const COUNTED: u64 = 256 << 20;

fn journal(waiting: &Waiting, now: Time) -> String {
    let info = &waiting.info;
    let state = if waiting.alive { "its program runs" } else { "its program died; `ml_board sync` stores it" };
    let points = (waiting.bytes <= COUNTED).then(|| journals::points(&waiting.directory).ok()).flatten();
    let points = points.map(|points| format!("{points} points, ")).unwrap_or_default();
    let age = Duration::from_millis(u64::try_from(now.millis() - info.started.millis()).unwrap_or_default());
    format!(
        "  {}/{}  {}  {points}{} to go to {}, begun {} ago  ({state})\n    {}",
        say::name(&info.database),
        say::name(&info.folder),
        say::name(&info.run_name),
        size(waiting.bytes),
        info.target,
        indicatif::HumanDuration(age),
        waiting.directory.display()
    )
}

fn local(store: &dyn Read) -> Result<()> {
    let databases = store.databases()?;
    if databases.is_empty() {
        say::line("  no runs");
    }
    for database in databases {
        for folder in store.folders(&database)? {
            let runs = store.runs(Place { database: &database, folder: &folder }, &Filter::All)?;
            let runs = counted(runs.len(), "run").unwrap_or_else(|| "no runs".to_owned());
            say::line(format!("  {}/{}  {runs}", say::name(&database), say::name(&folder)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::SessionInfo;
    use crate::model::{RunId, SessionId};

    #[test]
    fn a_name_has_no_lines_of_its_own() {
        let info = SessionInfo {
            session: SessionId::from_bytes([1; 12]),
            run: RunId::from_bytes([2; 12]),
            target: "local:/nowhere".into(),
            database: "digits".into(),
            folder: "lr\nsearch".into(),
            run_name: "calm\x1b[2J\nfox".into(),
            labels: Vec::new(),
            group: None,
            rank: 0,
            host: "here".into(),
            pid: 1,
            started: Time(0),
            resumed: false,
        };
        let waiting = Waiting { directory: "/nowhere".into(), info, alive: false, bytes: 1000 };
        let said = journal(&waiting, Time(60_000));
        assert!(said.starts_with("  digits/lrsearch  calm[2Jfox  "), "{said:?}");
        assert_eq!(said.lines().count(), 2, "{said:?}");
    }
}
