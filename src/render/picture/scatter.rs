//! A dot for each run.

use super::along::along;
use super::frame::frame;
use super::{Detail, Picture, short};
use crate::render::legend::legend;
use crate::render::payload::{Board, Scatter};
use crate::render::rows::find;

pub(super) fn scatter(scatter: &Scatter, board: &Board, detail: Detail) -> Picture {
    let legend = legend(board, scatter.legend.as_deref());
    let (x, xs) = along(find(board, &scatter.x.key), &scatter.x, board.n, 0.05, 7);
    let (y, ys) = along(find(board, &scatter.y.key), &scatter.y, board.n, 0.05, 6);
    let all: Vec<usize> = scatter.dots(board).collect();
    let rows = &all[..all.len().min(detail.points)];
    let mut notes = scatter.notes.clone();
    if rows.len() < all.len() {
        notes.insert(0, format!("{} of {} dots in this picture", rows.len(), all.len()));
    }
    let (mut picture, area) = frame(&scatter.title(), &notes, (&x, &scatter.x.key), &y, &legend, rows);
    let size = if rows.len() > 300 { 3.0 } else { 4.5 };
    picture.push(format_args!("<g stroke=\"#fff\" fill-opacity=\".85\">"));
    // The newest runs come first; they are drawn last, so on top.
    for row in rows.iter().rev() {
        let value = |values: &[Option<f64>]| values.get(*row).copied().flatten();
        let Some((px, py)) = value(&xs).and_then(|at| x.place(at)).zip(value(&ys).and_then(|at| y.place(at))) else { continue };
        let (cx, cy, fill) = (short(area.x(px)), short(area.y(py)), legend.stroke(*row).colour);
        picture.push(format_args!("<circle cx=\"{cx}\" cy=\"{cy}\" r=\"{size}\" fill=\"{fill}\"/>"));
    }
    picture.push(format_args!("</g>"));
    picture
}
