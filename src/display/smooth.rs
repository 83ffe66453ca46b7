//! How curves are smoothed.

use crate::plain::plain;

/// How a curve is smoothed: see [`Plot::smooth`](super::Plot::smooth). Values that are not finite stay where they are and are left
/// out of the average.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Smooth {
    /// The exponential moving average with this weight, 0 (none) to 0.999, debiased so that the first values are not pulled to
    /// zero: `s₀ = 0`, `sᵢ = w sᵢ₋₁ + (1 − w) yᵢ`, shown as `sᵢ / (1 − wⁱ)`; a curve that is the same everywhere is left alone. As
    /// TensorBoard has it: `resmoothDataset` of its `vz_line_chart2/line-chart.ts`, later `classicSmoothing` of `data_transformer.ts`.
    Ema(f64),
    /// The mean with Gaussian weights, `Σⱼ yⱼ exp(−(xᵢ − xⱼ)²/2σ²) / Σⱼ exp(−(xᵢ − xⱼ)²/2σ²)`, with σ in units of the x axis (steps,
    /// seconds, …; milliseconds on `X::Wall`). Nadaraya, *On Estimating Regression*, 1964; Watson, *Smooth Regression Analysis*, 1964.
    Gaussian(f64),
}

plain! { sent enum Smooth { Ema(weight), Gaussian(sigma) } }

impl From<f64> for Smooth {
    fn from(weight: f64) -> Smooth {
        Smooth::Ema(weight)
    }
}

impl Smooth {
    /// None at all.
    pub(crate) const NONE: Smooth = Smooth::Ema(0.0);

    /// What can be drawn of it: what is beyond is the nearest, and no number is none.
    pub(crate) fn usable(self) -> Smooth {
        match self {
            Smooth::Ema(weight) if weight > 0.0 => Smooth::Ema(weight.min(0.999)),
            Smooth::Gaussian(sigma) if sigma > 0.0 && sigma.is_finite() => self,
            _ => Smooth::NONE,
        }
    }
}
