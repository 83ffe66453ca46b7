//! The journal as a whole: what was recorded is what is read, whatever happened in between.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

mod damage;
mod model;
mod power;
mod upkeep;

use super::files::Files;
use super::files::memory::Memory;
use super::segment::{Header, path_of};
use super::*;
use crate::model::{RunId, SessionId, Status, Time, Value};

const SMALL: Layout = Layout { segment_bytes: 64 << 10, budget: 64 << 20, when_full: WhenFull::DropNewest };

pub(super) fn info(number: u8) -> SessionInfo {
    SessionInfo {
        session: SessionId::from_bytes([number; 12]),
        run: RunId::from_bytes([7; 12]),
        target: "mongodb://localhost:27017".into(),
        database: "digits".into(),
        folder: "lr_search".into(),
        run_name: "calm fox".into(),
        labels: vec!["baseline".into()],
        group: None,
        rank: 0,
        host: "here".into(),
        pid: 1,
        started: Time(1_700_000_000_000),
        resumed: false,
    }
}

fn create(place: &Path, layout: Layout) -> (Journal, Tags) {
    (Journal::create(place, info(1), layout).unwrap(), Tags::new())
}

fn scalar(journal: &Journal, tags: &Tags, name: &str, value: f64) -> crate::error::Result<()> {
    let tag = tags.get(TagKind::Scalar, name, || 0).unwrap();
    journal.scalar(tag, 1, tag.next_step(), value).map(drop)
}

fn finish(journal: &Journal) {
    journal.end(9, Status::Finished, None).unwrap();
}

fn rest<F: Files>(reader: &mut Reader<F>) -> Vec<Entry> {
    let mut all = Vec::new();
    loop {
        let batch = reader.read(1000).unwrap();
        if batch.entries.is_empty() {
            return all;
        }
        all.extend(batch.entries);
    }
}

fn kinds(entries: Vec<Entry>) -> Vec<EntryKind> {
    entries.into_iter().map(|entry| entry.kind).collect()
}

#[test]
fn every_kind_of_entry_comes_back() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), SMALL);
    let loss = tags.get(TagKind::Scalar, "loss", || 0).unwrap();
    let weights = tags.get(TagKind::Histogram, "weights", || 0).unwrap();
    let faces = tags.get(TagKind::Image, "faces", || 0).unwrap();
    let long: Vec<f64> = (0..100_000).map(f64::from).collect();
    let pixels = Pixels { width: 3, height: 1, channels: 1, bytes: vec![0, 128, 255], nan: 2 };
    journal.param(1, "lr", &Value::Float(f64::INFINITY)).unwrap();
    journal.scalar(loss, 2, -5, f64::NEG_INFINITY).unwrap();
    journal.sample(weights, 3, 0.5).unwrap();
    journal.values(weights, 4, 9, [1.0, 2.0].into_iter()).unwrap();
    journal.values(weights, 5, 10, long.iter().copied()).unwrap();
    journal.image(faces, 6, 0, &pixels).unwrap();
    journal.text("thought", 7, Some(10), "it \"works\"\n\u{1F600}").unwrap();
    journal.scalar(loss, 8, 7, 1.5).unwrap();
    finish(&journal);

    let mut reader = Reader::open(journal.directory()).unwrap();
    assert_eq!(reader.info(), &info(1));
    assert!(reader.pending() > 0);
    let batch = reader.read(1000).unwrap();
    assert!(batch.complete);
    assert_eq!(batch.entries.iter().map(|entry| entry.wall_micros).collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
    let expected = [
        EntryKind::Param { name: "lr".into(), value: Value::Float(f64::INFINITY) },
        EntryKind::Scalar { tag: "loss".into(), ordinal: 0, step: -5, value: f64::NEG_INFINITY },
        EntryKind::Sample { tag: "weights".into(), ordinal: 0, value: 0.5 },
        EntryKind::Values { tag: "weights".into(), step: 9, values: vec![1.0, 2.0] },
        EntryKind::Values { tag: "weights".into(), step: 10, values: long },
        EntryKind::Image { tag: "faces".into(), step: 0, pixels },
        EntryKind::Text { tag: "thought".into(), step: Some(10), text: "it \"works\"\n\u{1F600}".into() },
        EntryKind::Scalar { tag: "loss".into(), ordinal: 1, step: 7, value: 1.5 },
        EntryKind::End { status: Status::Finished, how: None },
    ];
    assert_eq!(kinds(batch.entries), expected);
    assert_eq!((reader.pending(), reader.damaged()), (0, 0));
    reader.remove().unwrap();
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn acknowledged_segments_go_and_ordinals_go_on() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), SMALL);
    let directory = journal.directory().to_path_buf();
    for i in 0..20_000 {
        scalar(&journal, &tags, ["a", "b", "c"][i % 3], i as f64).unwrap();
    }
    let whole = rest(&mut Reader::open(&directory).unwrap());
    assert_eq!(whole.len(), 20_000);
    let segments = segment::list(&directory).unwrap().len();

    let mut read = 0;
    while read < whole.len() {
        // Each life of the shipper stores some, acknowledges half of it, and dies.
        let mut reader = Reader::open(&directory).unwrap();
        let first = reader.read(2500).unwrap();
        let from = whole.iter().position(|entry| entry.position == first.entries[0].position).unwrap();
        assert!(from <= read, "entries {read}..{from} were never read");
        assert_eq!(first.entries, whole[from..from + first.entries.len()]);
        reader.acknowledge(first.end).unwrap();
        let second = reader.read(2500).unwrap();
        let at = from + first.entries.len();
        assert_eq!(second.entries, whole[at..at + second.entries.len()]);
        read = at;
    }
    assert!(segment::list(&directory).unwrap().len() < segments / 2);
    assert_eq!(Reader::open(&directory).unwrap().damaged(), 0);
}

