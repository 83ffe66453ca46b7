//! `cargo xtask test`: everything that must hold, in one command, from nothing.

mod counts;
mod failures;
mod parts;
mod rig;

use std::time::Instant;

use anyhow::{Result, bail};
use counts::Counts;
use parts::PARTS;
use rig::Rig;

use crate::shell;

/// Runs all parts, or those with these names, and says whether all passed. One that fails does not keep the others from running.
pub(crate) fn test(names: &[&str]) -> Result<bool> {
    if names == ["list"] {
        PARTS.iter().for_each(|part| println!("{}", part.name));
        return Ok(true);
    }
    if let Some(unknown) = names.iter().find(|name| !PARTS.iter().any(|part| part.name == **name)) {
        bail!("no part `{unknown}`: `cargo xtask test list` names them");
    }
    let mut rig = Rig::default();
    let (mut total, mut table, mut failed) = (Counts::default(), String::new(), String::new());
    for part in PARTS.iter().filter(|part| names.is_empty() || names.contains(&part.name)) {
        println!("\n== {}", part.name);
        let begun = Instant::now();
        let (counts, failures) = run(part, &mut rig);
        let seconds = begun.elapsed().as_secs_f64();
        let outcome = if counts.failed == 0 { "ok" } else { "FAILED" };
        table.push_str(&format!("{:<28} {outcome:<7} {seconds:>7.1} s   {counts}\n", part.name));
        failed.extend(failures.iter().map(|failure| format!("{}: {failure}\n", part.name)));
        total += counts;
    }
    println!("\n{failed}\n{table}\n{total}");
    Ok(total.failed == 0)
}

/// What the commands of a part say of themselves, and what of it failed. A command that fails without naming a failed test is one failure.
fn run(part: &parts::Part, rig: &mut Rig) -> (Counts, Vec<String>) {
    let one = Counts { failed: 1, ..Counts::default() };
    let commands = match (part.commands)(rig) {
        Ok(commands) => commands,
        Err(error) => {
            println!("{error:#}");
            return (one, vec![format!("{error:#}")]);
        }
    };
    let (mut total, mut failures) = (Counts::default(), Vec::new());
    for mut command in commands {
        let mut counts = match shell::tee(&mut command) {
            Ok((succeeded, printed)) => {
                let counts = Counts { failed: u64::from(!succeeded), ..Counts::default() }.or(Counts::read(&printed));
                if counts.failed > 0 {
                    failures.extend(failures::read(&printed));
                }
                counts
            }
            Err(error) => {
                println!("{error:#}");
                failures.push(format!("{error:#}"));
                one
            }
        };
        if part.must_count && counts == Counts::default() {
            println!("no test ran: {command:?}");
            failures.push(format!("no test ran: {command:?}"));
            counts = one;
        }
        total += counts;
    }
    (total, failures)
}
