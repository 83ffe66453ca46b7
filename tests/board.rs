//! What a person does in a notebook, against the engine in this process and the program `ml_board` as a child.
#![cfg(all(feature = "engine", feature = "writer"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use ml_board::{Assets, Band, Board, Bundle, ErrorKind, Params, Plot, Row, Scatter, Stack, Table, X, metric, param, row, stack};
use ml_board::{RunId, SummaryWriter};

/// A local store with runs, and a way to look at it.
struct Bench {
    directory: tempfile::TempDir,
    program: bool,
}

impl Bench {
    fn new(program: bool) -> Bench {
        let bench = Bench { directory: tempfile::tempdir().unwrap(), program };
        for lr in [0.1, 0.01, 0.001] {
            bench.train("lr_search", Some(lr));
        }
        bench
    }

    fn uri(&self) -> String {
        format!("local:{}", self.directory.path().join("store").display())
    }

    fn train(&self, folder: &str, lr: Option<f64>) -> RunId {
        let journals = self.directory.path().join("journals");
        let writer = SummaryWriter::builder().uri(self.uri()).database("digits").folder(folder).journal_dir(journals);
        let w = writer.name(format!("run {lr:?}")).build().unwrap();
        let run = w.run_id();
        if let Some(lr) = lr {
            w.add_param("lr", lr);
        }
        for step in 0..20 {
            w.add_scalar("Loss", lr.unwrap_or(1.0) * f64::from(20 - step));
            w.add_scalar("Accuracy", 1.0 - lr.unwrap_or(1.0));
        }
        w.add_histogram("weights", [0.0, 0.5, 1.0]);
        w.add_thought("EVCXR_END_CONTENT </script> it <b>learns</b>");
        w.close().unwrap();
        run
    }

    fn open(&self) -> Board {
        self.builder("lr_search").open().unwrap()
    }

    fn builder(&self, folder: &str) -> ml_board::BoardBuilder {
        let builder = Board::builder().uri(self.uri()).database("digits").folder(folder);
        if self.program { builder.engine(env!("CARGO_BIN_EXE_ml_board")) } else { builder }
    }
}

fn both(test: impl Fn(&Bench)) {
    [false, true].into_iter().for_each(|program| test(&Bench::new(program)));
}

#[test]
fn runs_series_and_folders_are_what_was_logged() {
    both(|bench| {
        let board = bench.open();
        let runs = board.runs().unwrap();
        assert_eq!(runs.len(), 3);
        assert!(runs.iter().all(|run| run.metrics["Loss"].n == 20 && run.thoughts == 1));
        let series = board.filter("lr == 0.1").unwrap().series("Loss").unwrap();
        assert_eq!(series.len(), 1);
        assert_eq!((series[0].len(), series[0].steps[19], series[0].values[0]), (20, 19, 2.0));
        assert_eq!(board.folders().unwrap(), ["lr_search"]);
        assert_eq!(board.databases().unwrap(), ["digits"]);
        bench.train("other", None);
        assert_eq!(board.folder("other").unwrap().runs().unwrap().len(), 1);
    });
}

macro_rules! copied {
    ($board:ident; $($code:block)*) => {
        fn copied($board: &Board) -> ml_board::Result<Vec<String>> {
            Ok(vec![$({
                let shown = $code;
                shown.to_html()
            }),*])
        }
    };
}
include!("../web/test/copied.rs");

#[test]
fn what_the_page_copies_as_rust_compiles_and_shows_something() {
    let bench = Bench::new(false);
    let journals = bench.directory.path().join("journals");
    let writer = SummaryWriter::builder().uri(bench.uri()).database("digits").folder("lr_search").journal_dir(journals);
    let w = writer.build().unwrap();
    w.add_param("lr", 0.1);
    w.add_param("width", 64);
    w.add_param("optimizer", "adam");
    for step in 0..20 {
        w.add_scalar("Loss", f64::from(20 - step));
        w.add_scalar("Accuracy", 0.5 + f64::from(step) / 40.0);
    }
    w.add_histogram("weights", [0.0, 0.5, 1.0]);
    w.add_image("Filters", ml_board::Image::gray(2, 2, &[0.0, 0.5, 1.0, 0.0]));
    w.close().unwrap();
    let shown = copied(&bench.open()).unwrap();
    assert!(shown.len() > 3);
    // A name that nobody has would be said in red.
    assert!(shown.iter().all(|html| html.contains("data-mlb-data") && !html.contains("color:#b3261e")), "{shown:?}");
}

#[test]
fn text_and_typed_filters_are_one_and_narrow_what_they_are_put_on() {
    both(|bench| {
        let board = bench.open();
        let text = board.filter("lr < 0.05 and max(Accuracy) > 0.9").unwrap();
        let typed = board.filter(param("lr").lt(0.05) & metric("Accuracy").max().gt(0.9)).unwrap();
        assert_eq!(text.runs().unwrap(), typed.runs().unwrap());
        assert_eq!(text.runs().unwrap().len(), 2);
        assert_eq!(text.filter("lr > 0.005").unwrap().runs().unwrap().len(), 1);
        assert_eq!(board.runs().unwrap().len(), 3, "the board itself stays as it is");
    });
}

