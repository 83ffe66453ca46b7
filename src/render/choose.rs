//! How much of what was logged one output carries. What is left out is said on the picture.

use std::collections::BTreeSet;

use super::better;
use super::words::{count, plural};
use crate::display::PlotSpec;
use crate::model::{HistogramBins, ImageInfo, Run, RunId, Series};

/// Runs in a table, and cells: 10,000 runs of 200 columns, or more runs of fewer.
const RUNS: usize = 50_000;
const CELLS: usize = 2_000_000;
/// Curves of a plot, when nobody asked for a number: the browser's time goes by curves, not by points.
pub(crate) const CURVES: usize = 100;
/// Curves of a plot, when a person wants all of them.
pub(crate) const ALL: usize = 2_000;
/// Runs of a plot of groups: few curves come of them, and a mean wants all it can get.
pub(crate) const GROUPED: usize = 1_000;
/// Images of a tag, over all runs and steps.
pub(crate) const IMAGES: usize = 240;
/// Bytes of all the images of an output. The last one may go beyond it.
pub(crate) const IMAGE_BYTES: usize = 6 << 20;
/// Bytes that are read for them, as they were stored, and pixels that are decoded for thumbnails: an output must not wait for more.
pub(crate) const IMAGE_READ: usize = 64 << 20;
pub(crate) const IMAGE_PIXELS: u64 = 40_000_000;
/// Histograms of a tag, over all runs and steps.
pub(crate) const HISTOGRAMS: usize = 800;
/// Thoughts, the newest ones.
pub(crate) const THOUGHTS: usize = 10_000;

/// How many runs a table of so many columns has at most.
pub(crate) fn rows(columns: usize) -> usize {
    (CELLS / columns.max(1)).min(RUNS)
}

/// How many runs a plot takes at most: those that matter, or the newest where somebody said how many, and of groups.
pub(crate) fn most(spec: &PlotSpec) -> usize {
    spec.runs.unwrap_or(if spec.group.is_empty() { CURVES } else { GROUPED })
}

/// The series of a plot: those of as many runs as it takes, and of those that are `wished`; those of the ranks of a run follow one another.
/// The means of groups are of the same runs whatever anybody wants.
pub(crate) fn of_plot<'a>(
    spec: &PlotSpec,
    series: &'a [Series],
    wished: &'a BTreeSet<RunId>,
) -> impl Iterator<Item = &'a Series> {
    let (mut left, grouped) = (most(spec), !spec.group.is_empty());
    let chosen = move |of: &&[Series]| {
        if !grouped && wished.contains(&of[0].run) {
            return true;
        }
        let room = left > 0;
        left = left.saturating_sub(1);
        room
    };
    series.chunk_by(|a, b| a.run == b.run).filter(chosen).flatten()
}

/// Of runs that have a metric (the newest first), those that matter where nobody asked for a number: half of them the newest, the others
/// those whose last values are the best. In their order.
pub(crate) fn matter<'a>(runs: Vec<&'a Run>, tag: &str, most: usize) -> Vec<&'a Run> {
    if runs.len() <= most {
        return runs;
    }
    let newest = most.div_ceil(2);
    let last = |run: &Run| run.metrics.get(tag).and_then(|summary| summary.last).filter(|last| !last.is_nan());
    let mut others: Vec<(usize, f64)> =
        runs.iter().enumerate().skip(newest).filter_map(|(i, run)| Some((i, last(run)?))).collect();
    others.sort_by(|a, b| if better::higher(tag) { b.1.total_cmp(&a.1) } else { a.1.total_cmp(&b.1) });
    // Those without a last value come after them.
    let mut best: BTreeSet<usize> = others.into_iter().map(|(i, _)| i).take(most - newest).collect();
    let rest: Vec<usize> = (newest..runs.len()).filter(|i| !best.contains(i)).take(most - newest - best.len()).collect();
    best.extend(rest);
    runs.into_iter().enumerate().filter(|(i, _)| *i < newest || best.contains(i)).map(|(_, run)| run).collect()
}

/// How the runs of a plot were chosen: `100 of 340 runs: the 50 newest, and the 50 with the lowest last values of the others`.
/// `extra`: how many more there are because a page wants them.
pub(crate) fn said(shown: usize, extra: usize, total: usize, tag: &str, newest: bool) -> String {
    let runs = format!("{} of {}", count(shown), plural(total, "run"));
    let more = if extra > 0 { format!("; {} more that were chosen here", count(extra)) } else { String::new() };
    if newest {
        return format!("{runs}, the newest{more}");
    }
    let (first, best) = (shown.div_ceil(2), if better::higher(tag) { "highest" } else { "lowest" });
    let others = count(shown - first);
    format!("{runs}: the {} newest, and the {others} with the {best} last values of the others{more}", count(first))
}

/// Something that one run has at some steps.
pub(crate) trait OfRun {
    fn run(&self) -> RunId;
}

impl OfRun for ImageInfo {
    fn run(&self) -> RunId {
        self.run
    }
}

impl OfRun for HistogramBins {
    fn run(&self) -> RunId {
        self.run
    }
}

