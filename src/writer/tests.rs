//! A writer as a training program uses it, on an embedded store in a directory of the test's own.

use std::path::Path;
use std::time::Instant;

use super::*;
use crate::journal::{self, EntryKind};

mod sessions;

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
    w.add_scalar(&"x".repeat((16 << 10) + 1), 1);
    w.add_image("digit", Image::gray(2, 2, &[0.0]));
    w.add_params(&3);
    w.add_param("p\0", 3);
    let stats = w.stats();
    assert_eq!((stats.recorded, stats.rejected), (0, 5));
    assert!(stats.last_rejection.unwrap().to_string().contains("has a NUL in it"));
    assert_eq!(w.close().unwrap().rejected, 5);
}

#[test]
fn what_is_rejected_by_the_last_flush_is_reported() {
    let home = tempfile::tempdir().unwrap();
    // Nothing is shipped before it is closed.
    let w = writer_of(home.path(), SummaryWriter::builder()).flush_interval(Duration::from_secs(3600)).build().unwrap();
    // Short in the journal, and too long for a store.
    w.add_param("big", vec![1; 80_000]);
    w.add_scalar("Loss", 1);
    let report = w.close().unwrap();
    assert_eq!((report.recorded, report.rejected, report.stored_points), (2, 1, 1));
}

#[test]
fn a_run_is_resumed_while_another_session_of_it_logs_without_a_pause() {
    let home = tempfile::tempdir().unwrap();
    let first = writer(home.path());
    first.add_scalar("Loss", 0);
    let (run, stop) = (first.run_id(), std::sync::atomic::AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let begun = Instant::now();
            while !stop.load(std::sync::atomic::Ordering::Relaxed) && begun.elapsed() < Duration::from_secs(60) {
                first.add_scalar("Loss", 1);
            }
        });
        let begun = Instant::now();
        let second = writer_of(home.path(), SummaryWriter::builder()).resume(run).rank(0).build().unwrap();
        let took = begun.elapsed();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(took < Duration::from_secs(30), "{took:?}");
        assert_eq!(second.run_id(), run);
    });
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
    let third = writer_of(home.path(), SummaryWriter::builder()).without_origin().resume(run).build().unwrap();
    third.add_scalar("Loss", 6);
    let mut reader = journal::Reader::open(third.core.journal.directory()).unwrap();
    let entries = reader.read(10).unwrap().entries;
    assert!(matches!(entries[0].kind, EntryKind::Scalar { step: 6, ordinal: 0, .. }), "{entries:?}");
    // Another rank logs beside them, and counts its own.
    let beside = writer_of(home.path(), SummaryWriter::builder()).without_origin().resume(run).rank(1).build().unwrap();
    beside.add_scalar("Loss", 0);
    let entries = journal::Reader::open(beside.core.journal.directory()).unwrap().read(10).unwrap().entries;
    assert!(matches!(entries[0].kind, EntryKind::Scalar { step: 0, ordinal: 0, .. }), "{entries:?}");
    assert_eq!((second.run_id(), third.run_id(), beside.run_id()), (run, run, run));
    drop((third, beside));

    let place = crate::store::Place { database: "digits", folder: "lr_search" };
    second.close().unwrap();
    let store = crate::store::open(&crate::store::Address::Local(home.path().join("store"))).unwrap();
    let mut steps = store.writing().left_off(place, run, 0).unwrap().steps;
    steps.retain(|(kind, ..)| kind != "text");
    steps.sort();
    let expected = [("histogram", "weights", 8), ("histogram", "weights", 9), ("scalar", "Accuracy", 0), ("scalar", "Loss", 6)];
    assert_eq!(steps, expected.map(|(kind, tag, step)| (kind.to_owned(), tag.to_owned(), step)));
}

