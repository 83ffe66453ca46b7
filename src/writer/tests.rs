//! A writer as a training program uses it, on an embedded store in a directory of the test's own.

use std::path::Path;

use super::*;
use crate::journal::{self, EntryKind};

fn writer(home: &Path) -> SummaryWriter {
    writer_of(home, SummaryWriter::builder()).build().unwrap()
}

fn writer_of(home: &Path, builder: Builder) -> Builder {
    let builder = builder.database("digits").folder("lr_search").journal_dir(home.join("journals"));
    builder.uri(format!("local:{}", home.join("store").display()))
}

#[test]
fn a_run_is_recorded_and_stored() {
    let home = tempfile::tempdir().unwrap();
    let w = writer(home.path());
    w.add_param("lr", 0.001_f32);
    w.add_params(&std::collections::BTreeMap::from([("batch", 64)]));
    for i in 0..1000 {
        w.add_scalar("Loss", f64::from(i));
        w.add_scalar_at("Accuracy", i as f32, i64::from(i) * 10);
    }
    w.add_histogram("weights", &[0.1_f32, 0.2]);
    w.add_histogram("weights", 0.5);
    w.add_image("digit", Image::gray(2, 2, &[0.0, 0.5, 1.0, f32::NAN]));
    w.add_thought("fine");
    w.flush().unwrap();
    w.sync(Duration::from_secs(60)).unwrap();
    let stats = w.stats();
    assert_eq!((stats.recorded, stats.rejected, stats.stored_points, stats.store_trouble), (2006, 0, 2000, None));
    let run = w.run_id();
    let report = w.close().unwrap();
    assert_eq!((report.run, report.recorded, report.rejected, report.stored_points), (run, 2006, 0, 2000));
    assert!(journal::sessions(home.path()).unwrap().is_empty(), "the journal is gone when all is stored");
}

#[test]
fn calls_that_cannot_be_recorded_are_rejected_and_counted() {
    let home = tempfile::tempdir().unwrap();
    let w = writer(home.path());
    w.add_scalar("a\0b", 1);
    w.add_scalar(&"x".repeat(1025), 1);
    w.add_image("digit", Image::gray(2, 2, &[0.0]));
    w.add_params(&3);
    w.add_param("p\0", 3);
    let stats = w.stats();
    assert_eq!((stats.recorded, stats.rejected), (0, 5));
    assert!(stats.last_rejection.unwrap().to_string().contains("has a NUL in it"));
    assert_eq!(w.close().unwrap().rejected, 5);
}

#[test]
fn a_resumed_run_goes_on_where_its_steps_ended_in_the_store_and_in_journals() {
    let home = tempfile::tempdir().unwrap();
    let first = writer(home.path());
    (0..5).for_each(|i| first.add_scalar("Loss", i));
    first.add_histogram_at("weights", &[1.0], 8);
    let run = first.run_id();
    first.sync(Duration::from_secs(60)).unwrap();
    first.close().unwrap();

    let second = writer_of(home.path(), SummaryWriter::builder()).resume(run).build().unwrap();
    second.add_scalar("Loss", 5);
    second.add_scalar("Accuracy", 0);
    second.add_histogram("weights", &[2.0]);
    second.add_thought("later");
    // A third, while what the second logged may still be in its journal alone.
    let third = writer_of(home.path(), SummaryWriter::builder()).resume(run).rank(1).build().unwrap();
    third.add_scalar("Loss", 6);
    let mut reader = journal::Reader::open(third.journal.directory()).unwrap();
    let entries = reader.read(10).unwrap().entries;
    assert!(matches!(entries[0].kind, EntryKind::Scalar { step: 6, ordinal: 0, .. }), "{entries:?}");
    assert_eq!((second.run_id(), third.run_id()), (run, run));
    drop(third);

    let place = crate::store::Place { database: "digits", folder: "lr_search" };
    second.close().unwrap();
    let store = crate::store::open(&crate::store::Address::Local(home.path().join("store"))).unwrap();
    let mut steps = store.writing().last_steps(place, run).unwrap();
    steps.retain(|(kind, ..)| kind != "text");
    steps.sort();
    let expected = [("histogram", "weights", 8), ("histogram", "weights", 9), ("scalar", "Accuracy", 0), ("scalar", "Loss", 6)];
    assert_eq!(steps, expected.map(|(kind, tag, step)| (kind.to_owned(), tag.to_owned(), step)));
}

#[test]
fn a_store_that_is_away_is_no_error_until_close() {
    let home = tempfile::tempdir().unwrap();
    // Nothing listens on a port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let uri = format!("mongodb://127.0.0.1:{port}/?serverSelectionTimeoutMS=300");
    let w = writer_of(home.path(), SummaryWriter::builder()).uri(uri).build().unwrap();
    (0..100).for_each(|i| w.add_scalar("Loss", i));
    let error = w.sync(Duration::from_secs(30)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    (0..100).for_each(|i| w.add_scalar("Loss", i));
    assert_eq!(w.stats().recorded, 200);
    let begun = Instant::now();
    assert_eq!(w.close().unwrap_err().kind(), ErrorKind::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());

    let left = journal::sessions(home.path()).unwrap();
    let mut reader = journal::Reader::open(&left[0]).unwrap();
    let batch = reader.read(1000).unwrap();
    assert!(batch.complete && !journal::owner_alive(&left[0]).unwrap());
    assert_eq!(batch.entries.len(), 201);
}

#[test]
fn a_writer_is_shared_by_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<SummaryWriter>();
}
