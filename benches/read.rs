//! From the call to what is shown, of long and of many runs: `cargo bench --features engine,writer --bench read [-- WHAT…]`
//!
//! `WHAT` is some of `curves long groups table`. On the embedded store, and on the MongoDB that `ML_BOARD_TEST_URI` names; the engine
//! runs in this process. With `ML_BOARD_BENCH_PYTHON`, a Python with what `benches/peers/python/read.py` imports, the same questions are
//! asked of other tools about the same points (`cargo xtask bench read` installs it).

#![allow(clippy::print_stdout)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use ml_board::{Band, Board, Result, SummaryWriter};

/// Threads that log at a time, each one run.
const THREADS: usize = 4;

/// Runs of one folder.
struct Load {
    folder: &'static str,
    runs: usize,
    points: i64,
    /// Parameters and metrics beside `lr`, `seed` and `Loss`.
    columns: usize,
}

const LOADS: [Load; 4] = [
    Load { folder: "curves", runs: 20, points: 100_000, columns: 0 },
    Load { folder: "long", runs: 100, points: 1_000_000, columns: 0 },
    Load { folder: "groups", runs: 200, points: 10_000, columns: 0 },
    Load { folder: "table", runs: 10_000, points: 1, columns: 97 },
];

fn main() -> Result<()> {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let home = std::env::temp_dir().join(format!("ml_board-read-{}", std::process::id()));
    let mut stores = vec![("SQLite", format!("local:{}", home.join("store").display()))];
    stores.extend(std::env::var("ML_BOARD_TEST_URI").ok().map(|uri| ("MongoDB", uri)));
    let database = format!("read_{}", std::process::id());
    for (store, uri) in stores {
        for load in LOADS.iter().filter(|load| asked.is_empty() || asked.iter().any(|word| word == load.folder)) {
            let begun = Instant::now();
            fill(load, &uri, &database, &home)?;
            println!("{store:<8} {} runs x {} points logged and stored in {:.0?}", load.runs, load.points, begun.elapsed());
            ours(store, load, &Board::builder().uri(&uri).database(&database).folder(load.folder).open()?)?;
            if store == "MongoDB" {
                peers(load, &uri, &database);
            }
        }
    }
    std::fs::remove_dir_all(home).ok();
    Ok(())
}

/// Logs the runs, as a training program would.
fn fill(load: &Load, uri: &str, database: &str, home: &Path) -> Result<()> {
    let one = |run: usize| -> Result<()> {
        let builder = SummaryWriter::builder().uri(uri).database(database).folder(load.folder).name(format!("run {run}"));
        let w = builder.journal_dir(home.join("journals")).build()?;
        w.add_param("lr", [0.1, 0.03, 0.01, 0.003][run % 4]);
        w.add_param("seed", run / 4);
        for column in 0..load.columns {
            let value = (run * 7919 + column * 104_729) % 10_007;
            if column % 2 == 0 {
                w.add_param(&format!("p{column}"), value)
            } else {
                w.add_scalar(&format!("m{column}"), value as f64)
            }
        }
        let shift = (run * 31 % 17) as f64 * 1e-3;
        // A noisy decay, the same each time.
        let noise = |step: i64| (step * 7919 % 1000) as f64 * 1e-4;
        (0..load.points).for_each(|step| w.add_scalar("Loss", 1.0 / (1 + step / 100) as f64 + noise(step) + shift));
        w.close().map(drop)
    };
    std::thread::scope(|scope| {
        let share = |thread: usize| move || (thread..load.runs).step_by(THREADS).try_for_each(one);
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(share(thread))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or(Ok(())))
    })
}

fn ours(store: &str, load: &Load, board: &Board) -> Result<()> {
    let time = |what: &str, view: &dyn Fn() -> String| {
        let first = once(view);
        let mut again: Vec<_> = (0..5).map(|_| once(view).0).collect();
        again.sort();
        println!("{store:<8} {what:<52} first {:>6.0?}  median of 5 {:>6.0?}  {:>5} kB", first.0, again[2], first.1 / 1000);
    };
    match load.folder {
        "table" => {
            time("a filter on a parameter and a result: its runs", &|| {
                let found = board.filter("lr < 0.02 and last(m1) > 5000").and_then(|board| board.runs());
                found.map_or_else(|error| error.to_string(), |runs| "#".repeat(runs.len()))
            });
            time("the table of all runs, as HTML", &|| board.table().to_html());
        }
        "groups" => {
            time("mean and standard deviation by `lr`", &|| board.plot("Loss").group_by("lr").band(Band::StdDev).to_html());
            time("interquartile mean and bootstrapped interval", &|| {
                board.plot("Loss").group_by("lr").interquartile_mean().band(Band::bootstrap_ci()).to_html()
            });
        }
        _ => time("the plot, as HTML", &|| board.plot("Loss").to_html()),
    }
    Ok(())
}

fn once(view: &dyn Fn() -> String) -> (Duration, usize) {
    let begun = Instant::now();
    let html = view();
    (begun.elapsed(), html.len())
}

/// Other tools on the same points.
fn peers(load: &Load, uri: &str, database: &str) {
    let Some(python) = std::env::var_os("ML_BOARD_BENCH_PYTHON") else { return };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/python/read.py");
    let ran = Command::new(python).args([script, uri, database, load.folder]).status();
    if !ran.as_ref().is_ok_and(std::process::ExitStatus::success) {
        println!("the peers did not come to an end: {ran:?}");
    }
}
