//! Two columns against each other: which axes, and what is said about runs that have no place.

use super::columns;
use super::payload::{Board, Column, ColumnAxis, ColumnKind, Panel, Payload, Scatter, Sort, Table};
use super::rows::find;
use super::words::{count, plural};
use crate::display::ScatterSpec;
use crate::model::Run;

/// Positive numbers from one to this many times as much are drawn by their logarithm.
const DECADES: f64 = 100.0;

pub(super) fn scatter(board: usize, rows: &[&Run], spec: &ScatterSpec, legend: Option<String>) -> Panel {
    let column = |key: &str| columns::column(rows, &columns::field(key), false);
    let (x, y) = (column(&spec.x), column(&spec.y));
    let axes = [axis(columns::key(&spec.x), &x, spec.log_x), axis(columns::key(&spec.y), &y, spec.log_y)];
    let with = (0..rows.len()).filter(|row| has(&x, *row) && has(&y, *row)).count();
    let drawn = (0..rows.len()).filter(|row| on(&x, &axes[0], *row) && on(&y, &axes[1], *row)).count();
    let mut notes = Vec::new();
    if with < rows.len() {
        notes.push(format!("{} of {} have both", count(with), plural(rows.len(), "run")));
    }
    if drawn < with {
        notes.push(format!("{} without a place on a log axis", plural(with - drawn, "run")));
    }
    let [x, y] = axes;
    Panel::Scatter(Scatter { board, x, y, legend, notes })
}

/// The axis of a column, logarithmic if it can be and is asked to or ought to be.
pub(super) fn axis(key: String, column: &Column, asked: bool) -> ColumnAxis {
    let numbers = || (0..numbers_of(column)).filter_map(|row| column.number(row)).filter(|number| number.is_finite());
    let low = numbers().fold(f64::INFINITY, f64::min);
    let high = numbers().fold(f64::NEG_INFINITY, f64::max);
    let number = column.kind == ColumnKind::Number;
    ColumnAxis { key, log: number && (asked || low > 0.0 && high / low >= DECADES) }
}

fn numbers_of(column: &Column) -> usize {
    match &column.values {
        super::payload::Cells::Numbers(numbers) => numbers.len(),
        super::payload::Cells::Texts(_) => 0,
    }
}

/// Whether a run has a value that can have a place on an axis.
fn has(column: &Column, row: usize) -> bool {
    match column.kind {
        ColumnKind::Text => column.cell(row).is_some(),
        _ => column.number(row).is_some_and(f64::is_finite),
    }
}

fn on(column: &Column, axis: &ColumnAxis, row: usize) -> bool {
    has(column, row) && (!axis.log || column.number(row).is_some_and(|number| number > 0.0))
}

impl Scatter {
    /// `max(Accuracy) by lr`.
    pub(super) fn title(&self) -> String {
        format!("{} by {}", self.y.key, self.x.key)
    }

    /// The rows of the board that have a dot.
    pub(super) fn dots<'a>(&self, board: &'a Board) -> impl Iterator<Item = usize> + use<'a> {
        let columns = find(board, &self.x.key).zip(find(board, &self.y.key));
        let (x_axis, y_axis) = (self.x.clone(), self.y.clone());
        (0..board.n).filter(move |row| columns.is_some_and(|(x, y)| on(x, &x_axis, *row) && on(y, &y_axis, *row)))
    }

    pub(super) fn rows(&self, payload: &Payload) -> usize {
        payload.boards.get(self.board).map_or(0, |board| self.dots(board).count())
    }

    /// The same as a table, for a terminal.
    pub(super) fn table(&self, payload: &Payload) -> Table {
        let legend = self.legend.clone().or_else(|| payload.boards.get(self.board)?.legend.clone());
        let mut columns = vec!["name".to_string()];
        for key in legend.into_iter().chain([self.x.key.clone(), self.y.key.clone()]) {
            if !columns.contains(&key) {
                columns.push(key);
            }
        }
        Table {
            board: self.board,
            columns: Some(columns),
            sort: vec![Sort { column: self.x.key.clone(), descending: false }],
            sparks: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::payload::{Cells, ColumnGroup, Num};

    fn log(numbers: &[Option<f64>], asked: bool) -> bool {
        let values = Cells::Numbers(numbers.iter().copied().map(Num).collect());
        let column =
            Column { key: "lr".into(), kind: ColumnKind::Number, group: ColumnGroup::Param, values, shown: true, parts: None };
        axis("lr".into(), &column, asked).log
    }

    #[test]
    fn two_decades_of_positive_numbers_are_logarithmic() {
        assert!(log(&[Some(1e-4), None, Some(f64::NAN), Some(1e-1)], false));
        assert!(log(&[Some(0.001), Some(0.1)], false));
        assert!(!log(&[Some(0.01), Some(0.9)], false));
        assert!(!log(&[Some(0.0), Some(1e-4), Some(1.0)], false));
        assert!(!log(&[], false));
        assert!(log(&[Some(0.5), Some(0.6)], true));
    }
}
