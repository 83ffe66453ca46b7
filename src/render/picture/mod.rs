//! Still pictures as SVG: what is there without scripts, and a figure for a paper. Dark on white, so that they read on any page.

mod along;
mod axes;
mod band;
mod bars;
mod coverage;
mod frame;
mod images;
mod importance;
mod lines;
mod params;
mod scatter;
mod sheet;

use std::fmt::Write as _;

use super::payload::{Panel, Payload};
use super::text::plain;

pub(super) const INK: &str = "#1f2328";
pub(super) const FAINT: &str = "#656d76";
pub(super) const RULE: &str = "#e4e7eb";
pub(super) const AXIS: &str = "#afb8c1";

/// The fonts of a picture: whatever the reader's machine sets its own words in.
pub(super) const FAMILIES: &str = "system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif";

/// The size of one plot.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 340.0;
/// Between the pictures of a row or stack.
const GAP: f64 = 14.0;

/// A drawing: the inside of an `svg` element of that size.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Picture {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) body: String,
}

/// A picture and its words for who cannot see it.
pub(super) struct Still {
    pub(super) picture: Picture,
    pub(super) alt: String,
}

/// How much a picture may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detail {
    /// Curves of one plot.
    pub(super) curves: usize,
    /// Points of all the curves of one plot.
    pub(super) points: usize,
    /// Images or histograms of one panel.
    pub(super) items: usize,
}

/// Small in bytes: it is carried by every output and seen by few.
const STILL: Detail = Detail { curves: 30, points: 2_400, items: 9 };
/// All that the payload has.
const FIGURE: Detail = Detail { curves: usize::MAX, points: usize::MAX, items: 24 };

/// The picture of a panel that stands in a page until, or unless, scripts run.
pub(super) fn still(panel: &Panel, payload: &Payload) -> Option<Still> {
    let detail = Detail { points: STILL.points / plots(&payload.panel).clamp(1, 4), ..STILL };
    let (what, of) = match panel {
        Panel::Plot(plot) => (format!("{} by {}", plot.tag, plot.axes.x_title), plot.series.len()),
        Panel::Images(images) => (format!("images {}", images.tag), images.items.len()),
        Panel::Histogram(histograms) => (format!("histograms {}", histograms.tag), histograms.items.len()),
        Panel::Scatter(scatter) => (scatter.title(), scatter.rows(payload)),
        Panel::Params(params) => ("parallel coordinates".into(), payload.boards.get(params.board).map_or(0, |board| board.n)),
        Panel::Importance(importance) => (format!("what {} depends on", importance.of), importance.items.len()),
        Panel::Coverage(coverage) => (format!("coverage of {}", coverage.keys.join(" × ")), coverage.cells.len()),
        _ => return None,
    };
    let word = match panel {
        Panel::Plot(plot) if plot.series.iter().any(|curve| curve.group.is_some()) => "group",
        Panel::Plot(_) | Panel::Scatter(_) | Panel::Params(_) => "run",
        Panel::Importance(_) => "parameter",
        Panel::Coverage(_) => "combination",
        _ => "item",
    };
    Some(Still { picture: draw(panel, payload, detail), alt: format!("{what}, {}", super::words::plural(of, word)) })
}

fn plots(panel: &Panel) -> usize {
    match panel {
        Panel::Row { children } | Panel::Stack { children } | Panel::Insight { children, .. } => children.iter().map(plots).sum(),
        Panel::Dashboard(dashboard) => dashboard.plots.len(),
        Panel::Plot(_) => 1,
        _ => 0,
    }
}

/// The whole payload as one figure.
pub(super) fn figure(payload: &Payload) -> Picture {
    draw(&payload.panel, payload, FIGURE)
}

fn draw(panel: &Panel, payload: &Payload, detail: Detail) -> Picture {
    let all = |panels: &[Panel]| panels.iter().map(|panel| draw(panel, payload, detail)).collect::<Vec<_>>();
    match panel {
        Panel::Row { children } => beside(&all(children)),
        Panel::Stack { children } | Panel::Insight { children, .. } => below(&all(children)),
        Panel::Dashboard(dashboard) => {
            let mut parts: Vec<Picture> = all(&dashboard.plots).chunks(2).map(beside).collect();
            parts.extend(all(&dashboard.images));
            parts.extend(all(&dashboard.histograms));
            parts.push(draw(&dashboard.table, payload, detail));
            parts.push(draw(&dashboard.thoughts, payload, detail));
            below(&parts)
        }
        Panel::Plot(plot) => match payload.boards.get(plot.board) {
            Some(board) => lines::lines(plot, board, detail),
            None => Picture::default(),
        },
        Panel::Histogram(histograms) => match payload.boards.get(histograms.board) {
            Some(board) => bars::histograms(histograms, board, detail),
            None => Picture::default(),
        },
        Panel::Images(images) => match payload.boards.get(images.board) {
            Some(board) => images::images(images, board, detail),
            None => Picture::default(),
        },
        Panel::Table(table) => match payload.boards.get(table.board) {
            Some(board) => sheet::table(table, board),
            None => Picture::default(),
        },
        Panel::Thoughts(thoughts) => sheet::thoughts(thoughts),
        Panel::Scatter(scatter) => match payload.boards.get(scatter.board) {
            Some(board) => scatter::scatter(scatter, board, detail),
            None => Picture::default(),
        },
        Panel::Params(params) => match payload.boards.get(params.board) {
            Some(board) => params::params(params, board, detail),
            None => Picture::default(),
        },
        Panel::Importance(importance) => importance::importance(importance),
        Panel::Coverage(coverage) => match payload.boards.get(coverage.board) {
            Some(board) => coverage::coverage(coverage, board),
            None => Picture::default(),
        },
        Panel::Diff(diff) => match payload.boards.get(diff.board) {
            Some(board) => sheet::diff(diff, board),
            None => Picture::default(),
        },
        Panel::Message(message) => sheet::message(message),
    }
}

