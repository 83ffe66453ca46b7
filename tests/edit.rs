//! Corrections through the public interface, on both stores: what a preview says, what an edit does to the documents as they are
//! stored (looked at by the drivers alone), and that undoing one leaves the bytes that were there before.
#![cfg(all(feature = "engine", feature = "writer"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::collections::BTreeMap;
use std::time::Duration;

use bson::{Bson, Document, RawDocumentBuf, doc};
use ml_board::{Board, ErrorKind, RunId, SummaryWriter, Value};
use ml_board_test_support::{mongodb, unique};

const PARTS: [&str; 5] = ["runs", "scalars", "tail", "events", "blobs"];

/// One of the two stores, with runs of the test's own.
struct Bench {
    home: tempfile::TempDir,
    uri: String,
    database: String,
    runtime: tokio::runtime::Runtime,
}

impl Bench {
    fn new(uri: Option<String>) -> Bench {
        let home = tempfile::tempdir().unwrap();
        let uri = uri.unwrap_or_else(|| format!("local:{}", home.path().join("store").display()));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        Bench { home, uri, database: unique("edit"), runtime }
    }

    fn writer(&self, name: &str) -> SummaryWriter {
        let writer = SummaryWriter::builder().uri(&self.uri).database(&self.database).folder("lr").name(name).label("seen");
        let writer = writer.flush_interval(Duration::from_millis(20));
        writer.journal_dir(self.home.path().join("journals")).build().unwrap()
    }

    /// A run that has ended.
    fn train(&self, name: &str, lr: f64) -> RunId {
        let w = self.writer(name);
        w.add_param("first", 1);
        w.add_param("lr", lr);
        w.add_param("optim.name", "adam");
        for step in 0..3000 {
            w.add_scalar("Loss", if step % 100 == 7 { 1000.0 } else { lr * f64::from(step) });
            w.add_scalar("Accuracy", f64::from(step) / 3000.0);
        }
        w.add_histogram("weights", [0.0, 0.5, 1.0]);
        w.add_image("picture", ml_board::Image::gray(2, 2, &[0.0, lr as f32, 0.5, 1.0]));
        w.add_thought("it learns");
        let run = w.run_id();
        w.close().unwrap();
        run
    }

    fn board(&self) -> Board {
        Board::builder().uri(&self.uri).database(&self.database).folder("lr").allow_empty().open().unwrap()
    }

    /// All documents of a folder, byte by byte, in order of their keys.
    fn stored(&self, folder: &str) -> BTreeMap<&'static str, Vec<RawDocumentBuf>> {
        PARTS.iter().map(|part| (*part, self.documents(folder, part))).collect()
    }

    fn documents(&self, folder: &str, part: &str) -> Vec<RawDocumentBuf> {
        if let Some(directory) = self.uri.strip_prefix("local:") {
            let connection = rusqlite::Connection::open(std::path::Path::new(directory).join("ml_board.sqlite")).unwrap();
            let keys = match part {
                "scalars" => "run, session, tag, seq",
                "tail" => "run, session, k",
                _ => "id",
            };
            let sql = format!("SELECT document FROM {part} WHERE database = ?1 AND folder = ?2 ORDER BY {keys}");
            let mut statement = connection.prepare(&sql).unwrap();
            let rows = statement.query_map([self.database.as_str(), folder], |row| row.get::<_, Vec<u8>>(0)).unwrap();
            return rows.map(|bytes| RawDocumentBuf::from_bytes(bytes.unwrap()).unwrap()).collect();
        }
        let name = if part == "runs" { folder.to_owned() } else { format!("{folder}.{part}") };
        self.runtime.block_on(async {
            let database = mongodb::Client::with_uri_str(&self.uri).await.unwrap().database(&self.database);
            let found = database.collection::<RawDocumentBuf>(&name);
            let mut cursor = found.find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap();
            let mut all = Vec::new();
            while cursor.advance().await.unwrap() {
                all.push(cursor.current().to_owned());
            }
            all
        })
    }

    /// The document of a run, decoded by the driver.
    fn run(&self, run: RunId) -> Document {
        let of = |document: &RawDocumentBuf| document.get_object_id("_id").unwrap().bytes() == run.bytes();
        let found = self.documents("lr", "runs").into_iter().find(of).unwrap();
        Document::try_from(found).unwrap()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if !self.uri.starts_with("local:") {
            self.runtime.block_on(async {
                mongodb::Client::with_uri_str(&self.uri).await.unwrap().database(&self.database).drop().await.unwrap();
            });
        }
    }
}

