//! `ml_board export`: what is in the files is what was logged, on both stores and in each format.
#![cfg(all(feature = "engine", feature = "writer"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::path::Path;
use std::process::{Command, Output};

use ml_board_test_support::{mongodb, unique};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value as Json;

mod common;
use common::Home;

struct Bench {
    home: Home,
    uri: String,
    database: String,
}

impl Bench {
    fn export(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ml_board"));
        command.current_dir(self.home.path()).env("ML_BOARD_HOME", self.home.path().join("home"));
        command.args(["export", "--uri", &self.uri, "-d", &self.database, "-f", "f"]).args(arguments).output().unwrap()
    }

    fn whole(&self, arguments: &[&str]) -> String {
        let output = self.export(arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.home.path().join(name)
    }

    fn log(&self) {
        for (name, lr) in [("first, \"the\" one", 0.1), ("second", 0.01)] {
            let w = common::writer(&self.home, &self.uri, &self.database, "f", name);
            w.add_param("lr", lr);
            w.add_param("seed", u64::MAX);
            w.add_param("on", true);
            // More than a chunk and a value of each kind.
            (0..3000).for_each(|step| w.add_scalar("Loss", if step == 7 { f64::NAN } else { lr * f64::from(step) }));
            w.add_scalar_at("odd, tag", f64::NEG_INFINITY, -3);
            w.close().unwrap();
        }
    }
}

fn on_both(test: impl Fn(&Bench)) {
    let home = Home::new();
    test(&Bench { uri: home.local(), home, database: unique("export") });
    let (uri, _server) = mongodb();
    test(&Bench { home: Home::new(), uri, database: unique("export") });
}

fn rows(path: &Path) -> Vec<Json> {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_point_is_in_every_format() {
    on_both(|bench| {
        bench.log();
        let told = bench.whole(&["scalars", "points.json"]);
        assert!(told.starts_with("wrote 6,002 points of 2 runs to points.json, "), "{told}");
        let points = rows(&bench.file("points.json"));
        assert_eq!(points.len(), 6002);
        let of = |run: &str, tag: &str| points.iter().filter(|row| row["name"] == *run && row["tag"] == *tag).collect::<Vec<_>>();
        let loss = of("second", "Loss");
        assert!(loss.iter().enumerate().all(|(step, row)| row["step"] == step));
        assert_eq!((&loss[7]["value"], &loss[8]["value"], &loss[8]["rank"]), (&"NaN".into(), &(0.01 * 8.0).into(), &0.into()));
        let odd = of("first, \"the\" one", "odd, tag");
        assert_eq!((odd.len(), &odd[0]["value"], &odd[0]["step"]), (1, &"-inf".into(), &(-3).into()));
        assert!(odd[0]["time"].as_str().unwrap().ends_with('Z'));

        bench.whole(&["scalars", "points.jsonl"]);
        let lines = std::fs::read_to_string(bench.file("points.jsonl")).unwrap();
        assert_eq!(lines.lines().map(|line| serde_json::from_str::<Json>(line).unwrap()).collect::<Vec<_>>(), points);

        bench.whole(&["scalars", "points.csv"]);
        let mut reader = csv::Reader::from_path(bench.file("points.csv")).unwrap();
        assert_eq!(reader.headers().unwrap(), ["run", "name", "rank", "tag", "step", "time", "value"].as_slice());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), points.len());
        for (record, row) in records.iter().zip(&points) {
            assert_eq!((&record[1], &record[3]), (row["name"].as_str().unwrap(), row["tag"].as_str().unwrap()));
            let value = row["value"].as_f64().unwrap_or_else(|| row["value"].as_str().unwrap().parse().unwrap());
            assert_eq!(record[6].parse::<f64>().unwrap().to_bits(), value.to_bits());
        }

        bench.whole(&["scalars", "points.parquet"]);
        let file = SerializedFileReader::new(std::fs::File::open(bench.file("points.parquet")).unwrap()).unwrap();
        assert_eq!(file.metadata().file_metadata().num_rows(), 6002);
        for (row, point) in file.get_row_iter(None).unwrap().map(Result::unwrap).zip(&points) {
            let cells: Vec<(&String, &Field)> = row.get_column_iter().collect();
            assert_eq!(*cells[1].1, Field::Str(point["name"].as_str().unwrap().into()));
            assert_eq!(*cells[4].1, Field::Long(point["step"].as_i64().unwrap()));
            assert!(matches!(cells[5].1, Field::TimestampMillis(_)));
            let Field::Double(value) = cells[6].1 else { panic!("{:?}", cells[6]) };
            assert_eq!(
                value.to_string(),
                point["value"].as_f64().map_or_else(|| point["value"].as_str().unwrap().into(), |v| v.to_string())
            );
        }
        let left: Vec<_> = std::fs::read_dir(bench.home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{left:?}");
    });
}

#[test]
fn runs_are_a_row_each_and_filters_and_tags_narrow() {
    on_both(|bench| {
        bench.log();
        let told = bench.whole(&["runs", "runs.json"]);
        assert!(told.starts_with("wrote 2 runs to runs.json, "), "{told}");
        let runs = rows(&bench.file("runs.json"));
        assert_eq!((&runs[0]["name"], &runs[0]["lr"], &runs[0]["on"]), (&"first, \"the\" one".into(), &0.1.into(), &true.into()));
        assert_eq!(runs[0]["seed"], "18446744073709551615", "what no number holds is text");
        assert_eq!(
            (&runs[1]["last(Loss)"], &runs[1]["n(Loss)"], &runs[1]["status"]),
            (&(0.01 * 2999.0).into(), &3000.into(), &"finished".into())
        );
        let narrow = ["--where", "lr < 0.05", "--tag", "odd, tag"];
        let csv = bench.whole(&[&["scalars", "-", "--format", "csv"][..], &narrow].concat());
        assert_eq!(csv.lines().count(), 2, "{csv}");
        assert!(csv.contains("\"odd, tag\",-3,") && csv.contains("second") && csv.trim_end().ends_with("-inf"), "{csv}");
        let empty = bench.whole(&["scalars", "-", "--format", "json", "--where", "lr > 5"]);
        assert_eq!(serde_json::from_str::<Vec<Json>>(&empty).unwrap(), Vec::<Json>::new());
        // Whoever reads only the first lines has what it wanted.
        let mut head = Command::new(env!("CARGO_BIN_EXE_ml_board"));
        head.args(["export", "scalars", "-", "--format", "csv", "--uri", &bench.uri, "-d", &bench.database, "-f", "f"]);
        head.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut head = head.spawn().unwrap();
        drop(head.stdout.take());
        let output = head.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let header = bench.whole(&["scalars", "-", "--format", "csv", "--where", "lr > 5"]);
        assert_eq!(header, "run,name,rank,tag,step,time,value\r\n");
    });
}

#[test]
fn what_cannot_be_exported_is_told_and_leaves_what_was_there() {
    on_both(|bench| {
        bench.log();
        let told = |arguments: &[&str]| {
            let output = bench.export(arguments);
            assert!(!output.status.success(), "{arguments:?}");
            String::from_utf8(output.stderr).unwrap()
        };
        std::fs::write(bench.file("there.csv"), "mine").unwrap();
        assert!(told(&["runs", "there.csv"]).contains("is there already"));
        assert!(told(&["runs", "there.csv"]).contains("--force"));
        assert!(told(&["scalars", "there.csv", "--force", "--tag", "Los"]).contains("did you mean `Loss`?"));
        assert_eq!(std::fs::read_to_string(bench.file("there.csv")).unwrap(), "mine");
        bench.whole(&["runs", "there.csv", "--force"]);
        assert!(std::fs::read_to_string(bench.file("there.csv")).unwrap().starts_with("id,name,status,"));
        assert!(told(&["runs", "runs.xlsx"]).contains(".parquet"));
        assert!(told(&["runs", "nowhere/runs.csv"]).contains("could not write nowhere/runs.csv"));
        assert!(told(&["runs", "-", "--format", "csv", "--where", "lrr > 1"]).contains("did you mean `lr`?"));
        for short in [&[][..], &["runs"]] {
            let told = told(short);
            assert!(told.contains("it is not said what to export") && told.contains("export --html FILE"), "{told}");
        }
    });
}

#[test]
fn a_board_is_one_page_with_the_runs_that_were_asked_for() {
    on_both(|bench| {
        bench.log();
        bench.whole(&["--html", "board.html", "--where", "lr < 0.05", "--legend-by", "lr"]);
        let page = std::fs::read_to_string(bench.file("board.html")).unwrap();
        assert!(page.starts_with("<!doctype html>") && !page.contains("src=\"http"), "it needs nobody");
        let payload = common::payload(&page);
        assert_eq!((&payload["panel"]["type"], &payload["boards"][0]["legend"]), (&"dashboard".into(), &"lr".into()));
        assert_eq!(payload["boards"][0]["n"], 1);
        assert!(payload.get("live").is_none(), "nobody is asked for more");
        let told = |arguments: &[&str]| String::from_utf8(bench.export(arguments).stderr).unwrap();
        assert!(told(&["--html", "board.html"]).contains("is there already"));
        assert!(told(&["--html", "other.html", "--where", "lrr < 5"]).contains("did you mean `lr`?"));
        assert!(!bench.file("other.html").exists());
    });
}
