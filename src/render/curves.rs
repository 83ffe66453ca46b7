//! From a series to a curve: what x means, how many points a screen shows, and to how many digits.

use super::choose;
use super::clock::{Clock, clock};
use super::payload::{Curve, Num, XKind};
use super::words::significant;
use crate::model::{Outline, Run, Series};
use crate::query::reduce;

/// Points of all curves of an output together: at most some 90 kB, a sixth of what the page's runtime weighs.
const BUDGET: usize = 22_000;
/// The same for a dashboard, whose plots are smaller and which carries much else.
const DASHBOARD_BUDGET: usize = 12_000;
/// Points of one curve, more of which no screen shows.
const MOST: usize = 2_000;
/// Points of one curve, however many there are.
const LEAST: usize = 60;

/// How many points each of these curves may keep.
pub(super) fn share(lens: &[usize], dashboard: bool) -> usize {
    choose::shares(lens, if dashboard { DASHBOARD_BUDGET } else { BUDGET }, LEAST, MOST)
}

/// Where the points of a series lie on the x axis; a point without a place there is left out.
pub(super) struct Placed {
    x: Vec<f64>,
    y: Vec<f64>,
    steps: Vec<i64>,
    wall: Vec<i64>,
    /// How many points it stands for, and how many of them are NaN or infinite, if that is more than there are here.
    whole: Option<(usize, usize)>,
    /// Points that were logged, and are not here; and those of them that are not finite.
    thinned: usize,
    thinned_bad: usize,
}

/// The points of a series of that run. `other` is the metric on the x axis, if one is.
pub(super) fn place(series: &Series, run: &Run, kind: XKind, other: Option<&Series>) -> Placed {
    let exact = |x: i64| x as f64;
    let x: Vec<f64> = match kind {
        XKind::Step => series.steps.iter().copied().map(exact).collect(),
        XKind::Wall => series.wall.iter().copied().map(exact).collect(),
        XKind::Relative => series.wall.iter().map(|wall| exact(wall - run.started.millis()) / 1000.0).collect(),
        XKind::Metric => as_of(&series.steps, other),
    };
    let some = || Vec::with_capacity(x.len());
    let (steps, wall) = (Vec::with_capacity(x.len()), Vec::with_capacity(x.len()));
    let (thinned, thinned_bad) = (series.thinned, series.thinned_bad);
    let mut placed = Placed { x: some(), y: some(), steps, wall, whole: None, thinned, thinned_bad };
    for (i, ((x, y), step)) in x.iter().zip(&series.values).zip(&series.steps).enumerate() {
        if x.is_finite() {
            placed.x.push(*x);
            placed.y.push(*y);
            placed.steps.push(*step);
            placed.wall.extend(series.wall.get(i));
        }
    }
    placed
}

/// The value that `other` had last at each step, NaN before its first.
fn as_of(steps: &[i64], other: Option<&Series>) -> Vec<f64> {
    let Some(other) = other else { return vec![f64::NAN; steps.len()] };
    let mut known: Vec<(i64, f64)> = other.steps.iter().copied().zip(other.values.iter().copied()).collect();
    known.sort_by_key(|(step, _)| *step);
    let value = |step: &i64| match known.partition_point(|(known, _)| known <= step) {
        0 => f64::NAN,
        after => known[after - 1].1,
    };
    steps.iter().map(value).collect()
}

impl Placed {
    /// Their x and y.
    pub(super) fn points(&self) -> (&[f64], &[f64]) {
        (&self.x, &self.y)
    }

    /// The same points, which stand for all of the outline.
    pub(super) fn standing_for(mut self, outline: &Outline) -> Placed {
        let count = |points: u64| usize::try_from(points).unwrap_or(usize::MAX);
        self.whole = (!self.x.is_empty()).then(|| (count(outline.n()), count(outline.nan())));
        self
    }

    /// How many points.
    pub(super) fn len(&self) -> usize {
        self.whole.map_or(self.x.len(), |(n, _)| n)
    }

    /// How many points it stands for, if that is more than there are here.
    pub(super) fn whole(&self) -> Option<usize> {
        self.whole.map(|(n, _)| n)
    }

    /// Those within a part of the x axis, and the nearest on either side, so that lines go on to the edge.
    pub(super) fn within(self, (from, to): (f64, f64)) -> Placed {
        let inside = |x: &f64| *x >= from && *x <= to;
        let near =
            |i: usize| [i.checked_sub(1), Some(i), Some(i + 1)].into_iter().flatten().any(|i| self.x.get(i).is_some_and(inside));
        let mut keep: Vec<usize> = (0..self.x.len()).filter(|i| near(*i)).collect();
        if keep.is_empty() {
            // The window lies between two points.
            let before = (0..self.x.len()).filter(|i| self.x[*i] < from).max_by(|a, b| self.x[*a].total_cmp(&self.x[*b]));
            let after = (0..self.x.len()).filter(|i| self.x[*i] > to).min_by(|a, b| self.x[*a].total_cmp(&self.x[*b]));
            keep.extend(before.into_iter().chain(after));
            keep.sort_unstable();
        }
        Placed {
            x: keep.iter().map(|i| self.x[*i]).collect(),
            y: keep.iter().map(|i| self.y[*i]).collect(),
            steps: keep.iter().map(|i| self.steps[*i]).collect(),
            wall: keep.iter().filter_map(|i| self.wall.get(*i).copied()).collect(),
            whole: None,
            thinned: 0,
            thinned_bad: 0,
        }
    }