/// At most `limit` of these (which lie run by run, in order of their steps): every run keeps its last, and of the others as many as
/// there is room for, evenly spread. Runs beyond the limit lose all.
pub(crate) fn spread<T: OfRun>(items: Vec<T>, limit: usize) -> Vec<T> {
    if items.len() <= limit {
        return items;
    }
    let runs = items.chunk_by(|a, b| a.run() == b.run()).count();
    let share = (limit / runs.max(1)).max(1);
    let mut keep = Vec::with_capacity(items.len());
    for of_run in items.chunk_by(|a, b| a.run() == b.run()).take(limit) {
        let last = of_run.len() - 1;
        let picks = evenly(of_run.len(), share);
        keep.extend((0..=last).map(|i| picks.binary_search(&i).is_ok()));
    }
    keep.resize(items.len(), false);
    items.into_iter().zip(keep).filter_map(|(item, keep)| keep.then_some(item)).collect()
}

/// `count` indexes below `len`, evenly spread, the last one among them.
pub(crate) fn evenly(len: usize, count: usize) -> Vec<usize> {
    match (len, count) {
        (0, _) | (_, 0) => Vec::new(),
        (_, 1) => vec![len - 1],
        _ if count >= len => (0..len).collect(),
        _ => (0..count).map(|i| i * (len - 1) / (count - 1)).collect(),
    }
}

/// How many points each curve may keep when all of them together may keep `budget`: what short curves leave goes to the long ones.
pub(crate) fn shares(lens: &[usize], budget: usize, least: usize, most: usize) -> usize {
    let mut sorted: Vec<usize> = lens.to_vec();
    sorted.sort_unstable();
    let (mut left, mut curves) = (budget, sorted.len());
    for len in sorted {
        let share = left / curves.max(1);
        if len > share {
            return share.clamp(least, most);
        }
        left -= len;
        curves -= 1;
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;
    use proptest::prelude::*;

    fn images(steps_of_runs: &[usize]) -> Vec<ImageInfo> {
        let of_run = |(run, steps): (usize, &usize)| {
            let id = RunId::from_bytes([run as u8; 12]);
            (0..*steps)
                .map(move |step| ImageInfo::new(id, "t", step as i64, Time(0), "image/png", (8, 8), "b"))
                .collect::<Vec<_>>()
        };
        steps_of_runs.iter().enumerate().flat_map(of_run).collect()
    }

    proptest! {
        #[test]
        fn the_last_of_each_run_stays_and_the_limit_holds(steps in prop::collection::vec(1usize..40, 1..20), limit in 1usize..100) {
            let kept = spread(images(&steps), limit);
            let all: usize = steps.iter().sum();
            prop_assert!(kept.len() <= limit.max(steps.len().min(limit)));
            if all <= limit {
                prop_assert_eq!(kept.len(), all);
            }
            for (run, steps) in steps.iter().enumerate().take(limit) {
                let id = RunId::from_bytes([run as u8; 12]);
                prop_assert_eq!(kept.iter().rfind(|image| image.run == id).map(|image| image.step), Some(*steps as i64 - 1));
            }
        }

        #[test]
        fn the_budget_holds_unless_the_least_needs_more(lens in prop::collection::vec(0usize..5000, 1..50), budget in 0usize..40_000) {
            let share = shares(&lens, budget, 100, 2000);
            let kept: usize = lens.iter().map(|len| (*len).min(share)).sum();
            prop_assert!(kept <= budget.max(100 * lens.len()), "{} of {}", kept, budget);
        }
    }

    #[test]
    fn half_of_those_that_matter_are_the_newest_and_half_the_best_of_the_others() {
        let run = |i: usize| {
            let mut run = Run::new(RunId::from_bytes([i as u8; 12]), "f", i.to_string(), Time(0));
            let mut summary = crate::model::Summary::default();
            summary.add(0, if i == 12 { f64::NAN } else { (i * 7 % 20) as f64 });
            run.metrics.extend(["Loss", "Accuracy"].map(|tag| (tag.to_string(), summary)));
            run
        };
        let runs: Vec<Run> = (0..20).map(run).collect();
        let names = |tag: &str, most| {
            let matter = matter(runs.iter().collect(), tag, most);
            matter.iter().map(|run| run.name.parse::<usize>().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(names("Loss", 20), (0..20).collect::<Vec<_>>());
        assert_eq!(names("Loss", 6), [0, 1, 2, 3, 6, 9]);
        assert_eq!(names("Accuracy", 5), [0, 1, 2, 14, 17]);
        assert_eq!(names("Loss", 19), (0..20).filter(|i| *i != 12).collect::<Vec<_>>());
        assert_eq!(said(100, 0, 340, "Loss", true), "100 of 340 runs, the newest");
        let mixed = "100 of 340 runs: the 50 newest, and the 50 with the highest last values of the others";
        assert_eq!(said(100, 3, 340, "Accuracy", false), format!("{mixed}; 3 more that were chosen here"));
    }

    #[test]
    fn what_short_curves_leave_goes_to_the_long_ones() {
        assert_eq!(shares(&[10, 10, 5000], 1000, 10, 2000), 980);
        assert_eq!(shares(&[10, 10], 1000, 10, 2000), 2000);
        assert_eq!(shares(&[5000; 100], 40_000, 100, 2000), 400);
    }
}
