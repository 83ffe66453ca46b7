//! Both stores are given documents as a person or an older program might have left them, and must read the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, DateTime, Document, doc};
use ml_board_test_support::{Mongod, mongodb, unique};
use tempfile::TempDir;

mod outlines;
mod resumed;

use super::{Kind, Place, Read};
use crate::model::{Run, RunId, SessionId, Status, Time, Value};
use crate::query::Filter;
use crate::store::{Address, Store, open};

const FOLDER: &str = "lr search.v1";

/// A store of the test's own, and a database in it.
struct Bench {
    store: Arc<Store>,
    database: String,
    _server: Option<Mongod>,
    _directory: Option<TempDir>,
}

impl Bench {
    fn mongo() -> Bench {
        let (uri, server) = mongodb();
        let store = open(&Address::parse(&uri).unwrap()).unwrap();
        Bench { store, database: unique("read"), _server: server, _directory: None }
    }

    fn local() -> Bench {
        let directory = tempfile::tempdir().unwrap();
        let store = open(&Address::Local(directory.path().to_owned())).unwrap();
        Bench { store, database: unique("read"), _server: None, _directory: Some(directory) }
    }

    fn read(&self) -> &dyn Read {
        &*self.store
    }

    fn place(&self) -> Place<'_> {
        Place { database: &self.database, folder: FOLDER }
    }

    /// Puts documents into a sub-collection of the folder ("" for its runs), as they are.
    fn put(&self, folder: &str, collection: &str, documents: Vec<Document>) {
        match &*self.store {
            Store::Mongo(mongo) => {
                let name = if collection.is_empty() { folder.to_owned() } else { format!("{folder}.{collection}") };
                let collection = mongo.database(&self.database).collection::<Document>(&name);
                mongo.block_on(async move { collection.insert_many(documents).await }).unwrap();
            }
            Store::Local(local) => {
                local
                    .transaction(|to| {
                        documents.iter().try_for_each(|document| insert(to, &self.database, folder, collection, document))
                    })
                    .unwrap();
            }
        }
    }

    fn runs(&self, filter: &str) -> Vec<Run> {
        self.read().runs(self.place(), &Filter::parse(filter).unwrap()).unwrap()
    }

    fn names(&self, filter: &str) -> Vec<String> {
        self.runs(filter).into_iter().map(|run| run.name).collect()
    }
}

fn insert(
    connection: &rusqlite::Connection,
    database: &str,
    folder: &str,
    collection: &str,
    document: &Document,
) -> rusqlite::Result<()> {
    let bytes = bson::serialize_to_vec(document).unwrap();
    let id = |key: &str| document.get_object_id(key).map(|id| id.bytes().to_vec()).unwrap_or_default();
    let text = |key: &str| document.get_str(key).unwrap_or_default().to_owned();
    let number = |key: &str| document.get_i64(key).ok().or_else(|| document.get_i32(key).ok().map(i64::from));
    match collection {
        "" => connection.execute("INSERT INTO runs VALUES (?1, ?2, ?3, ?4)", (database, folder, id("_id"), bytes)),
        "scalars" => connection.execute(
            "INSERT INTO scalars VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (database, folder, id("run"), text("tag"), id("session"), number("seq"), number("n"), bytes),
        ),
        "tail" => connection.execute(
            "INSERT INTO tail VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (database, folder, id("run"), id("session"), number("k"), text("_id"), bytes),
        ),
        "events" => connection.execute(
            "INSERT INTO events (database, folder, id, run, kind, tag, step, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (database, folder, text("_id"), id("run"), text("kind"), text("tag"), number("step"), bytes),
        ),
        _ => panic!("{collection}"),
    }
    .map(drop)
}

fn oid(byte: u8) -> ObjectId {
    ObjectId::from_bytes([byte; 12])
}

fn run_id(byte: u8) -> RunId {
    RunId::from_bytes([byte; 12])
}

fn session(byte: u8) -> String {
    SessionId::from_bytes([byte; 12]).to_string()
}

fn date(millis: i64) -> DateTime {
    DateTime::from_millis(millis)
}

