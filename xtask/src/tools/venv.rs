//! Virtual environments of Python, each with packages of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::system;
use crate::{place, shell};

/// The directory of the environment `name` with exactly these packages, each with its version; made anew if it has others.
pub(crate) fn venv(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let root = place::tools()?.join(name);
    // Written last: an environment without it is not whole.
    let complete = root.join("complete");
    let wanted = packages.join("\n");
    if fs::read_to_string(&complete).is_ok_and(|installed| installed.trim() == wanted) {
        return Ok(root);
    }
    println!("installing {} (a minute)", packages.join(", "));
    system::need("python3", "Python 3.10 or newer", &["python3", "python3-venv"])?;
    if shell::capture(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_err() && system::can_install() {
        system::install(&["python3-venv"])?;
    }
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    shell::run(Command::new("python3").args(["-m", "venv"]).arg(&root))?;
    let mut pip = Command::new(root.join("bin/python"));
    shell::run(pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages))?;
    fs::write(complete, wanted)?;
    Ok(root)
}
