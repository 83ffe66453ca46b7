//! The first rows of a table as text: for where the page's runtime does not run, for a terminal, for a picture.

use std::cmp::Ordering;

use super::legend::natural;
use super::payload::{Board, Column, ColumnKind, Table};
use super::words::plural;

/// A table cut to its first rows and columns.
#[derive(Debug, PartialEq)]
pub(super) struct Grid {
    pub(super) head: Vec<String>,
    /// Whether a column is set to the right, as numbers are.
    pub(super) right: Vec<bool>,
    pub(super) rows: Vec<Vec<String>>,
    /// What was left out, if anything was.
    pub(super) note: Option<String>,
}

/// What stands for a value that is not there.
pub(super) const MISSING: &str = "–";

pub(super) fn grid(board: &Board, table: &Table, most_rows: usize, most_columns: usize) -> Grid {
    let asked = table.columns.as_ref();
    let columns: Vec<&Column> = match asked {
        Some(keys) => keys.iter().filter_map(|key| find(board, key)).collect(),
        None => board.columns.iter().filter(|column| column.shown).collect(),
    };
    let mut order: Vec<usize> = (0..board.n).collect();
    for sort in table.sort.iter().rev() {
        if let Some(column) = find(board, &sort.column) {
            order.sort_by(|a, b| compare(column, *a, *b, sort.descending));
        }
    }
    // What it is sorted by is worth a place among the first columns.
    let by = |column: &&Column| table.sort.iter().any(|sort| sort.column == column.key);
    let beyond: Vec<&Column> = columns.iter().skip(most_columns).copied().filter(by).take(most_columns).collect();
    let mut shown: Vec<&Column> = columns.iter().take(most_columns - beyond.len()).copied().collect();
    shown.extend(beyond);
    let cell = |row: usize, column: &&Column| column.cell(row).unwrap_or_else(|| MISSING.into());
    let mut left_out = Vec::new();
    if most_rows.min(board.n) < board.total {
        left_out.push(format!("{} of {}", most_rows.min(board.n), plural(board.total, "run")));
    }
    if shown.len() < columns.len() {
        left_out.push(format!("{} of {}", shown.len(), plural(columns.len(), "column")));
    }
    Grid {
        head: shown.iter().map(|column| column.key.clone()).collect(),
        right: shown.iter().map(|column| column.kind == ColumnKind::Number).collect(),
        rows: order.into_iter().take(most_rows).map(|row| shown.iter().map(|column| cell(row, column)).collect()).collect(),
        note: (!left_out.is_empty()).then(|| left_out.join(", ")),
    }
}

pub(super) fn find<'a>(board: &'a Board, key: &str) -> Option<&'a Column> {
    board.columns.iter().find(|column| column.key == key)
}

/// The status of a run, if it is one that a reader of a curve should know: not of one that runs or is finished.
pub(super) fn trouble(board: &Board, row: usize) -> Option<String> {
    find(board, "status")?.cell(row).filter(|status| !matches!(status.as_str(), "running" | "finished"))
}

/// Missing values come last whichever way it is sorted, NaN before them.
fn compare(column: &Column, a: usize, b: usize, descending: bool) -> Ordering {
    let turned = |order: Ordering| if descending { order.reverse() } else { order };
    match (column.number(a), column.number(b)) {
        (Some(a), Some(b)) => match (a.is_nan(), b.is_nan()) {
            (false, false) => turned(a.total_cmp(&b)),
            (a, b) => a.cmp(&b),
        },
        (None, None) => match (column.cell(a), column.cell(b)) {
            (Some(a), Some(b)) => turned(natural(&a, &b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        },
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}
