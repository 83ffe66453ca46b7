//! Long columns in JSON: little-endian bytes in base64, so that a million points cross the pipe in milliseconds, every bit kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::plain::Mismatch;

#[cfg(any(feature = "engine", test))]
pub(super) fn pack<T: Copy>(values: &[T], bytes: fn(T) -> [u8; 8]) -> String {
    STANDARD.encode(values.iter().flat_map(|value| bytes(*value)).collect::<Vec<u8>>())
}

pub(super) fn unpack<T>(text: &str, value: fn([u8; 8]) -> T) -> Result<Vec<T>, Mismatch> {
    let bytes = STANDARD.decode(text).map_err(|error| Mismatch::new(format!("a column: {error}")))?;
    let (words, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(Mismatch::new("a packed column must have 8 bytes a value"));
    }
    Ok(words.iter().map(|word| value(*word)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_survives() {
        let values = [f64::NAN, f64::NEG_INFINITY, -0.0, 5e-324];
        let back = unpack(&pack(&values, f64::to_le_bytes), f64::from_le_bytes).unwrap();
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&values));
        let steps = [i64::MIN, -1, i64::MAX];
        assert_eq!(unpack(&pack(&steps, i64::to_le_bytes), i64::from_le_bytes).unwrap(), steps);
        assert!(unpack("AAA=", i64::from_le_bytes).is_err());
        assert!(unpack("?", i64::from_le_bytes).is_err());
    }
}
