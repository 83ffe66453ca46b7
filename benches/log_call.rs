//! How long a log call takes: `cargo bench --features writer --bench log_call`.
//!
//! Each call is timed by itself (what timing costs is measured and taken off). The stores: an embedded one that ships meanwhile, a `mongod`
//! that is up, one that is frozen (SIGSTOP), and one that is away. Threads log to tags of their own and to a shared one in turn.
//! *loop*: as fast as a loop goes. *paced*: as a training loop does, in bursts of 50 calls, 20,000 calls a second by all threads together.
//! `ML_BOARD_BENCH_CALLS` says how many calls are made in a loop (a million); names of stores may follow as arguments.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use ml_board::{ScalarTag, SummaryWriter};
use ml_board_test_support::Mongod;

const BURST: usize = 50;
const PACE: usize = 20_000;

#[derive(Clone, Copy, PartialEq)]
enum How {
    Loop,
    Paced,
    Handle,
}

fn main() {
    let home = tempfile::tempdir().unwrap();
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let stores = ["SQLite", "mongod", "frozen", "away"]
        .into_iter()
        .filter(|store| asked.is_empty() || asked.iter().any(|word| word == store));
    let clock = cost_of_the_clock();
    let calls = std::env::var("ML_BOARD_BENCH_CALLS").map_or(1_000_000, |calls| calls.parse().unwrap());
    println!("timing a call costs {clock} ns, taken off below; {calls} calls in a loop, {} paced", calls / 10);
    println!("| store | calls | threads | p50 ns | p99 ns | p99.9 ns | max µs | calls/s | as stats() has p50, p99 |");
    println!("|---|---|---|---|---|---|---|---|---|");
    let local = format!("local:{}", home.path().join("store").display());
    for store in stores {
        let server = ["mongod", "frozen"].contains(&store).then(|| Mongod::start(&[]));
        let uri = match &server {
            Some(server) => server.uri(),
            None if store == "SQLite" => local.clone(),
            None => "mongodb://127.0.0.1:9".to_owned(),
        };
        for (how, threads) in [(How::Loop, 1), (How::Loop, 2), (How::Loop, 8), (How::Handle, 1), (How::Paced, 1), (How::Paced, 8)]
        {
            let builder = SummaryWriter::builder().uri(uri.as_str()).database("bench").folder("log_call");
            let w = builder.journal_dir(home.path().join("journals")).build().unwrap();
            w.add_scalar("shared", 0);
            w.sync(Duration::from_secs(5)).ok();
            let frozen = server.as_ref().filter(|_| store == "frozen");
            frozen.iter().for_each(|server| server.freeze());
            let each = if how == How::Paced { calls / 10 } else { calls } / threads;
            let begun = Instant::now();
            let mut nanos: Vec<u32> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..threads)
                    .map(|thread| {
                        let w = &w;
                        scope.spawn(move || log(w, thread, each, how, BURST * threads))
                    })
                    .collect();
                threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
            });
            let rate = nanos.len() as f64 / begun.elapsed().as_secs_f64();
            nanos.sort_unstable();
            let at = |part: f64| nanos[((nanos.len() - 1) as f64 * part) as usize].saturating_sub(clock);
            let stats = w.stats();
            let told = |time: Option<Duration>| time.unwrap_or_default().as_nanos();
            println!(
                "| {store} | {} | {threads} | {} | {} | {} | {:.0} | {rate:.0} | {}, {} |",
                ["loop", "paced", "handle, loop"][how as usize],
                at(0.5),
                at(0.99),
                at(0.999),
                f64::from(at(1.0)) / 1000.0,
                told(stats.call_p50),
                told(stats.call_p99),
            );
            assert_eq!(stats.rejected, 0);
            frozen.iter().for_each(|server| server.thaw());
            drop(w);
        }
        if store == "SQLite" {
            after_a_pause(&uri, &home.path().join("journals"));
        }
    }
}

fn log(w: &SummaryWriter, thread: usize, calls: usize, how: How, burst_of_all: usize) -> Vec<u32> {
    let own = format!("train/loss of {thread}");
    let handle = w.scalar(&own);
    let mut nanos = Vec::with_capacity(calls);
    let begun = Instant::now();
    for i in 0..calls {
        let tag = if i % 2 == 0 { own.as_str() } else { "shared" };
        let before = Instant::now();
        call(w, &handle, tag, how, i as f64);
        nanos.push(u32::try_from(before.elapsed().as_nanos()).unwrap_or(u32::MAX));
        if how == How::Paced && i % BURST == 0 {
            let next = Duration::from_secs_f64((i / BURST * burst_of_all) as f64 / PACE as f64);
            std::thread::sleep(next.saturating_sub(begun.elapsed()));
        }
    }
    nanos
}

#[inline]
fn call(w: &SummaryWriter, handle: &ScalarTag, tag: &str, how: How, value: f64) {
    match how {
        How::Handle => handle.add(value),
        How::Loop | How::Paced => w.add_scalar(tag, value),
    }
}

/// What the first calls after a pause take, as their caches are cold then: 500 pauses of 2 ms, medians. Beside them what reading the clock
/// twice takes at the same places, with nothing between.
fn after_a_pause(uri: &str, journals: &Path) {
    let w = SummaryWriter::builder().uri(uri).database("bench").folder("pause").journal_dir(journals).build().unwrap();
    let median = |call: &dyn Fn(f64)| {
        let mut nanos = [const { Vec::new() }; 10];
        for pause in 0..500 {
            std::thread::sleep(Duration::from_millis(2));
            for nanos in &mut nanos {
                let before = Instant::now();
                call(f64::from(pause));
                nanos.push(before.elapsed().as_nanos());
            }
        }
        nanos.each_mut().map(|nanos| {
            nanos.sort_unstable();
            nanos[nanos.len() / 2]
        })
    };
    let (call, nothing) = (
        median(&|value| w.add_scalar("Loss", value)),
        median(&|value| {
            std::hint::black_box(value);
        }),
    );
    println!("after a pause of 2 ms, ns: first call {}, second {}, third {}, tenth {}", call[0], call[1], call[2], call[9]);
    println!("the clock alone, likewise: {}, {}, {}, {}", nothing[0], nothing[1], nothing[2], nothing[9]);
}

fn cost_of_the_clock() -> u32 {
    let mut nanos: Vec<u32> = (0..100_000).map(|_| Instant::now().elapsed().as_nanos() as u32).collect();
    nanos.sort_unstable();
    nanos[nanos.len() / 2]
}
