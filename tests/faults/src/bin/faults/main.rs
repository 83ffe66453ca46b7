//! The campaign: `faults [--seed N] [--short] [SCENARIO…]`, run by `cargo xtask faults`.
//!
//! It draws from its seed when and what to break, lets `trainer`s log meanwhile, ships what is left with `ml_board sync` or with the next
//! writer, and asks `check.py` what MongoDB has.

#![allow(clippy::print_stdout, reason = "a command line")]

mod checker;
mod ground;
mod process;
mod random;
mod scenario;
mod scenarios;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use scenario::{Outcome, Scenario};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match campaign(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all held.
fn campaign(arguments: &[String]) -> Result<bool> {
    let (mut seed, mut short, mut names) = (None, false, Vec::new());
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seed" => {
                seed = Some(words.next().and_then(|seed| seed.parse().ok()).ok_or(anyhow::anyhow!("--seed takes a number"))?)
            }
            "--short" => short = true,
            name if scenarios::ALL.iter().any(|scenario| scenario.name == name) => names.push(name),
            other => {
                let known: Vec<_> = scenarios::ALL.iter().map(|scenario| scenario.name).collect();
                bail!("no scenario `{other}`: there are {}", known.join(", "));
            }
        }
    }
    let seed = seed.unwrap_or_else(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::from(since.subsec_nanos()) ^ since.as_secs() << 20)
    });
    println!("seed {seed}");
    let chosen: Vec<&Scenario> =
        scenarios::ALL.iter().filter(|scenario| names.is_empty() || names.contains(&scenario.name)).collect();
    let outcomes: Vec<Outcome> = chosen.iter().map(|scenario| scenario.run(seed, short)).collect();
    println!("\nseed {seed}\n{}", Outcome::table(&outcomes));
    let held = outcomes.iter().all(|outcome| outcome.failures.is_empty());
    Ok(held)
}
