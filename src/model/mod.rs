//! Plain data: what a run is made of. No I/O, no HTML, no BSON; imports nothing of the crate but `plain`.

mod edit;
mod id;
mod media;
#[cfg(any(feature = "journal", feature = "engine"))]
mod name;
#[cfg(feature = "serde")]
mod number;
mod origin;
mod packed;
mod run;
mod series;
mod time;
mod value;

pub use edit::{EditPlan, EditRow, PastEdit, Undone};
pub use id::{RunId, SessionId};
pub use media::{HistogramBins, ImageInfo, Thought};
#[cfg(any(feature = "journal", feature = "engine"))]
pub(crate) use name::folder_problem;
pub use origin::Origin;
pub use run::{Run, Session, Status, Summary};
pub use series::{Branch, Series};
pub use time::Time;
pub use value::Value;
