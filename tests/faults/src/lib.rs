//! What the trainer and the campaign share: what the trainer logs, and the ledger in which it says how far it came.
//!
//! `check.py` knows the same plan, in its own words, and compares MongoDB with it.

mod ledger;
mod plan;

pub use ledger::{Ledger, Told};
pub use plan::{Call, HEAVY, call, mix};