#[test]
fn mistakes_are_told_with_what_was_meant() {
    let bench = Bench::new(false);
    let board = bench.open();
    let error = board.filter("lrr < 1").unwrap_err();
    assert!(error.to_string().contains("lrr < 1\n") && error.to_string().contains("`lr`"), "{error}");
    let error = bench.builder("lr_serch").open().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("did you mean `lr_search`?"), "{error}");
    assert_eq!(bench.builder("new").allow_empty().open().unwrap().runs().unwrap(), []);
    let error = Board::builder().database("digits").open().unwrap_err();
    assert!(error.to_string().starts_with("the board has no folder\nhelp: "), "{error}");
    let picture = board.plot("Loss").legend_by("lrr").to_string();
    assert!(picture.contains("lrr") && picture.contains("`lr`"), "{picture}");
}

#[test]
fn everything_can_be_shown_and_saved() {
    both(|bench| {
        let board = bench.open();
        let plot: Plot = board.plot("Loss").legend_by("lr").smooth(0.6).log_y().x(X::Relative).runs(2);
        let table: Table = board.table().columns(["lr", "max(Accuracy)"]).sort_by("max(Accuracy)").descending();
        // The macros borrow: the same plot twice, and once more after them.
        let row: Row = row![plot, plot, board.thoughts()];
        let all: Stack = stack![row, &table, board.histogram("weights"), board.images("none"), board,];
        let scatter: Scatter = board.scatter("lr", "max(Accuracy)").legend_by("lr").log_x();
        let params: Params = board.params().color_by("max(Accuracy)");
        let bundles: [Bundle; 6] = [plot.bundle(), table.bundle(), row.bundle(), all.bundle(), scatter.bundle(), params.bundle()];
        for bundle in &bundles {
            let html = bundle.get("text/html").unwrap();
            assert_eq!(html.lines().count(), 1, "an output is one line");
            assert!(!html.contains("<b>learns</b>"), "what was logged became markup");
            assert!(!bundle.get("text/plain").unwrap().is_empty());
        }
        assert!(!plot.to_html().is_empty());
        let at = |name: &str| bench.directory.path().join(name);
        plot.save_html(at("plot.html")).unwrap();
        plot.save_svg(at("plot.svg")).unwrap();
        board.save_html(at("board.html")).unwrap();
        let read = |name: &str| std::fs::read_to_string(at(name)).unwrap();
        assert!(read("plot.html").to_lowercase().starts_with("<!doctype html>"));
        assert!(read("plot.svg").contains("</svg>"));
        let error = plot.save_svg(at("no/such/directory/plot.svg")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(plot.to_string().contains("Loss"), "{plot}");
    });
}

#[test]
fn a_notebook_in_git_has_the_runtime_once() {
    both(|bench| {
        let whole = bench.open().plot("Loss").to_html();
        let board = bench.builder("lr_search").assets(Assets::Shared).open().unwrap();
        let of_all = [board.plot("Loss").to_html(), board.filter("lr < 1").unwrap().to_html(), row![board.table()].to_html()];
        assert!(
            of_all.iter().all(|html| !html.contains("data-mlb-rt=") && html.contains("board.runtime()") && html.len() < 120_000)
        );
        let runtime = board.runtime().bundle();
        let runtime = runtime.get("text/html").unwrap();
        assert!(whole.contains("data-mlb-rt=") && runtime.contains("data-mlb-rt=") && !runtime.contains("data-mlb-data"));
    });
}

#[test]
fn means_over_seeds_have_a_band_and_say_how_many_runs_they_are_of() {
    both(|bench| {
        bench.train("lr_search", Some(0.1));
        bench.train("lr_search", None);
        let plot: Plot = bench.open().plot("Loss").group_by("lr").band(Band::StdDev);
        let text = plot.to_string();
        let lines: Vec<Vec<&str>> = text.lines().skip(3).take(5).map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0][..3], ["lr", "runs", "points"], "{text}");
        let groups: Vec<(&str, &str, &str)> = lines[1..].iter().map(|line| (line[0], line[1], line[3])).collect();
        assert_eq!(groups, [("0.001", "1", "0.001"), ("0.01", "1", "0.01"), ("0.1", "2", "0.1"), ("–", "1", "1")], "{text}");
        assert!(text.contains("mean ± std dev"), "{text}");
        let picture = bench.directory.path().join("groups.svg");
        plot.save_svg(&picture).unwrap();
        assert!(std::fs::read_to_string(picture).unwrap().contains("0.1 (n=2)"));
        let unknown = bench.open().plot("Loss").group_by("lrr").to_string();
        assert!(
            unknown.contains("no run has a parameter `lrr`; did you mean `lr`?") && unknown.contains("run Some(0.1)"),
            "{unknown}"
        );
    });
}

#[test]
#[cfg(unix)]
fn an_engine_that_was_killed_is_started_again() {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    let bench = Bench::new(true);
    let at = |name: &str| bench.directory.path().join(name);
    let script = format!("#!/bin/sh\necho $$ > '{}'\nexec '{}' engine\n", at("pid").display(), env!("CARGO_BIN_EXE_ml_board"));
    std::fs::write(at("engine"), script).unwrap();
    std::fs::set_permissions(at("engine"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let board = bench.builder("lr_search").engine(at("engine")).open().unwrap();
    assert_eq!(board.runs().unwrap().len(), 3);
    let pid = || std::fs::read_to_string(at("pid")).unwrap();
    let first = pid();
    assert!(Command::new("kill").args(["-KILL", first.trim()]).status().unwrap().success());
    // Until its death has been seen, an answer may still be that it ended.
    let after = (0..1000).map(|_| board.runs()).find(Result::is_ok).unwrap();
    assert_eq!(after.unwrap().len(), 3);
    assert_ne!(pid(), first);
}
