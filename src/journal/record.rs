//! The records of a segment: their bytes, and whether bytes are one. Nothing here touches a file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use crc32c::crc32c_append;
use serde::{Deserialize, Serialize};

use super::EntryKind;
use super::entry::Pixels;
use crate::model::{Status, Value};

/// A slot: four words.
pub(super) const SLOT_BYTES: usize = 32;
pub(super) const SLOT_WORDS: usize = SLOT_BYTES / 8;

/// Bytes of a long record before its data.
const LONG_HEAD_BYTES: usize = 24;
/// The most slots that a record may have: 24 bits of its head.
const MAX_SLOTS: u64 = (1 << 24) - 1;
/// The most tags of a session, for the same reason.
pub(super) const MAX_TAGS: u32 = (1 << 24) - 1;

/// What a record is. Zero is no record: a slot that was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Scalar = 1,
    Sample = 2,
    Tag = 3,
    Values = 4,
    Image = 5,
    Text = 6,
    Param = 7,
    End = 8,
    Panicked = 9,
    Origin = 10,
    Costs = 11,
    /// A long record whose writer has not finished it.
    Reserved = 15,
}

/// Says of a long record that its data lies in a file of its own.
const ASIDE: u8 = 0x40;

impl Kind {
    fn from_byte(byte: u8) -> Option<Kind> {
        use Kind::{Costs, End, Image, Origin, Panicked, Param, Reserved, Sample, Scalar, Tag, Text, Values};
        [Scalar, Sample, Tag, Values, Image, Text, Param, End, Panicked, Origin, Costs, Reserved]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }

    fn is_short(self) -> bool {
        matches!(self, Kind::Scalar | Kind::Sample)
    }
}

/// What a tag names. The same text may be a scalar, a histogram and an image; they are three tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TagKind {
    Scalar,
    Histogram,
    Image,
}

/// A record of one slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Short {
    pub(super) kind: Kind,
    pub(super) tag: u32,
    pub(super) wall_micros: i64,
    pub(super) step: i64,
    pub(super) value: f64,
}

/// A record of one slot or more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Long<'a> {
    pub(super) kind: Kind,
    pub(super) aside: bool,
    pub(super) tag: u32,
    pub(super) wall_micros: i64,
    pub(super) data: &'a [u8],
}

/// How many slots a long record with so many bytes of data takes; `None` if no record is so long.
pub(super) fn slots_of(data_bytes: usize) -> Option<u64> {
    let slots = (LONG_HEAD_BYTES + data_bytes).div_ceil(SLOT_BYTES) as u64;
    (slots <= MAX_SLOTS).then_some(slots)
}

fn meta(kind: u8, number: u32) -> u32 {
    u32::from(kind) | number << 8
}

fn head(crc: u32, meta: u32) -> u64 {
    u64::from(crc) | u64::from(meta) << 32
}

/// The checksum of a record: its content, what it is, and where it lies, so that no record is taken for another.
fn checksum(seed: u32, slot: u64, meta: u32, content: &[&[u8]]) -> u32 {
    let place = crc32c_append(seed, &(slot << 32 | u64::from(meta)).to_ne_bytes());
    content.iter().fold(place, |crc, part| crc32c_append(crc, part))
}

/// The same of a short record, from words at hand: four instructions of the processor, and no table that may be out of its caches.
#[inline]
fn short_checksum(seed: u32, slot: u64, meta: u32, body: [u64; SLOT_WORDS - 1]) -> u32 {
    #[repr(align(8))]
    struct Aligned([u8; SLOT_BYTES]);
    let mut bytes = Aligned([0; SLOT_BYTES]);
    let words = [slot << 32 | u64::from(meta), body[0], body[1], body[2]];
    for (to, from) in bytes.0.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *to = from.to_ne_bytes();
    }
    crc32c_append(seed, &bytes.0)
}

/// Writes a short record into the `slot`, whose words these are.
#[inline]
pub(super) fn write_short(words: &[AtomicU64; SLOT_WORDS], seed: u32, slot: u64, record: &Short) {
    let body = [record.wall_micros as u64, record.step as u64, record.value.to_bits()];
    let meta = meta(record.kind as u8, record.tag);
    for (to, from) in words[1..].iter().zip(body) {
        to.store(from, Ordering::Relaxed);
    }
    words[0].store(head(short_checksum(seed, slot, meta, body), meta), Ordering::Release);
}

