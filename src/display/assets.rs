//! The page's runtime: in every output, or once in a notebook.

use super::part::Source;
use super::{Bundle, Page, Part, View, output};
use crate::error::{Error, ErrorKind, Result};

/// Where outputs have the page's runtime from (half a megabyte of JavaScript).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Assets {
    /// From themselves: each works alone, wherever it is copied to.
    #[default]
    Embed,
    /// From one output of the same notebook, that of [`Board::runtime`](crate::Board::runtime): for notebooks that are kept in git.
    /// An output without one shows its static picture, and says so.
    Shared,
}

impl Assets {
    /// What `ML_BOARD_ASSETS` says: `embed` (also if it is not set) or `shared`.
    pub(crate) fn of_environment() -> Result<Assets> {
        match std::env::var("ML_BOARD_ASSETS").as_deref() {
            Err(_) | Ok("" | "embed") => Ok(Assets::Embed),
            Ok("shared") => Ok(Assets::Shared),
            Ok(other) => Err(Error::new(ErrorKind::Input, format!("ML_BOARD_ASSETS is `{other}`")).help("embed, or shared")),
        }
    }
}

/// The page's runtime, to be shown once in a notebook whose outputs share it. Made by `board.runtime()`.
#[derive(Clone)]
pub struct Runtime(Part);

impl Runtime {
    pub(crate) fn new(source: &Source) -> Runtime {
        Runtime(Part::new(View::Stack(Vec::new()), source))
    }

    /// Shows it as the output of a notebook's cell: a line of text, and the runtime for all outputs of the page.
    pub fn evcxr_display(&self) {
        output::show(&self.bundle());
    }

    /// The output of a cell, by MIME type; an error as a card.
    pub fn bundle(&self) -> Bundle {
        self.0.drawn_for(Page::Runtime)
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Runtime")
    }
}
