//! `ml_board repair` on a real MongoDB: headers and summaries broken, and points edited, as a person does it from mongosh.
#![cfg(all(feature = "engine", feature = "writer"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod common;

use std::process::{Command, Output};
use std::time::Duration;

use bson::{Bson, DateTime, Document, doc};
use common::{Home, Mongo, writer};
use ml_board_test_support::{Mongod, mongodb, unique};

struct Edited {
    home: Home,
    uri: String,
    database: String,
    mongo: Mongo,
    _server: Option<Mongod>,
}

impl Edited {
    /// One run that ended, with a tag of even and one of odd steps.
    fn new() -> Edited {
        let (home, (uri, server), database) = (Home::new(), mongodb(), unique("repair"));
        let w = writer(&home, &uri, &database, "edited", "calm fox");
        for i in 0..5000_i64 {
            w.add_scalar("train/loss.v1", if i == 4000 { f64::NAN } else { 1.0 / (i + 1) as f64 });
            w.add_scalar_at("Accuracy", i % 7, i * i);
        }
        (0..3).for_each(|i| w.add_scalar("few", i));
        w.close().unwrap();
        let mongo = Mongo::connect(&uri, &database);
        Edited { home, uri, database, mongo, _server: server }
    }

    fn repair(&self, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ml_board"));
        command.args(["repair", "--database", &self.database, "--folder", "edited"]).args(more);
        command.env("ML_BOARD_URI", &self.uri).env("ML_BOARD_HOME", self.home.path()).output().unwrap()
    }

    fn repaired(&self, more: &[&str]) -> String {
        let output = self.repair(more);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn edit(&self, tag: &str, seq: i64, update: Document) {
        self.mongo.update_one("edited.scalars", doc! { "tag": tag, "seq": seq }, update);
    }

    fn run(&self) -> Document {
        self.mongo.find("edited", doc! {}).remove(0)
    }

    fn documents(&self) -> Vec<Document> {
        let mut all = self.mongo.find("edited", doc! {});
        all.extend(self.mongo.find("edited.scalars", doc! {}));
        // A person reads `max: 5`, not in which order the fields stand.
        all.iter().map(sorted).collect()
    }
}

fn sorted(document: &Document) -> Document {
    let mut fields: Vec<(String, Bson)> = document
        .iter()
        .map(|(key, value)| (key.clone(), value.as_document().map_or_else(|| value.clone(), |inner| sorted(inner).into())))
        .collect();
    fields.sort_by(|one, other| one.0.cmp(&other.0));
    fields.into_iter().collect()
}

/// NaN is no number to compare: documents are, by their text.
fn same(one: &[Document], other: &[Document]) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

#[test]
fn broken_headers_and_summaries_are_as_they_were_again() {
    let edited = Edited::new();
    let before = edited.documents();
    assert_eq!(edited.repaired(&[]), "looked at 1 run: nothing to mend\n");
    assert!(same(&edited.documents(), &before));

    let wrong = doc! { "n": 7, "min": -5, "max": 99.0, "sum": 0, "nan": 3, "first": Bson::Null, "last": 2, "t1": DateTime::from_millis(0) };
    edited.edit("train/loss.v1", 1, doc! { "$set": wrong });
    edited.edit("Accuracy", 0, doc! { "$set": { "s0": 5, "s1": 5 }, "$unset": { "min": "" } });
    edited.mongo.update_one(
        "edited",
        doc! {},
        doc! { "$set": { "metrics.train/loss%2Ev1.max": 1e9 }, "$unset": { "metrics.few": "" } },
    );
    let session = edited.run().get_document("sessions").unwrap().keys().next().unwrap().clone();
    let n = format!("sessions.{session}.metrics.Accuracy.n");
    edited.mongo.update_one("edited", doc! {}, doc! { "$set": { n: 1 } });
    let broken = edited.documents();

    let told = edited.repaired(&["--dry-run"]);
    assert!(told.contains("  2 headers of chunks would be mended\n"), "{told}");
    assert!(
        told.contains("train/loss.v1: max 1000000000 → 1\n") && told.contains("few: its summary was missing; 3 points"),
        "{told}"
    );
    assert!(same(&edited.documents(), &broken), "a dry run changed something");

    let told = edited.repaired(&[]);
    assert!(told.contains("  2 headers of chunks mended\n") && told.ends_with("looked at 1 run: mended 1 run\n"), "{told}");
    assert!(same(&edited.documents(), &before), "{:#?}\n{before:#?}", edited.run());
    assert_eq!(edited.repaired(&[]), "looked at 1 run: nothing to mend\n");
}

#[test]
fn what_is_told_follows_points_that_were_edited() {
    let edited = Edited::new();
    edited.edit("Accuracy", 1, doc! { "$set": { "values.10": 500 } });
    edited.edit("few", 0, doc! { "$set": { "tag": "some" } });
    edited.repaired(&[]);
    let chunk = edited.mongo.find("edited.scalars", doc! { "tag": "Accuracy", "seq": 1_i64 }).remove(0);
    assert_eq!(chunk.get("max"), Some(&Bson::Double(500.0)));
    let metrics = edited.run().get_document("metrics").unwrap().clone();
    let accuracy = metrics.get_document("Accuracy").unwrap();
    assert_eq!((accuracy.get("max"), accuracy.get("max_step")), (Some(&Bson::Double(500.0)), Some(&Bson::Int64(2058 * 2058))));
    assert!(!metrics.contains_key("few"));
    assert_eq!(metrics.get_document("some").unwrap().get("n"), Some(&Bson::Int64(3)));
    let curve = common::board(&edited.uri, &edited.database, "edited").series("some").unwrap();
    assert_eq!(curve[0].values, [0.0, 1.0, 2.0]);
}

#[test]
fn a_chunk_that_cannot_be_read_is_told_and_the_summaries_stay() {
    let edited = Edited::new();
    edited.edit("few", 0, doc! { "$pop": { "values": 1 } });
    edited.mongo.update_one("edited", doc! {}, doc! { "$set": { "metrics.few.n": 9 } });
    let broken = edited.documents();
    let output = edited.repair(&[]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("its columns differ in length"), "{output:?}");
    assert!(same(&edited.documents(), &broken));
}

#[test]
fn a_run_that_is_logged_is_left_alone() {
    let edited = Edited::new();
    let w = writer(&edited.home, &edited.uri, &edited.database, "edited", "live wire");
    w.add_scalar("Live", 1);
    w.sync(Duration::from_secs(60)).unwrap();
    edited.mongo.update_one("edited", doc! { "name": "live wire" }, doc! { "$set": { "metrics.Live.max": 7.0 } });
    let told = edited.repaired(&[]);
    assert!(
        told.contains("live wire") && told.contains("it is being logged, and stays as it is; say it again when it ended"),
        "{told}"
    );
    assert!(told.ends_with("looked at 1 run: nothing to mend\nleft alone, because something logs to them: 1 run\n"), "{told}");
    let live = edited.mongo.find("edited", doc! { "name": "live wire" }).remove(0);
    assert_eq!(live.get_document("metrics").unwrap().get_document("Live").unwrap().get("max"), Some(&Bson::Double(7.0)));
    w.close().unwrap();
    assert!(edited.repaired(&[]).contains("Live: max 7 → 1"));
}
