//! See what machine-learning runs did: log from a Rust training program, look in a Jupyter notebook.
//!
//! In the training program (feature `writer`):
//!
//! ```no_run
//! # #[cfg(feature = "journal")] {
//! use ml_board::SummaryWriter;
//!
//! let w = SummaryWriter::new("digits", "lr_search")?; // database, folder: a collection of runs
//! w.add_param("lr", 1e-3);
//! w.add_scalar("Loss", 0.31);
//! w.add_thought("overfits after epoch 3");
//! w.close()?;
//! # }
//! # Ok::<(), ml_board::Error>(())
//! ```
//!
//! In a notebook with the evcxr kernel (feature `board`, the default), the last expression of a cell is drawn:
//!
//! ```no_run
//! # #[cfg(feature = "board")] {
//! use ml_board::{Board, metric, param, row};
//!
//! let board = Board::open("digits", "lr_search")?;
//! row![board.plot("Loss").legend_by("lr"), board.plot("Accuracy")];
//! board.filter("lr < 0.01 and max(Accuracy) > 0.9")?;
//! board.filter(param("lr").lt(0.01) & metric("Accuracy").max().gt(0.9))?;
//! # }
//! # Ok::<(), ml_board::Error>(())
//! ```
//!
//! # Features
//! - `board` (default): the notebook's side. Thin: everything heavy is the program `ml_board`, which it finds, or builds once.
//! - `writer`: `SummaryWriter`, for the training program. It stores by itself.
//! - `journal`: the same `SummaryWriter` without a database's driver, for lean programs and cells of a notebook: the installed program
//!   `ml_board` stores what it logs.
//! - `image`, `half`, `ndarray`: what these crates have can be logged; `writer` has the first two.
//! - `engine`: the program `ml_board` (`cargo install ml_board --features engine`); in a library, the engine runs inside the process.
//! - `polars`: runs and series as data frames; `plotly`: a plot as one of plotly.rs.
//! - `srv`: `mongodb+srv://` addresses for the writer. The engine has it.
//!
//! # Where it goes
//! What a builder was given; else `ML_BOARD_URI` (`mongodb://…`, `local:` or `local:DIRECTORY`); else `mongodb://localhost:27017` if it
//! answers within half a second; else the local store, one SQLite file. `ML_BOARD_HOME` holds journals, the local store and engines.

// The journal, the store and the shipper serve the writer and the engine: each alone leaves some of them unused.
#![cfg_attr(not(all(feature = "writer", feature = "engine")), allow(dead_code, unused_imports))]
// It panics where stderr cannot be written: `stderr::tell` does not.
#![cfg_attr(not(test), warn(clippy::print_stderr))]

#[cfg(any(feature = "journal", feature = "engine"))]
mod address;
#[cfg(feature = "board")]
mod board;
#[cfg(feature = "board")]
mod client;
#[cfg(feature = "board")]
mod display;
#[cfg(feature = "engine")]
mod engine;
mod error;
#[cfg(any(test, fuzzing))]
#[cfg(all(feature = "writer", feature = "engine"))]
#[doc(hidden)]
#[allow(missing_docs, unreachable_pub, clippy::expect_used, clippy::panic)] // Tests, by their nature.
pub mod fuzz;
#[allow(dead_code)] // Each side uses its own part.
mod home;
#[cfg(any(feature = "journal", feature = "engine"))]
mod journal;
mod model;
mod plain;
#[cfg(any(feature = "board", feature = "journal"))]
mod program;
mod query;
#[cfg(feature = "engine")]
mod render;
#[cfg(any(feature = "writer", feature = "engine"))]
mod ship;
#[cfg(any(feature = "board", feature = "journal", feature = "engine"))]
mod stderr;
#[cfg(any(feature = "writer", feature = "engine"))]
mod store;
#[cfg(feature = "journal")]
mod writer;

#[cfg(feature = "board")]
pub use board::{Applied, Best, Board, BoardBuilder, Edit, Preview};
#[cfg(feature = "board")]
pub use display::{
    Assets, Bundle, Coverage, Diff, Histogram, Images, Importance, IntoNames, IntoPlotly, Params, Part, Plot, Row, Runtime,
    Scatter, Shown, Smooth, Stack, Table, Thoughts, TimeTo, XAxis as X,
};
#[cfg(feature = "engine")]
#[doc(hidden)]
pub use engine::cli::command_line;
pub use error::{Error, ErrorKind, Result};
pub use model::{
    Branch, Combination, Costs, Difference, EditPlan, EditRow, HistogramBins, ImageInfo, Influence, Origin, PastEdit, Reached,
    Run, RunId, Series, Session, SessionId, Status, Summary, Thought, Time, Undone, Value,
};
pub use query::{Band, Compare, Field, Filter, IntoFilter, Metric, Param, Reduce, Reduced, RunField, metric, param};
#[cfg(feature = "journal")]
pub use writer::{Builder, Image, IntoValues, Pixel, Report, Scalar, ScalarTag, Stats, SummaryWriter, WhenFull};
