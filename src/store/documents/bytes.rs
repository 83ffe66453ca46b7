//! BSON by the byte, for columns of points: an array of 2,048 numbers costs no allocation per element.

use bson::RawDocumentBuf;

use crate::error::{Error, ErrorKind, Result};

/// A document being written.
pub(crate) struct Writer {
    bytes: Vec<u8>,
    /// Where the documents and arrays that are still open begin.
    open: Vec<usize>,
}

/// `"0"`, `"1"`, … without formatting each.
struct Index {
    digits: [u8; 20],
    start: usize,
}

impl Index {
    fn new() -> Index {
        Index { digits: [b'0'; 20], start: 19 }
    }

    fn advance(&mut self) {
        for at in (0..self.digits.len()).rev() {
            if self.digits[at] < b'9' {
                self.digits[at] += 1;
                self.start = self.start.min(at);
                return;
            }
            self.digits[at] = b'0';
        }
    }

    fn text(&self) -> &[u8] {
        &self.digits[self.start..]
    }
}

impl Writer {
    pub(crate) fn with_capacity(bytes: usize) -> Writer {
        let mut writer = Writer { bytes: Vec::with_capacity(bytes), open: Vec::with_capacity(4) };
        writer.enter();
        writer
    }

    /// How many bytes were written.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    fn enter(&mut self) {
        self.open.push(self.bytes.len());
        self.bytes.extend_from_slice(&[0; 4]);
    }

    fn key(&mut self, kind: u8, key: &[u8]) {
        self.bytes.push(kind);
        self.bytes.extend_from_slice(key);
        self.bytes.push(0);
    }

    /// Begins a document as the value of `key`.
    pub(crate) fn begin(&mut self, key: &str) {
        self.key(0x03, key.as_bytes());
        self.enter();
    }

    /// Begins an array as the value of `key`.
    pub(crate) fn begin_array(&mut self, key: &str) {
        self.key(0x04, key.as_bytes());
        self.enter();
    }

    /// Ends the document or array that was begun last.
    pub(crate) fn end(&mut self) {
        self.bytes.push(0);
        if let Some(start) = self.open.pop() {
            let length = u32::try_from(self.bytes.len() - start).unwrap_or(u32::MAX);
            self.bytes[start..start + 4].copy_from_slice(&length.to_le_bytes());
        }
    }

    pub(crate) fn f64(&mut self, key: &str, value: f64) {
        self.key(0x01, key.as_bytes());
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn f64_or_null(&mut self, key: &str, value: Option<f64>) {
        match value {
            Some(value) => self.f64(key, value),
            None => self.key(0x0a, key.as_bytes()),
        }
    }

    pub(crate) fn i32(&mut self, key: &str, value: i32) {
        self.key(0x10, key.as_bytes());
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn i64(&mut self, key: &str, value: i64) {
        self.key(0x12, key.as_bytes());
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn bool(&mut self, key: &str, value: bool) {
        self.key(0x08, key.as_bytes());
        self.bytes.push(u8::from(value));
    }

    /// Milliseconds since 1970 as a date.
    pub(crate) fn date(&mut self, key: &str, millis: i64) {
        self.key(0x09, key.as_bytes());
        self.bytes.extend_from_slice(&millis.to_le_bytes());
    }

    /// Twelve bytes as an ObjectId.
    pub(crate) fn id(&mut self, key: &str, id: [u8; 12]) {
        self.key(0x07, key.as_bytes());
        self.bytes.extend_from_slice(&id);
    }

    pub(crate) fn str(&mut self, key: &str, value: &str) {
        self.key(0x02, key.as_bytes());
        let length = u32::try_from(value.len() + 1).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(value.as_bytes());
        self.bytes.push(0);
    }

    /// Generic binary data.
    pub(crate) fn binary(&mut self, key: &str, value: &[u8]) {
        self.key(0x05, key.as_bytes());
        self.bytes.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
        self.bytes.push(0);
        self.bytes.extend_from_slice(value);
    }

    /// A document that was written elsewhere.
    pub(crate) fn document(&mut self, key: &str, document: &bson::RawDocument) {
        self.key(0x03, key.as_bytes());
        self.bytes.extend_from_slice(document.as_bytes());
    }

    pub(crate) fn f64s(&mut self, key: &str, values: &[f64]) {
        self.column(0x01, key, values.iter().map(|value| value.to_le_bytes()));
    }

    pub(crate) fn i64s(&mut self, key: &str, values: impl Iterator<Item = i64>) {
        self.column(0x12, key, values.map(i64::to_le_bytes));
    }

    pub(crate) fn i32s(&mut self, key: &str, values: impl Iterator<Item = i32>) {
        self.column(0x10, key, values.map(i32::to_le_bytes));
    }

    fn column<const N: usize>(&mut self, kind: u8, key: &str, values: impl Iterator<Item = [u8; N]>) {
        self.begin_array(key);
        let mut index = Index::new();
        for value in values {
            self.key(kind, index.text());
            self.bytes.extend_from_slice(&value);
            index.advance();
        }
        self.end();
    }

    /// Milliseconds since `t0`: four bytes each, eight if any is more than 24 days away.
    pub(crate) fn wall(&mut self, key: &str, wall: &[i64], t0: i64) {
        let since = |at: &i64| at.wrapping_sub(t0);
        if wall.iter().all(|at| i32::try_from(since(at)).is_ok()) {
            self.i32s(key, wall.iter().map(|at| i32::try_from(since(at)).unwrap_or_default()));
        } else {
            self.i64s(key, wall.iter().map(since));
        }
    }

    /// The finished document.
    pub(crate) fn finish(mut self) -> Result<RawDocumentBuf> {
        while !self.open.is_empty() {
            self.end();
        }
        RawDocumentBuf::from_bytes(self.bytes)
            .map_err(|cause| Error::new(ErrorKind::Store, "a document of more than 2 GB cannot be written").because(cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::{Bson, Document, doc};

    #[test]
    fn it_is_what_bson_writes() {
        let mut writer = Writer::with_capacity(64);
        writer.str("tag", "é");
        writer.f64_or_null("min", None);
        writer.bool("b", true);
        writer.id("run", [7; 12]);
        writer.date("t0", -5);
        writer.binary("data", &[1, 2, 3]);
        writer.i64s("steps", 0..1234);
        writer.begin_array("p");
        writer.begin("0");
        writer.i32("n", -3);
        writer.wall("wall", &[5, 6, 4], 5);
        writer.wall("long", &[0, 3_000_000_000], 0);
        writer.end();
        writer.end();
        let expected = doc! {
            "tag": "é", "min": Bson::Null, "b": true, "run": bson::oid::ObjectId::from_bytes([7; 12]), "t0": bson::DateTime::from_millis(-5),
            "data": bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: vec![1, 2, 3] },
            "steps": (0..1234_i64).collect::<Vec<_>>(),
            "p": [{ "n": -3, "wall": [0, 1, -1], "long": [0_i64, 3_000_000_000_i64] }],
        };
        let raw = writer.finish().unwrap();
        assert_eq!(Document::try_from(raw.as_ref()).unwrap(), expected);
        assert_eq!(raw.as_bytes(), bson::serialize_to_raw_document_buf(&expected).unwrap().as_bytes());
    }
}
