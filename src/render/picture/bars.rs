//! Histograms: the last one of each run, side by side on one axis.

use super::axes::{Axis, Kind};
use super::{AXIS, Detail, FAINT, INK, Picture, Type, WIDTH, fit, short, width_of};
use crate::render::legend::legend;
use crate::render::payload::{Board, HistogramItem, Histograms};

const COLUMNS: usize = 3;
const CELL: f64 = 124.0;
const BARS: f64 = 70.0;
const SMALL: Type = Type::new(11.0, FAINT);

pub(super) fn histograms(panel: &Histograms, board: &Board, detail: Detail) -> Picture {
    let legend = legend(board, panel.legend.as_deref());
    let all = last_of_each_run(&panel.items, |item| (item.run, item.step));
    let shown = &all[..all.len().min(detail.items)];
    let mut picture = Picture::new(WIDTH, 40.0 + shown.len().div_ceil(COLUMNS) as f64 * CELL + 4.0);
    heading(&mut picture, &panel.tag, "the last of each run", shown.len(), all.len(), &panel.notes);

    let edges = || shown.iter().flat_map(|item| &item.edges).filter_map(|edge| edge.0);
    let axis = Axis::new(edges(), Kind::Linear, 0.0, 3);
    let cell = (WIDTH - 28.0) / COLUMNS as f64;
    for (i, item) in shown.iter().enumerate() {
        let left = 14.0 + (i % COLUMNS) as f64 * cell;
        let top = 40.0 + (i / COLUMNS) as f64 * CELL;
        let (right, base) = (left + cell - 16.0, top + 20.0 + BARS);
        let stroke = legend.stroke(item.run);
        let caption = format!("{}, step {}", legend.caption(item.run), item.step);
        picture.text(left, top + 11.0, Type::new(11.0, INK), &fit(&caption, 11.0, right - left));
        let place = |value: f64| axis.place(value).map(|place| left + place * (right - left));
        let path = outline(item, place, base);
        picture.push(format_args!("<path d=\"{path}\" fill=\"{}\" fill-opacity=\".75\"/>", stroke.colour));
        picture.rule((left, base), (right, base), AXIS);
        let mut free = f64::NEG_INFINITY;
        for (value, label) in &axis.ticks {
            let Some(at) = place(*value) else { continue };
            let half = width_of(label, 10.0) / 2.0;
            if at - half > free && at + half < right + 8.0 {
                picture.text(at, base + 13.0, Type { size: 10.0, ..SMALL.middle() }, label);
                free = at + half + 6.0;
            }
        }
    }
    picture
}

/// The bars as one path. Their areas are the counts, so that bins of different widths compare.
fn outline(item: &HistogramItem, place: impl Fn(f64) -> Option<f64>, base: f64) -> String {
    let bin = |(pair, count): (&[crate::render::payload::Num], &u64)| {
        let (low, high) = (pair[0].0?, pair[1].0?);
        let density = if high > low { *count as f64 / (high - low) } else { *count as f64 };
        Some((place(low)?, place(high)?, density))
    };
    let bins: Vec<(f64, f64, f64)> = item.edges.windows(2).zip(&item.counts).filter_map(bin).collect();
    let highest = bins.iter().map(|bin| bin.2).fold(0.0, f64::max);
    if highest <= 0.0 {
        return String::new();
    }
    let bar = |(low, high, density): &(f64, f64, f64)| {
        let height = density / highest * (BARS - 4.0);
        let width = (high - low).max(1.0);
        format!("M{} {}v{}h{}v{}z", short(*low), short(base), short(-height), short(width), short(height))
    };
    bins.iter().filter(|bin| bin.2 > 0.0).map(bar).collect()
}

/// What each run had last, in the order of the runs.
pub(super) fn last_of_each_run<T>(items: &[T], of: impl Fn(&T) -> (usize, i64)) -> Vec<&T> {
    let mut last: std::collections::BTreeMap<usize, &T> = std::collections::BTreeMap::new();
    for item in items {
        let (run, step) = of(item);
        let entry = last.entry(run).or_insert(item);
        if of(entry).1 <= step {
            *entry = item;
        }
    }
    last.into_values().collect()
}

pub(super) fn heading(picture: &mut Picture, title: &str, what: &str, shown: usize, all: usize, notes: &[String]) {
    let bold = Type::new(14.0, INK).bold();
    let fitted = fit(title, 14.0, WIDTH * 0.5);
    picture.text(14.0, 23.0, bold, &fitted);
    let mut said = vec![if shown < all { format!("{what}, {shown} of {all} runs") } else { what.to_string() }];
    said.extend(notes.iter().cloned());
    let room = WIDTH - 36.0 - width_of(&fitted, 14.0) * 1.05;
    picture.text(WIDTH - 14.0, 23.0, SMALL.end(), &fit(&said.join(" · "), 11.0, room));
}