#[test]
fn threads_log_at_once_while_a_reader_follows() {
    const THREADS: usize = 4;
    const POINTS: usize = 20_000;
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), SMALL);
    let directory = journal.directory().to_path_buf();
    let done = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let (journal, tags, done) = (&journal, &tags, &done);
        let reader = scope.spawn(move || {
            let mut reader = Reader::open(&directory).unwrap();
            let mut seen = Vec::new();
            loop {
                let last_look = done.load(Ordering::Acquire);
                let batch = reader.read(777).unwrap();
                reader.acknowledge(batch.end).unwrap();
                if batch.entries.is_empty() && last_look {
                    assert_eq!(reader.damaged(), 0);
                    return seen;
                }
                seen.extend(batch.entries);
            }
        });
        let writers: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || {
                    let weights = tags.get(TagKind::Histogram, "weights", || 0).unwrap();
                    for i in 0..POINTS {
                        scalar(journal, tags, "shared", i as f64).unwrap();
                        scalar(journal, tags, &format!("own {thread}"), i as f64).unwrap();
                        if i % 1000 == 0 {
                            journal.values(weights, 0, thread as i64, (0..i).map(|value| value as f64)).unwrap();
                        }
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::Release);
        reader.join().unwrap()
    });
    journal.end(0, Status::Finished, None).unwrap();

    let mut ordinals = std::collections::HashMap::new();
    let (mut histograms, mut last) = (0, Position(0));
    for entry in seen {
        assert!(entry.position > last);
        last = entry.position;
        match entry.kind {
            EntryKind::Scalar { tag, ordinal, value, .. } => {
                let next = ordinals.entry(tag.clone()).or_insert(0);
                assert_eq!(ordinal, *next);
                assert!(!tag.starts_with("own") || value == *next as f64, "one thread's points are in its order");
                *next += 1;
            }
            EntryKind::Values { values, .. } => {
                assert!(values.iter().enumerate().all(|(i, value)| *value == i as f64));
                histograms += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(histograms, THREADS * POINTS / 1000);
    assert_eq!(ordinals.remove("shared"), Some((THREADS * POINTS) as i64));
    assert!(ordinals.len() == THREADS && ordinals.values().all(|count| *count == POINTS as i64));
}

/// The files of a journal, as they are now.
fn files_of(directory: &Path) -> Memory {
    let mut files = Memory::default();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let Some(end) = path.extension().and_then(|end| end.to_str()) else { continue };
        let number = path.file_stem().unwrap().to_str().unwrap().parse();
        // What the helper thread is just making is renamed under our hands.
        let Ok(bytes) = fs::read(&path) else { continue };
        match (end, number) {
            ("segment", Ok(number)) => drop(files.segments.insert(number, bytes.into())),
            ("value", Ok(number)) => drop(files.asides.insert(number, bytes.into())),
            ("json", _) => files.checkpoint = Some(bytes),
            _ => {}
        }
    }
    files
}

/// Sets bytes of the journal's first segment, as a death in the middle of a call leaves them (or a disk that lies).
fn overwrite(directory: &Path, slot: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path_of(directory, 0)).unwrap();
    file.seek(SeekFrom::Start(slot * 32)).unwrap();
    file.write_all(bytes).unwrap();
}

