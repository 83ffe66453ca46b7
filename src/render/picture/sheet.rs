//! Text as a picture: tables, thoughts and messages in a figure.

use super::{FAINT, INK, Picture, RULE, Type, WIDTH, fit, width_of};
use crate::render::payload::{Board, Diff, Level, Message, Table, Thoughts};
use crate::render::rows::{self, Grid, MISSING};
use crate::render::words::moment;

const SIZE: f64 = 12.0;
const LINE: f64 = 21.0;
const ROWS: usize = 40;
const COLUMNS: usize = 14;
const CELL: f64 = 200.0;
/// Runs side by side.
const DIFFERENT: usize = 8;
/// Between two columns.
const SPACE: f64 = 18.0;

pub(super) fn table(table: &Table, board: &Board) -> Picture {
    draw(&rows::grid(board, table, ROWS, COLUMNS), CELL)
}

pub(super) fn diff(diff: &Diff, board: &Board) -> Picture {
    draw(&diff.grid(board, DIFFERENT), CELL)
}

pub(super) fn thoughts(thoughts: &Thoughts) -> Picture {
    if thoughts.items.is_empty() {
        return Picture::default();
    }
    let skip = thoughts.items.len().saturating_sub(ROWS);
    let row = |thought: &crate::render::payload::ThoughtItem| {
        let step = thought.step.map_or_else(|| MISSING.into(), |step| step.to_string());
        vec![moment(thought.t), thought.name.clone(), step, thought.text.clone()]
    };
    let head = ["time (UTC)", "run", "step", "thought"].map(String::from).to_vec();
    let note = (skip > 0).then(|| format!("the newest {ROWS} of {} thoughts", thoughts.items.len()));
    let right = vec![false, false, true, false];
    draw(&Grid { head, right, rows: thoughts.items[skip..].iter().map(row).collect(), note }, 2.0 * CELL)
}

pub(super) fn message(message: &Message) -> Picture {
    let colour = if message.level == Level::Error { "#b3261e" } else { INK };
    let width = (width_of(&message.text, 13.0) * 1.05 + 28.0).clamp(WIDTH, 2.0 * WIDTH);
    let mut picture = Picture::new(width, 44.0);
    picture.text(14.0, 27.0, Type::new(13.0, colour), &fit(&message.text, 13.0, width - 28.0));
    picture
}

fn draw(grid: &Grid, most: f64) -> Picture {
    let cells: Vec<Vec<String>> =
        std::iter::once(&grid.head).chain(&grid.rows).map(|row| row.iter().map(|cell| fit(cell, SIZE, most)).collect()).collect();
    let width = |column: usize| {
        cells.iter().filter_map(|row| row.get(column)).map(|cell| width_of(cell, SIZE) * 1.06).fold(0.0, f64::max)
    };
    let widths: Vec<f64> = (0..grid.head.len()).map(width).collect();
    let all = widths.iter().map(|width| width + SPACE).sum::<f64>() - SPACE;
    let lines = cells.len() + usize::from(grid.note.is_some());
    let mut picture = Picture::new((all + 28.0).max(WIDTH), 16.0 + lines as f64 * LINE);
    for (i, row) in cells.iter().enumerate() {
        let y = 24.0 + i as f64 * LINE;
        let plain = Type::new(SIZE, INK);
        let set = if i == 0 { plain.bold() } else { plain };
        let mut left = 14.0;
        for ((cell, width), right) in row.iter().zip(&widths).zip(&grid.right) {
            if *right {
                picture.text(left + width, y, set.end(), cell)
            } else {
                picture.text(left, y, set, cell)
            }
            left += width + SPACE;
        }
        if i + 1 < cells.len() {
            picture.rule((14.0, y + 7.0), (14.0 + all, y + 7.0), RULE);
        }
    }
    if let Some(note) = &grid.note {
        picture.text(14.0, 24.0 + cells.len() as f64 * LINE, Type::new(11.0, FAINT), note);
    }
    picture
}
