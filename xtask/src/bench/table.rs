//! What was measured, as Markdown.

use std::fmt::Write as _;

use super::kill::Loss;
use super::peers::Peer;
use super::timing::{Timing, median};
use super::writer::{FAST, Row, SLOW};

/// One figure of a row: less is better, except where it is a rate.
struct Column {
    title: &'static str,
    of: fn(&Row) -> Option<f64>,
    text: fn(f64) -> String,
    /// Whether more is better.
    rate: bool,
}

const CALL: [Column; 8] = [
    column("paced p50", |row| median(&row.paced, |timing| timing.p50), nanos),
    column("p99", |row| median(&row.paced, |timing| timing.p99), nanos),
    column("max", |row| median(&row.paced, |timing| timing.max), nanos),
    column("loop p50", |row| median(&row.loops, |timing| timing.p50), nanos),
    column("p99", |row| median(&row.loops, |timing| timing.p99), nanos),
    column("max", |row| median(&row.loops, |timing| timing.max), nanos),
    column("10 tags p50", |row| median(&row.steps, |timing| timing.p50), nanos),
    column("p99", |row| median(&row.steps, |timing| timing.p99), nanos),
];

const STORE: [Column; 2] = [
    Column { title: "points/s stored", of: stored, text: thousands, rate: true },
    column("B/point", bytes, |bytes| format!("{bytes:.1}")),
];

const fn column(title: &'static str, of: fn(&Row) -> Option<f64>, text: fn(f64) -> String) -> Column {
    Column { title, of, text, rate: false }
}

fn stored(row: &Row) -> Option<f64> {
    median(&row.loops, |timing| timing.found / timing.durable)
}

/// What each point adds to what one point takes.
fn bytes(row: &Row) -> Option<f64> {
    let empty: &Timing = row.empty.as_ref()?;
    let each = median(&row.loops, |timing| (timing.bytes - empty.bytes) / (timing.found - 1.0).max(1.0))?;
    // So few points that they fit into what one takes say nothing.
    (each > 0.0).then_some(each)
}

/// The tables, and what could not be measured.
pub(super) fn markdown(peers: &[(&Peer, Row)]) -> String {
    let mut text = String::new();
    table(&mut text, peers, "a call", &CALL, |_| Vec::new(), &[]);
    table(
        &mut text,
        peers,
        "what it leaves",
        &STORE,
        |row| vec![lost(row, SLOW), lost(row, FAST)],
        &["lost at 2/s", "lost at 500/s"],
    );
    for (peer, row) in peers {
        for error in &row.errors {
            line(&mut text, format_args!("- {}: {error}", peer.title));
        }
        for timing in row.loops.iter().filter(|timing| timing.found < timing.calls) {
            let (found, calls) = (thousands(timing.found), thousands(timing.calls));
            line(&mut text, format_args!("- {} stored {found} of {calls} points, though it was closed", peer.title));
        }
        let ahead = ahead(peers, peer, row);
        if !ahead.is_empty() {
            line(&mut text, format_args!("- {} is ahead of ours in: {}", peer.title, ahead.join(", ")));
        }
    }
    text
}

fn table(
    text: &mut String,
    peers: &[(&Peer, Row)],
    of: &str,
    columns: &[Column],
    more: impl Fn(&Row) -> Vec<String>,
    titles: &[&str],
) {
    let heads: Vec<&str> = columns.iter().map(|column| column.title).chain(titles.iter().copied()).collect();
    line(text, format_args!("| {of} | {} |", heads.join(" | ")));
    line(text, format_args!("|---|{}", "---|".repeat(heads.len())));
    for (peer, row) in peers {
        let ours = row_of(peers, peer.ours());
        let mut cells: Vec<String> = columns.iter().map(|column| cell(column, row, ours)).collect();
        cells.extend(more(row));
        line(text, format_args!("| {} | {} |", peer.title, cells.join(" | ")));
    }
    text.push('\n');
}

fn row_of<'a>(peers: &'a [(&Peer, Row)], name: &str) -> Option<&'a Row> {
    peers.iter().find(|(peer, _)| peer.name == name).map(|(_, row)| row)
}

/// The figure, and how many times ours it is.
fn cell(column: &Column, row: &Row, ours: Option<&Row>) -> String {
    let Some(value) = (column.of)(row) else { return "not measured".to_owned() };
    let text = (column.text)(value);
    match ours.filter(|ours| !std::ptr::eq(*ours, row)).and_then(column.of) {
        Some(ours) if ours > 0.0 => format!("{text} ({})", times(value / ours)),
        _ => text,
    }
}

fn times(ratio: f64) -> String {
    match ratio {
        ratio if ratio >= 9.95 => format!("{}×", thousands(ratio)),
        ratio if ratio >= 0.095 => format!("{ratio:.1}×"),
        ratio => format!("{ratio:.1e}×"),
    }
}

/// The columns in which ours is not ahead.
fn ahead(peers: &[(&Peer, Row)], peer: &Peer, row: &Row) -> Vec<String> {
    let Some(ours) = row_of(peers, peer.ours()).filter(|ours| !std::ptr::eq(*ours, row)) else { return Vec::new() };
    let columns = ["paced", "paced", "paced", "loop", "loop", "loop", "10 tags", "10 tags", "", ""];
    let better = CALL.iter().chain(&STORE).zip(columns).filter(|(column, _)| match ((column.of)(row), (column.of)(ours)) {
        (Some(theirs), Some(ours)) if column.rate => theirs > ours,
        (Some(theirs), Some(ours)) => theirs < ours,
        _ => false,
    });
    better
        .map(
            |(column, group)| {
                if column.title.starts_with(group) { column.title.to_owned() } else { format!("{group} {}", column.title) }
            },
        )
        .collect()
}

/// `14 of 8,012`, with what a second way to kill came to, and what was read that is false.
fn lost(row: &Row, rate: u64) -> String {
    let say = |loss: &Loss| {
        let false_ones = if loss.wrong > 0 { format!(", {} twice or false", loss.wrong) } else { String::new() };
        format!("{} of {}{false_ones}", loss.lost, thousands(loss.returned as f64))
    };
    match (row.losses.get(&(rate, false)), row.losses.get(&(rate, true))) {
        (Some(process), Some(group)) => format!("{}; with its helpers {}", say(process), say(group)),
        (Some(process), None) => say(process),
        _ => "not measured".to_owned(),
    }
}

fn nanos(nanos: f64) -> String {
    match nanos {
        nanos if nanos < 995.0 => format!("{nanos:.0} ns"),
        nanos if nanos < 99_500.0 => format!("{:.1} µs", nanos / 1e3),
        nanos if nanos < 995_000.0 => format!("{:.0} µs", nanos / 1e3),
        nanos => format!("{:.1} ms", nanos / 1e6),
    }
}

/// `12,345`
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    writeln!(text, "{line}").ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_said_in_their_units() {
        assert_eq!(
            (nanos(81.0), nanos(6_700.0), nanos(142_000.0), nanos(2_100_000.0)),
            ("81 ns".into(), "6.7 µs".into(), "142 µs".into(), "2.1 ms".into())
        );
        assert_eq!(
            (thousands(7.0), thousands(1_234.0), thousands(1_234_567.0)),
            ("7".into(), "1,234".into(), "1,234,567".into())
        );
        assert_eq!((times(1.25), times(67.4), times(0.5)), ("1.2×".into(), "67×".into(), "0.5×".into()));
    }
}
