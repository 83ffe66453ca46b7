//! How the journal of a writer is shipped: by a thread of this process where the stores are compiled in, else by the installed program.

#[cfg(any(feature = "writer", feature = "engine"))]
mod inside;
#[cfg(any(test, not(any(feature = "writer", feature = "engine"))))]
#[cfg_attr(any(feature = "writer", feature = "engine"), allow(dead_code))]
mod outside;

#[cfg(any(feature = "writer", feature = "engine"))]
pub(super) use inside::{Shipping, Watch, check, last_steps, recover, start};
#[cfg(not(any(feature = "writer", feature = "engine")))]
pub(super) use outside::{Shipping, Watch, check, last_steps, recover, start};

use crate::journal::TagKind;

/// The highest step of each tag.
pub(super) type LastSteps = Vec<(TagKind, String, i64)>;
