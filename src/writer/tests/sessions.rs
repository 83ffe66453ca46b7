//! What a session tells of itself: its end, where it came from, what it cost; and handles and names.

use std::collections::BTreeMap;
use std::process::Command;

use super::*;

/// All that the journal of a session has.
fn entries(directory: &Path) -> Vec<EntryKind> {
    let mut reader = journal::Reader::open(directory).unwrap();
    let mut all = Vec::new();
    loop {
        let batch = reader.read(10_000).unwrap();
        if batch.entries.is_empty() {
            return all;
        }
        all.extend(batch.entries.into_iter().map(|entry| entry.kind));
    }
}

/// A writer whose store is away, so that its journal stays.
fn away(home: &Path) -> Builder {
    let builder = SummaryWriter::builder().database("digits").folder("ends").journal_dir(home.join("journals"));
    builder.uri("mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200")
}

const ENDING: &str = "ML_BOARD_TEST_ENDING";

/// Not a test of its own: programs that end in one way or another.
#[test]
#[allow(clippy::panic)]
fn child_that_ends() {
    let Some((how, home)) = std::env::var(ENDING).ok().and_then(|said| {
        let (how, home) = said.split_once(' ')?;
        Some((how.to_owned(), home.to_owned()))
    }) else {
        return;
    };
    std::panic::set_hook(Box::new(|info| println!("the hook that was there: {}", info.payload_as_str().unwrap_or("?"))));
    let w = away(Path::new(&home)).build().unwrap();
    w.add_scalar("Loss", 1);
    let stumble = |message: &'static str| {
        std::thread::Builder::new().name("loader".into()).spawn(move || panic!("{message}")).unwrap().join()
    };
    match how.as_str() {
        "unwinds" => panic!("lr is {}", f64::NAN),
        "survives" => {
            stumble("a batch is missing").unwrap_err();
            w.add_scalar("Loss", 2);
            drop(w);
        }
        "dies-after" => {
            stumble("a batch is missing").unwrap_err();
            std::process::abort();
        }
        _ => {
            let _kept = std::mem::ManuallyDrop::new(w);
            let caught = std::panic::catch_unwind(|| panic!("out of memory"));
            caught.unwrap_err();
            std::process::abort();
        }
    }
}

/// What such a program leaves in its journal, and what the hook said that was there before.
fn ended(how: &str) -> (Vec<EntryKind>, String) {
    let home = tempfile::tempdir().unwrap();
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(["--exact", "writer::tests::sessions::child_that_ends", "--nocapture"]);
    let output = program.env(ENDING, format!("{how} {}", home.path().display())).output().unwrap();
    let journals = journal::sessions(home.path()).unwrap();
    assert_eq!(journals.len(), 1, "{output:?}");
    (entries(&journals[0]), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The panics that a journal tells, and its end.
type Told<'a> = (Vec<(&'a str, bool)>, Option<(Status, Option<&'a str>)>);

fn panics(entries: &[EntryKind]) -> Told<'_> {
    let panics = entries.iter().filter_map(|entry| match entry {
        EntryKind::Panicked { how, last } => Some((how.as_str(), *last)),
        _ => None,
    });
    let end = entries.iter().find_map(|entry| match entry {
        EntryKind::End { status, how } => Some((*status, how.as_deref())),
        _ => None,
    });
    (panics.collect(), end)
}

#[test]
fn a_panic_is_told_with_its_message_and_place_and_the_hook_that_was_there_is_called() {
    let (entries, said) = ended("unwinds");
    let (panics, end) = panics(&entries);
    let (status, how) = end.unwrap();
    let how = how.unwrap();
    assert_eq!((status, panics.len(), panics[0].0), (Status::Panicked, 1, how));
    // Tests run on threads that are called by their names.
    assert!(how.starts_with("panicked at src/writer/tests/sessions.rs:") && how.ends_with(": lr is NaN"), "{how}");
    assert!(said.contains("the hook that was there: lr is NaN"), "{said}");
}

#[test]
fn a_panic_of_a_thread_that_the_program_survives_is_no_end() {
    let (entries, _) = ended("survives");
    let (panics, end) = panics(&entries);
    assert_eq!(end, Some((Status::Finished, None)));
    let [(how, last)] = panics[..] else { panic!("{panics:?}") };
    assert!(how.contains("(thread `loader`): a batch is missing") && !last, "{how}");
}

#[test]
fn what_was_said_before_an_abort_is_in_the_journal() {
    for (how, message) in [("dies-after", "a batch is missing"), ("aborts", "out of memory")] {
        let (entries, _) = ended(how);
        let (panics, end) = panics(&entries);
        assert!(panics.len() == 1 && panics[0].0.ends_with(message) && end.is_none(), "{panics:?} {end:?}");
    }
}

#[test]
fn where_it_came_from_is_recorded_unless_it_is_not_wanted() {
    let home = tempfile::tempdir().unwrap();
    let origins = |builder: Builder| {
        let w = builder.build().unwrap();
        let journal = w.core.journal.directory().to_path_buf();
        w.close().unwrap_err();
        let origin = |entry| if let EntryKind::Origin(origin) = entry { Some(*origin) } else { None };
        entries(&journal).into_iter().filter_map(origin).collect::<Vec<_>>()
    };
    let mut found = origins(away(home.path()));
    let origin = found.pop().unwrap();
    assert!(origin.command[0].contains("ml_board") && !origin.directory.is_empty(), "{origin:?}");
    assert!(origin.crates.contains_key("serde_json") && origin.profile.is_some() && !origin.ml_board.is_empty(), "{origin:?}");
    assert!(origins(away(home.path()).without_origin()).is_empty());
}

#[test]
fn a_handle_logs_to_its_tag_until_the_writer_is_closed() {
    let home = tempfile::tempdir().unwrap();
    let w = away(home.path()).without_origin().build().unwrap();
    let loss = w.scalar("Loss");
    loss.add(1_u8);
    w.add_scalar("Loss", 2);
    let theirs = loss.clone();
    std::thread::spawn(move || theirs.add_at(3.0, 10)).join().unwrap();
    loss.add(4.0_f32);
    let wrong = w.scalar("a\0b");
    wrong.add(1);
    let core = Arc::clone(&w.core);
    assert_eq!((loss.tag(), w.stats().recorded, w.stats().rejected), ("Loss", 4, 1));
    w.close().unwrap_err();
    loss.add(5.0);
    assert_eq!((core.recorded(), core.counts.rejected()), (4, 2));
    let scalar = |entry: &EntryKind| if let EntryKind::Scalar { step, value, .. } = entry { Some((*step, *value)) } else { None };
    let entries = entries(core.journal.directory());
    assert_eq!(entries.iter().filter_map(scalar).collect::<Vec<_>>(), [(0, 1.0), (1, 2.0), (10, 3.0), (11, 4.0)]);
    assert!(matches!(entries.last(), Some(EntryKind::End { status: Status::Finished, .. })));
}

#[test]
fn what_races_with_the_end_is_recorded_or_rejected() {
    let home = tempfile::tempdir().unwrap();
    let w = away(home.path()).without_origin().build().unwrap();
    let (loss, core) = (w.scalar("Loss"), Arc::clone(&w.core));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let (loss, core) = (loss.clone(), &core);
            scope.spawn(move || {
                while core.counts.rejected() == 0 {
                    loss.add(1);
                }
            });
        }
        while core.recorded() < 50_000 {
            std::thread::yield_now();
        }
        w.close().unwrap_err();
    });
    let entries = entries(core.journal.directory());
    let n = entries.iter().filter(|entry| matches!(entry, EntryKind::Scalar { .. })).count();
    assert_eq!((n as u64, core.counts.rejected() > 0), (core.recorded(), true));
    assert!(matches!(entries.last(), Some(EntryKind::End { .. })));
}

