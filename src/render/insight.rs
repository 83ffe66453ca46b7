//! Views that compare runs: what each comes to, as a panel and as plain data.

mod coverage;
mod diff;
mod time_to;

use std::collections::BTreeMap;

pub(super) use coverage::Tally;

use super::columns;
use super::compose::{Part, messages, told, unknown};
use super::data::ScopeData;
use super::missing;
use super::payload::{Column, Importance, ImportanceItem, Level, Num, Panel, Sort, Table};
use super::rows::{Grid, MISSING};
use super::words::{number, plural};
use crate::display::{Insight, InsightSpec, Scope, View};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Run;
use crate::plain;
use crate::query::{Condition, Field, importance};

/// The columns that a view needs, by the names that a person would give them.
pub(super) fn wanted(spec: &InsightSpec, data: &ScopeData) -> Vec<String> {
    match &spec.what {
        Insight::Importance { of } => vec![of.clone()],
        Insight::Best { by, .. } => best_columns(by, data),
        Insight::Coverage { over } => over.clone().unwrap_or_default(),
        Insight::Diff => {
            diff::fields(&data.runs).into_iter().flat_map(|(_, fields)| fields).map(|field| columns::key_of(&field)).collect()
        }
        Insight::TimeTo { .. } => Vec::new(),
    }
}

/// Columns that only this view has.
pub(super) fn derived(spec: &InsightSpec, data: &ScopeData, rows: &[&Run]) -> Vec<Column> {
    match &spec.what {
        Insight::TimeTo { condition } => time_to::columns(condition, data, rows),
        _ => Vec::new(),
    }
}

/// The runs' names, what they are best by, and what tells them apart.
fn best_columns(by: &str, data: &ScopeData) -> Vec<String> {
    let mut columns = vec!["name".to_owned(), by.to_owned()];
    let runs: Vec<&Run> = data.runs.iter().collect();
    let params = super::params::varying(&runs).into_iter().map(|name| columns::key_of(&Field::Param(name.clone())));
    columns.extend(params.take(8));
    columns.extend(["status", "started"].map(String::from));
    columns
}

impl Part<'_> {
    pub(super) fn insight(&self, spec: &InsightSpec) -> Panel {
        let data = self.rows.data;
        match &spec.what {
            Insight::Importance { of } => self.importance(of),
            Insight::Best { by, lowest, .. } => self.best(by, *lowest),
            Insight::Diff => diff::panel(self.board, &self.rows.rows, data),
            Insight::TimeTo { condition } => match condition_of(condition, data) {
                Ok(_) => time_to::panel(self.board, self.rows, condition),
                Err(wrong) => Panel::message(Level::Error, wrong),
            },
            Insight::Coverage { over } => {
                let unknown = unknown(over.iter().flatten(), data);
                if !unknown.is_empty() {
                    return messages(unknown);
                }
                match coverage::Grid::of(&self.rows.rows, over.as_deref()) {
                    Ok(grid) => Panel::Coverage(grid.panel(self.board)),
                    Err(why) => Panel::message(Level::Info, why),
                }
            }
        }
    }

    fn importance(&self, of: &str) -> Panel {
        let data = self.rows.data;
        if let Some(unknown) = missing::key(of, data) {
            return Panel::message(Level::Error, unknown);
        }
        let found = match importance(&data.runs, &columns::field(of)) {
            Ok(found) => found,
            Err(why) => return Panel::message(Level::Info, why),
        };
        let item = |of: &crate::model::Influence| ImportanceItem {
            key: columns::key_of(&Field::Param(of.param.clone())),
            importance: Num(Some(super::words::significant(of.importance, 4))),
            spread: Num(Some(super::words::significant(of.spread, 3))),
            correlation: Num(of.correlation.map(|rho| super::words::significant(rho, 4))),
            n: of.runs,
        };
        let mut notes = vec![
            "importance: the share of the variance that is lost when shuffled, ± its deviation".to_owned(),
            format!("a random forest (Breiman 2001) over {}; ρ: Spearman's rank correlation", plural(found.runs, "run")),
            format!("the forest explains {} of the variance of runs it has not seen (out-of-bag R²)", number(found.explained, 2)),
        ];
        notes.extend(found.notes);
        let of = columns::key(of);
        Panel::Importance(Importance { board: self.board, of, items: found.items.iter().map(item).collect(), notes })
    }

    /// The table of the runs that are left, the best first.
    fn best(&self, by: &str, lowest: Option<bool>) -> Panel {
        let data = self.rows.data;
        let unknown = missing::key(by, data);
        let columns =
            best_columns(by, data).iter().filter(|key| missing::key(key, data).is_none()).map(|key| columns::key(key)).collect();
        let descending = !lowest.unwrap_or(by.trim_start().starts_with("min("));
        let sort = if unknown.is_none() { vec![Sort { column: columns::key(by), descending }] } else { Vec::new() };
        told(
            unknown.into_iter().collect(),
            Panel::Table(Table { board: self.board, columns: Some(columns), sort, sparks: Vec::new() }),
        )
    }
}