/// Writes a long record into slots that begin at `slot`, whose words these are.
///
/// Its length is told first: should the writer die on the way, the reader knows where the next record begins. Where not even that was
/// written, all its slots are zero.
pub(super) fn write_long(words: &[AtomicU64], seed: u32, slot: u64, record: &Long<'_>) {
    let slots = (words.len() / SLOT_WORDS) as u32;
    words[0].store(begun(seed, slot, slots), Ordering::Relaxed);
    fence(Ordering::Release);

    let start = [record.wall_micros as u64, u64::from(record.tag) | (record.data.len() as u64) << 32];
    words[1].store(start[0], Ordering::Relaxed);
    words[2].store(start[1], Ordering::Relaxed);
    let (whole, rest) = record.data.as_chunks::<8>();
    for (to, from) in words[3..].iter().zip(whole) {
        to.store(u64::from_ne_bytes(*from), Ordering::Relaxed);
    }
    if let Some(last) = words.get(3 + whole.len()).filter(|_| !rest.is_empty()) {
        let mut bytes = [0; 8];
        bytes[..rest.len()].copy_from_slice(rest);
        last.store(u64::from_ne_bytes(bytes), Ordering::Relaxed);
    }
    let meta = meta(record.kind as u8 | if record.aside { ASIDE } else { 0 }, slots);
    let crc = checksum(seed, slot, meta, &[&start[0].to_ne_bytes(), &start[1].to_ne_bytes(), record.data]);
    words[0].store(head(crc, meta), Ordering::Release);
}

/// The head of a long record that is not finished.
pub(super) fn begun(seed: u32, slot: u64, slots: u32) -> u64 {
    let meta = meta(Kind::Reserved as u8, slots);
    head(checksum(seed, slot, meta, &[]), meta)
}

/// What lies at a slot.
#[derive(Debug, PartialEq)]
pub(super) enum Found<'a> {
    /// Nothing: not reserved, or reserved and not begun.
    Nothing,
    /// A long record that was begun, and how many slots it has.
    Begun(u64),
    Short(Short),
    /// A long record and how many slots it has.
    Long(Long<'a>, u64),
    /// A long record of so many slots; more bytes are needed to know.
    More(u64),
    /// Bytes that are no record.
    Damage,
}

/// What lies at `slot`, of which (and of those after it) these are the bytes; `room` is how many slots there are from it to the end.
pub(super) fn find(bytes: &[u8], seed: u32, slot: u64, room: u64) -> Found<'_> {
    let word = |at: usize| bytes.get(8 * at..8 * at + 8).and_then(|word| word.try_into().ok()).map_or(0, u64::from_ne_bytes);
    let first = word(0);
    if first == 0 {
        return Found::Nothing;
    }
    let (crc, meta) = (first as u32, (first >> 32) as u32);
    let (byte, number) = (meta as u8, meta >> 8);
    let Some(kind) = Kind::from_byte(byte & !ASIDE) else {
        return Found::Damage;
    };
    if kind.is_short() {
        if byte & ASIDE != 0 || bytes.len() < SLOT_BYTES || short_checksum(seed, slot, meta, [word(1), word(2), word(3)]) != crc {
            return Found::Damage;
        }
        let (wall_micros, step, value) = (word(1) as i64, word(2) as i64, f64::from_bits(word(3)));
        return Found::Short(Short { kind, tag: number, wall_micros, step, value });
    }
    let slots = u64::from(number);
    if slots == 0 || slots > room {
        return Found::Damage;
    }
    if kind == Kind::Reserved {
        return if checksum(seed, slot, meta, &[]) == crc { Found::Begun(slots) } else { Found::Damage };
    }
    let Some(bytes) = bytes.get(..number as usize * SLOT_BYTES) else {
        return Found::More(slots);
    };
    let length = (word(2) >> 32) as usize;
    if slots_of(length) != Some(slots) {
        return Found::Damage;
    }
    let data = &bytes[LONG_HEAD_BYTES..LONG_HEAD_BYTES + length];
    if checksum(seed, slot, meta, &[&bytes[8..LONG_HEAD_BYTES], data]) != crc {
        return Found::Damage;
    }
    Found::Long(Long { kind, aside: byte & ASIDE != 0, tag: word(2) as u32, wall_micros: word(1) as i64, data }, slots)
}

/// Gives each record from slot `first` on the checksum that it should have, as far as it says how long it is.
#[cfg(any(test, fuzzing))]
pub(super) fn sealed_by_its_writer(bytes: &mut [u8], first: u64, seed: u32) {
    let mut slot = first;
    while let Some(record) = bytes.get_mut(slot as usize * SLOT_BYTES..).filter(|rest| rest.len() >= SLOT_BYTES) {
        let (byte, mut number) = (record[4], u32::from_le_bytes([record[5], record[6], record[7], 0]));
        let Some(kind) = Kind::from_byte(byte & !ASIDE) else {
            slot += 1;
            continue;
        };
        let room = (record.len() / SLOT_BYTES).min(64) as u32;
        if !kind.is_short() {
            // A length that fits, and data of that length.
            number = number % room + 1;
            let most = number as usize * SLOT_BYTES - LONG_HEAD_BYTES;
            let length = most - usize::from(record[20]) % SLOT_BYTES.min(most + 1);
            record[20..24].copy_from_slice(&(length as u32).to_le_bytes());
            record[5..8].copy_from_slice(&number.to_le_bytes()[..3]);
        }
        let slots = if kind.is_short() { 1 } else { number as usize };
        let end = match kind {
            Kind::Reserved => 8,
            kind if kind.is_short() => SLOT_BYTES,
            _ => LONG_HEAD_BYTES + u32::from_le_bytes([record[20], record[21], record[22], record[23]]) as usize,
        };
        let crc = checksum(seed, slot, meta(byte, number), &[&record[8..end]]);
        record[..4].copy_from_slice(&crc.to_le_bytes());
        slot += slots as u64;
    }
}

