//! See what machine-learning runs did.

#[cfg(feature = "board")]
mod board;
#[cfg(feature = "board")]
mod client;
#[cfg(feature = "board")]
mod display;
#[cfg(feature = "engine")]
mod engine;
mod error;
#[allow(dead_code)] // Each side uses its own part.
mod home;
#[cfg(any(feature = "writer", feature = "engine"))]
mod journal;
mod model;
mod query;
#[cfg(feature = "engine")]
mod render;
#[cfg(any(feature = "writer", feature = "engine"))]
mod ship;
#[cfg(any(feature = "writer", feature = "engine"))]
mod store;
#[cfg(feature = "writer")]
mod writer;

#[cfg(feature = "board")]
pub use board::{Board, BoardBuilder};
#[cfg(feature = "board")]
pub use display::{Bundle, Histogram, Images, Part, Plot, Row, Shown, Stack, Table, Thoughts, XAxis as X};
#[cfg(feature = "engine")]
#[doc(hidden)]
pub use engine::cli::command_line;
pub use error::{Error, ErrorKind, Result};
pub use model::{HistogramBins, ImageInfo, Run, RunId, Series, Session, SessionId, Status, Summary, Thought, Time, Value};
pub use query::{Compare, Field, Filter, IntoFilter, Metric, Param, Reduce, Reduced, RunField, metric, param};
#[cfg(feature = "writer")]
pub use writer::{Builder, Image, IntoValues, Report, Scalar, Stats, SummaryWriter};
