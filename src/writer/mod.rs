//! The training program's side: calls that record and return, and never wait for a store.

mod builder;
mod care;
mod core;
mod familiar;
mod handle;
mod image;
mod live;
mod name;
#[cfg(feature = "ndarray")]
mod ndarray;
mod number;
mod origin;
mod panics;
mod params;
mod resume;
mod shipping;
mod stats;
mod times;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::journal::deadline;
use crate::model::{RunId, Status};
use crate::stderr;

pub use crate::journal::WhenFull;
pub use builder::Builder;
pub use handle::ScalarTag;
pub use image::{Image, Pixel};
pub use number::{IntoValues, Scalar};
pub use stats::{Report, Stats};

use self::core::{Core, now_micros};
use origin::Search;
use shipping::Shipping;

/// The tag of a thought.
const THOUGHT: &str = "thought";
/// How long `close` waits for a store that answers, and from when on an attempt that fails is the last.
const CLOSE: (Duration, Duration) = (Duration::from_secs(120), Duration::from_secs(3));
/// How long Drop waits.
const DROP: (Duration, Duration) = (Duration::from_secs(10), Duration::from_millis(500));
/// How long the end waits to learn where the run came from: a repository may be large.
const ORIGIN: Duration = Duration::from_secs(2);

/// Logs one run: scalars, histograms, images, thoughts and hyperparameters.
///
/// ```no_run
/// use ml_board::SummaryWriter;
///
/// let w = SummaryWriter::new("digits", "lr_search")?;
/// w.add_param("lr", 1e-3);
/// for step in 0..100 {
///     w.add_scalar("Loss", 1.0 / f64::from(step + 1));
/// }
/// w.add_thought("as expected");
/// w.close()?;
/// # Ok::<(), ml_board::Error>(())
/// ```
///
/// # Threads and blocking
/// The `add_*` calls may be made from any thread at once, by reference. A call writes into a file that is mapped into memory and returns;
/// it never waits for the store, and never panics. It waits for the disk only if it logs faster than the disk makes room.
///
/// # Data loss
/// What a call has recorded survives the death of the process at any moment after it returned; after [`flush`](Self::flush) that of the
/// machine, too. It is shipped by a thread of the writer's, else by the next writer or engine on this machine with the same store, or
/// by `ml_board sync`. A call that cannot be recorded (the disk or the journal's budget is full, a tag with a NUL, an image of the
/// wrong shape) is rejected: counted in [`stats`](Self::stats) and [`Report`], and the first of each sort told on stderr. So is what no store
/// takes: a parameter of more than 1 MB, a thought of more than 14 MB, summaries of more tags than a run's document of 16 MB has room for.
///
/// If the whole machine is gone with its disk, the store has all but the last flush interval (a second, unless
/// [`flush_interval`](Builder::flush_interval) says otherwise) before that, as far as the store could keep up;
/// [`Stats::pending_bytes`] says how far behind it is.
///
/// A run that somebody deletes while it is logged comes back with all its parameters and with what is logged from then on: nothing
/// that a program logs is thrown away for it. Delete runs that have ended.
///
/// # Forks
/// A child of `fork` that goes on without `exec` has no part in its parent's writer, and makes one of its own if it logs: its calls are
/// rejected, [`flush`](Self::flush), [`sync`](Self::sync) and [`close`](Self::close) are errors at once, and dropping it does nothing.
/// A child that outlives a parent that was killed has its open files, and so its locks: until the child ends (or becomes another program by
/// `exec`), the run counts as one that is logged, and `ml_board sync` leaves its journal alone. Nothing is lost by that; it is stored later.
/// Where the parent has a local store open, the child's own writer does not store, either, and says so: SQLite's locks are not a child's.
/// What it logs waits in its journal for the next writer or `ml_board sync`.
pub struct SummaryWriter {
    core: Arc<Core>,
    /// `None` once it was stopped.
    shipper: Option<Shipping>,
    origin: Option<Search>,
    run: RunId,
    run_name: String,
}

