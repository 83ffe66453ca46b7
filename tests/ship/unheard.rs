//! Programs that cannot do what others can: tell something on stderr, or use a store that their parent has open.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use ml_board_test_support::{Mongod, unique};

use crate::common::Home;
use crate::{Stored, trainer};

#[test]
fn a_program_whose_stderr_cannot_be_written_logs_and_stores_as_others_do() {
    let (home, database) = (Home::new(), unique("unheard"));
    let mut server = Mongod::start(&[]);
    let uri = format!("{}&serverSelectionTimeoutMS=200", server.uri());
    server.kill();
    let mut command = trainer(&home, &uri, &database, "unheard");
    // Where the disk is full that its log goes to, all writing fails.
    command.stdin(Stdio::piped()).stderr(File::options().write(true).open("/dev/full").unwrap());
    let mut program = command.spawn().unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.by_ref().any(|line| line.ends_with("logged")), "it ended before");
    server.restart();
    drop(program.stdin.take());
    let said: Vec<String> = lines.collect();
    assert!(program.wait().unwrap().success(), "{said:?}");
    let stored = Stored::at(&uri, &database);
    assert_eq!(stored.steps_of_one("Loss"), (0..1000).collect::<Vec<_>>());
    assert_eq!(stored.status(), "finished");
}

#[test]
fn a_child_of_a_fork_leaves_the_local_store_to_its_parent_and_what_it_logged_in_its_journal() {
    let (home, database) = (Home::new(), unique("forked"));
    let output = trainer(&home, "local:", &database, "fork").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let ml_board = |word: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ml_board"));
        let output = command.arg(word).env("ML_BOARD_URI", "local:").env("ML_BOARD_HOME", home.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(ml_board("sync").contains("20 points"));
    let held = ml_board("ls");
    assert!(held.contains("2 runs"), "{held}");
}