fn summary(last: impl Into<Bson>) -> Document {
    let last = last.into();
    doc! { "n": 3, "nan": 0, "first_bad_step": null, "first": 2, "last": last, "last_step": 2_i64, "min": 0.5, "min_step": 2, "max": 2.0, "max_step": 0, "sum": 3.5 }
}

/// A run as it is after two sessions, edited by hand here and there.
fn edited_run() -> Document {
    doc! {
        "_id": oid(1), "v": 1, "name": "lr=1e-3 #4", "status": "finished", "started": date(1000), "heartbeat": date(9000), "ended": date(9000),
        "params": {
            "lr": 0.01, "batch": 64, "epochs": 3_i64, "optim%2Ename": "adam", "sched": { "warm.up": 5, "kind": "cosine" }, "bad": f64::NAN,
            "big": "18446744073709551615".parse::<bson::Decimal128>().unwrap(), "hidden": [64, 32.5], "none": null, "amp": true, "%24cost%25": 1,
            "since": date(86_400_000),
        },
        "labels": ["baseline", 7], "notes": "by hand", "thoughts": 1,
        "metrics": { "Loss": summary(0.5), "val/loss%2Ev1": summary(f64::NAN), "Broken": 3 },
        "sessions": {
            session(8): { "rank": 0, "host": "a", "pid": 1, "started": date(5000), "ended": date(9000), "how": null, "status": "finished", "applied": 7_i64, "metrics": { "Loss": summary(0.5) } },
            session(9): { "rank": 0, "host": "a", "pid": 1_i64, "started": date(1000), "ended": date(2000), "how": "killed", "status": "killed", "applied": 7_i64, "metrics": {} },
        },
    }
}

fn with(mut document: Document, changes: Document) -> Document {
    document.extend(changes);
    document
}

#[track_caller]
fn on_both(test: impl Fn(&Bench)) {
    test(&Bench::local());
    test(&Bench::mongo());
}

#[test]
fn a_run_edited_by_hand_reads_as_it_was_meant() {
    on_both(|bench| {
        bench.put(FOLDER, "", vec![edited_run()]);
        let runs = bench.runs("");
        let run = &runs[0];
        assert_eq!(
            (run.name.as_str(), run.status, run.started, run.ended),
            ("lr=1e-3 #4", Status::Finished, Time(1000), Some(Time(9000)))
        );
        let params: BTreeMap<&str, String> = run.params.iter().map(|(name, value)| (name.as_str(), value.to_string())).collect();
        let expected = [
            ("$cost%", "1"),
            ("amp", "true"),
            ("bad", "NaN"),
            ("batch", "64"),
            ("big", "18446744073709551615"),
            ("epochs", "3"),
            ("hidden", "[64, 32.5]"),
            ("lr", "0.01"),
            ("none", "null"),
            ("optim.name", "adam"),
            ("sched.kind", "cosine"),
            ("sched.warm.up", "5"),
            ("since", "1970-01-02T00:00:00Z"),
        ];
        assert_eq!(params, expected.map(|(name, value)| (name, value.to_string())).into());
        assert_eq!(run.params["batch"], Value::Int(64));
        assert_eq!(run.labels, ["baseline"]);
        assert_eq!(run.metrics.keys().collect::<Vec<_>>(), ["Loss", "val/loss.v1"]);
        assert_eq!((run.metrics["Loss"].n, run.metrics["Loss"].first, run.metrics["Loss"].last_step), (3, Some(2.0), Some(2)));
        assert!(run.metrics["val/loss.v1"].last.is_some_and(f64::is_nan));
        assert_eq!(run.sessions.iter().map(|session| session.started).collect::<Vec<_>>(), [Time(1000), Time(5000)]);
        assert_eq!(run.sessions[0].how.as_deref(), Some("killed"));

        for filter in [
            "lr == 0.01 and batch == 64 and batch < 65 and epochs >= 3.0",
            "optim.name == adam and sched.kind ~ cos and sched.warm.up == 5",
            "bad == nan and big > 1e19 and hidden == [64, 32.5] and `none` == null and amp == true",
            "not (hidden == 64) and not (hidden < 65) and `$cost%` == 1",
            "last(val/loss.v1) == nan and last(Loss) <= 0.5 and n(Loss) == 3 and mean(Loss) > 1.1",
            "not exists(max(Broken)) and not exists(sched) and exists(sched.kind) and started < 1970-01-02",
            "labels == baseline and labels != other and status == finished and duration == 8 and thoughts == 1",
        ] {
            assert_eq!(bench.names(filter).len(), 1, "{filter}");
            assert_eq!(bench.names(&format!("not ({filter})")).len(), 0, "{filter}");
        }
    });
}