#[test]
fn an_unpublished_slot_is_waited_for_while_the_owner_lives_and_skipped_after() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), SMALL);
    let directory = journal.directory().to_path_buf();
    (0..10).for_each(|i| scalar(&journal, &tags, "loss", f64::from(i)).unwrap());
    let positions: Vec<_> = rest(&mut Reader::open(&directory).unwrap()).iter().map(|entry| entry.position.0).collect();
    overwrite(&directory, positions[4], &[0; 8]);

    let mut reader = Reader::open(&directory).unwrap();
    assert_eq!(rest(&mut reader).len(), 4);
    assert_eq!(reader.pending(), 6 * 32);
    assert!(!reader.read(10).unwrap().complete);
    drop(journal);
    let after = rest(&mut reader);
    let values: Vec<_> = kinds(after)
        .into_iter()
        .map(|kind| match kind {
            EntryKind::Scalar { ordinal, value, .. } => (ordinal, value),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(values, [(4, 5.0), (5, 6.0), (6, 7.0), (7, 8.0), (8, 9.0)]);
    assert!(reader.read(10).unwrap().complete);
    assert_eq!(reader.damaged(), 0);
}

#[test]
fn a_long_record_that_was_begun_hides_what_looks_like_records_in_it() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), SMALL);
    let directory = journal.directory().to_path_buf();
    scalar(&journal, &tags, "loss", 1.0).unwrap();
    journal.text("thought", 0, None, &"x".repeat(200)).unwrap();
    scalar(&journal, &tags, "loss", 2.0).unwrap();
    let positions: Vec<_> = rest(&mut Reader::open(&directory).unwrap()).iter().map(|entry| entry.position.0).collect();

    // As it is before its head is published: the length told, the slots filled with copies of true records of other places.
    let header = Header::read(&fs::File::open(path_of(&directory, 0)).unwrap()).unwrap();
    let begun = record::begun(header.seed(), positions[1], (positions[2] - positions[1]) as u32);
    overwrite(&directory, positions[1], &begun.to_ne_bytes());
    let mut first = [0; 32];
    let mut file = fs::File::open(path_of(&directory, 0)).unwrap();
    file.seek(SeekFrom::Start(positions[0] * 32)).unwrap();
    file.read_exact(&mut first).unwrap();
    overwrite(&directory, positions[1] + 1, &first);

    let mut reader = Reader::open(&directory).unwrap();
    assert_eq!(rest(&mut reader).len(), 1);
    drop(journal);
    assert_eq!(rest(&mut reader).len(), 1);
    assert_eq!(reader.damaged(), 0);
}

#[test]
fn a_full_budget_is_an_error_until_the_store_has_caught_up() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), Layout { budget: 264 << 10, ..SMALL });
    let mut recorded = 0;
    let error = loop {
        match scalar(&journal, &tags, "loss", recorded as f64) {
            Ok(()) => recorded += 1,
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("has grown to its budget of 270336 bytes"), "{error}");
    let mut reader = Reader::open(journal.directory()).unwrap();
    assert_eq!(rest(&mut reader).len(), recorded);
    let end = reader.read(1).unwrap().end;
    reader.acknowledge(end).unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while let Err(error) = scalar(&journal, &tags, "loss", recorded as f64) {
        assert!(std::time::Instant::now() < deadline, "{error}");
        std::thread::yield_now();
    }
    let next = rest(&mut reader);
    assert!(matches!(next[0].kind, EntryKind::Scalar { ordinal, .. } if ordinal == recorded as i64), "{next:?}");
}

