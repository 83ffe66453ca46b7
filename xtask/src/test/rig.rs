//! What the tests of a run of `cargo xtask test` share: one server, one browser, one engine.

use std::process::Command;

use anyhow::Result;
use ml_board_test_support::Mongod;

use crate::tools::Jupyter;
use crate::{place, shell, tools};

/// All packages, with one set of features, so that they are compiled once for the Rust tests and for the programs of the others.
pub(super) const WHOLE: [&str; 3] = ["--workspace", "--features", "ml_board/engine,ml_board/writer"];

/// What the statistics are held against.
const STATISTICS: &[&str] = &["numpy==2.2.6", "scipy==1.15.3", "scikit-learn==1.6.1", "tensorboard==2.20.0"];

/// Started or built when the first part needs it; the server ends with it.
#[derive(Default)]
pub(super) struct Rig {
    server: Option<Mongod>,
    uri: Option<String>,
}

impl Rig {
    /// Tells `test` of the server and the browser, and keeps what the person has set up for themselves out of it.
    pub(super) fn equip(&mut self, test: &mut Command) -> Result<()> {
        // Some tests kill a server of their own; who names one to test on may do without.
        match tools::mongod() {
            Ok(mongod) => _ = test.env("ML_BOARD_TEST_MONGOD", mongod),
            Err(error) if std::env::var_os("ML_BOARD_TEST_URI").is_some() => println!("{error:#}"),
            Err(error) => return Err(error),
        }
        test.env("ML_BOARD_TEST_URI", self.uri()?).env("CHROMIUM", tools::chromium()?);
        test.env("ML_BOARD_TEST_PYTHON", tools::venv("statistics", STATISTICS)?.join("bin/python"));
        for own in ["ML_BOARD_URI", "ML_BOARD_HOME", "ML_BOARD_ENGINE"] {
            test.env_remove(own);
        }
        Ok(())
    }

    /// The same, with the engine and the program that trains on the digits.
    pub(super) fn equip_with_runs(&mut self, test: &mut Command) -> Result<()> {
        self.equip(test)?;
        shell::run(shell::cargo(&["build", "--quiet", "--bins"]).args(WHOLE))?;
        let built = |name: &str| place::target().join("debug").join(name);
        test.env("ML_BOARD_ENGINE", built("ml_board")).env("ML_BOARD_TEST_DIGITS", built("digits"));
        Ok(())
    }

    /// The same, with a trainer, and a Jupyter server that has a proxy, for boards that stay open.
    pub(super) fn equip_with_notebooks(&mut self, test: &mut Command) -> Result<()> {
        self.equip(test)?;
        shell::run(shell::cargo(&["build", "--quiet", "--bins"]).args(WHOLE))?;
        shell::run(shell::cargo(&["build", "--quiet", "--example", "live_trainer"]).args(WHOLE))?;
        let (python, kernels) = Jupyter::with_proxy()?;
        let built = |name: &str| place::target().join("debug").join(name);
        test.env("ML_BOARD_ENGINE", built("ml_board")).env("ML_BOARD_TEST_TRAINER", built("examples/live_trainer"));
        test.env("ML_BOARD_TEST_JUPYTER", python).env("JUPYTER_PATH", kernels);
        Ok(())
    }

    fn uri(&mut self) -> Result<String> {
        if let Some(uri) = &self.uri {
            return Ok(uri.clone());
        }
        let uri = match std::env::var("ML_BOARD_TEST_URI") {
            Ok(uri) => uri,
            Err(_) => self.server.insert(Mongod::start(&[])).uri(),
        };
        Ok(self.uri.insert(uri).clone())
    }
}
