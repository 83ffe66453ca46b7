//! How fast a writer ships to a MongoDB, and what that costs: `ML_BOARD_TEST_URI=… cargo bench --features writer --bench ship`.
//!
//! Without the variable it starts a `mongod` of its own. `ML_BOARD_BENCH_POINTS` says how many points are logged (20 million), and
//! `ML_BOARD_BENCH_SECONDS` for how long the slow trainer goes on (20).
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::expect_used)]

use std::time::{Duration, Instant};

use bson::{Document, doc};
use ml_board::SummaryWriter;
use ml_board_test_support::{command, mongodb, unique};

const TAGS: usize = 10;
/// Values of a tag before they come again: far more than a block of the server's, so that its compression gains nothing by that.
const VALUES: usize = 100_000;

fn main() {
    let (uri, _guard) = mongodb();
    let server = Server::of(&uri);
    let points = number("ML_BOARD_BENCH_POINTS", 20_000_000);
    let values = values();
    println!("{points} points over {TAGS} tags, logged as fast as they can be, and stored:");
    println!("  {:>8}  {:>8}  {:>22}  {:>10}  {:>8}  {:>7}", "M/s", "logged", "µs a point: trainer", "shipper", "server", "MB");
    for _ in 0..3 {
        fast(&uri, &server, points, &values);
    }
    steady(&uri, &server, number("ML_BOARD_BENCH_SECONDS", 20));
}

/// As fast as the trainer can.
fn fast(uri: &str, server: &Server, points: usize, values: &[Vec<f64>]) {
    let (database, home) = (unique("bench_ship"), tempfile::tempdir().unwrap());
    let tags: Vec<String> = (0..TAGS).map(|tag| format!("tag{tag}")).collect();
    let writer = writer(uri, &database, home.path());
    let before = Cpu::now(server);
    let begun = Instant::now();
    for i in 0..points / TAGS {
        for (tag, values) in tags.iter().zip(values) {
            writer.add_scalar(tag, values[i % VALUES]);
        }
    }
    let logged = begun.elapsed();
    // An attempt that fails ends a sync; on a machine that does other things, too, one may.
    while writer.sync(Duration::from_secs(600)).is_err() {}
    let stored = begun.elapsed();
    let used = Cpu::now(server).since(&before);
    let stats = writer.stats();
    assert_eq!((stats.rejected, stats.stored_points), (0, (points / TAGS * TAGS) as u64));
    writer.close().unwrap();
    let a_point = |time: Duration| time.as_secs_f64() * 1e6 / points as f64;
    println!(
        "  {:>8.2}  {:>8.2}  {:>22.3}  {:>10.3}  {:>8.3}  {:>7}",
        points as f64 / stored.as_secs_f64() / 1e6,
        points as f64 / logged.as_secs_f64() / 1e6,
        a_point(used.here),
        a_point(used.process - used.here),
        a_point(used.server),
        status("VmHWM") / 1024,
    );
    server.ask("admin", doc! { "fsync": 1 });
    let size = server.ask(&database, doc! { "collStats": "runs.scalars" });
    let bytes = |key: &str| size.get_i64(key).or_else(|_| size.get_i32(key).map(i64::from)).unwrap() as f64 / points as f64;
    println!("  on disk: {:.2} B a point, and {:.3} of indexes", bytes("storageSize"), bytes("totalIndexSize"));
    server.least(&database, points);
    server.ask(&database, doc! { "dropDatabase": 1 });
}

/// A thousand points a second.
fn steady(uri: &str, server: &Server, seconds: usize) {
    let (database, home) = (unique("bench_ship"), tempfile::tempdir().unwrap());
    let tags: Vec<String> = (0..TAGS).map(|tag| format!("tag{tag}")).collect();
    let writer = writer(uri, &database, home.path());
    writer.sync(Duration::from_secs(60)).unwrap();
    let before = Cpu::now(server);
    let begun = Instant::now();
    let steps = seconds * 1000 / TAGS;
    for i in 0..steps {
        for tag in &tags {
            writer.add_scalar(tag, (i as f64).sin());
        }
        let next = Duration::from_millis((10 * (i + 1)) as u64);
        std::thread::sleep(next.saturating_sub(begun.elapsed()));
    }
    writer.sync(Duration::from_secs(60)).unwrap();
    let used = Cpu::now(server).since(&before);
    let share = |time: Duration| time.as_secs_f64() / begun.elapsed().as_secs_f64() * 100.0;
    println!(
        "1,000 points/s over {TAGS} tags for {seconds} s: shipper {:.2} % of a core, server {:.2} %",
        share(used.process.saturating_sub(used.here)),
        share(used.server)
    );
    writer.close().unwrap();
    server.ask(&database, doc! { "dropDatabase": 1 });
}

