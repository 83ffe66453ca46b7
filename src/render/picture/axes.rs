//! Axes: the range that shows everything, and round numbers along it.

use crate::render::words;

/// One axis: what it spans, and its ticks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
    /// Where, and what stands there.
    pub(super) ticks: Vec<(f64, String)>,
}

/// What the numbers on an axis are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Linear,
    Log,
    /// Milliseconds since 1970 UTC.
    Clock,
}

impl Axis {
    /// The axis for these values; `margin` is the share of its length left free on both sides, `count` about how many ticks there is room for.
    pub(super) fn new(values: impl Iterator<Item = f64>, kind: Kind, margin: f64, count: usize) -> Axis {
        let log = kind == Kind::Log;
        let at = |value: f64| at(value, log);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite() && (!log || *value > 0.0)) {
            (low, high) = (low.min(at(value)), high.max(at(value)));
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if high - low <= f64::EPSILON * 16.0 * low.abs().max(high.abs()) {
            let half = if log || low == 0.0 { 0.5 } else { low.abs() * 0.05 };
            (low, high) = (low - half, high + half);
        }
        let pad = (high - low) * margin;
        (low, high) = (low - pad, high + pad);
        let ticks = match kind {
            Kind::Linear => linear(low, high, count),
            Kind::Log => logarithmic(low, high, count),
            Kind::Clock => clock(low, high, count),
        };
        Axis { low, high, log, ticks }
    }

    /// The axis of so many categories, each with half a place around it.
    pub(super) fn of_categories(count: usize, ticks: Vec<(f64, String)>) -> Axis {
        Axis { low: -0.5, high: count.max(1) as f64 - 0.5, log: false, ticks }
    }

    /// Where a value lies, from 0 to 1; none if it has no place here.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let place = (at(value, self.log) - self.low) / (self.high - self.low);
        (value.is_finite() && place.is_finite()).then(|| place.clamp(0.0, 1.0))
    }

    /// What the axis of a clock spans, for its title: the day it starts on.
    pub(super) fn day(&self) -> String {
        words::moment(self.low as i64).chars().take(10).collect()
    }
}

/// Where a value lies on an axis. The ends of what an f64 can hold are drawn nearer, so that an axis has a length.
fn at(value: f64, log: bool) -> f64 {
    if log { value.log10() } else { value.clamp(f64::MIN / 16.0, f64::MAX / 16.0) }
}

/// The round step (1, 2 or 5 times a power of ten) that gives about `count` ticks.
fn step(low: f64, high: f64, count: usize) -> f64 {
    let rough = (high - low) / count.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|times| power * times >= rough * 0.999).unwrap_or(10.0) * power;
    if step.is_finite() && step > 0.0 { step } else { f64::INFINITY }
}

/// The multiples of `step` from `low` to `high`.
fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    if !(first.is_finite() && last.is_finite() && last - first < 1000.0) {
        return Vec::new();
    }
    (0..=(last - first).max(-1.0) as i64).map(|i| (first + i as f64) * step).collect()
}

fn linear(low: f64, high: f64, count: usize) -> Vec<(f64, String)> {
    let step = step(low, high, count);
    multiples(low, high, step).into_iter().map(|value| (value, label(value, step, low.abs().max(high.abs())))).collect()
}

