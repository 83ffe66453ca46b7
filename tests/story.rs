//! The whole line, as a person walks it: a program logs, a board shows, a database is corrected by hand, a program dies.
#![allow(missing_docs, clippy::expect_used, clippy::panic, clippy::unwrap_used)]
#![cfg(all(feature = "writer", feature = "engine"))]

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bson::doc;
use common::{Home, Mongo, board, payload, writer};
use ml_board::{Image, Status};
use ml_board_test_support::{mongodb, unique};

const HOSTILE: &str = "</script><script>window.bad=1</script>\"'\n\r\nEVCXR_END_CONTENT\nEVCXR_BEGIN_CONTENT text/html\n$x$ \\(y\\) 🦀 שלום \u{202e}abc <b>";

fn both_stores(test: impl Fn(&Home, &str, &str)) {
    let home = Home::new();
    test(&home, &home.local(), "local");
    let (uri, _server) = mongodb();
    test(&home, &uri, &unique("story"));
}

#[test]
fn what_was_logged_is_what_is_shown() {
    both_stores(|home, uri, database| {
        for (lr, last) in [(0.1, 0.5), (0.001, 0.25)] {
            let w = writer(home, uri, database, "lr_search", &format!("lr={lr}"));
            w.add_param("lr", lr);
            w.add_param("optim", "adam");
            for step in 0..3000 {
                w.add_scalar("Loss", last + 1.0 / f64::from(step + 1));
            }
            w.add_histogram("weights", [0.0, 0.5, 0.5, 1.0]);
            w.add_image("picture", Image::gray(2, 2, &[0.0, 0.25, 0.5, 1.0]));
            w.add_thought("a thought");
            w.close().unwrap();
        }
        let board = board(uri, database, "lr_search");
        let runs = board.runs().unwrap();
        assert_eq!(runs.iter().map(|run| run.name.as_str()).collect::<BTreeSet<_>>(), BTreeSet::from(["lr=0.1", "lr=0.001"]));
        assert!(runs.iter().all(|run| run.status == Status::Finished && run.metrics["Loss"].n == 3000 && run.thoughts == 1));
        let series = board.series("Loss").unwrap();
        assert_eq!(series.len(), 2);
        for curve in &series {
            assert_eq!(curve.steps, (0..3000).collect::<Vec<i64>>());
            assert!((curve.values[0] - curve.values[2999] - (1.0 - 1.0 / 3000.0)).abs() < 1e-12);
        }
        assert_eq!(board.filter("lr < 0.01").unwrap().runs().unwrap().len(), 1);
        assert_eq!(board.filter("last(Loss) > 0.4 and optim == \"adam\"").unwrap().runs().unwrap()[0].name, "lr=0.1");
        for html in [
            board.to_html(),
            board.plot("Loss").legend_by("lr").to_html(),
            board.images("picture").to_html(),
            board.histogram("weights").to_html(),
        ] {
            assert!(!html.contains('\n'));
            let text = payload(&html).to_string();
            assert!(text.contains("0.001"), "{text}");
        }
        assert!(board.thoughts().to_string().contains("a thought"));
    });
}

#[test]
fn a_parameter_corrected_by_hand_is_in_the_next_legend() {
    let home = Home::new();
    let (uri, _server) = mongodb();
    let database = unique("story");
    let w = writer(&home, &uri, &database, "lr_search", "wrong");
    w.add_param("lr", 0.1);
    w.add_scalar("Loss", 1.0);
    w.sync(Duration::from_secs(20)).unwrap();

    Mongo::connect(&uri, &database).update_one("lr_search", doc! { "name": "wrong" }, doc! { "$set": { "params.lr": 0.025 } });
    let before = board(&uri, &database, "lr_search");
    assert!(payload(&before.plot("Loss").legend_by("lr").to_html()).to_string().contains("0.025"), "while it runs");

    w.add_scalar("Loss", 0.5);
    w.close().unwrap();
    let after = board(&uri, &database, "lr_search");
    let run = after.runs().unwrap().remove(0);
    assert_eq!(run.params["lr"].number(), Some(0.025), "a correction outlives the writer");
    assert_eq!(run.metrics["Loss"].n, 2);
}

