//! Boards that stay open: what is logged while one looks on reaches the page, and ends up as if it were drawn anew.
#![cfg(all(feature = "engine", feature = "writer"))]
#![allow(missing_docs, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

mod browser;
#[path = "../common/mod.rs"]
mod common;
mod page;
mod relay;

use std::time::{Duration, Instant};

use common::{Home, board, payload, writer};
use ml_board::{Board, Image, SummaryWriter};
use ml_board_test_support::{Mongod, mongodb, unique};
use page::{PATIENCE, Page, ask};
use serde_json::Value;

/// What a page has after the last word, and what a new one would be given.
fn assert_as_if_drawn_anew(page: &mut Page, board: &Board) {
    let anew = Page::of(payload(&board.to_html()));
    let as_drawn = anew.payload.clone();
    page.until("as if it were drawn anew", |payload| *payload == as_drawn);
}

fn plots(payload: &Value) -> &Vec<Value> {
    static NONE: Vec<Value> = Vec::new();
    payload["panel"]["plots"].as_array().unwrap_or(&NONE)
}

/// How many points the plots of a dashboard tell of.
fn points(payload: &Value) -> u64 {
    let curves = plots(payload).iter().flat_map(|plot| plot["series"].as_array().into_iter().flatten());
    curves.map(|curve| curve["n"].as_u64().unwrap()).sum()
}

/// The column of this key.
fn column<'a>(payload: &'a Value, key: &str) -> Option<&'a Value> {
    payload["boards"][0]["columns"].as_array()?.iter().find(|column| column["key"] == key)
}

fn follows(uri: &str) {
    let home = Home::new();
    let database = unique("live");
    let first = writer(&home, uri, &database, "f", "first");
    first.add_param("lr", 0.1);
    first.add_scalar("Loss", 1.0);
    first.sync(PATIENCE).unwrap();
    let board = board(uri, &database, "f");
    let mut page = Page::of(payload(&board.to_html()));
    assert_eq!(points(&page.payload), 1);
    assert_eq!(page.poll(), serde_json::json!({ "version": page.version }), "nothing new");

    // Points of the run that runs, few and then so many that they are folded at once.
    (0..100).for_each(|step| first.add_scalar("Loss", 1.0 / f64::from(step + 2)));
    page.until("more points", |payload| points(payload) == 101);
    (0..5000).for_each(|step| first.add_scalar("Loss", 1.0 / f64::from(step + 102)));
    page.until("very many points", |payload| points(payload) == 5101);
    assert_eq!(page.wholes, 0, "only what is new crossed");

    // A metric, a parameter, and everything else that was not there when the page was opened.
    first.add_scalar("Accuracy", 0.5);
    first.add_param("width", 64);
    page.until("a new metric", |payload| plots(payload).len() == 2);
    page.until("a new parameter", |payload| column(payload, "width").is_some());
    first.add_image("filters", Image::gray(2, 2, &[0.0, 0.3, 0.6, 1.0]));
    first.add_histogram("weights", [1.0, 2.0, 3.0]);
    first.add_histogram("grown", 1.0);
    first.add_thought("hm");
    page.until("an image", |payload| payload["panel"]["images"][0]["items"].as_array().is_some_and(|items| items.len() == 1));
    page.until("two histograms", |payload| payload["panel"]["histograms"].as_array().is_some_and(|all| all.len() == 2));
    page.until("a thought", |payload| payload["panel"]["thoughts"]["items"].as_array().is_some_and(|items| items.len() == 1));
    first.add_histogram("grown", 2.0);
    first.add_image("filters", Image::gray(2, 2, &[1.0, 0.3, 0.6, 0.0]));
    page.until("a histogram that grew", |payload| payload["panel"]["histograms"][0]["items"][0]["n"] == 2);
    page.until("another image", |payload| {
        payload["panel"]["images"][0]["items"].as_array().is_some_and(|items| items.len() == 2)
    });

    // A run that begins after the page was opened, and one that ends.
    let second = writer(&home, uri, &database, "f", "second");
    second.add_param("lr", 0.01);
    (0..10).for_each(|step| second.add_scalar("Loss", f64::from(step)));
    page.until("a new run", |payload| payload["boards"][0]["n"] == 2 && points(payload) >= 5112);
    second.close().unwrap();
    first.close().unwrap();
    let finished = |payload: &Value| {
        column(payload, "status").unwrap()["values"].as_array().unwrap().iter().all(|status| status == "finished")
    };
    page.until("finished runs", finished);
    assert_as_if_drawn_anew(&mut page, &board);
    // Another page of the same view, which knows nothing, is told everything.
    page.version = 0;
    page.payload = Value::Null;
    page.poll();
    assert_as_if_drawn_anew(&mut page, &board);
}