fn beside(pictures: &[Picture]) -> Picture {
    let mut row = Picture::default();
    for picture in pictures.iter().filter(|picture| picture.width > 0.0) {
        let x = if row.width > 0.0 { row.width + GAP } else { 0.0 };
        row.put(x, 0.0, picture);
        row.width = x + picture.width;
        row.height = row.height.max(picture.height);
    }
    row
}

fn below(pictures: &[Picture]) -> Picture {
    let mut stack = Picture::default();
    for picture in pictures.iter().filter(|picture| picture.height > 0.0) {
        let y = if stack.height > 0.0 { stack.height + GAP } else { 0.0 };
        stack.put(0.0, y, picture);
        stack.height = y + picture.height;
        stack.width = stack.width.max(picture.width);
    }
    stack
}

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) colour: &'static str,
    pub(super) anchor: &'static str,
    pub(super) bold: bool,
}

impl Type {
    pub(super) const fn new(size: f64, colour: &'static str) -> Type {
        Type { size, colour, anchor: "start", bold: false }
    }

    pub(super) const fn middle(self) -> Type {
        Type { anchor: "middle", ..self }
    }

    pub(super) const fn end(self) -> Type {
        Type { anchor: "end", ..self }
    }

    pub(super) const fn bold(self) -> Type {
        Type { bold: true, ..self }
    }
}

impl Picture {
    pub(super) fn new(width: f64, height: f64) -> Picture {
        Picture { width, height, body: String::new() }
    }

    /// The whole document. White below, so that it reads on a dark page.
    pub(super) fn svg(&self) -> String {
        let (width, height) = (self.width.ceil().max(1.0), self.height.ceil().max(1.0));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"{FAMILIES}\">\
             <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#fff\"/>{}</svg>",
            self.body
        )
    }

    fn put(&mut self, x: f64, y: f64, picture: &Picture) {
        if x == 0.0 && y == 0.0 {
            self.body.push_str(&picture.body);
        } else {
            self.push(format_args!("<g transform=\"translate({},{})\">{}</g>", short(x), short(y), picture.body));
        }
    }

    pub(super) fn push(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        self.body.write_fmt(element).unwrap_or_default();
    }

    /// A text from anywhere: escaped, on one line.
    pub(super) fn text(&mut self, x: f64, y: f64, of: Type, text: &str) {
        let anchor = if of.anchor == "start" { String::new() } else { format!(" text-anchor=\"{}\"", of.anchor) };
        let weight = if of.bold { " font-weight=\"600\"" } else { "" };
        self.push(format_args!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"{anchor}{weight}>{}</text>",
            short(x),
            short(y),
            of.size,
            of.colour,
            escape(text)
        ));
    }

    pub(super) fn rule(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), colour: &str) {
        let path = format!("M{} {}L{} {}", short(x1), short(y1), short(x2), short(y2));
        self.push(format_args!("<path d=\"{path}\" stroke=\"{colour}\" fill=\"none\"/>"));
    }
}

/// Text as it may stand in an element of XML, which knows fewer letters than Rust.
fn escape(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for letter in plain(text).chars() {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => xml.push('\u{fffd}'),
            letter => xml.push(letter),
        }
    }
    xml
}

/// A coordinate in as few letters as a tenth of a pixel needs.
pub(super) fn short(at: f64) -> String {
    let tenths = (at * 10.0).round() / 10.0;
    if tenths == 0.0 { "0".into() } else { tenths.to_string() }
}

/// About how wide a text is.
pub(super) fn width_of(text: &str, size: f64) -> f64 {
    let of = |letter: char| match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '|' | '!' | '\'' | 'f' | 't' | 'I' | ' ' | '(' | ')' => 0.34,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.92,
        'A'..='Z' => 0.68,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0.0,
        letter if letter as u32 >= 0x1100 => 1.05,
        _ => 0.57,
    };
    size * text.chars().map(of).sum::<f64>()
}

/// A text cut to what fits in that width.
pub(super) fn fit(text: &str, size: f64, width: f64) -> String {
    let text = plain(text);
    if width_of(&text, size) <= width {
        return text;
    }
    let mut fitted = String::new();
    let room = width - width_of("…", size);
    for letter in text.chars() {
        fitted.push(letter);
        if width_of(&fitted, size) > room {
            fitted.pop();
            break;
        }
    }
    fitted.push('…');
    fitted
}