#[test]
fn a_corrected_parameter_is_read_and_found() {
    let bench = Bench::mongo();
    bench.put(FOLDER, "", vec![edited_run()]);
    let Store::Mongo(mongo) = &*bench.store else { panic!() };
    let runs = mongo.database(&bench.database).collection::<Document>(FOLDER);
    let correct = |set: Document| {
        let runs = runs.clone();
        mongo.block_on(async move { runs.update_one(doc! { "_id": oid(1) }, doc! { "$set": set }).await }).unwrap();
    };
    correct(doc! { "params.lr": 1, "params.optim.name": "sgd", "labels": ["x"] });
    assert_eq!(
        bench.runs("lr == 1 and optim.name == sgd and labels == x and not (optim.name == adam)")[0].params["lr"],
        Value::Int(1)
    );
    assert_eq!(bench.names("lr == 0.01 or optim.name == adam"), Vec::<String>::new());
}

#[test]
fn newest_first_and_what_gives_no_sign_of_life_is_stale() {
    on_both(|bench| {
        let now = Time::now().millis();
        let running = |id: u8, name: &str, started: i64, heartbeat: i64| {
            with(
                edited_run(),
                doc! { "_id": oid(id), "name": name, "status": "running", "started": date(started), "heartbeat": date(heartbeat), "ended": null },
            )
        };
        bench.put(FOLDER, "", vec![running(2, "dead", 2000, now - 60_000), running(3, "alive", 3000, now), edited_run()]);
        assert_eq!(bench.names(""), ["alive", "dead", "lr=1e-3 #4"]);
        assert_eq!(bench.names("status == running"), ["alive"]);
        assert_eq!(bench.names("status == stale"), ["dead"]);
        assert_eq!(bench.names("status != running"), ["dead", "lr=1e-3 #4"]);
        assert_eq!(bench.names("name in [dead, alive] and started > 1970-01-01"), Vec::<String>::new());
        assert_eq!(bench.names("started == 3000"), ["alive"]);
        let newest = bench.read().newest(bench.place(), 2).unwrap();
        assert_eq!(
            newest.iter().map(|run| (&*run.name, run.status)).collect::<Vec<_>>(),
            [("alive", Status::Running), ("dead", Status::Stale)]
        );
    });
}

fn chunk(of: u8, session: u8, seq: i64, values: Vec<Bson>, changes: Document) -> Document {
    let n = i32::try_from(values.len()).unwrap();
    let wall: Vec<i32> = (0..n).map(|i| i * 10).collect();
    let chunk = doc! {
        "v": 1, "run": oid(of), "session": oid(session), "tag": "Loss", "seq": seq, "i0": seq * 2048, "n": n, "s0": 0, "s1": 9, "ds": 1,
        "t0": date(1000), "t1": date(2000), "min": 0.0, "max": 1.0, "sum": 1.0, "nan": 0, "first": 1.0, "last": 1.0, "enc": "a",
        "values": values, "wall": wall,
    };
    with(chunk, changes)
}

fn frame(of: u8, session: u8, k: i64, i: i64, values: Vec<f64>) -> Document {
    let n = i64::try_from(values.len()).unwrap();
    let part = |tag: &str, values: Vec<f64>| {
        doc! { "tag": tag, "i": i, "steps": (i..i + n).collect::<Vec<_>>(), "values": values, "wall": (0..n).map(|i| i as i32).collect::<Vec<_>>() }
    };
    let parts = vec![part("Other", vec![7.0; values.len()]), part("Loss", values)];
    doc! { "_id": format!("{session}:{k}"), "v": 1, "run": oid(of), "session": oid(session), "k": k, "t0": date(5000), "p": parts }
}

