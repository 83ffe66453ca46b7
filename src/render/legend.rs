//! Which colour a run has, and what the legend says of it: the value of one column.
//!
//! Colours come from the sorted distinct values of the whole column, never of the runs that happen to be drawn, so that a filter recolours nothing.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::domain::Domain;
use super::payload::{Board, Column, ColumnKind, Curve};
use super::rows::{MISSING, find};
use crate::model::Value;

/// Okabe and Ito's colours without yellow, and two darker ones: told apart by most eyes, on white.
const COLOURS: [&str; 8] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#882255", "#117733"];
const GREY: &str = "#8a8f98";
const DASHES: [Dash; 4] = [[0; 4], [6, 4, 6, 4], [1, 4, 1, 4], [8, 4, 1, 4]];

/// The lengths of line and gap, in turn; all 0: a whole line.
pub(super) type Dash = [u32; 4];

/// The dash of a curve: its legend's; of the ranks above 0 of a run, one that tells it from rank 0.
pub(super) fn dash_of(legend: Dash, rank: Option<u32>) -> Dash {
    match rank {
        Some(rank @ 1..) if legend == DASHES[0] => DASHES[1 + (rank as usize - 1) % (DASHES.len() - 1)],
        _ => legend,
    }
}

/// Viridis without its brightest part, which would vanish on white.
const VIRIDIS: [[u8; 3]; 8] =
    [[68, 1, 84], [70, 48, 126], [54, 92, 141], [39, 127, 142], [31, 161, 135], [74, 193, 109], [130, 211, 76], [170, 220, 50]];

/// How a run is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stroke {
    pub(super) label: String,
    pub(super) colour: String,
    pub(super) dash: Dash,
}

#[derive(Debug)]
pub(super) struct Legend {
    pub(super) title: String,
    /// By row of the board.
    strokes: Vec<Stroke>,
    /// The place of each row's value among the sorted values.
    rank: Vec<usize>,
    /// Many numbers are a scale instead of a list.
    pub(super) scale: Option<Scale>,
}

/// A continuous scale of colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) log: bool,
}

impl Scale {
    fn of(numbers: &[f64]) -> Scale {
        let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Scale { low, high, log: low > 0.0 && high / low > 30.0 }
    }

    /// The number at a place between 0 and 1.
    pub(super) fn at(self, place: f64) -> f64 {
        if self.log { self.low * (self.high / self.low).powf(place) } else { self.low + (self.high - self.low) * place }
    }

