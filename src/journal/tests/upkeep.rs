//! What befalls a journal's files while it lives: reads that fail, syncs, cleaners of temporary directories.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::*;

#[test]
fn a_file_that_cannot_be_read_now_is_no_damage() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), SMALL);
    let directory = journal.directory().to_path_buf();
    let weights = tags.get(TagKind::Histogram, "weights", || 0).unwrap();
    let long: Vec<f64> = (0..100_000).map(f64::from).collect();
    scalar(&journal, &tags, "loss", 1.0).unwrap();
    journal.values(weights, 0, 0, long.iter().copied()).unwrap();
    scalar(&journal, &tags, "loss", 2.0).unwrap();
    finish(&journal);
    // A directory in its place is an error that is neither "gone" nor "not what it should be", as one for want of file descriptors is.
    let [value, segment, checkpoint] = [segment::aside_path(&directory, 0), path_of(&directory, 0), checkpoint::path(&directory)];
    let hidden = |path: &Path| {
        let aside = home.path().join("hidden");
        if path.exists() {
            fs::rename(path, &aside).unwrap();
        }
        fs::create_dir(path).unwrap();
        let path = path.to_path_buf();
        move || {
            fs::remove_dir(&path).unwrap();
            if aside.exists() {
                fs::rename(&aside, &path).unwrap();
            }
        }
    };
    for path in [&segment, &checkpoint] {
        let back = hidden(path);
        assert!(Reader::open(&directory).is_err(), "{}", path.display());
        back();
    }
    let mut reader = Reader::open(&directory).unwrap();
    let back = hidden(&value);
    assert_eq!(reader.read(1).unwrap().entries.len(), 1);
    assert!(reader.read(10).is_err());
    assert!(reader.read(10).is_err(), "and it is not passed");
    back();
    assert_eq!(kinds(rest(&mut reader)).len(), 3);
    assert_eq!((reader.damaged(), reader.read(1).unwrap().complete), (0, true));
    // What is gone is gone, and holds nothing up.
    fs::remove_file(&value).unwrap();
    let mut reader = Reader::open(&directory).unwrap();
    assert_eq!(kinds(rest(&mut reader)).len(), 3);
    assert_eq!(reader.damaged(), 1);
}

#[test]
fn after_its_release_nothing_is_recorded_also_where_the_end_had_no_room() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), SMALL);
    scalar(&journal, &tags, "loss", 1.0).unwrap();
    journal.release();
    assert!(scalar(&journal, &tags, "loss", 2.0).is_err());
    assert!(journal.text("thought", 0, None, "later").is_err());
    assert_eq!(rest(&mut Reader::open(journal.directory()).unwrap()).len(), 1);
}

#[test]
fn a_segment_is_synced_until_the_last_call_that_writes_into_it_is_done() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), SMALL);
    let busy = journal.busy();
    while segment::list(journal.directory()).unwrap().len() < 5 {
        scalar(&journal, &tags, "loss", 1.0).unwrap();
    }
    assert_eq!(journal.unsynced().first(), Some(&0));
    journal.sync().unwrap();
    assert_eq!(journal.unsynced().first(), Some(&0), "it was in use when the sync began");
    drop(busy);
    let begun = Instant::now();
    while !journal.unsynced().is_empty() && begun.elapsed() < Duration::from_secs(60) {
        // The helper lets go of the others, soon.
        std::thread::yield_now();
        journal.sync().unwrap();
    }
    assert!(journal.unsynced().is_empty());
}

#[test]
fn lists_in_lists_deeper_than_a_reader_goes_are_rejected() {
    let home = tempfile::tempdir().unwrap();
    let (journal, _) = create(home.path(), SMALL);
    let nested = |depth: usize| (0..depth).fold(Value::Int(1), |value, _| Value::List(vec![value]));
    journal.param(0, "deep", &nested(32)).unwrap();
    let error = journal.param(0, "deeper", &nested(33)).unwrap_err();
    assert!(error.to_string().contains("`deeper` is a list of lists, more than 32 deep"), "{error}");
    let entries = kinds(rest(&mut Reader::open(journal.directory()).unwrap()));
    assert_eq!(entries, [EntryKind::Param { name: "deep".into(), value: nested(32) }]);
}

#[test]
fn no_file_of_a_journal_looks_old() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), SMALL);
    scalar(&journal, &tags, "loss", 1.0).unwrap();
    let files = || fs::read_dir(journal.directory()).unwrap().map(|entry| entry.unwrap().path());
    let long_ago = SystemTime::now() - Duration::from_secs(20 * 24 * 60 * 60);
    files().for_each(|path| fs::File::open(path).unwrap().set_modified(long_ago).unwrap());
    journal.keep_young();
    for path in files() {
        let age = path.metadata().unwrap().modified().unwrap().elapsed().unwrap_or_default();
        assert!(age < Duration::from_secs(60 * 60), "{}: {age:?}", path.display());
    }
}

#[test]
fn the_whole_of_a_journal_keeps_to_its_budget() {
    let home = tempfile::tempdir().unwrap();
    let budget = 500 << 10;
    let (journal, tags) = create(home.path(), Layout { budget, ..SMALL });
    let weights = tags.get(TagKind::Histogram, "weights", || 0).unwrap();
    while journal.values(weights, 0, 0, std::iter::repeat_n(0.5, 4_000)).is_ok() {}
    while scalar(&journal, &tags, "loss", 1.0).is_ok() {}
    let files = fs::read_dir(journal.directory()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    let bytes: u64 = files.sum();
    assert!(bytes <= budget, "{bytes} bytes of {budget}");
    assert!(bytes + (64 << 10) + 32_000 > budget, "{bytes} bytes of {budget}: not even a segment more");
}

#[test]
fn where_only_large_values_are_logged_their_files_go_when_they_are_stored() {
    let home = tempfile::tempdir().unwrap();
    let (journal, tags) = create(home.path(), Layout { budget: 3 << 20, ..SMALL });
    let weights = tags.get(TagKind::Histogram, "weights", || 0).unwrap();
    let value = |i: i64| journal.values(weights, i, i, std::iter::repeat_n(0.5, 50_000));
    // Less than a quarter of the budget, with which a segment is left by itself, and then no room.
    value(0).unwrap();
    fs::write(journal.directory().join("other"), vec![0; (3 << 20) - (900 << 10)]).unwrap();
    assert!((1..9).any(|i| value(i).is_err()));
    fs::remove_file(journal.directory().join("other")).unwrap();
    let mut reader = Reader::open(journal.directory()).unwrap();
    rest(&mut reader);
    reader.acknowledge(reader.position()).unwrap();
    let asides = fs::read_dir(journal.directory())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "value"));
    assert_eq!(asides.count(), 0);
}
