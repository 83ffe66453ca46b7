//! The frame of a plot: title, notes, ticks, grid, and the legend at its right.

use super::axes::Axis;
use super::{AXIS, FAINT, HEIGHT, INK, Picture, RULE, Type, WIDTH, fit, short, width_of};
use crate::render::legend::{Dash, Legend, Scale, Stroke, viridis};
use crate::render::words;

const TITLE: Type = Type::new(14.0, INK).bold();
const SMALL: Type = Type::new(11.0, FAINT);
/// Entries of a legend that fit beside the plot.
const ENTRIES: usize = 14;
const LINE: f64 = 17.0;

/// Where the data are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    pub(super) fn x(&self, place: f64) -> f64 {
        self.left + place * (self.right - self.left)
    }

    pub(super) fn y(&self, place: f64) -> f64 {
        self.bottom - place * (self.bottom - self.top)
    }
}

/// A new plot with all around the data drawn.
pub(super) fn frame(
    title: &str,
    notes: &[String],
    x: (&Axis, &str),
    y: &Axis,
    legend: &Legend,
    rows: &[usize],
) -> (Picture, Area) {
    let mut picture = Picture::new(WIDTH, HEIGHT);
    let entries = legend.entries(rows.iter().copied());
    let beside = if rows.is_empty() { 0.0 } else { legend_width(legend, &entries) };
    let labels = y.ticks.iter().map(|(_, label)| width_of(label, SMALL.size)).fold(18.0, f64::max);
    let area = Area { left: labels + 22.0, top: 40.0, right: WIDTH - 16.0 - beside, bottom: HEIGHT - 44.0 };

    picture.text(14.0, 23.0, TITLE, &fit(title, TITLE.size, WIDTH * 0.6));
    if !notes.is_empty() {
        let used = 14.0 + width_of(&fit(title, TITLE.size, WIDTH * 0.6), TITLE.size) * 1.05;
        picture.text(WIDTH - 14.0, 23.0, SMALL.end(), &fit(&notes.join(" · "), SMALL.size, WIDTH - 28.0 - used));
    }
    for (value, label) in &y.ticks {
        let Some(place) = y.place(*value) else { continue };
        picture.rule((area.left, area.y(place)), (area.right, area.y(place)), RULE);
        picture.text(area.left - 7.0, area.y(place) + 4.0, SMALL.end(), label);
    }
    let mut free = f64::NEG_INFINITY;
    for (value, label) in &x.0.ticks {
        let Some(place) = x.0.place(*value) else { continue };
        let (at, half) = (area.x(place), width_of(label, SMALL.size) / 2.0);
        picture.rule((at, area.bottom), (at, area.bottom + 4.0), AXIS);
        if at - half > free && at + half < WIDTH - 4.0 {
            picture.text(at, area.bottom + 17.0, SMALL.middle(), label);
            free = at + half + 6.0;
        }
    }
    picture.rule((area.left, area.bottom), (area.right, area.bottom), AXIS);
    let middle = f64::midpoint(area.left, area.right);
    picture.text(middle, area.bottom + 35.0, SMALL.middle(), &fit(x.1, SMALL.size, area.right - area.left));
    if beside > 0.0 {
        draw_legend(&mut picture, area.right + 18.0, WIDTH, area, legend, &entries);
    }
    (picture, area)
}

pub(super) fn legend_width(legend: &Legend, entries: &[Stroke]) -> f64 {
    let widest = match legend.scale {
        Some(scale) => (0..=4).map(|i| width_of(&scale_label(scale, i), SMALL.size)).fold(0.0, f64::max),
        None => entries.iter().take(ENTRIES).map(|entry| width_of(&entry.label, SMALL.size)).fold(0.0, f64::max),
    };
    let title = width_of(&legend.title, SMALL.size) * 1.06;
    (widest + 28.0).max(title).clamp(50.0, 170.0) + 18.0
}

fn scale_label(scale: Scale, quarter: usize) -> String {
    words::number(scale.at(quarter as f64 / 4.0), 2)
}

/// The legend from `left` to the end of the picture.
pub(super) fn draw_legend(picture: &mut Picture, left: f64, end: f64, area: Area, legend: &Legend, entries: &[Stroke]) {
    let ink = Type::new(SMALL.size, INK);
    let room = end - left - 8.0;
    picture.text(left, area.top + 9.0, ink.bold(), &fit(&legend.title, SMALL.size * 1.06, room));
    let top = area.top + 18.0;
    if let Some(scale) = legend.scale {
        const PARTS: usize = 32;
        let height = (area.bottom - top - 8.0).min(190.0);
        let part = height / PARTS as f64;
        for i in 0..PARTS {
            let place = 1.0 - (i as f64 + 0.5) / PARTS as f64;
            let (y, height) = (short(top + i as f64 * part), short(part + 0.4));
            let fill = viridis(place);
            picture
                .push(format_args!("<rect x=\"{}\" y=\"{y}\" width=\"12\" height=\"{height}\" fill=\"{fill}\"/>", short(left)));
        }
        for quarter in 0..=4 {
            let y = top + height * (1.0 - quarter as f64 / 4.0);
            let y = (y + 4.0).clamp(top + 8.0, top + height);
            picture.text(left + 18.0, y, ink, &scale_label(scale, quarter));
        }
        return;
    }
    let fits = (((area.bottom - top) / LINE) as usize).clamp(2, ENTRIES);
    let shown = if entries.len() > fits { fits - 1 } else { entries.len() };
    for (i, entry) in entries.iter().take(shown).enumerate() {
        let y = top + 8.0 + i as f64 * LINE;
        picture.push(format_args!(
            "<path d=\"M{} {}h16\" stroke=\"{}\" stroke-width=\"2.5\"{}/>",
            short(left),
            short(y - 3.5),
            entry.colour,
            dashes(&entry.dash)
        ));
        picture.text(left + 23.0, y, ink, &fit(&entry.label, SMALL.size, room - 23.0));
    }
    if shown < entries.len() {
        let more = format!("and {} more", entries.len() - shown);
        picture.text(left, top + 8.0 + shown as f64 * LINE, SMALL, &more);
    }
}

pub(super) fn dashes(dash: &Dash) -> String {
    let [a, b, c, d] = dash;
    if *a == 0 { String::new() } else { format!(" stroke-dasharray=\"{a} {b} {c} {d}\"") }
}
