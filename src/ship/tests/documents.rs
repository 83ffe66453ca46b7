//! What stands in a real MongoDB, field by field, and that the embedded store has the same.

use std::sync::Arc;

use bson::oid::ObjectId;
use bson::{Bson, Document, RawDocument, doc};
use ml_board_test_support::{Mongod, mongodb, unique};
use proptest::prelude::*;

use super::{Log, START};
use crate::model::{RunId, SessionId, Status, Summary, Time, Value};
use crate::ship::session::Session;
use crate::store::{Address, Local, NewSession, Place, SessionEnd, SessionUpdate, Store, Write, open};

const COLLECTIONS: [&str; 5] = ["", ".scalars", ".tail", ".events", ".blobs"];

pub(super) struct Server {
    pub(super) store: Arc<Store>,
    pub(super) database: String,
    guard: Option<Mongod>,
}

impl Server {
    pub(super) fn start() -> Server {
        let (uri, guard) = mongodb();
        Server { store: open(&Address::parse(&uri).unwrap()).unwrap(), database: unique("ship"), guard }
    }

    pub(super) fn writing(&self) -> &dyn Write {
        self.store.writing()
    }

    /// All documents of a collection beside this log's runs, by `_id` or by key, as a person would find them.
    pub(super) fn all(&self, log: &Log, collection: &str) -> Vec<Document> {
        let Store::Mongo(mongo) = &*self.store else { panic!() };
        let collection = mongo.database(&self.database).collection::<Document>(&format!("{}{collection}", log.info.folder));
        mongo
            .block_on(async move {
                let mut cursor = collection.find(doc! {}).sort(doc! { "tag": 1, "seq": 1, "_id": 1 }).await?;
                let mut all = Vec::new();
                while cursor.advance().await? {
                    all.push(cursor.deserialize_current()?);
                }
                Ok(all)
            })
            .unwrap()
    }

    fn update(&self, log: &Log, filter: Document, update: Document) {
        let Store::Mongo(mongo) = &*self.store else { panic!() };
        let runs = mongo.database(&self.database).collection::<Document>(&log.info.folder);
        mongo.block_on(async move { runs.update_one(filter, update).await }).unwrap();
    }
}

fn oid(byte: u8) -> ObjectId {
    ObjectId::from_bytes([byte; 12])
}

fn date(millis: i64) -> bson::DateTime {
    bson::DateTime::from_millis(millis)
}

pub(super) fn without_id(mut document: Document) -> Document {
    document.remove("_id").unwrap();
    document
}

/// Takes and flushes what there is, without an end.
fn flush(session: &mut Session, log: &Log, store: &dyn Write) {
    let taken = session.taken();
    log.hand(session, taken, usize::MAX >> 1);
    session.flush(store).unwrap();
}

