//! What a trainer had logged when it died: a file that says, for each of its threads, how many of its calls had returned.
//!
//! One `pwrite` after each call: the kernel has it, whatever becomes of the process. A call that the writer rejected is named in a
//! second file beside it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const THREADS_AT: u64 = 64;
const MOST_THREADS: u64 = 16;

/// A ledger that is written.
pub struct Ledger {
    file: File,
    rejected: PathBuf,
}

/// What a ledger tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// The process.
    pub pid: u32,
    /// The run, once its writer was made: 24 hexadecimal digits.
    pub run: Option<String>,
    /// How many calls of each thread had returned.
    pub returned: Vec<u64>,
    /// The thread and number of each call that was rejected.
    pub rejected: Vec<(u64, u64)>,
}

impl Ledger {
    /// Begins the ledger of this process.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn create(path: &Path) -> io::Result<Ledger> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
        file.write_all_at(&vec![0; (THREADS_AT + 8 * MOST_THREADS) as usize], 0)?;
        file.write_all_at(&std::process::id().to_le_bytes(), 0)?;
        Ok(Ledger { file, rejected: path.with_extension("rejected") })
    }

    /// The writer was made, for this run.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn run(&self, run: [u8; 12]) -> io::Result<()> {
        self.file.write_all_at(&run, 8)
    }

    /// So many calls of the thread have returned.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn returned(&self, thread: u64, calls: u64) -> io::Result<()> {
        assert!(thread < MOST_THREADS, "a trainer has at most {MOST_THREADS} threads");
        self.file.write_all_at(&calls.to_le_bytes(), THREADS_AT + 8 * thread)
    }

    /// The `i`-th call of the thread was rejected.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn rejected(&self, thread: u64, i: u64) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(&self.rejected)?;
        file.write_all(format!("{thread} {i}\n").as_bytes())
    }
}

impl Told {
    /// What the ledger at `path` tells; one that was never begun tells of nothing.
    pub fn read(path: &Path) -> Told {
        let bytes = std::fs::read(path).unwrap_or_default();
        let number = |at: u64| {
            let at = at as usize;
            bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
        };
        let run = bytes.get(8..20).filter(|run| run.iter().any(|byte| *byte != 0));
        let rejected = std::fs::read_to_string(path.with_extension("rejected")).unwrap_or_default();
        let pair = |line: &str| line.split_once(' ').and_then(|(t, i)| Some((t.parse().ok()?, i.parse().ok()?)));
        Told {
            pid: number(0) as u32,
            run: run.map(|run| run.iter().map(|byte| format!("{byte:02x}")).collect()),
            returned: (0..MOST_THREADS).map(|t| number(THREADS_AT + 8 * t)).collect(),
            rejected: rejected.lines().filter_map(pair).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_tells_what_was_written() {
        let home = tempfile::tempdir().expect("a directory");
        let path = home.path().join("ledger");
        assert_eq!(Told::read(&path).returned.iter().sum::<u64>(), 0);
        let ledger = Ledger::create(&path).expect("a ledger");
        ledger.run([0xab; 12]).expect("a run");
        ledger.returned(2, 77).expect("a count");
        ledger.rejected(2, 5).expect("a rejection");
        let told = Told::read(&path);
        assert_eq!((told.pid, told.run.as_deref()), (std::process::id(), Some("ab".repeat(12).as_str())));
        assert_eq!((told.returned[2], told.rejected), (77, vec![(2, 5)]));
    }
}
