//! A small journal with all that a journal has, cut at each byte and with each bit flipped: nothing false is ever read, and what is lost
//! is counted.

use super::power::nameless;
use super::*;

/// A journal of two segments, whose beginning was acknowledged and deleted, with values in files of their own; and its entries.
fn journal() -> (Memory, Vec<Entry>) {
    let home = tempfile::tempdir().unwrap();
    let layout = Layout { segment_bytes: 8 << 10, ..SMALL };
    let (journal, tags) = create(home.path(), layout);
    let loss = tags.get(TagKind::Scalar, "loss", || 0).unwrap();
    let weights = tags.get(TagKind::Histogram, "weights", || 0).unwrap();
    let faces = tags.get(TagKind::Image, "faces", || 0).unwrap();
    let mut reader = Reader::open(journal.directory()).unwrap();
    let mut number = 0;
    while reader.read(1000).unwrap().end.0 >> 32 < 2 {
        journal.scalar(loss, number, number, number as f64 / 3.0).unwrap();
        journal.sample(weights, number, number as f64).unwrap();
        number += 1;
    }
    let end = reader.read(1).unwrap().end;
    reader.acknowledge(end).unwrap();
    assert_eq!(segment::list(journal.directory()).unwrap()[0], 2);
    journal.values(weights, 1, 1, (0..40).map(f64::from)).unwrap();
    journal.values(weights, 2, 2, (0..400).map(f64::from)).unwrap();
    journal.image(faces, 3, 3, &Pixels { width: 3, height: 1, channels: 1, bytes: vec![1, 2, 3], nan: 0 }).unwrap();
    journal.param(4, "lr", &Value::Float(0.1)).unwrap();
    journal.text("thought", 5, Some(4), "a thought that takes more than one slot, as they do").unwrap();
    // Few entries fill the segment: they are read again for each bit.
    while reader.read(1000).unwrap().end.0 >> 32 < 3 {
        journal.scalar(loss, number, number, number as f64 / 3.0).unwrap();
        journal.text("filler", number, None, &"x".repeat(700)).unwrap();
        number += 1;
    }
    journal.sample(weights, 6, 0.5).unwrap();
    journal.text("thought", 7, None, "the last one").unwrap();
    finish(&journal);
    let mut files = files_of(journal.directory());
    // Those that were made ready and never used.
    files.segments.retain(|number, _| *number <= 3);
    let entries = rest(&mut Reader::of(files.clone()).unwrap());
    assert!(entries.len() > 12, "{}", entries.len());
    assert_eq!((files.asides.len(), files.segments.len(), files.checkpoint.is_some()), (1, 2, true));
    (files, entries)
}

/// What is read of it, if it can be read: each entry is one that was written there.
fn read(files: Memory, entries: &[Entry]) -> Option<(Vec<Entry>, u64)> {
    let mut reader = Reader::of(files).ok()?;
    let read = rest(&mut reader);
    assert!(reader.read(1).unwrap().complete);
    for entry in &read {
        let at = entries.binary_search_by_key(&entry.position, |entry| entry.position).expect("it was written there");
        assert_eq!(nameless(entry), nameless(&entries[at]));
    }
    Some((read, reader.damaged()))
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

#[test]
fn a_journal_with_any_bit_flipped() {
    let (files, entries) = journal();
    for (number, bytes) in &files.segments {
        let used = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count();
        // The header's padding says nothing; the slots after the last record are zeros, and one bit of them is enough; so is one of
        // each byte of the fillers.
        let padding = 64 + bytes[64..4096].iter().take_while(|byte| **byte != 0).count();
        let dull = |bit: &usize| bytes[bit / 8] == b'x' && bit % 8 != (bit / 8) % 8;
        let records = (8 * 4096..8 * used).filter(|bit| !dull(bit));
        let bits = (0..8 * padding).chain(records).chain([8 * (bytes.len() - 64)].into_iter().filter(|bit| *bit >= 8 * used));
        for bit in bits {
            let mut files = files.clone();
            files.segments.insert(*number, flipped(bytes, bit).into());
            let (read, damaged) = read(files, &entries).expect("there is another segment");
            let lost = entries.len() - read.len();
            let header = bit < 8 * padding && !(8 * 32..8 * 64).contains(&bit);
            assert!(lost <= 1 || header, "bit {bit} of segment {number}: {lost} of {} lost", entries.len());
            assert!(lost == 0 || damaged > 0, "bit {bit} of segment {number}: {lost} lost and not counted");
        }
    }
}

#[test]
fn a_value_or_checkpoint_with_any_bit_flipped() {
    let (files, entries) = journal();
    let (number, bytes) = files.asides.first_key_value().unwrap();
    for bit in 0..8 * bytes.len() {
        let mut files = files.clone();
        files.asides.insert(*number, flipped(bytes, bit).into());
        let (read, damaged) = read(files, &entries).unwrap();
        assert_eq!((read.len(), damaged), (entries.len() - 1, 1), "bit {bit}");
    }
    let checkpoint = files.checkpoint.clone().unwrap();
    for bit in 0..8 * checkpoint.len() {
        let files = Memory { checkpoint: Some(flipped(&checkpoint, bit)), ..files.clone() };
        let (read, damaged) = read(files, &entries).unwrap();
        // The segments tell where their tags go on, too.
        assert_eq!(read, entries, "bit {bit}");
        assert_eq!(damaged, 1, "bit {bit}");
    }
}

#[test]
fn a_journal_cut_at_any_byte() {
    let (files, entries) = journal();
    for (number, bytes) in &files.segments {
        // In the header and where there is nothing one cut in a while is enough.
        let used = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count();
        for length in (0..4096).step_by(61).chain(4096..used).chain((used..bytes.len()).step_by(61)) {
            let mut files = files.clone();
            files.segments.insert(*number, Arc::from(&bytes[..length]));
            let (read, _) = read(files, &entries).expect("there is another segment");
            let slot = (length / 32) as u64;
            // Whole before the cut, and whole in the other segments.
            for (at, entry) in entries.iter().enumerate() {
                let end = entries.get(at + 1).map_or(u64::MAX, |next| next.position.0);
                let whole =
                    entry.position.0 >> 32 != *number || (length >= 4096 && end & 0xffff_ffff <= slot && end >> 32 == *number);
                assert!(
                    !whole || read.iter().any(|read| nameless(read) == nameless(entry)),
                    "cut at {length} of {number}: {entry:?}"
                );
            }
        }
    }
}
