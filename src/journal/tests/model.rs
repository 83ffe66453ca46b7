//! Any sequence of calls, readers that come and go, what was stored deleted, and a death in the middle of calls: held against a list.

use std::collections::{BTreeMap, HashMap};

use super::*;

#[derive(Debug, Clone)]
enum Op {
    Scalars(u8, u8, i64),
    Sample(u8, f64),
    Values(u8, usize),
    Image(u8, u8),
    Text(usize),
    Param(i64),
    /// Another reader goes on, from what was not acknowledged.
    Reopen,
    Read(usize),
    Acknowledge,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        6 => (0..4_u8, 1..40_u8, any::<i64>()).prop_map(|(tag, n, step)| Op::Scalars(tag, n, step)),
        3 => (0..3_u8, any::<f64>()).prop_map(|(tag, value)| Op::Sample(tag, value)),
        1 => (0..3_u8, 0..400_usize).prop_map(|(tag, n)| Op::Values(tag, n)),
        1 => (0..3_u8, any::<u8>()).prop_map(|(tag, shade)| Op::Image(tag, shade)),
        1 => (0..900_usize).prop_map(Op::Text),
        1 => any::<i64>().prop_map(Op::Param),
        1 => Just(Op::Reopen),
        3 => (1..80_usize).prop_map(Op::Read),
        2 => Just(Op::Acknowledge),
    ];
    prop::collection::vec(op, 1..120)
}

/// What was called, and what a reader saw of it so far.
#[derive(Default)]
struct Model {
    called: Vec<EntryKind>,
    next: HashMap<(bool, Arc<str>), i64>,
    seen: BTreeMap<Position, EntryKind>,
}

impl Model {
    fn ordinal(&mut self, sample: bool, tag: &str) -> (Arc<str>, i64) {
        let tag: Arc<str> = tag.into();
        let next = self.next.entry((sample, Arc::clone(&tag))).or_default();
        *next += 1;
        (tag, *next - 1)
    }

    /// What was seen before is seen again as it was; what is new comes in the order of the calls.
    fn see(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            let before = self.seen.get(&entry.position);
            let expected = before.or_else(|| self.called.get(self.seen.len()));
            assert_eq!(expected.map(said), Some(said(&entry.kind)), "at {:?}", entry.position);
            self.seen.insert(entry.position, entry.kind);
        }
    }
}

/// With bits, so that NaN is equal to itself.
fn said(kind: &EntryKind) -> String {
    match kind {
        EntryKind::Scalar { value, .. } | EntryKind::Sample { value, .. } => format!("{kind:?} {:x}", value.to_bits()),
        other => format!("{other:?}"),
    }
}

fn call(journal: &Journal, tags: &Tags, op: &Op, model: &mut Model) {
    const NAMES: [&str; 4] = ["loss", "", "val.loss/$%", "a rather long name of a tag"];
    let tag = |kind, tag: &u8| tags.get(kind, NAMES[usize::from(*tag)], || 0).unwrap();
    match op {
        Op::Scalars(of, n, step) => {
            for i in 0..i64::from(*n) {
                let step = step.wrapping_add(i);
                journal.scalar(tag(TagKind::Scalar, of), i, step, i as f64).unwrap();
                let (tag, ordinal) = model.ordinal(false, NAMES[usize::from(*of)]);
                model.called.push(EntryKind::Scalar { tag, ordinal, step, value: i as f64 });
            }
        }
        Op::Sample(of, value) => {
            journal.sample(tag(TagKind::Histogram, of), 0, *value).unwrap();
            let (tag, ordinal) = model.ordinal(true, NAMES[usize::from(*of)]);
            model.called.push(EntryKind::Sample { tag, ordinal, value: *value });
        }
        Op::Values(of, n) => {
            let values: Vec<f64> = (0..*n).map(|i| i as f64).collect();
            journal.values(tag(TagKind::Histogram, of), 0, -1, values.iter().copied()).unwrap();
            model.called.push(EntryKind::Values { tag: NAMES[usize::from(*of)].into(), step: -1, values });
        }
        Op::Image(of, shade) => {
            let pixels = Pixels { width: 1, height: 2, channels: 1, bytes: vec![*shade, 7], nan: 1 };
            journal.image(tag(TagKind::Image, of), 0, 5, &pixels).unwrap();
            model.called.push(EntryKind::Image { tag: NAMES[usize::from(*of)].into(), step: 5, pixels });
        }
        Op::Text(n) => {
            let text = "é\n".repeat(*n);
            journal.text("thought", 0, None, &text).unwrap();
            model.called.push(EntryKind::Text { tag: "thought".into(), step: None, text });
        }
        Op::Param(value) => {
            let (name, value) = ("a.b".to_owned(), Value::Int(*value));
            journal.param(0, &name, &value).unwrap();
            model.called.push(EntryKind::Param { name, value });
        }
        Op::Reopen | Op::Read(_) | Op::Acknowledge => {}
    }
}

