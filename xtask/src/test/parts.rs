//! The parts of `cargo xtask test`, those that tell soonest first.

use std::process::Command;

use anyhow::Result;

use super::rig::{Rig, WHOLE};
use crate::tools::{self, Jupyter};
use crate::{place, shell, web};

/// Some commands that belong together.
pub(super) struct Part {
    pub(super) name: &'static str,
    /// Whether it is a failure if a command tells of no test.
    pub(super) must_count: bool,
    /// Installs what it takes, and answers with what to run.
    pub(super) commands: fn(&mut Rig) -> Result<Vec<Command>>,
}

const fn check(name: &'static str, commands: fn(&mut Rig) -> Result<Vec<Command>>) -> Part {
    Part { name, must_count: false, commands }
}

const fn tests(name: &'static str, commands: fn(&mut Rig) -> Result<Vec<Command>>) -> Part {
    Part { name, must_count: true, commands }
}

/// The library's combinations of features that people use; the first one with all other packages.
const FEATURES: [&[&str]; 7] = [
    &WHOLE,
    &[],
    &["--no-default-features", "--features", "writer"],
    &["--no-default-features", "--features", "journal"],
    BEYOND,
    &["--no-default-features", "--features", "engine"],
    &["--no-default-features", "--features", "journal,engine"],
];

/// What crosses to other crates; all else of these features is tested without them.
const BEYOND: &[&str] = &["--features", "engine,writer,plotly,polars", "--test", "beyond"];

pub(super) const PARTS: [Part; 14] = [
    check("format", |_| {
        tools::component("rustfmt")?;
        Ok(vec![shell::cargo(&["fmt", "--all", "--check"])])
    }),
    check("deny", |_| {
        let mut deny = Command::new(tools::deny()?);
        deny.args(["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]).current_dir(place::repository());
        Ok(vec![deny])
    }),
    check("clippy", |_| {
        tools::component("clippy")?;
        let lint = |which: &[&str]| {
            let mut clippy = shell::cargo(&["clippy", "--quiet", "--all-targets"]);
            clippy.args(which).args(["--", "-D", "warnings"]);
            clippy
        };
        Ok(FEATURES.into_iter().map(lint).collect())
    }),
    check("rustdoc", |_| {
        let mut doc = shell::cargo(&["doc", "--quiet", "--no-deps", "--features", "engine,writer"]);
        doc.env("RUSTDOCFLAGS", "-D warnings");
        Ok(vec![doc])
    }),
    check("web-build", |_| {
        tools::node_modules()?;
        Ok(web::checks())
    }),
    tests("web", |rig| {
        tools::node_modules()?;
        let mut test = web::npm(&["test"]);
        rig.equip(&mut test)?;
        Ok(vec![test])
    }),
    tests("rust", |rig| {
        let nextest = tools::nextest()?;
        // Boards are followed in a browser, too.
        tools::node_modules()?;
        let test = |which: &[&str]| -> Result<Command> {
            let mut test = Command::new(&nextest);
            test.args(["nextest", "run", "--no-fail-fast", "--status-level", "slow", "--final-status-level", "fail"]);
            test.args(which).current_dir(place::repository());
            rig.equip(&mut test)?;
            Ok(test)
        };
        FEATURES.into_iter().take(5).map(test).collect()
    }),
    tests("doctests", |_| Ok(vec![shell::cargo(&["test", "--quiet", "--doc", "--features", "engine,writer"])])),
    tests("digits", |rig| {
        let mut test = Jupyter::python_only()?.python();
        test.arg("tests/digits/check.py").current_dir(place::repository());
        rig.equip_with_runs(&mut test)?;
        Ok(vec![test])
    }),
    tests("faults", |_| Ok(vec![crate::faults::campaign(&["--short"])?])),
    tests("kernel", |rig| {
        tools::node_modules()?;
        let mut test = Jupyter::install()?.python();
        test.arg("tests/kernel/check.py").current_dir(place::repository());
        rig.equip_with_runs(&mut test)?;
        Ok(vec![test])
    }),
    tests("lab", |rig| {
        let jupyter = Jupyter::install()?;
        tools::node_modules()?;
        let mut test = jupyter.python();
        test.arg("tests/lab/check.py").current_dir(place::repository());
        rig.equip_with_runs(&mut test)?;
        Ok(vec![test])
    }),
    tests("live", |rig| {
        tools::node_modules()?;
        let mut test = Command::new("node");
        test.arg("tests/live/check.mjs").current_dir(place::repository());
        rig.equip_with_notebooks(&mut test)?;
        Ok(vec![test])
    }),
    check("package", |_| Ok(vec![shell::cargo(&["package", "--quiet", "--package", "ml_board", "--allow-dirty"])])),
];
