//! Floats in JSON, which has no NaN and no infinities: a finite one is a number, another one its name.

use serde::{Deserialize, Deserializer, Serializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Wire {
    Number(f64),
    Name(String),
}

impl Wire {
    fn number<E: serde::de::Error>(self) -> Result<f64, E> {
        match self {
            Wire::Number(number) => Ok(number),
            Wire::Name(name) => match name.as_str() {
                "NaN" => Ok(f64::NAN),
                "inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                _ => Err(E::custom(format!("`{name}` is not a number"))),
            },
        }
    }
}

pub(crate) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.is_finite() { serializer.serialize_f64(*number) } else { serializer.collect_str(number) }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Wire::deserialize(deserializer)?.number()
}

/// The same for a float that may be missing.
pub(crate) mod option {
    use super::{Deserialize, Deserializer, Serializer, Wire};

    pub(crate) fn serialize<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        match number {
            Some(number) => super::serialize(number, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        Option::<Wire>::deserialize(deserializer)?.map(Wire::number).transpose()
    }
}
