//! How long a view takes from the call to its HTML: `cargo bench --features engine,writer --bench views`.
//!
//! On the embedded store, and on the MongoDB that `ML_BOARD_TEST_URI` names. The engine runs in this process.

#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use ml_board::{Board, Result, SummaryWriter};

const RUNS: usize = 20;
const POINTS: i64 = 100_000;
const FOLDERS: usize = 20;
const WRITERS: usize = 8;
const THOUGHTS: usize = 10_000;
const SEARCH: usize = 10_000;

fn main() -> Result<()> {
    let home = std::env::temp_dir().join(format!("ml_board-views-{}", std::process::id()));
    let mut stores = vec![("local", format!("local:{}", home.join("store").display()))];
    stores.extend(std::env::var("ML_BOARD_TEST_URI").ok().map(|uri| ("MongoDB", uri)));
    let database = format!("views_{}", std::process::id());
    for (store, uri) in stores {
        let writer = |folder: &str, name: &str| {
            let builder = SummaryWriter::builder().uri(&uri).database(&database).folder(folder).name(name);
            builder.journal_dir(home.join("journals")).build()
        };
        for run in 0..RUNS {
            let w = writer("curves", &format!("run {run}"))?;
            w.add_param("lr", 0.1 / (run + 1) as f64);
            // A noisy decay, the same each time.
            (0..POINTS).for_each(|step| w.add_scalar("Loss", 1.0 / (1 + step / 100) as f64 + (step * 7919 % 1000) as f64 * 1e-4));
            w.close()?;
        }
        for folder in 0..FOLDERS {
            for writer_number in 0..WRITERS {
                let w = writer(&format!("thoughts {folder}"), &format!("writer {writer_number}"))?;
                (0..THOUGHTS.div_ceil(FOLDERS * WRITERS))
                    .for_each(|i| w.add_thought(&format!("thought {i} of {writer_number} in {folder}")));
                w.close()?;
            }
        }
        let board = Board::builder().uri(&uri).database(&database).folder("curves").open()?;
        let time = |what: &str, view: &dyn Fn() -> String| {
            let first = once(view);
            let mut again: Vec<_> = (0..5).map(|_| once(view).0).collect();
            again.sort();
            println!("{store:<8} {what:<48} first {:>6.0?}  median of 5 {:>6.0?}  {:>5} kB", first.0, again[2], first.1 / 1000);
        };
        time("a plot of 20 runs x 100,000 points", &|| board.plot("Loss").legend_by("lr").to_html());
        time("the mean and band of the same", &|| board.plot("Loss").group_by("lr").to_html());
        time("the table of the same", &|| board.table().to_html());
        // Many short runs: what compares them reads no point, but for `time_to`.
        for run in 0..SEARCH {
            let w = writer("search", &format!("run {run}"))?;
            w.add_param("lr", 10f64.powi(-((run % 5) as i32)));
            w.add_param("batch", 16 << (run % 4));
            w.add_param("optimizer", ["adam", "sgd", "lion"][run % 3]);
            w.add_param("dropout", (run * 7919 % 100) as f64 / 100.0);
            w.add_scalar("Accuracy", (run * 104_729 % 1000) as f64 / 1000.0);
            w.close()?;
        }
        let search = Board::builder().uri(&uri).database(&database).folder("search").open()?;
        time("parallel coordinates of 10,000 runs", &|| search.params().color_by("max(Accuracy)").to_html());
        time("a scatter of the same", &|| search.scatter("dropout", "max(Accuracy)").to_html());
        time("the best ten of the same", &|| search.best("max(Accuracy)").to_html());
        time("what differs between the same", &|| search.diff().to_html());
        time("the coverage of the same", &|| search.coverage().to_html());
        time("importance over 2,000 of the same", &|| search.importance("max(Accuracy)").to_html());
        time("time to a condition, of 20 runs x 100,000 points", &|| board.time_to("Loss < 0.01").to_html());
        time("10,000 thoughts of 8 writers over 20 folders", &|| board.thoughts().everywhere().to_html());
    }
    std::fs::remove_dir_all(home).ok();
    Ok(())
}

fn once(view: &dyn Fn() -> String) -> (Duration, usize) {
    let begun = Instant::now();
    let html = view();
    (begun.elapsed(), html.len())
}