fn on_both(test: impl Fn(&Bench)) {
    test(&Bench::new(None));
    let (uri, _server) = mongodb();
    test(&Bench::new(Some(uri)));
}

#[test]
fn every_edit_of_a_runs_fields_is_previewed_made_and_undone() {
    on_both(|bench| {
        let runs: Vec<RunId> = [0.1, 0.01].iter().map(|lr| bench.train(&format!("run {lr}"), *lr)).collect();
        let before = bench.stored("lr");
        let board = bench.board();
        let edit = board.filter("lr == 0.1").unwrap().edit();
        let params = |key: &str| bench.run(runs[0]).get_document("params").unwrap().get(key).cloned();
        let cases = [
            (edit.set_param("lr", 0.2), "lr", "0.1", "0.2"),
            (edit.set_param("optim.name", "sgd"), "optim.name", "adam", "sgd"),
            (edit.set_param("new", [1, 2]), "new", "–", "[1, 2]"),
            (edit.rename_param("lr", "learning_rate"), "lr", "lr = 0.1", "learning_rate = 0.1"),
            (edit.unset_param("first"), "first", "1", "–"),
            (edit.label("best"), "labels", "[seen]", "[seen, best]"),
            (edit.unlabel("seen"), "labels", "[seen]", "[]"),
            (edit.note("looked at"), "notes", "", "looked at"),
            (edit.rename_run("the good one"), "name", "run 0.1", "the good one"),
            (edit.mark_invalid("wrong data"), "invalid", "–", "wrong data"),
        ];
        for (edit, what, old, new) in cases {
            let preview = edit.preview().unwrap();
            let row = &preview.plan().rows[0];
            assert_eq!((preview.runs(), preview.plan().of, preview.plan().rows.len()), (1, 1, 1), "{edit}");
            assert_eq!((row.what.as_str(), row.old.as_str(), row.new.as_str()), (what, old, new), "{edit}");
            let (text, html) = (preview.to_string(), preview.bundle().get("text/html").unwrap().to_owned());
            assert!(text.contains("would change 1 of 1 run") && text.contains(new) && html.contains("<table"), "{text}\n{html}");
            assert_eq!(bench.stored("lr"), before, "a preview changes nothing");

            let applied = edit.because("a test").apply().unwrap();
            assert_eq!(applied.runs(), 1);
            let after = bench.stored("lr");
            assert_ne!(after["runs"], before["runs"], "{edit}");
            assert!(PARTS[1..].iter().all(|part| after[part] == before[part]), "{edit}");
            let past = board.edits().unwrap().pop().unwrap();
            assert_eq!((past.id.as_str(), past.why.as_deref(), past.runs), (applied.id().unwrap(), Some("a test"), 1));
            assert_eq!(past.changes, [edit.to_string()]);
            assert!(past.undone.is_none() && past.by.contains('@'));

            let undone = applied.undo().unwrap();
            assert_eq!((undone.runs, undone.kept.len()), (1, 0));
            assert_eq!(bench.stored("lr"), before, "{edit}");
            assert!(board.edits().unwrap().pop().unwrap().undone.is_some());
            assert_eq!(applied.undo().unwrap_err().kind(), ErrorKind::Input);
        }
        edit.set_param("lr", 0.3).rename_param("lr", "rate").unset_param("first").label("x").apply().unwrap();
        assert_eq!((params("rate"), params("lr"), params("first")), (Some(Bson::Double(0.3)), None, None));
        assert_eq!(bench.run(runs[1]).get_document("params").unwrap().get_f64("lr").unwrap(), 0.01, "the other run is as it was");
        board.undo(&board.edits().unwrap().pop().unwrap().id).unwrap();
        assert_eq!(bench.stored("lr"), before);
    });
}

