//! The thread that ships the journal of a live writer.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::session::Session;
use crate::error::{Error, ErrorKind, Result, Told};
use crate::journal::{Claim, Options, Outcome, Position, Reader, ShipStatus, away};
use crate::model::Time;
use crate::stderr;
use crate::store::{self, Address, Store};

/// How much is taken before it is flushed, by its weight in memory.
const FLUSH: usize = 24 << 20;
/// How often a quiet session shows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// The pauses after the first and after many failures.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// How long a round may go on before commands are looked at.
const ROUND: Duration = Duration::from_secs(1);

/// Ships one live journal. Dropping it leaves what is not shipped in the journal, for the next one.
pub(crate) struct Shipper {
    commands: Sender<Command>,
    shared: Arc<Shared>,
    directory: PathBuf,
}

#[derive(Default)]
struct Shared {
    status: Mutex<ShipStatus>,
    /// Nobody waits any more: end after the call that is under way.
    abandoned: AtomicBool,
}

enum Command {
    Sync { reply: SyncSender<Result<()>> },
    Stop { give_up: Instant, reply: SyncSender<Result<Outcome>> },
}

impl Shipper {
    /// Claims the journal in `directory` and ships it to the store at `address`, from a thread. Does not wait for the store; that it
    /// is away is said once on stderr.
    ///
    /// # Errors
    /// If somebody else ships this journal, or no thread can be had.
    pub(crate) fn start(directory: PathBuf, address: Address, options: Options) -> Result<Shipper> {
        let claim = Claim::try_claim(&directory)?.ok_or_else(|| {
            Error::new(ErrorKind::Journal, format!("the journal {} is being shipped by somebody else", directory.display()))
        })?;
        let reader = Reader::open(&directory)?;
        let (commands, receiver) = channel();
        let shared = Arc::new(Shared::default());
        let work = Work {
            reader,
            _claim: claim,
            address,
            options,
            directory: directory.clone(),
            store: None,
            session: None,
            shared: shared.clone(),
            said: false,
            told: Told::default(),
            lived: Instant::now(),
            read: 256,
        };
        std::thread::Builder::new()
            .name("ml_board-ship".into())
            .spawn(move || {
                let shared = work.shared.clone();
                if catch_unwind(AssertUnwindSafe(|| work.run(&receiver))).is_err() {
                    let error = Error::new(ErrorKind::Store, "the thread that ships the journal panicked")
                        .help("what was logged is safe in the journal: `ml_board sync` ships it. Please report this");
                    shared.note(Some(error));
                }
            })
            .map_err(|cause| {
                Error::new(ErrorKind::Journal, "the thread that ships the journal could not be started").because(cause)
            })?;
        Ok(Shipper { commands, shared, directory })
    }

    /// Waits until all that was recorded before the call is stored.
    ///
    /// # Errors
    /// `Timeout`, with how much is pending: at the deadline, or as soon as one attempt after the call has failed.
    pub(crate) fn sync(&self, deadline: Instant) -> Result<()> {
        let (reply, answer) = sync_channel(1);
        self.ask(Command::Sync { reply }, &answer, deadline)
    }

    /// After the writer recorded its end: ships all, removes the journal and ends the thread.
    ///
    /// # Errors
    /// `Timeout` at the deadline, or with the first attempt that fails after `give_up`: what is pending stays in the journal.
    pub(crate) fn stop(self, deadline: Instant, give_up: Instant) -> Result<Outcome> {
        let (reply, answer) = sync_channel(1);
        self.ask(Command::Stop { give_up, reply }, &answer, deadline)
    }

    /// How the shipping goes.
    pub(crate) fn status(&self) -> ShipStatus {
        self.watch().status()
    }

    /// For somebody else to see how the shipping goes.
    pub(crate) fn watch(&self) -> Watch {
        Watch(self.shared.clone())
    }

