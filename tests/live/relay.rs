//! The relay: an engine of its own process that was asked for it, a notebook's folder, and what a page would read there.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ml_board::{Board, SummaryWriter};
use serde_json::Value;
use tempfile::TempDir;

use super::common::{Home, payload, writer};
use super::page::{PATIENCE, apply};

/// An engine as a notebook in `folder` starts it whose kernel has this setting.
fn engine(home: &Home, folder: &Path, setting: &str) -> PathBuf {
    let program = home.path().join("engine.sh");
    let (engine, folder) = (env!("CARGO_BIN_EXE_ml_board"), folder.display());
    let script =
        format!("#!/bin/sh\ncd '{folder}' && unset JPY_SESSION_NAME && ML_BOARD_RELAY={setting} exec '{engine}' \"$@\"\n");
    // A process of its own writes it: a writer that asks git meanwhile would hand our open file down, and a file that somebody
    // still has open for writing cannot be started.
    let write = "umask 077 && printf %s \"$1\" > \"$0\" && chmod u+x \"$0\"";
    let written = Command::new("sh").args(["-c", write]).arg(&program).arg(script).status().unwrap();
    assert!(written.success());
    program
}

/// A run of which one value is known, and a folder of notebooks.
struct Stage {
    trainer: SummaryWriter,
    home: Home,
    notebooks: TempDir,
}

impl Stage {
    fn new() -> Stage {
        let (home, notebooks) = (Home::new(), tempfile::tempdir().unwrap());
        let trainer = writer(&home, &home.local(), "d", "f", "one");
        trainer.add_scalar("Loss", 1.0);
        trainer.sync(PATIENCE).unwrap();
        Stage { trainer, home, notebooks }
    }

    /// A board whose notebook lies there, and whose kernel has this setting.
    fn board(&self, setting: &str) -> Board {
        let engine = engine(&self.home, self.notebooks.path(), setting);
        Board::builder().uri(self.home.local()).database("d").folder("f").engine(engine).open().unwrap()
    }
}

/// What relays have left in a notebook's folder.
fn relays(folder: &TempDir) -> Vec<PathBuf> {
    folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn until<T>(what: &str, mut is_so: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(so) = is_so() {
            return so;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_is_logged_comes_into_the_notebooks_folder_and_leaves_it_at_the_end() {
    let stage = Stage::new();
    let board = stage.board("on");
    let output = payload(&board.plot("Loss").to_html());
    let live = &output["live"];
    let folder = stage.notebooks.path().join(live["relay"].as_str().unwrap());
    let (view, version) = (live["view"].as_str().unwrap(), live["version"].as_u64().unwrap());
    let (news, whole) = (folder.join("news.json"), folder.join(format!("{view}.json")));

    stage.trainer.add_scalar("Loss", 0.5);
    let told = until("the patch", || Some(read(&news)).filter(|news| news["views"][view]["version"].as_u64() > Some(version)));
    assert_eq!((&told["session"], &told["running"]), (&live["session"], &true.into()));
    let steps = told["views"][view]["tail"].as_array().unwrap().iter().filter(|step| step[0].as_u64() > Some(version));
    let mut known = output.clone();
    for field in ["live", "read_at"] {
        known.as_object_mut().unwrap().remove(field);
    }
    let patched = steps.fold(known, |known, step| apply(&known, &step[1]));
    assert_eq!(patched["panel"]["series"][0]["y"].as_array().unwrap().len(), 2);
    let all = until("the whole of it", || Some(read(&whole)).filter(|whole| whole["version"] == told["views"][view]["version"]));
    assert_eq!(all["payload"], patched, "who is far behind reads the same");

    // It is written on, though nothing happens.
    let read_at = told["read_at"].as_i64();
    until("a sign of life", || (read(&news)["read_at"].as_i64() > read_at).then_some(()));
    stage.trainer.close().unwrap();
    until("the end of the run", || (read(&news)["running"] == false).then_some(()));
    drop(board);
    until("a clean folder", || relays(&stage.notebooks).is_empty().then_some(()));
}

#[test]
fn nothing_is_written_that_nobody_asked_for() {
    let stage = Stage::new();
    for setting in ["off", "perhaps"] {
        let board = stage.board(setting);
        assert_eq!(payload(&board.plot("Loss").to_html())["live"].get("relay"), None);
        assert!(relays(&stage.notebooks).is_empty());
    }
}