/// The condition in a text, or what is wrong with it.
fn condition_of(text: &str, data: &ScopeData) -> std::result::Result<Condition, String> {
    let condition = Condition::parse(text, columns::field)?;
    missing::metric(&condition.tag, data).map_or(Ok(condition), Err)
}

/// What a view comes to, as JSON.
pub(super) fn data(view: &View, scopes: &[ScopeData]) -> Result<BTreeMap<String, String>> {
    let not_found = |why: String| Error::new(ErrorKind::NotFound, why);
    let View::Insight(spec) = view else {
        return Err(Error::new(
            ErrorKind::Input,
            "only what compares runs comes to plain data; `runs` and `series` give the rest",
        ));
    };
    let of = |scope: &Scope| scopes.iter().find(|data| data.scope == *scope);
    let data = of(&spec.scope).ok_or_else(|| not_found("nothing was read for this view".to_owned()))?;
    let runs: Vec<&Run> = data.runs.iter().collect();
    let known =
        |keys: Vec<&String>| keys.into_iter().find_map(|key| missing::key(key, data)).map_or(Ok(()), |why| Err(not_found(why)));
    let json = match &spec.what {
        Insight::Importance { of } => {
            known(vec![of])?;
            plain::to_text(&importance(&data.runs, &columns::field(of)).map(|found| found.items).map_err(not_found)?)
        }
        Insight::Best { by, .. } => {
            known(vec![by])?;
            plain::to_text(&spec.scope.filter)
        }
        Insight::Diff => plain::to_text(&diff::data(&data.runs)),
        Insight::TimeTo { condition } => {
            condition_of(condition, data).map_err(not_found)?;
            plain::to_text(data.reached.get(condition).map_or(&[][..], Vec::as_slice))
        }
        Insight::Coverage { over } => {
            known(over.iter().flatten().collect())?;
            plain::to_text(&coverage::Grid::of(&runs, over.as_deref()).map_err(not_found)?.combinations(&runs))
        }
    };
    Ok([("application/json".to_owned(), json)].into())
}

impl Importance {
    /// The same as a table.
    pub(super) fn grid(&self) -> Grid {
        let row = |item: &ImportanceItem| {
            let of = |of: Num, digits: usize| of.0.map_or_else(|| MISSING.into(), |value| number(value, digits));
            vec![
                item.key.clone(),
                of(item.importance, 3),
                format!("±{}", of(item.spread, 2)),
                of(item.correlation, 3),
                item.n.to_string(),
            ]
        };
        let head = ["parameter", "importance", "", "ρ", "runs"].map(String::from).to_vec();
        Grid { head, right: vec![false, true, true, true, true], rows: self.items.iter().map(row).collect(), note: None }
    }
}
