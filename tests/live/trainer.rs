//! A trainer for tests and benches of boards that stay open: counts up in every metric of every run, and says when it did, a line each: the
//! count, and the milliseconds since 1970 when the first run's first metric was about to be logged. `live_trainer URI DATABASE FOLDER FROM RUNS
//! METRICS STEPS_A_SECOND SECONDS`; it ends earlier when its input does.
#![allow(missing_docs, clippy::print_stdout)]

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ml_board::SummaryWriter;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [uri, database, folder, from, runs, metrics, rate, seconds] = arguments.as_slice() else {
        return Err("URI DATABASE FOLDER FROM RUNS METRICS STEPS_A_SECOND SECONDS".into());
    };
    let (from, runs, metrics): (u32, u32, u32) = (from.parse()?, runs.parse()?, metrics.parse()?);
    let (rate, seconds): (f64, f64) = (rate.parse()?, seconds.parse()?);
    let run = |n: u32| {
        let writer = SummaryWriter::builder().uri(uri).database(database).folder(folder).name(format!("run {n}")).build()?;
        writer.add_param("lr", 0.1 / f64::from(n + 1));
        Ok::<SummaryWriter, ml_board::Error>(writer)
    };
    // The first run is the newest one, which boards show first.
    let mut writers = (0..runs).rev().map(run).collect::<Result<Vec<_>, _>>()?;
    writers.reverse();
    let tags: Vec<String> = (0..metrics).map(|n| if n == 0 { "Loss".to_owned() } else { format!("metric {n}") }).collect();
    let over = Arc::new(AtomicBool::new(false));
    std::thread::spawn({
        let over = Arc::clone(&over);
        move || {
            std::io::stdin().read_to_end(&mut Vec::new()).ok();
            over.store(true, Ordering::Relaxed);
        }
    });
    let begun = Instant::now();
    let mut said = std::io::stdout().lock();
    for n in 0.. {
        let due = Duration::from_secs_f64(f64::from(n) / rate);
        if due.as_secs_f64() >= seconds || over.load(Ordering::Relaxed) {
            break;
        }
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
        let (count, called) = (from + n, SystemTime::now().duration_since(UNIX_EPOCH)?);
        for writer in &writers {
            for tag in &tags {
                writer.add_scalar(tag, count);
            }
        }
        writeln!(said, "{count} {:.3}", called.as_secs_f64() * 1e3)?;
        said.flush()?;
    }
    for writer in writers {
        writer.close()?;
    }
    Ok(())
}
