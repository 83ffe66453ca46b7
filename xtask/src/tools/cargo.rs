//! Tools that cargo and rustup install. `cargo install` puts the program in place last, so one that is there is whole.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::{place, shell};

/// The Jupyter kernel for Rust.
pub(crate) fn evcxr() -> Result<PathBuf> {
    install("evcxr_jupyter", "0.22.0", "evcxr-0.22.0")
}

/// The test runner, unless there is one.
pub(crate) fn nextest() -> Result<PathBuf> {
    place::on_path("cargo-nextest").map_or_else(|| install("cargo-nextest", "0.9.143", "cargo-nextest-0.9.143"), Ok)
}

/// The checker of licences, bans and sources, unless there is one.
pub(crate) fn deny() -> Result<PathBuf> {
    place::on_path("cargo-deny").map_or_else(|| install("cargo-deny", "0.20.2", "cargo-deny-0.20.2"), Ok)
}

/// A component of the toolchain: `rust-src`, without which the kernel's variables have no type.
pub(crate) fn component(name: &str) -> Result<()> {
    let installed = shell::capture(Command::new("rustup").args(["component", "list", "--installed"]))?;
    if installed.lines().any(|line| line == name || line.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'))) {
        return Ok(());
    }
    shell::run(Command::new("rustup").args(["component", "add", name]))
}

fn install(package: &str, version: &str, directory: &str) -> Result<PathBuf> {
    let root = place::tools()?.join(directory);
    let program = root.join("bin").join(package);
    if !program.is_file() {
        println!("installing {package} {version} (a few minutes)");
        let mut install = Command::new("cargo");
        // A target directory of its own: the default is a temporary one, which an interrupt throws away with all it compiled.
        install.env("CARGO_TARGET_DIR", place::cache()?.join("build").join(directory));
        install.args(["install", "--quiet", "--locked", package, "--version", version, "--root"]).arg(&root);
        shell::run(&mut install)?;
        std::fs::remove_dir_all(place::cache()?.join("build").join(directory)).ok();
    }
    Ok(program)
}
