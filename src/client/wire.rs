//! One running engine at the other end of two pipes: requests with ids down, answers up, in any order.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::protocol::{Answer, Ask, PROTOCOL, Reply, Request};
use crate::error::{Error, ErrorKind, Result};
use crate::plain;
use crate::program::Log;

/// How long an engine may take to say hello: it does nothing before, but a disk may be slow.
const HELLO: Duration = Duration::from_secs(20);
/// How long one may live on after it closed its stdout.
const LINGER: Duration = Duration::from_secs(2);

/// One running engine. Dropping it closes the engine's stdin, at which it ends.
pub(super) struct Wire {
    input: Mutex<Box<dyn Write + Send>>,
    waiting: Arc<Mutex<Waiting>>,
    /// Handles of the stores that it knows.
    pub(super) knows: Mutex<Vec<String>>,
    log: Option<Log>,
    child: Option<Arc<Mutex<Child>>>,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    /// Few at a time; a map would be one more that each notebook compiles.
    askers: Vec<(u64, SyncSender<Answer>)>,
    /// How it ended, if it has.
    over: Option<String>,
}

impl Waiting {
    /// Who asked this, who then waits no more.
    fn asker(&mut self, id: u64) -> Option<SyncSender<Answer>> {
        let at = self.askers.iter().position(|(theirs, _)| *theirs == id)?;
        Some(self.askers.swap_remove(at).1)
    }
}

/// Why an engine is not the one that is needed.
pub(super) enum Mismatch {
    Version(String),
    /// It did not say hello as an engine does.
    Stranger(Error),
}

/// A cell may panic while it holds a lock; the next one goes on with what is there.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Wire {
    /// Reads answers on a thread of its own until the engine ends.
    pub(super) fn new(
        input: Box<dyn Write + Send>,
        output: Box<dyn Read + Send>,
        child: Option<Child>,
        log: Option<Log>,
    ) -> Result<Wire> {
        let child = child.map(|child| Arc::new(Mutex::new(child)));
        let other = child.clone();
        let waiting = Arc::new(Mutex::new(Waiting { next: 1, ..Waiting::default() }));
        let theirs = Arc::clone(&waiting);
        let listen = move || {
            let wrong = listen(BufReader::with_capacity(1 << 16, output), &theirs);
            let ended = other.map_or_else(|| "its thread ended".to_owned(), |child| ended(&child, wrong.is_some()));
            let mut waiting = locked(&theirs);
            waiting.over = Some(wrong.unwrap_or(ended));
            // Whoever waits finds the other end of the channel gone.
            waiting.askers.clear();
        };
        std::thread::Builder::new()
            .name("ml_board answers".to_owned())
            .spawn(listen)
            .map_err(|cause| Error::new(ErrorKind::Engine, "could not start a thread to hear the engine").because(cause))?;
        Ok(Wire { input: Mutex::new(input), waiting, knows: Mutex::default(), log, child })
    }

    /// Whether it still runs, as far as is known.
    pub(super) fn alive(&self) -> bool {
        locked(&self.waiting).over.is_none()
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask(&self, ask: Ask) -> Result<Answer> {
        let answer = self.send(ask)?.recv().map_err(|_| self.gone())?;
        if let Answer::Failed { error } = answer { Err(error) } else { Ok(answer) }
    }

    /// Makes sure that the other end is an engine of this version.
    pub(super) fn hello(&self) -> Result<(), Mismatch> {
        let hello = self.say_hello();
        if hello.is_err() {
            // A stranger may never look at its stdin.
            self.child.iter().for_each(|child| drop(locked(child).kill()));
        }
        hello
    }

    fn say_hello(&self) -> Result<(), Mismatch> {
        let version = env!("CARGO_PKG_VERSION");
        let answers = self.send(Ask::Hello { version: version.to_owned(), protocol: PROTOCOL }).map_err(Mismatch::Stranger)?;
        match answers.recv_timeout(HELLO) {
            Ok(Answer::Hello { version: theirs, protocol, .. }) if theirs == version && protocol == PROTOCOL => Ok(()),
            Ok(Answer::Hello { version, protocol, .. }) => Err(Mismatch::Version(format!("{version} (protocol {protocol})"))),
            Ok(Answer::Failed { error }) => Err(Mismatch::Stranger(error)),
            Ok(_) => Err(Mismatch::Stranger(Error::new(ErrorKind::Engine, "it answered something else than hello"))),
            Err(RecvTimeoutError::Timeout) => Err(Mismatch::Stranger(Error::new(
                ErrorKind::Engine,
                format!("it did not say hello within {} seconds", HELLO.as_secs()),
            ))),
            Err(RecvTimeoutError::Disconnected) => Err(Mismatch::Stranger(self.gone())),
        }
    }

    fn send(&self, ask: Ask) -> Result<Receiver<Answer>> {
        let (answer, answers) = sync_channel(1);
        let id = {
            let mut waiting = locked(&self.waiting);
            if waiting.over.is_some() {
                drop(waiting);
                return Err(self.gone());
            }
            let id = waiting.next;
            waiting.next += 1;
            waiting.askers.push((id, answer));
            id
        };
        let line = plain::to_text(&Request { id, ask }) + "\n";
        let sent = {
            let mut input = locked(&self.input);
            input.write_all(line.as_bytes()).and_then(|()| input.flush())
        };
        if sent.is_err() {
            // It closed its stdin. How it ended is known as soon as its listener has waited for it.
            drop(answers.recv_timeout(2 * LINGER));
            drop(locked(&self.waiting).asker(id));
            return Err(self.gone());
        }
        Ok(answers)
    }

    /// The engine is no more.
    fn gone(&self) -> Error {
        let how = locked(&self.waiting).over.clone();
        let mut cause = how.unwrap_or_else(|| "it closed its stdin".to_owned());
        let mut help = "show it again: the engine starts anew".to_owned();
        if let Some(log) = &self.log {
            if let Some(tail) = log.tail() {
                cause.push_str("; it said last:\n");
                cause.push_str(&tail);
            }
            help.push_str(&format!("; its log is {}", log.path.display()));
        }
        Error::new(ErrorKind::Engine, "the engine ended before it answered").because(cause).help(help)
    }
}

/// Hands each answer to who asked, until there are no more. What it says in the end is what was wrong.
fn listen(mut output: impl BufRead, waiting: &Mutex<Waiting>) -> Option<String> {
    let mut line = Vec::new();
    loop {
        line.clear();
        match output.read_until(b'\n', &mut line) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) => return Some(format!("its answers could not be read: {error}")),
        }
        match plain::from_slice::<Reply>(&line) {
            Ok(reply) => {
                let asker = locked(waiting).asker(reply.id);
                if let Some(asker) = asker {
                    // One that does not wait any more wants no answer.
                    drop(asker.try_send(reply.answer));
                }
            }
            Err(error) => {
                let start: String = String::from_utf8_lossy(&line).trim_end().chars().take(120).collect();
                return Some(format!("it answered `{start}`, which is not an answer: {error}"));
            }
        }
    }
}

/// How the engine ended, in words. It has nothing more to say: if it does not end by itself soon, or talks nonsense, it is ended.
fn ended(child: &Mutex<Child>, nonsense: bool) -> String {
    let since = Instant::now();
    loop {
        let mut child = locked(child);
        match child.try_wait() {
            Ok(Some(status)) => return status.to_string(),
            Ok(None) if nonsense || since.elapsed() > LINGER => drop(child.kill()),
            Ok(None) => {}
            Err(error) => return error.to_string(),
        }
        drop(child);
        std::thread::sleep(Duration::from_millis(20));
    }
}