#[test]
fn the_documents_field_by_field() {
    let server = Server::start();
    let mut log = Log::new(&server.database, 1);
    log.param("lr", 0.001);
    log.param("optim.$name%", "$adam");
    log.param("seed", u64::MAX);
    log.param("layers", Value::List(vec![64.into(), Value::Null]));
    log.scalar("train/loss.v1", 0, 0.5);
    log.scalar("train/loss.v1", 1, f64::NAN);
    log.scalar("train/loss.v1", 2, 0.25);
    log.scalar("", -3, f64::NEG_INFINITY);
    log.scalar("$odd%", i64::MAX, 2.0);
    log.scalar("$odd%", i64::MIN + 1, 1.0);
    log.scalar("$odd%", 9_007_199_254_740_993, 3.0);
    let long = "x.".repeat(5000);
    log.scalar(&long, 7, -0.0);

    let mut session = Session::open(server.writing(), log.info.clone()).unwrap();
    flush(&mut session, &log, server.writing());
    let id = log.info.session.to_string();
    let (run, of) = (oid(7), oid(1));
    let at = |n: i64| date(START + n);

    // A frame of all tags, and no chunk yet.
    let p = doc! { "_id": format!("{id}:{}:1", 32 * 12), "v": 1, "run": run, "session": of, "k": 1_i64, "t0": at(4), "p": [
        { "tag": "", "i": 0_i64, "steps": [-3_i64], "values": [f64::NEG_INFINITY], "wall": [3] },
        { "tag": "$odd%", "i": 0_i64, "steps": [i64::MAX, i64::MIN + 1, 9_007_199_254_740_993_i64], "values": [2.0, 1.0, 3.0], "wall": [4, 5, 6] },
        { "tag": "train/loss.v1", "i": 0_i64, "steps": [0_i64, 1_i64, 2_i64], "values": [0.5, f64::NAN, 0.25], "wall": [0, 1, 2] },
        { "tag": &long, "i": 0_i64, "steps": [7_i64], "values": [-0.0], "wall": [7] },
    ] };
    same(&server.all(&log, ".tail"), &[p]);
    assert!(server.all(&log, ".scalars").is_empty());

    let metric = |n: i64,
                  nan: i64,
                  bad: Option<i64>,
                  first: (f64, i64),
                  last: f64,
                  last_step: i64,
                  min: Option<(f64, i64)>,
                  max: Option<(f64, i64)>,
                  sum: f64| {
        doc! { "n": n, "nan": nan, "first_bad_step": bad, "first": first.0, "first_step": first.1, "last": last, "last_step": last_step,
        "min": min.map(|min| min.0), "min_step": min.map(|min| min.1), "max": max.map(|max| max.0), "max_step": max.map(|max| max.1), "sum": sum }
    };
    let metrics = doc! {
        "%": metric(1, 1, Some(-3), (f64::NEG_INFINITY, -3), f64::NEG_INFINITY, -3, None, None, 0.0),
        "%24odd%25": metric(3, 0, None, (2.0, i64::MAX), 3.0, 9_007_199_254_740_993, Some((1.0, i64::MIN + 1)), Some((3.0, 9_007_199_254_740_993)), 6.0),
        "train/loss%2Ev1": metric(3, 1, Some(1), (0.5, 0), 0.25, 2, Some((0.25, 2)), Some((0.5, 0)), 0.75),
        "x%2E".repeat(5000): metric(1, 0, None, (-0.0, 7), -0.0, 7, Some((-0.0, 7)), Some((-0.0, 7)), 0.0),
    };
    let expected = doc! {
        "_id": run, "v": 1, "name": "lr=1e-3 </script>", "status": "running", "started": at(1), "heartbeat": at(11), "ended": null,
        "params": { "lr": 0.001, "optim%2E$name%25": "$adam", "seed": "18446744073709551615".parse::<bson::Decimal128>().unwrap(), "layers": [64_i64, null] },
        "labels": ["baseline"], "notes": "", "group": "grid", "thoughts": 0_i64, "metrics": metrics.clone(),
        "sessions": { &id: { "rank": 0_i64, "host": "node7", "pid": 4242_i64, "started": at(1), "heartbeat": at(11), "ended": null, "how": null,
            "status": "running", "applied": 32 * 12_i64, "k": 1_i64, "thoughts": 0_i64, "metrics": metrics } },
    };
    same(&server.all(&log, ""), &[expected]);

    // Media, then the end: points in chunks, no frame left.
    log.text("it's </script> \u{202e} 🦀");
    log.image("digit", 3, 9);
    log.values("weights", 4, &[0.0, 64.0, f64::NAN]);
    log.sample("lr_i", 0.25);
    log.sample("lr_i", 0.75);
    log.end(Status::Finished);
    let taken = session.taken();
    log.give(&mut session, taken, 100);
    session.flush(server.writing()).unwrap();

    assert!(server.all(&log, ".tail").is_empty());
    let chunks: Vec<Document> = server.all(&log, ".scalars").into_iter().map(without_id).collect();
    let empty = doc! { "v": 1, "run": run, "session": of, "tag": "", "seq": 0_i64, "i0": 0_i64, "n": 1, "s0": -3_i64, "s1": -3_i64, "ds": 1_i64,
    "t0": at(7), "t1": at(7), "min": null, "max": null, "sum": 0.0, "nan": 1, "first": f64::NEG_INFINITY, "last": f64::NEG_INFINITY,
    "enc": "a", "values": [f64::NEG_INFINITY], "wall": [0] };
    let odd = doc! { "v": 1, "run": run, "session": of, "tag": "$odd%", "seq": 0_i64, "i0": 0_i64, "n": 3, "s0": i64::MAX, "s1": 9_007_199_254_740_993_i64,
    "t0": at(8), "t1": at(10), "min": 1.0, "max": 3.0, "sum": 6.0, "nan": 0, "first": 2.0, "last": 3.0,
    "enc": "a", "steps": [i64::MAX, i64::MIN + 1, 9_007_199_254_740_993_i64], "values": [2.0, 1.0, 3.0], "wall": [0, 1, 2] };
    let loss = doc! { "v": 1, "run": run, "session": of, "tag": "train/loss.v1", "seq": 0_i64, "i0": 0_i64, "n": 3, "s0": 0_i64, "s1": 2_i64, "ds": 1_i64,
    "t0": at(4), "t1": at(6), "min": 0.25, "max": 0.5, "sum": 0.75, "nan": 1, "first": 0.5, "last": 0.25,
    "enc": "a", "values": [0.5, f64::NAN, 0.25], "wall": [0, 1, 2] };
    same(&chunks[..3], &[empty, odd, loss]);
    assert_eq!((chunks.len(), chunks[3].get_str("tag").unwrap()), (4, long.as_str()));

    let events = server.all(&log, ".events");
    let blobs = server.all(&log, ".blobs");
    let blob = blobs[0].get("_id").cloned();
    let mut counts = vec![0_i64; 64];
    (counts[0], counts[63]) = (1, 1);
    let edges: Vec<f64> = (0..=64).map(f64::from).collect();
    let common = |n: i64, kind: &str, tag: &str| doc! { "_id": format!("{id}:{}", 32 * n), "v": 1, "run": run, "session": of, "kind": kind, "tag": tag };
    let with = |mut document: Document, more: Document| {
        document.extend(more);
        document
    };
    let grown = with(
        doc! { "_id": format!("{id}:samples:lr_i"), "v": 1, "run": run, "session": of, "kind": "histogram", "tag": "lr_i" },
        doc! { "step": 0_i64, "t": at(16), "n": 2_i64, "nan": 0_i64, "min": 0.25, "max": 0.75, "sum": 1.0, "sumsq": 0.625 },
    );
    let (mut stored, n) = (events[1].clone(), 64.min(events[1].get_array("counts").unwrap().len()));
    assert_eq!(stored.get_array("edges").unwrap().len(), n + 1);
    for derived in ["edges", "counts"] {
        stored.remove(derived);
    }
    let expected = [
        with(
            common(13, "image", "digit"),
            doc! { "step": 3_i64, "t": at(13), "mime": "image/png", "w": 2_i64, "h": 1_i64, "nan": 1_i64, "blob": blob },
        ),
        with(grown, doc! { "samples": true, "total": 2_i64 }),
        with(common(12, "text", "thought"), doc! { "step": 3_i64, "t": at(12), "text": "it's </script> \u{202e} 🦀" }),
        with(
            common(14, "histogram", "weights"),
            doc! { "step": 4_i64, "t": at(14), "n": 2_i64, "nan": 1_i64, "min": 0.0, "max": 64.0, "sum": 64.0,
            "sumsq": 4096.0, "edges": edges, "counts": counts },
        ),
    ];
    same(&[events[0].clone(), stored, events[2].clone(), events[3].clone()], &expected);
    assert_eq!(blobs.len(), 1);
    let png = blobs[0].get_binary_generic("data").unwrap();
    assert_eq!(image::load_from_memory(png).unwrap().to_luma8().into_raw(), [9, 255]);

    let run = &server.all(&log, "")[0];
    assert_eq!((run.get_str("status").unwrap(), run.get_i64("thoughts").unwrap()), ("finished", 1));
    assert_eq!(run.get_datetime("ended").unwrap(), &at(17));
}

