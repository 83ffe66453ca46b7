//! Starting it as a child.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::error::{Error, ErrorKind, Result};

/// A log longer than this is begun anew.
const LOG_BYTES: u64 = 1 << 20;

/// Where a child's stderr goes. An inherited one would keep a notebook's kernel waiting until the child ends.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) path: PathBuf,
    from: u64,
}

impl Log {
    /// Opens the log for one more child; what was there before is not this child's.
    fn open(home: &Path) -> std::io::Result<(Log, File)> {
        let directory = home.join("log");
        fs::create_dir_all(&directory)?;
        let path = directory.join("engine.log");
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        if file.metadata()?.len() > LOG_BYTES {
            file.set_len(0)?;
        }
        Ok((Log { path, from: file.metadata()?.len() }, file))
    }

    /// The last lines that were written since.
    pub(crate) fn tail(&self) -> Option<String> {
        let mut file = File::open(&self.path).ok()?;
        file.seek(SeekFrom::Start(self.from)).ok()?;
        let mut bytes = Vec::new();
        file.take(LOG_BYTES).read_to_end(&mut bytes).ok()?;
        last_lines(&String::from_utf8_lossy(&bytes), 12)
    }
}

/// The last `n` lines that say something.
pub(crate) fn last_lines(text: &str, n: usize) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then(|| lines[lines.len().saturating_sub(n)..].join("\n"))
}

/// Starts the program with these arguments, its stdin and stdout as pipes.
pub(crate) fn start(program: &Path, arguments: &[&OsStr], home: &Path) -> Result<(Child, Option<Log>)> {
    // Without a place for a log the engine still works.
    let (log, stderr) = match Log::open(home) {
        Ok((log, file)) => (Some(log), Stdio::from(file)),
        Err(_) => (None, Stdio::null()),
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
    // The kernel's mark is not for the engine: what it compiles or shows is not a cell's.
    command.env_remove("EVCXR_IS_RUNTIME");
    own_group(&mut command);
    let child = command.spawn().map_err(|cause| {
        Error::new(ErrorKind::Engine, format!("could not start the engine {}", program.display())).because(cause)
    })?;
    Ok((child, log))
}

/// An interrupt of the notebook's kernel (or Ctrl-C in a terminal) goes to its whole process group; the child is in one of its own.
#[cfg(unix)]
pub(crate) fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(windows)]
pub(crate) fn own_group(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW);
}

#[cfg(not(any(unix, windows)))]
pub(crate) fn own_group(_: &mut Command) {}
