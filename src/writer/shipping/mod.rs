//! How the journal of a writer is shipped: by a thread of this process where the stores are compiled in, else by the installed program.

#[cfg(any(feature = "writer", feature = "engine"))]
mod inside;
#[cfg(any(test, not(any(feature = "writer", feature = "engine"))))]
#[cfg_attr(any(feature = "writer", feature = "engine"), allow(dead_code))]
mod outside;

#[cfg(any(feature = "writer", feature = "engine"))]
pub(super) use inside::{Shipping, Watch, check, left_off, recover, start};
#[cfg(not(any(feature = "writer", feature = "engine")))]
pub(super) use outside::{Shipping, Watch, check, left_off, recover, start};

use crate::journal::TagKind;
use crate::model::Time;

/// Where a run left off, of one rank.
pub(super) struct LeftOff {
    /// The highest step of each tag.
    pub(super) steps: Vec<(TagKind, String, i64)>,
    /// When its last session started, by that session's clock.
    pub(super) started: Option<Time>,
}
