//! What may be logged as a number, and as many numbers.

pub(super) mod sealed {
    pub trait Sealed {}
}

/// A number that can be logged: every integer and float type.
pub trait Scalar: Copy + sealed::Sealed {
    /// The nearest 64-bit float.
    #[doc(hidden)]
    fn float(self) -> f64;
}

/// What [`SummaryWriter::add_histogram`](crate::SummaryWriter::add_histogram) takes: a number, or a slice, array or `Vec` of numbers; with
/// the feature `ndarray`, an array or view of any shape, too.
pub trait IntoValues: sealed::Sealed {
    /// The number, if it is a single one.
    #[doc(hidden)]
    fn single(&self) -> Option<f64> {
        None
    }

    /// All its numbers.
    #[doc(hidden)]
    fn all(&self) -> impl Iterator<Item = f64>;
}

macro_rules! scalar {
    ($($type:ty: $float:expr),* $(,)?) => {
        $(
            impl sealed::Sealed for $type {}

            impl Scalar for $type {
                #[inline]
                fn float(self) -> f64 {
                    let float: fn($type) -> f64 = $float;
                    float(self)
                }
            }

            impl IntoValues for $type {
                fn single(&self) -> Option<f64> {
                    Some(self.float())
                }

                fn all(&self) -> impl Iterator<Item = f64> {
                    std::iter::once(self.float())
                }
            }
        )*
    };
}

scalar! {
    i8: f64::from, i16: f64::from, i32: f64::from, u8: f64::from, u16: f64::from, u32: f64::from, f32: f64::from,
    i64: |value| value as f64, u64: |value| value as f64, isize: |value| value as f64, usize: |value| value as f64,
    i128: |value| value as f64, u128: |value| value as f64, f64: |value| value,
}

#[cfg(feature = "half")]
scalar! { half::f16: half::f16::to_f64, half::bf16: half::bf16::to_f64 }

impl<T: Scalar> sealed::Sealed for &T {}

/// As the entries of a map are.
impl<T: Scalar> Scalar for &T {
    #[inline]
    fn float(self) -> f64 {
        (*self).float()
    }
}

macro_rules! values {
    ($([$($parameters:tt)*] $type:ty),* $(,)?) => {
        $(
            impl<$($parameters)*> sealed::Sealed for $type {}

            impl<$($parameters)*> IntoValues for $type {
                fn all(&self) -> impl Iterator<Item = f64> {
                    self.iter().map(|value| value.float())
                }
            }
        )*
    };
}

values! {
    [T: Scalar] &[T],
    [T: Scalar] &Vec<T>,
    [T: Scalar] Vec<T>,
    [T: Scalar, const N: usize] [T; N],
    [T: Scalar, const N: usize] &[T; N],
}

#[cfg(test)]
#[allow(clippy::needless_borrows_for_generic_args)] // As a person writes it.
mod tests {
    use super::*;

    fn all(values: impl IntoValues) -> (Option<f64>, Vec<f64>) {
        (values.single(), values.all().collect())
    }

    #[test]
    fn numbers_and_rows_of_numbers() {
        assert_eq!(all(3_u8), (Some(3.0), vec![3.0]));
        #[cfg(feature = "half")]
        assert_eq!(all(half::f16::from_f32(0.5)), (Some(0.5), vec![0.5]));
        assert_eq!(all(vec![1_i64]), (None, vec![1.0]));
        assert_eq!(all(&vec![1_f32, 2.0]), (None, vec![1.0, 2.0]));
        assert_eq!(all(&[1_usize, 2][..]), (None, vec![1.0, 2.0]));
        assert_eq!(all([0.5; 3]), (None, vec![0.5; 3]));
        assert_eq!(i128::MAX.float(), 2_f64.powi(127));
    }
}
