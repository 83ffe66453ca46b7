//! The engine as the thin side sees it: the protocol, and finding, starting and building it.

mod build;
mod connection;
mod find;
pub(crate) mod protocol;
mod start;
mod wire;

pub(crate) use connection::{Connection, Launch, unexpected};
#[cfg(feature = "engine")]
pub(crate) use connection::{Found, engines, install_line};
