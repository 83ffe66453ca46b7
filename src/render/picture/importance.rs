//! What a result depends on: a bar for each parameter, its deviation on it, and the rank correlation beside it.

use super::{AXIS, FAINT, INK, Picture, RULE, Type, WIDTH, fit, short};
use crate::render::payload::Importance;
use crate::render::rows::MISSING;
use crate::render::words::number;

const LINE: f64 = 24.0;
const HEAD: f64 = 62.0;
const MOST: usize = 20;
const BAR: &str = "#0072B2";
const DOWN: &str = "#D55E00";
const SMALL: Type = Type::new(11.0, FAINT);

pub(super) fn importance(panel: &Importance) -> Picture {
    let shown = &panel.items[..panel.items.len().min(MOST)];
    let notes = panel.notes.len() as f64 * 15.0;
    let mut picture = Picture::new(WIDTH, HEAD + shown.len() as f64 * LINE + 14.0 + notes);
    let title = format!("What {} depends on", panel.of);
    picture.text(14.0, 23.0, Type::new(14.0, INK).bold(), &fit(&title, 14.0, WIDTH - 28.0));
    let (left, right, middle, half) = (150.0, 370.0, 510.0, 44.0);
    picture.text(left, 48.0, SMALL, "importance");
    picture.text(middle, 48.0, SMALL.middle(), "ρ");
    let most = shown.iter().filter_map(|item| item.importance.0).fold(0.05, f64::max);
    let at = |value: f64| left + (value / most).clamp(0.0, 1.0) * (right - left);
    for (i, item) in shown.iter().enumerate() {
        let y = HEAD + i as f64 * LINE;
        picture.text(left - 10.0, y + 11.0, Type::new(12.0, INK).end(), &fit(&item.key, 12.0, left - 24.0));
        let value = item.importance.0.unwrap_or(0.0);
        bar(&mut picture, (left, at(value)), y, BAR);
        let spread = item.spread.0.unwrap_or(0.0);
        picture.rule((at(value - spread), y + 7.0), (at(value + spread), y + 7.0), INK);
        picture.text(right + 12.0, y + 11.0, SMALL, &format!("{} ± {}", number(value, 2), number(spread, 1)));
        picture.rule((middle, y - 2.0), (middle, y + 16.0), AXIS);
        match item.correlation.0 {
            Some(rho) => {
                let end = middle + rho * half;
                bar(&mut picture, (middle.min(end), middle.max(end)), y, if rho < 0.0 { DOWN } else { BAR });
                picture.text(WIDTH - 14.0, y + 11.0, SMALL.end(), &number(rho, 2));
            }
            None => picture.text(WIDTH - 14.0, y + 11.0, SMALL.end(), MISSING),
        }
    }
    let foot = HEAD + shown.len() as f64 * LINE;
    picture.rule((14.0, foot), (WIDTH - 14.0, foot), RULE);
    for (i, note) in panel.notes.iter().enumerate() {
        picture.text(14.0, foot + 16.0 + i as f64 * 15.0, SMALL, &fit(note, 11.0, WIDTH - 28.0));
    }
    picture
}

fn bar(picture: &mut Picture, (from, to): (f64, f64), y: f64, colour: &str) {
    let (x, width) = (short(from), short((to - from).max(0.5)));
    picture.push(format_args!(
        "<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"14\" rx=\"2\" fill=\"{colour}\" fill-opacity=\".8\"/>",
        short(y)
    ));
}