impl SummaryWriter {
    /// Starts a run in a folder (a collection of runs) of a database, with a name of its own making.
    ///
    /// Which store: `ML_BOARD_URI`, else a MongoDB that answers on this machine within half a second, else the local store.
    ///
    /// # Errors
    /// If a name or `ML_BOARD_URI` cannot be used, or the journal cannot be made. That the store does not answer is no error.
    pub fn new(database: &str, folder: &str) -> Result<SummaryWriter> {
        SummaryWriter::builder().database(database).folder(folder).build()
    }

    /// A run with more said about it: where it goes, its name, labels, group and rank.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Which run it logs.
    pub fn run_id(&self) -> RunId {
        self.run
    }

    /// The name of its run.
    pub fn run_name(&self) -> &str {
        &self.run_name
    }

    /// Logs a hyperparameter: any value that serde can say. Nested values get dotted names (`optimizer.beta`).
    ///
    /// An `f32` is taken by its shortest decimal (`0.001f32` is 0.001), a `u64` beyond `i64` as a decimal number.
    pub fn add_param(&self, name: &str, value: impl Serialize) {
        self.core.counts.judge(self.core.params(name, &value));
    }

    /// Logs all fields of a struct (or entries of a map) as hyperparameters.
    pub fn add_params(&self, params: &impl Serialize) {
        self.core.counts.judge(self.core.params("", params));
    }

    /// [`add_param`](Self::add_param), by the name it had in the Python program.
    pub fn add_experimental_parameter(&self, name: &str, value: impl Serialize) {
        self.add_param(name, value);
    }

    /// [`add_param`](Self::add_param), by another name that it had.
    pub fn add_experiment_parameter(&self, name: &str, value: impl Serialize) {
        self.add_param(name, value);
    }

    /// Logs one value of a metric. Its step is one more than that of the tag's last value; the first is 0.
    #[inline]
    pub fn add_scalar(&self, tag: &str, value: impl Scalar) {
        self.core.counts.judge(self.core.scalar(tag, value.float(), None));
    }

    /// Logs one value of a metric at a step. Steps may repeat and go back.
    #[inline]
    pub fn add_scalar_at(&self, tag: &str, value: impl Scalar, step: i64) {
        self.core.counts.judge(self.core.scalar(tag, value.float(), Some(step)));
    }

    /// Logs a histogram of many values, at the step after the tag's last; or one more value of the tag's one histogram, if it is a
    /// single number.
    pub fn add_histogram(&self, tag: &str, values: impl IntoValues) {
        self.core.counts.judge(self.core.histogram(tag, &values, None));
    }

    /// Logs a histogram at a step. A single number is a histogram of one value.
    pub fn add_histogram_at(&self, tag: &str, values: impl IntoValues, step: i64) {
        self.core.counts.judge(self.core.histogram(tag, &values, Some(step)));
    }

    /// Logs an image, at the step after the tag's last. All are kept.
    pub fn add_image(&self, tag: &str, image: impl Into<Image>) {
        self.core.counts.judge(self.core.image(tag, &image.into(), None));
    }

    /// Logs an image at a step.
    pub fn add_image_at(&self, tag: &str, image: impl Into<Image>, step: i64) {
        self.core.counts.judge(self.core.image(tag, &image.into(), Some(step)));
    }

    /// Logs a text about the run: what was seen, tried or thought at this moment.
    pub fn add_thought(&self, text: &str) {
        self.core.counts.judge(self.core.text(THOUGHT, text, None));
    }