#[test]
fn a_session_is_behind_the_one_that_it_goes_on_from_whatever_the_clocks_say() {
    let home = tempfile::tempdir().unwrap();
    let store = crate::store::open(&crate::store::Address::Local(home.path().join("store"))).unwrap();
    let place = crate::store::Place { database: "digits", folder: "lr_search" };
    // A machine whose clock is a day fast.
    let fast = crate::model::Time(crate::model::Time::now().0 + 24 * 60 * 60 * 1000);
    let (run, session) = (crate::model::RunId::from_bytes([1; 12]), crate::model::SessionId::from_bytes([1; 12]));
    let first = crate::store::NewSession {
        run,
        session,
        run_name: "calm fox".into(),
        labels: Vec::new(),
        group: None,
        rank: 0,
        host: "there".into(),
        pid: 1,
        started: fast,
    };
    store.writing().begin_session(place, &first).unwrap();
    for known in ["in the store", "and in a journal"] {
        let before = store.writing().left_off(place, run, 0).unwrap().started.unwrap();
        let next = writer_of(home.path(), SummaryWriter::builder()).resume(run).build().unwrap();
        let started = journal::Reader::open(next.core.journal.directory()).unwrap().info().started;
        assert!(started > before, "{known}: {started:?} is not after {before:?}");
        next.add_scalar("Loss", 1);
        next.close().unwrap();
    }
    let started = store.writing().left_off(place, run, 0).unwrap().started;
    assert_eq!(started, Some(crate::model::Time(fast.0 + 2)));
    // Of another rank nothing is before it.
    let beside = writer_of(home.path(), SummaryWriter::builder()).resume(run).rank(1).build().unwrap();
    assert!(journal::Reader::open(beside.core.journal.directory()).unwrap().info().started < fast);
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
    let points = batch.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Scalar { .. })).count();
    assert_eq!(points, 200);
}

#[test]
#[cfg(unix)]
fn in_a_child_of_a_fork_sync_and_close_are_errors_at_once_and_the_parents_run_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let w = writer(home.path());
    w.add_scalar("Loss", 1);
    let mut inherited = Some(w);
    assert!(journal::in_a_child(|| {
        let begun = Instant::now();
        let w = inherited.take().unwrap();
        w.add_scalar("Loss", 2);
        let errors = [w.flush().unwrap_err(), w.sync(Duration::from_secs(10)).unwrap_err(), w.close().unwrap_err()];
        errors.iter().all(|error| error.kind() == ErrorKind::Journal && error.to_string().contains("is a fork of"))
            && begun.elapsed() < Duration::from_secs(5)
    }));
    let w = inherited.unwrap();
    w.add_scalar("Loss", 3);
    w.sync(Duration::from_secs(60)).unwrap();
    let report = w.close().unwrap();
    assert_eq!((report.recorded, report.rejected, report.stored_points), (2, 0, 2));
}

#[test]
fn a_writer_is_shared_by_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<SummaryWriter>();
}

/// Where the child of the test below connects, and where it keeps its things.
const CHILD: &str = "ML_BOARD_TEST_KILLED_CHILD";

