//! What is said where a name was asked for that nobody logged, or where there is no run.

use std::collections::BTreeSet;

use super::columns;
use super::data::ScopeData;
use super::words::plural;
use crate::query::{Field, Filter, suggest};

/// What to do about a filter that finds nothing.
const WIDER: &str = "board.table() without the filter shows what there is";

/// Why there is no run, if there is none.
pub(super) fn runs(data: &ScopeData) -> Option<String> {
    if !data.runs.is_empty() {
        return None;
    }
    let scope = &data.scope;
    if data.invalid > 0 {
        let none = format!("{} of `{}` left out: marked as invalid", plural(data.invalid, "run"), scope.folder);
        return Some(format!("{none}; board.with_invalid() shows such runs"));
    }
    Some(match (data.known.runs, &scope.filter) {
        (0, _) | (_, Filter::All) => {
            let empty = format!("the folder `{}` of the database `{}` has no runs yet", scope.folder, scope.database);
            format!("{empty}; board.folders() lists those that have")
        }
        (1, filter) => format!("the only run of `{}` is not one with `{filter}`; {WIDER}", scope.folder),
        (n, filter) => format!("none of the {} of `{}` has `{filter}`; {WIDER}", plural(n, "run"), scope.folder),
    })
}

/// Why there is no such metric here, if there is none.
pub(super) fn metric(tag: &str, data: &ScopeData) -> Option<String> {
    let here = data.runs.iter().any(|run| run.metrics.contains_key(tag));
    (!here).then(|| nobody("a metric", tag, &data.known.metrics, data))
}

pub(super) fn image(tag: &str, data: &ScopeData) -> Option<String> {
    let here = data.images.get(tag).is_some_and(|drawn| drawn.total > 0);
    (!here).then(|| nobody("images", tag, &data.known.images, data))
}

pub(super) fn histogram(tag: &str, data: &ScopeData) -> Option<String> {
    let here = data.histograms.get(tag).is_some_and(|drawn| drawn.total > 0);
    (!here).then(|| nobody("histograms", tag, &data.known.histograms, data))
}

/// Why there is no such legend or column, if there is none.
pub(super) fn key(key: &str, data: &ScopeData) -> Option<String> {
    if columns::ours(key) {
        return None;
    }
    match columns::field(key) {
        Field::Run(_) => None,
        Field::Metric(_, tag) => metric(&tag, data),
        Field::Param(name) => {
            let here = data.runs.iter().any(|run| run.param(&name).is_some());
            (!here).then(|| nobody("a parameter", &name, &data.known.params, data))
        }
    }
}

fn nobody(what: &str, name: &str, known: &BTreeSet<String>, data: &ScopeData) -> String {
    if known.contains(name) {
        return format!("none of the runs with `{}` has {what} `{name}`", data.scope.filter);
    }
    let said = format!("no run has {what} `{name}`");
    if let Some(meant) = suggest(name, known.iter().map(String::as_str)) {
        return format!("{said}; did you mean `{meant}`?");
    }
    let plural = match what {
        "a metric" => "metrics",
        "a parameter" => "parameters",
        what => what,
    };
    match known.is_empty() {
        true => format!("{said}; there are no {plural} yet"),
        false => format!("{said}; there are: {}", crate::query::shortened(known.iter().map(String::as_str))),
    }
}