#[test]
fn a_page_follows_the_embedded_store() {
    let home = Home::new();
    follows(&home.local());
}

#[test]
fn a_page_follows_a_mongodb() {
    let (uri, _server) = mongodb();
    follows(&uri);
}

#[test]
fn what_came_and_went_between_two_looks_is_on_the_page() {
    let home = Home::new();
    let uri = home.local();
    let run = writer(&home, &uri, "d", "f", "one");
    run.add_image_at("filters", Image::gray(1, 1, &[0.5]), 0);
    let id = run.run_id();
    run.close().unwrap();
    let board = board(&uri, "d", "f");
    let mut page = Page::of(payload(&board.to_html()));
    let resumed = SummaryWriter::builder().uri(&uri).database("d").folder("f").journal_dir(home.journals()).resume(id).build();
    let resumed = resumed.unwrap();
    resumed.add_image_at("filters", Image::gray(1, 1, &[0.7]), 1);
    resumed.close().unwrap();
    let short = writer(&home, &uri, "d", "f", "two");
    short.add_thought("diverged at once");
    short.close().unwrap();
    page.until("the thought", |payload| payload["panel"]["thoughts"]["items"].as_array().is_some_and(|items| items.len() == 1));
    page.until("the image", |payload| payload["panel"]["images"][0]["items"].as_array().is_some_and(|items| items.len() == 2));
    assert_as_if_drawn_anew(&mut page, &board);
}

/// From the call to a page that shows the thoughts of all folders, of one beside its own.
fn thoughts_of_another_folder(uri: &str) {
    let home = Home::new();
    let database = unique("beside");
    let own = writer(&home, uri, &database, "f", "own");
    own.add_thought("hm");
    own.close().unwrap();
    let mut page = Page::of(payload(&board(uri, &database, "f").thoughts().everywhere().to_html()));
    // The folder itself is new, too.
    let beside = writer(&home, uri, &database, "g", "beside");
    let texts = |payload: &Value| payload["panel"]["items"].as_array().map_or(0, Vec::len);
    let of_call = |n: usize| {
        beside.add_thought("hm");
        let called = Instant::now();
        page.follow("a thought of another folder", |payload| texts(payload) == 1 + n);
        called.elapsed()
    };
    let mut delays: Vec<Duration> = (1..=10).map(of_call).collect();
    delays.sort();
    assert_within_two_seconds(&delays);
    beside.close().unwrap();
}

#[test]
fn a_thought_of_another_folder_is_on_the_page_within_two_seconds_of_the_call() {
    thoughts_of_another_folder(&Home::new().local());
}

#[test]
fn a_thought_of_another_folder_is_on_the_page_within_two_seconds_of_the_call_with_a_mongodb() {
    let (uri, _server) = mongodb();
    thoughts_of_another_folder(&uri);
}

