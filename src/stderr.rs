//! What is told on stderr. `eprintln!` panics where that cannot be written, on a full disk or to a reader that has died, and would take
//! the training loop, or the thread that stores what it logs, with it.

use std::fmt::Display;
use std::io::Write as _;

/// Tells it, in lines of their own, or nothing: nobody can be told that nobody can be told.
pub(crate) fn tell(what: impl Display) {
    drop(std::io::stderr().write_all(format!("{what}\n").as_bytes()));
}
