//! Real journals, shipped by real threads to real servers.

use std::path::Path;
use std::time::{Duration, Instant};

use ml_board_test_support::{Mongod, mongodb, unique};

use super::{Log, START};
use crate::error::ErrorKind;
use crate::journal::{Journal, Layout, Options, TagKind, Tags};
use crate::model::{Run, Status};
use crate::ship::{MoveProgress, Shipper, Which, move_local, recover};
use crate::store::documents::decode_run;
use crate::store::read::Read as _;
use crate::store::{Address, Place, Store, open};

struct Trainer {
    journal: Journal,
    tags: Tags,
}

impl Trainer {
    fn new(home: &Path, session: u8, address: &Address, database: &str, layout: Layout) -> Trainer {
        let info = crate::journal::SessionInfo { target: address.target(), ..Log::new(database, session).info };
        Trainer { journal: Journal::create(home, info, layout).unwrap(), tags: Tags::new() }
    }

    fn scalars(&self, name: &str, n: i64) {
        let tag = self.tags.get(TagKind::Scalar, name, || 0).unwrap();
        for _ in 0..n {
            let step = tag.next_step();
            self.journal.scalar(tag, (START + step) * 1000, step, step as f64 / 8.0).unwrap();
        }
    }

    fn end(self) -> Journal {
        self.journal.end((START + 99) * 1000, Status::Finished, None).unwrap();
        self.journal
    }
}

fn quiet() -> Options {
    Options { flush_interval: Duration::from_millis(20), quiet: true }
}

fn soon(secs: u64) -> Instant {
    Instant::now() + Duration::from_secs(secs)
}

fn place(database: &str) -> Place<'_> {
    Place { database, folder: "lr search" }
}

/// The one run of the database, and the steps of a tag in chunks.
fn stored(store: &Store, database: &str, tag: &str) -> (Run, Vec<i64>) {
    let runs = [store.all_runs(place(database)).remove(0)];
    let series = store.series(place(database), &[&runs[0]], tag);
    let steps = series.unwrap().remove(0).steps;
    let [run] = runs;
    (run, steps)
}

#[test]
fn what_was_logged_before_a_sync_is_stored_and_a_close_removes_the_journal() {
    let (uri, _guard) = mongodb();
    let (home, database) = (tempfile::tempdir().unwrap(), unique("live"));
    let address = Address::parse(&uri).unwrap();
    let trainer = Trainer::new(home.path(), 1, &address, &database, Layout::default());
    let shipper = Shipper::start(trainer.journal.directory().to_owned(), address.clone(), quiet()).unwrap();
    trainer.scalars("loss", 10);
    shipper.sync(soon(30)).unwrap();
    let store = open(&address).unwrap();
    assert_eq!(stored(&store, &database, "loss").1, (0..10).collect::<Vec<_>>());
    assert_eq!(shipper.status().stored_points, 10);
    trainer.scalars("loss", 5000);
    let directory = trainer.journal.directory().to_owned();
    let _journal = trainer.end();
    // The thread may see the end before it is told to stop, and still answers.
    while directory.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    shipper.sync(soon(30)).unwrap();
    let outcome = shipper.stop(soon(30), soon(30)).unwrap();
    assert_eq!((outcome.complete, outcome.stored_points), (true, 5010));
    assert!(!directory.exists());
    let (run, steps) = stored(&store, &database, "loss");
    assert_eq!((run.status, run.metrics["loss"].n, steps), (Status::Finished, 5010, (0..5010).collect()));
}

#[test]
fn a_sync_waits_for_all_before_it_also_when_the_clock_was_set_back() {
    let (home, database) = (tempfile::tempdir().unwrap(), unique("live"));
    let address = Address::Local(home.path().join("local"));
    let trainer = Trainer::new(home.path(), 1, &address, &database, Layout::default());
    let tag = trainer.tags.get(TagKind::Scalar, "loss", || 0).unwrap();
    let in_a_century = (crate::model::Time::now().millis() + 100 * 365 * 86_400_000) * 1000;
    trainer.journal.scalar(tag, in_a_century, 0, 0.5).unwrap();
    // What comes after it is not read before it has returned.
    trainer.journal.hold();
    trainer.journal.scalar(tag, 0, 1, 0.25).unwrap();
    let shipper = Shipper::start(trainer.journal.directory().to_owned(), address.clone(), quiet()).unwrap();
    let error = shipper.sync(Instant::now() + Duration::from_millis(500)).unwrap_err();
    assert_eq!((error.kind(), shipper.status().stored_points), (ErrorKind::Timeout, 1));
}

