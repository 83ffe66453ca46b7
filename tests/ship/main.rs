//! From a writer to a real MongoDB while the server, the network or the writer's machine does its worst.
#![allow(missing_docs, unsafe_code, clippy::expect_used, clippy::panic, clippy::unwrap_used)]
#![cfg(all(feature = "engine", feature = "writer", unix))]

#[path = "../common/mod.rs"]
mod common;
mod cuts;
mod failover;
mod frozen;
mod gone;
mod limits;
mod secrets;
mod unheard;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bson::{Bson, Document, doc};
use common::{Home, Mongo};
use ml_board::SummaryWriter;

const SOON: Duration = Duration::from_secs(60);

/// What a MongoDB has of a folder `runs` of one run.
struct Stored(Mongo);

impl Stored {
    fn at(uri: &str, database: &str) -> Stored {
        Stored(Mongo::connect(uri, database))
    }

    /// The steps of a tag by session, in the order of their ordinals. A point that is stored twice in chunks is there twice.
    fn steps(&self, tag: &str) -> BTreeMap<String, Vec<i64>> {
        let mut steps: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        // Frames before chunks, as a reader must: points move only that way.
        let mut frames = self.0.find("runs.tail", doc! { "p.tag": tag });
        let mut chunks = self.0.find("runs.scalars", doc! { "tag": tag });
        chunks.sort_by_key(|chunk| chunk.get_i64("seq").unwrap());
        for chunk in chunks {
            let of = steps.entry(chunk.get_object_id("session").unwrap().to_hex()).or_default();
            assert_eq!(chunk.get_i64("i0").unwrap(), of.len() as i64, "a hole or an overlap between chunks");
            let n = i64::from(chunk.get_i32("n").unwrap());
            match chunk.get_array("steps") {
                Ok(all) => of.extend(all.iter().map(integer)),
                Err(_) => of.extend((0..n).map(|i| chunk.get_i64("s0").unwrap() + i * chunk.get_i64("ds").unwrap())),
            }
        }
        frames.sort_by_key(|frame| frame.get_i64("k").unwrap());
        for frame in frames {
            let of = steps.entry(frame.get_object_id("session").unwrap().to_hex()).or_default();
            for part in frame.get_array("p").unwrap().iter().map(|part| part.as_document().unwrap()) {
                if part.get_str("tag").unwrap() == tag {
                    let known = of.len() as i64 - part.get_i64("i").unwrap();
                    assert!(known >= 0, "a hole between frames");
                    of.extend(part.get_array("steps").unwrap().iter().skip(known as usize).map(integer));
                }
            }
        }
        steps
    }

    /// The steps of a tag that one session logged.
    fn steps_of_one(&self, tag: &str) -> Vec<i64> {
        let mut steps = self.steps(tag);
        assert!(steps.len() <= 1, "{} sessions", steps.len());
        steps.pop_first().map(|(_, steps)| steps).unwrap_or_default()
    }

    fn events(&self, kind: &str) -> Vec<Document> {
        self.0.find("runs.events", doc! { "kind": kind })
    }

    fn run(&self) -> Document {
        let mut runs = self.0.find("runs", doc! {});
        assert_eq!(runs.len(), 1);
        runs.remove(0)
    }

    fn status(&self) -> String {
        self.run().get_str("status").unwrap().to_owned()
    }
}

fn integer(value: &Bson) -> i64 {
    value.as_i64().unwrap()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    (work(), begun.elapsed())
}

/// Waits for what must come about by itself.
fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < 5 * SOON, "{what} did not come about");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn new_writer(home: &Home, uri: &str, database: &str) -> SummaryWriter {
    let builder = SummaryWriter::builder().uri(uri).database(database).folder("runs").journal_dir(home.journals());
    builder.flush_interval(Duration::from_millis(50)).build().unwrap()
}

/// A training program of its own: [`program`] with this job, its output and errors caught.
fn trainer(home: &Home, uri: &str, database: &str, job: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "program", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env("ML_BOARD_URI", uri).env("ML_BOARD_HOME", home.path()).env("DATABASE", database).env("JOB", job);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a training program does, in a process of its own.
#[test]
#[ignore = "a program for the other tests"]
fn program() {
    let database = std::env::var("DATABASE").unwrap();
    let writer = || SummaryWriter::new(&database, "runs").unwrap();
    let job = std::env::var("JOB").unwrap();
    match job.as_str() {
        // Logs and ends.
        "end" => {
            let w = writer();
            (0..1000).for_each(|i| w.add_scalar("Loss", i));
            println!("logged");
        }
        // Logs, and waits until it is stored.
        "close" => {
            let w = writer();
            (0..1000).for_each(|i| w.add_scalar("Loss", i));
            w.close().unwrap();
        }
        // Logs a point each two milliseconds until it is killed.
        "for ever" => {
            let w = writer();
            for i in 0.. {
                w.add_scalar("Loss", i);
                if i == 1000 {
                    println!("logged");
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        // Many writers at once; says what they cost.
        "many" => {
            let one = writer();
            one.add_scalar("Loss", 0);
            one.sync(SOON).unwrap();
            let before = threads();
            let writers: Vec<SummaryWriter> = (0..50).map(|_| writer()).collect();
            for w in &writers {
                (0..2000).for_each(|i| w.add_scalar("Loss", i));
            }
            writers.iter().for_each(|w| while w.sync(SOON).is_err() {});
            println!("threads {}", threads() - before);
            println!("logged");
            std::io::stdin().read_line(&mut String::new()).unwrap();
            // All is stored; whether the end is in time on a busy machine is not asked.
            writers.into_iter().for_each(|w| drop(w.close()));
        }
        // One client after another comes to its end; their threads may take longer.
        "ends" => {
            for _ in 0..40 {
                let w = writer();
                w.add_scalar("Loss", 1.0);
                w.close().unwrap();
            }
            std::io::stdin().read_line(&mut String::new()).unwrap();
        }
        // Logs where neither the store nor its own words are heard, and waits for its end until it is told.
        "unheard" => {
            let w = writer();
            w.add_thought(&"x".repeat(15 << 20));
            (0..1000).for_each(|i| w.add_scalar("Loss", i));
            assert_eq!(w.stats().rejected, 1);
            until("word of the store", || w.stats().store_trouble.is_some());
            println!("logged");
            std::io::stdin().read_line(&mut String::new()).unwrap();
            until("the store", || w.sync(SOON).is_ok());
            w.close().unwrap();
        }
        // A child of a fork has a writer of its own, for the store that its parent has open.
        "fork" => {
            let w = writer();
            (0..10).for_each(|i| w.add_scalar("Loss", i));
            w.sync(SOON).unwrap();
            // SAFETY: the child does this and ends at once; the parent waits for it.
            let mut status = unsafe { libc::fork() };
            if status == 0 {
                let own = writer();
                (0..20).for_each(|i| own.add_scalar("Loss", i));
                let refused = own.sync(SOON).is_err()
                    && own.stats().store_trouble.is_some_and(|e| e.to_string().contains("a fork of a process"));
                let kept = own.close().is_err();
                // SAFETY: it ends here.
                unsafe { libc::_exit(i32::from(!(refused && kept))) };
            }
            // SAFETY: it is our child, and `status` is ours.
            unsafe { libc::waitpid(status, &raw mut status, 0) };
            assert_eq!(status, 0, "the child found it wrong");
            w.close().unwrap();
        }
        other => panic!("{other}"),
    }
}

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}