fn writer(uri: &str, database: &str, home: &std::path::Path) -> SummaryWriter {
    SummaryWriter::builder().uri(uri).database(database).folder("runs").journal_dir(home).build().unwrap()
}

/// Four tags of noise that was `f32`, two of `f64`, a learning rate, an accuracy in 256ths, an epoch, a throughput with three decimals.
fn values() -> Vec<Vec<f64>> {
    let mut state = 7_u64;
    let mut noise = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..TAGS)
        .map(|tag| {
            (0..VALUES)
                .map(|i| match tag {
                    0..4 => f64::from(noise() as f32),
                    4 | 5 => noise(),
                    6 => 1e-3 * (1.0 + (i as f64 / VALUES as f64 * std::f64::consts::PI).cos()) / 2.0,
                    7 => (noise() * 256.0).floor() / 256.0,
                    8 => (i / 1000) as f64,
                    _ => (noise() * 1e6).round() / 1e3,
                })
                .collect()
        })
        .collect()
}

/// The server, asked by the wire alone.
struct Server {
    port: u16,
    pid: i64,
}

impl Server {
    fn of(uri: &str) -> Server {
        let host = uri.trim_start_matches("mongodb://").split(['/', '?']).next().unwrap_or_default();
        let port = host.rsplit_once(':').map_or(27017, |(_, port)| port.parse().unwrap());
        let mut server = Server { port, pid: 0 };
        server.pid = server.ask("admin", doc! { "serverStatus": 1 }).get_i64("pid").unwrap();
        server
    }

    fn ask(&self, database: &str, question: Document) -> Document {
        let answer = command(self.port, database, question).unwrap();
        assert!(answer.get_f64("ok").is_ok_and(|ok| ok == 1.0), "{answer}");
        answer
    }
}

impl Server {
    /// What the same chunks cost the server if they come from memory in the largest batches, each once: less is not to be had.
    fn least(&self, database: &str, points: usize) {
        let mut chunks = Vec::new();
        let mut cursor =
            self.ask(database, doc! { "find": "runs.scalars", "batchSize": 200 }).get_document("cursor").unwrap().clone();
        loop {
            let batch = cursor.get_array("firstBatch").or_else(|_| cursor.get_array("nextBatch")).unwrap();
            chunks.extend(batch.iter().cloned());
            match cursor.get_i64("id").unwrap() {
                0 => break,
                id => {
                    cursor = self
                        .ask(database, doc! { "getMore": id, "collection": "runs.scalars", "batchSize": 200 })
                        .get_document("cursor")
                        .unwrap()
                        .clone()
                }
            }
        }
        let zstd = doc! { "wiredTiger": { "configString": "block_compressor=zstd" } };
        self.ask(database, doc! { "create": "least", "storageEngine": zstd });
        let (before, begun) = (process(&self.pid.to_string()), Instant::now());
        for batch in chunks.chunks(200) {
            self.ask(database, doc! { "insert": "least", "documents": batch.to_vec(), "writeConcern": { "j": true } });
        }
        let (used, took) = (process(&self.pid.to_string()) - before, begun.elapsed());
        println!(
            "  the same {} chunks inserted again, from memory: {:.2} M/s, server {:.3} µs a point",
            chunks.len(),
            points as f64 / took.as_secs_f64() / 1e6,
            used.as_secs_f64() * 1e6 / points as f64
        );
    }
}

/// Processor time used so far.
struct Cpu {
    /// By this thread.
    here: Duration,
    process: Duration,
    server: Duration,
}

impl Cpu {
    fn now(server: &Server) -> Cpu {
        let here = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        let here = Duration::from_nanos(here.split(' ').next().unwrap().parse().unwrap());
        Cpu { here, process: process("self"), server: process(&server.pid.to_string()) }
    }

    fn since(&self, before: &Cpu) -> Cpu {
        Cpu { here: self.here - before.here, process: self.process - before.process, server: self.server - before.server }
    }
}

/// User and system time of a process: hundredths of a second.
fn process(pid: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks: u64 = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(10 * ticks)
}

fn status(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}
