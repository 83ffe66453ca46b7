//! `ml_board repair`: after points were edited by hand, what is told of them is computed anew.

use std::process::ExitCode;

use super::say;
use crate::address::{Address, Resolved};
use crate::engine::notes::counted;
use crate::error::{Error, ErrorKind, Result};
use crate::model::Summary;
use crate::store;
use crate::store::read::{Place, Read};
use crate::store::repair::{How, Outcome, Repaired, repair as mend};

/// What came of all of it.
#[derive(Default)]
struct Told {
    runs: usize,
    changed: usize,
    live: usize,
    stale: usize,
    wrong: usize,
}

/// The runs of one folder, of all folders of a database, or of all of the store.
pub(super) fn repair(database: Option<&str>, folder: Option<&str>, how: How) -> Result<ExitCode> {
    let dry_run = how.dry_run;
    let Resolved { address, notes } = Address::resolve(None)?;
    notes.iter().for_each(say::line);
    let store = store::open(&address)?;
    store.ping()?;
    let databases = match database {
        Some(database) => vec![database.to_owned()],
        None => store.databases()?,
    };
    let mut told = Told::default();
    for database in databases {
        for name in store.folders(&database)?.iter().filter(|name| folder.is_none_or(|folder| folder == *name)) {
            let place = Place { database: &database, folder: name };
            mend(&store, place, how, &mut |repaired| tell(place, repaired, dry_run, &mut told))?;
        }
    }
    if told.runs == 0 {
        let which = [database, folder].into_iter().flatten().collect::<Vec<_>>().join("/");
        return Err(Error::new(ErrorKind::NotFound, format!("there is no run to repair in {address} {which}").trim_end())
            .help("`ml_board repair --database NAME --folder NAME` names where to look; ML_BOARD_URI names the store"));
    }
    end(&told, dry_run).into_iter().for_each(say::line);
    Ok(if told.wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(place: Place<'_>, repaired: Repaired, dry_run: bool, told: &mut Told) {
    let Repaired { run, outcome } = repaired;
    let [database, folder, name] = [place.database, place.folder, &run.name].map(say::name);
    let name = format!("{database}/{folder}  {name} ({})", run.id);
    told.runs += 1;
    match outcome {
        Outcome::Live => {
            told.live += 1;
            say::line(format!("{name}: it is being logged, and stays as it is; say it again when it ended"));
        }
        Outcome::Stale => {
            told.stale += 1;
            say::line(format!(
                "{name}: it has not ended, and stays as it is; `ml_board sync` on its machine ends it, or, if that machine is gone for good, say \
                 --with-stale"
            ));
        }
        Outcome::Looked { chunks, metrics, wrong } => {
            if chunks > 0 || !metrics.is_empty() {
                told.changed += 1;
                say::line(format!("{name}:"));
                if let Some(chunks) = counted(chunks, "header") {
                    say::line(format!("  {chunks} of chunks {}", if dry_run { "would be mended" } else { "mended" }));
                }
                metrics.iter().for_each(|(tag, old, new)| say::line(metric(tag, old.as_ref(), new.as_ref())));
            }
            told.wrong += wrong.len();
            wrong.iter().for_each(say::trouble);
            if !wrong.is_empty() {
                say::line(format!("{name}: its summaries stay as they are, because not all of its points can be read"));
            }
        }
    }
}

/// A summary as it was and as it is, the fields that differ.
fn metric(tag: &str, old: Option<&Summary>, new: Option<&Summary>) -> String {
    let tag = say::name(tag);
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (None, Some(new)) => return format!("  {tag}: its summary was missing; {} points", new.n),
        (Some(old), None) => return format!("  {tag}: its summary told of {} points, of which there is none", old.n),
        (None, None) => return format!("  {tag}: its sessions' summaries"),
    };
    let number = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| value.to_string());
    let step = |value: Option<i64>| value.map_or_else(|| "none".to_owned(), |value| value.to_string());
    let fields = [
        ("n", old.n.to_string(), new.n.to_string()),
        ("nan", old.nan.to_string(), new.nan.to_string()),
        ("first bad step", step(old.first_bad_step), step(new.first_bad_step)),
        ("first", number(old.first), number(new.first)),
        ("first step", step(old.first_step), step(new.first_step)),
        ("last", number(old.last), number(new.last)),
        ("last step", step(old.last_step), step(new.last_step)),
        ("min", number(old.min), number(new.min)),
        ("min step", step(old.min_step), step(new.min_step)),
        ("max", number(old.max), number(new.max)),
        ("max step", step(old.max_step), step(new.max_step)),
        ("sum", number(Some(old.sum)), number(Some(new.sum))),
    ];
    let changed = fields.into_iter().filter(|(_, old, new)| old != new);
    format!("  {tag}: {}", changed.map(|(field, old, new)| format!("{field} {old} → {new}")).collect::<Vec<_>>().join(", "))
}

fn end(told: &Told, dry_run: bool) -> Vec<String> {
    let looked = counted(told.runs - told.live - told.stale, "run").unwrap_or_else(|| "no runs".to_owned());
    let mut lines = vec![match (counted(told.changed, "run"), dry_run) {
        (None, _) => format!("looked at {looked}: nothing to mend"),
        (Some(changed), true) => format!("looked at {looked}: {changed} would be mended; without --dry-run they are"),
        (Some(changed), false) => format!("looked at {looked}: mended {changed}"),
    }];
    lines.extend(counted(told.live, "run").map(|live| format!("left alone, because something logs to them: {live}")));
    lines.extend(counted(told.stale, "run").map(|stale| format!("left alone, because they have not ended: {stale}")));
    lines.extend(counted(told.wrong, "document").map(|wrong| format!("not readable: {wrong}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_told_and_no_more() {
        let mut old = Summary::default();
        [(0, 1.0), (1, 3.0)].iter().for_each(|(step, value)| old.add(*step, *value));
        let mut new = Summary::default();
        [(0, 1.0), (1, 2.0)].iter().for_each(|(step, value)| new.add(*step, *value));
        assert_eq!(metric("Loss", Some(&old), Some(&new)), "  Loss: last 3 → 2, max 3 → 2, sum 4 → 3");
        let told = Told { runs: 4, changed: 1, live: 1, stale: 1, wrong: 0 };
        assert_eq!(
            end(&told, false),
            [
                "looked at 2 runs: mended 1 run",
                "left alone, because something logs to them: 1 run",
                "left alone, because they have not ended: 1 run"
            ]
        );
        assert_eq!(end(&Told { runs: 1, ..Told::default() }, true), ["looked at 1 run: nothing to mend"]);
    }
}
