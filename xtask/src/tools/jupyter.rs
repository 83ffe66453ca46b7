//! Jupyter in a virtual environment, with the Rust kernel known to it and to nobody else.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::{cargo, system};
use crate::{place, shell};

const PACKAGES: [&str; 6] =
    ["jupyterlab==4.6.6", "notebook==7.6.5", "nbclient==0.11.0", "nbconvert==7.17.2", "pymongo==4.20.0", "ipykernel==7.4.0"];

/// The environment.
pub(crate) struct Jupyter {
    bin: PathBuf,
}

impl Jupyter {
    /// The environment without the Rust kernel: enough for pip and Python.
    pub(crate) fn python_only() -> Result<Jupyter> {
        let root = place::tools()?.join("jupyter");
        let jupyter = Jupyter { bin: root.join("bin") };
        // Written last: an environment without it, or with other packages in it, is made anew.
        let complete = root.join("complete");
        let wanted = PACKAGES.join("\n");
        if fs::read_to_string(&complete).is_ok_and(|installed| installed.trim() == wanted) {
            return Ok(jupyter);
        }
        println!("installing JupyterLab (a minute)");
        system::need("python3", "Python 3.10 or newer", &["python3", "python3-venv"])?;
        if shell::capture(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_err() && system::can_install() {
            system::install(&["python3-venv"])?;
        }
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        shell::run(Command::new("python3").args(["-m", "venv"]).arg(&root))?;
        shell::run(jupyter.python().args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES))?;
        fs::write(complete, wanted)?;
        Ok(jupyter)
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

    /// Its `python`.
    pub(crate) fn python(&self) -> Command {
        Command::new(self.bin.join("python"))
    }

    /// Its `jupyter`.
    pub(crate) fn jupyter(&self) -> PathBuf {
        self.bin.join("jupyter")
    }
}
