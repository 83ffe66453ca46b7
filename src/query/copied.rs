//! What the page writes for "Copy as Rust": it parses, and holds for the runs that the page showed. The page's side is `web/test/copied.test.ts`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // All of it is tests.

use serde_json::Value as Json;

use super::Filter;
use super::check::{Catalog, check};
use crate::model::{Run, Status, Summary, Time, Value};

fn number(json: &Json) -> f64 {
    match json.as_str() {
        Some("NaN") => f64::NAN,
        Some("inf") => f64::INFINITY,
        Some("-inf") => f64::NEG_INFINITY,
        _ => json.as_f64().unwrap(),
    }
}

fn value(json: &Json) -> Value {
    match json {
        Json::Number(number) => number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Int),
        Json::String(text) if text == "NaN" => Value::Float(f64::NAN),
        Json::String(text) if text.starts_with("i64:") => Value::Int(text["i64:".len()..].parse().unwrap()),
        Json::String(text) => Value::Text(text.clone()),
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Null => Value::Null,
        Json::Array(values) => Value::List(values.iter().map(value).collect()),
        other @ Json::Object(_) => panic!("{other}"),
    }
}

fn run(json: &Json) -> Run {
    let text = |key: &str| json[key].as_str().map(String::from);
    let time = |key: &str| json[key].as_i64().map(Time);
    let mut run = Run::new(text("id").unwrap().parse().unwrap(), "f", text("name").unwrap(), time("started").unwrap());
    run.status = if json["status"] == "killed" { Status::Killed } else { Status::Finished };
    run.ended = time("ended");
    run.heartbeat = run.ended;
    run.group = text("group");
    run.labels = json["labels"].as_array().into_iter().flatten().map(|label| label.as_str().unwrap().into()).collect();
    run.params = json["params"].as_object().unwrap().iter().map(|(name, json)| (name.clone(), value(json))).collect();
    for (tag, values) in json["metrics"].as_object().unwrap() {
        let mut summary = Summary::default();
        values.as_array().unwrap().iter().enumerate().for_each(|(step, json)| summary.add(step as i64, number(json)));
        run.metrics.insert(tag.clone(), summary);
    }
    run
}

#[test]
fn what_the_page_copies_holds_for_the_runs_that_it_showed() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/web/test/copied.json")).unwrap();
    let json: Json = serde_json::from_str(&text).unwrap();
    let runs: Vec<Run> = json["runs"].as_array().unwrap().iter().map(run).collect();
    let catalog = Catalog::of(&runs);
    let cases = json["cases"].as_array().unwrap();
    assert!(cases.len() > 50);
    for case in cases {
        let (what, rust) = (&case["what"], case["rust"].as_str().unwrap());
        let filter = Filter::parse(rust).unwrap_or_else(|error| panic!("{what}: {error}"));
        check(&filter, Some(rust), &catalog).unwrap_or_else(|error| panic!("{what}: {error}"));
        let found: Vec<usize> = (0..runs.len()).filter(|row| filter.matches(&runs[*row])).collect();
        let rows: Vec<usize> = case["rows"].as_array().unwrap().iter().map(|row| row.as_u64().unwrap() as usize).collect();
        assert_eq!(found, rows, "{what}: {rust}");
    }
}