#[test]
fn thoughts_of_many_writers_lie_under_their_own_runs_in_order_of_time() {
    both_stores(|home, uri, database| {
        let (writers, folders, each) = (8, 20, 1250);
        std::thread::scope(|scope| {
            for writer_number in 0..writers {
                scope.spawn(move || {
                    let opened: Vec<_> = (0..folders)
                        .filter(|folder| folder % writers == writer_number || folder % 4 == writer_number % 4)
                        .map(|folder| {
                            writer(home, uri, database, &format!("folder {folder}"), &format!("w{writer_number} f{folder}"))
                        })
                        .collect();
                    for i in 0..each {
                        let w = &opened[i % opened.len()];
                        w.add_thought(&format!("{i} of {}", w.run_name()));
                    }
                    for w in opened {
                        w.close().unwrap();
                    }
                });
            }
        });
        let board = board(uri, database, "folder 0");
        let thoughts = payload(&board.thoughts().everywhere().to_html());
        let items = find_items(&thoughts).as_array().unwrap().clone();
        assert_eq!(items.len(), writers * each);
        assert!(items.is_sorted_by_key(|item| item["t"].as_i64().unwrap()));
        for item in &items {
            let (name, text) = (item["name"].as_str().unwrap(), item["text"].as_str().unwrap());
            assert!(text.ends_with(&format!("of {name}")), "{text:?} under {name:?}");
            assert_eq!(item["folder"].as_str().unwrap(), format!("folder {}", name.split_once(" f").unwrap().1));
        }
    });
}

/// The items of the one panel that has some.
fn find_items(value: &serde_json::Value) -> &serde_json::Value {
    fn search(value: &serde_json::Value) -> Option<&serde_json::Value> {
        match value {
            serde_json::Value::Object(map) => map.get("items").or_else(|| map.values().find_map(search)),
            serde_json::Value::Array(values) => values.iter().find_map(search),
            _ => None,
        }
    }
    search(value).expect("items")
}

#[test]
fn hostile_names_are_only_text() {
    both_stores(|home, uri, database| {
        let w = writer(home, uri, database, "hostile", HOSTILE);
        w.add_param(HOSTILE, HOSTILE);
        w.add_scalar(HOSTILE, 1.0);
        w.add_scalar(HOSTILE, f64::NAN);
        w.add_histogram(HOSTILE, [1.0, 2.0]);
        w.add_image(HOSTILE, Image::gray(1, 1, &[1.0]));
        w.add_thought(HOSTILE);
        let report = w.close().unwrap();
        assert_eq!(report.rejected, 0, "{report:?}");
        let board = board(uri, database, "hostile");
        let run = board.runs().unwrap().remove(0);
        assert_eq!(run.name, HOSTILE);
        assert_eq!(run.params[HOSTILE], HOSTILE.into());
        assert_eq!(board.series(HOSTILE).unwrap()[0].len(), 2);
        let html = [
            board.to_html(),
            board.plot(HOSTILE).legend_by(HOSTILE).to_html(),
            board.table().to_html(),
            board.images(HOSTILE).to_html(),
            board.histogram(HOSTILE).to_html(),
            board.thoughts().to_html(),
        ];
        for html in html {
            assert!(!html.contains("window.bad") || html.contains("&lt;script&gt;window.bad"), "{html}");
            assert!(!html.contains("<script>window.bad") && !html.contains('\n') && !html.contains("<b>"));
            assert!(payload(&html).to_string().contains("window.bad"), "the text itself is there");
        }
    });
}

