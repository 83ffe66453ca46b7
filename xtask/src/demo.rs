//! `cargo xtask demo`: from nothing to the tour, executed on real runs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::tools::Jupyter;
use crate::{notebook, place, shell};

/// Installs what is missing, trains, runs the tour, and says where to open it.
pub(crate) fn demo() -> Result<()> {
    let jupyter = Jupyter::install()?;
    let (engine, digits) = build()?;
    shell::run(&mut Command::new(digits))?;
    let copy = place::cache()?.join("tour/tour.ipynb");
    notebook::copy_of_tour(&copy)?;
    notebook::execute(&jupyter, &copy, &[("ML_BOARD_ENGINE", &engine)])?;
    shell::capture(Command::new(jupyter.jupyter()).arg("trust").arg(&copy))?;
    println!(
        "\nThe tour is executed: {}\nOpen it:\n\n    ML_BOARD_ENGINE={} {} lab {}\n",
        copy.display(),
        engine.display(),
        jupyter.jupyter().display(),
        copy.display()
    );
    Ok(())
}

/// `cargo xtask tour`: executes the tour in the repository, for its outputs to be committed, on runs of its own.
pub(crate) fn tour() -> Result<()> {
    let jupyter = Jupyter::install()?;
    let (engine, digits) = build()?;
    let home = place::target().join("tour");
    fs::remove_dir_all(&home).ok();
    shell::run(Command::new(digits).env("ML_BOARD_HOME", &home).env("ML_BOARD_URI", "local:"))?;
    let local = PathBuf::from("local:");
    notebook::execute(
        &jupyter,
        &notebook::tour(),
        &[("ML_BOARD_ENGINE", &engine), ("ML_BOARD_HOME", &home), ("ML_BOARD_URI", &local)],
    )
}

/// The engine, and the program that trains on the digits.
fn build() -> Result<(PathBuf, PathBuf)> {
    let both =
        ["build", "--release", "--locked", "--package", "ml_board", "--package", "digits", "--features", "ml_board/engine"];
    shell::run(&mut shell::cargo(&both))?;
    let built = |name: &str| place::target().join("release").join(name);
    Ok((built("ml_board"), built("digits")))
}
