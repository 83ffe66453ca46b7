//! From the journal to the store, on a thread of its own; and what is left after a death or a move.
//!
//! The journal is the queue: nothing is kept here that is not there until the store has it. So an error is never a loss: the
//! thread says it once, waits a little longer each time, and tries the same again.

mod media;
#[cfg(feature = "engine")]
mod moving;
mod recover;
mod session;
mod shipper;
mod tag;
#[cfg(test)]
#[cfg(feature = "engine")]
mod tests;

#[cfg(feature = "engine")]
pub(crate) use moving::{MoveProgress, Moved, move_local};
pub(crate) use recover::{Progress, Recovered, Which, recover};
pub(crate) use shipper::{Shipper, Watch};
