//! Jupyter in a virtual environment, with the Rust kernel known to it and to nobody else.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::{cargo, venv};
use crate::{place, shell};

const PACKAGES: [&str; 6] =
    ["jupyterlab==4.6.6", "notebook==7.6.5", "nbclient==0.11.0", "nbconvert==7.17.2", "pymongo==4.20.0", "ipykernel==7.4.0"];

/// For notebooks whose server is another machine than the browser's.
const PROXY: &str = "jupyter-server-proxy==4.6.0";

/// The environment.
pub(crate) struct Jupyter {
    bin: PathBuf,
}

impl Jupyter {
    /// The environment without the Rust kernel: enough for pip and Python.
    pub(crate) fn python_only() -> Result<Jupyter> {
        Ok(Jupyter { bin: venv("jupyter", &PACKAGES)?.join("bin") })
    }

    /// A Python that has pymongo: the person's own (`ML_BOARD_TEST_PYTHON`), else that of the environment.
    pub(crate) fn pymongo() -> Result<PathBuf> {
        match std::env::var_os("ML_BOARD_TEST_PYTHON") {
            Some(python) => Ok(python.into()),
            None => Ok(Jupyter::python_only()?.bin.join("python")),
        }
    }

    /// The environment with the Rust kernel.
    pub(crate) fn install() -> Result<Jupyter> {
        let kernel = cargo::evcxr()?;
        cargo::component("rust-src")?;
        let jupyter = Jupyter::python_only()?;
        let share = place::tools()?.join("jupyter/share/jupyter");
        let spec = share.join("kernels/rust/kernel.json");
        if !fs::read_to_string(&spec).is_ok_and(|spec| spec.contains(&*kernel.to_string_lossy())) {
            shell::capture(Command::new(&kernel).arg("--install").env("JUPYTER_PATH", &share))?;
            fs::read_to_string(&spec).with_context(|| format!("{} did not write {}", kernel.display(), spec.display()))?;
        }
        Ok(jupyter)
    }

    /// An environment with the Rust kernel whose server has a proxy as well; the Python of it, and what to set `JUPYTER_PATH` to.
    pub(crate) fn with_proxy() -> Result<(PathBuf, PathBuf)> {
        Jupyter::install()?;
        let packages: Vec<&str> = PACKAGES.into_iter().chain([PROXY]).collect();
        Ok((venv("jupyter-proxy", &packages)?.join("bin/python"), place::tools()?.join("jupyter/share/jupyter")))
    }

    /// Its `python`.
    pub(crate) fn python(&self) -> Command {
        Command::new(self.bin.join("python"))
    }

    /// Its `jupyter`.
    pub(crate) fn jupyter(&self) -> PathBuf {
        self.bin.join("jupyter")
    }
}
