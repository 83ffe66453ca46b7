//! The panels that compare runs. The mirror of the end of `web/payload.ts`.

use serde::Serialize;

use super::Num;

/// What the parameters say of a result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Importance {
    pub(crate) board: usize,
    pub(crate) of: String,
    pub(crate) items: Vec<ImportanceItem>,
    pub(crate) notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ImportanceItem {
    /// The parameter's column.
    pub(crate) key: String,
    pub(crate) importance: Num,
    pub(crate) spread: Num,
    pub(crate) correlation: Num,
    pub(crate) n: usize,
}

/// Columns that are not the same in all rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Diff {
    pub(crate) board: usize,
    pub(crate) sections: Vec<DiffSection>,
    pub(crate) notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct DiffSection {
    pub(crate) title: &'static str,
    pub(crate) keys: Vec<String>,
}

/// The grid of the values of some columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Coverage {
    pub(crate) board: usize,
    pub(crate) keys: Vec<String>,
    /// Of each column, in order.
    pub(crate) values: Vec<Vec<String>>,
    /// In the order of the grid, the last column's values fastest: the rows of each combination.
    pub(crate) cells: Vec<Vec<usize>>,
    pub(crate) notes: Vec<String>,
}
