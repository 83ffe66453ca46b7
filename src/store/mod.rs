//! Where runs are kept: MongoDB, or the embedded SQLite file, with the same documents in both. Only this folder knows either.
//!
//! Every method blocks its caller and is called from threads of the shipper's or the engine's own, never from the training loop.

#[cfg(feature = "engine")]
pub(crate) mod read;
