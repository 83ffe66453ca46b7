//! How long a log call takes: `cargo bench --features writer --bench log_call`.
//!
//! Each call is timed by itself (what timing costs is measured and taken off), by 1 and by 8 threads, the store an embedded one that
//! ships meanwhile, and one that is away. Every thread logs to tags of its own and to a shared one in turn.

#![allow(clippy::print_stdout)]

use std::time::Instant;

use ml_board::SummaryWriter;

const CALLS: usize = 1_000_000;

fn main() -> ml_board::Result<()> {
    let home = tempfile_dir()?;
    let clock = cost_of_the_clock();
    println!("timing a call costs {clock} ns, taken off below; {CALLS} calls in all");
    println!(
        "{:<12} {:>7} {:>8} {:>8} {:>8} {:>9} {:>10}",
        "store", "threads", "p50 ns", "p99 ns", "p99.9 ns", "max µs", "calls/s"
    );
    for (store, uri) in
        [("local", format!("local:{}", home.join("store").display())), ("away", "mongodb://127.0.0.1:9".to_owned())]
    {
        for threads in [1, 2, 8] {
            let builder = SummaryWriter::builder().uri(uri.as_str()).database("bench").folder("log_call");
            let w = builder.journal_dir(home.join("journals")).build()?;
            let begun = Instant::now();
            let mut nanos: Vec<u32> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..threads)
                    .map(|thread| {
                        scope.spawn({
                            let w = &w;
                            move || log(w, thread, CALLS / threads)
                        })
                    })
                    .collect();
                threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
            });
            let rate = nanos.len() as f64 / begun.elapsed().as_secs_f64();
            nanos.sort_unstable();
            let at = |part: f64| nanos[((nanos.len() - 1) as f64 * part) as usize].saturating_sub(clock);
            let max = f64::from(at(1.0)) / 1000.0;
            println!("{store:<12} {threads:>7} {:>8} {:>8} {:>8} {max:>9.1} {rate:>10.0}", at(0.5), at(0.99), at(0.999));
            drop(w);
        }
    }
    std::fs::remove_dir_all(&home).ok();
    Ok(())
}

fn log(w: &SummaryWriter, thread: usize, calls: usize) -> Vec<u32> {
    let own = format!("train/loss of {thread}");
    let mut nanos = Vec::with_capacity(calls);
    for i in 0..calls {
        let tag = if i % 2 == 0 { own.as_str() } else { "shared" };
        let before = Instant::now();
        w.add_scalar(tag, i as f64);
        nanos.push(u32::try_from(before.elapsed().as_nanos()).unwrap_or(u32::MAX));
    }
    nanos
}

fn cost_of_the_clock() -> u32 {
    let mut nanos: Vec<u32> = (0..100_000).map(|_| Instant::now().elapsed().as_nanos() as u32).collect();
    nanos.sort_unstable();
    nanos[nanos.len() / 2]
}

fn tempfile_dir() -> ml_board::Result<std::path::PathBuf> {
    let home = std::env::temp_dir().join(format!("ml_board-bench-{}", std::process::id()));
    std::fs::create_dir_all(&home)
        .map_err(|e| ml_board::Error::new(ml_board::ErrorKind::Io, format!("cannot make {}", home.display())).because(e))?;
    Ok(home)
}
