//! `cargo xtask bench read`: from the call to what is shown, ours beside pymongo, pandas and plotly, incense, trackio and TensorBoard.

use anyhow::Result;
use ml_board_test_support::Mongod;

use super::host;
use super::rig::python;
use crate::{shell, tools};

/// `cargo xtask bench read [curves] [long] [groups] [table]`
pub(super) fn read(words: &[&str]) -> Result<()> {
    let mongod = tools::mongod()?;
    let server = Mongod::start(&[]);
    let mut bench = shell::cargo(&["bench", "--features", "engine,writer", "--bench", "read", "--"]);
    bench.args(words).env("ML_BOARD_TEST_URI", server.uri()).env("ML_BOARD_BENCH_PYTHON", python("read")?);
    bench.env("ML_BOARD_TEST_MONGOD", mongod);
    println!("{}, {}. Load {} at the beginning.", host::date(), host::machine(), host::load());
    shell::run(&mut bench)?;
    println!("Load {} at the end.", host::load());
    Ok(())
}
