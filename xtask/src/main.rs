//! The repository's own commands, for people and for CI: `cargo xtask`.

#![allow(clippy::print_stdout, reason = "a command line")]

mod bench;
mod demo;
mod faults;
mod fuzz;
mod gallery;
mod notebook;
mod place;
mod shell;
mod test;
mod tools;
mod web;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask demo    installs what is missing, trains on real digits, runs the tour notebook, and says where to open it
cargo xtask test    installs what the tests need, and runs them all; `cargo xtask test NAME…` runs some parts, `list` names them
cargo xtask bench   lists what is measured; `cargo xtask bench NAME` measures it, `writer` beside other loggers, which it installs
cargo xtask faults  kills, starves and cuts off programs that log, and compares MongoDB with what their calls had taken;
                    `--seed N`, `--short`, and names of scenarios may follow
cargo xtask fuzz    builds the fuzz targets, and runs each for a minute; `cargo xtask fuzz TARGET SECONDS` one of them
cargo xtask gallery makes docs/gallery.md: pictures of every view, light and dark, of freshly trained runs
cargo xtask tour    executes notebooks/tour.ipynb in place, outputs and all, on freshly trained runs
cargo xtask web     builds the page's runtime from web/ into src/render/assets";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether it came out well.
fn run(words: &[&str]) -> anyhow::Result<bool> {
    match words {
        ["bench", words @ ..] => bench::bench(words)?,
        ["demo"] => demo::demo()?,
        ["test", parts @ ..] => return test::test(parts),
        ["faults", words @ ..] => return faults::faults(words),
        ["fuzz", words @ ..] => return fuzz::fuzz(words),
        ["gallery"] => gallery::gallery()?,
        ["tour"] => demo::tour()?,
        ["web"] => web::build()?,
        [] | ["help" | "--help" | "-h"] => println!("{HELP}"),
        _ => anyhow::bail!("no such command: {}\n{HELP}", words.join(" ")),
    }
    Ok(true)
}
