//! Histograms that grow by single numbers, and how those of several lives make one.

use std::collections::BTreeMap;

use super::Histogram;

/// At most so many bins in a histogram that grows.
const GROWN_BINS: i64 = 64;
/// No bin of a number is further out ([`finest`]).
const FAR: i64 = 1 << 52;

/// A histogram that grows by single numbers. A bin is `i·w ..(i + 1)·w` with `w` a power of two, the least that needs at most
/// [`GROWN_BINS`]: two bins make one of the next width, so what was counted never has to be known again, and the bins are a
/// function of the numbers alone, in whatever order and however many lives of the shipper they came.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Samples {
    moments: Histogram,
    /// `w` is two to this power.
    exponent: i32,
    bins: BTreeMap<i64, u64>,
}

impl Samples {
    /// How many numbers were taken.
    pub(crate) fn len(&self) -> u64 {
        self.moments.n + self.moments.nan
    }

    pub(crate) fn add(&mut self, value: f64) {
        self.moments.count(value);
        if !value.is_finite() {
            return;
        }
        if self.moments.n == 1 {
            self.exponent = finest(value);
        }
        while finest(value) > self.exponent {
            self.widen();
        }
        *self.bins.entry(bin(value, self.exponent)).or_default() += 1;
        while self.span() > GROWN_BINS {
            self.widen();
        }
    }

    fn span(&self) -> i64 {
        match (self.bins.first_key_value(), self.bins.last_key_value()) {
            (Some((first, _)), Some((last, _))) => last - first + 1,
            _ => 0,
        }
    }

    fn widen(&mut self) {
        self.exponent += 1;
        for (index, n) in std::mem::take(&mut self.bins) {
            *self.bins.entry(index >> 1).or_default() += n;
        }
    }

    /// Together with those of another life or rank.
    pub(crate) fn merge(&mut self, other: Samples) {
        let (mut one, mut other) = (std::mem::take(self), other);
        if one.moments.n == 0 {
            std::mem::swap(&mut one, &mut other);
        }
        one.moments.nan += other.moments.nan;
        if other.moments.n > 0 {
            while one.exponent < other.exponent {
                one.widen();
            }
            while other.exponent < one.exponent {
                other.widen();
            }
            let (all, more) = (&mut one.moments, &other.moments);
            (all.min, all.max) = (all.min.min(more.min), all.max.max(more.max));
            (all.n, all.sum, all.sumsq) = (all.n + more.n, all.sum + more.sum, all.sumsq + more.sumsq);
            other.bins.into_iter().for_each(|(index, n)| *one.bins.entry(index).or_default() += n);
            while one.span() > GROWN_BINS {
                one.widen();
            }
        }
        *self = one;
    }

    /// As it is stored.
    pub(crate) fn histogram(&self) -> Histogram {
        let mut histogram = Histogram { samples: true, ..self.moments.clone() };
        if let (Some((first, _)), Some((last, _))) = (self.bins.first_key_value(), self.bins.last_key_value()) {
            histogram.edges = (*first..=last + 1).map(|index| edge(index, self.exponent)).collect();
            histogram.counts = (*first..=*last).map(|index| self.bins.get(&index).copied().unwrap_or_default()).collect();
        }
        histogram
    }

    /// What was stored, to go on from.
    pub(crate) fn resume(stored: &Histogram) -> Samples {
        let mut samples = Samples {
            moments: Histogram { edges: Vec::new(), counts: Vec::new(), samples: false, ..stored.clone() },
            ..Samples::default()
        };
        if let [first, second, ..] = stored.edges.as_slice() {
            // Within what numbers have: a person may have edited the edges.
            samples.exponent = ((second - first).log2().round() as i32).clamp(-1074, 1023);
            let start = bin(*first, samples.exponent).clamp(-FAR, FAR);
            samples.bins = (start..).zip(stored.counts.iter().copied()).filter(|(_, n)| *n > 0).collect();
        }
        samples
    }
}

/// The finest width in which this number's bin has an index of 52 bits, and an edge that a float holds.
fn finest(value: f64) -> i32 {
    if value == 0.0 { -1000 } else { (value.abs().log2().floor() as i32 - 50).max(-1000) }
}

fn bin(value: f64, exponent: i32) -> i64 {
    // Two steps: a power of two beyond 1023 is infinite.
    let half = exponent / 2;
    (value / 2f64.powi(half) / 2f64.powi(exponent - half)).floor() as i64
}

fn edge(index: i64, exponent: i32) -> f64 {
    let half = exponent / 2;
    index as f64 * 2f64.powi(half) * 2f64.powi(exponent - half)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_growing_histogram_is_that_of_its_numbers_in_any_order_and_any_number_of_lives(
            values in prop::collection::vec(prop_oneof![8 => -100.0..100.0, 1 => Just(0.0), 1 => prop::num::f64::NORMAL, 1 => Just(f64::NAN)], 1..120),
            cut in 0usize..120,
        ) {
            let mut whole = Samples::default();
            values.iter().for_each(|value| whole.add(*value));
            whole.histogram().assert_counts(&values);
            prop_assert!(whole.histogram().counts.len() as i64 <= GROWN_BINS);

            let cut = cut.min(values.len());
            let mut life = Samples::default();
            values[..cut].iter().for_each(|value| life.add(*value));
            let mut next = Samples::resume(&life.histogram());
            values[cut..].iter().for_each(|value| next.add(*value));
            prop_assert_eq!(next.histogram().counts, whole.histogram().counts);
            let mut rest = Samples::default();
            values[cut..].iter().for_each(|value| rest.add(*value));
            for (mut one, other) in [(life.clone(), rest.clone()), (rest, life)] {
                one.merge(other);
                one.histogram().assert_counts(&values);
                prop_assert_eq!(one.histogram().edges, whole.histogram().edges);
            }
            let mut backwards = Samples::default();
            values.iter().rev().for_each(|value| backwards.add(*value));
            prop_assert_eq!(backwards.histogram().edges, whole.histogram().edges);
        }
    }
}