#[track_caller]
pub(super) fn same(stored: &[Document], expected: &[Document]) {
    let bytes = |document: &Document| bson::serialize_to_raw_document_buf(document).unwrap().into_bytes();
    for (stored, expected) in stored.iter().zip(expected) {
        // By the bytes: the order of the fields, NaN, -0.0, int32 and int64 count.
        assert!(bytes(stored) == bytes(expected), "stored\n{stored:?}\nexpected\n{expected:?}");
    }
    assert_eq!(stored.len(), expected.len());
}

/// The same log in MongoDB and in the embedded store, in a middle and in the end, shipped once and twice.
#[test]
fn both_stores_hold_the_same_and_shipping_again_changes_nothing() {
    let server = Server::start();
    let mut log = Log::new(&server.database, 1);
    for i in 0..3000_i64 {
        log.scalar("fast", i, (i as f64).sin());
        if i % 3 == 0 {
            log.scalar("slow.er", i * i, if i % 100 == 0 { f64::NAN } else { 1.0 / i as f64 });
        }
        if i % 500 == 0 {
            log.text(&format!("thought {i}"));
            log.image("digit", i, (i % 7) as u8);
            log.sample("s", i as f64);
            log.param("lr", i);
        }
    }
    log.end(Status::Panicked);
    let local = Local::in_memory();
    log.ship(&local, 170).unwrap();
    let of_local = local_documents(&local);
    for _ in 0..2 {
        log.ship(server.writing(), 170).unwrap();
        let of_mongo: Vec<Vec<Document>> = COLLECTIONS.iter().map(|collection| server.all(&log, collection)).collect();
        for (mongo, local) in of_mongo.into_iter().zip(&of_local) {
            let plain = |document: Document| if document.contains_key("enc") { without_id(document) } else { document };
            same(&mongo.into_iter().map(plain).collect::<Vec<_>>(), local);
        }
    }
    let again = Local::in_memory();
    log.ship(&again, 333).unwrap();
    let plain = |mut run: Document| {
        run.get_document_mut("sessions")
            .unwrap()
            .iter_mut()
            .for_each(|(_, session)| drop(session.as_document_mut().unwrap().remove("k")));
        run
    };
    same(&[plain(local_documents(&again)[0][0].clone())], &[plain(of_local[0][0].clone())]);
    same(&local_documents(&again)[1], &of_local[1]);
}

