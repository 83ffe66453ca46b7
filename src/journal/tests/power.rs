//! The power fails. What was written after the last sync is lost in any part: pages of 4 KiB, sectors of 512 bytes or words of 8, each as
//! it was at the sync or at any moment since, or zeros; files made since are missing, empty, short or torn; what was deleted
//! is there again. All that was synced is read, in order, with the same ordinals, and nothing is read that was not written there.
//!
//! `ML_BOARD_TEST_CRASHES` says how often the power fails (5,000), `ML_BOARD_TEST_SEED` where it begins.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::*;
use crate::journal::checkpoint;

/// The smallest segments there are: a few pages.
const TINY: Layout = Layout { segment_bytes: 8 << 10, ..SMALL };
/// How often the power fails in one story.
const CRASHES: u64 = 250;

/// SplitMix64.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.throw() % end.max(1) as u64) as usize
    }

    /// `true` once in so many throws.
    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A moment of a journal's life.
struct Moment {
    files: Memory,
    /// How many entries were recorded.
    entries: usize,
    /// The last moment at which all was on the disk.
    synced: usize,
}

/// A life of a journal, moment by moment.
struct Story {
    moments: Vec<Moment>,
    entries: Vec<Entry>,
}

impl Story {
    fn tell(dice: &mut Dice) -> Story {
        let home = tempfile::tempdir().unwrap();
        let (journal, tags) = create(home.path(), TINY);
        let mut reader = Reader::open(journal.directory()).unwrap();
        // Before the first sync the disk has nothing.
        let mut story = Story { moments: vec![Moment { files: Memory::default(), entries: 0, synced: 0 }], entries: Vec::new() };
        let mut synced = 0;
        let calls = 40 + dice.below(120);
        let (syncs, stores) = (2 + dice.below(40), 4 + dice.below(60));
        for _ in 0..calls {
            record(&journal, &tags, dice);
            let batch = reader.read(1000).unwrap();
            story.entries.extend(batch.entries);
            if dice.one_in(stores) {
                reader.acknowledge(batch.end).unwrap();
            }
            let sync = dice.one_in(syncs);
            if sync {
                journal.sync().unwrap();
                synced = story.moments.len();
            }
            let mut files = files_of(journal.directory());
            story.share(&mut files);
            story.moments.push(Moment { files, entries: story.entries.len(), synced });
        }
        assert_eq!(reader.damaged(), 0);
        story
    }

    /// What did not change since the last moment is not kept twice.
    fn share(&self, files: &mut Memory) {
        let Some(last) = self.moments.last() else { return };
        for (now, before) in [(&mut files.segments, &last.files.segments), (&mut files.asides, &last.files.asides)] {
            for (number, bytes) in now {
                if let Some(same) = before.get(number).filter(|before| *before == bytes) {
                    *bytes = Arc::clone(same);
                }
            }
        }
    }

    /// The power fails at a moment: what the disk has, and with which checkpoint.
    fn crash(&self, at: usize, dice: &mut Dice) -> Memory {
        let since = &self.moments[self.moments[at].synced..=at];
        // A checkpoint is on the disk before anything is deleted for it.
        let stored = dice.below(since.len());
        let torn = Torn { since, stored, unit: [4096, 512, 8][[0, 0, 0, 1, 1, 1, 2][dice.below(7)]], dice };
        torn.files()
    }
}

struct Torn<'a> {
    since: &'a [Moment],
    stored: usize,
    unit: usize,
    dice: &'a mut Dice,
}

impl Torn<'_> {
    fn files(mut self) -> Memory {
        Memory {
            segments: self.some(|files| &files.segments),
            asides: self.some(|files| &files.asides),
            checkpoint: self.since[self.stored].files.checkpoint.clone(),
        }
    }

    fn some(&mut self, which: fn(&Memory) -> &BTreeMap<u64, Arc<[u8]>>) -> BTreeMap<u64, Arc<[u8]>> {
        let all: Vec<_> = self.since.iter().map(|moment| which(&moment.files)).collect();
        let numbers: BTreeSet<u64> = all.iter().flat_map(|files| files.keys().copied()).collect();
        let mut found = BTreeMap::new();
        for number in numbers {
            let versions: Vec<&Arc<[u8]>> = all.iter().filter_map(|files| files.get(&number)).collect();
            let durable = all[0].contains_key(&number);
            let deleted =
                !all[self.stored].contains_key(&number) && all[..self.stored].iter().any(|files| files.contains_key(&number));
            if (deleted && self.dice.one_in(2)) || (!durable && self.dice.one_in(4)) {
                continue;
            }
            found.insert(number, self.torn(&versions, durable));
        }
        found
    }

    fn torn(&mut self, versions: &[&Arc<[u8]>], durable: bool) -> Arc<[u8]> {
        let first = versions[0];
        if durable && versions.iter().all(|version| Arc::ptr_eq(version, first)) {
            return Arc::clone(first);
        }
        let mut bytes = first.to_vec();
        for (at, part) in (0..).step_by(self.unit).zip(bytes.chunks_mut(self.unit)) {
            // The last one more often than those between.
            let version = if self.dice.one_in(3) { self.dice.below(versions.len()) } else { versions.len() - 1 };
            match self.dice.below(3) {
                0 if durable => {}
                0 => part.fill(0),
                _ => part.copy_from_slice(&versions[version][at..at + part.len()]),
            }
        }
        if !durable && self.dice.one_in(8) {
            bytes.truncate(self.dice.below(bytes.len() + 1));
        }
        bytes.into()
    }
}

