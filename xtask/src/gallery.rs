//! `cargo xtask gallery`: pictures of every view, light and dark, and docs/gallery.md, which shows them.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::{place, shell, tools};

/// Trains on the digits into a home of its own, saves each view as a page, and takes pictures of the pages.
pub(crate) fn gallery() -> Result<()> {
    tools::node_modules()?;
    let chromium = tools::chromium()?;
    shell::run(&mut shell::cargo(&["build", "--release", "--locked", "--package", "digits"]))?;
    shell::run(&mut shell::cargo(&["build", "--release", "--locked", "--features", "engine", "--example", "gallery"]))?;
    let release = place::target().join("release");
    let work = place::target().join("gallery");
    fs::remove_dir_all(&work).ok();
    let pages = work.join("pages");
    fs::create_dir_all(&pages)?;
    let here = |command: &mut Command| shell::run(command.env("ML_BOARD_HOME", work.join("home")).env("ML_BOARD_URI", "local:"));
    here(Command::new(release.join("digits")).args(["--runs", "36"]))?;
    here(Command::new(release.join("examples/gallery")).arg(&pages))?;
    let gallery = place::repository().join("docs/gallery.md");
    let mut look = Command::new("node");
    look.arg("test/gallery.mjs").args([&pages, &gallery]).current_dir(place::repository().join("web")).env("CHROMIUM", chromium);
    shell::run(&mut look)
}
