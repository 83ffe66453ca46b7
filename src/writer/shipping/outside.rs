//! Shipping by the installed program: `ml_board ship`, a child in a process group of its own, told what to do on its stdin.
//!
//! A thread starts it, hears it, and starts it again should it die. Without a program on this machine the journal waits for
//! `ml_board sync`. Nobody who logs waits for any of this.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::LeftOff;
use crate::address::Address;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{self, News, Options, Order, Outcome, Reader, SHIPPING, SessionInfo, ShipStatus, away};
use crate::program::{self, Log, Places, install_line};
use crate::stderr;

/// The pauses before a program that died is started again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// So many programs that ended at once, without a word, and no other is started.
const FAILURES: u32 = 3;
/// How many orders may lie in the pipe of a program that does not answer. A full pipe would make the caller wait.
const UNANSWERED: usize = 256;

/// The journal's shipping by a program.
pub(in super::super) struct Shipping {
    shared: Arc<Shared>,
}

struct Shared {
    /// Where the programs lie.
    places: Result<Places>,
    journal: PathBuf,
    /// The address, with its credentials. The program gets it through the pipe.
    uri: String,
    options: Options,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Of whom somebody still waits for an answer, by their number.
    orders: BTreeMap<u64, Order>,
    answers: BTreeMap<u64, Result<Outcome>>,
    last: u64,
    /// The last that the program that runs was told, and how many it has not answered yet.
    told: u64,
    unanswered: usize,
    status: ShipStatus,
    stdin: Option<ChildStdin>,
    /// Why nobody ships it, if nobody does.
    alone: Option<Error>,
    /// The writer is gone, or all is stored: the program is not started again.
    over: bool,
    /// Whether trouble was told.
    said: bool,
}

/// Has a program ship the journal in this directory from now on. Does not wait for it.
pub(in super::super) fn start(journal: &Path, address: &Address, options: Options) -> Result<Shipping> {
    begin(Places::here(None), journal, address, options)
}

fn begin(places: Result<Places>, journal: &Path, address: &Address, options: Options) -> Result<Shipping> {
    let uri = address.reveal();
    let (journal, state, changed) = (journal.to_path_buf(), Mutex::default(), Condvar::new());
    let shared = Arc::new(Shared { places, journal, uri, options, state, changed });
    let theirs = shared.clone();
    std::thread::Builder::new().name("ml_board-ship".into()).spawn(move || theirs.run()).map_err(|cause| {
        Error::new(ErrorKind::Journal, "the thread that has the journal shipped could not be started").because(cause)
    })?;
    Ok(Shipping { shared })
}

impl Shipping {
    /// Waits until all that was recorded before the call is stored.
    ///
    /// # Errors
    /// `Timeout`, with how much is pending: at the deadline, if nobody ships, or as soon as the store is known to be away.
    pub(in super::super) fn sync(&self, deadline: Instant) -> Result<()> {
        let patience = left(deadline);
        self.shared.ask(|id| Order::Sync { id, patience }, deadline).map(drop)
    }

    /// After the writer recorded its end: waits until all is stored and the journal removed. If that takes longer, the program goes on
    /// by itself for a while.
    ///
    /// # Errors
    /// `Timeout`, as [`sync`](Self::sync).
    pub(in super::super) fn stop(self, deadline: Instant, give_up: Instant) -> Result<Outcome> {
        let (patience, impatience) = (left(deadline), left(give_up));
        self.shared.ask(|id| Order::Stop { id, patience, impatience }, deadline)
    }

    /// How the shipping goes, as far as the program told.
    pub(in super::super) fn status(&self) -> ShipStatus {
        self.watch().status()
    }

    /// For somebody else to see how the shipping goes.
    pub(in super::super) fn watch(&self) -> Watch {
        Watch(self.shared.clone())
    }
}

/// Sees how the shipping goes.
pub(in super::super) struct Watch(Arc<Shared>);

