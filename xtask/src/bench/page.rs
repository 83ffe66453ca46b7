//! `cargo xtask bench page`: what our outputs and pages take in a browser, beside those of others.

use std::process::Command;

use anyhow::{Result, bail};

use super::host;
use super::rig::{python, requirements};
use crate::{place, shell, tools};

const PARTS: [&str; 4] = ["plot", "many", "table", "served"];
/// By the variable that names its Python: what is installed for it.
const PEERS: [(&str, &str); 4] = [("PAGE", "page"), ("TENSORBOARD", "tensorboardx"), ("TRACKIO", "trackio"), ("AIM", "aim")];

/// `cargo xtask bench page [plot | many | table | served] [ROUNDS]`; all of them, if none is named.
pub(super) fn page(words: &[&str]) -> Result<()> {
    if let Some(other) = words.iter().find(|word| !PARTS.contains(word) && word.parse::<u32>().is_err()) {
        bail!("no such part: {other}; there are {}", PARTS.join(", "));
    }
    tools::node_modules()?;
    let build = ["build", "--release", "--features", "engine,writer", "--bin", "ml_board", "--example", "page_fill"];
    shell::run(&mut shell::cargo(&build))?;
    let built = |name: &str| place::target().join("release").join(name);
    let mut bench = Command::new("node");
    bench.arg("benches/page/page.mjs").args(words).current_dir(place::repository());
    bench.env("CHROMIUM", tools::chromium()?).env("ML_BOARD_ENGINE", built("ml_board"));
    bench.env("BENCH_FILL", built("examples/page_fill"));
    let mut versions = Vec::new();
    for (variable, name) in PEERS {
        // A peer that cannot be had is left out, and it is said.
        match python(name) {
            Ok(python) => _ = bench.env(format!("BENCH_{variable}_PYTHON"), python),
            Err(error) => println!("{name} cannot be installed: {error:#}"),
        }
        versions.extend(requirements(name)?);
    }
    for own in ["ML_BOARD_URI", "ML_BOARD_HOME"] {
        bench.env_remove(own);
    }
    println!("{}, {}. {}. Load {} at the beginning.", host::date(), host::machine(), versions.join(", "), host::load());
    shell::run(&mut bench)?;
    println!("\nLoad {} at the end.", host::load());
    Ok(())
}
