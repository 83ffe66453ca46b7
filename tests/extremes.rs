//! What is at the edge of what can be logged is kept, and read back the same, from both stores.
#![allow(missing_docs, clippy::expect_used, clippy::panic, clippy::unwrap_used)]
#![cfg(all(feature = "writer", feature = "engine"))]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use bson::{Bson, Document, RawDocument, doc};
use common::{Home, Mongo, board, writer};
use ml_board::{Image, Run, Status, Value};
use ml_board_test_support::{mongodb, unique};

const FOLDER: &str = "extremes";

/// Closes it, with patience: the tests are compiled without optimization.
fn close(w: ml_board::SummaryWriter) -> ml_board::Report {
    w.sync(Duration::from_secs(900)).unwrap();
    w.close().unwrap()
}

/// A store, and where this test's documents are in it.
struct Bench<'a> {
    home: &'a Home,
    uri: &'a str,
    database: &'a str,
}

fn both_stores(test: impl Fn(&Bench<'_>)) {
    let home = Home::new();
    test(&Bench { home: &home, uri: &home.local(), database: "local" });
    let (uri, _server) = mongodb();
    test(&Bench { home: &home, uri: &uri, database: &unique("extremes") });
}

impl Bench<'_> {
    fn writer(&self, name: &str) -> ml_board::SummaryWriter {
        writer(self.home, self.uri, self.database, FOLDER, name)
    }

    fn board(&self) -> ml_board::Board {
        board(self.uri, self.database, FOLDER)
    }

    fn run(&self) -> Run {
        let mut runs = self.board().runs().unwrap();
        assert_eq!(runs.len(), 1);
        runs.remove(0)
    }

    /// The documents of a sub-collection as they stand in the store, by its own tool.
    fn documents(&self, collection: &str, filter: Document) -> Vec<Document> {
        if self.uri.starts_with("mongodb") {
            return Mongo::connect(self.uri, self.database).find(&format!("{FOLDER}.{collection}"), filter);
        }
        let file = std::fs::read_dir(self.home.path().join("store")).unwrap().map(|entry| entry.unwrap().path());
        let file = file.into_iter().find(|path| path.extension().is_some_and(|end| end == "sqlite")).unwrap();
        let connection = rusqlite::Connection::open(file).unwrap();
        let mut statement = connection.prepare(&format!("SELECT document FROM {collection} ORDER BY id")).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        rows.map(|bytes| Document::try_from(RawDocument::from_bytes(&bytes.unwrap()).unwrap()).unwrap()).collect()
    }

    /// Each point of a tag: step, and the bits of its value.
    fn points(&self, tag: &str) -> Vec<(i64, u64)> {
        let mut series = self.board().series(tag).unwrap();
        assert_eq!(series.len(), 1, "{tag:.40}");
        let series = series.remove(0);
        series.steps.iter().copied().zip(series.values.iter().map(|value| value.to_bits())).collect()
    }
}

#[test]
fn values_and_steps_at_the_edge() {
    let values = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        0.0,
        5e-324,
        -f64::MIN_POSITIVE / 2.0,
        f64::MAX,
        f64::MIN,
        9_007_199_254_740_993.0,
        f64::EPSILON,
    ];
    let steps =
        [0, 0, 7, 3, -1, i64::MIN, i64::MAX, i64::MAX, i64::MIN, 9_007_199_254_740_993, -9_007_199_254_740_993, i64::MAX - 1];
    both_stores(|bench| {
        let w = bench.writer("edge");
        // More than a chunk, so that frames, chunks and their headers all see them.
        let mut expected = Vec::new();
        for i in 0..5000 {
            let (value, step) = (values[i % values.len()], steps[i % steps.len()]);
            w.add_scalar_at("edge", value, step);
            expected.push((step, value.to_bits()));
            if i == 300 {
                w.sync(Duration::from_secs(60)).unwrap();
            }
        }
        // After the greatest step there is no next one.
        w.add_scalar_at("end", 1.0, i64::MAX);
        w.add_scalar("end", 2.0);
        let report = close(w);
        assert_eq!((report.rejected, report.stored_points), (0, 5002));

        assert_eq!(bench.points("edge"), expected);
        assert_eq!(bench.points("end"), [(i64::MAX, 1f64.to_bits()), (i64::MAX, 2f64.to_bits())]);
        let metric = bench.run().metrics["edge"];
        let finite: Vec<f64> = expected.iter().map(|(_, bits)| f64::from_bits(*bits)).filter(|value| value.is_finite()).collect();
        assert_eq!((metric.n, metric.nan), (5000, 5000 - finite.len() as u64));
        assert_eq!((metric.min, metric.max), (Some(f64::MIN), Some(f64::MAX)));
        // A picture of them is drawn, whatever it may show.
        assert!(bench.board().plot("edge").to_html().contains("data-mlb-data"));
    });
}