#[test]
fn values_in_files_of_their_own_make_room_as_they_are_stored() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), Layout { budget: 464 << 10, ..SMALL });
    let tag = tags.get(TagKind::Histogram, "weights", || 0).unwrap();
    let mut reader = Reader::open(journal.directory()).unwrap();
    // Many times the budget, in less than a segment.
    for i in 0..40 {
        let begun = std::time::Instant::now();
        while let Err(error) = journal.values(tag, i, i, std::iter::repeat_n(0.5, 10_000)) {
            assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{i}: {error}");
            // The segment that was left may have had no next one yet when it was read.
            let batch = reader.read(10).unwrap();
            assert!(batch.entries.is_empty(), "{batch:?}");
            reader.acknowledge(batch.end).unwrap();
        }
        let batch = reader.read(10).unwrap();
        assert!(matches!(batch.entries[..], [Entry { kind: EntryKind::Values { step, .. }, .. }] if step == i), "{batch:?}");
        reader.acknowledge(batch.end).unwrap();
    }
}

#[test]
fn values_that_find_no_place_leave_no_file() {
    let home = tempfile::tempdir().unwrap();
    // Room for values in a file of their own, but not for another segment.
    let (journal, tags) = create(home.path(), Layout { budget: 364 << 10, ..SMALL });
    while scalar(&journal, &tags, "loss", 1.0).is_ok() {}
    let tag = tags.get(TagKind::Histogram, "weights", || 0).unwrap();
    let files = || journal.directory().read_dir().unwrap().count();
    let before = files();
    for _ in 0..5 {
        journal.values(tag, 0, 0, std::iter::repeat_n(0.5, 3_000)).unwrap_err();
    }
    assert_eq!(files(), before);
}

#[test]
fn where_it_is_asked_calls_wait_for_room_and_nothing_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), Layout { budget: 464 << 10, when_full: WhenFull::Block, ..SMALL });
    let mut reader = Reader::open(journal.directory()).unwrap();
    let recorded = AtomicBool::new(false);
    let mut read = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // More than the budget holds, of segments and of values in files of their own.
            (0..20_000).for_each(|i| scalar(&journal, &tags, "loss", f64::from(i)).unwrap());
            for i in 0..6 {
                let tag = tags.get(TagKind::Histogram, "weights", || 0).unwrap();
                journal.values(tag, i, i, std::iter::repeat_n(0.5, 10_000)).unwrap();
            }
            // Longer than there can ever be room for: nobody would wait for it to an end.
            let tag = tags.get(TagKind::Histogram, "weights", || 0).unwrap();
            assert!(journal.values(tag, 0, 0, std::iter::repeat_n(0.5, 50_000)).is_err());
            recorded.store(true, Ordering::Release);
        });
        let begun = std::time::Instant::now();
        while journal.trouble().is_none() {
            assert!(begun.elapsed() < std::time::Duration::from_secs(60), "the budget is not used up");
            std::thread::yield_now();
        }
        assert!(!recorded.load(Ordering::Acquire));
        // What the journal says of itself does not wait.
        journal.panicked(0, "in another thread", false).ok();
        while read.len() < 20_006 {
            let batch = reader.read(1000).unwrap();
            read.extend(batch.entries.into_iter().filter(|entry| !matches!(entry.kind, EntryKind::Panicked { .. })));
            reader.acknowledge(batch.end).unwrap();
            assert!(begun.elapsed() < std::time::Duration::from_secs(120), "{} entries", read.len());
        }
    });
    let scalars =
        read.iter().filter_map(|entry| if let EntryKind::Scalar { ordinal, .. } = entry.kind { Some(ordinal) } else { None });
    assert!(scalars.eq(0..20_000));
}

