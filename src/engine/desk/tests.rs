//! What the engine answers about a local store of the test's own.

use std::collections::BTreeMap;

use super::*;
use crate::display::{EditSpec, Page, PlotSpec, View};
use crate::model::{RunId, SessionId, Summary, Time, Value};
use crate::query::Change;
use crate::store::documents::{Frame, Part, Points};
use crate::store::{self, Address, NewSession, SessionUpdate, edit};

struct Bench {
    directory: tempfile::TempDir,
    desk: Desk,
}

impl Bench {
    fn new() -> Bench {
        Bench { directory: tempfile::tempdir().unwrap(), desk: Desk::default() }
    }

    fn uri(&self) -> String {
        format!("local:{}", self.directory.path().display())
    }

    /// A run with an `lr` and three points of `Loss`.
    fn run(&self, folder: &str, n: u8, lr: f64) {
        self.run_with(folder, n, &[("lr", Value::Float(lr))]);
    }

    /// A run with these parameters and three points of `Loss`.
    fn run_with(&self, folder: &str, n: u8, params: &[(&str, Value)]) {
        let slope = params.iter().find_map(|(_, value)| value.number()).unwrap_or(1.0);
        let store = store::open(&Address::parse(&self.uri()).unwrap()).unwrap();
        let (run, session) = (RunId::from_bytes([n; 12]), SessionId::from_bytes([n; 12]));
        let place = store::Place { database: "digits", folder };
        let started = Time(1_700_000_000_000 + i64::from(n));
        let (mut points, mut summary) = (Points::default(), Summary::default());
        for step in 0..3 {
            points.push(step, slope * step as f64, started.millis() + step);
            summary.add(step, slope * step as f64);
        }
        let new = NewSession {
            run,
            session,
            run_name: format!("run {n}"),
            labels: Vec::new(),
            group: None,
            rank: 0,
            host: "here".into(),
            pid: 1,
            started,
        };
        let parts = vec![Part { tag: "Loss".into(), i: 0, points }];
        let update = SessionUpdate {
            run,
            session,
            applied: 1,
            heartbeat: started,
            k: 1,
            thoughts: 0,
            params: params.iter().map(|(name, value)| ((*name).into(), value.clone())).collect(),
            metrics: vec![("Loss".into(), summary)],
            origin: None,
            costs: None,
            end: None,
        };
        let writing = store.writing();
        writing.ensure_folder(place).unwrap();
        writing.begin_session(place, &new).unwrap();
        writing.insert_frame(place, &Frame { id: format!("{session}-1"), run, session, k: 1, parts }).unwrap();
        writing.update_session(place, &update).unwrap();
    }

    fn open(&self, database: &str, folder: &str) -> Answer {
        let ask = Ask::Open { uri: Some(self.uri()), database: database.into(), folder: folder.into(), empty: false };
        self.desk.answer(ask)
    }

    fn scope(&self) -> Scope {
        let Answer::Opened { store, .. } = self.open("digits", "lr_search") else { panic!("it opens") };
        Scope { store, database: "digits".into(), folder: "lr_search".into(), filter: Filter::All }
    }

    fn told(&self, answer: &Answer) -> String {
        let Answer::Failed { error } = answer else { panic!("an error: {answer:?}") };
        error.to_string().replace(&self.directory.path().display().to_string(), "DIR")
    }
}

