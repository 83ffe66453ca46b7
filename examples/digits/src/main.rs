//! A search for a learning rate, on real digits, with a small network: what it logs is what the tour looks at.
//!
//! `cargo run --release -p digits`; then, in a notebook, `Board::open("digits", "lr_search")?`.

#![allow(clippy::print_stdout, reason = "a program for the terminal")]

mod data;
mod network;
mod pictures;
mod search;
mod train;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use clap::Parser;

#[derive(Parser)]
#[command(about = "Searches for a learning rate on real digits, and logs every run to the board digits/lr_search")]
struct Options {
    /// How many runs: the first 24 are a grid, the others a random search.
    #[arg(long, default_value_t = 36)]
    runs: usize,
    /// How often each run sees the training digits.
    #[arg(long, default_value_t = 20)]
    epochs: usize,
    /// How many runs train at a time.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Where the runs are logged to.
    #[arg(long, default_value = "digits")]
    database: String,
    /// Say each epoch when it is logged.
    #[arg(long)]
    progress: bool,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let digits = data::load()?;
    let runs = search::runs(options.runs, options.epochs);
    let (next, best) = (AtomicUsize::new(0), train::Best::default());
    let work = || {
        while let Some(run) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let report = train::train(&options.database, run, &digits, &best, options.progress)?;
            println!("{}: {report}", run.name());
        }
        anyhow::Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..options.threads.max(1)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow::anyhow!("a training thread panicked"))?)
    })
}
