//! A Chromium for the browser tests.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::system;
use crate::place;

/// `CHROMIUM`, or one on PATH, or Debian's.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM").map(PathBuf::from) {
        if !path.is_file() {
            bail!("CHROMIUM={} is not a file", path.display());
        }
        return Ok(path);
    }
    if let Some(path) = find() {
        return Ok(path);
    }
    if !system::can_install() {
        bail!("no Chromium: install it (or Chrome), or set CHROMIUM to its path");
    }
    system::install(&["chromium", "fonts-dejavu-core"])?;
    find().context("apt-get installed chromium, and it is not on PATH")
}

fn find() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(place::on_path)
}