pub(super) fn local_documents(local: &Local) -> Vec<Vec<Document>> {
    [("runs", "id"), ("scalars", "tag, seq"), ("tail", "k"), ("events", "tag, id"), ("blobs", "id")]
        .iter()
        .map(|(table, order)| {
            let rows: Vec<Vec<u8>> = local
                .with(|connection| {
                    let mut statement = connection.prepare(&format!("SELECT document FROM {table} ORDER BY {order}"))?;
                    statement.query_map([], |row| row.get(0))?.collect()
                })
                .unwrap();
            rows.iter().map(|row| Document::try_from(RawDocument::from_bytes(row).unwrap()).unwrap()).collect()
        })
        .collect()
}

#[test]
fn a_corrected_parameter_stays_corrected_until_it_is_logged_again() {
    let server = Server::start();
    let mut log = Log::new(&server.database, 1);
    log.param("lr", 0.1);
    log.param("batch", 64);
    log.scalar("loss", 0, 1.0);
    let mut session = Session::open(server.writing(), log.info.clone()).unwrap();
    flush(&mut session, &log, server.writing());
    server.update(&log, doc! { "_id": oid(7) }, doc! { "$set": { "params.lr": 0.01, "notes": "lr was wrong" } });

    // More points, then a shipper that reads all of it again: neither brings the old value back.
    log.scalar("loss", 1, 0.5);
    flush(&mut session, &log, server.writing());
    let mut next = Session::open(server.writing(), log.info.clone()).unwrap();
    flush(&mut next, &log, server.writing());
    let run = &server.all(&log, "")[0];
    assert_eq!(run.get_document("params").unwrap(), &doc! { "lr": 0.01, "batch": 64_i64 });
    assert_eq!(run.get_str("notes").unwrap(), "lr was wrong");

    log.param("lr", 0.02);
    flush(&mut next, &log, server.writing());
    assert_eq!(server.all(&log, "")[0].get_document("params").unwrap().get("lr"), Some(&Bson::Double(0.02)));
}

#[test]
fn a_killed_server_loses_nothing() {
    let mut mongod = Mongod::start(&[]);
    let store = open(&Address::parse(&format!("{}&serverSelectionTimeoutMS=200", mongod.uri())).unwrap()).unwrap();
    let server = Server { store: store.clone(), database: unique("ship"), guard: None };
    let mut log = Log::new(&server.database, 1);
    for i in 0..20_000_i64 {
        log.scalar(if i % 10 == 0 { "slow" } else { "fast" }, i, i as f64);
        if i % 1000 == 0 {
            log.text("still here");
        }
    }
    log.end(Status::Finished);

    std::thread::scope(|scope| {
        let log = &log;
        // Whether each attempt did what it should; the next begins as soon as this one was heard of.
        let (attempted, attempts) = std::sync::mpsc::sync_channel(0);
        scope.spawn(move || {
            let mut session = None;
            loop {
                let mut attempt = || -> crate::error::Result<bool> {
                    let session = match &mut session {
                        Some(session) => session,
                        none => none.insert(Session::open(store.writing(), log.info.clone())?),
                    };
                    if !session.is_dirty() {
                        let taken = session.taken();
                        log.give(session, taken, 250);
                    }
                    session.flush(store.writing())?;
                    Ok(session.is_closed())
                };
                let closed = attempt();
                let (last, succeeded) = (matches!(closed, Ok(true)), closed.is_ok());
                if attempted.send(succeeded).is_err() || last {
                    return;
                }
            }
        });
        for flushes in [1, 15, 40] {
            assert_eq!(attempts.iter().filter(|succeeded| *succeeded).take(flushes).count(), flushes, "all was shipped too soon");
            mongod.kill();
            assert!(attempts.iter().any(|succeeded| !succeeded), "no call met a dead server");
            mongod.restart();
        }
        assert!(attempts.iter().any(|succeeded| succeeded), "nothing was shipped after the last kill");
        attempts.iter().for_each(drop);
    });
    let local = Local::in_memory();
    log.ship(&local, 250).unwrap();
    let of_local = local_documents(&local);
    same(&server.all(&log, ".scalars").into_iter().map(without_id).collect::<Vec<_>>(), &of_local[1]);
    same(&server.all(&log, ".events"), &of_local[3]);
    assert!(server.all(&log, ".tail").is_empty());
    assert_eq!(server.all(&log, "")[0].get_document("metrics").unwrap(), of_local[0][0].get_document("metrics").unwrap());
}

