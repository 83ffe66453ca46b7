//! Reading documents that a person may have edited: a number may be an int32, an int64, a double, a decimal or null.

use bson::raw::{RawBsonRef, RawDocument};
use bson::{RawArray, spec::ElementType};

use crate::error::{Error, ErrorKind};
use crate::model::Time;

/// A document that cannot be read: which, and why.
pub(super) fn wrong(document: &RawDocument, what: &str) -> Error {
    let id = document.get("_id").ok().flatten().map(|id| format!("{id:?}")).unwrap_or_default();
    Error::new(ErrorKind::Store, format!("a document of the store cannot be read: {what}"))
        .because(format!("its _id is {}", id.chars().take(120).collect::<String>()))
        .help("`ml_board repair` mends headers; a document that was edited wrongly can be deleted")
}

pub(super) fn get<'a>(document: &'a RawDocument, key: &str) -> Option<RawBsonRef<'a>> {
    document.get(key).ok().flatten()
}

pub(super) fn integer(value: RawBsonRef<'_>) -> Option<i64> {
    match value {
        RawBsonRef::Int32(value) => Some(value.into()),
        RawBsonRef::Int64(value) => Some(value),
        RawBsonRef::Double(value) if value.fract() == 0.0 && value.abs() < 9.3e18 => Some(value as i64),
        RawBsonRef::Decimal128(value) => value.to_string().parse().ok(),
        _ => None,
    }
}

/// A number; null is NaN.
pub(super) fn float(value: RawBsonRef<'_>) -> Option<f64> {
    match value {
        RawBsonRef::Double(value) => Some(value),
        RawBsonRef::Int32(value) => Some(value.into()),
        RawBsonRef::Int64(value) => Some(value as f64),
        RawBsonRef::Decimal128(value) => value.to_string().parse().ok(),
        RawBsonRef::Null => Some(f64::NAN),
        _ => None,
    }
}

pub(super) fn time(value: RawBsonRef<'_>) -> Option<Time> {
    match value {
        RawBsonRef::DateTime(time) => Some(Time(time.timestamp_millis())),
        _ => None,
    }
}

pub(super) fn text(value: RawBsonRef<'_>) -> Option<String> {
    value.as_str().map(str::to_owned)
}

pub(super) fn identity(value: RawBsonRef<'_>) -> Option<[u8; 12]> {
    value.as_object_id().map(|id| id.bytes())
}

/// A column of floats; null is NaN.
pub(super) fn floats(array: &RawArray) -> Option<Vec<f64>> {
    column(array, float, f64::from_le_bytes, ElementType::Double)
}

/// A column of integers.
pub(super) fn integers(array: &RawArray) -> Option<Vec<i64>> {
    column(array, integer, i64::from_le_bytes, ElementType::Int64)
}

/// Walks the bytes while all elements are of the usual 8-byte kind (half the time of the iterator), else asks the iterator.
fn column<T>(
    array: &RawArray,
    careful: impl Fn(RawBsonRef<'_>) -> Option<T>,
    quick: impl Fn([u8; 8]) -> T,
    kind: ElementType,
) -> Option<Vec<T>> {
    let bytes = array.as_bytes();
    let mut rest = bytes.get(4..)?;
    let mut values = Vec::with_capacity(bytes.len() / 13);
    loop {
        match rest {
            [0] => return Some(values),
            [first, after @ ..] if *first == kind as u8 => {
                let end = after.iter().position(|byte| *byte == 0)?;
                let (value, after) = after.get(end + 1..)?.split_first_chunk::<8>()?;
                values.push(quick(*value));
                rest = after;
            }
            [0x10, after @ ..] if kind == ElementType::Int64 => {
                let end = after.iter().position(|byte| *byte == 0)?;
                let (value, after) = after.get(end + 1..)?.split_first_chunk::<4>()?;
                values.push(quick(i64::from(i32::from_le_bytes(*value)).to_le_bytes()));
                rest = after;
            }
            _ => break,
        }
    }
    array.into_iter().map(|value| careful(value.ok()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::{Bson, doc};

    #[test]
    fn edited_columns_are_still_numbers() {
        let document = doc! { "a": [1.5, 2, 3_i64, Bson::Null, f64::INFINITY], "b": [1_i64, 2, 3.0], "c": [1, "x"], "d": [] };
        let raw = bson::serialize_to_raw_document_buf(&document).unwrap();
        let array = |key| raw.get_array(key).unwrap();
        let values = floats(array("a")).unwrap();
        assert_eq!((&values[..3], values[3].is_nan(), values[4]), (&[1.5, 2.0, 3.0][..], true, f64::INFINITY));
        assert_eq!(integers(array("b")), Some(vec![1, 2, 3]));
        assert_eq!((integers(array("c")), floats(array("c"))), (None, None));
        assert_eq!((integers(array("d")), floats(array("d"))), (Some(vec![]), Some(vec![])));
    }
}