#[test]
fn what_changes_nothing_or_names_nothing_is_told() {
    on_both(|bench| {
        let run = bench.train("one", 0.1);
        let board = bench.board();
        let nothing = board.edit().set_param("lr", 0.1).unlabel("none").apply().unwrap();
        assert_eq!((nothing.id(), nothing.runs()), (None, 0));
        assert!(board.edits().unwrap().is_empty());
        let told = board.edit().unset_param("lrr").preview().unwrap_err();
        assert!(told.to_string().contains("no run has a parameter `lrr`; did you mean `lr`?"), "{told}");
        let told = board.edit().rename_param("lr", "first").apply().unwrap_err().to_string();
        assert!(told.contains("`one`: it has both `lr` and `first`"), "{told}");
        let told = board.edit().apply().unwrap_err().to_string();
        assert!(told.contains("an edit without a change"), "{told}");
        let told = board.undo("0123").unwrap_err();
        assert_eq!(told.kind(), ErrorKind::NotFound);
        assert_eq!(bench.run(run).get_document("params").unwrap().get_f64("lr").unwrap(), 0.1);
    });
}

#[test]
fn invalid_runs_are_left_out_and_counted_until_they_are_valid_again() {
    on_both(|bench| {
        bench.train("good", 0.1);
        bench.train("bad", 0.01);
        let board = bench.board();
        board.filter("lr == 0.01").unwrap().edit().mark_invalid("diverged").apply().unwrap();
        assert_eq!(board.runs().unwrap().iter().map(|run| run.name.as_str()).collect::<Vec<_>>(), ["good"]);
        assert_eq!(board.series("Loss").unwrap().len(), 1);
        let all = board.with_invalid();
        assert_eq!(all.runs().unwrap().len(), 2);
        let invalid = board.filter("invalid == true").unwrap();
        assert_eq!(invalid.runs().unwrap()[0].invalid.as_deref(), Some("diverged"));
        assert_eq!(board.filter("invalid ~ div and lr < 1").unwrap().runs().unwrap().len(), 1);
        assert_eq!(board.filter("invalid == false").unwrap().runs().unwrap().len(), 1);
        for view in [board.table().to_string(), board.plot("Loss").to_string(), board.thoughts().to_string(), board.to_string()] {
            assert!(view.contains("(without 1 invalid run)") && !view.contains("bad"), "{view}");
        }
        assert!(all.table().to_string().contains("diverged"));
        let nothing = board.filter("lr < 0.05").unwrap().table().to_string();
        assert!(nothing.contains("1 run of `lr` left out: marked as invalid"), "{nothing}");
        board.edit().mark_valid().apply().unwrap();
        assert_eq!(board.runs().unwrap().len(), 2);
        assert!(!board.table().to_string().contains("invalid"));
    });
}

#[test]
fn a_writer_that_logs_meanwhile_loses_nothing_and_a_correction_stays() {
    on_both(|bench| {
        let w = bench.writer("live");
        let run = w.run_id();
        w.add_param("lr", 0.1);
        w.add_param("later", 1);
        w.sync(Duration::from_secs(20)).unwrap();
        let board = bench.board();
        std::thread::scope(|scope| {
            let logger = scope.spawn(|| {
                for step in 0..300 {
                    w.add_scalar("Loss", f64::from(step));
                    w.add_param(&format!("p{step}"), step);
                    if step % 10 == 0 {
                        w.sync(Duration::from_secs(20)).unwrap();
                    }
                }
            });
            let mut edits = 0;
            while !logger.is_finished() || edits < 5 {
                board.edit().set_param("lr", 0.2 + f64::from(edits)).set_param("mine", edits).note("seen").apply().unwrap();
                edits += 1;
            }
            board.edit().set_param("lr", 0.5).mark_invalid("wrong").label("live").apply().unwrap();
        });
        let read = || board.with_invalid().runs().unwrap().pop().unwrap();
        assert_eq!(read().params["lr"], Value::Float(0.5));
        w.add_param("later", 2);
        w.sync(Duration::from_secs(20)).unwrap();
        let live = read();
        assert!((0..300).all(|n| live.params[&format!("p{n}")] == Value::Int(n)), "what was logged is there");
        assert_eq!((&live.params["lr"], &live.params["later"]), (&Value::Float(0.5), &Value::Int(2)));
        assert_eq!(live.invalid.as_deref(), Some("wrong"));
        assert!(live.labels.contains(&"live".to_owned()));
        // What the program logs later under a corrected name counts; undoing the correction leaves it.
        w.add_param("lr", 0.7);
        w.close().unwrap();
        assert_eq!(read().params["lr"], Value::Float(0.7));
        let undone = board.undo(&board.edits().unwrap().pop().unwrap().id).unwrap();
        assert_eq!(undone.kept, ["live: lr"]);
        let ended = read();
        assert_eq!((&ended.params["lr"], ended.invalid.as_deref()), (&Value::Float(0.7), None));
        assert!(!ended.labels.contains(&"live".to_owned()));
        assert_eq!(board.series("Loss").unwrap()[0].values, (0..300).map(f64::from).collect::<Vec<_>>());
        assert_eq!(bench.run(run).get_document("metrics").unwrap().get_document("Loss").unwrap().get_i64("n").unwrap(), 300);
    });
}

