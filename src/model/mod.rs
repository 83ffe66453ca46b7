//! Plain data: what a run is made of. No I/O, no HTML, no BSON; imports nothing of the crate but `plain`.

mod costs;
mod edit;
#[cfg(any(feature = "engine", feature = "polars"))]
pub(crate) mod frame;
mod id;
mod insight;
mod media;
#[cfg(any(feature = "journal", feature = "engine"))]
mod name;
#[cfg(feature = "serde")]
mod number;
mod origin;
#[cfg(feature = "engine")]
mod outline;
mod run;
mod series;
mod time;
mod value;

pub use costs::Costs;
pub use edit::{EditPlan, EditRow, PastEdit, Undone};
pub use id::{RunId, SessionId};
pub use insight::{Combination, Difference, Influence, Reached};
pub use media::{HistogramBins, ImageInfo, Thought};
#[cfg(any(feature = "journal", feature = "engine"))]
pub(crate) use name::folder_problem;
pub use origin::Origin;
#[cfg(feature = "engine")]
pub(crate) use outline::{Outline, Piece};
pub use run::{Run, Session, Status, Summary};
pub use series::{Branch, Series};
pub use time::Time;
pub use value::Value;
