//! What answers the thin side: reads from a store, has it drawn. Heavy things live here and below.

pub(crate) mod cli;
mod desk;
mod serve;

pub(crate) use serve::serve;
