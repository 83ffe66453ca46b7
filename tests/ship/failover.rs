//! A replica set whose primary is killed, steps down, or was alone when it took what was written.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use ml_board::ErrorKind;
use ml_board_test_support::{ReplicaSet, unique};

use crate::common::Home;
use crate::{SOON, Stored, new_writer, until};

#[test]
fn a_new_primary_goes_on_where_the_killed_one_was() {
    let (mut set, home, database) = (ReplicaSet::start(), Home::new(), unique("failover"));
    let w = new_writer(&home, &set.uri(), &database);
    let (next, enough) = (AtomicI64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !enough.load(Ordering::Acquire) {
                let step = next.fetch_add(1, Ordering::AcqRel);
                w.add_scalar_at("Loss", step, step);
                if step % 500 == 0 {
                    w.add_thought(&step.to_string());
                }
                std::thread::sleep(Duration::from_micros(200));
            }
        });
        let more = |what: &str| {
            let stored = w.stats().stored_points;
            until(what, || w.stats().stored_points > stored + 100);
        };
        more("points are stored");
        let first = set.primary();
        set.members()[first].kill();
        more("the next primary takes points");
        set.members()[first].restart();
        set.await_members(3);
        set.step_down();
        more("the primary after it takes points");
        enough.store(true, Ordering::Release);
    });
    w.close().unwrap();
    let (stored, n) = (Stored::at(&set.uri(), &database), next.load(Ordering::Acquire));
    assert_eq!(stored.steps_of_one("Loss"), (0..n).collect::<Vec<_>>());
    assert_eq!((stored.events("text").len() as i64, stored.status()), ((n + 499) / 500, "finished".to_owned()));
}

#[test]
fn what_no_majority_has_is_not_taken_for_stored() {
    let (mut set, home, database) = (ReplicaSet::start(), Home::new(), unique("rollback"));
    let w = new_writer(&home, &set.uri(), &database);
    let log = |range: Range<i64>| range.for_each(|step| w.add_scalar_at("Loss", step, step));
    log(0..100);
    w.sync(SOON).unwrap();

    // The primary is alone: it takes what it gets, and nobody else has it.
    let primary = set.primary();
    let others: Vec<usize> = (0..3).filter(|member| *member != primary).collect();
    others.iter().for_each(|member| set.members()[*member].freeze());
    log(100..3000);
    let error = w.sync(Duration::from_secs(2)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(w.stats().stored_points <= 100, "{} are said to be stored", w.stats().stored_points);
    set.members()[primary].kill();
    others.iter().for_each(|member| set.members()[*member].thaw());
    // The others go on without it; when it is back, it forgets what it alone had.
    log(3000..3100);
    until("the others take it", || w.sync(SOON).is_ok());
    set.members()[primary].restart();
    set.await_members(3);
    log(3100..3200);
    w.close().unwrap();
    let stored = Stored::at(&set.uri(), &database);
    assert_eq!(stored.steps_of_one("Loss"), (0..3200).collect::<Vec<_>>());
    assert_eq!(stored.run().get_document("metrics").unwrap().get_document("Loss").unwrap().get_i64("n").unwrap(), 3200);
}
