//! ml_board's own writer, to the store that `BENCH_STORE` says. Besides what its peers can: `recover DIRECTORY`.

#![allow(clippy::print_stdout, reason = "its answer is read from there")]

mod harness;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use ml_board::SummaryWriter;

use harness::{Peer, Result};

/// How long a recovery may take before it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

struct Ours(SummaryWriter);

fn main() -> Result<()> {
    let (mode, place, numbers) = harness::words()?;
    match mode.as_str() {
        "recover" => recover(&place),
        mode => harness::work(Ours(open(&place, "bench")?), mode, &place, &numbers),
    }
}

impl Peer for Ours {
    fn log(&mut self, tag: &str, value: f64, step: i64) {
        self.0.add_scalar_at(tag, value, step);
    }

    fn close(self) -> Result<()> {
        let report = self.0.close()?;
        if report.rejected > 0 {
            return Err(format!("{} calls were rejected", report.rejected).into());
        }
        Ok(())
    }
}

/// What happens after a kill: the next writer with the same store ships what the dead one left.
fn recover(place: &Path) -> Result<()> {
    let next = open(place, "next")?;
    let begun = Instant::now();
    while fs::read_dir(journals(place))?.filter_map(|entry| Some(entry.ok()?.path().is_dir())).filter(|journal| *journal).count()
        > 1
    {
        if begun.elapsed() > PATIENCE {
            return Err("the dead writer's journal is still there after a minute".into());
        }
        thread::sleep(Duration::from_millis(20));
    }
    next.close()?;
    Ok(())
}

fn open(place: &Path, folder: &str) -> Result<SummaryWriter> {
    let sqlite = env::var("BENCH_STORE")? == "sqlite";
    let uri = if sqlite { format!("local:{}", place.join("store").display()) } else { env::var("BENCH_URI")? };
    let database = env::var("BENCH_DATABASE").unwrap_or_else(|_| "bench".to_owned());
    let builder = SummaryWriter::builder().uri(uri).database(database).folder(folder).journal_dir(journals(place));
    Ok(builder.build()?)
}

fn journals(place: &Path) -> PathBuf {
    place.join("journals")
}
