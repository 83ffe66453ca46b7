//! `cargo xtask bench live`: boards that stay open, from the log call to the pixel, under load, and what they cost while nothing happens.

use std::process::Command;

use anyhow::{Result, bail};
use ml_board_test_support::Mongod;

use super::host;
use super::rig::python;
use crate::tools::{self, Jupyter};
use crate::{place, shell};

/// `cargo xtask bench live [engine | delays | load | cost] [NUMBER…]`; all of them, if none is named.
pub(super) fn live(words: &[&str]) -> Result<()> {
    let known = ["engine", "delays", "load", "cost"];
    let (names, numbers): (Vec<&str>, Vec<&str>) = match words {
        [] => (known.to_vec(), Vec::new()),
        [name, numbers @ ..] if known.contains(name) => (vec![*name], numbers.to_vec()),
        [other, ..] => bail!("no such part: {other}; there are {}", known.join(", ")),
    };
    let mongod = tools::mongod()?;
    let server = Mongod::start(&[]);
    println!("{}, {}. Load {} at the beginning.", host::date(), host::machine(), host::load());
    for name in names {
        println!("\n== {name}");
        let mut bench = if name == "engine" {
            let mut bench = shell::cargo(&["bench", "--features", "engine,writer", "--bench", "live", "--"]);
            bench.env("ML_BOARD_TEST_MONGOD", &mongod);
            bench
        } else {
            in_a_browser(name)?
        };
        shell::run(bench.args(&numbers).env("ML_BOARD_TEST_URI", server.uri()))?;
    }
    println!("Load {} at the end.", host::load());
    Ok(())
}

/// `benches/live/NAME.mjs`, with all that it drives.
fn in_a_browser(name: &str) -> Result<Command> {
    tools::node_modules()?;
    let build = ["build", "--release", "--features", "engine,writer", "--bin", "ml_board", "--example", "live_trainer"];
    shell::run(&mut shell::cargo(&build))?;
    let (jupyter, kernels) = Jupyter::with_proxy()?;
    let built = |name: &str| place::target().join("release").join(name);
    let mut bench = Command::new("node");
    bench.arg(format!("benches/live/{name}.mjs")).current_dir(place::repository());
    bench.env("CHROMIUM", tools::chromium()?).env("ML_BOARD_ENGINE", built("ml_board"));
    bench.env("ML_BOARD_TEST_TRAINER", built("examples/live_trainer"));
    bench.env("ML_BOARD_TEST_JUPYTER", jupyter).env("JUPYTER_PATH", kernels);
    if name == "cost" {
        for (peer, requirements) in [("TENSORBOARD", "tensorboardx"), ("TRACKIO", "trackio"), ("MONGO", "pymongo")] {
            bench.env(format!("BENCH_{peer}_PYTHON"), python(requirements)?);
        }
    }
    for own in ["ML_BOARD_URI", "ML_BOARD_HOME"] {
        bench.env_remove(own);
    }
    Ok(bench)
}
