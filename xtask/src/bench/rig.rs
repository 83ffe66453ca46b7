//! What a trial runs in: the programs of the peers, a server, a directory; nothing of the person's own.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail};
use ml_board_test_support::Mongod;
use serde_json::Value;

use super::peers::{Driver, OURS, Peer, Place, Python};
use crate::{place, shell, tools};

/// The server, and what was installed.
pub(super) struct Rig {
    server: Mongod,
    /// The Python of each set of requirements, and the drivers that are Rust; or why there is none.
    environments: BTreeMap<&'static str, Result<PathBuf, String>>,
    programs: BTreeMap<&'static str, Result<PathBuf, String>>,
    root: PathBuf,
    trials: AtomicU32,
}

/// One process's worth of logging: its directory and its database, which go with it.
pub(super) struct Trial<'a> {
    rig: &'a Rig,
    peer: &'a Peer,
    pub(super) directory: PathBuf,
    database: String,
}

impl Rig {
    pub(super) fn new(peers: &[&'static Peer]) -> Result<Rig> {
        let mongod = tools::mongod()?;
        println!("mongod: {}", mongod.display());
        let (mut environments, mut programs) = (BTreeMap::new(), BTreeMap::new());
        for peer in peers {
            if let Driver::Rust(program) = peer.driver {
                programs.entry(program).or_insert_with(|| told(build(program)));
            }
            // A driver that is Python reads, too; pymongo also measures the databases.
            for requirements in [peer.reader.requirements, "pymongo"] {
                environments.entry(requirements).or_insert_with(|| told(python(requirements)));
            }
        }
        let root = place::target().join("peers");
        fs::remove_dir_all(&root).ok();
        fs::create_dir_all(&root)?;
        Ok(Rig { server: Mongod::start(&[]), environments, programs, root, trials: AtomicU32::new(0) })
    }

    pub(super) fn mongod_version() -> Result<String> {
        let said = shell::capture(Command::new(tools::mongod()?).arg("--version"))?;
        Ok(said.lines().next().unwrap_or_default().trim_start_matches("db version v").to_owned())
    }

    pub(super) fn trial<'a>(&'a self, peer: &'a Peer) -> Result<Trial<'a>> {
        let number = self.trials.fetch_add(1, Ordering::Relaxed);
        let directory = self.root.join(format!("{number}-{}", peer.name));
        fs::create_dir_all(&directory)?;
        Ok(Trial { rig: self, peer, directory, database: format!("trial_{number}") })
    }

    fn python(&self, python: &Python) -> Result<Command> {
        command(self.environments.get(python.requirements))
    }
}

impl Trial<'_> {
    /// The peer's driver with these arguments, its output in pipes.
    pub(super) fn driver(&self, mode: &str, arguments: &[String]) -> Result<Command> {
        let mut command = match &self.peer.driver {
            Driver::Rust(program) => command(self.rig.programs.get(program))?,
            Driver::Python(python) => self.harness(python)?,
        };
        command.arg(mode).arg(&self.directory).args(arguments);
        self.enclose(&mut command);
        Ok(command)
    }

    /// What the peer's reader finds of the calls that had returned.
    pub(super) fn read(&self, returned: u64) -> Result<Value> {
        if self.peer.recovers {
            answer(&mut self.driver("recover", &[])?)?;
        }
        let mut command = self.harness(&self.peer.reader)?;
        command.arg("read").arg(&self.directory).arg(returned.to_string());
        self.enclose(&mut command);
        answer(&mut command)?.context("it read nothing")
    }

    /// Bytes on disk: what the files take, and the database.
    pub(super) fn bytes(&self) -> Result<u64> {
        let files = allocated(&self.directory)?;
        if self.peer.place == Place::Files {
            return Ok(files);
        }
        let mut size = self.rig.python(&Python { module: "mongo", requirements: "pymongo" })?;
        size.arg(peers_directory().join("python/mongo.py"));
        self.enclose(&mut size);
        Ok(files + shell::capture(&mut size)?.trim().parse::<u64>()?)
    }

    fn harness(&self, python: &Python) -> Result<Command> {
        let mut command = self.rig.python(python)?;
        command.arg(peers_directory().join("python/harness.py")).arg(python.module);
        Ok(command)
    }

    /// Its own home, no network but the server, no telemetry.
    fn enclose(&self, command: &mut Command) {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).current_dir(&self.directory);
        command.env("HOME", self.directory.join("home")).env("ML_BOARD_HOME", self.directory.join("home"));
        command.env("BENCH_URI", self.rig.server.uri()).env("BENCH_DATABASE", &self.database).env("BENCH_STORE", self.peer.store);
        command
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("DO_NOT_TRACK", "1")
            .env("HF_HUB_OFFLINE", "1")
            .env("GIT_PYTHON_REFRESH", "quiet");
        command.env("WANDB_MODE", "offline").env("WANDB_SILENT", "true").env("WANDB_ERROR_REPORTING", "false");
        command.env("MLFLOW_DISABLE_TELEMETRY", "true").env("MLFLOW_ALLOW_FILE_STORE", "true");
        for own in ["ML_BOARD_URI", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "WANDB_API_KEY", "TRACKIO_DIR"] {
            command.env_remove(own);
        }
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.directory).ok();
    }
}

/// Runs a driver to its end; its last line that is JSON, if it has one.
pub(super) fn answer(command: &mut Command) -> Result<Option<Value>> {
    let stdout = shell::capture(command).map_err(|error| anyhow::anyhow!("{}", last_line(&format!("{error:#}"))))?;
    Ok(stdout.lines().rev().find_map(|line| serde_json::from_str(line).ok()))
}

/// Of an error with a traceback, the line that says it.
fn last_line(text: &str) -> &str {
    text.trim_end().lines().next_back().unwrap_or_default()
}

/// The pinned packages of a peer.
pub(super) fn requirements(name: &str) -> Result<Vec<String>> {
    let path = peers_directory().join("requirements").join(name).with_extension("txt");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect())
}

/// The Python with a peer's pinned packages.
pub(super) fn python(name: &str) -> Result<PathBuf> {
    let packages = requirements(name)?;
    let root = tools::venv(&format!("peers/{name}"), &packages.iter().map(String::as_str).collect::<Vec<_>>())?;
    Ok(root.join("bin/python"))
}

fn build(program: &str) -> Result<PathBuf> {
    let mut build = match program {
        OURS => shell::cargo(&["build", "--release", "--locked", "--features", "writer", "--example", "writer_peer"]),
        _ => shell::cargo(&["build", "--release", "--locked", "--manifest-path", "benches/peers/rust/Cargo.toml"]),
    };
    shell::run(build.env("CARGO_TARGET_DIR", place::target()))?;
    Ok(place::target().join("release").join(program))
}

/// A peer that cannot be had is a row that says so.
fn told(made: Result<PathBuf>) -> Result<PathBuf, String> {
    made.map_err(|error| format!("{error:#}"))
}

fn command(program: Option<&Result<PathBuf, String>>) -> Result<Command> {
    match program.context("a program that nobody asked for")? {
        Ok(program) => Ok(Command::new(program)),
        Err(error) => bail!("{error}"),
    }
}

fn peers_directory() -> PathBuf {
    place::repository().join("benches/peers")
}

/// What the files of a directory take on disk. One that goes meanwhile takes nothing.
fn allocated(directory: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(metadata) = entry.metadata() else { continue };
        bytes += if metadata.is_dir() { allocated(&entry.path())? } else { metadata.blocks() * 512 };
    }
    Ok(bytes)
}