/// A call of any kind.
fn record(journal: &Journal, tags: &Tags, dice: &mut Dice) {
    let n = dice.throw() as i64;
    let tag = |kind, n: usize| tags.get(kind, ["loss", "val.loss", "", "a tag with a longer name"][n % 4], || 0).unwrap();
    let which = dice.below(4);
    match dice.below(16) {
        0 => journal.text("thought", n, Some(n), &"text, ".repeat(dice.below(60))),
        1 => journal.param(n, "lr", &Value::Int(n)),
        2 => journal.sample(tag(TagKind::Histogram, which), n, n as f64),
        3 => journal.values(tag(TagKind::Histogram, which), n, n, (0..dice.below(100)).map(|i| i as f64 + n as f64)),
        // Long enough for a file of its own.
        4 => journal.values(tag(TagKind::Histogram, which), n, n, (0..1000).map(|i| f64::from(i) + n as f64)),
        5 => {
            let pixels = Pixels { width: 4, height: 1, channels: 1, bytes: n.to_ne_bytes()[..4].to_vec(), nan: 0 };
            journal.image(tag(TagKind::Image, which), n, n, &pixels)
        }
        _ => (0..=dice.below(12))
            .try_for_each(|i| journal.scalar(tag(TagKind::Scalar, which), n, n, i as f64 + n as f64).map(drop)),
    }
    .unwrap();
}

/// The tag and ordinal of what has one.
pub(super) fn ordinal(kind: &EntryKind) -> Option<((bool, &str), i64)> {
    match kind {
        EntryKind::Scalar { tag, ordinal, .. } => Some(((false, tag), *ordinal)),
        EntryKind::Sample { tag, ordinal, .. } => Some(((true, tag), *ordinal)),
        _ => None,
    }
}

/// The same without its ordinal.
pub(super) fn nameless(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    if let EntryKind::Scalar { ordinal, .. } | EntryKind::Sample { ordinal, .. } = &mut entry.kind {
        *ordinal = 0;
    }
    entry
}

/// What is read after the power failed `at` a moment; how many entries that had not been synced.
fn judge(story: &Story, at: usize, disk: Memory) -> usize {
    let synced = story.moments[story.moments[at].synced].entries;
    let first = disk.checkpoint.as_ref().map_or(0, |bytes| checkpoint::parse(bytes).unwrap().0);
    let kept = |entry: &&Entry| entry.position.0 >> 32 >= first;
    let promised: Vec<&Entry> = story.entries[..synced].iter().filter(kept).collect();
    let end = promised.last().map_or(first << 32, |last| last.position.0 + 1);
    let mut reader = match Reader::of(disk) {
        Ok(reader) => reader,
        Err(error) => {
            assert!(promised.is_empty(), "{error}");
            return 0;
        }
    };
    let read = rest(&mut reader);
    assert!(reader.read(1).unwrap().complete);

    let (before, after): (Vec<&Entry>, Vec<&Entry>) = read.iter().partition(|entry| entry.position.0 < end);
    assert_eq!(before, promised, "what was synced");
    let written: HashMap<Position, &Entry> = story.entries.iter().map(|entry| (entry.position, entry)).collect();
    let mut next: HashMap<(bool, &str), i64> = HashMap::new();
    for entry in &read {
        let true_one = written.get(&entry.position).unwrap_or_else(|| panic!("nothing was written there: {entry:?}"));
        assert_eq!(nameless(entry), nameless(true_one), "what was written there");
        if let (Some((tag, ordinal)), Some((_, written))) = (ordinal(&entry.kind), ordinal(&true_one.kind)) {
            assert!(ordinal <= written && next.get(&tag).is_none_or(|next| ordinal >= *next), "{entry:?} was {true_one:?}");
            next.insert(tag, ordinal + 1);
        }
    }
    after.len()
}

#[test]
fn what_was_synced_survives_the_power_and_nothing_false_is_read() {
    let number = |name: &str| std::env::var(name).ok().map(|n| n.parse::<u64>().unwrap());
    let crashes = number("ML_BOARD_TEST_CRASHES").unwrap_or(5_000);
    let seed = number("ML_BOARD_TEST_SEED").unwrap_or_else(rand_seed);
    let (mut points, mut promised, mut more) = (0, 0, 0);
    for story_seed in (seed..).take(crashes.div_ceil(CRASHES) as usize) {
        let told = std::panic::catch_unwind(|| {
            let mut dice = Dice(story_seed);
            let story = Story::tell(&mut dice);
            let mut counts = (0, 0);
            for _ in 0..CRASHES {
                let at = 1 + dice.below(story.moments.len() - 1);
                let disk = story.crash(at, &mut dice);
                counts.0 += story.moments[story.moments[at].synced].entries;
                counts.1 += judge(&story, at, disk);
            }
            counts
        });
        let counts = told.unwrap_or_else(|panic| {
            eprintln!("again: ML_BOARD_TEST_SEED={story_seed} ML_BOARD_TEST_CRASHES={CRASHES}");
            std::panic::resume_unwind(panic)
        });
        (points, promised, more) = (points + CRASHES, promised + counts.0, more + counts.1);
    }
    println!("seed {seed}: {points} crash points, {promised} synced entries, {more} entries beyond");
    assert!(promised > 0 && more > 0);
}

/// Another beginning in each run.
fn rand_seed() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64
}
