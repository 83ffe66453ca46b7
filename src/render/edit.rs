//! What an edit would change, as a table of old and new values.

use std::collections::BTreeMap;

use super::html::table;
use super::rows::Grid;
use super::text::set;
use super::words::{count, plural};
use super::{HTML, TEXT};
use crate::model::EditPlan;

/// By MIME type.
pub(crate) fn preview(plan: &EditPlan) -> BTreeMap<String, String> {
    let title = title(plan);
    let row =
        |row: &crate::model::EditRow| vec![row.name.clone(), row.what.clone(), row.old.clone(), "→".into(), row.new.clone()];
    let head = ["run", "what", "old", "", "new"].map(String::from).to_vec();
    let note = (plan.more > 0).then(|| format!("and {}", plural(plan.more, "more change")));
    let grid = Grid { head, right: vec![false; 5], rows: plan.rows.iter().map(row).collect(), note };
    let mut lines = vec![super::text::plain(&title)];
    let mut html = super::html::paragraph(&title);
    if !plan.rows.is_empty() {
        set(&grid, &mut lines);
        html.push_str(&table(&grid));
    }
    if !plan.waits.is_empty() {
        let waits = format!("these still run, and must end before: {}", plan.waits.join(", "));
        lines.push(super::text::plain(&waits));
        html.push_str(&super::html::paragraph(&waits));
    }
    let html = format!("<div class=\"tex2jax_ignore mathjax_ignore\">{html}</div>");
    let text = lines.join("\n").replace("EVCXR_", "EVCXR\u{2060}_");
    [(HTML, html), (TEXT, text)].map(|(mime, content)| (mime.to_owned(), content)).into()
}

fn title(plan: &EditPlan) -> String {
    let runs = format!("{} of {}", count(plan.runs), plural(plan.of, "run"));
    format!("{}: would change {runs}", plan.changes.join("; "))
}
