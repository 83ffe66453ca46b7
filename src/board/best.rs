//! The best runs.

use super::Board;
use crate::display::{Insight, InsightSpec, Part, Scope, Shown as _, View, shown};
use crate::error::Result;
use crate::query::Filter;

/// The best runs by one number of each: shown, their table. Made by [`Board::best`]; each method gives a new one.
#[derive(Clone)]
pub struct Best {
    board: Board,
    by: String,
    lowest: Option<bool>,
    runs: usize,
}

impl Best {
    /// Less is better: for losses.
    #[must_use]
    pub fn lowest(&self) -> Best {
        Best { lowest: Some(true), ..self.clone() }
    }

    /// More is better.
    #[must_use]
    pub fn highest(&self) -> Best {
        Best { lowest: Some(false), ..self.clone() }
    }

    /// So many runs instead of ten, and whoever is as good as the last of them.
    #[must_use]
    pub fn runs(&self, runs: usize) -> Best {
        Best { runs, ..self.clone() }
    }

    /// A board of these runs alone, as they are now: `board.best("max(Accuracy)").runs(1).board()?.plot("Loss")`. Its filter is the
    /// number that they reached, `max(Accuracy) >= 0.981`.
    pub fn board(&self) -> Result<Board> {
        let filter: Filter = self.part().data()?;
        Ok(Board { scope: Scope { filter, ..self.board.scope.clone() }, ..self.board.clone() })
    }

    fn view(&self) -> View {
        let what = Insight::Best { by: self.by.clone(), lowest: self.lowest, runs: self.runs };
        View::Insight(InsightSpec { scope: self.board.scope.clone(), what })
    }
}

shown!(Best, self => Part::new(self.view(), &self.board.source()));

impl Board {
    /// The best ten runs by a number that each has, as a filter names it: `board.best("max(Accuracy)")`. `min(..)` looks for the least,
    /// everything else for the greatest, unless [`lowest`](Best::lowest) or [`highest`](Best::highest) says otherwise. Runs that have
    /// no such number, or NaN, are not among them; an infinite one is.
    pub fn best(&self, by: impl Into<String>) -> Best {
        Best { board: self.clone(), by: by.into(), lowest: None, runs: 10 }
    }
}