#[test]
fn runs_and_series_are_those_of_the_filter() {
    let bench = Bench::new();
    bench.run("lr_search", 1, 0.1);
    bench.run("lr_search", 2, 0.01);
    let scope = bench.scope();
    let small = Scope { filter: Filter::parse("lr < 0.05").unwrap(), ..scope.clone() };
    let Answer::Runs { runs } = bench.desk.answer(Ask::Runs { scope: small.clone() }) else { panic!() };
    assert_eq!(runs.iter().map(|run| run.name.as_str()).collect::<Vec<_>>(), ["run 2"]);
    let Answer::Series { series } = bench.desk.answer(Ask::Series { scope: small, tag: "Loss".into() }) else { panic!() };
    assert_eq!(series.len(), 1);
    assert_eq!((series[0].steps.as_slice(), series[0].values.as_slice()), ([0, 1, 2].as_slice(), [0.0, 0.01, 0.02].as_slice()));
    let wrong = bench.desk.answer(Ask::Series { scope: scope.clone(), tag: "Los".into() });
    assert_eq!(bench.told(&wrong), "no run has a metric `Los`; did you mean `Loss`?");
    let Answer::Names { names } = bench.desk.answer(Ask::Folders { store: scope.store.clone(), database: "digits".into() })
    else {
        panic!()
    };
    assert_eq!(names, ["lr_search"]);
    let Answer::Names { names } = bench.desk.answer(Ask::Databases { store: scope.store }) else { panic!() };
    assert_eq!(names, ["digits"]);
}

