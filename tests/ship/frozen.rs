//! A server that is frozen: its connections stay open and nothing answers. Every deadline holds.

use std::time::Duration;

use ml_board::{Board, ErrorKind, SummaryWriter};
use ml_board_test_support::{Mongod, unique};

use crate::common::Home;
use crate::{SOON, Stored, new_writer, timed, trainer, until};

/// What a deadline may be passed by on a busy machine.
const SLACK: Duration = Duration::from_secs(10);

#[test]
fn a_server_that_is_frozen_from_the_start_holds_nobody() {
    let (mongod, home, database) = (Mongod::start(&[]), Home::new(), unique("frozen"));
    let uri = mongod.uri();
    mongod.freeze();
    let (w, took) = timed(|| new_writer(&home, &uri, &database));
    assert!(took < SLACK, "a writer is made in {took:?}");
    w.add_scalar("Loss", 1);
    let (error, took) = timed(|| w.sync(Duration::from_secs(1)).unwrap_err());
    assert!(error.kind() == ErrorKind::Timeout && took < Duration::from_secs(1) + SLACK, "{took:?} {error}");

    let again = SummaryWriter::builder().uri(&uri).database(&database).folder("runs").journal_dir(home.journals());
    let (resumed, took) = timed(|| again.resume(w.run_id()).build().unwrap());
    assert!(took < Duration::from_secs(5) + SLACK, "a run is resumed in {took:?}");
    resumed.add_scalar("Loss", 2);
    let ((), took) = timed(|| drop(resumed));
    assert!(took < Duration::from_secs(10) + SLACK, "dropped in {took:?}");
    let (board, took) = timed(|| Board::builder().uri(&uri).database(&database).folder("runs").open().map(|board| board.runs()));
    assert!(took < Duration::from_secs(10) + SLACK, "a board is opened in {took:?}: {board:?}");

    // A program that ends takes its shipper with it.
    let mut program = trainer(&home, &uri, &database, "end").spawn().unwrap();
    let (status, took) = timed(|| program.wait().unwrap());
    assert!(status.success() && took < Duration::from_secs(15) + 2 * SLACK, "{status} after {took:?}");

    mongod.thaw();
    let (synced, took) = timed(|| w.sync(SOON));
    assert!(synced.is_ok() && took < Duration::from_secs(5) + SLACK, "stored {took:?} after the thaw: {synced:?}");
    w.close().unwrap();
}

#[test]
fn a_server_that_freezes_in_the_middle_holds_nobody_and_loses_nothing() {
    let (mongod, home, database) = (Mongod::start(&[]), Home::new(), unique("frozen"));
    let uri = mongod.uri();
    let w = new_writer(&home, &uri, &database);
    let log = |range: std::ops::Range<i64>| range.for_each(|step| w.add_scalar_at("Loss", step, step));
    log(0..200_000);
    w.sync(SOON).unwrap();
    let stored = w.stats().stored_points;
    log(200_000..600_000);
    until("something of it is stored", || w.stats().stored_points > stored);
    mongod.freeze();
    let ((), took) = timed(|| log(600_000..700_000));
    assert!(took < SLACK, "logged in {took:?}");
    let (error, took) = timed(|| w.sync(Duration::from_millis(500)).unwrap_err());
    assert!(error.kind() == ErrorKind::Timeout && took < SLACK, "{took:?} {error}");
    // The thread notices that nobody answers, and says so.
    until("trouble is told", || w.stats().store_trouble.is_some());
    mongod.thaw();
    w.sync(SOON).unwrap();
    log(700_000..700_100);
    mongod.freeze();
    let (error, took) = timed(|| w.close().unwrap_err());
    assert!(error.kind() == ErrorKind::Timeout && took < Duration::from_secs(15) + SLACK, "closed in {took:?}: {error}");
    mongod.thaw();

    // What was left is shipped by the next writer.
    let next = new_writer(&home, &uri, &unique("other"));
    let stored = Stored::at(&uri, &database);
    until("the run is finished", || stored.status() == "finished");
    assert_eq!(stored.steps_of_one("Loss"), (0..700_100).collect::<Vec<_>>());
    next.close().unwrap();
}
