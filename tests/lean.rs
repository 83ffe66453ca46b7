//! The writer without a driver (feature `journal`), in programs of its own, and the installed program that stores what it logs.
#![cfg(all(feature = "journal", not(any(feature = "writer", feature = "engine")), unix))]
#![allow(missing_docs, unsafe_code, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use ml_board::{ErrorKind, SummaryWriter};
use ml_board_test_support::mongodb;

const POINTS: u64 = 3000;

/// The program, as `cargo build --features engine` leaves it: beside this test's, or in the target directory where cargo builds elsewhere.
fn engine() -> PathBuf {
    let built = std::env::current_exe().unwrap();
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let places = [built.ancestors().nth(2).unwrap().join("ml_board"), target.join("debug/ml_board")];
    let program = places.iter().find(|program| program.exists());
    program.unwrap_or_else(|| panic!("{} is missing: cargo build --features engine", places[0].display())).clone()
}

struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Machine {
        Machine(tempfile::tempdir().unwrap())
    }

    fn command(&self, program: &Path, uri: &str) -> Command {
        let mut command = Command::new(program);
        command.env("ML_BOARD_HOME", self.0.path()).env("ML_BOARD_URI", uri).env_remove("ML_BOARD_ENGINE");
        command
    }

    /// A training program that ends in this way.
    fn train(&self, end: &str, uri: &str, engine: &Path) -> Output {
        let mut trainer = self.command(&std::env::current_exe().unwrap(), uri);
        trainer.args(["--exact", "trains", "--nocapture", "--ignored"]);
        trainer.env("ML_BOARD_ENGINE", engine).env("END", end).output().unwrap()
    }

    fn ml_board(&self, argument: &str, uri: &str) -> String {
        let output = self.command(&engine(), uri).arg(argument).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn journals(&self) -> usize {
        std::fs::read_dir(self.0.path().join("journals")).map_or(0, Iterator::count)
    }

    fn wait_until_stored(&self) {
        let end = Instant::now() + Duration::from_secs(120);
        while self.journals() > 0 {
            assert!(Instant::now() < end, "the program did not ship the journal to its end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Not a test: the training program.
#[test]
#[ignore = "run by the others in a process of its own"]
fn trains() {
    let Ok(end) = std::env::var("END") else { return };
    let mut builder = SummaryWriter::builder().database("digits").folder("lean").name("thin cow");
    if end == "refused" {
        // Nothing is shipped before it is closed.
        builder = builder.flush_interval(Duration::from_secs(3600));
    }
    let w = builder.build().unwrap();
    w.add_param("lr", 0.1);
    for step in 0..POINTS {
        w.add_scalar("Loss", 1.0 / (step + 1) as f64);
    }
    match end.as_str() {
        "die" => {
            // One that dies before its program has begun leaves its journal to the next one.
            w.sync(Duration::from_secs(120)).unwrap();
            w.add_scalar("Loss", 0);
            std::process::abort()
        }
        "sync" => {
            w.sync(Duration::from_secs(120)).unwrap();
            assert_eq!((w.stats().stored_points, w.stats().store_trouble), (POINTS, None));
            w.add_scalar("Loss", 0);
            let report = w.close().unwrap();
            assert_eq!((report.recorded, report.rejected, report.stored_points), (POINTS + 2, 0, POINTS + 1));
        }
        "refused" => {
            // Short in the journal, and too long for a store.
            w.add_param("big", vec![1; 80_000]);
            let report = w.close().unwrap();
            assert_eq!((report.recorded, report.rejected, report.stored_points), (POINTS + 2, 1, POINTS));
        }
        "fork" => {
            let w = in_a_child(w, |w| {
                let begun = Instant::now();
                let errors = [w.sync(Duration::from_secs(10)).unwrap_err(), w.close().unwrap_err()];
                errors.iter().all(|error| error.kind() == ErrorKind::Journal) && begun.elapsed() < Duration::from_secs(5)
            });
            w.add_scalar("Loss", 0);
            w.sync(Duration::from_secs(120)).unwrap();
            w.add_scalar("Loss", 0);
            let report = w.close().unwrap();
            assert_eq!((report.recorded, report.rejected, report.stored_points), (POINTS + 3, 0, POINTS + 2));
        }
        _ => {
            let error = w.close().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Timeout);
            assert!(error.to_string().contains("bytes are pending"), "{error}");
        }
    }
    println!("ended well");
}

/// A child of a fork does this with the writer, and must find it right; the parent goes on with it.
fn in_a_child(w: SummaryWriter, work: impl FnOnce(SummaryWriter) -> bool) -> SummaryWriter {
    // SAFETY: the child does what `work` does and ends at once, by a signal if it hangs; the parent waits for it.
    let status = unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::alarm(30);
            libc::_exit(i32::from(!work(w)));
        }
        let mut status = 0;
        assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
        status
    };
    assert_eq!(status, 0, "the child found it wrong, or hung");
    w
}

fn ended_well(output: &Output) {
    assert!(String::from_utf8_lossy(&output.stdout).contains("ended well"), "{output:?}");
}

#[test]
fn sync_and_close_wait_for_the_program_which_stores_all() {
    let (server, _server) = mongodb();
    for uri in ["local:".to_owned(), server] {
        let machine = Machine::new();
        ended_well(&machine.train("sync", &uri, &engine()));
        assert_eq!(machine.journals(), 0);
        if uri == "local:" {
            assert!(machine.ml_board("ls", &uri).contains("digits/lean  1 run"));
        }
    }
}

#[test]
fn what_is_rejected_by_the_last_flush_is_reported() {
    let machine = Machine::new();
    ended_well(&machine.train("refused", "local:", &engine()));
}

#[test]
fn a_child_of_a_fork_leaves_its_parents_program_alone() {
    let machine = Machine::new();
    ended_well(&machine.train("fork", "local:", &engine()));
    assert_eq!(machine.journals(), 0);
}

#[test]
fn after_a_death_the_program_goes_on_to_the_journals_end() {
    let machine = Machine::new();
    assert!(!machine.train("die", "local:", &engine()).status.success());
    machine.wait_until_stored();
    assert!(machine.ml_board("ls", "local:").contains("digits/lean  1 run"));
}

#[test]
fn without_a_program_it_says_so_once_and_sync_stores_it_later() {
    let machine = Machine::new();
    let output = machine.train("alone", "local:", &machine.0.path().join("nothing"));
    ended_well(&output);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.matches("for `ml_board sync`").count(), 1, "{said}");
    assert_eq!(machine.journals(), 1);
    assert!(machine.ml_board("sync", "local:").contains("stored the rest of 1 journal: 3000 points"));
    assert_eq!(machine.journals(), 0);
}
