//! What is said about a run before it starts.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::care::{self, Care};
use super::core::Core;
use super::resume::FirstSteps;
use super::{SummaryWriter, live, name, origin, panics, shipping};
use crate::address::{Address, Resolved};
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{self, Journal, Layout, Options, SessionInfo, WhenFull};
use crate::model::{RunId, Time, folder_problem};
use crate::stderr;

/// How often the journal is synced to the disk.
const SYNC_INTERVAL: Duration = Duration::from_secs(5);

/// Says where a run goes and what it is called, then starts it with [`build`](Builder::build).
#[derive(Debug, Clone, Default)]
#[must_use = "a builder does nothing until build() is called"]
pub struct Builder {
    uri: Option<String>,
    database: String,
    folder: String,
    name: Option<String>,
    labels: Vec<String>,
    group: Option<String>,
    rank: u32,
    journal_dir: Option<PathBuf>,
    journal_budget: Option<u64>,
    when_full: WhenFull,
    flush_interval: Option<Duration>,
    sync_interval: Option<Duration>,
    without_origin: bool,
    resume: Option<RunId>,
}

impl Builder {
    pub(super) fn new() -> Builder {
        Builder::default()
    }

    /// The store: `mongodb://HOST[:PORT]`, `local:` or `local:DIRECTORY`. Before `ML_BOARD_URI`.
    pub fn uri(mut self, uri: impl Into<String>) -> Builder {
        self.uri = Some(uri.into());
        self
    }

    /// The database. Must be said.
    pub fn database(mut self, database: impl Into<String>) -> Builder {
        self.database = database.into();
        self
    }

    /// The folder: the collection of runs that belong together. Must be said.
    pub fn folder(mut self, folder: impl Into<String>) -> Builder {
        self.folder = folder.into();
        self
    }

    /// The run's name, for people. It need not be unique.
    pub fn name(mut self, name: impl Into<String>) -> Builder {
        self.name = Some(name.into());
        self
    }

    /// The same as [`name`](Builder::name).
    pub fn run_name(self, name: impl Into<String>) -> Builder {
        self.name(name)
    }

    /// Labels, to find the run by.
    pub fn labels<I: IntoIterator<Item: Into<String>>>(mut self, labels: I) -> Builder {
        self.labels.extend(labels.into_iter().map(Into::into));
        self
    }

    /// One more label.
    pub fn label(self, label: impl Into<String>) -> Builder {
        self.labels([label.into()])
    }

    /// The group that the run belongs to: the seeds of one setting, the processes of one training.
    pub fn group(mut self, group: impl Into<String>) -> Builder {
        self.group = Some(group.into());
        self
    }

    /// The rank of this process, if several log one run. They share it by [`resume`](Builder::resume).
    pub fn rank(mut self, rank: u32) -> Builder {
        self.rank = rank;
        self
    }

    /// Where its journal is kept until it is stored: by default `journals` in `ML_BOARD_HOME`, else in the user's data directory.
    /// A journal elsewhere is shipped after a crash only by a writer that names the same directory.
    pub fn journal_dir(mut self, directory: impl Into<PathBuf>) -> Builder {
        self.journal_dir = Some(directory.into());
        self
    }

    /// How many bytes of disk the journal may take while the store is away: 4 GiB unless said. [`when_full`](Builder::when_full) says
    /// what becomes of calls that come after.
    pub fn journal_budget(mut self, bytes: u64) -> Builder {
        self.journal_budget = Some(bytes);
        self
    }

    /// What a log call does when the disk is full or the budget used up: [`WhenFull::DropNewest`] unless said.
    pub fn when_full(mut self, policy: WhenFull) -> Builder {
        self.when_full = policy;
        self
    }

    /// How long a value may wait before it is shipped: a second unless said.
    pub fn flush_interval(mut self, interval: Duration) -> Builder {
        self.flush_interval = Some(interval);
        self
    }

    /// How often the journal is synced to the disk, for the death of the whole machine (that of the process loses nothing): every
    /// five seconds unless said. [`flush`](SummaryWriter::flush) does it at once.
    pub fn sync_interval(mut self, interval: Duration) -> Builder {
        self.sync_interval = Some(interval);
        self
    }