    /// How many values are NaN or infinite.
    pub(super) fn bad(&self) -> usize {
        let here = || self.y.iter().filter(|y| !y.is_finite()).count() + self.thinned_bad;
        self.whole.map_or_else(here, |(_, bad)| bad)
    }

    /// The curve with at most `limit` points.
    pub(super) fn curve(&self, row: usize, rank: Option<u32>, kind: XKind, limit: usize) -> Curve {
        let keep = reduce(&self.x, &self.y, limit);
        let pick = |from: &[f64]| keep.iter().map(|i| from[*i]).collect::<Vec<f64>>();
        let y = round(&pick(&self.y));
        Curve {
            run: row,
            rank,
            x: pick(&self.x),
            whole: whole(kind),
            step: (kind != XKind::Step).then(|| keep.iter().map(|i| self.steps[*i]).collect()),
            wall: self.wall(kind, &keep),
            y: y.into_iter().map(Num::from).collect(),
            n: self.len() + self.thinned,
            group: None,
        }
    }
}

/// What is said of curves that were too long to be read in full.
pub(super) fn from_headers(grouped: bool) -> String {
    let of = if grouped { "the mean" } else { "the least, greatest and last" };
    format!("long curves by {of} of each 2,048 points")
}

impl Placed {
    /// When these points were logged, where x does not say it.
    fn wall(&self, kind: XKind, keep: &[usize]) -> Option<Clock> {
        let timeless = matches!(kind, XKind::Step | XKind::Metric) && self.wall.len() == self.x.len();
        let pick = |from: &[i64]| keep.iter().map(|i| from[*i]).collect::<Vec<_>>();
        timeless.then(|| clock(&pick(&self.steps), &pick(&self.wall))).flatten()
    }
}

/// Times what an x is a whole number.
pub(super) fn whole(kind: XKind) -> Option<f64> {
    match kind {
        XKind::Step | XKind::Wall => Some(1.0),
        XKind::Relative => Some(1_000.0),
        XKind::Metric => None,
    }
}

/// To what a screen can show on a linear as well as on a logarithmic axis: four digits of the value, or of the curve's
/// height if that is less.
pub(super) fn round(values: &[f64]) -> Vec<f64> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
    let height = (high - low).log10().floor();
    let digits = |value: f64| {
        let beyond = if height.is_finite() { value.abs().log10().floor() - height } else { 0.0 };
        4 + beyond.clamp(0.0, 12.0) as usize
    };
    let round = |value: &f64| if value.is_finite() && *value != 0.0 { significant(*value, digits(*value)) } else { *value };
    values.iter().map(round).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RunId, Time};
    use proptest::prelude::*;

    fn series(tag: &str, points: &[(i64, f64)]) -> Series {
        let mut series = Series::new(RunId::from_bytes([1; 12]), "run", tag);
        for (i, (step, value)) in points.iter().enumerate() {
            series.steps.push(*step);
            series.values.push(*value);
            series.wall.push(1_000 + 250 * i as i64);
        }
        series
    }

    #[test]
    fn another_metric_as_x_has_the_value_it_had_last() {
        let loss = series("Loss", &[(0, 9.0), (10, 8.0), (20, 7.0), (25, 6.0)]);
        let epoch = series("epoch", &[(10, 1.0), (20, 2.0), (20, 3.0)]);
        let run = Run::new(loss.run, "f", "run", Time(1_000));
        let curve = place(&loss, &run, XKind::Metric, Some(&epoch)).curve(0, None, XKind::Metric, 100);
        assert_eq!(curve.x, [1.0, 3.0, 3.0]);
        assert_eq!((curve.step, curve.n), (Some(vec![10, 20, 25]), 3));
        let relative = place(&loss, &run, XKind::Relative, None).curve(0, None, XKind::Relative, 100);
        assert_eq!(relative.x, [0.0, 0.25, 0.5, 0.75]);
    }

    #[test]
    fn small_changes_of_great_values_stay_visible() {
        assert_eq!(round(&[1_000_000.123_456, 1_000_000.234_567]), [1_000_000.123_5, 1_000_000.234_6]);
        assert_eq!(round(&[0.123_456_789, 123.0]), [0.123_5, 123.0]);
        assert!(round(&[f64::NAN, f64::INFINITY, 1.0])[0].is_nan());
    }

    proptest! {
        #[test]
        fn rounding_moves_no_point_by_a_pixel(values in prop::collection::vec(-1e6f64..1e6, 2..40)) {
            let height = values.iter().fold(f64::MIN, |a, b| a.max(*b)) - values.iter().fold(f64::MAX, |a, b| a.min(*b));
            for (value, rounded) in values.iter().zip(round(&values)) {
                prop_assert!((value - rounded).abs() <= height / 1_000.0);
                prop_assert!((value - rounded).abs() <= value.abs() / 1_000.0);
            }
        }
    }
}