/// A multiple of `step` on an axis that goes as far as `reach`.
fn label(value: f64, step: f64, reach: f64) -> String {
    let multiple = (value / step).round();
    let power = step.log10().floor() as i32;
    if multiple == 0.0 {
        return "0".into();
    }
    let (unit, word): (f64, &str) = match reach {
        reach if !(1e-4..1e12).contains(&reach) => return words::number(value, 6),
        reach if reach >= 1e9 && power >= 6 => (1e9, "G"),
        reach if reach >= 1e6 && power >= 3 => (1e6, "M"),
        reach if reach >= 1e4 && power >= 0 && step >= 100.0 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let decimals = (f64::from(power) - unit.log10()).min(0.0).abs() as usize;
    let text = format!("{:.*}", decimals.min(12), value / unit);
    let text = if text.contains('.') && !word.is_empty() { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{word}").replace('-', "−")
}

/// Powers of ten, with 2 and 5 between them where there is room; `low` and `high` are exponents.
fn logarithmic(low: f64, high: f64, count: usize) -> Vec<(f64, String)> {
    let decades = high - low;
    if decades < 0.7 {
        let ticks = linear(10f64.powf(low), 10f64.powf(high), count);
        return ticks.into_iter().filter(|(value, _)| *value > 0.0).collect();
    }
    let every = (decades / count.max(1) as f64).ceil().max(1.0);
    let times: &[f64] = if decades < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let exponents = multiples((low - 1.0).floor(), high, every);
    let mut ticks = Vec::new();
    for exponent in exponents {
        for times in times {
            let value = times * 10f64.powf(exponent);
            if value.is_finite() && (low..=high).contains(&value.log10()) {
                ticks.push((value, words::number(value, 1).replace('-', "−")));
            }
        }
    }
    ticks
}

const SECOND: f64 = 1e3;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

fn clock(low: f64, high: f64, count: usize) -> Vec<(f64, String)> {
    let steps = [1.0, 2.0, 5.0, 10.0, 30.0].map(|n| n * SECOND).into_iter();
    let steps = steps.chain([1.0, 2.0, 5.0, 10.0, 30.0].map(|n| n * MINUTE));
    let steps = steps.chain([1.0, 2.0, 6.0, 12.0].map(|n| n * HOUR)).chain([1.0, 2.0, 7.0, 14.0, 28.0, 91.0].map(|n| n * DAY));
    let rough = (high - low) / count.max(1) as f64;
    let step = steps.into_iter().find(|step| *step >= rough).unwrap_or_else(|| step(low, high, count).max(365.0 * DAY));
    let word = |value: f64| {
        let moment = words::moment(value as i64);
        let part = match step {
            step if step < MINUTE => moment.get(11..19),
            step if step < DAY => moment.get(11..16),
            _ => moment.get(..10),
        };
        part.unwrap_or(&moment).to_string()
    };
    multiples(low, high, step).into_iter().map(|value| (value, word(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(values: &[f64], kind: Kind) -> String {
        let axis = Axis::new(values.iter().copied(), kind, 0.0, 5);
        axis.ticks.into_iter().map(|(_, label)| label).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_and_read_well() {
        assert_eq!(labels(&[0.0, 1.0], Kind::Linear), "0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(labels(&[0.0, 29.0], Kind::Linear), "0 10 20");
        assert_eq!(labels(&[0.0, 100_000.0], Kind::Linear), "0 20k 40k 60k 80k 100k");
        assert_eq!(labels(&[0.0, 2.4e6], Kind::Linear), "0 0.5M 1M 1.5M 2M");
        assert_eq!(labels(&[-1.0, 1.0], Kind::Linear), "−1.0 −0.5 0 0.5 1.0");
        assert_eq!(labels(&[1e-5, 1.0], Kind::Log), "1e−5 0.0001 0.001 0.01 0.1 1");
        assert_eq!(labels(&[0.05, 2.0], Kind::Log), "0.05 0.1 0.2 0.5 1 2");
        assert_eq!(labels(&[1_795_356_127_000.0, 1_795_356_427_000.0], Kind::Clock), "14:03 14:04 14:05 14:06 14:07");
    }

    #[test]
    fn the_greatest_value_there_is_has_a_place() {
        let axis = Axis::new([1.770_269_878_267_598_7e308].into_iter(), Kind::Linear, 0.04, 6);
        assert!(axis.place(1.770_269_878_267_598_7e308).is_some(), "{axis:?}");
    }

    proptest! {
        #[test]
        fn every_value_has_a_place_and_every_tick_too(values in prop::collection::vec(any::<f64>(), 0..20), log: bool) {
            let axis = Axis::new(values.iter().copied(), if log { Kind::Log } else { Kind::Linear }, 0.04, 6);
            for value in values.iter().filter(|value| value.is_finite() && (!log || **value > 0.0)) {
                prop_assert!(axis.place(*value).is_some(), "{} {:?}", value, axis);
            }
            for (value, _) in &axis.ticks {
                prop_assert!(axis.place(*value).is_some());
            }
            prop_assert!(axis.ticks.len() <= 30, "{:?}", axis);
        }

        #[test]
        fn ticks_say_different_things(low in -1e9f64..1e9, width in 1e-3f64..1e9) {
            let axis = Axis::new([low, low + width].into_iter(), Kind::Linear, 0.0, 6);
            for pair in axis.ticks.windows(2) {
                prop_assert_ne!(&pair[0].1, &pair[1].1);
            }
        }
    }
}
