//! What may be logged as an image.

use super::number::sealed::Sealed;
use crate::journal::Pixels;

/// A number that can be a pixel's brightness: floats from black 0.0 to white 1.0, `u8` and `u16` from 0 to their greatest.
pub trait Pixel: Copy + Sealed {
    /// As a float from 0 to 1.
    #[doc(hidden)]
    fn brightness(self) -> f32;
}

macro_rules! pixel {
    ($($type:ty: $brightness:expr),* $(,)?) => {
        $(impl Pixel for $type {
            #[inline]
            fn brightness(self) -> f32 {
                let brightness: fn($type) -> f32 = $brightness;
                brightness(self)
            }
        })*
    };
}

pixel! { f32: |value| value, f64: |value| value as f32, u8: |value| f32::from(value) / 255.0, u16: |value| f32::from(value) / 65535.0 }

#[cfg(feature = "half")]
pixel! { half::f16: half::f16::to_f32, half::bf16: half::bf16::to_f32 }

/// An image to log: gray or in colour, 8 bits a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    pixels: Result<Pixels, String>,
}

impl Image {
    /// A gray image: `width * height` numbers, row by row from the top; floats from black 0.0 to white 1.0, integers from 0 to their greatest.
    ///
    /// Values outside are clamped; NaN is drawn black, and counted. If there are not so many numbers, logging the image is a rejected call.
    pub fn gray<T: Pixel>(width: impl TryInto<u32>, height: impl TryInto<u32>, values: &[T]) -> Image {
        Image::of_numbers(width, height, 1, values.iter().copied())
    }

    /// An image in colour: `width * height * 3` numbers (red, green, blue of each pixel), otherwise as [`Image::gray`].
    pub fn rgb<T: Pixel>(width: impl TryInto<u32>, height: impl TryInto<u32>, values: &[T]) -> Image {
        Image::of_numbers(width, height, 3, values.iter().copied())
    }

    pub(super) fn of_numbers<T: Pixel>(
        width: impl TryInto<u32>,
        height: impl TryInto<u32>,
        channels: u8,
        values: impl Iterator<Item = T>,
    ) -> Image {
        let (Ok(width), Ok(height)) = (width.try_into(), height.try_into()) else {
            return Image::wrong("its width or height is not a number of pixels");
        };
        let mut nan = 0;
        let byte = |value: T| {
            let value = value.brightness();
            nan += u64::from(value.is_nan());
            (value.clamp(0.0, 1.0) * 255.0).round() as u8
        };
        let bytes = values.map(byte).collect();
        Image::of_bytes(width, height, channels, bytes, nan)
    }

    fn of_bytes(width: u32, height: u32, channels: u8, bytes: Vec<u8>, nan: u64) -> Image {
        let expected = u128::from(width) * u128::from(height) * u128::from(channels);
        let pixels = if expected == 0 {
            Err(format!("it has no pixels ({width} × {height})"))
        } else if bytes.len() as u128 == expected {
            Ok(Pixels { width, height, channels, bytes, nan })
        } else {
            Err(format!("{width} × {height} pixels of {channels} values are {expected} values, but there are {}", bytes.len()))
        };
        Image { pixels }
    }

    /// One that cannot be logged, and why.
    pub(super) fn wrong(why: impl Into<String>) -> Image {
        Image { pixels: Err(why.into()) }
    }

    pub(super) fn pixels(&self) -> Result<&Pixels, &str> {
        self.pixels.as_ref().map_err(String::as_str)
    }
}

/// Rows of gray values from the top, all of one length, as [`Image::gray`] takes them.
impl<T: Pixel> From<&[Vec<T>]> for Image {
    fn from(rows: &[Vec<T>]) -> Image {
        let width = rows.first().map_or(0, Vec::len);
        if rows.iter().any(|row| row.len() != width) {
            return Image::wrong("its rows have different lengths");
        }
        Image::gray(width, rows.len(), &rows.concat())
    }
}

impl<T: Pixel> From<&Vec<Vec<T>>> for Image {
    fn from(rows: &Vec<Vec<T>>) -> Image {
        rows.as_slice().into()
    }
}

