//! Where a scenario happens: a directory of its own, the programs, and the looker.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail, ensure};
use ml_board_faults::{HEAVY, Told};
use ml_board_test_support::unique;

use crate::checker::{Answer, Checker, Expected};
use crate::process::{Trainer, beside, wait};

/// How long `ml_board sync` may take when the store answers.
const SYNC: Duration = Duration::from_secs(180);
/// The database that all write to; each scenario has servers of its own.
const DATABASE: &str = "faults";

pub(crate) struct Ground {
    directory: tempfile::TempDir,
    checker: Checker,
    trainer: PathBuf,
    ml_board: PathBuf,
    since: f64,
    begun: u64,
}

/// What a trainer is told.
#[derive(Debug, Clone)]
pub(crate) struct Training<'a> {
    pub(crate) uri: &'a str,
    pub(crate) folder: &'a str,
    pub(crate) seed: u64,
    pub(crate) threads: u64,
    pub(crate) rank: u64,
    /// `bursts`, `full`, `slow`
    pub(crate) pace: &'static str,
    /// Further settings.
    pub(crate) more: Vec<(&'static str, String)>,
}

impl<'a> Training<'a> {
    pub(crate) fn new(uri: &'a str, folder: &'a str, seed: u64) -> Training<'a> {
        Training { uri, folder, seed: seed % 1_000_000_000, threads: 1, rank: 0, pace: "bursts", more: Vec::new() }
    }

    pub(crate) fn threads(self, threads: u64) -> Training<'a> {
        Training { threads, ..self }
    }

    pub(crate) fn rank(self, rank: u64) -> Training<'a> {
        Training { rank, ..self }
    }

    pub(crate) fn pace(self, pace: &'static str) -> Training<'a> {
        Training { pace, ..self }
    }

    /// Large values are many.
    pub(crate) fn heavy(self) -> Training<'a> {
        Training { seed: self.seed | HEAVY, ..self }
    }

    pub(crate) fn with(mut self, key: &'static str, value: impl ToString) -> Training<'a> {
        self.more.push((key, value.to_string()));
        self
    }
}

impl Ground {
    pub(crate) fn new() -> Result<Ground> {
        let directory = tempfile::Builder::new().prefix("ml_board-faults-").tempdir()?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
        let (trainer, ml_board) = (beside("trainer")?, beside("ml_board")?);
        Ok(Ground { directory, checker: Checker::start()?, trainer, ml_board, since, begun: 0 })
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The directory stays, to be looked at.
    pub(crate) fn keep(&mut self) {
        self.directory.disable_cleanup(true);
        println!("kept: {}", self.directory.path().display());
    }

    /// A place of its own in the directory: `ML_BOARD_HOME`, with `journals` in it.
    pub(crate) fn home(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// A new folder of the database.
    pub(crate) fn folder(&self) -> String {
        unique("f")
    }

    /// The command of a trainer whose journals lie in `home`, and its ledger.
    pub(crate) fn command(&mut self, home: &Path, training: &Training<'_>) -> (Command, PathBuf) {
        self.begun += 1;
        let ledger = self.path().join(format!("{:04}.ledger", self.begun));
        let mut command = Command::new(&self.trainer);
        let journals = home.join("journals");
        let said = [
            ("uri", training.uri.to_owned()),
            ("database", DATABASE.to_owned()),
            ("folder", training.folder.to_owned()),
            ("journals", journals.display().to_string()),
            ("ledger", ledger.display().to_string()),
            ("seed", training.seed.to_string()),
            ("threads", training.threads.to_string()),
            ("rank", training.rank.to_string()),
            ("pace", training.pace.to_owned()),
        ];
        for (key, value) in said.iter().chain(&training.more) {
            command.arg(format!("{key}={value}"));
        }
        (command, ledger)
    }

    pub(crate) fn train(&mut self, home: &Path, training: &Training<'_>) -> Result<Trainer> {
        let (command, ledger) = self.command(home, training);
        Trainer::spawn(command, ledger, training.seed, training.threads, training.rank)
    }

    /// Begins `ml_board sync` of the journals in `home`.
    pub(crate) fn begin_sync(&self, home: &Path, uri: &str) -> Result<Child> {
        let said = std::fs::File::options().create(true).append(true).open(self.path().join("sync.said"))?;
        let mut sync = Command::new(&self.ml_board);
        sync.arg("sync").env("ML_BOARD_HOME", home).env("ML_BOARD_URI", uri);
        Ok(sync.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said).spawn()?)
    }

    /// `ml_board sync`, which must store all that was left, and leave no journal. It is asked again as long as it leaves some alone,
    /// up to its time: a child that a killed program had just forked has the program's locks until it becomes another program.
    pub(crate) fn sync(&self, home: &Path, uri: &str) -> Result<()> {
        let begun = Instant::now();
        loop {
            let status = wait(&mut self.begin_sync(home, uri)?, SYNC)?;
            if !status.success() {
                let said = std::fs::read_to_string(self.path().join("sync.said")).unwrap_or_default();
                bail!("`ml_board sync` ended with {status}: {}", said.lines().rev().take(5).collect::<Vec<_>>().join(" | "));
            }
            let left: Vec<_> = journals(home);
            if left.is_empty() {
                return Ok(());
            }
            ensure!(begun.elapsed() < SYNC / 6, "`ml_board sync` left {left:?}");
        }
    }

    /// Compares a folder with what was logged there; the sessions in the order they were begun.
    pub(crate) fn check(&mut self, uri: &str, folder: &str, sessions: &[Expected]) -> Result<Answer> {
        self.checker.ask(uri, (DATABASE, folder), self.since, sessions)
    }

    /// Deletes all that MongoDB has.
    pub(crate) fn forget(&mut self, uri: &str) -> Result<()> {
        self.checker.forget(uri, DATABASE)
    }
}

/// The journals in `home`, by their names.
pub(crate) fn journals(home: &Path) -> Vec<String> {
    let found = std::fs::read_dir(home.join("journals")).into_iter().flatten().flatten();
    let mut names: Vec<String> = found.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    // A death in the making of a journal leaves one that nobody ever logged to; the next writer sweeps it away.
    names.retain(|name| !name.ends_with(".new"));
    names.sort();
    names
}

impl Trainer {
    /// What its session must be: all calls that returned, and none more unless it died.
    pub(crate) fn expected(&self, died: bool, status: &[&'static str]) -> Expected {
        expected(self.told(), self.seed, self.threads, self.rank, died, status)
    }
}

pub(crate) fn expected(told: Told, seed: u64, threads: u64, rank: u64, died: bool, status: &[&'static str]) -> Expected {
    Expected { seed, threads, told, in_flight: died, rank, status: status.to_vec(), how: "", apart: false, damaged: false }
}
