//! `ml_board sync`: stores what programs that died left in this machine's journals, and waits for all of it.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use super::{say, size};
use crate::engine::notes::counted;
use crate::error::{Error, Result};
use crate::home::home;
use crate::ship::{self, Progress, Recovered, Which};
use crate::store::Address;

/// Each journal to its own store. The settings' address gives its credentials to the store that it names.
pub(super) fn sync() -> Result<ExitCode> {
    let known = Address::resolve(None)?.address;
    let bar = bar();
    let recovered = ship::recover(&home()?, Which::All { known: Some(&known) }, &mut |progress| step(&bar, &progress));
    bar.finish_and_clear();
    let recovered = recovered?;
    told(&recovered).into_iter().for_each(say::line);
    recovered.left.iter().for_each(|(directory, error)| {
        let what = format!("the journal {} stays where it is", directory.display());
        say::trouble(&Error::new(error.kind(), what).because(error));
    });
    Ok(if recovered.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Shown on a terminal only.
pub(super) fn bar() -> ProgressBar {
    let style =
        ProgressStyle::with_template("{spinner} {prefix} {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

fn step(bar: &ProgressBar, progress: &Progress<'_>) {
    let Progress { info, index, of, points, pending_bytes } = progress;
    bar.set_prefix(format!("{}/{of}", index + 1));
    bar.set_message(format!(
        "{}/{} {}: {points} points stored, {} to go",
        info.database,
        info.folder,
        info.run_name,
        size(*pending_bytes)
    ));
}

/// How it ended, a line each.
fn told(recovered: &Recovered) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(journals) = counted(recovered.sessions, "journal") {
        let points = counted(usize::try_from(recovered.points).unwrap_or(usize::MAX), "point");
        lines
            .push(format!("stored {journals}: {}", points.unwrap_or_else(|| "no points that were not stored before".to_owned())));
    }
    if recovered.live > 0 {
        lines.push(format!("left alone, because their programs run and store them: {}", recovered.live));
    }
    if lines.is_empty() && recovered.left.is_empty() {
        lines.push("nothing waits to be stored".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_in_every_case() {
        assert_eq!(told(&Recovered::default()), ["nothing waits to be stored"]);
        let some = Recovered { sessions: 1, points: 300, live: 2, ..Recovered::default() };
        assert_eq!(told(&some), ["stored 1 journal: 300 points", "left alone, because their programs run and store them: 2"]);
    }
}
