//! Thumbnails of large pictures: what tiles show, so that an output can have many of them.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageReader};

/// A picture that weighs no more than this is carried as it is.
pub(crate) const LIGHT: usize = 24 << 10;
/// The longer side of a thumbnail, in pixels: as large as a tile on a screen of normal density.
const SIDE: u32 = 224;
const QUALITY: u8 = 82;
/// What decoding one picture may take.
const MOST_MEMORY: u64 = 256 << 20;

/// A picture as it is embedded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coded {
    pub(crate) mime: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// How many pixels a picture has, from its header. None if it cannot be read.
pub(crate) fn pixels(bytes: &[u8]) -> Option<u64> {
    let (width, height) = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.into_dimensions().ok()?;
    Some(u64::from(width) * u64::from(height))
}

/// The picture small. None if it cannot be decoded, or is no larger than a thumbnail.
pub(crate) fn thumbnail(bytes: &[u8]) -> Option<Coded> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let image = reader.decode().ok()?;
    if image.width().max(image.height()) <= SIDE {
        return None;
    }
    let small = image.thumbnail(SIDE, SIDE);
    coded(&small).filter(|coded| coded.bytes.len() < bytes.len())
}

/// Without loss (WebP), unless a JPEG is much smaller: masks and plots stay exact, photographs light.
fn coded(image: &DynamicImage) -> Option<Coded> {
    let alpha = image.color().has_alpha();
    let (width, height) = (image.width(), image.height());
    let mut exact = Vec::new();
    let webp = WebPEncoder::new_lossless(&mut exact);
    if alpha {
        webp.encode(&image.to_rgba8(), width, height, ExtendedColorType::Rgba8).ok()?;
        return Some(Coded { mime: "image/webp", bytes: exact });
    }
    let rgb = image.to_rgb8();
    webp.encode(&rgb, width, height, ExtendedColorType::Rgb8).ok()?;
    let mut photo = Vec::new();
    JpegEncoder::new_with_quality(&mut photo, QUALITY).encode_image(&rgb).ok()?;
    if photo.len() * 2 < exact.len() {
        Some(Coded { mime: "image/jpeg", bytes: photo })
    } else {
        Some(Coded { mime: "image/webp", bytes: exact })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(image: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn noise(width: u32, height: u32) -> DynamicImage {
        let mut seed = 7_u32;
        image::RgbImage::from_fn(width, height, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb([(seed >> 24) as u8, (seed >> 16) as u8, (seed >> 8) as u8])
        })
        .into()
    }

    #[test]
    fn noise_becomes_a_jpeg_and_a_mask_stays_exact() {
        let photo = png(&noise(900, 600));
        assert_eq!(pixels(&photo), Some(540_000));
        let small = thumbnail(&photo).unwrap();
        assert_eq!(small.mime, "image/jpeg");
        let read = image::load_from_memory(&small.bytes).unwrap();
        assert_eq!((read.width(), read.height()), (224, 149));

        let mask = image::GrayImage::from_fn(1024, 1024, |x, _| image::Luma([if x < 512 { 0 } else { 255 }]));
        let mut bytes = png(&mask.into());
        bytes.extend(vec![0; 10_000]); // A PNG of two colours is smaller than any thumbnail.
        let small = thumbnail(&bytes).unwrap();
        assert_eq!(small.mime, "image/webp");
        let read = image::load_from_memory(&small.bytes).unwrap().to_luma8();
        assert_eq!((read.get_pixel(0, 0).0, read.get_pixel(223, 223).0), ([0], [255]));
    }

    #[test]
    fn what_is_transparent_stays_so() {
        let clear = image::RgbaImage::from_fn(500, 500, |x, y| image::Rgba([x as u8, y as u8, (x * y) as u8, (x % 255) as u8]));
        let small = thumbnail(&png(&clear.into())).unwrap();
        assert!(image::load_from_memory(&small.bytes).unwrap().color().has_alpha());
    }

    #[test]
    fn small_pictures_and_what_is_no_picture_have_none() {
        assert_eq!(thumbnail(&png(&noise(224, 100))), None);
        assert_eq!(thumbnail(b"\x89PNG\r\n\x1a\n"), None);
        assert_eq!(pixels(&[0; 100]), None);
    }
}
