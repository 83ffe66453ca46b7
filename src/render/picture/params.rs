//! Parallel coordinates: an axis for each column, a line for each run.

use super::along::along;
use super::axes::Axis;
use super::frame::{Area, dashes, draw_legend, legend_width};
use super::{AXIS, Detail, FAINT, HEIGHT, INK, Picture, Type, WIDTH, fit, short, width_of};
use crate::render::legend::{legend, scaled};
use crate::render::payload::{Board, Params};
use crate::render::rows::{MISSING, find};
use crate::render::words::count;

const HEAD: Type = Type::new(11.0, INK).bold();
const TICK: Type = Type::new(10.0, FAINT);
/// The least between two axes.
const SPACING: f64 = 100.0;
/// Between the axes and the place of runs without a value.
const BELOW: f64 = 18.0;

pub(super) fn params(params: &Params, board: &Board, detail: Detail) -> Picture {
    let legend = match params.colour.as_deref() {
        Some(key) => scaled(board, key),
        None => legend(board, params.legend.as_deref()),
    };
    let rows = board.n.min(detail.points / 8);
    let entries = legend.entries(0..rows);
    let beside = if rows == 0 { 0.0 } else { legend_width(&legend, &entries) };
    let axes: Vec<(Axis, Vec<Option<f64>>)> =
        params.axes.iter().map(|axis| along(find(board, &axis.key), axis, board.n, 0.0, 6)).collect();
    let missing = |values: &[Option<f64>]| values.iter().take(rows).any(Option::is_none);
    let below = if axes.iter().any(|(_, values)| missing(values)) { BELOW } else { 0.0 };

    let gaps = axes.len().saturating_sub(1) as f64;
    let width = WIDTH.max(gaps * SPACING + beside + 130.0);
    let area = Area { left: 34.0, top: 62.0, right: width - 70.0 - beside, bottom: HEIGHT - 26.0 - below };
    let spacing = if gaps > 0.0 { (area.right - area.left) / gaps } else { 0.0 };
    let x = |at: usize| area.left + at as f64 * spacing;

    let mut picture = Picture::new(width, HEIGHT);
    picture.text(14.0, 23.0, Type::new(14.0, INK).bold(), "Parameters and results");
    let mut notes = params.notes.clone();
    if rows < board.n {
        notes.insert(0, format!("{} of {} runs in this picture", count(rows), count(board.n)));
    }
    picture.text(width - 14.0, 23.0, Type::new(11.0, FAINT).end(), &fit(&notes.join(" · "), 11.0, width - 220.0));

    picture.push(format_args!("<g fill=\"none\" stroke-width=\"1.4\" stroke-opacity=\".75\" stroke-linejoin=\"round\">"));
    // The newest runs come first; they are drawn last, so on top.
    for row in (0..rows).rev() {
        let mut path = String::new();
        for (at, (axis, values)) in axes.iter().enumerate() {
            let place = values.get(row).copied().flatten().and_then(|value| axis.place(value));
            let y = place.map_or(area.bottom + BELOW, |place| area.y(place));
            path.push_str(&format!("{}{} {}", if at == 0 { "M" } else { "L" }, short(x(at)), short(y)));
        }
        if axes.len() == 1 {
            path.push_str("h-6");
        }
        let stroke = legend.stroke(row);
        picture.push(format_args!("<path d=\"{path}\" stroke=\"{}\"{}/>", stroke.colour, dashes(&stroke.dash)));
    }
    picture.push(format_args!("</g>"));

    for (at, (axis, values)) in axes.iter().enumerate() {
        let key = params.axes.get(at).map_or("", |axis| axis.key.as_str());
        let room = if gaps > 0.0 { spacing - 8.0 } else { 200.0 };
        let title = fit(key, HEAD.size, room);
        let left = (x(at) - width_of(&title, HEAD.size) * 0.53).max(6.0);
        picture.text(left, area.top - 14.0, HEAD, &title);
        picture.rule((x(at), area.top), (x(at), area.bottom), AXIS);
        for (value, label) in &axis.ticks {
            let Some(place) = axis.place(*value) else { continue };
            let y = area.y(place);
            picture.rule((x(at) - 3.0, y), (x(at) + 3.0, y), AXIS);
            label_at(&mut picture, x(at) + 6.0, y + 3.5, &fit(label, TICK.size, (room - 4.0).min(64.0)));
        }
        if missing(values) {
            label_at(&mut picture, x(at) + 6.0, area.bottom + BELOW + 3.5, MISSING);
        }
    }
    if beside > 0.0 {
        let legend_area = Area { top: area.top - 24.0, right: width, bottom: HEIGHT - 20.0, ..area };
        draw_legend(&mut picture, width - beside, width, legend_area, &legend, &entries);
    }
    picture
}

/// A label that reads over lines: white around its letters.
fn label_at(picture: &mut Picture, x: f64, y: f64, label: &str) {
    picture.push(format_args!("<g stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\" stroke-linejoin=\"round\">"));
    picture.text(x, y, TICK, label);
    picture.push(format_args!("</g>"));
}
