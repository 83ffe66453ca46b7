//! A program that logs as a training program does, and takes orders while it does: the one that the campaign kills.
//!
//! `trainer KEY=VALUE…` makes a writer and lets threads log by the plan. Orders come by stdin, a line each, and are answered by a
//! line on stdout. At the end of stdin (whoever gave the orders is gone) it ends at once.

#![allow(clippy::print_stdout, reason = "it answers on stdout")]

use std::collections::HashMap;
use std::io::BufRead as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, anyhow, bail};
use ml_board::{SummaryWriter, WhenFull};
use ml_board_faults::{Ledger, call, mix};

fn main() -> Result<()> {
    let settings = Settings(
        std::env::args().skip(1).filter_map(|word| word.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()))).collect(),
    );
    if let Some(at) = settings.number("at") {
        while SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() < u128::from(at) {
            std::hint::spin_loop();
        }
    }
    let begun = Instant::now();
    let mut trainer = Trainer::start(settings)?;
    println!("run {} {}", trainer.writer()?.run_id(), begun.elapsed().as_millis());
    for order in std::io::stdin().lock().lines() {
        let order = order?;
        let begun = Instant::now();
        let answer = trainer.obey(&order)?;
        println!("{answer} {}", begun.elapsed().as_millis());
    }
    // Whoever gave the orders is gone; nobody wants what this one would still say.
    std::process::exit(3);
}

/// What was said on the command line.
#[derive(Clone)]
struct Settings(HashMap<String, String>);

impl Settings {
    fn text(&self, key: &str) -> Result<&str> {
        self.0.get(key).map(String::as_str).with_context(|| format!("{key}=… is missing"))
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.0.get(key)?.parse().ok()
    }

    fn writer(&self) -> Result<SummaryWriter> {
        let mut builder = SummaryWriter::builder()
            .uri(self.text("uri")?)
            .database(self.text("database")?)
            .folder(self.text("folder")?)
            .journal_dir(self.text("journals")?)
            .rank(u32::try_from(self.number("rank").unwrap_or(0))?);
        if let Some(millis) = self.number("flush") {
            builder = builder.flush_interval(Duration::from_millis(millis));
        }
        if let Some(bytes) = self.number("budget") {
            builder = builder.journal_budget(bytes);
        }
        if self.number("block").is_some() {
            builder = builder.when_full(WhenFull::Block);
        }
        if let Ok(run) = self.text("resume") {
            builder = builder.resume(run.parse().map_err(|e| anyhow!("resume: {e}"))?);
        }
        Ok(builder.build()?)
    }
}

/// What the threads share.
struct Work {
    ledger: Ledger,
    seed: u64,
    pace: String,
    /// Calls of each thread.
    calls: u64,
    /// Look after each call whether it was rejected. For one thread only: the count is everybody's.
    judge: bool,
    stop: AtomicBool,
    /// One of the threads is to panic.
    panic: AtomicBool,
    paused: Mutex<bool>,
    resumed: Condvar,
    /// How many threads wait in `paused`, or are done.
    quiet: AtomicU64,
    longest_nanos: AtomicU64,
}

struct Trainer {
    settings: Settings,
    writer: Option<Arc<SummaryWriter>>,
    work: Arc<Work>,
    threads: Vec<JoinHandle<()>>,
    /// Calls of the main thread, which logs when it is told to.
    own: u64,
}

impl Trainer {
    fn start(settings: Settings) -> Result<Trainer> {
        let ledger = Ledger::create(&PathBuf::from(settings.text("ledger")?))?;
        let writer = Arc::new(settings.writer()?);
        ledger.run(writer.run_id().bytes())?;
        let work = Arc::new(Work {
            ledger,
            seed: settings.number("seed").context("seed=… is missing")?,
            pace: settings.text("pace").unwrap_or("bursts").to_owned(),
            calls: settings.number("calls").unwrap_or(u64::MAX),
            judge: settings.number("judge").is_some(),
            stop: AtomicBool::new(false),
            panic: AtomicBool::new(false),
            paused: Mutex::new(false),
            resumed: Condvar::new(),
            quiet: AtomicU64::new(0),
            longest_nanos: AtomicU64::new(0),
        });
        let threads = (0..settings.number("threads").unwrap_or(1))
            .map(|t| {
                let (work, writer) = (work.clone(), writer.clone());
                std::thread::spawn(move || work.train(&writer, t))
            })
            .collect();
        Ok(Trainer { settings, writer: Some(writer), work, threads, own: 0 })
    }

