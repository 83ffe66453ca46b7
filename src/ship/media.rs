//! What is done to images and histograms off the training thread: coding and counting.

use std::collections::BTreeMap;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

use crate::error::{Error, ErrorKind, Result};
use crate::journal::Pixels;
use crate::store::documents::{Blob, Histogram};

/// The bins of a histogram of many values: 64 of equal width between the least and the greatest, as `wandb.Histogram` has them; a
/// single value gets `numpy.histogram`'s range, half a unit to both sides.
const BINS: u32 = 64;
/// At most so many bins in a histogram that grows.
const GROWN_BINS: i64 = 64;

/// The image as PNG; one that is coded already stays as it is.
pub(super) fn blob(pixels: Pixels) -> Result<Blob> {
    let wrong = |why: &dyn std::fmt::Display| {
        let size =
            format!("{} × {} with {} channels in {} bytes", pixels.width, pixels.height, pixels.channels, pixels.bytes.len());
        Error::new(ErrorKind::Input, format!("an image of {size} cannot be stored")).because(why)
    };
    let color = match pixels.channels {
        0 => return Ok(Blob::new(mime(&pixels.bytes), pixels.bytes)),
        1 => ExtendedColorType::L8,
        3 => ExtendedColorType::Rgb8,
        4 => ExtendedColorType::Rgba8,
        _ => return Err(wrong(&"1, 3 or 4 channels are expected")),
    };
    let expected = u64::from(pixels.width) * u64::from(pixels.height) * u64::from(pixels.channels);
    if expected != pixels.bytes.len() as u64 || expected == 0 {
        return Err(wrong(&format!("{expected} bytes are expected")));
    }
    let mut png = Vec::with_capacity(pixels.bytes.len() / 2 + 256);
    PngEncoder::new(&mut png).write_image(&pixels.bytes, pixels.width, pixels.height, color).map_err(|cause| wrong(&cause))?;
    Ok(Blob::new("image/png", png))
}

/// What kind of image these bytes are.
fn mime(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, ..] => "image/jpeg",
        [b'G', b'I', b'F', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'<', ..] => "image/svg+xml",
        _ => "image/png",
    }
}

/// The histogram of many values.
pub(super) fn histogram(values: &[f64]) -> Histogram {
    let mut histogram = moments(values);
    if histogram.n == 0 {
        return histogram;
    }
    let (low, high) =
        if histogram.min < histogram.max { (histogram.min, histogram.max) } else { (histogram.min - 0.5, histogram.max + 0.5) };
    // Halves, because `high - low` of two great numbers is infinite.
    let half_width = (high / 2.0 - low / 2.0) / f64::from(BINS);
    histogram.edges = (0..BINS).map(|i| low + f64::from(i) * half_width * 2.0).chain([high]).collect();
    histogram.counts = vec![0; BINS as usize];
    for value in values.iter().copied().filter(|value| value.is_finite()) {
        let guess = if half_width > 0.0 { (value / 2.0 - low / 2.0) / half_width } else { 0.0 };
        let mut bin = (guess.max(0.0) as usize).min(BINS as usize - 1);
        // The guess is rounded: the edges decide.
        while bin > 0 && value < histogram.edges[bin] {
            bin -= 1;
        }
        while bin + 1 < BINS as usize && value >= histogram.edges[bin + 1] {
            bin += 1;
        }
        histogram.counts[bin] += 1;
    }
    histogram
}

fn moments(values: &[f64]) -> Histogram {
    let mut histogram = Histogram::default();
    values.iter().for_each(|value| count(&mut histogram, *value));
    histogram
}

fn count(histogram: &mut Histogram, value: f64) {
    if !value.is_finite() {
        histogram.nan += 1;
        return;
    }
    (histogram.min, histogram.max) =
        if histogram.n == 0 { (value, value) } else { (histogram.min.min(value), histogram.max.max(value)) };
    histogram.n += 1;
    histogram.sum += value;
    histogram.sumsq += value * value;
}

/// A histogram that grows by single numbers. A bin is `i·w ..(i + 1)·w` with `w` a power of two, the least that needs at most
/// [`GROWN_BINS`]: two bins make one of the next width, so what was counted never has to be known again, and the bins are a
/// function of the numbers alone, in whatever order and however many lives of the shipper they came.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Samples {
    moments: Histogram,
    /// `w` is two to this power.
    exponent: i32,
    bins: BTreeMap<i64, u64>,
}