    fn ask<T>(&self, command: Command, answer: &Receiver<Result<T>>, deadline: Instant) -> Result<T> {
        let gone = || {
            let error = Error::new(ErrorKind::Store, "the thread that ships the journal has ended");
            let status = self.status();
            status.last_error.map_or(error.clone(), |cause| error.because(cause))
        };
        if self.commands.send(command).is_err() {
            return Err(gone());
        }
        match answer.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => Err(self.shared.pending(&self.directory)),
            Err(RecvTimeoutError::Disconnected) => Err(gone()),
        }
    }
}

/// Sees how the shipping goes.
pub(crate) struct Watch(Arc<Shared>);

impl Watch {
    pub(crate) fn status(&self) -> ShipStatus {
        self.0.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Shipper {
    fn drop(&mut self) {
        self.shared.abandoned.store(true, Ordering::Release);
    }
}

impl Shared {
    fn note(&self, error: Option<Error>) {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).last_error = error;
    }

    /// A deadline passed.
    fn pending(&self, directory: &Path) -> Error {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).unstored(directory)
    }
}

/// What the thread has.
struct Work {
    reader: Reader,
    _claim: Claim,
    address: Address,
    options: Options,
    directory: PathBuf,
    store: Option<Arc<Store>>,
    session: Option<Session>,
    shared: Arc<Shared>,
    /// Whether trouble was told.
    said: bool,
    /// What could not be stored was told of.
    told: Told,
    /// The last sign of life in the store.
    lived: Instant,
    /// How many entries to read at once: few while they are heavy.
    read: usize,
}

/// How far a round came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reach {
    /// All that was published was read.
    caught_up: bool,
    /// All before it is stored.
    stored: Position,
}

