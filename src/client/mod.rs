//! The engine as the thin side sees it: the protocol, and finding, starting and building it.

pub(crate) mod protocol;