/// The owner dies in a call whose slots were taken: nothing is there yet, or (of a long record) its length.
fn half_write(directory: &Path, position: Position, long: bool) {
    let (segment, slot) = (position.0 >> 32, position.0 & 0xffff_ffff);
    let mut file = OpenOptions::new().read(true).write(true).open(path_of(directory, segment)).unwrap();
    let header = Header::read(&file).unwrap();
    let mut head = [0; 8];
    file.seek(SeekFrom::Start(slot * 32)).unwrap();
    file.read_exact(&mut head).unwrap();
    let slots = (u64::from_ne_bytes(head) >> 40) as u32;
    let head = if long { record::begun(header.seed(), slot, slots) } else { 0 };
    file.seek(SeekFrom::Start(slot * 32)).unwrap();
    file.write_all(&head.to_ne_bytes()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_journal_is_the_list_of_its_calls(ops in ops(), dead in prop::collection::vec(0..30_usize, 0..4), end: bool) {
        let home = tempfile::tempdir().unwrap();
        let (journal, tags) = create(home.path(), Layout { segment_bytes: 8 << 10, ..SMALL });
        let directory = journal.directory().to_path_buf();
        let mut model = Model::default();
        let mut reader = Reader::open(&directory).unwrap();
        let mut read_to = Position(0);
        for op in &ops {
            match op {
                Op::Reopen => reader = Reader::open(&directory).unwrap(),
                Op::Read(max) => {
                    let batch = reader.read(*max).unwrap();
                    read_to = batch.end;
                    model.see(batch.entries);
                }
                Op::Acknowledge => reader.acknowledge(read_to).unwrap(),
                call_op => call(&journal, &tags, call_op, &mut model),
            }
            prop_assert_eq!(reader.damaged(), 0);
        }
        if end {
            finish(&journal);
            model.called.push(EntryKind::End { status: Status::Finished, how: None });
        }
        drop(journal);

        // Those of the last calls that nobody saw may be half written.
        let whole = rest(&mut Reader::open(&directory).unwrap());
        let unseen: Vec<&Entry> = whole.iter().filter(|entry| !model.seen.contains_key(&entry.position)).collect();
        let mut lost: Vec<usize> = dead.into_iter().filter_map(|back| unseen.len().checked_sub(back + 1)).collect();
        lost.sort_unstable();
        lost.dedup();
        for at in lost.iter().rev() {
            let entry = unseen[*at];
            let short = matches!(entry.kind, EntryKind::Scalar { .. } | EntryKind::Sample { .. });
            // A long record says its length before all else.
            half_write(&directory, entry.position, !short);
            let index = model.seen.len() + at;
            let gone = model.called.remove(index);
            renumber(&mut model.called[index..], &gone);
        }

        // What a reader has at hand was published; it is the next one that finds calls unfinished.
        reader = Reader::open(&directory).unwrap();
        let mut end_of_first = None;
        for _ in 0..2 {
            // The one that follows, one that comes after the death, and one after that.
            model.see(rest(&mut reader));
            let last = reader.read(1).unwrap();
            prop_assert!(last.complete && last.entries.is_empty());
            prop_assert_eq!(model.seen.len(), model.called.len());
            prop_assert_eq!(*end_of_first.get_or_insert(last.end), last.end);
            prop_assert_eq!(reader.damaged(), 0);
            reader = Reader::open(&directory).unwrap();
        }
        model.see(rest(&mut reader));
        reader.remove().unwrap();
        prop_assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}

/// One less before each of the same tag.
fn renumber(after: &mut [EntryKind], gone: &EntryKind) {
    let key = |kind: &EntryKind| power::ordinal(kind).map(|((sample, tag), _)| (sample, tag.to_owned()));
    let Some(lost) = key(gone) else { return };
    for kind in after {
        if key(kind).as_ref() == Some(&lost)
            && let EntryKind::Scalar { ordinal, .. } | EntryKind::Sample { ordinal, .. } = kind
        {
            *ordinal -= 1;
        }
    }
}
