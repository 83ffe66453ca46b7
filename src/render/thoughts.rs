//! The thoughts that stand on curves: those of the runs that are drawn.

use std::collections::BTreeSet;

use super::data::ScopeData;
use super::payload::{Panel, Plot, Thought};
use super::text::cut;
use super::words::count;

/// More marks on one picture hide it.
const MOST: usize = 200;
/// Letters of one: what a mark says is read in passing.
const LETTERS: usize = 400;

/// Puts the newest thoughts of its runs on a plot. `row` knows the rows of runs.
pub(super) fn on(mut panel: Panel, data: &ScopeData, row: impl Fn(&crate::model::RunId) -> Option<usize>) -> Panel {
    if let Some(plot) = plot(&mut panel)
        && !plot.series.iter().any(|curve| curve.group.is_some())
    {
        let drawn: BTreeSet<usize> = plot.series.iter().map(|curve| curve.run).collect();
        let ours =
            data.thoughts.iter().flat_map(|thoughts| &thoughts.shown).filter(|thought| thought.folder == data.scope.folder);
        let all = ours.filter_map(|thought| {
            let run = row(&thought.run).filter(|row| drawn.contains(row))?;
            Some(Thought { run, step: thought.step, t: thought.time.millis(), text: cut(&thought.text, LETTERS) })
        });
        plot.thoughts = all.collect();
        let left = plot.thoughts.len().saturating_sub(MOST);
        if left > 0 {
            plot.thoughts.drain(..left);
            plot.notes.push(format!("the newest {MOST} of {} thoughts", count(left + MOST)));
        }
    }
    panel
}

/// The plot in a panel, perhaps below what had to be said about it.
fn plot(panel: &mut Panel) -> Option<&mut Plot> {
    match panel {
        Panel::Plot(plot) => Some(plot),
        Panel::Stack { children } => children.iter_mut().find_map(plot),
        _ => None,
    }
}
