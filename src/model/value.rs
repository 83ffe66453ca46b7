//! The value of a hyperparameter.

use std::fmt;

#[cfg(feature = "serde")]
use super::number;
use crate::plain::plain;

/// The value of a hyperparameter. Nested values are flattened into dotted names before they become one.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Value {
    /// Logged as nothing (`None`, `()`).
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A number that no `i64` and no `f64` holds exactly (a `u64` beyond `i64::MAX`): its decimal digits, Decimal128 in MongoDB.
    Decimal(String),
    /// A float; NaN and infinities are kept.
    Float(#[cfg_attr(feature = "serde", serde(with = "number"))] f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Value>),
}

plain! { both enum Value { Null, Bool(bool), Int(int), Decimal(digits), Float(float), Text(text), List(values) } }

impl Value {
    /// The number it is, if it is one (as the nearest `f64`).
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Int(int) => Some(*int as f64),
            Value::Float(float) => Some(*float),
            Value::Decimal(digits) => digits.parse().ok(),
            Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) => None,
        }
    }
}

/// As a legend shows it: `0.001`, `1e-5`, `adam`, `[64, 64]`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(bool) => bool.fmt(f),
            Value::Int(int) => int.fmt(f),
            Value::Decimal(digits) => f.write_str(digits),
            Value::Float(float) => {
                let size = float.abs();
                if size != 0.0 && float.is_finite() && !(1e-4..1e15).contains(&size) {
                    write!(f, "{float:e}")
                } else {
                    float.fmt(f)
                }
            }
            Value::Text(text) => f.write_str(text),
            Value::List(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    value.fmt(f)?;
                }
                f.write_str("]")
            }
        }
    }
}

macro_rules! from {
    ($($from:ty => $variant:ident as $to:ty),* $(,)?) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Value {
                Value::$variant(<$to>::from(value))
            }
        })*
    };
}

from! {
    bool => Bool as bool,
    i8 => Int as i64, i16 => Int as i64, i32 => Int as i64, i64 => Int as i64,
    u8 => Int as i64, u16 => Int as i64, u32 => Int as i64,
    f64 => Float as f64,
    &str => Text as String, String => Text as String, &String => Text as String,
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>, const N: usize> From<[T; N]> for Value {
    fn from(values: [T; N]) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Value {
        i64::try_from(value).map_or_else(|_| Value::Decimal(value.to_string()), Value::Int)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Value {
        Value::from(value as u64)
    }
}

/// By its shortest decimal: `0.001f32` is `0.001`, not `0.0010000000474974513`.
impl From<f32> for Value {
    fn from(value: f32) -> Value {
        Value::Float(value.to_string().parse().unwrap_or(f64::from(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;

    #[test]
    fn numbers_read_as_a_person_wrote_them() {
        let text = |value: Value| value.to_string();
        assert_eq!(text(0.001f32.into()), "0.001");
        assert_eq!(text(1e-5.into()), "1e-5");
        assert_eq!(text(64.into()), "64");
        assert_eq!(text(u64::MAX.into()), "18446744073709551615");
        assert_eq!(text(f64::NAN.into()), "NaN");
        assert_eq!(text(Value::List(vec![1.into(), "a".into()])), "[1, a]");
    }

    #[test]
    fn json_keeps_what_json_has_no_word_for() {
        for value in
            [Value::Float(f64::INFINITY), Value::Int(i64::MIN), Value::Decimal("18446744073709551615".into()), Value::Null]
        {
            assert_eq!(plain::from_slice::<Value>(plain::to_text(&value).as_bytes()).unwrap(), value);
            #[cfg(feature = "serde")]
            assert_eq!(serde_json::from_str::<Value>(&serde_json::to_string(&value).unwrap()).unwrap(), value);
        }
    }
}
