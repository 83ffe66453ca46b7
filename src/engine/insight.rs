//! What comparing runs needs beyond the runs themselves: which are the best, and when each met a condition.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::hidden;
use crate::display::{Insight, InsightSpec, Scope, View};
use crate::error::Result;
use crate::model::{Reached, Run, RunId, Series};
use crate::query::{Compare, Condition, Field, Filter, Reduce, value};
use crate::render;
use crate::store::read::{Place, Read};

/// The view with the runs of each `Best` found: its scope is narrowed to them.
pub(super) fn settled(view: &View, store: &dyn Fn(&str) -> Result<Arc<dyn Read>>) -> Result<View> {
    let all = |views: &[View]| views.iter().map(|view| settled(view, store)).collect::<Result<Vec<View>>>();
    Ok(match view {
        View::Row(views) => View::Row(all(views)?),
        View::Stack(views) => View::Stack(all(views)?),
        View::Insight(InsightSpec { scope, what: what @ Insight::Best { by, lowest, runs } }) => {
            let read = store(&scope.store)?;
            let filter = best(read.as_ref(), scope, by, *lowest, *runs)?;
            View::Insight(InsightSpec { scope: Scope { filter, ..scope.clone() }, what: what.clone() })
        }
        other => other.clone(),
    })
}

/// The filter of the scope, narrowed to the best runs; as it was if none has such a number.
fn best(read: &dyn Read, scope: &Scope, by: &str, lowest: Option<bool>, most: usize) -> Result<Filter> {
    let place = Place { database: &scope.database, folder: &scope.folder };
    let field = render::field(by);
    let lowest = lowest.unwrap_or(matches!(field, Field::Metric(Reduce::Min, _)));
    let (runs, _) = hidden::runs(read, place, &scope.filter)?;
    let number = |run: &Run| {
        let value = value(&field, run)?.into_owned();
        Some((value.number().filter(|number| !number.is_nan())?, value))
    };
    let mut values: Vec<_> = runs.iter().filter_map(number).collect();
    values.sort_by(|a, b| if lowest { a.0.total_cmp(&b.0) } else { b.0.total_cmp(&a.0) });
    let Some((_, last)) = values.get(most.clamp(1, values.len().max(1)) - 1) else { return Ok(scope.filter.clone()) };
    let compare = if lowest { Compare::LessOrEqual } else { Compare::GreaterOrEqual };
    Ok(scope.filter.clone().and(Filter::Compare(field, compare, last.clone())))
}

/// When each of these runs first met the condition. Of most runs one chunk is read; of those whose summary says that they never did, none.
pub(super) fn reached(read: &dyn Read, place: Place<'_>, runs: &[Run], condition: &Condition) -> Result<Vec<Reached>> {
    let may = |run: &&Run| run.metrics.get(&condition.tag).is_some_and(|summary| condition.may_hold(summary));
    let may: Vec<&Run> = runs.iter().filter(may).collect();
    // Where sessions lie over one another, only the whole line tells what stands.
    let plain: Vec<RunId> = may.iter().filter(|run| one_session_a_rank(run)).map(|run| run.id).collect();
    let mut first: BTreeMap<RunId, Point> = BTreeMap::new();
    for chunk in read.first_chunks(place, &plain, condition)? {
        let points = &chunk.points;
        let Some(at) = points.values.iter().position(|value| condition.holds(*value)) else { continue };
        let wall = points.wall.get(at).copied();
        Point { step: points.steps[at], value: points.values[at], wall }.earliest(first.entry(chunk.run));
    }
    // The others may have got there in points that are in no chunk yet.
    let rest: Vec<&Run> = may.into_iter().filter(|run| !first.contains_key(&run.id)).collect();
    for series in read.series(place, &rest, &condition.tag)? {
        let Some(point) = Point::first(&series, condition) else { continue };
        point.earliest(first.entry(series.run));
    }
    let told = |run: &Run| {
        let point = first.get(&run.id);
        let seconds = point.and_then(|point| point.wall).map(|wall| (wall - run.started.millis()) as f64 / 1000.0);
        Reached {
            run: run.id,
            name: run.name.clone(),
            step: point.map(|point| point.step),
            seconds,
            value: point.map(|point| point.value),
            logged: run.metrics.contains_key(&condition.tag),
        }
    };
    Ok(runs.iter().map(told).collect())
}

/// A point that met a condition.
#[derive(Clone, Copy)]
struct Point {
    step: i64,
    value: f64,
    wall: Option<i64>,
}

impl Point {
    fn first(series: &Series, condition: &Condition) -> Option<Point> {
        let at = condition.first(series)?;
        Some(Point { step: series.steps[at], value: series.values[at], wall: series.wall.get(at).copied() })
    }

    /// Of several ranks the first by the clock counts.
    fn earliest(self, entry: std::collections::btree_map::Entry<'_, RunId, Point>) {
        let known = entry.or_insert(self);
        if self.wall < known.wall {
            *known = self;
        }
    }
}

fn one_session_a_rank(run: &Run) -> bool {
    let mut ranks: Vec<u32> = run.sessions.iter().map(|session| session.rank).collect();
    ranks.sort_unstable();
    ranks.windows(2).all(|pair| pair[0] != pair[1])
}