#[test]
fn a_server_that_is_away_is_said_and_waited_for() {
    let mut mongod = Mongod::start(&[]);
    let address = Address::parse(&mongod.uri()).unwrap();
    mongod.kill();
    let (home, database) = (tempfile::tempdir().unwrap(), unique("live"));
    let trainer = Trainer::new(
        home.path(),
        1,
        &address,
        &database,
        Layout { segment_bytes: 64 << 10, budget: 64 << 20, ..Layout::default() },
    );
    let shipper = Shipper::start(trainer.journal.directory().to_owned(), address.clone(), quiet()).unwrap();
    trainer.scalars("loss", 6000);
    let error = shipper.sync(soon(60)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let story = error.to_string();
    assert!(story.contains("bytes are pending") && story.contains("does not answer"), "{story}");
    assert!(shipper.status().last_error.is_some());

    mongod.restart();
    trainer.scalars("loss", 1);
    while shipper.sync(soon(30)).is_err() {}
    mongod.kill();
    trainer.scalars("loss", 3000);
    mongod.restart();
    let _journal = trainer.end();
    assert!(shipper.stop(soon(60), soon(60)).unwrap().complete);
    let (run, steps) = stored(&open(&address).unwrap(), &database, "loss");
    assert_eq!((run.status, steps), (Status::Finished, (0..9001).collect()));
}

#[test]
fn a_dead_program_is_shipped_by_the_next_and_marked_killed() {
    let (home, database) = (tempfile::tempdir().unwrap(), unique("live"));
    let address = Address::Local(home.path().join("local"));
    let trainer = Trainer::new(home.path(), 1, &address, &database, Layout::default());
    trainer.scalars("loss", 3000);
    let found = recover(home.path(), Which::All { known: None }, &mut |_| {}).unwrap();
    assert_eq!((found.sessions, found.live), (0, 1), "its owner lives");
    drop(trainer);

    let elsewhere = Address::parse("mongodb://nowhere.example").unwrap();
    assert_eq!(recover(home.path(), Which::Target(&elsewhere), &mut |_| {}).unwrap().sessions, 0);
    let mut told = 0;
    let found = recover(home.path(), Which::All { known: None }, &mut |step| told = step.points).unwrap();
    assert_eq!((found.sessions, found.points, found.left.len(), told), (1, 3000, 0, 3000));
    let (run, steps) = stored(&open(&address).unwrap(), &database, "loss");
    assert_eq!((run.status, steps.len()), (Status::Killed, 3000));
    assert_eq!(recover(home.path(), Which::All { known: None }, &mut |_| {}).unwrap().sessions, 0);
}

#[test]
fn a_local_store_moves_to_a_server() {
    let (uri, _guard) = mongodb();
    let (home, database) = (tempfile::tempdir().unwrap(), unique("move"));
    let address = Address::Local(home.path().join("local"));
    let local = open(&address).unwrap();
    let mut log = Log::new(&database, 1);
    for i in 0..5000 {
        log.scalar("loss", i, i as f64);
    }
    log.image("digit", 1, 3);
    log.text("overfits");
    log.sample("s", 1.5);
    log.end(Status::Finished);
    log.ship(local.writing(), 900).unwrap();
    // A journal on its way there, whose program died; another one's program lives.
    let dead = Trainer::new(home.path(), 2, &address, &database, Layout::default());
    dead.scalars("loss", 50);
    drop(dead);

    let to = open(&Address::parse(&uri).unwrap()).unwrap();
    let Store::Local(from) = &*local else { panic!() };
    let before = from.run_documents(place(&database)).unwrap();
    let mut names = Vec::new();
    let mut tell = |step: MoveProgress<'_>| {
        if let MoveProgress::Run { name, .. } = step {
            names.push(name.to_owned());
        }
    };
    let moved = move_local(from, &[home.path().to_path_buf()], &to, &mut tell).unwrap();
    assert_eq!((moved.runs, moved.points, moved.journals.sessions, moved.left.len()), (1, 5050, 1, 0));
    assert_eq!(names, ["lr=1e-3 </script>"]);
    assert!(from.places().unwrap().is_empty());

    let (run, steps) = stored(&to, &database, "loss");
    assert_eq!((run.sessions.len(), run.thoughts, run.metrics["loss"].n), (2, 1, 50));
    // The second session logged all of the metric again: it is the line, and the first its earlier branch.
    assert_eq!(steps, (0..50).collect::<Vec<_>>());
    // What stood in the document before is what stands there now, but for what the second session added.
    let old = decode_run("lr search", &before[0]).unwrap();
    assert_eq!((old.name, old.started, old.labels, old.params), (run.name, run.started, run.labels, run.params));
    assert_eq!(move_local(from, &[home.path().to_path_buf()], &to, &mut |_| {}).unwrap().runs, 0);
}

/// How fast a journal is shipped: `cargo test --release --features engine,writer --lib -- --ignored --nocapture points_per_second`.
#[test]
#[ignore = "a measurement"]
fn points_per_second() {
    let (uri, _guard) = mongodb();
    let home = tempfile::tempdir().unwrap();
    for (name, address) in [("mongodb", Address::parse(&uri).unwrap()), ("local", Address::Local(home.path().join("local")))] {
        for session in 1..4 {
            let database = unique("speed");
            let trainer =
                Trainer::new(home.path(), session, &address, &database, Layout { budget: 8 << 30, ..Layout::default() });
            for tag in 0..10 {
                trainer.scalars(&format!("tag{tag}"), 1_000_000);
            }
            let directory = trainer.journal.directory().to_owned();
            let _journal = trainer.end();
            let begun = Instant::now();
            let shipper = Shipper::start(directory, address.clone(), quiet()).unwrap();
            let outcome = shipper.stop(soon(300), soon(300)).unwrap();
            let secs = begun.elapsed().as_secs_f64();
            println!("{name}: {:.2}M points/s", outcome.stored_points as f64 / secs / 1e6);
        }
    }
}