    /// Waits until all that was logged before is on the disk of this machine. Does not wait for the store.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn flush(&self) -> Result<()> {
        self.core.journal.sync()
    }

    /// Waits until all that was logged before is in the store.
    ///
    /// # Errors
    /// `Timeout`, with how much is pending, if that takes longer, or as soon as the store is known to be away. `Journal` at once in a
    /// child of a fork.
    pub fn sync(&self, timeout: Duration) -> Result<()> {
        self.core.journal.owned()?;
        self.shipper.as_ref().map_or(Ok(()), |shipper| shipper.sync(deadline(timeout)))
    }

    /// One scalar, for a loop that logs to it again and again: `let loss = w.scalar("Loss"); loss.add(v)`. It is found only once.
    pub fn scalar(&self, tag: &str) -> ScalarTag {
        ScalarTag::of(&self.core, tag)
    }

    /// How it goes: what was recorded, rejected and stored, what the calls cost, and the store's last trouble. About every ten seconds
    /// the same is told to the run's document (`costs` of the session), for filters and columns of a board: `costs.p99_ns`.
    /// A child of a fork learns nothing of the shipping.
    pub fn stats(&self) -> Stats {
        // In a child of a fork the locks of the parent's threads may be held for ever.
        let ours = !self.core.journal.is_inherited();
        let ship = self.shipper.as_ref().filter(|_| ours).map(Shipping::status).unwrap_or_default();
        let costs = self.core.costs(&ship);
        let timed = |nanos: u64| (nanos > 0).then(|| Duration::from_nanos(nanos));
        Stats {
            recorded: costs.calls,
            recorded_bytes: costs.bytes,
            rejected: costs.rejected,
            last_rejection: self.core.counts.last_rejection(),
            call_p50: timed(costs.p50_ns),
            call_p99: timed(costs.p99_ns),
            call_longest: timed(costs.longest_ns),
            stored_points: ship.stored_points,
            pending_bytes: ship.pending_bytes,
            journal_bytes: self.core.journal.bytes(),
            journal_trouble: ours.then(|| self.core.journal.trouble()).flatten(),
            store_trouble: ship.last_error,
        }
    }

    /// Ends the run and waits until it is stored. Dropping the writer does the same with a shorter deadline, and tells an error on stderr.
    ///
    /// It waits for its own session only, for at most two minutes, and a few seconds if the store is away.
    ///
    /// # Errors
    /// `Timeout` if not all is stored by then. Nothing is lost: the journal stays, and is shipped by the next writer or engine that
    /// has the same store, or by `ml_board sync`. `Journal` at once in a child of a fork, whose parent's run goes on.
    pub fn close(mut self) -> Result<Report> {
        self.core.journal.owned()?;
        self.finish(Status::Finished, None, CLOSE)
    }

    fn finish(&mut self, status: Status, how: Option<&str>, (patience, impatience): (Duration, Duration)) -> Result<Report> {
        let Some(shipper) = self.shipper.take() else {
            return Err(Error::new(ErrorKind::Input, "the writer is closed already"));
        };
        // From here on, whatever else is waited for.
        let (deadline, give_up) = (deadline(patience), deadline(impatience));
        if let Some(search) = self.origin.take() {
            search.wait(ORIGIN);
        }
        let core = &self.core;
        core.journal.costs(now_micros(), &core.costs(&shipper.status())).ok();
        let ended = core.journal.end(now_micros(), status, how);
        let (recorded, rejected) = (core.recorded(), core.counts.rejected());
        let outcome = shipper.stop(deadline, give_up);
        core.journal.release();
        ended?;
        let outcome = outcome?;
        // Also what was found only now, at the last of the shipping.
        let rejected = rejected + core.shipping.status().rejected;
        Ok(Report { run: self.run, recorded, rejected, stored_points: outcome.stored_points })
    }
}

impl fmt::Debug for SummaryWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SummaryWriter").field("run", &self.run).field("run_name", &self.run_name).finish_non_exhaustive()
    }
}

impl Drop for SummaryWriter {
    fn drop(&mut self) {
        if self.core.journal.is_inherited() {
            // The parent's threads are not here, and the journal is the parent's to end.
            std::mem::forget(self.shipper.take());
            return;
        }
        if self.shipper.is_none() {
            return;
        }
        let thread = std::thread::current();
        let (status, how) = match thread.id() {
            id if std::thread::panicking() => (Status::Panicked, self.core.panic_of(id)),
            _ => (Status::Finished, None),
        };
        if let Err(error) = self.finish(status, how.as_deref(), DROP) {
            stderr::tell(format_args!("ml_board: run `{}`: {error}", self.run_name));
        }
    }
}

#[cfg(test)]
#[cfg(any(feature = "writer", feature = "engine"))]
#[allow(clippy::needless_borrows_for_generic_args)] // As a person writes it.
mod tests;
