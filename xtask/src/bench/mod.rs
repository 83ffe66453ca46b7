//! `cargo xtask bench`: what is measured here, and how it is run.

mod host;
mod kill;
mod live;
mod page;
mod peers;
mod read;
mod rig;
mod table;
mod timing;
mod writer;

use std::fs;

use anyhow::{Context, Result};
use ml_board_test_support::Mongod;

use crate::{place, shell, tools};

/// Lists what there is, or runs what is named.
pub(crate) fn bench(words: &[&str]) -> Result<()> {
    match words {
        [] | ["list"] => list(),
        ["writer", words @ ..] => writer::writer(words),
        ["read", words @ ..] => read::read(words),
        ["live", words @ ..] => live::live(words),
        ["page", words @ ..] => page::page(words),
        [name, arguments @ ..] => run(name, arguments),
    }
}

/// The benches of cargo, each with the first line of its file.
fn list() -> Result<()> {
    println!("{:<10} Our writer beside other loggers, which it installs: `writer [PEER…] [--short]`", "writer");
    println!(
        "{:<10} Our outputs and pages beside those of other tools, in a browser: `page [plot|many|table|served] [ROUNDS]`",
        "page"
    );
    for name in names()? {
        let text = fs::read_to_string(place::repository().join("benches").join(&name).with_extension("rs"))?;
        let first = text.lines().next().unwrap_or_default().trim_start_matches("//!");
        println!("{name:<10} {}", first.split_once(": `").map_or(first, |(what, _)| what).trim());
    }
    Ok(())
}

fn names() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in fs::read_dir(place::repository().join("benches"))? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

/// One bench of cargo, on a server of its own.
fn run(name: &str, arguments: &[&str]) -> Result<()> {
    let names = names()?;
    names
        .iter()
        .find(|known| *known == name)
        .with_context(|| format!("no such bench: {name}; there are writer, {}", names.join(", ")))?;
    let mut bench = shell::cargo(&["bench", "--features", "engine,writer", "--bench", name, "--"]);
    bench.args(arguments).env("ML_BOARD_TEST_MONGOD", tools::mongod()?);
    let server = std::env::var_os("ML_BOARD_TEST_URI").is_none().then(|| Mongod::start(&[]));
    if let Some(server) = &server {
        bench.env("ML_BOARD_TEST_URI", server.uri());
    }
    shell::run(&mut bench)
}