#[test]
fn the_names_that_people_know() {
    let home = tempfile::tempdir().unwrap();
    let w = away(home.path()).without_origin().build().unwrap();
    w.add_scalars("Loss", [("train", 0.5), ("validation", 0.75)]);
    w.add_scalars_at("Loss", &BTreeMap::from([("train".to_owned(), 1_i32)]), 7);
    w.add_text("notes", "first");
    w.add_text_at("notes", "second", 3);
    w.add_hparams(&BTreeMap::from([("lr", 0.1)]), vec![("Accuracy".to_owned(), 0.9_f32)]);
    w.add_text("a\0", "refused");
    assert_eq!((w.stats().recorded, w.stats().rejected), (7, 1));
    let journal = w.core.journal.directory().to_path_buf();
    drop(w);
    let said: Vec<String> = entries(&journal)
        .into_iter()
        .filter_map(|entry| match entry {
            EntryKind::Scalar { tag, step, value, .. } => Some(format!("{tag} {step} {value:.2}")),
            EntryKind::Text { tag, step, text } => Some(format!("{tag} {step:?} {text}")),
            EntryKind::Param { name, value } => Some(format!("{name} {value}")),
            _ => None,
        })
        .collect();
    let expected = [
        "Loss/train 0 0.50",
        "Loss/validation 0 0.75",
        "Loss/train 7 1.00",
        "notes Some(7) first",
        "notes Some(3) second",
        "lr 0.1",
        "Accuracy 0 0.90",
    ];
    assert_eq!(said, expected);
}

#[test]
fn what_it_costs_is_told_in_the_stats_and_with_the_run() {
    let home = tempfile::tempdir().unwrap();
    let w = away(home.path()).without_origin().build().unwrap();
    assert_eq!((w.stats().call_p50, w.stats().recorded_bytes), (None, 0));
    (0..5000).for_each(|i| w.add_scalar("Loss", i));
    w.add_scalar("a\0", 1);
    let stats = w.stats();
    assert!(stats.call_p50.unwrap() <= stats.call_p99.unwrap() && stats.call_p99.unwrap() <= stats.call_longest.unwrap());
    assert!((5000 * 32..5200 * 32).contains(&stats.recorded_bytes), "{}", stats.recorded_bytes);
    let journal = w.core.journal.directory().to_path_buf();
    w.sync(Duration::from_secs(60)).unwrap_err();
    w.close().unwrap_err();
    let costs =
        entries(&journal).into_iter().find_map(|entry| if let EntryKind::Costs(costs) = entry { Some(*costs) } else { None });
    let costs = costs.unwrap();
    assert_eq!((costs.calls, costs.rejected), (5000, 1));
    assert!(costs.p50_ns > 0 && costs.p50_ns <= costs.p99_ns && costs.longest_ns >= costs.p50_ns, "{costs:?}");
    assert!(costs.pending_bytes > 0 && costs.trouble.is_some_and(|trouble| !trouble.is_empty()));
}