/// What a tag's record says, at its first use in a segment.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct TagData<'a> {
    pub(super) kind: TagKind,
    pub(super) name: std::borrow::Cow<'a, str>,
    /// Near which ordinal and step it goes on: the reader counts for itself, and trusts this only where a segment is missing.
    pub(super) next_ordinal: i64,
    pub(super) next_step: i64,
}

/// Where the data of a record lies that is too long for a segment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Aside {
    pub(super) number: u64,
    pub(super) bytes: u64,
    pub(super) crc: u32,
}

#[derive(Serialize, Deserialize)]
struct TextData<'a> {
    tag: std::borrow::Cow<'a, str>,
    step: Option<i64>,
    text: std::borrow::Cow<'a, str>,
}

/// Appends the data of a record of many values.
pub(super) fn put_values(data: &mut Vec<u8>, step: i64, values: impl Iterator<Item = f64>) {
    data.extend_from_slice(&step.to_ne_bytes());
    values.for_each(|value| data.extend_from_slice(&value.to_ne_bytes()));
}

/// Appends the data of an image's record.
pub(super) fn put_image(data: &mut Vec<u8>, step: i64, pixels: &Pixels) {
    data.extend_from_slice(&step.to_ne_bytes());
    data.extend_from_slice(&pixels.nan.to_ne_bytes());
    data.extend_from_slice(&pixels.width.to_ne_bytes());
    data.extend_from_slice(&pixels.height.to_ne_bytes());
    data.push(pixels.channels);
    data.extend_from_slice(&pixels.bytes);
}

pub(super) fn text_data(tag: &str, step: Option<i64>, text: &str) -> Vec<u8> {
    json(&TextData { tag: tag.into(), step, text: text.into() })
}

pub(super) fn param_data(name: &str, value: &Value) -> Vec<u8> {
    json(&(name, value))
}

pub(super) fn end_data(status: Status, how: Option<&str>) -> Vec<u8> {
    json(&(status, how))
}

/// Appends the JSON form of plain data of ours.
pub(super) fn put_json(to: &mut Vec<u8>, data: &impl Serialize) {
    let before = to.len();
    if serde_json::to_writer(&mut *to, data).is_err() {
        to.truncate(before);
    }
}

/// Plain data of ours: strings, numbers and lists of them always have a JSON form.
pub(super) fn json(data: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(data).unwrap_or_default()
}

/// The entry that a long record's data is; `None` if it is none (a fault of the program that wrote it).
pub(super) fn entry(kind: Kind, tag: Option<Arc<str>>, data: &[u8]) -> Option<EntryKind> {
    let mut rest = data;
    Some(match kind {
        Kind::Values => {
            let (step, (values, [])) = (i64::from_ne_bytes(take(&mut rest)?), rest.as_chunks::<8>()) else { return None };
            EntryKind::Values { tag: tag?, step, values: values.iter().map(|bytes| f64::from_ne_bytes(*bytes)).collect() }
        }
        Kind::Image => {
            let step = i64::from_ne_bytes(take(&mut rest)?);
            let nan = u64::from_ne_bytes(take(&mut rest)?);
            let (width, height) = (u32::from_ne_bytes(take(&mut rest)?), u32::from_ne_bytes(take(&mut rest)?));
            let [channels] = take(&mut rest)?;
            EntryKind::Image { tag: tag?, step, pixels: Pixels { width, height, channels, bytes: rest.to_vec(), nan } }
        }
        Kind::Text => {
            let TextData { tag, step, text } = serde_json::from_slice(data).ok()?;
            EntryKind::Text { tag: tag.into(), step, text: text.into_owned() }
        }
        Kind::Param => {
            let (name, value) = serde_json::from_slice(data).ok()?;
            EntryKind::Param { name, value }
        }
        Kind::End => {
            let (status, how) = serde_json::from_slice(data).ok()?;
            EntryKind::End { status, how }
        }
        Kind::Panicked => {
            let (how, last) = serde_json::from_slice(data).ok()?;
            EntryKind::Panicked { how, last }
        }
        Kind::Origin => EntryKind::Origin(serde_json::from_slice(data).ok()?),
        Kind::Costs => EntryKind::Costs(serde_json::from_slice(data).ok()?),
        Kind::Scalar | Kind::Sample | Kind::Tag | Kind::Reserved => return None,
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*first)
}