/// An edit that found a run changed under its hands has written it down once for each attempt, here as if it had been twice.
#[test]
fn an_edit_that_took_two_attempts_is_undone_once() {
    let (uri, _server) = mongodb();
    let bench = Bench::new(Some(uri));
    bench.train("a", 0.1);
    let board = bench.board();
    let undone_after = |then: &dyn Fn()| {
        let id = board.edit().set_param("lr", 0.5).apply().unwrap().id().unwrap().to_owned();
        bench.runtime.block_on(async {
            let client = mongodb::Client::with_uri_str(&bench.uri).await.unwrap();
            let edits = client.database(&bench.database).collection::<Document>("lr.edits");
            let mut piece = edits.find_one(doc! { "_id": format!("{id}:000001") }).await.unwrap().unwrap();
            piece.insert("_id", format!("{id}:000002"));
            edits.insert_one(piece).await.unwrap();
        });
        then();
        board.undo(&id).unwrap().kept
    };
    assert_eq!(undone_after(&|| ()), [""; 0], "nothing was changed since");
    assert_eq!(board.runs().unwrap()[0].params["lr"], Value::Float(0.1));
    let again = || drop(board.edit().set_param("lr", 0.7).apply().unwrap());
    assert_eq!(undone_after(&again), ["a: lr"]);
}

#[test]
fn databases_can_be_listed_before_one_is_opened() {
    on_both(|bench| {
        bench.train("one", 0.1);
        let databases = Board::builder().uri(&bench.uri).databases().unwrap();
        assert!(databases.contains(&bench.database), "{databases:?}");
    });
}