impl Work {
    fn run(mut self, commands: &Receiver<Command>) {
        let shared = self.shared.clone();
        // Up to where all must be stored before it is answered.
        let mut syncs: Vec<(Position, SyncSender<Result<()>>)> = Vec::new();
        let mut stop: Option<(Instant, SyncSender<Result<Outcome>>)> = None;
        let mut pause = Duration::ZERO;
        let mut behind = false;
        loop {
            let wait = match (pause.is_zero(), behind || stop.is_some() || !syncs.is_empty()) {
                (true, true) => Duration::from_millis(1),
                (true, false) => self.options.flush_interval,
                (false, _) => pause,
            };
            match commands.recv_timeout(wait) {
                Ok(Command::Sync { reply }) => syncs.push((self.reader.published_until(), reply)),
                Ok(Command::Stop { give_up, reply }) => stop = Some((give_up, reply)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.shared.abandoned.load(Ordering::Acquire) {
                return;
            }
            match self.round(stop.is_some() || !syncs.is_empty()) {
                Ok(reach) => {
                    pause = Duration::ZERO;
                    behind = !reach.caught_up;
                    self.shared.note(None);
                    syncs.retain(|(until, reply)| {
                        let done = reach.caught_up || reach.stored >= *until;
                        if done {
                            drop(reply.send(Ok(())));
                        }
                        !done
                    });
                    let closed = self.session.as_ref().is_some_and(Session::is_closed);
                    if closed || (reach.caught_up && stop.is_some()) {
                        let outcome = self.finish(closed);
                        shared.note(outcome.as_ref().err().cloned());
                        return answer_at_last(commands, stop.map(|(_, reply)| reply), &outcome);
                    }
                }
                Err(error) => {
                    self.tell(&error);
                    self.shared.note(Some(error));
                    pause = longer(pause);
                    for (_, reply) in syncs.drain(..) {
                        drop(reply.send(Err(self.shared.pending(&self.directory))));
                    }
                    if let Some((_, reply)) = stop.take_if(|(give_up, _)| Instant::now() >= *give_up) {
                        drop(reply.send(Err(self.shared.pending(&self.directory))));
                        return;
                    }
                }
            }
        }
    }

    /// Ships what there is. `waited_for`: somebody wants to know whether that was all.
    fn round(&mut self, waited_for: bool) -> Result<Reach> {
        self.publish();
        let store = match &self.store {
            Some(store) => store.clone(),
            None => self.store.insert(store::open(&self.address)?).clone(),
        };
        if self.session.is_none() {
            self.session = Some(Session::open(store.writing(), self.reader.info().clone())?);
        }
        let mut reach = Reach { caught_up: false, stored: Position(0) };
        let Some(session) = &mut self.session else { return Ok(reach) };
        let begun = Instant::now();
        // What a failed attempt left comes first, unchanged.
        let mut flush = session.is_dirty();
        while !reach.caught_up && begun.elapsed() < ROUND {
            if !flush {
                let before = session.weight();
                let taken = session.take(&mut self.reader, self.read)?;
                let heavy = session.weight() - before > 4 << 20;
                // A call may be slow to return while others behind it did: only then it matters what lies there.
                let all = |reader: &Reader| !waited_for || reader.is_drained();
                reach.caught_up = taken.complete || (taken.entries < self.read && all(&self.reader));
                self.read = if heavy { (self.read / 4).max(4) } else { (self.read * 2).min(1 << 15) };
                if taken.entries == 0 && !reach.caught_up {
                    // A slot is reserved and its call has not returned yet.
                    break;
                }
            }
            if flush || session.weight() >= FLUSH {
                session.flush(store.writing())?;
                self.reader.acknowledge(session.taken())?;
                (flush, self.lived) = (false, Instant::now());
            }
        }
        if session.is_dirty() {
            session.flush(store.writing())?;
            self.lived = Instant::now();
        } else if self.lived.elapsed() > HEARTBEAT {
            let info = self.reader.info();
            store.writing().heartbeat(session.place(), info.run, info.session, Time::now())?;
            self.lived = Instant::now();
        }
        // Also where nothing was flushed: the reader may have gone on to the next segment only now.
        reach.stored = session.taken();
        self.reader.acknowledge(reach.stored)?;
        self.publish();
        Ok(reach)
    }

    fn publish(&mut self) {
        let mut status = self.shared.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.pending_bytes = self.reader.pending();
        if let Some(session) = &mut self.session {
            status.stored_points = session.stored_points();
            for error in session.rejected.drain(..) {
                if self.told.is_first(&error) && !self.options.quiet {
                    stderr::tell(format_args!("ml_board: {error}"));
                }
                status.rejected += 1;
            }
        }
    }

    /// The journal is done: it is removed if its end is stored.
    fn finish(self, complete: bool) -> Result<Outcome> {
        let stored_points = self.session.as_ref().map_or(0, Session::stored_points);
        if self.reader.damaged() > 0 && !self.options.quiet {
            stderr::tell(format_args!(
                "ml_board: {} records of the journal {} were damaged on the disk and are lost",
                self.reader.damaged(),
                self.directory.display()
            ));
        }
        if complete {
            self.reader.remove()?;
        }
        Ok(Outcome { stored_points, complete })
    }

    /// Says once that there is trouble, and what happens to what is logged.
    fn tell(&mut self, error: &Error) {
        if std::mem::replace(&mut self.said, true) || self.options.quiet {
            return;
        }
        stderr::tell(away(error, &self.directory));
    }
}

/// The end can be shipped before anybody asks for it: the thread waits to tell.
fn answer_at_last(commands: &Receiver<Command>, stop: Option<SyncSender<Result<Outcome>>>, outcome: &Result<Outcome>) {
    let mut stop = stop;
    loop {
        if let Some(reply) = stop {
            drop(reply.send(outcome.clone()));
            return;
        }
        match commands.recv() {
            Ok(Command::Sync { reply, .. }) => drop(reply.send(outcome.clone().map(drop))),
            Ok(Command::Stop { reply, .. }) => stop = Some(reply),
            Err(_) => return,
        }
    }
}

/// The pause after one more failure: about twice as long, and never the same for all writers of a server that comes back.
fn longer(pause: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() as u32;
    let twice = (pause * 2).clamp(PAUSE.0, PAUSE.1);
    twice.mul_f64(0.75 + 0.25 * f64::from(random) / f64::from(u32::MAX))
}