impl Watch {
    pub(in super::super) fn status(&self) -> ShipStatus {
        let state = self.0.lock();
        ShipStatus { pending_bytes: self.0.pending_bytes(&state), ..state.status.clone() }
    }
}

impl Drop for Shipping {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.over = true;
        // At the end of its stdin the program ships what is left, and ends.
        state.stdin = None;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, order: impl FnOnce(u64) -> Order, deadline: Instant) -> Result<Outcome> {
        let mut state = self.lock();
        state.last += 1;
        let id = state.last;
        state.orders.insert(id, order(id));
        state.tell();
        loop {
            if let Some(answer) = state.answers.remove(&id) {
                return answer;
            }
            let wait = left(deadline);
            if state.alone.is_some() || wait.is_zero() {
                state.orders.remove(&id);
                return Err(self.unstored(&state));
            }
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Bytes that are not shipped yet: as the program told; where none runs, what the journal still holds.
    fn pending_bytes(&self, state: &State) -> u64 {
        match state.stdin {
            Some(_) => state.status.pending_bytes,
            None => Reader::open(&self.journal).map_or(0, |reader| reader.pending()),
        }
    }

    fn unstored(&self, state: &State) -> Error {
        let last_error = state.alone.clone().or_else(|| state.status.last_error.clone());
        ShipStatus { pending_bytes: self.pending_bytes(state), last_error, ..state.status.clone() }.unstored(&self.journal)
    }

    /// What the thread does: has a program ship the journal until it is stored or the writer is gone.
    fn run(&self) {
        let (mut pause, mut failures) = (PAUSE.0, 0);
        loop {
            let trouble = match self.one() {
                Ok(mut talk) => {
                    let heard = self.hear(&mut talk);
                    talk.child.wait().ok();
                    if heard {
                        (pause, failures) = (PAUSE.0, 0);
                    }
                    failures += 1;
                    let trouble = Error::new(ErrorKind::Engine, "the program that ships the journal ended");
                    match talk.log.as_ref().and_then(Log::tail) {
                        Some(tail) => trouble.because(tail),
                        None => trouble,
                    }
                }
                Err(none) => {
                    failures = FAILURES;
                    none
                }
            };
            let mut state = self.lock();
            if state.over {
                return;
            }
            if failures >= FAILURES {
                if !self.options.quiet {
                    stderr::tell(format_args!(
                        "ml_board: {trouble}\nml_board: what is logged waits in {} for `ml_board sync`.",
                        self.journal.display()
                    ));
                }
                state.alone = Some(trouble);
                return self.changed.notify_all();
            }
            state.status.last_error = Some(trouble);
            // Everything is safe in the journal: another one goes on.
            drop(self.changed.wait_timeout_while(state, pause, |state| !state.over));
            pause = (pause * 2).min(PAUSE.1);
        }
    }

    /// The first program of this version, told which journal.
    fn one(&self) -> Result<Talk> {
        let places = self.places.as_ref().map_err(Clone::clone)?;
        let mut wrong = Vec::new();
        for program in places.programs() {
            match Talk::begin(&program, &places.home, &self.journal) {
                Ok(talk) => {
                    let mut state = self.lock();
                    (state.told, state.unanswered) = (0, 0);
                    // Dropped meanwhile: the program still gets its order, and finds the end of its stdin after it.
                    let (uri, options) = (self.uri.clone(), self.options.clone());
                    let mut stdin = talk.1;
                    tell(&mut stdin, &Order::Ship { uri, options });
                    state.stdin = Some(stdin);
                    state.tell();
                    if state.over {
                        state.stdin = None;
                    }
                    return Ok(talk.0);
                }
                Err(error) => wrong.push(error.to_string()),
            }
        }
        let none = Error::new(ErrorKind::Engine, "there is no program `ml_board` of this version here to store what is logged");
        let none = if wrong.is_empty() { none } else { none.because(wrong.join("; ")) };
        Err(none.help(format!("install it, once: {}", install_line())))
    }

    /// Takes note of what the program tells, until it ends. Whether it told anything.
    fn hear(&self, talk: &mut Talk) -> bool {
        let mut heard = false;
        while let Some(news) = talk.next() {
            heard = true;
            let mut state = self.lock();
            match news {
                News::Hello { .. } => {}
                News::Status(status) => {
                    if let Some(error) = status.last_error.as_ref().filter(|_| !self.options.quiet && !state.said) {
                        stderr::tell(away(error, &self.journal));
                        state.said = true;
                    }
                    state.status = status;
                }
                News::Done { id, result } => {
                    state.unanswered = state.unanswered.saturating_sub(1);
                    if state.orders.remove(&id).is_some() {
                        state.answers.insert(id, result);
                    }
                    state.tell();
                }
            }
            self.changed.notify_all();
        }
        let mut state = self.lock();
        state.stdin = None;
        if !self.journal.exists() {
            // Stored and removed, and it died before it could say so.
            let outcome = Outcome { stored_points: state.status.stored_points, complete: true };
            let answered: Vec<u64> = std::mem::take(&mut state.orders).into_keys().collect();
            state.answers.extend(answered.into_iter().map(|id| (id, Ok(outcome))));
            state.over = true;
        }
        self.changed.notify_all();
        heard
    }
}

impl State {
    /// Tells the program, if one listens, what it was not told yet. What cannot be told now is told later, or to the next one.
    fn tell(&mut self) {
        let State { orders, told, unanswered, stdin: Some(stdin), .. } = self else { return };
        for (id, order) in orders.range(*told + 1..).take(UNANSWERED.saturating_sub(*unanswered)) {
            tell(stdin, order);
            (*told, *unanswered) = (*id, *unanswered + 1);
        }
    }
}

/// A program that runs.
struct Talk {
    child: Child,
    out: BufReader<ChildStdout>,
    log: Option<Log>,
}

impl Talk {
    /// Starts a program and hears who it is.
    fn begin(program: &Path, home: &Path, journal: &Path) -> Result<(Talk, ChildStdin)> {
        let (mut child, log) = program::start(program, &["ship".as_ref(), "--journal".as_ref(), journal.as_os_str()], home)?;
        let stranger = |log: &Option<Log>| {
            let error = Error::new(ErrorKind::Engine, format!("{} does not ship journals of this version", program.display()));
            match log.as_ref().and_then(Log::tail) {
                Some(tail) => error.because(tail.lines().next().unwrap_or_default()),
                None => error,
            }
        };
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(stranger(&log));
        };
        let mut talk = Talk { child, out: BufReader::new(stdout), log };
        match talk.next() {
            Some(News::Hello { version, shipping }) if version == env!("CARGO_PKG_VERSION") && shipping == SHIPPING => {
                Ok((talk, stdin))
            }
            _ => {
                drop(stdin);
                talk.child.kill().ok();
                talk.child.wait().ok();
                Err(stranger(&talk.log))
            }
        }
    }

    fn next(&mut self) -> Option<News> {
        let mut line = String::new();
        self.out.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
        serde_json::from_str(&line).ok()
    }
}

/// Whatever goes wrong is seen where the program is heard.
fn tell(stdin: &mut ChildStdin, order: &Order) {
    let line = serde_json::to_string(order).unwrap_or_default() + "\n";
    stdin.write_all(line.as_bytes()).ok();
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// What only a driver can check is left to the program.
pub(in super::super) fn check(_: &Address) -> Result<()> {
    Ok(())
}

/// The program ships what dead programs left; here only the halves of journals are swept away.
pub(in super::super) fn recover(journals: PathBuf, _: Address) {
    // Without a thread to do it, the next writer will.
    drop(std::thread::Builder::new().name("ml_board recover".into()).spawn(move || journal::sweep(&journals)));
}

/// Only the program could ask the store.
pub(in super::super) fn left_off(_: &SessionInfo, _: &Address) -> Option<Result<LeftOff>> {
    let why = Error::new(ErrorKind::Engine, "a writer of the feature `journal` cannot ask it");
    Some(Err(why.help("use the feature `writer` in programs that resume runs")))
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
