//! How sessions of a run end, follow one another, and lie side by side: shipped to both stores, and read back.

use ml_board_test_support::{mongodb, unique};

use super::Log;
use crate::address::Address;
use crate::journal::{EntryKind, Position};
use crate::model::{Origin, Run, SessionId, Status};
use crate::query::Filter;
use crate::ship::session::Session;
use crate::store::read::Read;
use crate::store::{Place, Store, open};

/// With a database of its own in each store.
fn on_both(test: impl Fn(&Store, &str)) {
    let home = tempfile::tempdir().unwrap();
    test(&open(&Address::Local(home.path().to_owned())).unwrap(), "local");
    let (uri, _server) = mongodb();
    test(&open(&Address::parse(&uri).unwrap()).unwrap(), &unique("sessions"));
}

fn place(log: &Log) -> Place<'_> {
    Place { database: &log.info.database, folder: &log.info.folder }
}

fn runs(store: &Store, log: &Log, filter: &str) -> Vec<Run> {
    store.runs(place(log), &Filter::parse(filter).unwrap()).unwrap()
}

fn run(store: &Store, log: &Log) -> Run {
    runs(store, log, "").remove(0)
}

/// Ships all there is of a session that has not ended.
fn ship_live(store: &Store, log: &Log) {
    let mut session = Session::open(store.writing(), log.info.clone()).unwrap();
    log.hand(&mut session, Position(0), log.entries.len());
    session.flush(store.writing()).unwrap();
}

/// The last thing logged was logged so much later.
fn later(log: &mut Log, millis: i64) {
    log.entries.last_mut().unwrap().wall_micros += millis * 1000;
}

fn panicked(log: &mut Log, how: &str, last: bool) {
    log.push(EntryKind::Panicked { how: how.into(), last });
}

#[test]
fn a_panic_that_ended_the_program_is_told_from_one_that_was_survived() {
    type Case = (&'static str, fn(&mut Log), Status, Option<&'static str>);
    let cases: [Case; 6] = [
        ("killed", |_| {}, Status::Killed, None),
        (
            "by a panic of the main thread",
            |log| {
                panicked(log, "panicked at a.rs:1:2: oh", true);
                log.scalar("Loss", 1, 1.0);
                later(log, 9_000);
            },
            Status::Panicked,
            Some("panicked at a.rs:1:2: oh"),
        ),
        (
            "long after one that was caught",
            |log| {
                panicked(log, "panicked at a.rs:1:2: oh", true);
                log.scalar("Loss", 1, 1.0);
                later(log, 11_000);
            },
            Status::Killed,
            Some("some time after: panicked at a.rs:1:2: oh"),
        ),
        (
            "after one of another thread",
            |log| panicked(log, "thread `w` panicked at a.rs:1:2: oh", false),
            Status::Killed,
            Some("some time after: thread `w` panicked at a.rs:1:2: oh"),
        ),
        (
            "finished in spite of one",
            |log| {
                panicked(log, "thread `w` panicked at a.rs:1:2: oh", false);
                log.end(Status::Finished);
            },
            Status::Finished,
            None,
        ),
        (
            "dropped while unwinding",
            |log| {
                panicked(log, "panicked at a.rs:1:2: oh", true);
                log.push(EntryKind::End { status: Status::Panicked, how: Some("panicked at a.rs:1:2: oh".into()) });
            },
            Status::Panicked,
            Some("panicked at a.rs:1:2: oh"),
        ),
    ];
    on_both(|store, database| {
        for (number, (what, then, status, how)) in (1..).zip(&cases) {
            let mut log = Log::new(database, number);
            log.info.folder = format!("case {number}");
            log.scalar("Loss", 0, 1.0);
            then(&mut log);
            log.ship(store.writing(), 2).unwrap();
            let run = run(store, &log);
            assert_eq!((run.status, run.how()), (*status, *how), "{what}");
            assert_eq!(runs(store, &log, &format!("status == {}", status.word())).len(), 1);
        }
    });
}

