//! What the band around a mean says.

use crate::plain::plain;

/// What the band around the mean of a group of curves says, at each x over the `n` curves that reach there: see
/// `Plot::band`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Band {
    /// The sample standard deviation `s = √(Σ(yᵢ − ȳ)² / (n − 1))` below and above the mean; of no width where `n` is 1.
    StdDev,
    /// The standard error of the mean, `s / √n`, below and above it; of no width where `n` is 1.
    StdErr,
    /// From the least value to the greatest.
    MinMax,
}

plain! { sent enum Band { StdDev, StdErr, MinMax } }