/// Not a test of its own: the program that `a_killed_trainer_loses_nothing_that_a_call_had_taken` kills.
#[test]
#[ignore = "run by another test, as a process of its own"]
fn trainer_that_is_killed() {
    let home = std::env::var("STORY_HOME").unwrap();
    let (uri, database) = (std::env::var("STORY_URI").unwrap(), std::env::var("STORY_DATABASE").unwrap());
    let w = ml_board::SummaryWriter::builder().uri(uri).database(database).folder("killed").journal_dir(home).build().unwrap();
    w.add_param("lr", 0.1);
    for step in 0u64.. {
        w.add_scalar("Loss", step as f64);
        if step % 100 == 0 {
            w.add_thought(&format!("thought {}", step / 100));
            w.add_image("picture", Image::gray(1, 1, &[(step % 256) as f32 / 255.0]));
        }
        // All before this line has returned.
        println!("\nreturned {step}");
        if step % 2000 == 0 {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn start_trainer(home: &Home, uri: &str, database: &str) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "trainer_that_is_killed", "--ignored", "--nocapture"])
        .env("STORY_HOME", home.journals())
        .env("STORY_URI", uri)
        .env("STORY_DATABASE", database)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_killed_trainer_loses_nothing_that_a_call_had_taken() {
    both_stores(|home, uri, database| {
        for round in 1..=3u64 {
            let mut trainer = start_trainer(home, uri, database);
            let mut returned = None;
            let mut lines = BufReader::new(trainer.stdout.take().unwrap()).lines();
            for line in lines.by_ref() {
                if let Some(step) = line.unwrap().strip_prefix("returned ") {
                    returned = Some(step.parse::<u64>().unwrap());
                    if returned > Some(3000 * round) {
                        break;
                    }
                }
            }
            trainer.kill().unwrap();
            trainer.wait().unwrap();
            for line in lines.map_while(Result::ok) {
                if let Some(step) = line.strip_prefix("returned ").and_then(|step| step.parse().ok()) {
                    returned = returned.max(Some(step));
                }
            }
            let returned = returned.unwrap();

            let synced = Command::new(env!("CARGO_BIN_EXE_ml_board"))
                .arg("sync")
                .env("ML_BOARD_HOME", home.path())
                .env("ML_BOARD_URI", uri)
                .output()
                .unwrap();
            assert!(synced.status.success(), "{synced:?}");

            let board = board(uri, database, "killed");
            let run = board.runs().unwrap().remove(0);
            assert_eq!(run.status, Status::Killed);
            let series = board.series("Loss").unwrap().remove(0);
            assert!(series.len() as u64 > returned, "{} points of {returned}", series.len());
            assert!(
                series.values.iter().enumerate().all(|(i, value)| *value == i as f64)
                    && series.steps.iter().enumerate().all(|(i, step)| *step == i as i64)
            );
            assert!(run.thoughts >= returned / 100, "{} thoughts", run.thoughts);
            let left = std::fs::read_dir(home.journals()).map_or(0, Iterator::count);
            assert_eq!(left, 0, "the journal is gone once it was shipped");
        }
    });
}

#[test]
fn a_local_store_moves_to_mongodb_with_all_it_has() {
    let home = Home::new();
    let (uri, _server) = mongodb();
    let database = unique("story");
    for i in 0..3 {
        let w = writer(&home, &home.local(), &database, "lr_search", &format!("run {i}"));
        w.add_param("lr", 0.1 * f64::from(i));
        (0..5000).for_each(|step| w.add_scalar("Loss", f64::from(step)));
        w.add_image("picture", Image::gray(2, 1, &[0.0, 1.0]));
        w.add_histogram("weights", [1.0, 2.0, 3.0]);
        w.add_thought("moved");
        w.close().unwrap();
    }
    let views = |address: &str| {
        let board = board(address, &database, "lr_search");
        let mut runs = board.runs().unwrap();
        runs.sort_by_key(|run| run.id);
        let images = payload(&board.images("picture").to_html()).to_string();
        (runs, board.series("Loss").unwrap(), board.thoughts().to_string(), images.matches("data:image/png").count())
    };
    let before = views(&home.local());
    let sync = |_| {
        let done = Command::new(env!("CARGO_BIN_EXE_ml_board"))
            .args(["sync", "--to", &uri])
            .env("ML_BOARD_HOME", home.path())
            .env("ML_BOARD_URI", home.local())
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    (0..2).for_each(sync);
    assert_eq!(views(&uri), before);
}

#[test]
fn a_program_that_cannot_reach_mongodb_trains_on_and_closes_in_time() {
    let home = Home::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let w = writer(&home, &format!("mongodb://someone:secret@{nobody}/?serverSelectionTimeoutMS=500"), "digits", "away", "away");
    (0..1000).for_each(|step| w.add_scalar("Loss", f64::from(step)));
    w.flush().unwrap();
    let begun = Instant::now();
    let error = w.sync(Duration::from_secs(2)).unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(!error.to_string().contains("secret") && error.to_string().contains("pending"), "{error}");
    assert_eq!(w.stats().rejected, 0);
    let begun = Instant::now();
    drop(w);
    assert!(begun.elapsed() < Duration::from_secs(5), "dropped in {:?}", begun.elapsed());
}
