//! A column of the runs as an axis: numbers by size, text as categories side by side.

use super::axes::{Axis, Kind};
use crate::render::legend::natural;
use crate::render::payload::{Column, ColumnAxis, ColumnGroup, ColumnKind};
use crate::render::rows::MISSING;
use crate::render::words;

const FEW: usize = 7;
/// Ticks that are nearer than this share of the axis cover one another.
const CROWDED: f64 = 0.05;

/// The axis, and the value of each row on it; none where a run has none.
pub(super) fn along(
    column: Option<&Column>,
    of: &ColumnAxis,
    rows: usize,
    margin: f64,
    count: usize,
) -> (Axis, Vec<Option<f64>>) {
    let Some(column) = column else { return (Axis::new(std::iter::empty(), Kind::Linear, margin, count), vec![None; rows]) };
    if column.kind == ColumnKind::Text {
        return categories(column, rows, count);
    }
    let place = |number: &f64| number.is_finite() && (!of.log || *number > 0.0);
    let values: Vec<Option<f64>> = (0..rows).map(|row| column.number(row).filter(place)).collect();
    let kind = match column.kind {
        ColumnKind::Time => Kind::Clock,
        _ if of.log => Kind::Log,
        _ => Kind::Linear,
    };
    let mut axis = Axis::new(values.iter().flatten().copied(), kind, margin, count);
    if column.group == ColumnGroup::Param {
        own_values(&mut axis, &values);
    }
    (axis, values)
}

/// A parameter of few values: they say more than round numbers.
fn own_values(axis: &mut Axis, values: &[Option<f64>]) {
    let mut distinct: Vec<f64> = values.iter().flatten().copied().collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    if !(2..=FEW).contains(&distinct.len()) {
        return;
    }
    let mut ticks: Vec<(f64, String)> = Vec::new();
    for value in distinct {
        let far = |(last, _): &(f64, String)| axis.place(value).zip(axis.place(*last)).is_some_and(|(a, b)| a - b > CROWDED);
        if ticks.last().is_none_or(far) {
            ticks.push((value, words::number(value, 4)));
        }
    }
    axis.ticks = ticks;
}

fn categories(column: &Column, rows: usize, count: usize) -> (Axis, Vec<Option<f64>>) {
    let cells: Vec<Option<String>> = (0..rows).map(|row| column.cell(row)).collect();
    let mut names: Vec<&String> = cells.iter().flatten().collect();
    names.sort_by(|a, b| natural(a, b));
    names.dedup();
    let at = |name: &String| names.binary_search_by(|known| natural(known, name)).ok().map(|at| at as f64);
    let values = cells.iter().map(|cell| cell.as_ref().and_then(at)).collect();
    let every = names.len().div_ceil((2 * count).max(1)).max(1);
    let label = |name: &String| if name.is_empty() { MISSING.into() } else { super::fit(name, 11.0, 110.0) };
    let ticks = names.iter().enumerate().step_by(every).map(|(at, name)| (at as f64, label(name))).collect();
    (Axis::of_categories(names.len(), ticks), values)
}
