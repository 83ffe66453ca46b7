//! The curves of a group as one: mean and spread at every x that any of them has.

/// Beyond so many different x every other one is dropped: no screen shows a hundredth of them.
const MOST: usize = 1 << 20;

/// Curves on one x axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Aligned {
    /// Ascending, each once: the union of what the curves have.
    pub(crate) x: Vec<f64>,
    /// At each x.
    pub(crate) spread: Vec<Spread>,
    /// Points that are NaN or infinite, which no mean has a place for.
    pub(crate) left_out: usize,
    /// The curves' finite points, ascending by x, each x once.
    curves: Vec<Vec<(f64, f64)>>,
}

/// So many places are looked at together, so that the values of all curves there are at hand, but not those of all places.
const BLOCK: usize = 1024;

/// How the curves of a group lie at one x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    /// Of how many curves.
    pub(crate) n: usize,
    mean: f64,
    /// The sum of the squared distances from the mean.
    squares: f64,
    min: f64,
    max: f64,
}

/// Aligns the curves (their x and y) of a group: at each x of any of them, each curve counts by the straight line between its
/// own neighbouring points, `y₀ + (y₁ − y₀)(x − x₀)/(x₁ − x₀)`, and not at all before its first and after its last one. Of
/// several points of a curve at one x the last logged one counts; points that are not finite are left out.
pub(crate) fn align(curves: &[(&[f64], &[f64])]) -> Aligned {
    let mut left_out = 0;
    let mut ordered = Vec::with_capacity(curves.len());
    let mut x = Vec::new();
    for (xs, ys) in curves {
        let points = ordered_by_x(xs, ys);
        left_out += xs.iter().zip(*ys).filter(|(x, y)| !(x.is_finite() && y.is_finite())).count();
        x = union(&x, &points);
        ordered.push(points);
    }
    let mut spread = vec![Spread { n: 0, mean: 0.0, squares: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY }; x.len()];
    for points in &ordered {
        add(points, &x, &mut spread);
    }
    Aligned { x, spread, left_out, curves: ordered }
}

impl Aligned {
    /// Shows for each of these places, ascending indexes of `x`, the values of the curves that reach there.
    pub(crate) fn each(&self, places: &[usize], mut see: impl FnMut(&mut [f64])) {
        let mut next = vec![0; self.curves.len()];
        let mut values = vec![Vec::new(); BLOCK.min(places.len())];
        for block in places.chunks(BLOCK) {
            values.iter_mut().for_each(Vec::clear);
            for (points, next) in self.curves.iter().zip(&mut next) {
                for (place, values) in block.iter().zip(&mut values) {
                    values.extend(value(points, next, self.x[*place]));
                }
            }
            values.iter_mut().take(block.len()).for_each(|values| see(values));
        }
    }
}

/// The finite points, ascending by x, the last logged one of each.
fn ordered_by_x(xs: &[f64], ys: &[f64]) -> Vec<(f64, f64)> {
    let finite = xs.iter().zip(ys).filter(|(x, y)| x.is_finite() && y.is_finite());
    // Plus zero: the two zeros are one place.
    let mut points: Vec<(f64, f64)> = finite.map(|(x, y)| (x + 0.0, *y)).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            earlier.1 = later.1;
        }
        same
    });
    points
}

/// Both, ascending, each place once.
fn union(places: &[f64], points: &[(f64, f64)]) -> Vec<f64> {
    let mut both = Vec::with_capacity(places.len().max(points.len()));
    let (mut a, mut b) = (places.iter().copied().peekable(), points.iter().map(|point| point.0).peekable());
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) => x.min(*y),
            (Some(x), None) | (None, Some(x)) => *x,
            (None, None) => break,
        };
        a.next_if_eq(&next);
        b.next_if_eq(&next);
        both.push(next);
    }
    if both.len() > MOST {
        let last = both.len() - 1;
        let mut at = 0..;
        both.retain(|_| at.next().is_none_or(|at| at % 2 == 0 || at == last));
    }
    both
}

/// Counts one curve in at every place that it reaches.
fn add(points: &[(f64, f64)], x: &[f64], spread: &mut [Spread]) {
    let mut next = 0;
    for (x, spread) in x.iter().zip(spread) {
        if let Some(y) = value(points, &mut next, *x) {
            spread.add(y);
        }
    }
}

/// The value of a curve at a place, if it reaches there. `next` is where the one before it was found.
fn value(points: &[(f64, f64)], next: &mut usize, x: f64) -> Option<f64> {
    while points.get(*next).is_some_and(|point| point.0 < x) {
        *next += 1;
    }
    let after = points.get(*next)?;
    if after.0 == x {
        return Some(after.1);
    }
    let before = next.checked_sub(1)?;
    Some(between(points[before], *after, x))
}

/// `y₀(1 − t) + y₁t` with `t = (x − x₀)/(x₁ − x₀)`: the straight line, in a form that never leaves `y₀..=y₁`.
fn between((x0, y0): (f64, f64), (x1, y1): (f64, f64), x: f64) -> f64 {
    // Halved: the distance of the two ends of all numbers is no number.
    let t = (x / 2.0 - x0 / 2.0) / (x1 / 2.0 - x0 / 2.0);
    (y0 * (1.0 - t) + y1 * t).clamp(y0.min(y1), y0.max(y1))
}