    fn obey(&mut self, order: &str) -> Result<String> {
        let (word, rest) = order.split_once(' ').unwrap_or((order, ""));
        let number = || rest.parse::<u64>().with_context(|| format!("a number is missing: {order}"));
        match word {
            "log" => {
                let thread = self.threads.len() as u64;
                for _ in 0..number()? {
                    self.work.call(self.writer()?, thread, self.own)?;
                    self.own += 1;
                }
            }
            "pause" => {
                *held(&self.work.paused) = true;
                while self.work.quiet.load(Ordering::Acquire) < self.threads.len() as u64 {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
            "go" => self.go_on(),
            "done" => {
                let all = std::mem::take(&mut self.threads);
                all.into_iter().for_each(|thread| drop(thread.join()));
            }
            "longest" => return Ok(format!("longest {}", self.work.longest_nanos.load(Ordering::Relaxed))),
            "stats" => {
                let stats = self.writer()?.stats();
                return Ok(format!("stats {} {}", stats.recorded, stats.rejected));
            }
            "flush" => self.writer()?.flush()?,
            "sync" => match self.writer()?.sync(Duration::from_millis(number()?)) {
                Ok(()) => {}
                Err(error) => return Ok(format!("late {}", one_line(&error))),
            },
            "close" => {
                let writer = self.alone()?;
                return Ok(match Arc::into_inner(writer).context("a thread still has the writer")?.close() {
                    Ok(report) => format!("closed {} {}", report.recorded, report.rejected),
                    Err(error) => format!("late {}", one_line(&error)),
                });
            }
            "drop" => drop(self.alone()?),
            // The writer is dropped by a panic in the main thread.
            "unwind" => {
                let _writer = self.alone()?;
                panic!("the main thread was told to panic");
            }
            // A training thread panics, and has the writer for itself.
            "panic" => {
                drop(self.writer.take());
                self.work.panic.store(true, Ordering::Release);
                std::mem::take(&mut self.threads).into_iter().for_each(|thread| drop(thread.join()));
            }
            // A training thread panics, and the others go on.
            "stumble" => self.work.panic.store(true, Ordering::Release),
            "exit" => std::process::exit(0),
            "abort" => std::process::abort(),
            "fork" => return self.fork(rest),
            _ => bail!("no such order: {order}"),
        }
        Ok("ok".into())
    }

    fn writer(&self) -> Result<&SummaryWriter> {
        self.writer.as_deref().context("the writer is closed")
    }

    fn go_on(&self) {
        *held(&self.work.paused) = false;
        self.work.resumed.notify_all();
    }

    /// The writer, when no thread has it any more.
    fn alone(&mut self) -> Result<Arc<SummaryWriter>> {
        self.work.stop.store(true, Ordering::Release);
        self.go_on();
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
        self.writer.take().context("the writer is closed")
    }

    /// Forks. The child logs to its parent's writer, which must not be taken, then does as it is told, and ends.
    fn fork(&mut self, how: &str) -> Result<String> {
        // SAFETY: the child is this thread alone; it uses the allocator (which glibc makes safe to use) and files.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let outcome = self.child(how);
            if let Err(error) = &outcome {
                eprintln!("the child: {error:#}");
            }
            // SAFETY: ends the process; nothing of the parent's is flushed or dropped.
            unsafe { libc::_exit(i32::from(outcome.is_err())) };
        }
        anyhow::ensure!(child > 0, "fork: {}", std::io::Error::last_os_error());
        let mut status = 0;
        // SAFETY: waits for our own child; `status` is ours.
        let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
        anyhow::ensure!(waited == child, "waitpid: {}", std::io::Error::last_os_error());
        Ok(if status == 0 { "ok".into() } else { format!("failed {status}") })
    }

    fn child(&mut self, how: &str) -> Result<()> {
        let writer = self.writer()?;
        let before = writer.stats().rejected;
        (0..200).for_each(|i| call(self.work.seed, 15, i).log(writer));
        let rejected = writer.stats().rejected - before;
        anyhow::ensure!(rejected == 200, "{rejected} of 200 calls of a child were rejected");
        match how {
            // Only where no thread had a share in it, this drops the writer.
            "drop" => drop(self.writer.take()),
            "own" => {
                let mut settings = self.settings.0.clone();
                for (key, value) in [("threads", "1"), ("pace", "full"), ("calls", "3000")] {
                    settings.insert(key.into(), value.into());
                }
                settings.remove("judge");
                settings.insert("seed".into(), (self.work.seed + 1).to_string());
                settings.insert("ledger".into(), format!("{}.child", self.settings.text("ledger")?));
                let mut child = Trainer::start(Settings(settings))?;
                child.obey("done")?;
                let closed = child.obey("close")?;
                anyhow::ensure!(closed.starts_with("closed"), "{closed}");
            }
            _ => {}
        }
        Ok(())
    }
}

impl Work {
    fn train(&self, writer: &SummaryWriter, t: u64) {
        let mut rest = 0;
        for i in 0..self.calls {
            if self.stop.load(Ordering::Acquire) {
                break;
            }
            if self.panic.load(Ordering::Relaxed) && t == 0 && i % 7 == 0 {
                panic!("training thread {t} was told to panic");
            }
            self.wait();
            if self.call(writer, t, i).is_err() {
                break;
            }
            if rest == 0 {
                let r = mix(self.seed ^ (t << 32) ^ i);
                let (calls, micros) = match self.pace.as_str() {
                    "full" => (u64::MAX, 0),
                    "slow" => (1, 300 + r % 3000),
                    _ => (1 + r % 400, (r >> 32) % 120_000),
                };
                std::thread::sleep(Duration::from_micros(micros));
                rest = calls;
            }
            rest -= 1;
        }
        self.quiet.fetch_add(1, Ordering::AcqRel);
    }

    fn call(&self, writer: &SummaryWriter, t: u64, i: u64) -> Result<()> {
        let next = call(self.seed, t, i);
        let before = if self.judge { writer.stats().rejected } else { 0 };
        let begun = Instant::now();
        next.log(writer);
        self.longest_nanos.fetch_max(u64::try_from(begun.elapsed().as_nanos())?, Ordering::Relaxed);
        if self.judge && writer.stats().rejected > before {
            self.ledger.rejected(t, i)?;
        }
        Ok(self.ledger.returned(t, i + 1)?)
    }

    fn wait(&self) {
        let mut paused = held(&self.paused);
        if *paused {
            self.quiet.fetch_add(1, Ordering::AcqRel);
            while *paused && !self.stop.load(Ordering::Acquire) {
                paused = self.resumed.wait(paused).unwrap_or_else(PoisonError::into_inner);
            }
            self.quiet.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn one_line(error: &ml_board::Error) -> String {
    error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" | ")
}
