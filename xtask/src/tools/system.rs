//! What only the system's package manager can give.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::{place, shell};

/// Makes sure that `program` is on PATH: by Debian's packages where we may install them, else by telling the person.
pub(crate) fn need(program: &str, what: &str, packages: &[&str]) -> Result<()> {
    if place::on_path(program).is_some() {
        return Ok(());
    }
    if !can_install() {
        bail!("`{program}` is missing: install {what}");
    }
    install(packages)
}

/// Whether packages of Debian can be installed here without asking.
pub(crate) fn can_install() -> bool {
    let root = shell::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    root && Path::new("/etc/debian_version").exists() && place::on_path("apt-get").is_some()
}

/// Installs packages of Debian.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    shell::run(Command::new("apt-get").args(["update", "-qq"]))?;
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages).env("DEBIAN_FRONTEND", "noninteractive");
    shell::run(&mut install)
}
