//! What the demo and the tests need, installed when it is missing: in the user's cache, never in the system, except for packages
//! of Debian where we are root. Each tool is put in place by one rename or one last file, so an interrupted installation is
//! begun again and never counts as done.

mod browser;
mod cargo;
mod jupyter;
mod mongod;
mod system;
mod venv;

pub(crate) use browser::chromium;
pub(crate) use cargo::{component, deny, nextest};
pub(crate) use jupyter::Jupyter;
pub(crate) use mongod::mongod;
pub(crate) use venv::venv;

use crate::{place, shell};

/// The npm packages of `web/`, as its lock file has them.
pub(crate) fn node_modules() -> anyhow::Result<()> {
    let web = place::repository().join("web");
    let (lock, installed) = (web.join("package-lock.json"), web.join("node_modules/.package-lock.json"));
    let modified = |path: &std::path::Path| path.metadata().and_then(|file| file.modified()).ok();
    if modified(&installed).is_some() && modified(&installed) >= modified(&lock) {
        return Ok(());
    }
    system::need("npm", "Node.js 20 or newer (nodejs.org)", &["nodejs", "npm"])?;
    shell::run(std::process::Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(web))
}