impl Spread {
    /// One more value, by Welford's update: `ȳ += (y − ȳ)/n` and `Σ += (y − ȳ before)(y − ȳ after)`, which loses no digits where
    /// the values are great and lie close together.
    fn add(&mut self, y: f64) {
        self.n += 1;
        let before = y - self.mean;
        self.mean += before / self.n as f64;
        self.squares += before * (y - self.mean);
        (self.min, self.max) = (self.min.min(y), self.max.max(y));
    }

    /// The mean, `ȳ = Σyᵢ / n`.
    pub(crate) fn mean(&self) -> f64 {
        if self.n == 0 { f64::NAN } else { self.mean.clamp(self.min, self.max) }
    }

    /// The sample standard deviation, `s = √(Σ(yᵢ − ȳ)² / (n − 1))`; 0 where `n` is 1.
    pub(crate) fn std_dev(&self) -> f64 {
        if self.n < 2 { 0.0 } else { (self.squares.max(0.0) / (self.n - 1) as f64).sqrt() }
    }

    /// The standard error of the mean, `s / √n`.
    pub(crate) fn std_err(&self) -> f64 {
        self.std_dev() / (self.n.max(1) as f64).sqrt()
    }

    /// The least and the greatest value.
    pub(crate) fn range(&self) -> (f64, f64) {
        (self.min, self.max)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::Band;

    type Points = Vec<(f64, f64)>;

    fn aligned(curves: &[Points]) -> Aligned {
        let columns: Vec<(Vec<f64>, Vec<f64>)> = curves.iter().map(|points| points.iter().copied().unzip()).collect();
        align(&columns.iter().map(|(x, y)| (x.as_slice(), y.as_slice())).collect::<Vec<_>>())
    }

    fn rows(aligned: &Aligned, band: Band) -> Vec<(f64, f64, f64, f64, usize)> {
        let around = |at: &Spread, half: f64| (at.mean() - half, at.mean() + half);
        let ends = |at: &Spread| match band {
            Band::StdDev => around(at, at.std_dev()),
            Band::StdErr => around(at, at.std_err()),
            _ => at.range(),
        };
        let row = |(x, at): (&f64, &Spread)| (*x, at.mean(), ends(at).0, ends(at).1, at.n);
        aligned.x.iter().zip(&aligned.spread).map(row).collect()
    }

    #[test]
    fn three_seeds_by_hand() {
        let curves = [vec![(0.0, 2.0), (1.0, 1.0)], vec![(0.0, 4.0), (1.0, 1.0)], vec![(0.0, 9.0)]];
        let all = aligned(&curves);
        // 2, 4, 9: mean 5, Σ of squares 9 + 1 + 16 = 26, s² = 13.
        let s = 13f64.sqrt();
        assert_eq!(rows(&all, Band::StdDev), [(0.0, 5.0, 5.0 - s, 5.0 + s, 3), (1.0, 1.0, 1.0, 1.0, 2)]);
        let e = s / 3f64.sqrt();
        assert_eq!(rows(&all, Band::StdErr)[0], (0.0, 5.0, 5.0 - e, 5.0 + e, 3));
        assert_eq!(rows(&all, Band::MinMax)[0], (0.0, 5.0, 2.0, 9.0, 3));
    }

    #[test]
    fn curves_meet_between_their_points_and_never_beyond_them() {
        let all = aligned(&[vec![(0.0, 0.0), (10.0, 10.0)], vec![(5.0, 9.0), (20.0, 9.0)]]);
        let at = [(0.0, 0.0, 0.0, 0.0, 1), (5.0, 7.0, 5.0, 9.0, 2), (10.0, 9.5, 9.0, 10.0, 2), (20.0, 9.0, 9.0, 9.0, 1)];
        assert_eq!(rows(&all, Band::MinMax), at);
        assert_eq!(rows(&all, Band::StdDev)[0], at[0], "one curve: a band of no width");
    }

    #[test]
    fn what_is_no_number_is_left_out_and_counted() {
        let all = aligned(&[vec![(0.0, 1.0), (1.0, f64::NAN), (2.0, 3.0)], vec![(1.0, f64::INFINITY)]]);
        assert_eq!((all.left_out, all.x.as_slice()), (2, [0.0, 2.0].as_slice()));
        assert_eq!(aligned(&[]).x, [0.0; 0]);
    }

    #[test]
    fn of_steps_that_come_again_the_last_value_counts() {
        let resumed = vec![(0.0, 5.0), (1.0, 4.0), (2.0, 9.0), (1.0, 3.0), (2.0, 2.0), (2.0, 1.0)];
        let all = aligned(&[resumed]);
        assert_eq!(rows(&all, Band::MinMax), [(0.0, 5.0, 5.0, 5.0, 1), (1.0, 3.0, 3.0, 3.0, 1), (2.0, 1.0, 1.0, 1.0, 1)]);
    }

    #[test]
    fn small_spreads_of_great_values_keep_their_digits() {
        let all = aligned(&[vec![(0.0, 1e9)], vec![(0.0, 1e9 + 1.0)], vec![(0.0, 1e9 + 2.0)]]);
        assert_eq!(all.spread[0].std_dev(), 1.0);
    }

    #[test]
    fn places_have_a_limit_and_the_ends_stay() {
        let curve = |shift: f64| (0..MOST).map(|i| (i as f64 + shift, 1.0)).collect::<Points>();
        let all = aligned(&[curve(0.0), curve(0.5)]);
        assert!(all.x.len() <= MOST + 1, "{}", all.x.len());
        assert_eq!((all.x.first(), all.x.last()), (Some(&0.0), Some(&(MOST as f64 - 0.5))));
    }

    fn points() -> impl Strategy<Value = Points> {
        let y = prop_oneof![12 => -1e6..1e6, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)];
        prop::collection::vec(((-20i32..20).prop_map(|x| f64::from(x) / 2.0), y), 0..30)
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
    }