#[test]
fn parameters_at_the_edge() {
    both_stores(|bench| {
        let w = bench.writer("params");
        let long = "é".repeat(5000);
        w.add_param("u64", u64::MAX);
        w.add_param("i64 min", i64::MIN);
        w.add_param("beyond", 9_007_199_254_740_993_i64);
        w.add_param("nan", f64::NAN);
        w.add_param("inf", f64::NEG_INFINITY);
        w.add_param("zero", -0.0);
        w.add_param("tiny", 5e-324);
        w.add_param("f32", 0.1_f32);
        w.add_param("long", &long);
        w.add_param(&long, 1);
        w.add_param("$odd.na%me", true);
        w.add_param("list", vec![u64::MAX, 1]);
        assert_eq!(close(w).rejected, 0);

        let params = bench.run().params;
        let bits = |name: &str| match &params[name] {
            Value::Float(float) => float.to_bits(),
            other => panic!("{other:?}"),
        };
        let decimal = Value::Decimal(u64::MAX.to_string());
        assert_eq!(params["u64"], decimal);
        assert_eq!((&params["i64 min"], &params["beyond"]), (&Value::Int(i64::MIN), &Value::Int(9_007_199_254_740_993)));
        assert!(f64::from_bits(bits("nan")).is_nan());
        assert_eq!(bits("inf"), f64::NEG_INFINITY.to_bits());
        assert_eq!((bits("zero"), bits("tiny"), bits("f32")), ((-0.0f64).to_bits(), 1, 0.1f64.to_bits()));
        assert_eq!((&params["long"], &params[&long]), (&Value::Text(long.clone()), &Value::Int(1)));
        assert_eq!((&params["$odd.na%me"], &params["list"]), (&Value::Bool(true), &Value::List(vec![decimal, Value::Int(1)])));
        assert_eq!(params.len(), 12);
        assert_eq!(bench.board().filter("beyond == 9007199254740993").unwrap().runs().unwrap().len(), 1);
    });
}

#[test]
fn ten_thousand_tags_and_tags_of_odd_lengths() {
    both_stores(|bench| {
        let w = bench.writer("tags");
        let name = |i: usize| match i {
            0 => String::new(),
            1 => "x".repeat(10 << 10),
            2 => "é.$%".repeat(2 << 10),
            3 => "$".into(),
            _ => format!("layer.{}/block {}/weight", i / 7, i),
        };
        for round in 0..3 {
            for i in 0..10_000 {
                w.add_scalar(&name(i), (10_000 * round + i) as f64);
            }
        }
        assert_eq!(close(w).stored_points, 30_000);

        let run = bench.run();
        assert_eq!((run.metrics.len(), run.status), (10_000, Status::Finished));
        for i in 0..10_000 {
            let summary = &run.metrics[&name(i)];
            assert_eq!((summary.n, summary.first, summary.last), (3, Some(i as f64), Some((20_000 + i) as f64)));
        }
        for i in [0, 1, 2, 3, 4, 5000, 9999] {
            let expected: Vec<_> = (0..3).map(|round| (round as i64, ((10_000 * round + i) as f64).to_bits())).collect();
            assert_eq!(bench.points(&name(i)), expected);
        }
    });
}

/// Noise (xorshift): an image of it is no smaller as PNG.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut throw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..bytes / 8 + 1).flat_map(|_| throw()).take(bytes).collect()
}