#[test]
fn points_are_scaled_dropped_and_renamed_with_their_headers_and_summaries() {
    on_both(|bench| {
        let runs: Vec<RunId> = [0.1, 0.01].iter().map(|lr| bench.train(&format!("run {lr}"), *lr)).collect();
        let before = bench.stored("lr");
        let board = bench.board();
        let values = |tag: &str| {
            let one = board.filter("lr == 0.1").unwrap().series(tag).unwrap().pop().unwrap();
            (one.steps, one.values, one.wall)
        };
        let old = values("Loss");

        let scale = board.edit().scale_tag("Loss", 10.0);
        assert_eq!(scale.preview().unwrap().runs(), 2);
        assert_eq!(bench.stored("lr"), before);
        let scaled = scale.apply().unwrap();
        assert_eq!(values("Loss"), (old.0.clone(), old.1.iter().map(|value| value * 10.0).collect(), old.2.clone()));
        let chunk = |i: usize| Document::try_from(bench.documents("lr", "scalars").remove(i)).unwrap();
        for chunk in (0..8).map(chunk).filter(|chunk| chunk.get_str("tag").unwrap() == "Loss") {
            let values: Vec<f64> = chunk.get_array("values").unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
            assert_eq!(chunk.get_f64("max").unwrap(), values.iter().copied().fold(f64::MIN, f64::max));
            assert_eq!(chunk.get_f64("sum").unwrap(), values.iter().sum::<f64>());
            assert_eq!((chunk.get_f64("first").unwrap(), chunk.get_f64("last").unwrap()), (values[0], values[values.len() - 1]));
        }
        let summary = |run: usize| {
            let run = bench.run(runs[run]);
            let session = run.get_document("sessions").unwrap().values().next().unwrap().as_document().unwrap().clone();
            let of = |all: &Document| all.get_document("metrics").unwrap().get_document("Loss").unwrap().clone();
            assert_eq!(of(&run), of(&session));
            of(&run)
        };
        assert_eq!(summary(0).get_f64("max").unwrap(), 10_000.0);

        let drop = board.filter("lr == 0.1").unwrap().edit().drop_points("Loss", "value > 5000 or step in [0, 2999]");
        let row = drop.preview().unwrap().plan().rows[0].clone();
        assert_eq!((row.old.as_str(), row.new.as_str()), ("3000 points", "2968 points"));
        let dropped = drop.apply().unwrap();
        assert_eq!(dropped.runs(), 1);
        let (steps, kept, _) = values("Loss");
        assert_eq!((steps.len(), steps[0], steps[2967]), (2968, 1, 2998));
        assert!(kept.iter().all(|value| *value <= 5000.0));
        assert_eq!((summary(0).get_i64("n").unwrap(), summary(1).get_i64("n").unwrap()), (2968, 3000));
        assert!(summary(0).get_f64("max").unwrap() < 5000.0);
        let mut next = 0;
        for chunk in bench.documents("lr", "scalars").iter().map(|chunk| Document::try_from(chunk.clone()).unwrap()) {
            if chunk.get_object_id("run").unwrap().bytes() == runs[0].bytes() && chunk.get_str("tag").unwrap() == "Loss" {
                let i0 = chunk.get_i64("i0").unwrap();
                assert_eq!((i0, chunk.get_i64("seq").unwrap()), (next, i0 / 2048), "chunks follow one another");
                next = i0 + i64::from(chunk.get_i32("n").unwrap());
            }
        }
        assert_eq!(next, 2968);

        let renamed = board.edit().rename_tag("Loss", "train/loss.v1").rename_tag("picture", "image").apply().unwrap();
        assert_eq!(values("train/loss.v1").0.len(), 2968);
        assert!(board.series("Loss").is_err() && board.images("picture").to_string().contains("image"));
        assert!(bench.documents("lr", "scalars").iter().all(|chunk| chunk.get_str("tag").unwrap() != "Loss"));

        // What came later is undone first.
        let told = scaled.undo().unwrap_err().to_string();
        assert!(told.contains(renamed.id().unwrap()) && told.contains("undo that one first"), "{told}");
        renamed.undo().unwrap();
        dropped.undo().unwrap();
        scaled.undo().unwrap();
        assert_eq!(bench.stored("lr"), before);
        assert_eq!(values("Loss"), old);

        let told = board.edit().drop_points("Loss", "loss > 3").apply().unwrap_err().to_string();
        assert!(told.contains("a point has `value`, `step` and `wall`, no `loss`"), "{told}");
        let told = board.edit().drop_points("Loss", "value >").preview().unwrap_err().to_string();
        assert!(told.contains('^'), "{told}");
        let told = board.edit().scale_tag("Los", 2.0).preview().unwrap_err().to_string();
        assert!(told.contains("did you mean `Loss`?"), "{told}");
        let told = board.edit().rename_tag("Loss", "Accuracy").preview().unwrap_err().to_string();
        assert!(told.contains("it has both `Loss` and `Accuracy`"), "{told}");
        assert_eq!(bench.stored("lr"), before);
    });
}