    fn place(self, number: f64) -> f64 {
        let place = if self.log {
            (number / self.low).ln() / (self.high / self.low).ln()
        } else {
            (number - self.low) / (self.high - self.low)
        };
        if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// The colour at a place between 0 and 1 of the scale.
pub(super) fn viridis(place: f64) -> String {
    let at = place.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let below = (at as usize).min(VIRIDIS.len() - 2);
    let mix = |channel: usize| {
        let (a, b) = (f64::from(VIRIDIS[below][channel]), f64::from(VIRIDIS[below + 1][channel]));
        (a + (b - a) * (at - below as f64)).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

/// The legend of a panel: by its own column, else the board's, else the runs' names.
pub(super) fn legend(board: &Board, own: Option<&str>) -> Legend {
    by(board, own.or(board.legend.as_deref()).unwrap_or("name"), COLOURS.len())
}

/// The legend by a column whose numbers are a scale however few they are.
pub(super) fn scaled(board: &Board, key: &str) -> Legend {
    by(board, key, 1)
}

/// More different numbers than `most` are a scale.
fn by(board: &Board, key: &str, most: usize) -> Legend {
    let Some(column) = find(board, key).or_else(|| find(board, "name")) else {
        return Legend { title: key.into(), strokes: Vec::new(), rank: Vec::new(), scale: None };
    };
    let numbers: Vec<Option<f64>> = (0..board.n).map(|row| column.number(row)).collect();
    let domain = board.domains.get(&column.key);
    let folder: Vec<f64> = match domain {
        Some(Domain::Numbers(numbers)) => numbers.iter().filter_map(|number| number.0).collect(),
        Some(Domain::Scale { low, high }) => vec![*low, *high],
        _ => Vec::new(),
    };
    let mut distinct: Vec<f64> = numbers.iter().flatten().chain(&folder).copied().filter(|number| number.is_finite()).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    let scale = (column.kind != ColumnKind::Text && (distinct.len() > most || matches!(domain, Some(Domain::Scale { .. }))))
        .then(|| Scale::of(&distinct));
    let values = sorted(column, board.n, domain);
    let mut strokes = Vec::with_capacity(board.n);
    let mut rank = Vec::with_capacity(board.n);
    for (row, number) in numbers.iter().enumerate() {
        let label = column.cell(row);
        let at = label.as_ref().and_then(|label| values.iter().position(|value| value == label));
        // A run's own colour goes by its place in the folder, that of several values by their place among all that the folder has.
        let style = match &column.parts {
            Some(parts) => at.and_then(|_| parts.order.get(row).copied()),
            None if column.key == "name" => at.map(|_| place(board, row)),
            None => at,
        };
        let (colour, dash) = match (scale, number, style) {
            (_, _, None) => (GREY.to_string(), DASHES[0]),
            (Some(scale), Some(number), _) if number.is_finite() => (viridis(scale.place(*number)), DASHES[0]),
            (Some(_), _, _) => (GREY.to_string(), DASHES[0]),
            (None, _, Some(at)) => (COLOURS[at % COLOURS.len()].to_string(), DASHES[at / COLOURS.len() % DASHES.len()]),
        };
        strokes.push(Stroke { label: label.unwrap_or_else(|| MISSING.into()), colour, dash });
        rank.push(at.unwrap_or(usize::MAX));
    }
    Legend { title: column.key.clone(), strokes, rank, scale }
}

/// The place of a row's run in its folder, the oldest 0.
fn place(board: &Board, row: usize) -> usize {
    board.places.as_ref().map_or(board.n.saturating_sub(row + 1), |places| places.get(row).copied().unwrap_or_default())
}

/// The distinct values of a column as text: numbers by size, text by letter.
fn sorted(column: &Column, rows: usize, domain: Option<&Domain>) -> Vec<String> {
    if let Some(parts) = &column.parts {
        let mut values: Vec<(usize, String)> =
            (0..rows).filter_map(|row| Some((*parts.order.get(row)?, column.cell(row)?))).collect();
        values.sort();
        values.dedup();
        return values.into_iter().map(|(_, label)| label).collect();
    }
    let mut values: Vec<(Option<f64>, String)> =
        (0..rows).filter_map(|row| Some((column.number(row), column.cell(row)?))).collect();
    match domain {
        Some(Domain::Numbers(numbers)) => {
            values.extend(numbers.iter().filter_map(|number| Some((number.0, Value::Float(number.0?).to_string()))));
        }
        Some(Domain::Texts(texts)) => values.extend(texts.iter().map(|text| (None, text.clone()))),
        Some(Domain::Scale { .. }) | None => {}
    }
    values.sort_by(|a, b| match (a.0, b.0) {
        (Some(x), Some(y)) => x.total_cmp(&y),
        _ => natural(&a.1, &b.1),
    });
    values.dedup_by(|a, b| a.1 == b.1);
    values.into_iter().map(|(_, label)| label).collect()
}

/// Text by letter, but numbers in it by size: `run 9` before `run 10`.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let digits = |text: &[char]| text.iter().take_while(|letter| letter.is_ascii_digit()).count();
    let (left, right): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (mut left, mut right) = (left.as_slice(), right.as_slice());
    loop {
        let order = match (digits(left), digits(right)) {
            (0, _) | (_, 0) => match (left.split_first(), right.split_first()) {
                (Some((x, rest_left)), Some((y, rest_right))) => {
                    (left, right) = (rest_left, rest_right);
                    x.cmp(y)
                }
                (x, y) => return x.is_some().cmp(&y.is_some()).then_with(|| a.cmp(b)),
            },
            (m, n) => {
                let number = |digits: &[char]| digits.iter().collect::<String>().trim_start_matches('0').to_string();
                let (x, y) = (number(&left[..m]), number(&right[..n]));
                (left, right) = (&left[m..], &right[n..]);
                x.len().cmp(&y.len()).then_with(|| x.cmp(&y))
            }
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

impl Legend {
    /// Says of the groups among these curves how many runs each has.
    pub(super) fn count_groups(&mut self, curves: &[Curve]) {
        for curve in curves {
            if let (Some(group), Some(stroke)) = (&curve.group, self.strokes.get_mut(curve.run)) {
                stroke.label = format!("{} (n={})", stroke.label, group.runs.len());
            }
        }
    }

    pub(super) fn stroke(&self, row: usize) -> Stroke {
        self.strokes.get(row).cloned().unwrap_or(Stroke { label: MISSING.into(), colour: GREY.into(), dash: DASHES[0] })
    }

    /// What these rows have, each value once, in order.
    pub(super) fn entries(&self, rows: impl IntoIterator<Item = usize>) -> Vec<Stroke> {
        let ranks: BTreeSet<(usize, usize)> = rows.into_iter().filter_map(|row| Some((*self.rank.get(row)?, row))).collect();
        let mut entries: Vec<Stroke> = Vec::new();
        for (_, row) in ranks {
            let stroke = self.stroke(row);
            if entries.last().is_none_or(|last| last.label != stroke.label) {
                entries.push(stroke);
            }
        }
        entries
    }

    /// `lr = 0.001`, or the name alone.
    pub(super) fn caption(&self, row: usize) -> String {
        let label = self.stroke(row).label;
        if self.title == "name" { label } else { format!("{} = {label}", self.title) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_text_sort_by_size() {
        let mut names = ["run 10", "run 9", "run", "run 9b", "a2", "run 010"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a2", "run", "run 9", "run 9b", "run 010", "run 10"]);
    }
}
