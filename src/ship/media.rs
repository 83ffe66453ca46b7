//! What is done to images and histograms off the training thread: coding and counting.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

use crate::error::{Error, ErrorKind, Result};
use crate::journal::Pixels;
use crate::store::documents::{Blob, Histogram};

/// The bins of a histogram of many values: 64 of equal width between the least and the greatest, as `wandb.Histogram` has them; a
/// single value gets `numpy.histogram`'s range, half a unit to both sides.
const BINS: u32 = 64;

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
    let mut histogram = Histogram::default();
    values.iter().for_each(|value| histogram.count(*value));
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_value_is_counted_between_its_edges(values in prop::collection::vec(prop_oneof![4 => -100.0..100.0, 1 => prop::num::f64::ANY], 0..200)) {
            let narrow: Vec<f64> = values.iter().map(|value: &f64| if value.abs() < 1e300 { *value } else { f64::NAN }).collect();
            histogram(&narrow).assert_counts(&narrow);
        }
    }

    #[test]
    fn one_value_many_times_has_a_width() {
        histogram(&[3.0; 5]).assert_counts(&[3.0; 5]);
        histogram(&[f64::NAN]).assert_counts(&[f64::NAN]);
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
