//! Finding and talking, with shell scripts for engines.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::client::protocol::PROTOCOL;
use crate::plain;

fn script(path: &Path, body: &str) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_path_buf()
}

fn hello(version: &str, protocol: u32) -> String {
    format!(r#"read line; echo '{{"id":1,"answer":{{"Hello":{{"version":"{version}","protocol":{protocol},"pid":1}}}}}}'"#)
}

/// An engine of this version that goes on with `then`.
fn engine(then: &str) -> String {
    format!("{}\n{then}", hello(env!("CARGO_PKG_VERSION"), PROTOCOL))
}

/// Answers each request after hello with the names of its own ids.
const NAMES: &str =
    r#"while read line; do id=${line##*:}; id=${id%?}; echo "{\"id\":$id,\"answer\":{\"Names\":{\"names\":[\"$id\"]}}}"; done"#;

struct Machine {
    directory: tempfile::TempDir,
    said: RefCell<Vec<String>>,
}

impl Machine {
    fn new() -> Machine {
        Machine { directory: tempfile::tempdir().unwrap(), said: RefCell::default() }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn places(&self) -> Places {
        let sources = self.at("sources");
        fs::create_dir_all(sources.join("src")).unwrap();
        fs::write(sources.join("Cargo.toml"), "[package]").unwrap();
        fs::write(sources.join("src/lib.rs"), "").unwrap();
        let path = std::env::join_paths([self.at("first"), self.at("second")]).unwrap();
        Places { named: None, path: Some(path), cargo_bin: Some(self.at("cargo")), home: self.at("home"), sources }
    }

    fn named(&self, body: &str) -> Places {
        Places { named: Some(script(&self.at("named"), body)), ..self.places() }
    }

    fn open(&self, places: &Places) -> Result<Wire> {
        program(places, &|text| self.said.borrow_mut().push(text.to_owned()))
    }

    fn said(&self) -> String {
        self.said.borrow().join("\n").replace(&self.directory.path().display().to_string(), "DIR")
    }

    fn error(&self, places: &Places) -> String {
        let error = self.open(places).err().expect("an error").to_string();
        error.replace(&self.directory.path().display().to_string(), "DIR")
    }
}

fn folders(wire: &Wire) -> Result<Answer> {
    wire.ask(Ask::Folders { store: "local:/x".into(), database: "digits".into() })
}

fn names(answer: Answer) -> Vec<String> {
    let Answer::Names { names } = answer else { panic!("{answer:?}") };
    names
}

#[test]
fn the_first_on_path_that_is_right_is_used_and_the_others_are_told() {
    let machine = Machine::new();
    script(&machine.at("first/ml_board"), &hello("0.0.1", 7));
    script(&machine.at("second/ml_board"), "echo 'usage: ml_board [--d DATABASE]' >&2; exit 2");
    script(&machine.at("cargo/ml_board"), &engine(NAMES));
    let wire = machine.open(&machine.places()).unwrap();
    assert_eq!(names(folders(&wire).unwrap()), ["2"]);
    let said = machine.said();
    let ours = format!("{} (protocol {PROTOCOL})", env!("CARGO_PKG_VERSION"));
    assert!(
        said.contains(&format!("the engine DIR/first/ml_board has version 0.0.1 (protocol 7), and this library {ours}")),
        "{said}"
    );
    assert!(said.contains("DIR/second/ml_board is not an engine of ml_board"), "{said}");
    assert!(said.contains("usage: ml_board [--d DATABASE]"), "{said}");
    assert!(said.contains("cargo install ml_board --version"), "{said}");
}

#[test]
fn one_that_was_named_is_not_worked_around() {
    let machine = Machine::new();
    script(&machine.at("first/ml_board"), &engine(NAMES));
    let error = machine.error(&machine.named(&hello("0.0.1", 7)));
    assert!(error.contains("the engine DIR/named has version 0.0.1 (protocol 7), and this library"), "{error}");
    assert!(error.contains("ML_BOARD_ENGINE") && error.contains("help: "), "{error}");

    let missing = Places { named: Some(machine.at("nowhere")), ..machine.places() };
    let error = machine.error(&missing);
    assert!(error.starts_with("could not start the engine DIR/nowhere\ncause: No such file"), "{error}");
}

#[test]
fn answers_find_their_askers_in_any_order() {
    let machine = Machine::new();
    // Answers the second request before the first.
    let swapped = r#"read one; read two
echo '{"id":3,"answer":{"Names":{"names":["3"]}}}'
echo '{"id":2,"answer":{"Names":{"names":["2"]}}}'
cat > /dev/null"#;
    let wire = machine.open(&machine.named(&engine(swapped))).unwrap();
    std::thread::scope(|scope| {
        let askers = [0, 1].map(|_| scope.spawn(|| names(folders(&wire).unwrap())));
        let mut heard: Vec<String> = askers.into_iter().flat_map(|asker| asker.join().unwrap()).collect();
        heard.sort();
        assert_eq!(heard, ["2", "3"]);
    });
}

#[test]
fn an_engine_that_dies_says_why_and_starts_anew() {
    let machine = Machine::new();
    let once = format!(
        "if [ -e '{0}' ]; then {NAMES}; fi; touch '{0}'; read line; echo 'out of memory' >&2; exit 3",
        machine.at("died").display()
    );
    let places = machine.named(&engine(&once));
    let wire = machine.open(&places).unwrap();
    let error = folders(&wire).unwrap_err().to_string();
    assert!(
        error.starts_with("the engine ended before it answered\ncause: exit status: 3; it said last:\nout of memory\nhelp: "),
        "{error}"
    );
    assert!(!wire.alive());
    let again = folders(&wire).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Engine);
    assert_eq!(names(folders(&machine.open(&places).unwrap()).unwrap()), ["2"]);
}

#[test]
fn a_connection_starts_its_engine_again_and_tells_it_what_the_last_one_knew() {
    let machine = Machine::new();
    let heard = machine.at("heard");
    let body = format!(
        r#"while read line; do echo "$line" >> '{0}'; id=${{line##*:}}; id=${{id%?}}
case "$line" in *Know*) echo "{{\"id\":$id,\"answer\":\"Known\"}}";; *) echo "{{\"id\":$id,\"answer\":{{\"Names\":{{\"names\":[]}}}}}}"; [ -e '{1}' ] || {{ touch '{1}'; exit 0; }};; esac; done"#,
        heard.display(),
        machine.at("died").display()
    );
    let program = script(&machine.at("named"), &engine(&body));
    let connection = Connection::new(Launch::Program(Some(program)));
    let stores = [Store { handle: "mongodb://h:27017".into(), uri: Some("mongodb://u:p@h".into()) }];
    let ask = || connection.ask(&stores, Ask::Databases { store: "mongodb://h:27017".into() });
    ask().unwrap();
    // The first one ends after its answer.
    while connection.wire.lock().unwrap().as_ref().unwrap().alive() {
        std::thread::yield_now();
    }
    ask().unwrap();
    ask().unwrap();
    let heard = fs::read_to_string(heard).unwrap();
    assert_eq!(heard.matches("Know").count(), 2, "once an engine: {heard}");
    assert_eq!(heard.matches("Databases").count(), 3, "{heard}");
}