#[test]
fn an_image_of_64_megabytes_comes_back_to_the_pixel() {
    let (width, height) = (5120_u32, 4370_u32);
    let pixels = noise(width as usize * height as usize * 3);
    assert!(pixels.len() > 64 << 20);
    both_stores(|bench| {
        let w = bench.writer("image");
        let picture = image::RgbImage::from_raw(width, height, pixels.clone()).unwrap();
        w.add_image("noise", image::DynamicImage::from(picture));
        w.add_image("noise", Image::gray(1, 1, &[1.0]));
        w.add_scalar("Loss", 0.5);
        let report = close(w);
        assert_eq!((report.recorded, report.rejected), (3, 0));

        let events = bench.documents("events", doc! {});
        let sizes: Vec<_> = events.iter().map(|event| (event.get_i64("w").unwrap(), event.get_i64("h").unwrap())).collect();
        assert!(sizes.contains(&(5120, 4370)) && sizes.contains(&(1, 1)) && sizes.len() == 2, "{sizes:?}");
        // The pieces as a person would put them together.
        let mut parts = BTreeMap::new();
        let mut head = None;
        for document in bench.documents("blobs", doc! {}) {
            match document.get("_id") {
                Some(Bson::Document(id)) => {
                    parts.insert(id.get_i32("part").unwrap(), document.get_binary_generic("data").unwrap().clone());
                }
                _ if document.contains_key("parts") => head = Some(document),
                _ => {}
            }
        }
        let head = head.expect("the document that names the pieces");
        assert_eq!(head.get_i32("parts").unwrap() as usize, parts.len());
        let png: Vec<u8> = parts.into_values().flatten().collect();
        assert_eq!(head.get_i64("n").unwrap() as usize, png.len());
        assert!(png.len() > 64 << 20);
        let back = image::load_from_memory(&png).unwrap().into_rgb8().into_raw();
        assert!(back == pixels, "the pixels are others");
        assert_eq!(bench.points("Loss").len(), 1);
        // And the board can put them together, too.
        assert!(bench.board().images("noise").to_html().contains("data-mlb-data"));
    });
}

#[test]
fn texts_and_parameters_beyond_a_document_do_not_stop_what_comes_after() {
    both_stores(|bench| {
        let w = bench.writer("long");
        let long = "long text, ".repeat(700_000);
        w.add_thought(&long);
        w.add_thought(&"x".repeat(17 << 20));
        w.add_param("prompt", "y".repeat(17 << 20));
        (0..20).for_each(|i| w.add_param(&format!("text {i}"), "z".repeat(1000 << 10)));
        w.add_thought("short");
        w.add_scalar("Loss", 0.5);
        let report = close(w);
        // The longer thought, the prompt, and those parameters for which the run's document has no room.
        assert!((3..=20).contains(&report.rejected), "what cannot be kept is told: {report:?}");

        let run = bench.run();
        assert_eq!((run.status, run.metrics["Loss"].n), (Status::Finished, 1));
        let texts: Vec<String> =
            bench.documents("events", doc! {}).iter().map(|event| event.get_str("text").unwrap().to_owned()).collect();
        assert!(texts.contains(&long) && texts.contains(&"short".to_owned()));
        assert_eq!(bench.points("Loss").len(), 1);
    });
}

#[test]
fn a_long_series_comes_back_point_by_point() {
    let points: usize = std::env::var("ML_BOARD_TEST_POINTS").map_or(300_000, |n| n.parse().unwrap());
    both_stores(|bench| {
        let w = bench.writer("long series");
        for i in 0..points {
            w.add_scalar("Loss", 1.0 / (i + 1) as f64);
        }
        assert_eq!(close(w).stored_points, points as u64);
        let series = bench.board().series("Loss").unwrap().remove(0);
        assert_eq!(series.len(), points);
        assert!(series.steps.iter().enumerate().all(|(i, step)| *step == i as i64));
        assert!(series.values.iter().enumerate().all(|(i, value)| *value == 1.0 / (i + 1) as f64));
        assert_eq!(bench.run().metrics["Loss"].n, points as u64);
        assert!(bench.board().plot("Loss").to_html().len() < 2 << 20, "a picture has what a screen can show");
    });
}
