//! The program `ml_board` on a machine of the test's own: what a killed program left, listed, told and stored.
#![cfg(all(feature = "engine", feature = "writer", unix))]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ml_board::{Board, SummaryWriter};

const POINTS: usize = 5000;

struct Machine(tempfile::TempDir);

impl Machine {
    /// One on which a training program died in the middle, its points on their way to the local store.
    fn after_a_death() -> Machine {
        let machine = Machine(tempfile::tempdir().unwrap());
        let mut trainer = machine.command(&std::env::current_exe().unwrap());
        trainer.args(["--exact", "a_program_that_dies", "--nocapture", "--ignored"]);
        let output = trainer.env("ML_BOARD_URI", "local:").env("DIE", "1").output().unwrap();
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains("logged all"), "{output:?}");
        machine
    }

    fn home(&self) -> PathBuf {
        self.0.path().join("home")
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("ML_BOARD_HOME", self.home()).env_remove("ML_BOARD_URI").env_remove("ML_BOARD_ENGINE");
        command
    }

    fn ml_board(&self, arguments: &[&str], uri: &str) -> Output {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_ml_board")));
        command.args(arguments).env("ML_BOARD_URI", uri).output().unwrap()
    }

    /// A board by an engine that is at home on this machine.
    fn board(&self) -> Board {
        use std::os::unix::fs::PermissionsExt;
        let engine = self.0.path().join("engine");
        let home = self.home();
        let script = format!("#!/bin/sh\nML_BOARD_HOME='{}' exec '{}' engine\n", home.display(), env!("CARGO_BIN_EXE_ml_board"));
        std::fs::write(&engine, script).unwrap();
        std::fs::set_permissions(&engine, std::fs::Permissions::from_mode(0o755)).unwrap();
        Board::builder().uri("local:").database("digits").folder("killed").engine(engine).open().unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Not a test: what `Machine::after_a_death` runs in a process of its own.
#[test]
#[ignore = "run by the others as a program that dies"]
fn a_program_that_dies() {
    if std::env::var_os("DIE").is_none() {
        return;
    }
    let w = SummaryWriter::builder().database("digits").folder("killed").name("dead duck").build().unwrap();
    w.add_param("lr", 0.1);
    for step in 0..POINTS {
        w.add_scalar("Loss", 1.0 / (step + 1) as f64);
    }
    println!("logged all");
    std::process::abort();
}

#[test]
fn what_a_dead_program_left_is_listed_and_stored_by_sync() {
    let machine = Machine::after_a_death();
    let listed = text(&machine.ml_board(&["ls"], "local:").stdout);
    assert!(listed.contains("1 journal not wholly stored yet:"), "{listed}");
    assert!(
        listed.contains("digits/killed  dead duck") && listed.contains("its program died; `ml_board sync` stores it"),
        "{listed}"
    );
    let doctor = text(&machine.ml_board(&["doctor"], "local:").stdout);
    assert!(doctor.contains("note  1 run of programs that died wait to be stored"), "{doctor}");

    let synced = machine.ml_board(&["sync"], "local:");
    assert!(synced.status.success(), "{synced:?}");
    assert!(text(&synced.stdout).starts_with("stored the rest of 1 journal: "), "{synced:?}");
    assert_eq!(text(&machine.ml_board(&["sync"], "local:").stdout), "nothing waits to be stored\n");
    let listed = text(&machine.ml_board(&["ls"], "local:").stdout);
    assert!(listed.starts_with("no journal waits to be stored\n") && listed.contains("digits/killed  1 run"), "{listed}");

    let runs = machine.board().runs().unwrap();
    assert_eq!((runs.len(), runs[0].metrics["Loss"].n, runs[0].status.word()), (1, POINTS as u64, "killed"));
}

#[test]
fn a_board_that_is_opened_has_it_stored_at_once() {
    let machine = Machine::after_a_death();
    let series = machine.board().series("Loss").unwrap();
    assert_eq!((series.len(), series[0].len()), (1, POINTS));
    assert_eq!(series[0].steps.last(), Some(&(POINTS as i64 - 1)));
}

#[test]
fn the_local_store_moves_to_another_one() {
    let machine = Machine::after_a_death();
    let to = format!("local:{}", machine.0.path().join("other").display());
    let moved = machine.ml_board(&["sync", "--to", &to], "local:");
    assert!(moved.status.success(), "{moved:?}");
    assert_eq!(text(&moved.stdout), format!("moved 1 run with {POINTS} points to {to}\n"));
    let again = machine.ml_board(&["sync", "--to", &to], "local:");
    assert_eq!(text(&again.stdout), format!("the local store has no run to move to {to}\n"));
    let itself = machine.ml_board(&["sync", "--to", "local:"], "local:");
    assert!(!itself.status.success());
    assert!(text(&itself.stderr).starts_with("error: the local store cannot be moved to itself\nhelp: "), "{itself:?}");
}

#[test]
fn a_store_that_is_away_is_bad_and_its_password_is_nowhere() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let machine = Machine(tempfile::tempdir().unwrap());
    let uri = format!("mongodb://ada:s3cret@127.0.0.1:{port}/?serverSelectionTimeoutMS=300");
    for arguments in [&["doctor"][..], &["sync", "--to", &uri]] {
        let output = machine.ml_board(arguments, &uri);
        assert!(!output.status.success(), "{output:?}");
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains(&format!("127.0.0.1:{port}")), "{said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
}

#[test]
fn an_engine_ends_when_its_stdin_is_closed() {
    let machine = Machine(tempfile::tempdir().unwrap());
    let mut engine = machine.command(Path::new(env!("CARGO_BIN_EXE_ml_board")));
    let output = engine.arg("engine").stdin(std::process::Stdio::null()).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    let version = machine.ml_board(&["--version"], "local:");
    assert_eq!(text(&version.stdout), format!("ml_board {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_script_corrects_looks_back_and_undoes() {
    let machine = Machine::after_a_death();
    assert!(machine.ml_board(&["sync"], "local:").status.success());
    let at = ["-d", "digits", "-f", "killed"];
    let ml_board = |first: &str, more: &[&str]| machine.ml_board(&[&[first][..], &at, more].concat(), "local:");
    let correction =
        ["--where", "lr == 0.1", "--set-param", "lr=0.2", "--drop-points", "Loss: step >= 10", "--because", "a slip"];
    let preview = text(&ml_board("edit", &correction).stdout);
    assert!(
        preview.contains("0.1") && preview.contains("0.2") && preview.ends_with("nothing was changed; --yes does it\n"),
        "{preview}"
    );
    assert_eq!(text(&ml_board("edits", &[]).stdout), "the folder `killed` was never edited\n");
    let done = text(&ml_board("edit", &[&correction[..], &["--yes"]].concat()).stdout);
    assert!(done.contains("on 1 run, because a slip"), "{done}");
    let runs = machine.board().runs().unwrap();
    assert_eq!((&runs[0].params["lr"], runs[0].metrics["Loss"].n), (&0.2.into(), 10));
    let id = done.lines().last().unwrap().split(' ').next_back().unwrap().to_owned();
    assert!(text(&ml_board("edits", &[]).stdout).starts_with(&id));
    assert_eq!(text(&ml_board("undo", &[&id]).stdout), "1 run is as it was\n");
    let runs = machine.board().runs().unwrap();
    assert_eq!((&runs[0].params["lr"], runs[0].metrics["Loss"].n), (&0.1.into(), POINTS as u64));
    let wrong = ml_board("edit", &["--set-param", "lr"]);
    assert!(!wrong.status.success() && text(&wrong.stderr).contains("--set-param lr=0.01"), "{wrong:?}");
}