/// Of each rank, and from session to session: what single numbers and steps that are logged again become.
fn follows_ranks_and_a_resume(uri: &str) {
    let home = Home::new();
    let database = unique("resumed");
    let builder = || SummaryWriter::builder().uri(uri).database(&database).folder("f").journal_dir(home.journals());
    let log = |of: &SummaryWriter, numbers: &[f64], steps: &[i64]| {
        numbers.iter().for_each(|number| of.add_histogram("grown", *number));
        for step in steps {
            of.add_histogram_at("weights", [1.0, 2.0], *step);
            of.add_image_at("filters", Image::gray(2, 1, &[*step as f32 / 10.0, 1.0]), *step);
        }
        of.sync(PATIENCE).unwrap();
    };
    let first = builder().name("run").build().unwrap();
    let rank = |rank: u32| builder().resume(first.run_id()).rank(rank).build().unwrap();
    let beside = rank(1);
    first.add_histogram_at("grown", [5.0, 6.0], 0);
    log(&first, &[1.0, 2.0], &[0]);
    log(&beside, &[3.0], &[0]);
    let board = board(uri, &database, "f");
    let mut page = Page::of(payload(&board.to_html()));
    let panel = |payload: &Value, kind: &str, tag: &str| {
        let panels = payload["panel"][kind].as_array().unwrap().clone();
        panels
            .into_iter()
            .find(|panel| panel["tag"] == tag)
            .map_or(Vec::new(), |panel| panel["items"].as_array().unwrap().clone())
    };
    let numbers = |payload: &Value| {
        panel(payload, "histograms", "grown").iter().map(|item| item["n"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let steps = |payload: &Value, kind: &str, tag: &str| {
        panel(payload, kind, tag).iter().map(|item| item["step"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let both = |payload: &Value, n: u64, wanted: &[i64]| {
        let mut of_numbers = numbers(payload);
        of_numbers.sort_unstable();
        of_numbers == [2, n] && steps(payload, "histograms", "weights") == wanted && steps(payload, "images", "filters") == wanted
    };
    assert!(both(&page.payload, 3, &[0, 0]), "{}", page.payload);
    log(&first, &[4.0], &[1, 2]);
    log(&beside, &[5.0, 6.0], &[1, 2]);
    page.until("what both ranks logged", |payload| both(payload, 6, &[0, 0, 1, 1, 2, 2]));
    assert_as_if_drawn_anew(&mut page, &board);

    // The first one again, from a checkpoint.
    let again = rank(0);
    log(&again, &[7.0], &[1]);
    page.until("a step that was logged again", |payload| both(payload, 7, &[0, 0, 1, 1, 2]));
    assert_as_if_drawn_anew(&mut page, &board);
    log(&again, &[8.0], &[2, 3]);
    page.until("what the resumed session went on with", |payload| both(payload, 8, &[0, 0, 1, 1, 2, 2, 3]));
    for writer in [first, beside, again] {
        writer.close().unwrap();
    }
    assert_as_if_drawn_anew(&mut page, &board);
}

#[test]
fn ranks_and_a_resumed_session_are_followed_as_they_would_be_drawn() {
    follows_ranks_and_a_resume(&Home::new().local());
}

#[test]
fn ranks_and_a_resumed_session_are_followed_as_they_would_be_drawn_with_a_mongodb() {
    let (uri, _server) = mongodb();
    follows_ranks_and_a_resume(&uri);
}

/// From the log call to the page that asks as a browser does; the browser's next frame comes on top (`live/browser.rs`).
fn delays(uri: &str) -> Vec<Duration> {
    let home = Home::new();
    let database = unique("delay");
    let one = writer(&home, uri, &database, "f", "one");
    one.add_scalar("Loss", 0.0);
    one.sync(PATIENCE).unwrap();
    let mut page = Page::of(payload(&board(uri, &database, "f").plot("Loss").to_html()));
    let of_call = |n: u64| {
        one.add_scalar("Loss", n as f64);
        let called = Instant::now();
        page.follow("the point", |payload| payload["panel"]["series"][0]["n"] == n + 1);
        called.elapsed()
    };
    let mut delays: Vec<Duration> = (1..=10).map(of_call).collect();
    delays.sort();
    one.close().unwrap();
    delays
}

/// Nine of ten: the machine may be busy with other tests for once.
fn assert_within_two_seconds(delays: &[Duration]) {
    assert!(delays[8] <= Duration::from_secs(2), "{delays:?}");
}

#[test]
fn a_point_is_on_the_page_within_two_seconds_of_the_call() {
    assert_within_two_seconds(&delays(&Home::new().local()));
}

#[test]
fn a_point_is_on_the_page_within_two_seconds_of_the_call_with_a_mongodb() {
    let (uri, _server) = mongodb();
    assert_within_two_seconds(&delays(&uri));
}

#[test]
fn a_filtered_view_takes_runs_in_and_lets_them_go() {
    let home = Home::new();
    let uri = home.local();
    let one = writer(&home, &uri, "d", "f", "one");
    one.add_scalar("Loss", 5.0);
    one.sync(PATIENCE).unwrap();
    let few = board(&uri, "d", "f").filter("last(Loss) < 1").unwrap();
    let mut page = Page::of(payload(&few.plot("Loss").to_html()));
    assert_eq!(page.payload["panel"]["type"], "message", "none has it yet");
    one.add_scalar("Loss", 0.5);
    page.until("a run that has it now", |payload| payload["panel"]["type"] == "plot" && payload["boards"][0]["n"] == 1);
    one.add_scalar("Loss", 7.0);
    page.until("a run that has it no more", |payload| payload["panel"]["type"] == "message");
    one.close().unwrap();
}

#[test]
fn the_best_runs_are_found_again_as_they_change() {
    let home = Home::new();
    let uri = home.local();
    let [one, two] = ["one", "two"].map(|name| writer(&home, &uri, "d", "f", name));
    one.add_scalar("Loss", 1.0);
    two.add_scalar("Loss", 2.0);
    one.sync(PATIENCE).unwrap();
    two.sync(PATIENCE).unwrap();
    let best = board(&uri, "d", "f").best("min(Loss)").runs(1);
    let mut page = Page::of(payload(&best.to_html()));
    let name = |payload: &Value| column(payload, "name").map(|names| names["values"].clone());
    assert_eq!(name(&page.payload), Some(serde_json::json!(["one"])));
    two.add_scalar("Loss", 0.5);
    page.until("another best run", |payload| name(payload) == Some(serde_json::json!(["two"])));
}

#[test]
fn zooming_asks_for_the_points_of_the_window() {
    let home = Home::new();
    let uri = home.local();
    let one = writer(&home, &uri, "d", "f", "one");
    (0..100_000).for_each(|step| one.add_scalar("Loss", (f64::from(step) / 100.0).sin()));
    one.close().unwrap();
    let page = Page::of(payload(&board(&uri, "d", "f").plot("Loss").to_html()));
    let whole = &page.payload["panel"]["series"][0];
    assert!(whole["y"].as_array().unwrap().len() <= 2000 && whole["n"] == 100_000);
    let zoom = |tag: &str, x0: &str, x1: &str| page.get("zoom", &format!("view={}&tag={tag}&x0={x0}&x1={x1}", page.view));
    let (status, answer) = zoom("Loss", "500", "1000");
    let curve = &answer["series"][0];
    assert_eq!((status, curve["y"].as_array().unwrap().len()), (200, 503), "each point of it, and one on either side");
    assert_eq!(curve["dx"][0], 499);
    assert!(curve["id"].as_str().is_some_and(|id| id.len() == 24));
    // Between two points: both.
    let between = zoom("Loss", "10.2", "10.8").1;
    assert_eq!((&between["series"][0]["dx"], between["series"].as_array().unwrap().len()), (&serde_json::json!([10, 1]), 1));
    assert_eq!(zoom("Lss", "0", "1").0, 404);
    assert_eq!(zoom("Loss", "x", "1").0, 400);
}

#[test]
fn what_is_selected_on_a_page_becomes_runs() {
    let home = Home::new();
    let uri = home.local();
    let ids: Vec<String> = ["one", "two"]
        .iter()
        .map(|name| {
            let writer = writer(&home, &uri, "d", "f", name);
            writer.add_scalar("Loss", 1.0);
            writer.close().unwrap();
            name.to_string()
        })
        .collect();
    let board = board(&uri, "d", "f");
    assert!(board.selected().unwrap().is_empty());
    let page = Page::of(payload(&board.table().to_html()));
    let rows = column(&page.payload, "id").unwrap()["values"].as_array().unwrap().clone();
    let target = |token: &str| format!("/selection?token={token}&board={}", page.payload["boards"][0]["id"].as_str().unwrap());
    let select = |token: &str, json: &str| ask(page.port, "POST", &target(token), json).0;
    assert_eq!(select(&page.token, &serde_json::to_string(&rows).unwrap()), 200);
    let names = || board.selected().unwrap().iter().map(|run| run.name.clone()).collect::<Vec<_>>();
    // The table has the newest first.
    assert_eq!(names(), ids.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(select(&page.token, &format!("[{}]", rows[1])), 200);
    assert_eq!(names(), ["one"]);
    assert_eq!(select("0123456789abcdef0123456789abcdef", "[]"), 403);
    assert_eq!(select(&page.token, "nonsense"), 400);
    assert_eq!(names(), ["one"], "who may not or says nonsense changes nothing");
    assert_eq!(select(&page.token, "[]"), 200);
    assert!(names().is_empty());
}

#[test]
fn a_server_that_was_away_is_followed_again() {
    let mut server = Mongod::start(&[]);
    let home = Home::new();
    let database = unique("away");
    let one = writer(&home, &server.uri(), &database, "f", "one");
    one.add_scalar("Loss", 1.0);
    one.sync(PATIENCE).unwrap();
    let board = board(&server.uri(), &database, "f");
    let mut page = Page::of(payload(&board.to_html()));
    server.kill();
    one.add_scalar("Loss", 0.5);
    let begun = std::time::Instant::now();
    while page.poll().get("error").is_none() {
        assert!(begun.elapsed() < PATIENCE, "it is told that the store does not answer");
    }
    assert_eq!(points(&page.payload), 1, "what is drawn stays");
    server.restart();
    page.until("what was logged meanwhile", |payload| points(payload) == 2);
    one.close().unwrap();
}

#[test]
fn two_engines_side_by_side_know_nothing_of_each_other() {
    let home = Home::new();
    let uri = home.local();
    for folder in ["f", "g"] {
        let one = writer(&home, &uri, "d", folder, folder);
        one.add_scalar("Loss", 1.0);
        one.close().unwrap();
    }
    let page = |folder: &str| Page::of(payload(&board(&uri, "d", folder).to_html()));
    let (one, other) = (page("f"), page("g"));
    assert_ne!((one.port, &one.token, &one.session), (other.port, &other.token, &other.session));
    let (status, _) = ask(one.port, "GET", &format!("/live?token={}&view={}.1", other.token, other.view), "");
    assert_eq!(status, 403);
    // The view of the other is unknown, even to who may ask.
    let answer = one.get("live", &format!("view={}.1", other.view)).1;
    assert_eq!(answer["views"], serde_json::json!({}));
}
