//! Smoothing, as `Smooth` on the thin side defines it. The page has the same in `web/src/smooth.ts`.

/// The debiased exponential moving average. What is not finite stays so and leaves no trace; a curve that is the same everywhere is
/// left alone. As TensorBoard has it: `resmoothDataset` of `vz_line_chart2/line-chart.ts`, later `classicSmoothing`.
pub(crate) fn ema(values: &[f64], weight: f64) -> Vec<f64> {
    if weight <= 0.0 || values.iter().all(|value| Some(value) == values.first()) {
        return values.to_vec();
    }
    let (mut last, mut bias) = (0.0, 1.0);
    let mut next = |value: &f64| {
        if !value.is_finite() {
            return *value;
        }
        last = last * weight + (1.0 - weight) * value;
        bias *= weight;
        last / (1.0 - bias)
    };
    values.iter().map(&mut next).collect()
}

/// Beyond so many sigmas a weight is nothing beside 1.
const FAR: f64 = 8.0;

/// The mean with Gaussian weights of this width in units of x (Nadaraya, 1964; Watson, 1964). What is not finite stays so and leaves
/// no trace.
pub(crate) fn gaussian(x: &[f64], values: &[f64], sigma: f64) -> Vec<f64> {
    let usable: Vec<(f64, f64)> =
        x.iter().copied().zip(values.iter().copied()).filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    let at = |(x, value): (&f64, &f64)| {
        if !(x.is_finite() && value.is_finite()) {
            return *value;
        }
        let (mut sum, mut weights) = (0.0, 0.0);
        for (other, y) in &usable {
            let away = (other - x) / sigma;
            if away.abs() <= FAR {
                let weight = (-away * away / 2.0).exp();
                sum += weight * y;
                weights += weight;
            }
        }
        sum / weights
    };
    x.iter().zip(values).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_is_debiased_and_skips_what_is_no_number() {
        let smooth = ema(&[2.0, f64::NAN, 2.0, 4.0], 0.5);
        assert_eq!((smooth[0], smooth[2]), (2.0, 2.0));
        assert!(smooth[1].is_nan() && (smooth[3] - (0.25 * 2.0 + 0.25 * 2.0 / 2.0 + 0.5 * 4.0) / 0.875).abs() < 1e-12);
        let constant = [0.1; 50];
        assert_eq!(ema(&constant, 0.9), constant);
    }

    #[test]
    fn a_gaussian_weighs_by_distance_in_x() {
        let (x, y) = ([0.0, 1.0, 2.0, 100.0], [0.0, 3.0, f64::INFINITY, 7.0]);
        let smooth = gaussian(&x, &y, 1.0);
        let beside = (-0.5f64).exp();
        assert!((smooth[0] - 3.0 * beside / (1.0 + beside)).abs() < 1e-12);
        assert_eq!((smooth[2], smooth[3]), (f64::INFINITY, 7.0));
    }
}
