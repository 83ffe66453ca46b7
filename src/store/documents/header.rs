//! What a chunk says of its points, without them.

use bson::{RawDocument, RawDocumentBuf};

use super::raw;
use crate::error::Result;
use crate::model::{Piece, RunId, SessionId};

/// The header of a chunk, or of several that follow one another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Header {
    pub(crate) run: RunId,
    pub(crate) session: SessionId,
    /// The ordinal of its first point.
    pub(crate) i0: i64,
    pub(crate) piece: Piece,
}

impl Header {
    /// The header in a document that has `run session i0 n s0 s1 t0 t1 min max sum nan last`, whatever else.
    pub(crate) fn decode(document: &RawDocument) -> Result<Header> {
        Header::read(document).ok_or_else(|| raw::wrong(document, "a chunk of scalars has no whole header"))
    }

    fn read(document: &RawDocument) -> Option<Header> {
        let get = |key| raw::get(document, key);
        let whole = |key| raw::integer(get(key)?);
        let number = |key| raw::float(get(key)?);
        let time = |key| raw::time(get(key)?).map(|time| time.millis());
        let range = Some((number("min")?, number("max")?)).filter(|(min, max)| min.is_finite() && max.is_finite());
        Some(Header {
            run: RunId::from_bytes(raw::identity(get("run")?)?),
            session: SessionId::from_bytes(raw::identity(get("session")?)?),
            i0: whole("i0")?,
            piece: Piece {
                n: u64::try_from(whole("n")?).ok()?,
                nan: u64::try_from(whole("nan")?).ok()?,
                steps: (whole("s0")?, whole("s1")?),
                wall: (time("t0")?, time("t1")?),
                range,
                sum: number("sum")?,
                last: number("last")?,
            },
        })
    }

    /// The ordinal after its last point.
    pub(crate) fn end(&self) -> i64 {
        self.i0.saturating_add_unsigned(self.piece.n)
    }
}

/// The elements at the beginning of a document, as far as its first bytes hold them whole, up to the first array or document.
pub(crate) fn elements(prefix: &[u8]) -> Option<RawDocumentBuf> {
    let mut at = 4;
    while let Some(end) = element(prefix, at) {
        at = end;
    }
    let mut bytes = u32::try_from(at + 1).ok()?.to_le_bytes().to_vec();
    bytes.extend_from_slice(prefix.get(4..at)?);
    bytes.push(0);
    RawDocumentBuf::from_bytes(bytes).ok()
}

/// Where the element that begins at `at` ends, if it is a plain one and all of it is there.
fn element(bytes: &[u8], at: usize) -> Option<usize> {
    let kind = *bytes.get(at)?;
    let key = bytes.get(at + 1..)?.iter().position(|byte| *byte == 0)?;
    let value = at + 1 + key + 1;
    let length = match kind {
        // Double, date and int64.
        0x01 | 0x09 | 0x12 => 8,
        0x02 => {
            let length = u32::from_le_bytes(*bytes.get(value..)?.first_chunk()?);
            4 + usize::try_from(length).ok()?
        }
        // ObjectId.
        0x07 => 12,
        // Bool.
        0x08 => 1,
        // Null.
        0x0a => 0,
        0x10 => 4,
        // Decimal128.
        0x13 => 16,
        _ => return None,
    };
    let end = value.checked_add(length)?;
    (end <= bytes.len()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::documents::{Chunk, Points};

    fn chunk(values: &[f64], tag: &str) -> Chunk {
        let mut points = Points::default();
        values.iter().zip(0..).for_each(|(value, i)| points.push(10 * i, *value, 1_000 + i));
        Chunk {
            run: RunId::from_bytes([1; 12]),
            session: SessionId::from_bytes([2; 12]),
            tag: tag.into(),
            seq: 3,
            i0: 6144,
            points,
        }
    }

    #[test]
    fn the_first_bytes_of_a_chunk_are_its_header() {
        for (values, range, nan) in [
            (vec![1.0, f64::NAN, -2.5, 4.0], Some((-2.5, 4.0)), 1),
            (vec![f64::NAN; 3], None, 3),
            (vec![7.0], Some((7.0, 7.0)), 0),
        ] {
            let document = chunk(&values, "a\u{2}enc").encode().unwrap();
            let header = Header::decode(&document).unwrap();
            assert_eq!((header.i0, header.end()), (6144, 6144 + values.len() as i64));
            assert_eq!((header.piece.range, header.piece.nan, header.piece.n), (range, nan, values.len() as u64));
            assert_eq!(header.piece.steps, (0, 10 * (values.len() as i64 - 1)));
            let bytes = document.as_bytes();
            let whole = elements(&bytes[..bytes.len().min(400)]).unwrap();
            assert_eq!(format!("{:?}", Header::decode(&whole).unwrap()), format!("{header:?}"));
            for cut in 0..bytes.len() {
                if let Some(read) = elements(&bytes[..cut]).and_then(|some| Header::decode(&some).ok()) {
                    assert_eq!((read.i0, read.piece.range), (header.i0, header.piece.range), "cut at {cut}");
                }
            }
        }
    }
}