impl<T: Pixel, const WIDTH: usize, const HEIGHT: usize> From<&[[T; WIDTH]; HEIGHT]> for Image {
    fn from(rows: &[[T; WIDTH]; HEIGHT]) -> Image {
        Image::gray(WIDTH, HEIGHT, rows.as_flattened())
    }
}

#[cfg(feature = "image")]
mod decoded {
    use ::image::{DynamicImage, GrayImage, RgbImage, RgbaImage};

    use super::Image;

    impl From<GrayImage> for Image {
        fn from(image: GrayImage) -> Image {
            Image::of_bytes(image.width(), image.height(), 1, image.into_raw(), 0)
        }
    }

    impl From<RgbImage> for Image {
        fn from(image: RgbImage) -> Image {
            Image::of_bytes(image.width(), image.height(), 3, image.into_raw(), 0)
        }
    }

    impl From<RgbaImage> for Image {
        fn from(image: RgbaImage) -> Image {
            Image::of_bytes(image.width(), image.height(), 4, image.into_raw(), 0)
        }
    }

    /// Other depths than 8 bits a channel are converted.
    impl From<DynamicImage> for Image {
        fn from(image: DynamicImage) -> Image {
            match image {
                DynamicImage::ImageLuma8(image) => image.into(),
                DynamicImage::ImageRgb8(image) => image.into(),
                DynamicImage::ImageRgba8(image) => image.into(),
                other if other.color().has_alpha() => other.into_rgba8().into(),
                other if other.color().has_color() => other.into_rgb8().into(),
                other => other.into_luma8().into(),
            }
        }
    }

    impl From<&DynamicImage> for Image {
        fn from(image: &DynamicImage) -> Image {
            image.clone().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_clamped_and_nan_is_counted() {
        let image = Image::gray(3_usize, 2_i32, &[-1.0, 0.0, 0.5, 1.0, f32::INFINITY, f32::NAN]);
        let pixels = image.pixels().unwrap();
        assert_eq!((pixels.bytes.as_slice(), pixels.nan), (&[0, 0, 128, 255, 255, 0][..], 1));
        assert_eq!(Image::from(&[[0.0, 1.0]]).pixels().unwrap().bytes, [0, 255]);
        assert_eq!(Image::gray(3, 1, &[0_u8, 17, 255]).pixels().unwrap().bytes, [0, 17, 255]);
        assert_eq!(Image::gray(2, 1, &[0_u16, 65_535]).pixels().unwrap().bytes, [0, 255]);
        assert_eq!(Image::from(&vec![vec![0.5_f64], vec![1.0]]).pixels().unwrap().bytes, [128, 255]);
        #[cfg(feature = "half")]
        assert_eq!(Image::gray(1, 1, &[half::f16::ONE]).pixels().unwrap().bytes, [255]);
    }

    #[test]
    fn a_wrong_shape_says_so() {
        let wrong = |image: Image| image.pixels().unwrap_err().to_owned();
        assert_eq!(wrong(Image::rgb(2, 2, &[0.0; 4])), "2 × 2 pixels of 3 values are 12 values, but there are 4");
        assert_eq!(wrong(Image::gray::<f32>(0, 2, &[])), "it has no pixels (0 × 2)");
        assert_eq!(wrong(Image::gray::<f32>(-1, 2, &[])), "its width or height is not a number of pixels");
        assert_eq!(wrong(Image::gray::<u8>(u32::MAX, u32::MAX, &[])).len(), 92);
        assert_eq!(wrong((&vec![vec![0.0_f32], vec![]]).into()), "its rows have different lengths");
    }

    #[test]
    #[cfg(feature = "image")]
    fn images_of_the_crate_image() {
        use ::image::DynamicImage;

        let colour = Image::from(DynamicImage::new_rgba16(2, 1));
        assert_eq!(colour.pixels().unwrap().channels, 4);
        assert_eq!(Image::from(DynamicImage::new_luma16(2, 1)).pixels().unwrap().bytes, [0, 0]);
    }
}
