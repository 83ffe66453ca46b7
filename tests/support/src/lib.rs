//! What the tests share: a real MongoDB server or replica set, started on loopback and ended with the test, and a proxy that cuts
//! the connections to it.

mod mongod;
mod proxy;
mod replica_set;
mod tls;
mod wire;

pub use mongod::{Mongod, mongodb, unique};
pub use proxy::{Proxy, Weather};
pub use replica_set::ReplicaSet;
pub use tls::Certificate;
pub use wire::command;