#[test]
fn series_of_two_sessions_from_chunks_and_frames_that_overlap() {
    on_both(|bench| {
        let other = with(edited_run(), doc! { "_id": oid(2), "name": "without" });
        bench.put(FOLDER, "", vec![edited_run(), other]);
        // Session 9 began first. Its chunk was edited: an int32, a null, steps given one by one.
        let edited = vec![Bson::Double(1.0), Bson::Int32(2), Bson::Null, Bson::Int64(4)];
        let chunks = vec![
            chunk(1, 8, 0, vec![0.5.into(), f64::INFINITY.into()], doc! { "s0": 100, "ds": 5_i64 }),
            with(chunk(1, 9, 0, edited, doc! {}), doc! { "steps": [0, 1_i64, 1.0, 0] }),
        ];
        bench.put(FOLDER, "scalars", chunks);
        bench.put(
            FOLDER,
            "tail",
            vec![frame(1, 9, 2, 4, vec![5.0, 6.0]), frame(1, 9, 1, 2, vec![-3.0, -4.0]), frame(1, 8, 1, 0, vec![0.1])],
        );
        let runs = bench.runs("");
        let series = bench.read().series(bench.place(), &runs.iter().collect::<Vec<_>>(), "Loss").unwrap();
        assert_eq!(series.len(), 1);
        let one = &series[0];
        assert_eq!((one.run, one.name.as_str(), one.tag.as_str()), (run_id(1), "lr=1e-3 #4", "Loss"));
        assert!(one.values[2].is_nan());
        let values: Vec<f64> = one.values.iter().map(|value| if value.is_nan() { -1.0 } else { *value }).collect();
        assert_eq!(values, [1.0, 2.0, -1.0, 4.0, 5.0, 6.0, 0.5, f64::INFINITY]);
        assert_eq!(one.steps, [0, 1, 1, 0, 4, 5, 100, 105]);
        assert_eq!(one.wall, [1000, 1010, 1020, 1030, 5000, 5001, 1000, 1010]);
        // Logged again from its first step on: what was before is a branch of its own.
        let other = &bench.read().series(bench.place(), &runs.iter().collect::<Vec<_>>(), "Other").unwrap()[0];
        assert_eq!((other.values.as_slice(), other.earlier[0].values.as_slice()), (&[7.0][..], &[7.0; 4][..]));
        assert!(bench.read().series(bench.place(), &runs.iter().collect::<Vec<_>>(), "Nothing").unwrap().is_empty());
        assert!(bench.read().series(bench.place(), &[], "Loss").unwrap().is_empty());
    });
}

#[test]
fn what_this_program_is_too_old_for_is_an_error_that_names_the_run() {
    on_both(|bench| {
        bench.put(FOLDER, "", vec![edited_run()]);
        let runs = bench.runs("");
        for changes in [doc! { "enc": "pco1" }, doc! { "v": 2 }, doc! { "values": "gone" }] {
            bench.put("one", "", vec![edited_run()]);
            bench.put("one", "scalars", vec![chunk(1, 9, 0, vec![1.0.into()], changes.clone())]);
            let place = Place { database: &bench.database, folder: "one" };
            let error = bench.read().series(place, &runs.iter().collect::<Vec<_>>(), "Loss").unwrap_err().to_string();
            assert!(error.contains("`Loss`") && error.contains("lr=1e-3 #4"), "{error}");
            match &*bench.store {
                Store::Mongo(mongo) => {
                    let database = mongo.database(&bench.database);
                    mongo.block_on(async move { database.drop().await }).unwrap();
                }
                Store::Local(local) => {
                    local.with(|connection| connection.execute_batch("DELETE FROM scalars; DELETE FROM runs")).unwrap()
                }
            }
        }
        bench.put(FOLDER, "", vec![with(edited_run(), doc! { "v": 2 })]);
        let error = bench.read().runs(bench.place(), &Filter::All).unwrap_err().to_string();
        assert!(error.contains("lr=1e-3 #4") && error.contains("update ml_board"), "{error}");
    });
}

fn event(id: &str, of: u8, kind: &str, tag: &str, step: impl Into<Bson>, t: i64, more: Document) -> Document {
    with(
        doc! { "_id": id, "v": 1, "run": oid(of), "session": oid(9), "kind": kind, "tag": tag, "step": step, "t": date(t) },
        more,
    )
}