/// Not a test of its own: the training program that is killed.
#[test]
fn child_that_trains_until_it_is_killed() {
    let Some((port, home, uri)) = std::env::var(CHILD).ok().and_then(|said| {
        let mut said = said.splitn(3, ' ').map(str::to_owned);
        Some((said.next()?.parse::<u16>().ok()?, said.next()?, said.next()?))
    }) else {
        return;
    };
    let builder = SummaryWriter::builder().database("digits").folder("kill").flush_interval(Duration::from_millis(20));
    let w = builder.journal_dir(Path::new(&home).join("journals")).uri(uri).build().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..2_u8 {
            let w = &w;
            scope.spawn(move || {
                let mut returned = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
                std::io::Write::write_all(&mut returned, &[thread]).unwrap();
                for i in 0_u64.. {
                    let name = format!("{thread}");
                    match i % 50 {
                        25 => w.add_thought(&format!("{thread} {i}")),
                        49 => w.add_image_at(&name, Image::gray(20, 20, &[0.5; 400]), i as i64),
                        _ => w.add_scalar_at(&name, i, i as i64),
                    }
                    if std::io::Write::write_all(&mut returned, &i.to_ne_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
}

/// Starts the child, kills it after so many calls have returned, and says how many had, by thread.
fn kill_a_trainer(home: &Path, uri: &str, calls: u64) -> [u64; 2] {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let said = format!("{} {} {uri}", listener.local_addr().unwrap().port(), home.display());
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer::tests::child_that_trains_until_it_is_killed"])
        .env(CHILD, said)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut pipes = [listener.accept().unwrap().0, listener.accept().unwrap().0];
    let mut returned = [0_u64; 2];
    std::thread::scope(|scope| {
        let readers = pipes.each_mut().map(|pipe| {
            scope.spawn(move || {
                use std::io::Read as _;
                let mut thread = [0];
                pipe.read_exact(&mut thread).unwrap();
                let (mut call, mut returned) = ([0; 8], 0);
                for _ in 0..calls {
                    pipe.read_exact(&mut call).unwrap();
                }
                returned += calls;
                (thread[0], returned, pipe)
            })
        });
        let reached = readers.map(|reader| reader.join().unwrap());
        child.kill().unwrap();
        child.wait().unwrap();
        for (thread, calls, pipe) in reached {
            let mut rest = Vec::new();
            // A reset connection ends it as well as a closed one: what came before counts.
            std::io::Read::read_to_end(pipe, &mut rest).ok();
            returned[usize::from(thread)] = calls + rest.len() as u64 / 8;
        }
    });
    returned
}

#[test]
fn a_call_that_returned_before_kill_9_is_in_the_journal_once_and_in_order() {
    let home = tempfile::tempdir().unwrap();
    let returned = kill_a_trainer(home.path(), "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200", 20_000);
    let journals = journal::sessions(home.path()).unwrap();
    assert_eq!(journals.len(), 1);
    assert!(!journal::owner_alive(&journals[0]).unwrap());
    let mut reader = journal::Reader::open(&journals[0]).unwrap();
    let mut next = [0_u64; 2];
    let mut ordinals = [0; 2];
    loop {
        let batch = reader.read(5000).unwrap();
        for entry in batch.entries {
            let (thread, call) = match entry.kind {
                EntryKind::Scalar { tag, ordinal, step, value } => {
                    let thread: usize = tag.parse().unwrap();
                    assert_eq!((ordinal, value), (ordinals[thread], step as f64));
                    ordinals[thread] += 1;
                    (thread, step as u64)
                }
                EntryKind::Image { tag, step, pixels } => {
                    assert!(pixels.bytes.iter().all(|byte| *byte == 128) && pixels.bytes.len() == 400);
                    (tag.parse().unwrap(), step as u64)
                }
                EntryKind::Text { text, .. } => {
                    let (thread, call) = text.split_once(' ').unwrap();
                    (thread.parse().unwrap(), call.parse().unwrap())
                }
                EntryKind::Origin(_) | EntryKind::Costs(_) => continue,
                other => panic!("{other:?}"),
            };
            assert_eq!(call, next[thread], "thread {thread}");
            next[thread] += 1;
        }
        if batch.complete {
            break;
        }
    }
    assert_eq!(reader.damaged(), 0);
    for thread in 0..2 {
        // The call that was under way when it was killed may be there, too.
        assert!(next[thread] >= returned[thread] && next[thread] <= returned[thread] + 1, "{next:?} {returned:?}");
    }
}

/// The same with a store that takes what is shipped meanwhile; the rest is shipped after the death.
#[cfg(feature = "engine")]
fn killed_and_shipped(home: &Path, uri: &str) {
    use crate::store::read::Read as _;

    let returned = kill_a_trainer(home, uri, 20_000);
    let address = crate::store::Address::parse(uri).unwrap();
    // Twice: what was shipped before changes nothing.
    for _ in 0..2 {
        let recovered = crate::ship::recover(home, crate::ship::Which::Target(&address), &mut |_| {}).unwrap();
        assert!(recovered.left.is_empty() && recovered.live == 0, "{recovered:?}");
    }
    assert!(journal::sessions(home).unwrap().is_empty());

    let store = crate::store::open(&address).unwrap();
    let place = crate::store::Place { database: "digits", folder: "kill" };
    let runs = store.runs(place, &crate::query::Filter::All).unwrap();
    assert_eq!((runs.len(), runs[0].status), (1, Status::Killed));
    let thoughts = store.thoughts("digits", &["kill".to_owned()]).unwrap();
    for (thread, returned) in returned.into_iter().enumerate() {
        let series = store.series(place, &runs.iter().collect::<Vec<_>>(), &thread.to_string()).unwrap().remove(0);
        let images = store.images(place, &[&runs[0]], &thread.to_string()).unwrap();
        let texts = thoughts.iter().filter_map(|thought| thought.text.strip_prefix(&format!("{thread} ")));
        let mut calls: Vec<i64> = texts.map(|call| call.parse().unwrap()).collect();
        calls.extend(images.iter().map(|image| image.step));
        assert!(series.steps.is_sorted() && series.steps.iter().zip(&series.values).all(|(step, value)| *step as f64 == *value));
        calls.extend(&series.steps);
        calls.sort_unstable();
        assert!(calls.iter().copied().eq(0..calls.len() as i64), "each call once");
        assert!([returned, returned + 1].contains(&(calls.len() as u64)), "{} {returned}", calls.len());
    }
}

#[test]
#[cfg(feature = "engine")]
fn a_call_that_returned_before_kill_9_is_in_the_local_store_once() {
    let home = tempfile::tempdir().unwrap();
    killed_and_shipped(home.path(), &format!("local:{}", home.path().join("store").display()));
}