    /// Does not record where the run comes from: command line, working directory, program, user, git commit, crates and profile.
    /// `ML_BOARD_ORIGIN=off` does the same without a change of the program. Host and process are recorded in any case.
    pub fn without_origin(mut self) -> Builder {
        self.without_origin = true;
        self
    }

    /// Continues a run in a new session, where its steps ended.
    pub fn resume(mut self, run: RunId) -> Builder {
        self.resume = Some(run);
        self
    }

    /// Starts the run.
    ///
    /// # Blocking
    /// Up to half a second where no store is named, to see whether a MongoDB answers on this machine; a few seconds to ask the store
    /// for the last steps of a run that is resumed.
    ///
    /// # Errors
    /// If a name or the address cannot be used, or the journal cannot be made. That the store does not answer is no error.
    pub fn build(self) -> Result<SummaryWriter> {
        check_database(&self.database)?;
        check_folder(&self.folder)?;
        let Resolved { address, notes } = Address::resolve(self.uri.as_deref())?;
        shipping::check(&address)?;
        let place = journal::place(self.journal_dir.as_deref())?;
        notes.iter().chain(&place.note).for_each(|note| stderr::tell(format_args!("ml_board: {note}")));

        let run = self.resume.unwrap_or_else(name::run_id);
        let run_name = self.name.clone().unwrap_or_else(|| name::run_name(run));
        let mut info = self.info(run, run_name.clone(), &address);
        let first_steps =
            if info.resumed { FirstSteps::of_run(&info, &address, &place.directory) } else { FirstSteps::default() };
        info.started = first_steps.started(info.started);

        let layout = Layout::default();
        let budget = self.journal_budget.unwrap_or(layout.budget);
        let layout = Layout { budget, when_full: self.when_full, ..layout };
        let journal = Journal::create(&place.directory, info, layout)?;
        let flush_interval = self.flush_interval.unwrap_or(Options::default().flush_interval);
        let options = Options { flush_interval, ..Options::default() };
        let shipper = shipping::start(journal.directory(), &address, options)?;
        shipping::recover(place.directory, address);
        let care = Care::new(self.sync_interval.unwrap_or(SYNC_INTERVAL));
        let core = Arc::new(Core::new(journal, first_steps, shipper.watch(), care));
        live::add(&core);
        care::start()?;
        panics::watch();
        let origin = (!self.without_origin).then(|| origin::search(&core)).flatten();
        Ok(SummaryWriter { core, shipper: Some(shipper), origin, run, run_name })
    }

    fn info(&self, run: RunId, run_name: String, address: &Address) -> SessionInfo {
        SessionInfo {
            session: name::session_id(),
            run,
            target: address.target(),
            database: self.database.clone(),
            folder: self.folder.clone(),
            run_name,
            labels: self.labels.clone(),
            group: self.group.clone(),
            rank: self.rank,
            host: journal::host(),
            pid: std::process::id(),
            started: Time::now(),
            resumed: self.resume.is_some(),
        }
    }
}

fn check_database(name: &str) -> Result<()> {
    let why = match name {
        "" => "it is empty",
        name if name.len() > 63 => "it is longer than 63 bytes",
        name if name.contains(['/', '\\', '.', ' ', '"', '$', '*', '<', '>', ':', '|', '?', '\0']) => {
            "it has one of / \\ . \" $ * < > : | ? or a space or NUL in it"
        }
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Input, format!("{name:?} cannot be the name of a database: {why}")))
}

fn check_folder(name: &str) -> Result<()> {
    let Some(why) = folder_problem(name) else { return Ok(()) };
    Err(Error::new(ErrorKind::Input, format!("{name:?} cannot be the name of a folder: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_store_takes_are_told_at_once() {
        for name in ["digits", "été", "a-b_c"] {
            assert_eq!(check_database(name), Ok(()));
        }
        for name in ["lr_search", "lr search", "a.b", "\u{1F600}"] {
            assert_eq!(check_folder(name), Ok(()));
        }
        let error = SummaryWriter::new("my.db", "folder").unwrap_err().to_string();
        assert!(error.starts_with("\"my.db\" cannot be the name of a database: it has one of"), "{error}");
        for name in ["", "$x", "a\0", "system.x", ".a", "a.tail", "a.edits"] {
            assert!(check_folder(name).is_err(), "{name}");
        }
    }
}