    /// The value of a curve at x as its definition says, point by point.
    fn value(curve: &Points, x: f64) -> Option<f64> {
        let finite = || curve.iter().filter(|point| point.1.is_finite());
        let at = |place: f64| finite().rfind(|point| point.0 == place).map(|point| point.1);
        let before = finite().map(|point| point.0).filter(|place| *place <= x).fold(f64::NEG_INFINITY, f64::max);
        let after = finite().map(|point| point.0).filter(|place| *place >= x).fold(f64::INFINITY, f64::min);
        let (y0, y1) = (at(before)?, at(after)?);
        Some(if before == after { y0 } else { y0 + (y1 - y0) * (x - before) / (after - before) })
    }

    proptest! {
        #[test]
        fn mean_and_spread_are_what_their_formulas_say(curves in prop::collection::vec(points(), 0..6)) {
            let all = aligned(&curves);
            let mut places: Vec<f64> = curves.iter().flatten().filter(|point| point.1.is_finite()).map(|point| point.0 + 0.0).collect();
            places.sort_by(f64::total_cmp);
            places.dedup();
            prop_assert_eq!(&all.x, &places);
            prop_assert_eq!(all.left_out, curves.iter().flatten().filter(|point| !point.1.is_finite()).count());
            for (x, spread) in all.x.iter().zip(&all.spread) {
                let values: Vec<f64> = curves.iter().filter_map(|curve| value(curve, *x)).collect();
                let n = values.len() as f64;
                let mean = values.iter().sum::<f64>() / n;
                let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
                let s = if values.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 };
                prop_assert_eq!(spread.n, values.len());
                prop_assert!(near(spread.mean(), mean), "{} {}", spread.mean(), mean);
                // The square root of a rounding error of values of a million.
                prop_assert!((spread.std_dev() - s).abs() <= 1e-3 + 1e-9 * s, "{} {}", spread.std_dev(), s);
                prop_assert!(near(spread.std_err(), spread.std_dev() / n.sqrt()));
                let (lower, upper) = spread.range();
                prop_assert!(lower <= spread.mean() && spread.mean() <= upper);
            }
            let (mut at, mut wrong) = (0, None);
            let all_places: Vec<usize> = (0..all.x.len()).collect();
            all.each(&all_places, |values| {
                let expected: Vec<f64> = curves.iter().filter_map(|curve| value(curve, all.x[at])).collect();
                if values.len() != expected.len() || values.iter().zip(&expected).any(|(a, b)| !near(*a, *b)) {
                    wrong = Some((at, values.to_vec(), expected));
                }
                at += 1;
            });
            prop_assert_eq!((at, wrong), (all.x.len(), None));
        }

        #[test]
        fn one_curve_is_itself_and_twins_have_no_spread(curve in points()) {
            let (alone, twins) = (aligned(std::slice::from_ref(&curve)), aligned(&[curve.clone(), curve.clone()]));
            prop_assert_eq!(&alone.x, &twins.x);
            for ((x, one), two) in alone.x.iter().zip(&alone.spread).zip(&twins.spread) {
                prop_assert_eq!(Some(one.mean()), value(&curve, *x));
                prop_assert_eq!((one.n, one.std_dev()), (1, 0.0));
                prop_assert_eq!((two.mean(), two.std_dev(), two.n), (one.mean(), 0.0, 2));
            }
        }

        #[test]
        fn the_order_of_the_curves_does_not_matter(curves in prop::collection::vec(points(), 2..6)) {
            let turned: Vec<Points> = curves.iter().rev().cloned().collect();
            let (one, two) = (aligned(&curves), aligned(&turned));
            prop_assert_eq!(&one.x, &two.x);
            for (a, b) in one.spread.iter().zip(&two.spread) {
                prop_assert!(a.n == b.n && near(a.mean(), b.mean()) && (a.std_dev() - b.std_dev()).abs() <= 1e-3);
                prop_assert_eq!(a.range(), b.range());
            }
        }
    }
}
