//! What the tests share: a real MongoDB server, started on loopback and ended with the test.

mod mongod;

pub use mongod::{Mongod, mongodb, unique};
