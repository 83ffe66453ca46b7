//! Out of the notebook: data frames of polars and plots of plotly.rs, of runs that a writer has logged.
#![cfg(all(feature = "engine", feature = "writer", feature = "polars", feature = "plotly"))]
#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used)]

mod common;

use common::Home;
use ml_board::Board;
use plotly::Scatter;
use plotly::layout::{Axis, Layout};
use polars_core::prelude::*;

const RATES: [f64; 3] = [0.1, 0.01, 0.001];

fn trained(home: &Home) -> Board {
    for lr in RATES {
        let w = common::writer(home, &home.local(), "d", "f", &format!("run {lr}"));
        w.add_param("lr", lr);
        for step in 0..20 {
            w.add_scalar("Loss", lr * f64::from(20 - step));
        }
        w.add_scalar("Bad", f64::NAN);
        w.close().unwrap();
    }
    common::board(&home.local(), "d", "f")
}

#[test]
fn runs_and_points_are_data_frames() {
    let home = Home::new();
    let board = trained(&home);
    let runs = board.runs_frame().unwrap();
    assert_eq!(runs.height(), 3);
    let low = runs.column("lr").unwrap().f64().unwrap().lt(0.05);
    let names: Vec<String> =
        runs.filter(&low).unwrap().column("name").unwrap().str().unwrap().iter().flatten().map(str::to_owned).collect();
    assert_eq!(names, ["run 0.001", "run 0.01"], "newest first");
    let last = runs.column("last(Loss)").unwrap().f64().unwrap();
    assert_eq!(last.iter().flatten().collect::<Vec<_>>(), [0.001, 0.01, 0.1]);

    let points = board.filter("lr == 0.1").unwrap().series_frame("Loss").unwrap();
    assert_eq!(points.height(), 20);
    let sum: f64 = points.column("value").unwrap().f64().unwrap().iter().flatten().sum();
    assert!((sum - 21.0).abs() < 1e-12, "{sum}");
    let bad = board.series_frame("Bad").unwrap();
    assert!(bad.column("value").unwrap().f64().unwrap().iter().all(|value| value.is_some_and(f64::is_nan)), "kept, and not null");
    assert_eq!(*points.column("time").unwrap().dtype(), DataType::Datetime(TimeUnit::Milliseconds, None));
}

#[test]
fn a_plot_takes_and_becomes_what_plotly_rs_has() {
    let home = Home::new();
    let goal = Scatter::new(vec![0.0, 19.0], vec![0.5, 0.5]).name("goal");
    let layout = Layout::new().y_axis(Axis::new().range(vec![0.0, 3.0]));
    let plot = trained(&home).plot("Loss").legend_by("lr").layout(layout).add_trace(goal).add_trace("no JSON");
    let page = home.path().join("plot.html");
    plot.save_html(&page).unwrap();
    let payload = common::payload(&std::fs::read_to_string(page).unwrap());
    let shown = payload.to_string();
    assert!(shown.contains(r#""name":"goal""#) && shown.contains("no trace of plotly: `no JSON` is no JSON"), "{shown}");

    // As plotly.rs's own figure it goes on: another trace, another title.
    let mut figure = plot.to_plotly().unwrap();
    figure.add_trace(Scatter::new(vec![1.0], vec![1.0]));
    let names: Vec<String> = figure
        .data()
        .iter()
        .map(|trace| {
            serde_json::from_str::<serde_json::Value>(&trace.to_json()).unwrap()["name"].as_str().unwrap_or("-").to_owned()
        })
        .collect();
    assert_eq!(names, ["0.001", "0.01", "0.1", "goal", "-"]);
    assert!(figure.to_html().contains("goal"));
}
