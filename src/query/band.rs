//! What the curve of a group of runs says, and the band around it.

use crate::plain::plain;

/// What the curve of a group says at each x, over the `n` curves that reach there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Centre {
    #[default]
    Mean,
    Median,
    InterquartileMean,
}

plain! { sent enum Centre { Mean, Median, InterquartileMean } }

/// What the band around the curve of a group says, at each x over the `n` curves that reach there: see `Plot::band`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Band {
    /// The sample standard deviation `s = √(Σ(yᵢ − ȳ)² / (n − 1))` below and above the curve; of no width where `n` is 1.
    StdDev,
    /// The standard error of the mean, `s / √n`, below and above it; of no width where `n` is 1.
    StdErr,
    /// From the least value to the greatest.
    MinMax,
    /// From one quantile to another, each between 0 and 1: `Quantiles(0.1, 0.9)`. By linear interpolation between the order
    /// statistics, definition 7 of Hyndman and Fan, *Sample Quantiles in Statistical Packages*, The American Statistician 50(4),
    /// 1996: the default of NumPy and R.
    Quantiles(f64, f64),
    /// The confidence interval of the curve by the percentile bootstrap (Efron and Tibshirani, *An Introduction to the Bootstrap*,
    /// 1993, chapter 13) over runs: each of the `resamples` draws `n` runs with replacement, and the interval holds `level` of their
    /// means (or medians, or interquartile means). The same `seed` draws the same runs. See [`Band::bootstrap_ci`].
    BootstrapCi {
        /// How much of the resamples the band holds, between 0 and 1: 0.95.
        level: f64,
        /// How many: 1,000 are usual, 20,000 are the most.
        resamples: u32,
        /// Where the random numbers begin.
        seed: u64,
    },
}

impl Band {
    /// The usual confidence interval: [`Band::BootstrapCi`] of 95 %, 1,000 resamples, seed 0.
    pub const fn bootstrap_ci() -> Band {
        Band::BootstrapCi { level: 0.95, resamples: 1_000, seed: 0 }
    }

    /// Why it cannot be drawn.
    #[cfg(feature = "engine")]
    pub(crate) fn problem(self) -> Option<String> {
        match self {
            Band::Quantiles(low, high) if !(0.0 <= low && low <= high && high <= 1.0) => {
                Some(format!("the quantiles of a band are between 0 and 1, the lower one first: not {low} and {high}"))
            }
            Band::BootstrapCi { level, .. } if !(0.0 < level && level < 1.0) => {
                Some(format!("the level of a bootstrap interval is between 0 and 1, as in 0.95: not {level}"))
            }
            Band::BootstrapCi { resamples, .. } if !(1..=20_000).contains(&resamples) => {
                Some(format!("a bootstrap takes 1 to 20,000 resamples: not {resamples}"))
            }
            _ => None,
        }
    }
}

plain! { sent enum Band {
    StdDev, StdErr, MinMax, Quantiles(low, high), BootstrapCi { level, resamples, seed }
} }
