//! From the log call to the page that follows: the delay, and what following costs. `cargo bench --bench live --features engine,writer --
//! [RUNS [METRICS [POINTS_A_SECOND [SECONDS]]]]`, on the embedded store, and on the MongoDB of `ML_BOARD_TEST_URI` if it is set.
//!
//! The page here is one that asks as a browser's does (every 500 ms, or as the engine says) and applies what it is told. A browser's next frame comes on top.
#![allow(missing_docs, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/live/page.rs"]
mod page;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{Home, board, payload, writer};
use ml_board_test_support::unique;
use page::Page;
use serde_json::Value;

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let number = |at: usize, usual: usize| numbers.get(at).copied().unwrap_or(usual);
    let (runs, metrics, rate, seconds) = (number(0, 50), number(1, 20), number(2, 10), number(3, 30));
    let home = Home::new();
    let mut stores = vec![("embedded store", home.local())];
    if let Ok(uri) = std::env::var("ML_BOARD_TEST_URI") {
        stores.push(("MongoDB", uri));
    }
    for (name, uri) in stores {
        println!("{name}: {runs} runs × {metrics} metrics × {rate} points/s, {seconds} s");
        follow(&home, &uri, (runs, metrics, rate), Duration::from_secs(seconds as u64));
    }
}

/// How many points each plot tells of the first run.
fn told(payload: &Value) -> BTreeMap<String, u64> {
    let empty = Vec::new();
    let plots = payload["panel"]["plots"].as_array().unwrap_or(&empty);
    let of = |plot: &Value| {
        let last = plot["series"].as_array()?.last()?;
        Some((plot["tag"].as_str()?.to_owned(), last["n"].as_u64()?))
    };
    plots.iter().filter_map(of).collect()
}

fn follow(home: &Home, uri: &str, (runs, metrics, rate): (usize, usize, usize), time: Duration) {
    let database = unique("bench");
    let writers: Vec<_> = (0..runs).map(|n| writer(home, uri, &database, "f", &format!("run {n}"))).collect();
    let tags: Vec<String> = (0..metrics).map(|n| format!("metric {n}")).collect();
    // The oldest run comes last on the board.
    for writer in &writers {
        tags.iter().for_each(|tag| writer.add_scalar(tag, 0.0));
    }
    writers.iter().for_each(|writer| writer.sync(Duration::from_secs(60)).unwrap());
    let board = board(uri, &database, "f");
    let mut page = Page::of(payload(&board.to_html()));
    // When the nth point of the last metric of the first run was logged.
    let logged: Arc<Mutex<Vec<Instant>>> = Arc::new(Mutex::new(vec![Instant::now()]));
    let done = Arc::new(AtomicBool::new(false));
    let trainer = {
        let (logged, done, tags) = (Arc::clone(&logged), Arc::clone(&done), tags.clone());
        std::thread::spawn(move || {
            let begun = Instant::now();
            for step in 1.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                for (n, writer) in writers.iter().enumerate() {
                    for tag in &tags {
                        writer.add_scalar(tag, f64::from(step) * (n + 1) as f64);
                    }
                    if n == 0 {
                        logged.lock().unwrap().push(Instant::now());
                    }
                }
                let next = begun + Duration::from_secs_f64(f64::from(step) / rate as f64);
                std::thread::sleep(next.saturating_duration_since(Instant::now()));
            }
            writers.into_iter().for_each(|writer| drop(writer.close()));
        })
    };
    let (mut delays, mut answers, mut bytes) = (Vec::new(), Vec::new(), 0);
    let last = tags.last().unwrap();
    let mut seen = 1;
    let begun = Instant::now();
    let (cpu, memory) = (cpu(), memory());
    let mut memories = vec![memory];
    while begun.elapsed() < time {
        let asked = Instant::now();
        let (status, answer) = page.get("live", &format!("view={}.{}", page.view, page.version));
        assert_eq!(status, 200);
        answers.push(asked.elapsed());
        let news = &answer["views"][&page.view];
        bytes += news.to_string().len();
        if news.get("payload").is_some() {
            page.payload = news["payload"].clone();
            page.wholes += 1;
        }
        for patch in news["patches"].as_array().into_iter().flatten() {
            page.payload = page::apply(&page.payload, patch);
        }
        page.version = news["version"].as_u64().unwrap_or(page.version);
        let now = told(&page.payload).get(last).copied().unwrap_or(0) as usize;
        let logged = logged.lock().unwrap();
        delays.extend((seen..now).filter_map(|nth| logged.get(nth)).map(|at| at.elapsed()));
        seen = seen.max(now);
        drop(logged);
        memories.push(self::memory());
        std::thread::sleep(Duration::from_millis(answer["pace"].as_u64().unwrap_or(500)));
    }
    let spent = self::cpu() - cpu;
    done.store(true, Ordering::Relaxed);
    trainer.join().unwrap();
    let show = |all: &mut Vec<Duration>, what: &str| {
        all.sort();
        let at = |share: f64| {
            all.get(((all.len().max(1) - 1) as f64 * share) as usize).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
        };
        println!("  {what}: p50 {:.0} ms, p99 {:.0} ms, most {:.0} ms ({} times)", at(0.5), at(0.99), at(1.0), all.len());
    };
    show(&mut delays, "from the call to the page");
    show(&mut answers, "an answer of the engine");
    println!("  {:.0} kB/s to the page, {} answers with everything", bytes as f64 / 1e3 / time.as_secs_f64(), page.wholes);
    println!("  {:.2} cores for engine, writers and shippers together", spent / time.as_secs_f64());
    let half = memories.len() / 2;
    println!(
        "  memory: {memory:.0} MB at first, {:.0} MB half way, {:.0} MB at the end",
        memories[half],
        memories[memories.len() - 1]
    );
}

/// Seconds of this process, on all cores.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks: Vec<f64> = after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    ticks.iter().sum::<f64>() / 100.0
}

/// Megabytes of this process in memory.
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}
