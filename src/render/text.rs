//! For a terminal: the table of runs, a line for each curve, the thoughts.

use super::legend::{Legend, legend};
use super::payload::{Curve, Panel, Payload, Plot, Table, Thoughts};
use super::rows::{self, Grid};
use super::words::{count, moment, number, plural};

const ROWS: usize = 40;
const COLUMNS: usize = 10;
const CURVES: usize = 30;
const THOUGHTS: usize = 50;
/// Runs side by side.
const DIFFERENT: usize = 6;
/// The widest cell.
const WIDTH: usize = 32;

/// The payload as text. No line of it can end a cell's output early, and nothing in it moves a terminal's cursor.
pub(super) fn text(payload: &Payload) -> String {
    let mut lines = vec![plain(&payload.title)];
    panel(&payload.panel, payload, &mut lines);
    lines.join("\n").replace("EVCXR_", "EVCXR\u{2060}_")
}

/// Text from outside on one line, without control letters.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => plain.push(' '),
            letter if letter.is_control() => plain.push('\u{fffd}'),
            // What turns the direction of the text around it would turn our words, too.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => plain.push('\u{fffd}'),
            letter => plain.push(letter),
        }
    }
    plain
}

/// The same, cut to a width in letters.
pub(super) fn cut(text: &str, width: usize) -> String {
    let plain = plain(text);
    if plain.chars().count() <= width {
        return plain;
    }
    plain.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

fn panel(of: &Panel, payload: &Payload, lines: &mut Vec<String>) {
    match of {
        Panel::Row { children } | Panel::Stack { children } => children.iter().for_each(|child| panel(child, payload, lines)),
        // Its dots say what its table says.
        Panel::Insight { children, .. } => {
            children.iter().filter(|child| !matches!(child, Panel::Scatter(_))).for_each(|child| panel(child, payload, lines));
        }
        Panel::Dashboard(dashboard) => {
            panel(&dashboard.table, payload, lines);
            for part in dashboard.plots.iter().chain(&dashboard.images).chain(&dashboard.histograms) {
                panel(part, payload, lines);
            }
            panel(&dashboard.thoughts, payload, lines);
        }
        Panel::Plot(of) => plot(of, payload, lines),
        Panel::Table(of) => table(of, payload, lines),
        Panel::Images(of) => {
            let runs: std::collections::BTreeSet<usize> = of.items.iter().map(|item| item.run).collect();
            let of_runs = format!("{} of {}", plural(of.items.len(), "image"), plural(runs.len(), "run"));
            lines.push(format!("\n{}: {of_runs}{}", plain(&of.tag), steps(&of.steps)));
            notes(&of.notes, lines);
        }
        Panel::Histogram(of) => {
            lines.push(format!("\n{}: {}{}", plain(&of.tag), plural(of.items.len(), "histogram"), steps(&of.steps)));
            notes(&of.notes, lines);
        }
        Panel::Thoughts(of) => thoughts(of, lines),
        Panel::Scatter(of) => {
            lines.push(format!("\n{}", plain(&of.title())));
            table(&of.table(payload), payload, lines);
            notes(&of.notes, lines);
        }
        Panel::Params(of) => {
            lines.push("\nparameters and results".into());
            table(&of.table(), payload, lines);
            notes(&of.notes, lines);
        }
        Panel::Importance(of) => {
            lines.push(format!("\nwhat {} depends on", plain(&of.of)));
            set(&of.grid(), lines);
            notes(&of.notes, lines);
        }
        Panel::Diff(of) => {
            let Some(board) = payload.boards.get(of.board) else { return };
            lines.push(String::new());
            set(&of.grid(board, DIFFERENT), lines);
        }
        Panel::Coverage(of) => {
            let Some(board) = payload.boards.get(of.board) else { return };
            lines.push(format!("\n{}", of.summary(board)));
            set(&of.grid(board, ROWS), lines);
            notes(&of.notes, lines);
        }
        Panel::Message(message) => lines.push(plain(&message.text)),
    }
}

fn steps(steps: &[i64]) -> String {
    match steps {
        [] => String::new(),
        [step] => format!(", step {step}"),
        [first, .., last] => format!(", steps {first} to {last}"),
    }
}

fn notes(notes: &[String], lines: &mut Vec<String>) {
    if !notes.is_empty() {
        lines.push(format!("({})", notes.join(", ")));
    }
}

fn plot(plot: &Plot, payload: &Payload, lines: &mut Vec<String>) {
    let Some(board) = payload.boards.get(plot.board) else { return };
    let legend = legend(board, plot.legend.as_deref());
    if plot.series.iter().any(|curve| curve.group.is_some()) {
        return groups(plot, &legend, lines);
    }
    let head = [legend.title.as_str(), "run", "points", "last", "min", "max"];
    let mut cells: Vec<Vec<String>> = Vec::new();
    for curve in plot.series.iter().take(CURVES) {
        let name = rows::find(board, "name").and_then(|column| column.cell(curve.run)).unwrap_or_default();
        let (last, min, max) = summary(curve);
        let rank = curve.rank.map(|rank| format!(", rank {rank}")).unwrap_or_default();
        let trouble = rows::trouble(board, curve.run).map(|status| format!(" ({status})")).unwrap_or_default();
        let label = legend.stroke(curve.run).label;
        cells.push(vec![label, format!("{name}{rank}{trouble}"), count(curve.n), last, min, max]);
    }
    lines.push(format!("\n{}", plain(&plot.tag)));
    let skip = usize::from(legend.title == "name");
    let right = vec![false, false, true, true, true, true][skip..].to_vec();
    let head = head[skip..].iter().map(|word| word.to_string()).collect();
    let rows = cells.into_iter().map(|row| row[skip..].to_vec()).collect();
    let more = plot.series.len().saturating_sub(CURVES);
    let note = (more > 0).then(|| format!("and {}", plural(more, "more run")));
    set(&Grid { head, right, rows, note }, lines);
    notes(&plot.notes, lines);
}

/// A line for each group: its runs, and where its mean and band end.
fn groups(plot: &Plot, legend: &Legend, lines: &mut Vec<String>) {
    let mut head = vec![legend.title.clone(), "runs".into(), "points".into(), format!("last {}", plot.centre.unwrap_or("mean"))];
    head.extend(plot.band.as_ref().map(|band| format!("last {band}")));
    let row = |curve: &Curve| {
        let group = curve.group.as_ref()?;
        let (last, ..) = summary(curve);
        let mut row = vec![legend.stroke(curve.run).label, count(group.runs.len()), count(curve.n), last];
        let ends = group.lower.last().and_then(|end| end.0).zip(group.upper.last().and_then(|end| end.0));
        row.extend(ends.map(|(lower, upper)| format!("{} to {}", number(lower, 4), number(upper, 4))));
        Some(row)
    };
    lines.push(format!("\n{}", plain(&plot.tag)));
    let right = std::iter::once(false).chain(std::iter::repeat_n(true, head.len() - 1)).collect();
    let more = plot.series.len().saturating_sub(CURVES);
    let note = (more > 0).then(|| format!("and {}", plural(more, "more group")));
    set(&Grid { head, right, rows: plot.series.iter().take(CURVES).filter_map(row).collect(), note }, lines);
    notes(&plot.notes, lines);
}

fn summary(curve: &Curve) -> (String, String, String) {
    let values = || curve.y.iter().filter_map(|y| y.0);
    let finite = || values().filter(|y| y.is_finite());
    let say = |value: Option<f64>| value.map_or_else(|| rows::MISSING.into(), |value| number(value, 5));
    (say(values().next_back()), say(finite().reduce(f64::min)), say(finite().reduce(f64::max)))
}

fn table(table: &Table, payload: &Payload, lines: &mut Vec<String>) {
    let Some(board) = payload.boards.get(table.board) else { return };
    lines.push(String::new());
    set(&rows::grid(board, table, ROWS, COLUMNS), lines);
}

/// Columns side by side, numbers to the right.
pub(super) fn set(grid: &Grid, lines: &mut Vec<String>) {
    let cell = |text: &String| cut(text, WIDTH);
    let table: Vec<Vec<String>> =
        std::iter::once(&grid.head).chain(&grid.rows).map(|row| row.iter().map(cell).collect()).collect();
    let width =
        |column: usize| table.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..grid.head.len()).map(width).collect();
    for row in &table {
        let padded = row
            .iter()
            .zip(&widths)
            .zip(&grid.right)
            .map(|((cell, width), right)| if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") });
        lines.push(padded.collect::<Vec<_>>().join("  ").trim_end().to_string());
    }
    if let Some(note) = &grid.note {
        lines.push(format!("({note})"));
    }
}

fn thoughts(thoughts: &Thoughts, lines: &mut Vec<String>) {
    lines.push(format!("\n{}", plural(thoughts.items.len(), "thought")));
    let skip = thoughts.items.len().saturating_sub(THOUGHTS);
    if skip > 0 {
        lines.push(format!("(the newest {THOUGHTS})"));
    }
    for thought in &thoughts.items[skip..] {
        let step = thought.step.map(|step| format!(", step {step}")).unwrap_or_default();
        lines.push(format!("{}  {}{step}: {}", moment(thought.t), cut(&thought.name, WIDTH), plain(&thought.text)));
    }
    notes(&thoughts.notes, lines);
}