#[test]
fn what_logging_cost_is_kept_as_it_was_told_last_and_found() {
    on_both(|store, database| {
        let mut log = Log::new(database, 1);
        let told = |calls, trouble: Option<&str>| {
            let (at, trouble) = (crate::model::Time(calls as i64), trouble.map(str::to_owned));
            let costs = crate::model::Costs { at, calls, rejected: 2, bytes: 32 * calls, p50_ns: 70, ..Default::default() };
            crate::model::Costs { p99_ns: 240, longest_ns: 9_000, pending_bytes: 64, trouble, ..costs }
        };
        log.scalar("Loss", 0, 1.0);
        log.push(EntryKind::Costs(Box::new(told(1, Some("the $store is away")))));
        log.scalar("Loss", 1, 1.0);
        ship_live(store, &log);
        assert_eq!(run(store, &log).costs(), Some(&told(1, Some("the $store is away"))));
        assert_eq!(runs(store, &log, "costs.trouble ~ \"away\" and costs.p99_ns > 200").len(), 1);
        log.push(EntryKind::Costs(Box::new(told(2, None))));
        log.end(Status::Finished);
        log.ship(store.writing(), 1).unwrap();
        assert_eq!(run(store, &log).costs(), Some(&told(2, None)));
        for (filter, found) in
            [("costs.calls == 2 and costs.rejected >= 1", 1), ("costs.longest_ns > 1000000", 0), ("exists(costs.trouble)", 0)]
        {
            assert_eq!(runs(store, &log, filter).len(), found, "{filter}");
        }
    });
}

#[test]
fn where_a_session_came_from_is_kept_and_found() {
    on_both(|store, database| {
        let mut log = Log::new(database, 1);
        let crates = [("serde".to_owned(), "1.0.9".to_owned()), ("odd.$name".to_owned(), "2.0.0".to_owned())].into();
        let origin = Origin {
            command: vec!["$train".into(), "--lr".into(), "0.1".into()],
            directory: "/home/me".into(),
            commit: Some("0123456789".into()),
            dirty: Some(true),
            crates,
            ..Origin::default()
        };
        log.scalar("Loss", 0, 1.0);
        log.push(EntryKind::Origin(Box::new(origin.clone())));
        log.scalar("Loss", 1, 1.0);
        ship_live(store, &log);
        assert_eq!(run(store, &log).origin(), Some(&origin));
        // Told once is enough, and it stays.
        log.end(Status::Finished);
        log.ship(store.writing(), 1).unwrap();
        assert_eq!(run(store, &log).origin(), Some(&origin));
        for (filter, found) in [
            ("origin.commit == \"0123456789\"", 1),
            ("origin.commit ~ \"^0123\" and origin.dirty == true", 1),
            ("origin.crates.serde == \"1.0.9\"", 1),
            ("`origin.crates.odd.$name` == \"2.0.0\" and origin.host == node7", 1),
            ("origin.commit == other", 0),
            ("not (origin.commit == other)", 1),
            ("exists(origin.commit)", 1),
            ("exists(origin.branch)", 0),
            ("origin.command in [\"$train --lr 0.1\"]", 1),
        ] {
            assert_eq!(runs(store, &log, filter).len(), found, "{filter}");
        }
    });
}

#[test]
fn a_run_resumed_from_a_checkpoint_shows_the_latest_of_each_step_and_keeps_the_rest() {
    on_both(|store, database| {
        // Killed at step 5; begun again from a checkpoint at 3; a metric that only the first session logged stays whole.
        let (mut first, mut second) = (Log::new(database, 1), Log::new(database, 2));
        (0..6).for_each(|step| first.scalar("Loss", step, step as f64));
        (0..3).for_each(|step| first.scalar("epoch", step, 0.0));
        (0..3).for_each(|step| first.scalar("again", step, 9.0));
        (3..9).for_each(|step| second.scalar("Loss", step, step as f64 + 0.5));
        (0..4).for_each(|step| second.scalar("again", step, 1.0));
        second.end(Status::Finished);
        first.ship(store.writing(), 2).unwrap();
        assert_eq!(run(store, &first).status, Status::Killed);
        second.ship(store.writing(), 3).unwrap();

        let run = run(store, &first);
        assert_eq!((run.status, run.sessions.len()), (Status::Finished, 2));
        let series = |tag: &str| store.series(place(&first), &[&run], tag).unwrap().remove(0);
        let loss = series("Loss");
        assert_eq!(loss.steps, (0..9).collect::<Vec<i64>>());
        assert_eq!(loss.values, [0.0, 1.0, 2.0, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5]);
        assert_eq!(loss.earlier.len(), 1);
        assert_eq!((loss.earlier[0].session, loss.earlier[0].values.as_slice()), (first.info.session, &[3.0, 4.0, 5.0][..]));
        assert_eq!((series("epoch").values.len(), series("epoch").earlier.len()), (3, 0));

        // Where all was logged again, nothing of the earlier session counts.
        let (again, loss) = (&run.metrics["again"], &run.metrics["Loss"]);
        assert_eq!((again.n, again.max, again.last, again.first_step), (4, Some(1.0), Some(1.0), Some(0)));
        assert_eq!((loss.last, loss.last_step, loss.first), (Some(8.5), Some(8), Some(0.0)));
    });
}