/// One step in the lives of several sessions of one run.
#[derive(Debug, Clone)]
enum Step {
    Begin(u8),
    Update(u8, i64, Vec<(usize, Vec<f64>)>, Option<Status>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let status = prop_oneof![Just(Status::Finished), Just(Status::Killed), Just(Status::Panicked)];
    let value = prop_oneof![3 => (-3i32..3).prop_map(f64::from), 1 => Just(f64::NAN)];
    let metrics = prop::collection::vec((0usize..3, prop::collection::vec(value, 1..4)), 0..3);
    let step = prop_oneof![
        1 => (1u8..4).prop_map(Step::Begin),
        3 => (1u8..4, 1i64..9, metrics, prop::option::weighted(0.3, status)).prop_map(|(who, applied, metrics, end)| Step::Update(who, applied, metrics, end)),
    ];
    prop::collection::vec(step, 1..12)
}

/// MongoDB's pipeline does what `apply_update` does, whatever sessions of a run come in whatever order.
#[test]
fn the_pipeline_is_the_same_function() {
    let server = Server::start();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let count = std::cell::Cell::new(0u8);
    runner
        .run(&steps(), |steps| {
            let local = Local::in_memory();
            count.set(count.get() + 1);
            let run = RunId::from_bytes([count.get(); 12]);
            let database = server.database.clone();
            let place = Place { database: &database, folder: "runs" };
            let begin = |who: u8| NewSession {
                run,
                session: SessionId::from_bytes([who; 12]),
                run_name: "r".into(),
                labels: vec![],
                group: None,
                rank: u32::from(who / 3),
                host: "h".into(),
                pid: 1,
                started: Time(1000 * i64::from(5 - who)),
            };
            for (n, step) in (0..).zip(steps) {
                match step {
                    Step::Begin(who) => {
                        server.writing().begin_session(place, &begin(who)).unwrap();
                        local.begin_session(place, &begin(who)).unwrap();
                    }
                    Step::Update(who, applied, metrics, end) => {
                        let metrics = metrics.into_iter().map(|(tag, values)| {
                            let mut summary = Summary::default();
                            // Sessions that begin where others ended, or before, or at the same step.
                            (applied % 3..).zip(values).for_each(|(step, value)| summary.add(step, value));
                            (["a", "b.c", "$"][tag].into(), summary)
                        });
                        let update = SessionUpdate {
                            run,
                            session: SessionId::from_bytes([who; 12]),
                            applied,
                            heartbeat: Time(n * 7 % 5),
                            k: n,
                            thoughts: n as u64,
                            params: vec![(format!("p{}", n % 2), Value::Int(n)), ("$".into(), "$sessions".into())],
                            metrics: metrics.collect(),
                            origin: (n % 3 == 0).then(|| {
                                let crates = [("a.b".to_owned(), "1.0".to_owned())].into();
                                let (command, dirty) = (vec!["$train".into(), "--lr".into()], Some(n % 2 == 0));
                                crate::model::Origin { command, crates, dirty, commit: Some("$c".into()), ..Default::default() }
                            }),
                            costs: (n % 2 == 0).then(|| {
                                let (calls, trouble) = (n as u64, Some("$away".into()));
                                crate::model::Costs { calls, trouble, at: Time(n), ..Default::default() }
                            }),
                            end: end.map(|status| SessionEnd { status, how: Some("$how".into()), at: Time(n) }),
                        };
                        let there = server.writing().update_session(place, &update).unwrap();
                        prop_assert_eq!(there, local.update_session(place, &update).unwrap());
                    }
                }
            }
            let Store::Mongo(mongo) = &*server.store else { panic!() };
            let runs = mongo.database(&server.database).collection::<Document>("runs");
            let of_mongo =
                mongo.block_on(async move { runs.find_one(doc! { "_id": ObjectId::from_bytes(run.bytes()) }).await }).unwrap();
            let of_local = local_documents(&local)[0].last().cloned();
            prop_assert_eq!(format!("{of_mongo:?}"), format!("{of_local:?}"));
            Ok(())
        })
        .unwrap();
    drop(server.guard);
}