#[test]
fn images_histograms_and_tags_in_the_order_of_the_runs_and_by_step() {
    on_both(|bench| {
        let hash = |byte: u8| Binary { subtype: BinarySubtype::Generic, bytes: vec![byte; 32] };
        let image = |id: &str, of: u8, step: i64| {
            event(id, of, "image", "Segmentation", step, 1, doc! { "mime": "image/png", "w": 4, "h": 3_i64, "blob": hash(of) })
        };
        let bins =
            doc! { "n": 3, "nan": 1, "min": 0, "max": 2.0, "sum": 3.0, "sumsq": 5, "edges": [0, 1.0, 2.0], "counts": [1, 2_i64] };
        bench.put(
            FOLDER,
            "events",
            vec![
                image("a", 1, 10),
                image("b", 1, 2),
                image("c", 2, 1),
                event("d", 2, "histogram", "weights", 5, 1, bins),
                event("e", 1, "text", "thought", Bson::Null, 1, doc! { "text": "hm" }),
            ],
        );
        let (read, place, runs) = (bench.read(), bench.place(), [run_id(2), run_id(1)]);
        let whole = runs.map(|id| Run::new(id, FOLDER, "", Time(0)));
        let whole: Vec<&Run> = whole.iter().collect();
        let images = read.images(place, &whole, "Segmentation").unwrap();
        assert_eq!(
            images.iter().map(|image| (image.run, image.step)).collect::<Vec<_>>(),
            [(run_id(2), 1), (run_id(1), 2), (run_id(1), 10)]
        );
        assert_eq!((images[0].width, images[0].height, images[0].blob.as_str()), (4, 3, "02".repeat(32).as_str()));
        let bins = read.histograms(place, &whole, "weights").unwrap();
        assert_eq!(
            (bins[0].n, bins[0].nan, bins[0].edges.as_slice(), bins[0].counts.as_slice()),
            (3, 1, &[0.0, 1.0, 2.0][..], &[1, 2][..])
        );
        assert_eq!(read.tags(place, &runs, Kind::Image).unwrap(), ["Segmentation"]);
        assert_eq!(read.tags(place, &runs, Kind::Histogram).unwrap(), ["weights"]);
        assert!(read.tags(place, &runs[1..], Kind::Histogram).unwrap().is_empty());
        assert!(read.tags(place, &[], Kind::Image).unwrap().is_empty());
    });
}

