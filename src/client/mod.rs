//! The engine as the thin side sees it: the protocol, and the connection to one.

mod connection;
pub(crate) mod protocol;
mod wire;

pub(crate) use connection::{Connection, Launch, unexpected};
#[cfg(feature = "engine")]
pub(crate) use connection::{Found, engines};
