//! Arrays of the crate `ndarray`: as histograms, and as images.

use ndarray::{ArrayBase, Axis, Data, Dimension, Ix2, Ix3};

use super::image::{Image, Pixel};
use super::number::sealed::Sealed;
use super::number::{IntoValues, Scalar};

impl<T: Scalar, S: Data<Elem = T>, D: Dimension> Sealed for ArrayBase<S, D> {}
impl<T: Scalar, S: Data<Elem = T>, D: Dimension> Sealed for &ArrayBase<S, D> {}

impl<T: Scalar, S: Data<Elem = T>, D: Dimension> IntoValues for ArrayBase<S, D> {
    fn all(&self) -> impl Iterator<Item = f64> {
        self.iter().map(|value| value.float())
    }
}

impl<T: Scalar, S: Data<Elem = T>, D: Dimension> IntoValues for &ArrayBase<S, D> {
    fn all(&self) -> impl Iterator<Item = f64> {
        self.iter().map(|value| value.float())
    }
}

/// A gray image: the first axis is its height.
impl<T: Pixel, S: Data<Elem = T>> From<&ArrayBase<S, Ix2>> for Image {
    fn from(rows: &ArrayBase<S, Ix2>) -> Image {
        let (height, width) = rows.dim();
        Image::of_numbers(width, height, 1, rows.iter().copied())
    }
}

/// An image of height, width and channels, in this order; or (as frameworks of networks have them) of channels, height and width, if only
/// that can be meant. One channel is gray, three are red, green and blue.
impl<T: Pixel, S: Data<Elem = T>> From<&ArrayBase<S, Ix3>> for Image {
    fn from(array: &ArrayBase<S, Ix3>) -> Image {
        let coloured = |channels: usize| channels == 1 || channels == 3;
        let mut view = array.view();
        if !coloured(view.len_of(Axis(2))) && coloured(view.len_of(Axis(0))) {
            view = view.permuted_axes([1, 2, 0]);
        }
        match view.dim() {
            (height, width, channels) if coloured(channels) => {
                Image::of_numbers(width, height, if channels == 1 { 1 } else { 3 }, view.iter().copied())
            }
            (a, b, c) => Image::wrong(format!("an array of {a} × {b} × {c} has no axis of 1 or 3 channels, last or first")),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, Array3, arr2, s};

    use super::*;

    #[test]
    fn arrays_and_views_of_any_shape_are_values() {
        let array = arr2(&[[1_i32, 2], [3, 4]]);
        assert_eq!((&array).all().collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(array.slice(s![.., 1]).all().collect::<Vec<_>>(), [2.0, 4.0]);
        assert_eq!(Array1::<f32>::zeros(3).all().count(), 3);
    }

    #[test]
    fn images_have_their_channels_last_or_first() {
        let pixels = |image: Image| {
            image.pixels().map(|pixels| (pixels.width, pixels.height, pixels.bytes.clone())).map_err(str::to_owned)
        };
        let gray = Array2::from_shape_vec((2, 1), vec![0.0_f32, 1.0]).unwrap();
        assert_eq!(pixels((&gray).into()), Ok((1, 2, vec![0, 255])));
        let last = Array3::from_shape_vec((1, 2, 3), vec![1_u8, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!(pixels((&last).into()), Ok((2, 1, vec![1, 2, 3, 4, 5, 6])));
        let first = last.clone().permuted_axes([2, 0, 1]);
        assert_eq!(pixels((&first).into()), Ok((2, 1, vec![1, 2, 3, 4, 5, 6])));
        assert!(pixels((&Array3::<f64>::zeros((2, 2, 2))).into()).unwrap_err().contains("2 × 2 × 2"));
    }
}
