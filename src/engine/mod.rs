//! What answers the thin side: reads from a store, has it drawn. Heavy things live here and below.

pub(crate) mod cli;
mod desk;
mod gather;
mod serve;

#[allow(unused_imports)] // Until the desk answers `Show`.
pub(crate) use gather::show;
pub(crate) use serve::serve;
