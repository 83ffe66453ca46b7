//! A long curve as few points as a screen can show, never losing a spike.
//!
//! Half of the points are the least and greatest of each bucket (min-max, as M4: Jugel et al., *M4: A Visualization-Oriented Time
//! Series Data Aggregation*, VLDB 2014), with the first value of a bucket that is NaN or infinite, so that its mark stays. The
//! rest follow the shape: largest triangle three buckets (Steinarsson, *Downsampling Time Series for Visual Representation*,
//! 2013). LTTB alone loses spikes; both together are what MinMaxLTTB (Van Der Donckt et al., 2023) is after.

use std::ops::Range;

/// The indices of the points to draw, ascending: at most `max_points` (but never fewer than 6 where there are as many), the
/// first and the last among them, and of each of its buckets the least and the greatest value and the first one that is not finite.
pub(crate) fn reduce(x: &[f64], y: &[f64], max_points: usize) -> Vec<usize> {
    let n = x.len().min(y.len());
    let max_points = max_points.max(6);
    if n <= max_points {
        return (0..n).collect();
    }
    let mut kept = vec![0, n - 1];
    for bucket in buckets(n, buckets_of_spikes(max_points)) {
        spikes(y, bucket, &mut kept);
    }
    kept.sort_unstable();
    kept.dedup();
    shape(&x[..n], &y[..n], max_points - kept.len(), &mut kept);
    kept.sort_unstable();
    kept.dedup();
    kept
}

/// Each keeps at most 3 points, and two points are the ends.
fn buckets_of_spikes(max_points: usize) -> usize {
    (max_points - 2) / 4
}

fn buckets(n: usize, count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).map(move |i| n * i / count..n * (i + 1) / count)
}

fn spikes(y: &[f64], bucket: Range<usize>, kept: &mut Vec<usize>) {
    let mut least: Option<usize> = None;
    let mut greatest: Option<usize> = None;
    let mut bad: Option<usize> = None;
    for i in bucket {
        if !y[i].is_finite() {
            bad.get_or_insert(i);
            continue;
        }
        if least.is_none_or(|least| y[i] < y[least]) {
            least = Some(i);
        }
        if greatest.is_none_or(|greatest| y[i] > y[greatest]) {
            greatest = Some(i);
        }
    }
    kept.extend([least, greatest, bad].into_iter().flatten());
}

/// One point of each of `count` buckets: the one that spans the largest triangle with the point chosen before and the mean of the
/// next bucket.
fn shape(x: &[f64], y: &[f64], count: usize, kept: &mut Vec<usize>) {
    let finite = |i: &usize| x[*i].is_finite() && y[*i].is_finite();
    let Some(mut before) = (0..x.len()).find(finite).filter(|_| count > 0) else { return };
    let mut rest = buckets(x.len(), count).peekable();
    while let Some(bucket) = rest.next() {
        let next = rest.peek().cloned().unwrap_or(x.len() - 1..x.len());
        let (mut sum_x, mut sum_y, mut number) = (0.0, 0.0, 0.0);
        for i in next.filter(finite) {
            sum_x += x[i];
            sum_y += y[i];
            number += 1.0;
        }
        let (next_x, next_y) = if number > 0.0 { (sum_x / number, sum_y / number) } else { (x[before], y[before]) };
        let mut best: Option<(f64, usize)> = None;
        for i in bucket.filter(finite) {
            let area = ((x[before] - next_x) * (y[i] - y[before]) - (x[before] - x[i]) * (next_y - y[before])).abs();
            if best.is_none_or(|(largest, _)| area > largest) {
                best = Some((area, i));
            }
        }
        if let Some((_, chosen)) = best {
            kept.push(chosen);
            before = chosen;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![20 => -1e3..1e3, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(f64::NEG_INFINITY), 1 => Just(1e300)]
    }

    proptest! {
        #[test]
        fn no_spike_is_lost(y in prop::collection::vec(value(), 0..3000), max_points in 0usize..400) {
            let x: Vec<f64> = (0..y.len()).map(|i| i as f64).collect();
            let kept = reduce(&x, &y, max_points);
            let max_points = max_points.max(6);
            prop_assert!(kept.len() <= max_points.max(y.len().min(max_points)));
            prop_assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert_eq!(kept.first().copied(), (!y.is_empty()).then_some(0));
            prop_assert_eq!(kept.last().copied(), y.len().checked_sub(1));
            if y.len() <= max_points {
                prop_assert_eq!(kept.len(), y.len());
                return Ok(());
            }
            for bucket in buckets(y.len(), buckets_of_spikes(max_points)) {
                let finite = y[bucket.clone()].iter().copied().filter(|y| y.is_finite());
                let shown: Vec<f64> = kept.iter().filter(|i| bucket.contains(i)).map(|i| y[*i]).collect();
                for extreme in [finite.clone().reduce(f64::min), finite.reduce(f64::max)].into_iter().flatten() {
                    prop_assert!(shown.contains(&extreme), "{} is lost", extreme);
                }
                let bad = y[bucket].iter().any(|y| !y.is_finite());
                prop_assert_eq!(bad, shown.iter().any(|y| !y.is_finite()));
            }
        }
    }

    #[test]
    fn one_spike_among_a_million_points_is_kept_and_the_budget_used() {
        let x: Vec<f64> = (0..1_000_000).map(f64::from).collect();
        let mut y: Vec<f64> = x.iter().map(|x| (x / 1e5).sin() + (x * 12.9898).sin().fract() * 0.1).collect();
        y[123_457] = 1e6;
        y[654_321] = f64::NAN;
        let kept = reduce(&x, &y, 2000);
        assert!(kept.contains(&123_457) && kept.contains(&654_321));
        assert!(kept.len() > 1500 && kept.len() <= 2000, "{}", kept.len());
    }
}
