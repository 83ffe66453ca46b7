//! `ml_board sync`: stores what programs that died left in this machine's journals, and waits for all of it. `--to` moves the local
//! store's runs to another store.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::say;
use crate::engine::journals;
use crate::engine::notes::counted;
use crate::error::{Error, ErrorKind, Result};
use crate::journal;
use crate::model::SessionId;
use crate::ship::{self, MoveProgress, Moved, Progress, Recovered, Which};
use crate::store::{self, Address, Local, Place};

/// Each journal to its own store. The settings' address gives its credentials to the store that it names.
pub(super) fn sync() -> Result<ExitCode> {
    let known = Address::resolve(None)?.address;
    let mut bar = Bar::of_journals()?;
    let recovered = journals::recover(Which::All { known: Some(&known) }, &mut |progress| bar.step(&progress));
    bar.bar.finish_and_clear();
    let recovered = recovered?;
    told(&recovered).into_iter().for_each(say::line);
    left(&recovered);
    Ok(if recovered.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The runs of the local store, and what waits for it, to the store at `to`.
pub(super) fn move_to(to: &str) -> Result<ExitCode> {
    let to = Address::parse(to)?;
    // The settings may name a local store elsewhere than the default one.
    let from = std::env::var("ML_BOARD_URI").ok().filter(|uri| uri.starts_with("local:"));
    let from = Address::parse(from.as_deref().unwrap_or("local:"))?;
    let Some(directory) = from.directory().filter(|_| from != to) else {
        return Err(Error::new(ErrorKind::Input, "the local store cannot be moved to itself")
            .help("name another one: ml_board sync --to mongodb://HOST"));
    };
    let there = store::open(&to)?;
    // A store that is away is told before anything is begun.
    there.ping()?;
    let mut bar = Bar::of_journals()?;
    let moved = ship::move_local(&Local::open(directory)?, &journal::places()?, &there, &mut |progress| match progress {
        MoveProgress::Journal(journal) => bar.step(&journal),
        MoveProgress::Run { place, name, index, of } => bar.run(place, name, index, of),
    });
    bar.bar.finish_and_clear();
    let moved = moved?;
    moved_told(&moved, &to).into_iter().for_each(say::line);
    left(&moved.journals);
    Ok(if moved.left.is_empty() && moved.journals.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How far it is. Shown on a terminal only.
struct Bar {
    bar: ProgressBar,
    /// Bytes to go, of each journal.
    to_go: BTreeMap<SessionId, u64>,
    total: u64,
}

impl Bar {
    /// One that is full when all that dead programs left is stored.
    fn of_journals() -> Result<Bar> {
        let dead = journals::waiting()?.found.into_iter().filter(|waiting| !waiting.alive);
        let to_go: BTreeMap<SessionId, u64> = dead.map(|waiting| (waiting.info.session, waiting.bytes)).collect();
        let total = to_go.values().sum();
        let bar = ProgressBar::new(total).with_style(style("{bar:24} {binary_bytes}/{binary_total_bytes} {eta}  {wide_msg}"));
        bar.enable_steady_tick(Duration::from_millis(120));
        Ok(Bar { bar, to_go, total })
    }

    fn step(&mut self, progress: &Progress<'_>) {
        let Progress { info, points, pending_bytes, .. } = progress;
        self.to_go.insert(info.session, *pending_bytes);
        self.bar.set_position(self.total.saturating_sub(self.to_go.values().sum()));
        let [database, folder, name] = [&info.database, &info.folder, &info.run_name].map(|name| say::name(name));
        self.bar.set_message(format!("{database}/{folder} {name}: {points} points stored"));
    }

    fn run(&self, place: Place<'_>, name: &str, index: usize, of: usize) {
        self.bar.set_style(style("{bar:24} {pos}/{len} runs {eta}  {wide_msg}"));
        self.bar.set_length(of as u64);
        self.bar.set_position(index as u64);
        let [database, folder, name] = [place.database, place.folder, name].map(say::name);
        self.bar.set_message(format!("{database}/{folder} {name}"));
    }
}

pub(super) fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// How it ended, a line each.
fn told(recovered: &Recovered) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(journals) = counted(recovered.sessions, "journal") {
        lines.push(format!("stored the rest of {journals}: {}", points(recovered.points)));
    }
    if recovered.live > 0 {
        lines.push(format!("left alone, because their programs run and store them: {}", recovered.live));
    }
    if lines.is_empty() && recovered.left.is_empty() {
        lines.push("nothing waits to be stored".to_owned());
    }
    lines
}

/// How a move ended, a line each.
fn moved_told(moved: &Moved, to: &Address) -> Vec<String> {
    let mut lines = vec![match counted(moved.runs, "run") {
        Some(runs) => format!("moved {runs} with {} to {to}", points(moved.points)),
        None => format!("the local store has no run to move to {to}"),
    }];
    if !moved.left.is_empty() {
        lines.push("not moved, because something still logs to them (say it again when they ended):".to_owned());
        lines.extend(moved.left.iter().map(|(name, id)| format!("  {} ({id})", say::name(name))));
    }
    lines
}

fn points(points: u64) -> String {
    counted(usize::try_from(points).unwrap_or(usize::MAX), "point").unwrap_or_else(|| "no points".to_owned())
}

/// The journals that could not be stored.
fn left(recovered: &Recovered) {
    recovered.left.iter().for_each(|(directory, error)| {
        let what = format!("the journal {} stays where it is", directory.display());
        say::trouble(&Error::new(error.kind(), what).because(error));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RunId;

    #[test]
    fn the_end_is_told_in_every_case() {
        assert_eq!(told(&Recovered::default()), ["nothing waits to be stored"]);
        let some = Recovered { sessions: 1, points: 300, live: 2, ..Recovered::default() };
        let lines = ["stored the rest of 1 journal: 300 points", "left alone, because their programs run and store them: 2"];
        assert_eq!(told(&some), lines);
    }

    #[test]
    fn what_was_not_moved_is_named() {
        let to = Address::parse("mongodb://ada:secret@lab:27017").unwrap();
        let left = vec![("warm fox".to_owned(), RunId::from_bytes([1; 12]))];
        let moved = Moved { runs: 1, points: 3, left, ..Moved::default() };
        insta::assert_snapshot!(moved_told(&moved, &to).join("\n"), @r"
        moved 1 run with 3 points to mongodb://lab:27017
        not moved, because something still logs to them (say it again when they ended):
          warm fox (010101010101010101010101)
        ");
        assert_eq!(moved_told(&Moved::default(), &to), ["the local store has no run to move to mongodb://lab:27017"]);
    }
}
