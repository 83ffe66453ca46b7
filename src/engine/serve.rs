//! The loop: requests in, answers out, each request on a thread of its own, so that a slow one holds up no other.

use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::desk::Desk;
use crate::client::protocol::{Answer, Ask, PROTOCOL, Reply, Request};
use crate::error::{Error, ErrorKind};
use crate::plain::{self, Mismatch};

/// The engine on a thread of a program that has it compiled in. Ends when the other end closes.
pub(crate) fn serve(requests: PipeReader, answers: PipeWriter) {
    run(BufReader::with_capacity(1 << 16, requests), answers);
}

/// Answers until the input ends, and pages for a while longer. Whoever is still being answered then does not wait any more.
pub(super) fn run(mut input: impl BufRead, output: impl Write + Send + 'static) {
    let desk = Arc::new(Desk::default());
    let output = Arc::new(Mutex::new(output));
    let mut line = Vec::new();
    loop {
        line.clear();
        if !matches!(input.read_until(b'\n', &mut line), Ok(1..)) {
            return desk.linger();
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        match plain::from_slice::<Request>(&line) {
            Ok(Request { id, ask: Ask::Hello { .. } }) => reply(&output, id, hello()),
            Ok(Request { id, ask }) => {
                let (desk, theirs) = (Arc::clone(&desk), Arc::clone(&output));
                let work = move || reply(&theirs, id, answer(&desk, ask));
                if let Err(cause) = std::thread::Builder::new().name(format!("request {id}")).spawn(work) {
                    reply(&output, id, failed(Error::new(ErrorKind::Engine, "the engine has no thread left").because(cause)));
                }
            }
            Err(cause) => reply(&output, id_of(&line), failed(not_understood(&cause))),
        }
    }
}

fn hello() -> Answer {
    Answer::Hello { version: env!("CARGO_PKG_VERSION").to_owned(), protocol: PROTOCOL, pid: std::process::id() }
}

fn failed(error: Error) -> Answer {
    Answer::Failed { error }
}

fn not_understood(cause: &Mismatch) -> Error {
    Error::new(ErrorKind::Engine, "the engine does not understand this request").because(cause).help(format!(
        "engine and library are not of one version; the engine is {} (protocol {PROTOCOL})",
        env!("CARGO_PKG_VERSION")
    ))
}

/// The id of a request that is not understood otherwise; 0 if it has none.
fn id_of(line: &[u8]) -> u64 {
    plain::from_slice(line).and_then(|mut json| plain::take(&mut json, "id")).unwrap_or(0)
}

/// A fault of the engine's own is an answer like any other, and the engine lives on.
fn answer(desk: &Arc<Desk>, ask: Ask) -> Answer {
    catch_unwind(AssertUnwindSafe(|| desk.answer(ask))).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        let error = Error::new(ErrorKind::Engine, "the engine has a fault: it could not finish this request")
            .because(said.unwrap_or("it did not say why"))
            .help("please report it with what you asked for");
        failed(error)
    })
}

fn reply(output: &Mutex<impl Write>, id: u64, answer: Answer) {
    let line = plain::to_text(&Reply { id, answer }) + "\n";
    let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
    // Whoever does not listen any more has closed the input as well, which ends the loop.
    drop(output.write_all(line.as_bytes()).and_then(|()| output.flush()));
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};

    use super::*;

    /// What the engine answers to these lines, in order of the ids.
    fn answers(lines: &str) -> Vec<serde_json::Value> {
        let (output, answers) = std::io::pipe().unwrap();
        let (requests, mut input) = std::io::pipe().unwrap();
        let engine = std::thread::spawn(move || serve(requests, answers));
        input.write_all(lines.as_bytes()).unwrap();
        let mut found: Vec<serde_json::Value> = BufReader::new(output)
            .lines()
            .take(lines.lines().filter(|line| !line.is_empty()).count())
            .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
            .collect();
        drop(input);
        engine.join().unwrap();
        found.sort_by_key(|answer| answer["id"].as_u64());
        found
    }

    #[test]
    fn hello_says_who_it_is() {
        let hello = r#"{"id":7,"ask":{"Hello":{"version":"0.0.1","protocol":99}}}"#;
        let answers = answers(&format!("{hello}\n"));
        assert_eq!(answers[0]["id"], 7);
        assert_eq!(answers[0]["answer"]["Hello"]["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(answers[0]["answer"]["Hello"]["protocol"], PROTOCOL);
        assert_eq!(answers[0]["answer"]["Hello"]["pid"], std::process::id());
    }

    #[test]
    fn what_it_does_not_understand_is_answered_and_it_goes_on() {
        let answers = answers(
            "\nnonsense\n{\"id\":3,\"ask\":{\"Fly\":{}}}\n{\"id\":4,\"ask\":{\"Hello\":{\"version\":\"\",\"protocol\":1}}}\n",
        );
        let told = |i: usize| answers[i]["answer"]["Failed"]["error"]["what"].as_str().unwrap().to_owned();
        assert_eq!((answers[0]["id"].as_u64(), told(0).as_str()), (Some(0), "the engine does not understand this request"));
        assert_eq!((answers[1]["id"].as_u64(), told(1).as_str()), (Some(3), "the engine does not understand this request"));
        assert!(answers[2]["answer"]["Hello"].is_object());
    }
}
