//! A tag that is kept, for loops that log to it again and again.

use std::fmt;
use std::sync::Arc;

use super::core::{Core, now_nanos};
use super::number::Scalar;
use crate::error::Error;
use crate::journal::KeptTag;

/// One scalar of a run, found once: [`SummaryWriter::scalar`](crate::SummaryWriter::scalar) gives it.
///
/// ```no_run
/// # let w = ml_board::SummaryWriter::new("digits", "lr_search")?;
/// let loss = w.scalar("Loss");
/// for step in 0..1000 {
///     loss.add(1.0 / f64::from(step + 1));
/// }
/// w.close()?;
/// # Ok::<(), ml_board::Error>(())
/// ```
///
/// It may be cloned, kept and sent to other threads. It does not keep the run open: after `close`, or when the writer is dropped, its
/// calls are rejected, which is counted and told once on stderr.
#[derive(Clone)]
pub struct ScalarTag {
    core: Arc<Core>,
    /// The tag, or why it cannot be used.
    tag: Result<KeptTag, Error>,
    name: Arc<str>,
}

impl ScalarTag {
    pub(super) fn of(core: &Arc<Core>, name: &str) -> ScalarTag {
        ScalarTag { tag: core.keep(name), core: Arc::clone(core), name: name.into() }
    }

    /// Its tag.
    pub fn tag(&self) -> &str {
        &self.name
    }

    /// Logs one value, at the step after the tag's last, as [`SummaryWriter::add_scalar`](crate::SummaryWriter::add_scalar).
    #[inline]
    pub fn add(&self, value: impl Scalar) {
        self.log(value.float(), None);
    }

    /// Logs one value at a step, as [`SummaryWriter::add_scalar_at`](crate::SummaryWriter::add_scalar_at).
    #[inline]
    pub fn add_at(&self, value: impl Scalar, step: i64) {
        self.log(value.float(), Some(step));
    }

    #[inline]
    fn log(&self, value: f64, step: Option<i64>) {
        let logged = match &self.tag {
            Ok(tag) => self.core.point(tag, value, step, now_nanos()),
            Err(error) => Err(error.clone()),
        };
        self.core.counts.judge(logged);
    }
}

impl fmt::Debug for ScalarTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScalarTag").field("tag", &self.name).finish_non_exhaustive()
    }
}
