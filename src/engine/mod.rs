//! What answers the thin side: reads from a store, has it drawn. Heavy things live here and below.

pub(crate) mod cli;
mod desk;
mod edits;
mod export;
mod gather;
mod hidden;
mod insight;
mod journals;
mod live;
mod long;
mod notes;
mod pictures;
mod serve;
mod server;
mod stores;
mod wishes;

pub(crate) use serve::serve;
#[cfg(any(test, fuzzing))]
pub(crate) use server::fuzz as fuzz_request;