#[test]
fn runs_move_to_another_folder_and_are_deleted_and_come_back() {
    on_both(|bench| {
        let moved = bench.train("run 0.1", 0.1);
        bench.train("run 0.01", 0.01);
        let (before, board) = (bench.stored("lr"), bench.board());
        let edit = board.filter("lr == 0.1").unwrap().edit().label("old").move_to("archive");
        let preview = edit.preview().unwrap().to_string();
        assert!(preview.contains("archive") && preview.contains("would change 1 of 1 run"), "{preview}");
        let applied = edit.apply().unwrap();
        assert_eq!(board.folders().unwrap(), ["archive", "lr"]);
        let archive = board.folder("archive").unwrap();
        let there = archive.runs().unwrap();
        assert_eq!((there.len(), there[0].id, there[0].labels.len()), (1, moved, 2));
        assert_eq!(archive.series("Loss").unwrap()[0].len(), 3000);
        assert!(archive.images("picture").to_html().len() > 1000 && archive.thoughts().to_string().contains("it learns"));
        let left = bench.stored("lr");
        assert!(PARTS[..4].iter().all(|part| left[part].len() < before[part].len() || before[part].is_empty()));
        applied.undo().unwrap();
        assert_eq!(bench.stored("lr"), before);
        assert!(PARTS[..4].iter().all(|part| bench.documents("archive", part).is_empty()));
        assert_eq!(board.folders().unwrap(), ["lr"]);

        let deleted = board.filter("lr == 0.1").unwrap().edit().delete().apply().unwrap();
        assert_eq!(board.runs().unwrap().len(), 1);
        assert!(
            bench.documents("lr", "scalars").iter().all(|chunk| chunk.get_object_id("run").unwrap().bytes() != moved.bytes())
        );
        let removed = board.remove_folder("lr");
        assert_eq!(removed.preview().unwrap().runs(), 1);
        let removed = removed.apply().unwrap();
        assert!(board.folders().unwrap().is_empty());
        assert!(Board::builder().uri(&bench.uri).database(&bench.database).folder("lr").open().is_err());
        removed.undo().unwrap();
        deleted.undo().unwrap();
        assert_eq!(bench.stored("lr"), before);

        let told = board.edit().move_to("a.tail").apply().unwrap_err().to_string();
        assert!(told.contains("cannot be the name of a folder"), "{told}");
        let told = board.remove_folder("lrr").preview().unwrap_err().to_string();
        assert!(told.contains("did you mean `lr`?"), "{told}");
    });
}

#[test]
fn points_of_a_live_run_wait_for_its_end_and_nothing_happens_to_any() {
    on_both(|bench| {
        bench.train("ended", 0.1);
        let w = bench.writer("live one");
        w.add_scalar("Loss", 1.0);
        w.add_param("lr", 0.5);
        w.sync(Duration::from_secs(20)).unwrap();
        let board = bench.board();
        let before = bench.stored("lr");
        for edit in [
            board.edit().scale_tag("Loss", 2.0),
            board.edit().drop_points("Loss", "step < 10"),
            board.edit().rename_tag("Loss", "loss"),
            board.edit().move_to("archive"),
            board.edit().delete(),
        ] {
            let preview = edit.preview().unwrap();
            assert_eq!(preview.plan().waits, ["`live one`"], "{preview}");
            let told = edit.apply().unwrap_err().to_string();
            assert!(told.contains("`live one`") && told.contains("wait for their end"), "{told}");
        }
        let after = bench.stored("lr");
        assert!(PARTS[1..].iter().all(|part| before[part] == after[part]));
        assert_eq!(board.runs().unwrap().len(), 2);
        assert_eq!(board.filter("status != running").unwrap().edit().scale_tag("Loss", 2.0).apply().unwrap().runs(), 1);
        w.close().unwrap();
        assert_eq!(board.edit().delete().apply().unwrap().runs(), 2);
    });
}

/// Which edit, and its numbers.
type Step = (u8, u8, u8);

fn edited(board: &Board, (kind, a, b): Step) -> ml_board::Edit {
    let edit = board.with_invalid().filter(["lr > 0", "lr == 0.1", "not (lr == 0.1)"][usize::from(a % 3)]);
    // A parameter that no run has any more narrows nothing.
    let edit = edit.unwrap_or_else(|_| board.with_invalid()).edit();
    let (name, tag) =
        (["lr", "first", "optim.name", "new"][usize::from(b % 4)], ["Loss", "Accuracy", "other"][usize::from(b % 3)]);
    match kind % 14 {
        0 => edit.set_param(name, f64::from(a)),
        1 => edit.set_param(name, "text").label("again"),
        2 => edit.rename_param(name, format!("p{a}")),
        3 => edit.unset_param(name),
        4 => edit.label(format!("l{}", a % 3)),
        5 => edit.unlabel("seen"),
        6 => edit.note(format!("note {b}")),
        7 => edit.mark_invalid("why"),
        8 => edit.mark_valid(),
        9 => edit.scale_tag(tag, f64::from(b)),
        10 => edit.drop_points(tag, format!("step in [{a}, {b}] or value > {b}")),
        11 => edit.rename_tag(tag, "other"),
        12 => edit.move_to("elsewhere"),
        _ => edit.delete(),
    }
}