#[test]
fn a_missing_segment_is_counted_and_the_others_stand_alone() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), SMALL);
    let directory = journal.directory().to_path_buf();
    (0..10_000).for_each(|i| scalar(&journal, &tags, "loss", f64::from(i)).unwrap());
    drop(journal);
    fs::remove_file(path_of(&directory, 0)).unwrap();
    fs::remove_file(path_of(&directory, 2)).unwrap();
    let mut reader = Reader::open(&directory).unwrap();
    let entries = rest(&mut reader);
    assert!(entries.len() > 4000);
    for entry in entries {
        let EntryKind::Scalar { ordinal, step, value, .. } = entry.kind else { panic!() };
        assert_eq!((ordinal as f64, step as f64), (value, value));
    }
    assert_eq!(reader.damaged(), 1);
    assert!(reader.read(1).unwrap().complete);
}

#[test]
#[cfg(unix)]
fn a_child_of_a_fork_is_refused_and_leaves_its_parents_journal_alone() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), SMALL);
    scalar(&journal, &tags, "loss", 1.0).unwrap();
    assert!(!map::in_a_child(|| scalar(&journal, &tags, "loss", 2.0).is_ok()));
    let mut inherited = Some(journal);
    assert!(map::in_a_child(|| {
        drop(inherited.take());
        true
    }));
    let journal = inherited.unwrap();
    assert!(owner_alive(journal.directory()).unwrap());
    scalar(&journal, &tags, "loss", 3.0).unwrap();
    assert_eq!(rest(&mut Reader::open(journal.directory()).unwrap()).len(), 2);
}

#[test]
fn what_a_death_left_half_made_is_swept() {
    let home = tempfile::tempdir().unwrap();
    let (journal, _) = create(home.path(), SMALL);
    let (gone, new) = (journal.directory().with_extension("gone"), home.path().join("020202020202020202020202.new"));
    for half in [&gone, &new] {
        fs::create_dir(half).unwrap();
        fs::write(half.join("lock"), "").unwrap();
    }
    sweep(home.path());
    assert!(!gone.exists() && new.exists(), "a young one may not be locked yet");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(100);
    OpenOptions::new().write(true).open(new.join("lock")).unwrap().set_modified(old).unwrap();
    let owner = lock::Owner::take(&new, &new).unwrap();
    sweep(home.path());
    assert!(new.exists(), "one that is owned is left alone");
    drop(owner);
    sweep(home.path());
    assert!(!new.exists() && journal.directory().exists());
}

#[test]
fn a_journal_is_deleted_while_others_sweep() {
    let home = tempfile::tempdir().unwrap();
    let deleted = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !deleted.load(Ordering::Relaxed) {
                sweep(home.path());
            }
        });
        let all: Vec<_> = (0..200)
            .map(|_| {
                let (journal, _) = create(home.path(), SMALL);
                finish(&journal);
                let directory = journal.directory().to_path_buf();
                drop(journal);
                Reader::open(&directory).unwrap().remove()
            })
            .collect();
        deleted.store(true, Ordering::Relaxed);
        all.into_iter().for_each(|deleted| deleted.unwrap());
    });
    assert_eq!(home.path().read_dir().unwrap().count(), 0);
}

/// One call of a generated program.
#[derive(Debug, Clone)]
enum Call {
    Scalar(u8, f64),
    Sample(u8, f64),
    Values(u8, Vec<f64>),
    Text(String),
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = prop_oneof![
        8 => (0..6_u8, any::<f64>()).prop_map(|(tag, value)| Call::Scalar(tag, value)),
        2 => (0..3_u8, any::<f64>()).prop_map(|(tag, value)| Call::Sample(tag, value)),
        1 => (0..3_u8, prop::collection::vec(any::<f64>(), 0..2500)).prop_map(|(tag, values)| Call::Values(tag, values)),
        1 => ".{0,300}".prop_map(Call::Text),
    ];
    prop::collection::vec(call, 1..150)
}

