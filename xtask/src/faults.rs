//! `cargo xtask faults`: programs that log are killed, starved and cut off, and MongoDB is compared with what their calls had taken.

use std::process::Command;

use anyhow::Result;

use crate::tools::{self, Jupyter};
use crate::{place, shell};

/// Runs the campaign, with these words for it: `[--seed N] [--short] [SCENARIO…]`.
pub(crate) fn faults(words: &[&str]) -> Result<bool> {
    Ok(campaign(words)?.status()?.success())
}

/// Installs and builds what it takes, and answers with the command.
pub(crate) fn campaign(words: &[&str]) -> Result<Command> {
    let (mongod, python) = (tools::mongod()?, Jupyter::pymongo()?);
    let packages = ["--package", "ml_board", "--package", "ml_board_faults", "--features", "ml_board/engine,ml_board/writer"];
    shell::run(shell::cargo(&["build", "--quiet", "--bins"]).args(packages))?;
    let mut campaign = Command::new(place::target().join("debug/faults"));
    campaign.args(words).env("ML_BOARD_TEST_MONGOD", mongod).env("ML_BOARD_TEST_PYTHON", python);
    for own in ["ML_BOARD_URI", "ML_BOARD_HOME", "ML_BOARD_ENGINE"] {
        campaign.env_remove(own);
    }
    Ok(campaign)
}
