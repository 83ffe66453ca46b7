//! What some numbers come to, each by the definition that is named.

use super::Centre;

/// The middle one, or the mean of the two in the middle. Sorts the values.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

/// The quantile `q` by linear interpolation between the order statistics: `h = (n − 1)q`, `y₍⌊h⌋₎ + (h − ⌊h⌋)(y₍⌊h⌋₊₁₎ − y₍⌊h⌋₎)`.
/// Definition 7 of Hyndman and Fan, *Sample Quantiles in Statistical Packages*, The American Statistician 50(4), 1996: the default
/// of NumPy and R. NaN of no values. Sorts the values.
pub(crate) fn quantile(values: &mut [f64], q: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    quantile_of_sorted(values, q)
}

pub(crate) fn quantile_of_sorted(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = last as f64 * q.clamp(0.0, 1.0);
    let below = (place.floor() as usize).min(last);
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    // A form that never leaves the two.
    let part = place - below as f64;
    (low * (1.0 - part) + high * part).clamp(low, high)
}

/// The mean of what is left when the lowest and the highest quarter, `⌊n/4⌋` values each, are cut off: the trimmed mean of 25 %
/// (`scipy.stats.trim_mean(y, 0.25)`), as Agarwal et al. recommend for few runs, *Deep Reinforcement Learning at the Edge of the
/// Statistical Precipice*, NeurIPS 2021. NaN of no values. Sorts the values.
pub(crate) fn interquartile_mean(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    interquartile_mean_of_sorted(values)
}

fn interquartile_mean_of_sorted(sorted: &[f64]) -> f64 {
    let cut = sorted.len() / 4;
    mean(&sorted[cut..sorted.len() - cut])
}

/// `Σyᵢ / n`; NaN of no values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(*y), high.max(*y)));
    let sum: f64 = values.iter().sum();
    if sum.is_finite() && !values.is_empty() {
        return (sum / values.len() as f64).clamp(low, high);
    }
    // The sum of finite values may be beyond what a number holds; their mean is not.
    let mut mean = f64::NAN;
    for (before, value) in values.iter().enumerate() {
        mean = if before == 0 { *value } else { mean + (value - mean) / (before + 1) as f64 };
    }
    if values.is_empty() { mean } else { mean.clamp(low, high) }
}

impl Centre {
    /// That of these values, which are sorted where it needs that.
    pub(crate) fn of(self, values: &mut [f64]) -> f64 {
        match self {
            Centre::Mean => mean(values),
            Centre::Median => median(values),
            Centre::InterquartileMean => interquartile_mean(values),
        }
    }

    fn of_sorted(self, sorted: &[f64]) -> f64 {
        match self {
            Centre::Mean => mean(sorted),
            Centre::Median => quantile_of_sorted(sorted, 0.5),
            Centre::InterquartileMean => interquartile_mean_of_sorted(sorted),
        }
    }
}

/// The percentile bootstrap: Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13. What was drawn depends on
/// the seed and on how many values there are alone: places in the sorted values, the same at each x, so that a band is as smooth as
/// its curves. Sorted places give sorted resamples, and nothing is sorted a thousand times at each x.
pub(crate) struct Bootstrap {
    centre: Centre,
    level: f64,
    resamples: usize,
    seed: u64,
    /// By number of values: the places of all resamples, one after the other, each in order.
    drawn: Vec<Option<Vec<u32>>>,
}

impl Bootstrap {
    pub(crate) fn new(centre: Centre, level: f64, resamples: u32, seed: u64) -> Bootstrap {
        Bootstrap { centre, level, resamples: resamples as usize, seed, drawn: Vec::new() }
    }

    /// The ends of the interval: the quantiles `(1 − level)/2` and `(1 + level)/2` of the centres of the resamples.
    pub(crate) fn interval(&mut self, values: &[f64]) -> (f64, f64) {
        let n = values.len();
        if n < 2 {
            let only = values.first().copied().unwrap_or(f64::NAN);
            return (only, only);
        }
        if self.drawn.len() <= n {
            self.drawn.resize(n + 1, None);
        }
        let (resamples, seed) = (self.resamples, self.seed);
        let drawn = self.drawn[n].get_or_insert_with(|| draw(n, resamples, seed));
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let mut resample = vec![0.0; n];
        let centre = |places: &[u32]| {
            resample.iter_mut().zip(places).for_each(|(to, place)| *to = sorted[*place as usize]);
            self.centre.of_sorted(&resample)
        };
        let mut centres: Vec<f64> = drawn.chunks_exact(n).map(centre).collect();
        centres.sort_unstable_by(f64::total_cmp);
        let outside = (1.0 - self.level) / 2.0;
        (quantile_of_sorted(&centres, outside), quantile_of_sorted(&centres, 1.0 - outside))
    }
}

/// Places below `n`, with replacement: the upper half of `n` times a word of SplitMix64 (Steele, Lea and Flood, 2014).
fn draw(n: usize, resamples: usize, seed: u64) -> Vec<u32> {
    let mut state = seed;
    let mut word = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let mut drawn: Vec<u32> = (0..n * resamples).map(|_| ((u128::from(word()) * n as u128) >> 64) as u32).collect();
    drawn.chunks_exact_mut(n).for_each(<[u32]>::sort_unstable);
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(quantile(&mut [1.0, 2.0, 3.0, 4.0], 0.1), 1.3);
        assert_eq!((quantile(&mut [5.0], 0.9), quantile(&mut [1.0, 2.0], 1.0)), (5.0, 2.0));
        // One of each end is cut of 4 to 7 values, none of fewer.
        assert_eq!(interquartile_mean(&mut [100.0, 1.0, 2.0, 3.0, -50.0]), 2.0);
        assert_eq!(interquartile_mean(&mut [1.0, 2.0, 6.0]), 3.0);
        assert!(median(&mut []).is_nan() && interquartile_mean(&mut []).is_nan() && mean(&[]).is_nan());
    }

    #[test]
    fn a_bootstrap_is_the_same_again_and_another_with_another_seed() {
        let values: Vec<f64> = (0..12).map(|i| f64::from(i * i)).collect();
        let interval = |seed| Bootstrap::new(Centre::Mean, 0.95, 2_000, seed).interval(&values);
        assert_eq!(interval(1), interval(1));
        assert_ne!(interval(1), interval(2));
        let (low, high) = interval(1);
        let middle = mean(&values);
        assert!(low < middle && middle < high && low > 10.0 && high < 75.0, "{low} {middle} {high}");
        let mut one = Bootstrap::new(Centre::Median, 0.95, 100, 0);
        assert_eq!(one.interval(&[7.0]), (7.0, 7.0));
        assert_eq!(one.interval(&[7.0, 7.0, 7.0]), (7.0, 7.0));
    }
}