/// How the last record is spoilt.
#[derive(Debug, Clone)]
enum Cut {
    Nothing,
    Truncate(prop::sample::Index),
    Flip(prop::sample::Index, u8),
}

fn cut() -> impl Strategy<Value = Cut> {
    prop_oneof![
        Just(Cut::Nothing),
        any::<prop::sample::Index>().prop_map(Cut::Truncate),
        (any::<prop::sample::Index>(), 0..8_u8).prop_map(|(byte, bit)| Cut::Flip(byte, bit)),
    ]
}

fn log(journal: &Journal, tags: &Tags, call: &Call) {
    match call {
        Call::Scalar(tag, value) => scalar(journal, tags, &format!("tag {tag}"), *value),
        Call::Sample(tag, value) => journal.sample(tags.get(TagKind::Histogram, &format!("tag {tag}"), || 0).unwrap(), 0, *value),
        Call::Values(tag, values) => {
            let tag = tags.get(TagKind::Histogram, &format!("tag {tag}"), || 0).unwrap();
            journal.values(tag, 0, tag.next_step(), values.iter().copied())
        }
        Call::Text(text) => journal.text("thought", 0, None, text),
    }
    .unwrap();
}

/// What an entry says, without what another order of threads would change; bits, so that NaN is equal to itself.
fn say(kind: &EntryKind) -> String {
    match kind {
        EntryKind::Scalar { tag, value, .. } => format!("{tag} {:x}", value.to_bits()),
        EntryKind::Sample { tag, value, .. } => format!("sample {tag} {:x}", value.to_bits()),
        EntryKind::Values { tag, values, .. } => format!("{tag} {:x?}", values.iter().map(|v| v.to_bits()).collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_was_published_is_read_and_nothing_else(threads in prop::collection::vec(calls(), 1..4), cut in cut()) {
        let home = tempfile::tempdir().unwrap();
        let (journal, tags) = create(home.path(), SMALL);
        let directory = journal.directory().to_path_buf();
        std::thread::scope(|scope| {
            for calls in &threads {
                let (journal, tags) = (&journal, &tags);
                scope.spawn(move || calls.iter().for_each(|call| log(journal, tags, call)));
            }
        });
        drop(journal);

        let mut whole = rest(&mut Reader::open(&directory).unwrap());
        let mut expected: Vec<_> = {
            let fresh = tempfile::tempdir().unwrap();
            let (journal, tags) = create(fresh.path(), SMALL);
            threads.iter().flatten().for_each(|call| log(&journal, &tags, call));
            rest(&mut Reader::open(journal.directory()).unwrap()).iter().map(|entry| say(&entry.kind)).collect()
        };
        let mut read: Vec<_> = whole.iter().map(|entry| say(&entry.kind)).collect();
        expected.sort();
        read.sort();
        prop_assert_eq!(&read, &expected);
        prop_assert_eq!(read.len(), threads.iter().flatten().count());

        // The last record, torn: all the others are read as before, and it is not read as something else.
        let last = whole.last().unwrap().position.0;
        let (segment, slot) = (last >> 32, last & 0xffff_ffff);
        let path = path_of(&directory, segment);
        let bytes = fs::read(&path).unwrap();
        let used = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count();
        let from = slot as usize * 32;
        match cut {
            Cut::Nothing => {}
            Cut::Truncate(at) => {
                OpenOptions::new().write(true).open(&path).unwrap().set_len((from + at.index(used - from)) as u64).unwrap();
                whole.pop();
            }
            Cut::Flip(at, bit) => {
                let mut bytes = bytes;
                bytes[from + at.index(used - from)] ^= 1 << bit;
                fs::write(&path, bytes).unwrap();
                whole.pop();
            }
        }
        let mut reader = Reader::open(&directory).unwrap();
        let read = rest(&mut reader);
        prop_assert_eq!(read.len(), whole.len());
        for (read, whole) in read.iter().zip(&whole) {
            prop_assert_eq!((read.position, say(&read.kind)), (whole.position, say(&whole.kind)));
        }
        prop_assert!(reader.read(1).unwrap().complete);
    }
}
