//! `cargo xtask demo`: from nothing to the tour, executed on real runs.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::tools::Jupyter;
use crate::{notebook, place, shell};

/// Installs what is missing, trains, runs the tour, and says where to open it.
pub(crate) fn demo() -> Result<()> {
    let jupyter = Jupyter::install()?;
    let engine = train()?;
    let copy = place::cache()?.join("tour/tour.ipynb");
    notebook::copy_of_tour(&copy)?;
    notebook::execute(&jupyter, &copy, &engine)?;
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

/// `cargo xtask tour`: executes the tour in the repository, for its outputs to be committed.
pub(crate) fn tour() -> Result<()> {
    let jupyter = Jupyter::install()?;
    let engine = train()?;
    notebook::execute(&jupyter, &notebook::tour(), &engine)
}

/// Builds the engine, and trains on the digits; the engine's path.
fn train() -> Result<PathBuf> {
    let both =
        ["build", "--release", "--locked", "--package", "ml_board", "--package", "digits", "--features", "ml_board/engine"];
    shell::run(&mut shell::cargo(&both))?;
    let built = |name: &str| place::target().join("release").join(name);
    shell::run(&mut Command::new(built("digits")))?;
    Ok(built("ml_board"))
}
