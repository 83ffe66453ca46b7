//! The whole line at once: a trainer, a store, an engine of its own process, a browser. What is logged is seen within two seconds, and
//! whatever stops on the way, the page keeps what it has and follows again.

use std::cell::Cell;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ml_board::SummaryWriter;
use ml_board_test_support::{Mongod, unique};
use serde_json::Value;

use super::common::{Home, board, writer};
use super::page::PATIENCE;

/// A page in a Chromium.
struct Browser {
    node: Child,
    said: Receiver<Value>,
    /// Whether anything was drawn; from then on it is never blank.
    drawn: Cell<bool>,
}

impl Browser {
    fn open(address: &str) -> Browser {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/live/browser.mjs");
        let mut node = Command::new("node");
        node.args([script, address]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut node = node.spawn().expect("node, and web/node_modules (cd web && npm ci)");
        let (tell, said) = channel();
        let lines = BufReader::new(node.stdout.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                drop(tell.send(serde_json::from_str(&line).unwrap()));
            }
        });
        Browser { node, said, drawn: Cell::new(false) }
    }

    /// Clicks the first of what this selects.
    fn click(&mut self, selector: &str) {
        writeln!(self.node.stdin.as_mut().unwrap(), "{selector}").unwrap();
    }

    /// Waits until this expression is true on the page.
    fn waits_for(&mut self, expression: &str) {
        writeln!(self.node.stdin.as_mut().unwrap(), "={expression}").unwrap();
        while self.next(expression)["so"].is_null() {}
    }

    fn next(&self, what: &str) -> Value {
        let said = self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("waiting for {what}"));
        assert!(!self.drawn.get() || said["points"] != 0, "the page went blank: {said}");
        self.drawn.set(self.drawn.get() || said.get("seen").is_some());
        said
    }

    /// Waits until the curve ends in this value or a later one; when it did.
    fn sees(&self, value: f64) -> f64 {
        loop {
            let said = self.next(&format!("{value}"));
            if said["seen"].as_f64().is_some_and(|seen| seen >= value) {
                return said["at"].as_f64().unwrap();
            }
        }
    }

    /// Waits until the page says that of its data; what its address asks for then.
    fn says(&self, state: &str) -> String {
        loop {
            let said = self.next(state);
            if said["state"].as_str().is_some_and(|said| said.starts_with(state)) {
                return said["search"].as_str().unwrap().to_owned();
            }
        }
    }
}

/// The script closes the browser when its input ends.
impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.node.stdin.take());
        drop(self.node.wait());
    }
}

/// `ml_board -d DATABASE -f f`.
struct Dashboard {
    child: Child,
    address: String,
    /// Open as long as it lives, so that it can write.
    _out: Lines<BufReader<ChildStdout>>,
}

impl Dashboard {
    fn start(home: &Home, uri: &str, database: &str, port: u16) -> Dashboard {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ml_board"));
        command.args(["-d", database, "-f", "f", "--uri", uri, "-p", &port.to_string()]);
        command.env("ML_BOARD_HOME", home.path()).env("ML_BOARD_TOKEN", "the-token-of-this-test");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = out.by_ref().map_while(Result::ok).find(|line| line.contains("http://")).expect("its address");
        let address = line[line.find("http://").unwrap()..].to_owned();
        Dashboard { child, address, _out: out }
    }