#[test]
fn ranks_of_a_run_lie_side_by_side_and_each_goes_on_where_it_ended() {
    on_both(|store, database| {
        let mut logs = [Log::new(database, 1), Log::new(database, 2), Log::new(database, 3)];
        for (log, (rank, steps)) in logs.iter_mut().zip([(0, 0..4), (1, 0..3), (1, 2..7)]) {
            log.info.rank = rank;
            steps.for_each(|step| log.scalar("Loss", step, f64::from(rank)));
            log.values("weights", i64::from(rank) * 10, &[1.0]);
        }
        for log in &logs[..2] {
            ship_live(store, log);
        }
        logs[2].end(Status::Finished);
        logs[2].ship(store.writing(), 4).unwrap();
        let run = run(store, &logs[0]);
        let series = store.series(place(&logs[0]), &[&run], "Loss").unwrap();
        let lines: Vec<_> = series.iter().map(|one| (one.rank, one.steps.len(), one.earlier.len())).collect();
        assert_eq!(lines, [(0, 4, 0), (1, 7, 1)]);
        assert!(series.iter().all(|one| one.values.iter().all(|value| *value == f64::from(one.rank))));

        let steps = |rank| {
            let mut steps = store.writing().left_off(place(&logs[0]), logs[0].info.run, rank).unwrap().steps;
            steps.sort();
            steps.into_iter().map(|(kind, _, step)| (kind, step)).collect::<Vec<_>>()
        };
        let of = |weights: &[i64], loss: i64| {
            let weights = weights.iter().map(|step| ("histogram".to_owned(), *step));
            weights.chain([("scalar".to_owned(), loss)]).collect::<Vec<_>>()
        };
        assert_eq!(steps(0), of(&[0], 3));
        assert_eq!(steps(1), of(&[10, 10], 6));
        assert!(steps(2).is_empty());
    });
}

#[test]
fn a_session_that_vanished_with_its_machine_is_stale_until_the_run_is_resumed_elsewhere() {
    on_both(|store, database| {
        let (mut first, mut second) = (Log::new(database, 1), Log::new(database, 2));
        first.scalar("Loss", 0, 1.0);
        ship_live(store, &first);
        let vanished = run(store, &first);
        assert_eq!((vanished.status, vanished.sessions[0].status), (Status::Stale, Status::Stale));
        assert_eq!((runs(store, &first, "status == stale").len(), runs(store, &first, "status == running").len()), (1, 0));

        // Resumed: while the new session lives, the run does, whatever the run says of its last sign of life.
        second.scalar("Loss", 1, 1.0);
        ship_live(store, &second);
        let now = crate::model::Time::now();
        store.writing().heartbeat(place(&second), second.info.run, second.info.session, now).unwrap();
        assert_eq!(run(store, &first).status, Status::Running);
        // A session that nobody began is not begun by its heartbeat.
        store.writing().heartbeat(place(&second), second.info.run, SessionId::from_bytes([9; 12]), now).unwrap();
        assert_eq!(run(store, &first).sessions.len(), 2);

        second.end(Status::Finished);
        second.ship(store.writing(), 4).unwrap();
        let run = run(store, &first);
        assert_eq!((run.status, run.ended.is_some()), (Status::Finished, true));
        assert_eq!(run.sessions.iter().map(|session| session.status).collect::<Vec<_>>(), [Status::Stale, Status::Finished]);
        assert_eq!(runs(store, &first, "status == finished and duration < 60").len(), 1);
    });
}
