//! Which combinations of parameters were run: a cell for each.

use super::{FAINT, INK, Picture, Type, WIDTH, fit, short, width_of};
use crate::render::insight::Tally;
use crate::render::payload::{Board, Coverage};
use crate::render::rows::MISSING;

const LINE: f64 = 26.0;
const TOP: f64 = 76.0;
const LINES: usize = 40;
const SMALL: Type = Type::new(11.0, FAINT);

pub(super) fn coverage(panel: &Coverage, board: &Board) -> Picture {
    let (Some(values), Some(key)) = (panel.values.last(), panel.keys.last()) else { return Picture::default() };
    let tallies = panel.tallies(board);
    let lines = panel.lines();
    let before = &panel.keys[..panel.keys.len() - 1];
    let title: Vec<String> = lines.iter().map(|line| line.join(" · ")).collect();
    let names = before.join(" · ");
    let left = title.iter().chain([&names]).map(|line| width_of(line, 12.0)).fold(40.0, f64::max).min(220.0) + 30.0;
    let words: Vec<String> = tallies.iter().map(|tally| tally.words()).collect();
    let needed = words.iter().chain(values).map(|word| width_of(word, 11.0)).fold(30.0, f64::max).min(110.0) + 14.0;
    let cell = needed.max(((WIDTH - left - 14.0) / values.len().max(1) as f64).min(80.0));
    let width = WIDTH.max(left + cell * values.len() as f64 + 14.0);
    let shown = lines.len().min(LINES);
    let mut notes = panel.notes.clone();
    if shown < lines.len() {
        notes.push(format!("{shown} of {} lines", lines.len()));
    }
    let mut picture = Picture::new(width, TOP + shown as f64 * LINE + 12.0 + notes.len() as f64 * 15.0);
    picture.text(14.0, 23.0, Type::new(14.0, INK).bold(), &fit(&panel.title(), 14.0, width * 0.5));
    picture.text(width - 14.0, 23.0, SMALL.end(), &fit(&panel.summary(board), 11.0, width * 0.48));
    picture.text(14.0, TOP - 10.0, SMALL, &fit(&names, 11.0, left - 24.0));
    picture.text(left, TOP - 26.0, SMALL, &fit(key, 11.0, width - left));
    for (at, value) in values.iter().enumerate() {
        picture.text(left + (at as f64 + 0.5) * cell, TOP - 10.0, Type::new(11.0, INK).middle(), &fit(value, 11.0, cell - 4.0));
    }
    for (i, line) in title.iter().take(LINES).enumerate() {
        let y = TOP + i as f64 * LINE;
        picture.text(14.0, y + 16.0, Type::new(12.0, INK), &fit(line, 12.0, left - 24.0));
        for (at, tally) in tallies.iter().skip(i * values.len()).take(values.len()).enumerate() {
            let x = left + at as f64 * cell;
            let (fill, edge) = colours(*tally);
            picture.push(format_args!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\" fill=\"{fill}\" stroke=\"{edge}\"{}/>",
                short(x + 1.5),
                short(y + 1.5),
                short(cell - 3.0),
                short(LINE - 3.0),
                if *tally == Tally::default() { " stroke-dasharray=\"3 3\"" } else { "" },
            ));
            let word = tally.words();
            let ink = if word == MISSING { FAINT } else { INK };
            picture.text(x + cell / 2.0, y + 17.0, Type::new(11.0, ink).middle(), &fit(&word, 11.0, cell - 6.0));
        }
    }
    for (i, note) in notes.iter().enumerate() {
        picture.text(14.0, TOP + shown as f64 * LINE + 16.0 + i as f64 * 15.0, SMALL, &fit(note, 11.0, width - 28.0));
    }
    picture
}

/// Of a cell, and of its edge. Read without colours, the words say the same.
fn colours(tally: Tally) -> (&'static str, &'static str) {
    match tally {
        Tally { finished: 0, running: 0, failed: 0 } => ("#fff", "#afb8c1"),
        Tally { finished: 0, running: 0, .. } => ("#fbe1d3", "#D55E00"),
        Tally { finished: 0, .. } => ("#fdf1d3", "#E69F00"),
        Tally { failed: 0, .. } => ("#d3efe6", "#009E73"),
        _ => ("#d3efe6", "#D55E00"),
    }
}

impl Coverage {
    /// `Coverage of batch × lr`.
    pub(in crate::render) fn title(&self) -> String {
        format!("Coverage of {}", self.keys.join(" × "))
    }
}
