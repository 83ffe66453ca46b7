//! The embedded store, edited as a program of a person's would; MongoDB is tried in `tests/repair.rs`.

use std::sync::Arc;

use super::*;
use crate::query::Filter;
use crate::store::documents::{Part, Points};
use crate::store::read::Read as _;
use crate::store::{Local, NewSession, SessionEnd, SessionUpdate, Updated};

const PLACE: Place<'_> = Place { database: "digits", folder: "edited" };
const RUN: RunId = RunId::from_bytes([1; 12]);

fn points(values: &[f64], from: i64) -> Points {
    let mut points = Points::default();
    values.iter().zip(from..).for_each(|(value, i)| points.push(i * 10, *value, 1_000 + i));
    points
}

/// The nth session of the run, of a rank of its own.
fn begun(n: u8) -> NewSession {
    NewSession {
        run: RUN,
        session: SessionId::from_bytes([n; 12]),
        run_name: "calm fox".into(),
        labels: Vec::new(),
        group: None,
        rank: u32::from(n) - 1,
        host: "here".into(),
        pid: 1,
        started: Time(i64::from(n)),
    }
}

/// A run of two ranks; the first has a chunk, the second one with a frame beyond it. Nothing in its summaries is right.
fn store() -> Store {
    let store = Store::Local(Local::in_memory());
    let writing = store.writing();
    for n in [1, 2] {
        let session = SessionId::from_bytes([n; 12]);
        writing.begin_session(PLACE, &begun(n)).unwrap();
        let tag: Arc<str> = "a.b".into();
        let chunk = Chunk { run: RUN, session, tag: tag.clone(), seq: 0, i0: 0, points: points(&[1.0, f64::NAN, 3.0], 0) };
        writing.write_chunks(PLACE, &[chunk]).unwrap();
        if n == 2 {
            let parts = vec![Part { tag: tag.clone(), i: 2, points: points(&[3.0, -4.0], 2) }];
            writing.insert_frame(PLACE, &Frame { id: "2".into(), run: RUN, session, k: 1, parts }).unwrap();
        }
        let end = Some(SessionEnd { status: Status::Finished, how: None, at: Time(9) });
        let metrics =
            vec![(tag, Summary { n: 77, ..Summary::default() }), ("gone".into(), Summary { n: 1, ..Summary::default() })];
        let heartbeat = Time(5);
        let update = SessionUpdate {
            run: RUN,
            session,
            applied: 1,
            heartbeat,
            k: 1,
            thoughts: 0,
            params: Vec::new(),
            metrics,
            end,
            origin: None,
            costs: None,
        };
        assert_eq!(writing.update_session(PLACE, &update).unwrap(), Updated::Done);
    }
    store
}

fn repaired(store: &Store, dry_run: bool) -> (usize, Vec<String>) {
    let mut all = Vec::new();
    repair(store, PLACE, How { dry_run, ..How::default() }, &mut |one| all.push(one)).unwrap();
    match all.remove(0).outcome {
        Outcome::Looked { chunks, metrics, wrong } if wrong.is_empty() => {
            (chunks, metrics.into_iter().map(|(tag, ..)| tag).collect())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn summaries_are_those_of_the_points_in_chunks_and_frames() {
    let store = store();
    let both = (0, vec!["a.b".to_owned(), "gone".to_owned()]);
    assert_eq!(repaired(&store, true), both);
    assert_eq!(repaired(&store, false), both);
    assert_eq!(repaired(&store, false), (0, Vec::new()));
    let run = store.runs(PLACE, &Filter::All).unwrap().remove(0);
    assert_eq!(run.metrics.keys().collect::<Vec<_>>(), ["a.b"]);
    let summary = run.metrics["a.b"];
    assert_eq!((summary.n, summary.nan, summary.first_bad_step), (7, 2, Some(10)));
    assert_eq!((summary.min, summary.min_step, summary.max, summary.max_step), (Some(-4.0), Some(30), Some(3.0), Some(20)));
    assert_eq!((summary.first, summary.last, summary.last_step, summary.sum), (Some(1.0), Some(-4.0), Some(30), 4.0));
    let state = store.writing().session_state(PLACE, RUN, SessionId::from_bytes([1; 12])).unwrap().unwrap();
    assert_eq!((state.metrics.len(), state.metrics["a.b"].n, state.applied), (1, 3, 1));
}

#[test]
fn a_header_is_mended_and_the_points_are_not_touched() {
    let store = store();
    let Store::Local(local) = &store else { panic!() };
    repaired(&store, false);
    let look = || local.chunk_documents(PLACE, RUN, "a.b").unwrap();
    let before = look();
    let chunk = Chunk::decode(&before[0]).unwrap();
    let wrong = |key: &str, value: Bson| (vec![key.to_owned()], Some(value));
    let edits = [wrong("n", 9.into()), wrong("max", Bson::Null), wrong("t1", 7.into()), wrong("s1", 0.into())];
    local.change_chunk(PLACE, &chunk, &edits).unwrap();
    assert_eq!(repaired(&store, false), (1, Vec::new()));
    assert_eq!(look(), before);
    // The wall clock is told from `t0` on: a first point that was moved moves it.
    local.change_chunk(PLACE, &chunk, &[wrong("wall", vec![500, 501, 502].into())]).unwrap();
    assert_eq!(repaired(&store, false), (1, Vec::new()));
    assert_eq!(Chunk::decode(&look()[0]).unwrap().points.wall, [1500, 1501, 1502]);
    assert_eq!(repaired(&store, false), (0, Vec::new()));
}

#[test]
fn a_run_that_was_killed_and_not_taken_up_yet_waits_for_the_rest_of_it() {
    let store = store();
    let session = SessionId::from_bytes([3; 12]);
    let writing = store.writing();
    writing.begin_session(PLACE, &NewSession { rank: 0, ..begun(3) }).unwrap();
    // Stored, and not told of yet: what is read again after `applied` goes on behind what the summary tells.
    let chunk = Chunk { run: RUN, session, tag: "a.b".into(), seq: 0, i0: 0, points: points(&[1.0, 2.0], 0) };
    writing.write_chunks(PLACE, &[chunk]).unwrap();
    let repaired = |with_stale| {
        let mut all = Vec::new();
        repair(&store, PLACE, How { with_stale, ..How::default() }, &mut |one| all.push(one)).unwrap();
        all.remove(0).outcome
    };
    assert!(matches!(repaired(false), Outcome::Stale));
    assert!(writing.session_state(PLACE, RUN, session).unwrap().unwrap().metrics.is_empty());
    assert!(matches!(repaired(true), Outcome::Looked { .. }), "its machine is gone for good");
    assert_eq!(writing.session_state(PLACE, RUN, session).unwrap().unwrap().metrics["a.b"].n, 2);
}
