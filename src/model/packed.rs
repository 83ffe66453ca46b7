//! Long columns in JSON: little-endian bytes in base64, so that a million points cross the pipe in milliseconds, every bit kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serializer, de};

fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<[u8; 8]>, D::Error> {
    let bytes = STANDARD.decode(String::deserialize(deserializer)?).map_err(de::Error::custom)?;
    let (words, rest) = bytes.as_chunks::<8>();
    if rest.is_empty() { Ok(words.to_vec()) } else { Err(de::Error::custom("a packed column must have 8 bytes a value")) }
}

pub(crate) mod f64s {
    use super::{Deserializer, STANDARD, Serializer, words};
    use base64::Engine as _;

    pub(crate) fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        Ok(words(deserializer)?.into_iter().map(f64::from_le_bytes).collect())
    }
}

pub(crate) mod i64s {
    use super::{Deserializer, STANDARD, Serializer, words};
    use base64::Engine as _;

    pub(crate) fn serialize<S: Serializer>(values: &[i64], serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i64>, D::Error> {
        Ok(words(deserializer)?.into_iter().map(i64::from_le_bytes).collect())
    }
}

#[cfg(test)]
mod tests {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Columns {
        #[serde(with = "super::f64s")]
        values: Vec<f64>,
        #[serde(with = "super::i64s")]
        steps: Vec<i64>,
    }

    #[test]
    fn every_bit_survives() {
        let columns = Columns { values: vec![f64::NAN, f64::NEG_INFINITY, -0.0, 5e-324], steps: vec![i64::MIN, -1, i64::MAX] };
        let text = serde_json::to_string(&columns).unwrap();
        let back: Columns = serde_json::from_str(&text).unwrap();
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back.values), bits(&columns.values));
        assert_eq!(back.steps, columns.steps);
        assert!(serde_json::from_str::<Columns>(r#"{"values":"AAA=","steps":""}"#).is_err());
    }
}
