//! Bytes as the files of a journal.

use super::SessionInfo;
use super::checkpoint;
use super::files::memory::Memory;
use super::reader::Reader;
use super::record::{SLOT_BYTES, sealed_by_its_writer};
use super::segment::Header;
use crate::model::{RunId, SessionId, Time};

fn info() -> SessionInfo {
    SessionInfo {
        session: SessionId::from_bytes([1; 12]),
        run: RunId::from_bytes([7; 12]),
        target: "local:/".into(),
        database: "d".into(),
        folder: "f".into(),
        run_name: "r".into(),
        labels: Vec::new(),
        group: None,
        rank: 0,
        host: "h".into(),
        pid: 1,
        started: Time(0),
        resumed: false,
    }
}

/// The first byte says how: bytes as they are; after a true header; or each record with the checksum that it should have, as a
/// writer of another mind would make it. The second says how many are a checkpoint and a value in a file of its own.
pub(crate) fn files(data: &[u8]) {
    let Some(([how, parts], rest)) = data.split_first_chunk::<2>() else { return };
    let (checkpoint, rest) = rest.split_at(rest.len().min(usize::from(parts >> 4) * 8));
    let (aside, slots) = rest.split_at(rest.len().min(usize::from(parts & 15) * 8));
    let mut files = Memory::default();
    if !checkpoint.is_empty() {
        files.checkpoint = Some(checkpoint::with_its_checksum(checkpoint));
    }
    files.asides.insert(0, aside.into());
    if how & 3 == 0 {
        files.segments.insert(0, slots.into());
    } else {
        // One or two segments of half of it each.
        let count = 1 + u64::from(how >> 2 & 1);
        let size = (slots.len() / count as usize).next_multiple_of(SLOT_BYTES);
        for (number, part) in (0..count).zip(slots.chunks(size.max(1))) {
            let header = Header::new(number, 4096 + size, info());
            let mut bytes = header.bytes();
            bytes.extend_from_slice(part);
            bytes.resize(header.slots as usize * SLOT_BYTES, 0);
            if how & 3 == 2 {
                sealed_by_its_writer(&mut bytes, header.first, header.seed());
            }
            files.segments.insert(number, bytes.into());
        }
    }
    let Ok(mut reader) = Reader::of(files) else { return };
    let mut last = None;
    loop {
        let batch = reader.read(100).unwrap_or_else(|error| panic!("{error}"));
        for entry in &batch.entries {
            assert!(Some(entry.position) > last, "entries are in order");
            last = Some(entry.position);
        }
        if batch.complete {
            break;
        }
        assert!(!batch.entries.is_empty(), "the reading of a dead journal ends");
    }
    reader.pending();
}

pub(crate) fn checkpoint(data: &[u8]) {
    checkpoint::parse(data);
    if let Some((segment, known)) = checkpoint::parse(&checkpoint::with_its_checksum(data)) {
        assert_eq!(checkpoint::parse(&checkpoint::bytes(segment, &known)), Some((segment, known)));
    }
}
