//! One writer in a process of its own, as `../../python/harness.py` has it for those that are Python: the same workload, the same words.
//!
//! ```text
//! DRIVER run DIRECTORY TAGS CALLS SECONDS RATE
//! DRIVER kill DIRECTORY RATE
//! ```

use std::error::Error;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The tag that is read back.
const TAG: &str = "loss";

/// A writer at its work.
pub(crate) trait Peer {
    /// One call.
    fn log(&mut self, tag: &str, value: f64, step: i64);
    /// Returns when all is stored.
    fn close(self) -> Result<()>;
}

/// What the command line says: the mode, the directory, and numbers.
pub(crate) fn words() -> Result<(String, PathBuf, Vec<u64>)> {
    let mut words = std::env::args().skip(1);
    let (mode, place) = (words.next().ok_or("no mode")?, PathBuf::from(words.next().ok_or("no directory")?));
    std::fs::create_dir_all(&place)?;
    Ok((mode, place, words.map(|word| word.parse()).collect::<std::result::Result<_, _>>()?))
}

/// Does it.
pub(crate) fn work(peer: impl Peer, mode: &str, place: &Path, numbers: &[u64]) -> Result<()> {
    match (mode, numbers) {
        ("run", [tags, calls, seconds, rate]) => measure(peer, *tags, *calls, Duration::from_secs(*seconds), *rate),
        ("kill", [rate]) => log_until_killed(peer, place, *rate),
        _ => Err(format!("no such mode: {mode} {numbers:?}").into()),
    }
}

/// A noisy decay, the same in every driver.
fn sample(i: u64) -> f64 {
    let noise = i.wrapping_mul(2_654_435_761) % 4_294_967_296;
    1.0 / (1.0 + i as f64 / 1000.0) + noise as f64 / 4_294_967_296.0 * 0.01
}

/// Waits for the moment of call `i`, if it is to come.
fn pace(begun: Instant, i: u64, rate: u64) {
    if rate > 0 {
        let moment = begun + Duration::from_secs_f64(i as f64 / rate as f64);
        thread::sleep(moment.saturating_duration_since(Instant::now()));
    }
}

fn measure(mut peer: impl Peer, tags: u64, calls: u64, limit: Duration, rate: u64) -> Result<()> {
    let names: Vec<String> = (0..tags).map(|k| if k == 0 { TAG.to_owned() } else { format!("{TAG} {k}") }).collect();
    let mut nanos: Vec<u64> = Vec::with_capacity(usize::try_from(calls)?);
    let begun = Instant::now();
    for i in 0..calls {
        let value = sample(i);
        pace(begun, i, rate);
        let before = Instant::now();
        for name in &names {
            peer.log(name, value, i as i64);
        }
        let after = Instant::now();
        nanos.push((after - before).as_nanos() as u64);
        if after - begun > limit {
            break;
        }
    }
    let logging = begun.elapsed();
    peer.close()?;
    let durable = begun.elapsed();
    let clock = cost_of_the_clock();
    nanos.sort_unstable();
    let at = |part: f64| nanos[((nanos.len() - 1) as f64 * part) as usize].saturating_sub(clock);
    println!(
        r#"{{"calls": {}, "p50": {}, "p99": {}, "max": {}, "logging": {}, "durable": {}}}"#,
        nanos.len(),
        at(0.5),
        at(0.99),
        at(1.0),
        logging.as_secs_f64(),
        durable.as_secs_f64()
    );
    Ok(())
}

fn cost_of_the_clock() -> u64 {
    let mut nanos: Vec<u64> = (0..100_000).map(|_| Instant::now().elapsed().as_nanos() as u64).collect();
    nanos.sort_unstable();
    nanos[nanos.len() / 2]
}

/// How many calls returned is written to a file: that outlives the process at whatever moment it ends.
fn log_until_killed(mut peer: impl Peer, place: &Path, rate: u64) -> Result<()> {
    let returned = File::create(place.join("returned"))?;
    let begun = Instant::now();
    for i in 0.. {
        pace(begun, i, rate);
        peer.log(TAG, sample(i), i as i64);
        returned.write_all_at(&(i + 1).to_le_bytes(), 0)?;
    }
    Ok(())
}