#[test]
fn a_folder_that_is_not_there_is_told_with_those_that_are() {
    let bench = Bench::new();
    bench.run("lr_search", 1, 0.1);
    insta::assert_snapshot!(bench.told(&bench.open("digits", "lr_serch")), @r"
    no folder `lr_serch` in database `digits` of local:DIR
    cause: its folders are: lr_search
    help: did you mean `lr_search`? to open it before anything is logged to it: Board::builder().database(..).folder(..).allow_empty().open()?
    ");
    insta::assert_snapshot!(bench.told(&bench.open("digitz", "lr_search")), @r"
    no runs in database `digitz` of local:DIR
    cause: the databases with runs are: digits
    help: did you mean `digits`? to open it before anything is logged to it: Board::builder().database(..).folder(..).allow_empty().open()?
    ");
    let empty = Ask::Open { uri: Some(bench.uri()), database: "digits".into(), folder: "new".into(), empty: true };
    assert!(matches!(bench.desk.answer(empty), Answer::Opened { .. }));
}

#[test]
fn a_filter_is_held_against_the_whole_folder() {
    let bench = Bench::new();
    bench.run("lr_search", 1, 0.1);
    let scope = Scope { filter: Filter::parse("lr > 1").unwrap(), ..bench.scope() };
    let text = "lrr < 1";
    let filter = Filter::parse(text).unwrap();
    let check = |filter, text: &str| Ask::Check { scope: scope.clone(), filter, text: Some(text.into()) };
    let told = bench.told(&bench.desk.answer(check(filter, text)));
    assert!(told.contains("lrr < 1") && told.contains("^^^") && told.contains("`lr`"), "{told}");
    let good = Filter::parse("lr < 1").unwrap();
    assert!(matches!(bench.desk.answer(check(good, "lr < 1")), Answer::Checked { .. }), "though no run of this scope has it");
}

#[test]
fn a_filter_may_name_what_only_an_old_run_has() {
    let bench = Bench::new();
    bench.run_with("lr_search", 1, &[("momentum", 0.9.into()), ("lr", "auto".into())]);
    for n in 2..=u8::try_from(SOME).unwrap() + 9 {
        bench.run("lr_search", n, 0.1);
    }
    let check = |text: &str| {
        let (scope, filter) = (bench.scope(), Filter::parse(text).unwrap());
        bench.desk.answer(Ask::Check { scope, filter, text: Some(text.into()) })
    };
    for text in ["momentum > 0.5", "lr == auto", "lr < 1"] {
        assert!(matches!(check(text), Answer::Checked { .. }), "{text}");
    }
    let told = bench.told(&check("momentun > 0.5"));
    assert!(told.contains("did you mean `momentum`?"), "{told}");
}

#[test]
fn a_plot_is_drawn_for_every_page() {
    let bench = Bench::new();
    bench.run("lr_search", 1, 0.1);
    let view = View::Plot(PlotSpec { legend: Some("lr".into()), ..PlotSpec::of(bench.scope(), "Loss".into()) });
    let drawn = |page| -> BTreeMap<String, String> {
        match bench.desk.answer(Ask::Show { view: view.clone(), page }) {
            Answer::Shown { bundle } => bundle,
            other => panic!("{other:?}"),
        }
    };
    let cell = drawn(Page::Cell);
    assert!(cell["text/html"].lines().count() == 1 && cell.contains_key("text/plain"));
    assert!(drawn(Page::File)["text/html"].contains("<html"));
    assert!(drawn(Page::Picture)["image/svg+xml"].contains("<svg"));
    assert!(drawn(Page::Text)["text/plain"].contains("Loss"));
}

#[test]
fn another_engine_is_told_which_store_a_handle_means() {
    let bench = Bench::new();
    bench.run("lr_search", 1, 0.1);
    let scope = bench.scope();
    let other = Desk::default();
    let unknown = bench.told(&other.answer(Ask::Runs { scope: scope.clone() }));
    assert!(unknown.starts_with("the engine does not know the store local:DIR"), "{unknown}");
    assert!(matches!(other.answer(Ask::Know { store: scope.store.clone(), uri: None }), Answer::Known));
    let Answer::Runs { runs } = other.answer(Ask::Runs { scope }) else { panic!() };
    assert_eq!(runs.len(), 1);
}

#[test]
fn a_server_that_is_away_is_told_without_its_password() {
    // A port that nobody listens on: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let desk = Desk::default();
    let uri = format!("mongodb://ada:secret@127.0.0.1:{port}/?serverSelectionTimeoutMS=200");
    let ask = Ask::Open { uri: Some(uri), database: "digits".into(), folder: "x".into(), empty: true };
    let Answer::Failed { error } = desk.answer(ask) else { panic!("nobody is there") };
    let told = error.to_string();
    assert!(told.contains(&format!("127.0.0.1:{port}")) && !told.contains("secret"), "{told}");
}

#[test]
fn points_that_are_still_in_frames_are_corrected_and_a_stale_run_only_if_one_says_so() {
    let bench = Bench::new();
    bench.run("lr_search", 1, 0.1);
    let scope = bench.scope();
    let store = store::open(&Address::parse(&bench.uri()).unwrap()).unwrap();
    let at = store::Place { database: "digits", folder: "lr_search" };
    let stored = || {
        let documents = store.documents();
        let run = RunId::from_bytes([1; 12]);
        let parts = [edit::Part::Scalars, edit::Part::Tail].map(|part| documents.of_run(at, part, run, &[]).unwrap());
        (documents.whole_runs(at, &[run]).unwrap(), parts)
    };
    let before = stored();
    assert_eq!((before.1[0].len(), before.1[1].len()), (0, 1));
    let changes = vec![Change::ScaleTag("Loss".into(), 10.0)];
    let spec = EditSpec { scope: scope.clone(), changes, because: None, stale: false };
    let told = bench.told(&bench.desk.answer(Ask::Apply { edit: spec.clone() }));
    assert!(told.contains("these have not ended: `run 1`") && told.contains("with_stale"), "{told}");
    assert_eq!(stored(), before);
    let applied = bench.desk.answer(Ask::Apply { edit: EditSpec { stale: true, ..spec } });
    let Answer::Applied { edit: Some(edit) } = applied else { panic!("{applied:?}") };
    let after = stored();
    assert_eq!((after.1[0].len(), after.1[1].len()), (1, 0));
    let Answer::Series { series } = bench.desk.answer(Ask::Series { scope: scope.clone(), tag: "Loss".into() }) else { panic!() };
    assert_eq!(series[0].values, [0.0, 1.0, 2.0]);
    let Answer::Runs { runs } = bench.desk.answer(Ask::Runs { scope: scope.clone() }) else { panic!() };
    assert_eq!(runs[0].metrics["Loss"].max, Some(2.0));
    let undone = bench.desk.answer(Ask::Undo { scope, id: edit.id });
    assert!(matches!(undone, Answer::Undone { .. }), "{undone:?}");
    assert_eq!(stored(), before);
}