#[test]
fn whatever_was_edited_undone_backwards_is_as_it_was() {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};
    on_both(|bench| {
        for lr in [0.1, 0.01, 0.001] {
            bench.train("a run", lr);
        }
        let (before, board) = (bench.stored("lr"), bench.board());
        let steps = prop::collection::vec(any::<Step>(), 1..8);
        let mut runner = TestRunner::new(Config { cases: 8, failure_persistence: None, ..Config::default() });
        let mut made = 0;
        let test = |steps: Vec<Step>| {
            let mut ids = Vec::new();
            for step in &steps {
                // Some cannot be made, and say so.
                let applied = edited(&board, *step).apply();
                ids.extend(applied.ok().and_then(|applied| applied.id().map(str::to_owned)));
            }
            made += ids.len();
            for id in ids.iter().rev() {
                let undone = board.undo(id).map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert!(undone.kept.is_empty(), "{:?}", undone);
            }
            prop_assert!(bench.stored("lr") == before, "not as it was after {:?}", steps);
            Ok(())
        };
        let test = std::cell::RefCell::new(test);
        runner.run(&steps, |steps| (test.borrow_mut())(steps)).unwrap();
        assert!(made > 8, "only {made} edits were made");
    });
}

#[test]
#[cfg(unix)]
fn an_edit_that_is_killed_half_way_is_whole_or_taken_back() {
    use std::process::{Command, Stdio};
    on_both(|bench| {
        for n in 0..6 {
            bench.train("a run", 0.1 * f64::from(n + 1));
        }
        let (before, board) = (bench.stored("lr"), bench.board());
        let arguments = ["edit", "-d", &bench.database, "-f", "lr", "--uri", &bench.uri, "--yes", "--because", "killed"];
        let edits: [&[&str]; 3] = [&["--set-param", "lr=7", "--scale-tag", "Loss=3"], &["--move-to", "there"], &["--delete"]];
        let (mut whole, mut back) = (0, 0);
        for round in 0..12_u64 {
            let mut program = Command::new(env!("CARGO_BIN_EXE_ml_board"));
            program.args(arguments).args(edits[round as usize % 3]).stdout(Stdio::null()).env("ML_BOARD_HOME", bench.home.path());
            let mut program = program.spawn().unwrap();
            // As far as it gets: until there is a first piece of the edit, and a little longer each time.
            let begun = std::time::Instant::now();
            let mut past = 0;
            while past < 1 + round / 3 && begun.elapsed() < Duration::from_secs(20) && program.try_wait().unwrap().is_none() {
                past += u64::from(bench.stored("lr") != before);
            }
            program.kill().unwrap();
            program.wait().unwrap();
            let edit = board.edits().unwrap().pop();
            match edit.filter(|edit| edit.undone.is_none()) {
                Some(edit) => {
                    assert_eq!(edit.runs, 6);
                    whole += 1;
                    board.undo(&edit.id).unwrap();
                }
                None => back += 1,
            }
            for (part, were) in &before {
                let are = bench.documents("lr", part);
                let other = are.iter().zip(were).find(|(is, was)| is != was);
                let other = other.map(|(is, was)| [is, was].map(|one| Document::try_from(&**one).unwrap()));
                assert!(are == *were, "round {round}: {} and {} of {part:?}, first {other:?}", are.len(), were.len());
            }
            assert!(PARTS[..4].iter().all(|part| bench.documents("there", part).is_empty()), "round {round}");
        }
        println!("{whole} edits came through, {back} were taken back");
        assert!(back > 0, "none was killed in the middle");
    });
}