#[test]
fn a_blob_of_several_pieces_comes_back_whole() {
    use crate::store::documents::{Blob, hex};
    on_both(|bench| {
        let bytes: Vec<u8> = (0..20_000_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for bytes in [bytes, vec![1, 2, 3]] {
            let blob = Blob::new("image/png", bytes.clone());
            bench.store.writing().insert_blob(bench.place(), &blob).unwrap();
            assert!(bench.read().blob(bench.place(), &hex(&blob.sha256)).unwrap() == bytes);
        }
        let missing = bench.read().blob(bench.place(), &"ab".repeat(32)).unwrap_err();
        assert_eq!(missing.kind(), crate::error::ErrorKind::NotFound);
        assert!(bench.read().blob(bench.place(), "é").is_err());
    });
}

#[test]
fn ten_thousand_thoughts_of_twenty_folders_in_order_of_time_each_under_its_run() {
    on_both(|bench| {
        let folders: Vec<String> = (0..20).map(|i| format!("folder {i}")).collect();
        for (f, folder) in (0_u8..).zip(&folders) {
            let run = |r: u8| with(edited_run(), doc! { "_id": oid(f * 8 + r), "name": format!("run {f} {r}") });
            bench.put(folder, "", (0..8).map(run).collect());
            let text = |i: u32| {
                let (of, t) = (f * 8 + (i % 8) as u8, i64::from(i * 7919 % 500) * 20 + i64::from(f));
                event(&format!("{i}"), of, "text", "thought", i64::from(i), t, doc! { "text": format!("{f} {}", i % 8) })
            };
            bench.put(folder, "events", (0..500).map(text).collect());
        }
        let begun = std::time::Instant::now();
        let thoughts = bench.read().thoughts(&bench.database, &folders).unwrap();
        println!("10,000 thoughts: {:?}", begun.elapsed());
        assert_eq!(thoughts.len(), 10_000);
        assert!(thoughts.windows(2).all(|pair| pair[0].time <= pair[1].time));
        assert!(
            thoughts
                .iter()
                .all(|thought| thought.name == format!("run {}", thought.text) && thought.folder.starts_with("folder "))
        );
        assert_eq!(bench.read().thoughts(&bench.database, &folders[3..4]).unwrap().len(), 500);
    });
}

#[test]
fn databases_and_folders_are_those_with_runs() {
    on_both(|bench| {
        for folder in ["b", "a.b"] {
            bench.put(folder, "", vec![edited_run()]);
            bench.put(folder, "scalars", vec![chunk(1, 9, 0, vec![1.0.into()], doc! {})]);
        }
        if let Store::Mongo(mongo) = &*bench.store {
            let database = mongo.database(&bench.database);
            mongo.block_on(async move { database.collection("something else").insert_one(doc! { "x": 1 }).await }).unwrap();
        }
        assert_eq!(bench.read().folders(&bench.database).unwrap(), ["a.b", "b"]);
        assert!(bench.read().databases().unwrap().contains(&bench.database));
        assert!(bench.read().folders(&unique("none")).unwrap().is_empty());
        assert!(bench.runs("").is_empty());
    });
}

#[test]
fn of_chunks_that_are_written_twice_the_longer_ones_stay() {
    use crate::store::documents::{CHUNK, Chunk, Points};
    let chunk = |(seq, n): (i64, i64)| {
        let mut points = Points::default();
        (seq * CHUNK..seq * CHUNK + n).for_each(|i| points.push(i, i as f64, i));
        Chunk { run: run_id(1), session: SessionId::from_bytes([9; 12]), tag: "Loss".into(), seq, i0: seq * CHUNK, points }
    };
    on_both(|bench| {
        bench.store.writing().ensure_folder(bench.place()).unwrap();
        bench.put(FOLDER, "", vec![edited_run()]);
        let write = |chunks: Vec<(i64, i64)>| {
            let chunks: Vec<Chunk> = chunks.into_iter().map(chunk).collect();
            bench.store.writing().write_chunks(bench.place(), &chunks).unwrap();
        };
        write(vec![(0, CHUNK), (1, 1000), (129, 1000)]);
        // As much as several commands hold: the places of its first, its second and its last but one are taken.
        write((0..130).map(|seq| (seq, if seq == 0 { 10 } else { CHUNK })).chain([(130, 10)]).collect());
        write(vec![(130, 5), (129, CHUNK)]);
        let runs = bench.runs("");
        let series = bench.read().series(bench.place(), &[&runs[0]], "Loss").unwrap();
        let wanted: Vec<f64> = (0..130 * CHUNK + 10).map(|i| i as f64).collect();
        assert!(series[0].values == wanted, "{} points of {}", series[0].values.len(), wanted.len());
    });
}

#[test]
fn a_run_read_while_it_is_written_never_has_a_hole() {
    use crate::store::documents::{Chunk, Frame, Part, Points};
    use crate::store::write::NewSession;
    const POINTS: i64 = 6000;
    let points = |from: i64, until: i64| {
        let mut points = Points::default();
        (from..until).for_each(|i| points.push(i, i as f64, i));
        points
    };
    on_both(|bench| {
        let (write, place) = (bench.store.writing(), bench.place());
        let (run, session) = (run_id(1), SessionId::from_bytes([9; 12]));
        let started = Time::now();
        let begin = NewSession {
            run,
            session,
            run_name: "live".into(),
            labels: vec![],
            group: None,
            rank: 0,
            host: "a".into(),
            pid: 1,
            started,
        };
        write.ensure_folder(place).unwrap();
        write.begin_session(place, &begin).unwrap();
        let write_all = || {
            for (k, from) in (0..POINTS).step_by(100).enumerate() {
                let k = i64::try_from(k).unwrap();
                let part = Part { tag: "Loss".into(), i: from, points: points(from, from + 100) };
                write.insert_frame(place, &Frame { id: format!("{session}:{k}"), run, session, k, parts: vec![part] }).unwrap();
                if k % 7 == 6 {
                    let end = from + 100;
                    let chunk = |seq: i64| Chunk {
                        run,
                        session,
                        tag: "Loss".into(),
                        seq,
                        i0: seq * 2048,
                        points: points(seq * 2048, end.min((seq + 1) * 2048)),
                    };
                    write.write_chunks(place, &(0..=(end - 1) / 2048).map(chunk).collect::<Vec<_>>()).unwrap();
                    write.delete_frames(place, run, session, k).unwrap();
                }
            }
        };
        let runs = bench.runs("");
        std::thread::scope(|scope| {
            let writer = scope.spawn(write_all);
            let (mut last, mut looks) = (0, 0);
            while last < POINTS as usize {
                let ended = writer.is_finished();
                let series = bench.read().series(place, &runs.iter().collect::<Vec<_>>(), "Loss").unwrap();
                let values = series.first().map(|series| series.values.as_slice()).unwrap_or_default();
                assert!(values.iter().zip(0..).all(|(value, i)| *value == f64::from(i)), "a hole among {} points", values.len());
                assert!(values.len() >= last, "{} points after {last}", values.len());
                (last, looks) = (values.len(), looks + 1);
                assert!(!ended || last == POINTS as usize, "{last} points at the end");
            }
            assert!(looks > 1, "it was seen {looks} times only");
        });
    });
}

/// Not a test: `cargo test --release --features engine,writer -- --ignored --nocapture measure` says how long reading takes.
#[test]
#[ignore = "measures"]
fn measure() {
    use crate::store::documents::{Chunk, Points};
    on_both(|bench| {
        let kind = if matches!(*bench.store, Store::Mongo(_)) { "MongoDB" } else { "local" };
        let run = |i: u32| {
            let mut id = [0; 12];
            id[8..].copy_from_slice(&i.to_be_bytes());
            let params: Document = (0..50).map(|p| (format!("param{p}"), Bson::Double(f64::from(i * p) * 0.001))).collect();
            let metrics: Document = (0..50).map(|m| (format!("metric{m}"), Bson::Document(summary(f64::from(i))))).collect();
            let mut run =
                with(edited_run(), doc! { "_id": ObjectId::from_bytes(id), "params": params, "metrics": metrics.clone() });
            run.insert("sessions", doc! { session(9): { "rank": 0, "host": "a", "pid": 1, "started": date(1000), "status": "finished", "metrics": metrics } });
            run
        };
        for from in (0..10_000).step_by(1000) {
            bench.put(FOLDER, "", (from..from + 1000).map(run).collect());
        }
        let time = |what: &str, work: &dyn Fn() -> usize| {
            let mut times: Vec<_> = (0..5).map(|_| (std::time::Instant::now(), work()).0.elapsed()).collect();
            times.sort();
            println!("{kind}: {what}: {} found, median {:?}, least {:?}", work(), times[2], times[0]);
        };
        time("10,000 runs of 50 parameters and 50 metrics", &|| bench.runs("").len());
        time("the same, lr-like filter", &|| bench.runs("param1 < 0.01 and last(metric3) >= 5").len());

        let runs: Vec<Run> = bench.runs("").into_iter().take(20).collect();
        for run in &runs {
            let chunk = |seq: i64| {
                let mut points = Points::default();
                for i in seq * 2048..((seq + 1) * 2048).min(100_000) {
                    points.push(i, f64::from(((i * 7919) % 1000) as f32) * 0.37, 1_700_000_000_000 + i * 13);
                }
                Chunk { run: run.id, session: SessionId::from_bytes([9; 12]), tag: "Loss".into(), seq, i0: seq * 2048, points }
            };
            let chunks: Vec<Chunk> = (0..49).map(chunk).collect();
            bench.store.writing().ensure_folder(bench.place()).unwrap();
            bench.store.writing().write_chunks(bench.place(), &chunks).unwrap();
        }
        let all = || {
            bench
                .read()
                .series(bench.place(), &runs.iter().collect::<Vec<_>>(), "Loss")
                .unwrap()
                .iter()
                .map(crate::model::Series::len)
                .sum()
        };
        time("20 series of 100,000 points", &all);
        time("one series of 100,000 points", &|| bench.read().series(bench.place(), &[&runs[0]], "Loss").unwrap()[0].len());
    });
}
