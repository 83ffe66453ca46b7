//! Lists of numbers: little-endian words in base64, so that a million points cross the pipe in milliseconds, every bit kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::{FromJson as _, Mismatch};

pub(super) fn pack(words: impl Iterator<Item = [u8; 8]>) -> Json {
    Json::String(STANDARD.encode(words.flatten().collect::<Vec<u8>>()))
}

pub(super) fn unpack(json: Json) -> Result<Vec<[u8; 8]>, Mismatch> {
    let bytes = STANDARD.decode(String::from_json(json)?).map_err(|error| Mismatch::new(format!("a column: {error}")))?;
    let (words, rest) = bytes.as_chunks::<8>();
    if rest.is_empty() { Ok(words.to_vec()) } else { Err(Mismatch::new("a packed column has 8 bytes a value")) }
}

#[cfg(test)]
mod tests {
    use crate::plain::{FromJson as _, ToJson as _};

    #[test]
    fn every_bit_survives() {
        let values = vec![f64::NAN, f64::NEG_INFINITY, -0.0, 5e-324];
        let back = Vec::<f64>::from_json(values.to_json()).unwrap();
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&values));
        let steps = vec![i64::MIN, -1, i64::MAX];
        assert_eq!(Vec::<i64>::from_json(steps.to_json()).unwrap(), steps);
        assert!(Vec::<i64>::from_json("AAA=".into()).is_err());
        assert!(Vec::<i64>::from_json("?".into()).is_err());
    }
}
