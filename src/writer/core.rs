//! What a writer and its handles share: the journal, the tags and the counts.

use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::care::Care;
use super::image::Image;
use super::number::IntoValues;
use super::params;
use super::resume::FirstSteps;
use super::shipping::Watch;
use super::stats::Counts;
use super::times::Times;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{Journal, KeptTag, ShipStatus, Tag, TagKind, Tags};
use crate::model::{Costs, Time, Value};

/// The longest tag, in bytes.
const LONGEST_TAG: usize = 16 << 10;

/// All that a call needs.
pub(super) struct Core {
    pub(super) journal: Journal,
    pub(super) tags: Tags,
    pub(super) first_steps: FirstSteps,
    pub(super) counts: Counts,
    pub(super) times: Times,
    pub(super) care: Care,
    /// Sees how the shipping goes.
    pub(super) shipping: Watch,
    /// The last panic of the program: whose, and what it said.
    panic: Mutex<Option<(ThreadId, String)>>,
}

impl Core {
    pub(super) fn new(journal: Journal, first_steps: FirstSteps, shipping: Watch, care: Care) -> Core {
        let (tags, counts, times) = (Tags::new(), Counts::default(), Times::default());
        Core { journal, tags, first_steps, counts, times, care, shipping, panic: Mutex::default() }
    }

    /// Records one point of a tag that is found by its name.
    #[inline]
    pub(super) fn scalar(&self, name: &str, value: f64, step: Option<i64>) -> Result<()> {
        let begun = now_nanos();
        self.point(self.tag(TagKind::Scalar, name)?, value, step, begun)
    }

    /// Records one point, of a call that began at this moment.
    #[inline]
    pub(super) fn point(&self, tag: &Tag, value: f64, step: Option<i64>, begun: i64) -> Result<()> {
        let slot = self.journal.scalar(tag, begun / 1000, take_step(tag, step), value)?;
        if Times::wants(slot) {
            self.times.add(now_nanos() - begun);
        }
        Ok(())
    }

    pub(super) fn histogram(&self, name: &str, values: &impl IntoValues, step: Option<i64>) -> Result<()> {
        let tag = self.tag(TagKind::Histogram, name)?;
        match (values.single(), step) {
            (Some(value), None) => self.journal.sample(tag, now_micros(), value),
            _ => self.journal.values(tag, now_micros(), take_step(tag, step), values.all()),
        }
    }

    pub(super) fn image(&self, name: &str, image: &Image, step: Option<i64>) -> Result<()> {
        let pixels =
            image.pixels().map_err(|why| Error::new(ErrorKind::Input, format!("the image `{name}` cannot be logged: {why}")))?;
        let tag = self.tag(TagKind::Image, name)?;
        self.journal.image(tag, now_micros(), take_step(tag, step), pixels)
    }

    /// Records a text at a step, or else at the highest step that was logged.
    pub(super) fn text(&self, name: &str, text: &str, step: Option<i64>) -> Result<()> {
        check(name, "tag")?;
        self.journal.text(name, now_micros(), step.or_else(|| self.tags.last_step()), text)?;
        self.counts.count();
        Ok(())
    }

    pub(super) fn params(&self, name: &str, value: &impl Serialize) -> Result<()> {
        let params = params::flatten(name, value).map_err(|e| {
            Error::new(ErrorKind::Input, format!("the value of the parameter `{name}` cannot be taken")).because(e)
        })?;
        for (name, value) in params {
            if name.is_empty() && !matches!(value, Value::Null) {
                return Err(Error::new(ErrorKind::Input, format!("a parameter without a name was given: {value}"))
                    .help("add_params takes a struct or a map; for a single value: add_param(name, value)"));
            }
            check(&name, "name of a parameter")?;
            self.journal.param(now_micros(), &name, &value)?;
            self.counts.count();
        }
        Ok(())
    }

    /// The tag of a scalar, to keep.
    pub(super) fn keep(&self, name: &str) -> Result<KeptTag> {
        check(name, "tag")?;
        let first = || self.first_steps.of(TagKind::Scalar, name);
        self.tags.keep(TagKind::Scalar, name, first).ok_or_else(|| too_many(name))
    }

    /// How many values were recorded.
    pub(super) fn recorded(&self) -> u64 {
        self.counts.recorded() + self.tags.logged()
    }

    /// What logging cost so far.
    pub(super) fn costs(&self, ship: &ShipStatus) -> Costs {
        let times = self.times.summary();
        let trouble = ship.last_error.clone().or_else(|| self.counts.last_rejection());
        Costs {
            at: Time::now(),
            calls: self.recorded(),
            rejected: self.counts.rejected() + ship.rejected,
            bytes: self.journal.recorded_bytes(),
            p50_ns: times.p50,
            p99_ns: times.p99,
            longest_ns: times.longest.max(self.journal.longest_wait_nanos()),
            pending_bytes: ship.pending_bytes,
            trouble: trouble.map(|error| error.to_string()),
        }
    }

    /// Records that a thread panicked; `last`: that will end the program unless somebody catches it.
    pub(super) fn panicked(&self, thread: ThreadId, how: &str, last: bool) {
        if let Ok(mut panic) = self.panic.try_lock() {
            *panic = Some((thread, how.to_owned()));
        }
        self.journal.panicked(now_micros(), how, last).ok();
    }

    /// What the last panic of this thread said.
    pub(super) fn panic_of(&self, thread: ThreadId) -> Option<String> {
        let panic = self.panic.lock().unwrap_or_else(PoisonError::into_inner);
        panic.as_ref().filter(|(of, _)| *of == thread).map(|(_, how)| how.clone())
    }

    #[inline]
    fn tag(&self, kind: TagKind, name: &str) -> Result<&Tag> {
        match self.tags.find(kind, name) {
            Some(tag) => Ok(tag),
            None => self.first_use(kind, name),
        }
    }

    #[cold]
    fn first_use(&self, kind: TagKind, name: &str) -> Result<&Tag> {
        check(name, "tag")?;
        self.tags.get(kind, name, || self.first_steps.of(kind, name)).ok_or_else(|| too_many(name))
    }
}

fn too_many(name: &str) -> Error {
    Error::new(ErrorKind::Input, format!("the tag `{name}` is one too many: a session has room for 16 million"))
}

#[inline]
fn take_step(tag: &Tag, step: Option<i64>) -> i64 {
    match step {
        Some(step) => {
            tag.saw_step(step);
            step
        }
        None => tag.next_step(),
    }
}

fn check(name: &str, what: &str) -> Result<()> {
    let wrong = |why: &str| Err(Error::new(ErrorKind::Input, format!("the {what} {name:?} cannot be used: {why}")));
    if name.contains('\0') {
        return wrong("it has a NUL in it");
    }
    if name.len() > LONGEST_TAG {
        return wrong("it is longer than 16 KiB");
    }
    Ok(())
}

/// Nanoseconds since 1970-01-01 UTC.
#[inline]
pub(super) fn now_nanos() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as i64)
}

/// Microseconds since 1970-01-01 UTC.
pub(super) fn now_micros() -> i64 {
    now_nanos() / 1000
}
