//! What answers the thin side: reads from a store, has it drawn. Heavy things live here and below.

pub(crate) mod cli;
mod desk;
mod gather;
mod journals;
mod notes;
mod serve;
mod stores;

pub(crate) use serve::serve;
