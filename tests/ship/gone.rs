//! What is gone: a machine with its disk, a run, a client.

use std::io::{BufRead as _, BufReader};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bson::doc;
use ml_board_test_support::{mongodb, unique};

use crate::common::Home;
use crate::{Stored, trainer, until};

/// The port of an address.
fn port(uri: &str) -> u16 {
    uri.split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap()
}

#[test]
fn a_flush_interval_is_lost_at_most() {
    let (home, database) = (Home::new(), unique("gone"));
    let (uri, _guard) = mongodb();
    let mut program = trainer(&home, &uri, &database, "for ever").spawn().unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    while !lines.next().unwrap().unwrap().ends_with("logged") {}
    program.kill().unwrap();
    let killed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    program.wait().unwrap();
    std::fs::remove_dir_all(home.path().join("journals")).unwrap();

    let stored = Stored::at(&uri, &database);
    let steps = stored.steps_of_one("Loss");
    assert_eq!(steps, (0..steps.len() as i64).collect::<Vec<_>>(), "what is there has no hole");
    // When the last was logged, by the document that it came in.
    let last = stored.run().get_datetime("heartbeat").unwrap().timestamp_millis();
    let lost = Duration::from_millis(u64::try_from(killed - last).unwrap());
    println!("{} points are stored; the {lost:?} before the death are lost", steps.len());
    // A second is the flush interval, and the rest is for a busy machine.
    assert!(lost < Duration::from_secs(1 + 9), "{lost:?} are lost");
}

#[test]
fn a_run_that_is_deleted_while_it_lives_comes_back_with_what_is_logged() {
    let (home, database) = (Home::new(), unique("deleted"));
    let (uri, _guard) = mongodb();
    let w = crate::new_writer(&home, &uri, &database);
    w.add_param("lr", 0.1);
    (0..10).for_each(|i| w.add_scalar("Loss", i));
    w.sync(crate::SOON).unwrap();
    let stored = Stored::at(&uri, &database);
    for collection in ["runs", "runs.scalars", "runs.tail", "runs.events"] {
        stored.0.delete(collection, doc! {});
    }
    w.add_scalar("Loss", 10);
    until("the run is there again", || w.sync(crate::SOON).is_ok() && !stored.0.find("runs", doc! {}).is_empty());
    w.close().unwrap();
    let run = stored.run();
    assert_eq!(run.get_document("params").unwrap().get_f64("lr").unwrap(), 0.1);
    assert_eq!(run.get_str("status").unwrap(), "finished");
}

#[test]
fn many_writers_share_what_they_can() {
    let (home, database) = (Home::new(), unique("many"));
    let (uri, _guard) = mongodb();
    let mut program = trainer(&home, &uri, &database, "many").stdin(std::process::Stdio::piped()).spawn().unwrap();
    // Kept to the end: the program would fail at its last word if nobody listened.
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut threads = 0;
    for line in lines.by_ref() {
        if let Some((_, n)) = line.split_once("threads ") {
            threads = n.parse().unwrap();
        }
        if line.ends_with("logged") {
            break;
        }
    }
    let status = ml_board_test_support::command(port(&uri), "admin", doc! { "serverStatus": 1 }).unwrap();
    let connections = status.get_document("connections").unwrap().get_i32("current").unwrap();
    println!("50 writers more: {threads} threads more, {connections} connections in all");
    // Two of each writer's own: one makes its journal's segments, one ships. The driver's are shared.
    assert!((50..=50 * 3).contains(&threads), "{threads} threads");
    assert!(connections < 60, "{connections} connections");
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
    let stored = Stored::at(&uri, &database);
    let steps = stored.steps("Loss");
    assert_eq!((steps.len(), steps.values().map(Vec::len).sum::<usize>()), (51, 50 * 2000 + 1));
}

#[test]
fn a_client_that_ends_tells_the_server_and_does_not_panic() {
    let (home, database) = (Home::new(), unique("ends"));
    let (uri, _guard) = mongodb();
    let goodbyes = || {
        let status = ml_board_test_support::command(port(&uri), "admin", doc! { "serverStatus": 1 }).unwrap();
        let commands = status.get_document("metrics").unwrap().get_document("commands").unwrap();
        commands.get_document("endSessions").unwrap().get_i64("total").unwrap()
    };
    let before = goodbyes();
    let mut program = trainer(&home, &uri, &database, "ends").stdin(std::process::Stdio::piped()).spawn().unwrap();
    until("the goodbye of each of 40 clients", || goodbyes() - before >= 40);
    drop(program.stdin.take());
    let output = program.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}