#[test]
fn a_failed_answer_is_the_error_itself() {
    let machine = Machine::new();
    let error = Error::new(ErrorKind::NotFound, "no folder `x`").help("did you mean `y`?");
    let answer = plain::to_text(&crate::client::protocol::Reply { id: 2, answer: Answer::Failed { error: error.clone() } });
    let wire = machine.open(&machine.named(&engine(&format!("read line; echo '{}'", answer)))).unwrap();
    assert_eq!(folders(&wire).unwrap_err(), error);
}

#[test]
fn nonsense_is_told_and_ends_the_engine() {
    let machine = Machine::new();
    let wire = machine.open(&machine.named(&engine("read line; echo 'Segmentation fool'; sleep 600"))).unwrap();
    let error = folders(&wire).unwrap_err().to_string();
    assert!(error.contains("it answered `Segmentation fool`, which is not an answer"), "{error}");
}

#[test]
fn an_engine_ends_when_nobody_holds_it() {
    let machine = Machine::new();
    let ended = machine.at("ended");
    let wire = machine.open(&machine.named(&engine(&format!("cat > /dev/null; touch '{}'", ended.display())))).unwrap();
    drop(wire);
    let since = std::time::Instant::now();
    while !ended.exists() {
        assert!(since.elapsed().as_secs() < 10, "it did not end");
        std::thread::yield_now();
    }
}

#[test]
#[cfg(feature = "engine")]
fn on_a_thread_of_this_process_it_is_the_same() {
    fn serve(requests: PipeReader, mut answers: PipeWriter) {
        use std::io::{BufRead, BufReader, Write};
        for line in BufReader::new(requests).lines() {
            let request: crate::client::protocol::Request = plain::from_slice(line.unwrap().as_bytes()).unwrap();
            let answer = Answer::Names { names: vec!["here".into()] };
            let reply = plain::to_text(&crate::client::protocol::Reply { id: request.id, answer });
            writeln!(answers, "{reply}").unwrap();
        }
    }
    let connection = Connection::new(Launch::Here(serve));
    let answer = connection.ask(&[], Ask::Databases { store: "local:/x".into() }).unwrap();
    assert_eq!(names(answer), ["here"]);
}