    fn port(&self) -> u16 {
        self.address["http://127.0.0.1:".len()..].split('/').next().unwrap().parse().unwrap()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Trains for ten seconds, ten steps a second, and counts them up; how long each took from the call to the pixel, the shortest first.
fn delays(browser: &Browser, trainer: &SummaryWriter, from: u32) -> Vec<Duration> {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1e3;
    std::thread::scope(|scope| {
        let training = scope.spawn(move || {
            let step = |n: u32| {
                trainer.add_scalar("Loss", n);
                let called = now();
                std::thread::sleep(Duration::from_millis(100));
                (n, called)
            };
            (from..from + 100).map(step).collect::<Vec<_>>()
        });
        let mut seen: Vec<(u32, f64)> = Vec::new();
        while seen.last().is_none_or(|(value, _)| *value < from + 99) {
            let said = browser.next("points");
            if let (Some(value), Some(at)) = (said["seen"].as_f64(), said["at"].as_f64()) {
                seen.push((value as u32, at));
            }
        }
        let first = |n: u32| seen.iter().find(|(value, _)| *value >= n).unwrap().1;
        let mut delays: Vec<Duration> = training
            .join()
            .unwrap()
            .into_iter()
            .map(|(n, called)| Duration::from_secs_f64((first(n) - called).max(0.0) / 1e3))
            .collect();
        delays.sort();
        delays
    })
}

/// All but a few: a machine that is busy with other tests may stop for a moment.
fn assert_within_two_seconds(delays: &[Duration]) {
    println!(
        "from the call to the pixel: p50 {:?}, p90 {:?}, p99 {:?}, most {:?}",
        delays[49], delays[89], delays[98], delays[99]
    );
    assert!(delays[89] <= Duration::from_secs(2), "{delays:?}");
}

/// The address of a page with this output.
fn cell(home: &Home, output: &str) -> String {
    let page = home.path().join("cell.html");
    std::fs::write(&page, format!("<!doctype html><meta charset=utf-8><body>{output}")).unwrap();
    format!("file://{}", page.display())
}

#[test]
fn a_cell_in_a_browser_follows_the_trainer_within_two_seconds() {
    let home = Home::new();
    let uri = home.local();
    let trainer = writer(&home, &uri, "d", "f", "one");
    trainer.add_scalar("Loss", 0);
    trainer.sync(PATIENCE).unwrap();
    let board = board(&uri, "d", "f");
    let browser = Browser::open(&cell(&home, &board.plot("Loss").to_html()));
    browser.says("live");
    assert_within_two_seconds(&delays(&browser, &trainer, 1));
    trainer.close().unwrap();
    browser.says("up to date");
}

#[test]
fn what_is_clicked_in_a_browser_is_selected_in_the_next_cell() {
    let home = Home::new();
    let uri = home.local();
    for name in ["one", "two"] {
        let trainer = writer(&home, &uri, "d", "f", name);
        trainer.add_scalar("Loss", 0);
        trainer.close().unwrap();
    }
    let board = board(&uri, "d", "f");
    let mut browser = Browser::open(&cell(&home, &board.to_html()));
    browser.says("up to date");
    for (place, name) in ["two", "one"].into_iter().enumerate() {
        browser.click(&format!(".mlb-grid-row >> nth={place}"));
        let begun = Instant::now();
        while board.selected().unwrap().iter().map(|run| run.name.clone()).ne([name.to_owned()]) {
            assert!(begun.elapsed() < PATIENCE, "{name} is selected");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_run_of_hundreds_that_is_clicked_in_the_table_has_its_curve_in_the_plot_of_another_cell() {
    let home = Home::new();
    let uri = home.local();
    // The plot takes the 50 newest, and of the others the 50 with the lowest values: not the first one.
    for n in 0..130 {
        let trainer = writer(&home, &uri, "d", "f", &n.to_string());
        trainer.add_scalar("Loss", if n < 80 { 1000 - n } else { 0 });
        trainer.close().unwrap();
    }
    let board = board(&uri, "d", "f");
    let table = board.table().sort_by("last(Loss)").descending();
    let mut browser = Browser::open(&cell(&home, &format!("{}{}", board.plot("Loss").to_html(), table.to_html())));
    browser.says("up to date");
    let curves = |is: &str| {
        format!("(curves => {is})(document.querySelector('.mlb-plotly').drawn.filter(({{ uid }}) => /^run/.test(uid)))")
    };
    browser.waits_for(&curves("curves.length === 100 && curves.every(({ y }) => y[0] < 1000)"));
    browser.click(".mlb-grid-row >> nth=0");
    browser.waits_for(&curves("curves.length === 1 && curves[0].y[0] === 1000"));
    browser.click(".mlb-grid-row >> nth=0");
    browser.waits_for(&curves("curves.length === 100"));
    browser.click("button:has-text('Draw all 130')");
    browser.waits_for(&curves("curves.length === 130"));
    browser.click("button:has-text('Only 100')");
    browser.waits_for(&curves("curves.length === 100"));
}

#[test]
fn a_dashboard_follows_within_two_seconds_and_again_after_anything_stopped() {
    let mut server = Mongod::start(&[]);
    let (home, uri, database) = (Home::new(), server.uri(), unique("browser"));
    let trainer = writer(&home, &uri, &database, "f", "one");
    trainer.add_scalar("Loss", 0);
    trainer.sync(PATIENCE).unwrap();
    let engine = Dashboard::start(&home, &uri, &database, 0);
    let browser = Browser::open(&engine.address);
    let address = browser.says("live");
    assert_eq!(address, format!("?d={database}&f=f"), "it can be sent, and opens nothing by itself");
    assert_within_two_seconds(&delays(&browser, &trainer, 1));

    // As a laptop that sleeps does it.
    engine.signal("-STOP");
    browser.says("saved data");
    trainer.add_scalar("Loss", 200);
    engine.signal("-CONT");
    browser.sees(200.0);

    // Killed, and started again by the person.
    let port = engine.port();
    drop(engine);
    browser.says("saved data");
    trainer.add_scalar("Loss", 300);
    let _engine = Dashboard::start(&home, &uri, &database, port);
    browser.sees(300.0);

    server.kill();
    browser.says("saved data");
    trainer.add_scalar("Loss", 400);
    server.restart();
    browser.sees(400.0);
    trainer.close().unwrap();
    browser.says("up to date");
}
