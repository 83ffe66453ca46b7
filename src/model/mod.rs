//! Plain data: what a run is made of. No I/O, no HTML, no BSON; imports nothing of the crate.

mod id;
mod media;
mod number;
mod origin;
mod packed;
mod run;
mod series;
mod time;
mod value;

pub use id::{RunId, SessionId};
pub use media::{HistogramBins, ImageInfo, Thought};
pub use origin::Origin;
pub use run::{Run, Session, Status, Summary};
pub use series::{Branch, Series};
pub use time::Time;
pub use value::Value;
