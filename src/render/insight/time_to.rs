//! When runs met a condition: two columns more, a dot for each that did, and the table of all.

use crate::model::{Reached, Run};
use crate::query::Field;
use crate::render::columns as all;
use crate::render::compose::Rows;
use crate::render::data::ScopeData;
use crate::render::params::varying;
use crate::render::payload::{Cells, Column, ColumnGroup, ColumnKind, Level, Num, Panel, Scatter, Sort, Table};
use crate::render::scatter::axis;
use crate::render::words::{count, duration, number, plural};

/// The keys of a condition's columns: a board may show several conditions.
fn keys(condition: &str) -> [String; 3] {
    ["reached", "steps to", "seconds to"].map(|what| format!("{what} {condition}"))
}

/// The columns of this condition: after which steps and seconds, and whether at all.
pub(super) fn columns(condition: &str, data: &ScopeData, rows: &[&Run]) -> Vec<Column> {
    let Some(reached) = data.reached.get(condition) else { return Vec::new() };
    // Rows are the first of the runs.
    let of: Vec<&Reached> = rows.iter().filter_map(|run| reached.iter().find(|reached| reached.run == run.id)).collect();
    let numbers = |number: fn(&Reached) -> Option<f64>| Cells::Numbers(of.iter().map(|reached| Num(number(reached))).collect());
    let word = |reached: &&Reached| match (reached.logged, reached.step) {
        (false, _) => "not logged",
        (true, None) => "not reached",
        (true, Some(_)) => "reached",
    };
    let words = Cells::Texts(of.iter().map(|reached| Some(word(reached).to_owned())).collect());
    let column = |key, kind, values| Column { key, kind, group: ColumnGroup::Metric, values, shown: true, parts: None };
    let [whether, steps, seconds] = keys(condition);
    vec![
        column(whether, ColumnKind::Text, words),
        column(steps, ColumnKind::Number, numbers(|reached| reached.step.map(|step| step as f64))),
        column(seconds, ColumnKind::Number, numbers(|reached| reached.seconds)),
    ]
}

pub(super) fn panel(board: usize, rows: &Rows<'_>, condition: &str) -> Panel {
    let reached = rows.data.reached.get(condition).map_or(&[][..], Vec::as_slice);
    let params: Vec<String> =
        varying(&rows.rows).into_iter().take(8).map(|name| all::key_of(&Field::Param(name.clone()))).collect();
    let mut children = vec![Panel::message(Level::Info, summary(condition, reached))];
    let [whether, steps, seconds] = keys(condition);
    let there = reached.iter().filter(|reached| reached.step.is_some()).count();
    if let Some(by) =
        rows.legend.clone().filter(|key| params.contains(key)).or_else(|| params.first().cloned()).filter(|_| there > 0)
    {
        let x = all::column(&rows.rows, &all::field(&by), false);
        let notes = if there < reached.len() {
            vec![format!("{} of {} never got there", count(reached.len() - there), plural(reached.len(), "run"))]
        } else {
            Vec::new()
        };
        let column = rows.derived.iter().find(|column| column.key == steps);
        let y = column.map(|column| axis(steps.clone(), column, false));
        children.extend(y.map(|y| Panel::Scatter(Scatter { board, x: axis(by, &x, false), y, legend: None, notes })));
    }
    let columns = ["name".to_owned(), whether, steps.clone(), seconds].into_iter().chain(params).collect();
    children.push(Panel::Table(Table {
        board,
        columns: Some(columns),
        sort: vec![Sort { column: steps, descending: false }],
        sparks: Vec::new(),
    }));
    Panel::Insight { board, method: "time_to", argument: condition.to_owned(), children }
}

/// `Accuracy >= 0.9: reached by 23 of 36 runs, the first after 120 steps (3.1 s, search 4), half of them within 400 steps`.
fn summary(condition: &str, reached: &[Reached]) -> String {
    let mut steps: Vec<&Reached> = reached.iter().filter(|reached| reached.step.is_some()).collect();
    steps.sort_by_key(|reached| reached.step);
    let of = format!("{} of {}", count(steps.len()), plural(reached.len(), "run"));
    let Some(first) = steps.first() else { return format!("{condition}: none of {} got there", plural(reached.len(), "run")) };
    let seconds = first.seconds.map(|seconds| format!("{}, ", duration(seconds))).unwrap_or_default();
    let mut words = format!(
        "{condition}: reached by {of}, the first at step {} ({seconds}{})",
        number(first.step.unwrap_or_default() as f64, 12),
        first.name
    );
    if steps.len() > 2 {
        let half = steps[(steps.len() - 1) / 2].step.unwrap_or_default();
        words.push_str(&format!(", half of these by step {}", number(half as f64, 12)));
    }
    words
}
