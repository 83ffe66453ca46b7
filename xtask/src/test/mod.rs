//! `cargo xtask test`: everything that must hold, in one command, from nothing.

mod counts;
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
    let (mut total, mut table) = (Counts::default(), String::new());
    for part in PARTS.iter().filter(|part| names.is_empty() || names.contains(&part.name)) {
        println!("\n== {}", part.name);
        let begun = Instant::now();
        let counts = run(part, &mut rig);
        let seconds = begun.elapsed().as_secs_f64();
        let outcome = if counts.failed == 0 { "ok" } else { "FAILED" };
        table.push_str(&format!("{:<28} {outcome:<7} {seconds:>7.1} s   {counts}\n", part.name));
        total += counts;
    }
    println!("\n{table}\n{total}");
    Ok(total.failed == 0)
}

/// What the commands of a part say of themselves. A command that fails without naming a failed test is one failure.
fn run(part: &parts::Part, rig: &mut Rig) -> Counts {
    let commands = match (part.commands)(rig) {
        Ok(commands) => commands,
        Err(error) => {
            println!("{error:#}");
            return Counts { failed: 1, ..Counts::default() };
        }
    };
    let mut total = Counts::default();
    for mut command in commands {
        let mut counts = match shell::tee(&mut command) {
            Ok((succeeded, printed)) => Counts { failed: u64::from(!succeeded), ..Counts::default() }.or(Counts::read(&printed)),
            Err(error) => {
                println!("{error:#}");
                Counts { failed: 1, ..Counts::default() }
            }
        };
        if part.must_count && counts == Counts::default() {
            println!("no test ran: {command:?}");
            counts.failed = 1;
        }
        total += counts;
    }
    total
}