impl Samples {
    /// How many numbers were taken.
    pub(super) fn len(&self) -> u64 {
        self.moments.n + self.moments.nan
    }

    pub(super) fn add(&mut self, value: f64) {
        count(&mut self.moments, value);
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

    /// As it is stored.
    pub(super) fn histogram(&self) -> Histogram {
        let mut histogram = Histogram { samples: true, ..self.moments.clone() };
        if let (Some((first, _)), Some((last, _))) = (self.bins.first_key_value(), self.bins.last_key_value()) {
            histogram.edges = (*first..=last + 1).map(|index| edge(index, self.exponent)).collect();
            histogram.counts = (*first..=*last).map(|index| self.bins.get(&index).copied().unwrap_or_default()).collect();
        }
        histogram
    }

    /// What was stored, to go on from.
    pub(super) fn resume(stored: &Histogram) -> Samples {
        let mut samples = Samples {
            moments: Histogram { edges: Vec::new(), counts: Vec::new(), samples: false, ..stored.clone() },
            ..Samples::default()
        };
        if let [first, second, ..] = stored.edges.as_slice() {
            samples.exponent = (second - first).log2().round() as i32;
            let start = bin(*first, samples.exponent);
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
    use super::*;
    use proptest::prelude::*;

    fn holds(histogram: &Histogram, values: &[f64]) {
        let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        assert_eq!((histogram.n, histogram.nan), (finite.len() as u64, (values.len() - finite.len()) as u64));
        assert_eq!(histogram.counts.iter().sum::<u64>(), histogram.n);
        if finite.is_empty() {
            return;
        }
        assert_eq!(histogram.edges.len(), histogram.counts.len() + 1);
        assert!(histogram.edges.is_sorted());
        for (i, n) in histogram.counts.iter().enumerate() {
            let last = i + 1 == histogram.counts.len();
            let (low, high) = (histogram.edges[i], histogram.edges[i + 1]);
            let inside = finite.iter().filter(|value| **value >= low && (**value < high || (last && **value == high))).count();
            assert_eq!(*n, inside as u64, "bin {i}: {low}..{high}");
        }
    }

    proptest! {
        #[test]
        fn every_value_is_counted_between_its_edges(values in prop::collection::vec(prop_oneof![4 => -100.0..100.0, 1 => prop::num::f64::ANY], 0..200)) {
            let narrow: Vec<f64> = values.iter().map(|value: &f64| if value.abs() < 1e300 { *value } else { f64::NAN }).collect();
            holds(&histogram(&narrow), &narrow);
        }

        #[test]
        fn a_growing_histogram_is_that_of_its_numbers_in_any_order_and_any_number_of_lives(
            values in prop::collection::vec(prop_oneof![8 => -100.0..100.0, 1 => Just(0.0), 1 => prop::num::f64::NORMAL, 1 => Just(f64::NAN)], 1..120),
            cut in 0usize..120,
        ) {
            let mut whole = Samples::default();
            values.iter().for_each(|value| whole.add(*value));
            holds(&whole.histogram(), &values);
            prop_assert!(whole.histogram().counts.len() as i64 <= GROWN_BINS);

            let cut = cut.min(values.len());
            let mut life = Samples::default();
            values[..cut].iter().for_each(|value| life.add(*value));
            let mut next = Samples::resume(&life.histogram());
            values[cut..].iter().for_each(|value| next.add(*value));
            prop_assert_eq!(next.histogram().counts, whole.histogram().counts);
            let mut backwards = Samples::default();
            values.iter().rev().for_each(|value| backwards.add(*value));
            prop_assert_eq!(backwards.histogram().edges, whole.histogram().edges);
        }
    }

    #[test]
    fn one_value_many_times_has_a_width() {
        holds(&histogram(&[3.0; 5]), &[3.0; 5]);
        holds(&histogram(&[f64::NAN]), &[f64::NAN]);
        assert_eq!(histogram(&[]), Histogram::default());
    }

    #[test]
    fn an_image_is_the_same_after_coding() {
        let bytes: Vec<u8> = (0..4 * 3 * 3).collect();
        let blob = blob(Pixels { width: 4, height: 3, channels: 3, bytes: bytes.clone(), nan: 0 }).unwrap();
        assert_eq!(image::load_from_memory(&blob.bytes).unwrap().to_rgb8().into_raw(), bytes);
        assert!(super::blob(Pixels { width: 4, height: 3, channels: 3, bytes: vec![0; 5], nan: 0 }).is_err());
    }
}
