//! The page's runtime in `web/`.

use std::process::Command;

use anyhow::Result;

use crate::{place, shell, tools};

/// `cargo xtask web`: builds it into the library's assets.
pub(crate) fn build() -> Result<()> {
    tools::node_modules()?;
    shell::run(&mut npm(&["run", "build"]))
}

/// That its types hold, and that the built files in the library are those of these sources.
pub(crate) fn checks() -> Vec<Command> {
    vec![npm(&["run", "--silent", "check"])]
}

/// `npm` in `web/`.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(arguments).current_dir(place::repository().join("web"));
    npm
}
