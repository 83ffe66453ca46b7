//! Plots of groups: what reaches the page, the picture and the terminal.

use super::*;
use crate::model::{Outline, Value};
use crate::query::Centre;

/// Two learning rates of three seeds each; the second and third seed of the lower one end early.
fn seeds(points: usize) -> Data {
    let mut data = search(6, points);
    let scope = &mut data.scopes[0];
    for (n, run) in scope.runs.iter_mut().enumerate() {
        run.params.insert("lr".into(), Value::Float([0.01, 0.1][n % 2]));
    }
    for series in scope.series.get_mut("Loss").unwrap().shown.iter_mut().skip(2).step_by(2) {
        let end = points * 3 / 4;
        series.steps.truncate(end);
        series.values.truncate(end);
        series.wall.truncate(end);
    }
    data
}

fn grouped(by: &str, band: Option<Band>) -> PlotSpec {
    PlotSpec { group: vec![by.into()], band, ..plot("Loss", Some("seed")) }
}

fn panel(spec: PlotSpec, data: &Data) -> serde_json::Value {
    json(&compose::payload(&View::Plot(spec), data))["panel"].clone()
}

#[test]
fn the_payload_of_groups() {
    let panel = panel(grouped("lr", Some(Band::StdDev)), &seeds(4));
    insta::assert_snapshot!(panel["series"], @r#"[{"dx":[0,1,1,1],"group":{"lower":[2.352,0.1791,-0.311,1.868],"n":[3,3,3,1],"runs":[0,2,4],"upper":[2.394,2.074,1.892,1.868]},"n":4,"run":0,"y":[2.373,1.127,0.7904,1.868]},{"dx":[0,1,1,1],"group":{"lower":[2.314,0.5785,0.1478,0.04308],"n":[3,3,3,3],"runs":[1,3,5],"upper":[2.382,0.6526,0.2287,0.08214]},"n":4,"run":1,"y":[2.348,0.6156,0.1882,0.06261]}]"#);
    insta::assert_snapshot!(format!("{} {} {}", panel["legend"], panel["band"], panel["notes"]), @r#""lr" "std dev" ["mean ± std dev"]"#);
}

#[test]
fn groups_as_text() {
    insta::assert_snapshot!(text(&View::Plot(grouped("lr", Some(Band::StdErr))), &seeds(20)), @r"
    digits / lr_search

    Loss
    lr    runs  points  last mean       last std err
    0.01     3      20      1.816     1.816 to 1.816
    0.1      3      20    0.05208  0.0373 to 0.06685
    (mean ± std err)
    ");
    insta::assert_snapshot!(text(&View::Plot(grouped("optim.name", None)), &seeds(20)), @r"
    digits / lr_search

    Loss
    optim.name  runs  points  last mean
    adam           3      20    0.05208
    sgd            3      20      1.816
    (mean)
    ");
}

#[test]
fn a_band_is_pale_in_the_picture_and_the_legend_counts() {
    let picture = |band| show(&View::Plot(grouped("lr", band)), &seeds(50), Page::Picture).unwrap().remove(SVG).unwrap();
    let svg = picture(Some(Band::MinMax));
    assert_eq!(svg.matches("fill-opacity=\".18\"").count(), 2);
    assert!(svg.contains(">0.01 (n=3)</text>") && svg.contains(">0.1 (n=3)</text>") && svg.contains(">mean, min to max</text>"));
    assert_eq!(picture(None).matches("fill-opacity").count(), 0);
    let html = html(&View::Plot(grouped("lr", None)), &seeds(50));
    assert!(html.contains("Loss by step, 2 groups"), "{}", &html[html.len() - 3_000..]);
}

#[test]
fn runs_without_the_parameter_are_a_group_of_their_own() {
    let mut data = seeds(4);
    data.scopes[0].runs[1].params.remove("lr");
    data.scopes[0].runs[2].params.remove("lr");
    let text = text(&View::Plot(grouped("lr", None)), &data);
    let groups: Vec<String> =
        text.lines().skip(4).map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(groups[..3], ["0.01 2", "0.1 2", "– 2"], "{text}");
}

#[test]
fn what_no_mean_has_a_place_for_is_said() {
    let mut data = seeds(4);
    data.scopes[0].series.get_mut("Loss").unwrap().shown[0].values[2] = f64::NAN;
    let part = panel(grouped("lr", None), &data);
    assert_eq!(part["notes"], serde_json::json!(["mean", "1 value NaN or infinite, left out"]));
    assert_eq!(part["series"][0]["group"]["n"], serde_json::json!([3, 3, 3, 1]), "a line goes over the gap");
    let all = &mut data.scopes[0].series.get_mut("Loss").unwrap().shown;
    all.iter_mut().for_each(|series| series.values.fill(f64::INFINITY));
    assert_eq!(panel(grouped("lr", None), &data)["series"], serde_json::json!([]));
}

#[test]
fn a_group_that_no_run_has_is_answered_and_the_runs_are_drawn() {
    let text = |spec| text(&View::Plot(spec), &seeds(4)).lines().skip(1).take(3).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(text(grouped("lrr", Some(Band::StdDev))), @r"
    no run has a parameter `lrr`; did you mean `lr`?

    Loss
    ");
    insta::assert_snapshot!(text(PlotSpec { band: Some(Band::StdDev), ..plot("Loss", Some("lr")) }), @r"
    a band is drawn around the mean of a group of runs: say `group_by` as well

    Loss
    ");
}

#[test]
fn many_long_runs_in_groups_are_light_and_keep_more_points_than_each_would() {
    let view = View::Plot(grouped("batch", Some(Band::StdDev)));
    let data = search(60, 20_000);
    let html = html(&view, &data);
    assert!(weight(&html) <= 140_000, "{} bytes", weight(&html));
    let panel = json(&compose::payload(&view, &data))["panel"].clone();
    let points = panel["series"][0]["y"].as_array().unwrap().len();
    assert!((1_200..=2_000).contains(&points), "{points}");
    assert_eq!(panel["series"].as_array().unwrap().len(), 3);
}

#[test]
fn every_axis_and_smoothing_take_groups() {
    for x in [XAxis::Step, XAxis::Relative, XAxis::Wall, XAxis::Metric("Accuracy".into())] {
        let spec = PlotSpec { x, smooth: Smooth::Ema(0.6), log_y: true, ..grouped("lr", Some(Band::StdDev)) };
        let svg = show(&View::Plot(spec.clone()), &seeds(40), Page::Picture).unwrap().remove(SVG).unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        let curves = panel(spec, &seeds(40))["series"].clone();
        for curve in curves.as_array().unwrap() {
            let column = |of: &serde_json::Value| of.as_array().unwrap().iter().map(|y| y.as_f64().unwrap()).collect::<Vec<_>>();
            let (mean, lower, upper) = (column(&curve["y"]), column(&curve["group"]["lower"]), column(&curve["group"]["upper"]));
            assert!(mean.len() == lower.len() && mean.len() == upper.len() && !mean.is_empty());
            assert!(mean.iter().zip(&lower).zip(&upper).all(|((mean, lower), upper)| lower <= mean && mean <= upper));
        }
    }
}

#[test]
fn medians_and_bands_are_named_and_drawn() {
    let said = |centre, band| {
        let panel = panel(PlotSpec { centre, ..grouped("lr", Some(band)) }, &seeds(4));
        let curve = &panel["series"][1];
        let last = |column: &serde_json::Value| column.as_array().unwrap().last().unwrap().clone();
        let ends = [&curve["y"], &curve["group"]["lower"], &curve["group"]["upper"]].map(last);
        format!("{} | {} | {} | {ends:?}", panel["centre"], panel["band"], panel["notes"][0])
    };
    let number = |of: &str| of.replace("Number(", "").replace(')', "");
    let told = [
        said(Centre::Median, Band::Quantiles(0.1, 0.9)),
        said(Centre::InterquartileMean, Band::bootstrap_ci()),
        said(Centre::Mean, Band::MinMax),
    ];
    insta::assert_snapshot!(number(&told.join("\n")), @r#"
    "median" | "10% to 90%" | "median, 10% to 90%" | [0.06934, 0.04636, 0.07618]
    "interquartile mean" | "95% CI" | "interquartile mean, 95% CI by bootstrap over runs" | [0.06261, 0.04061, 0.07789]
    null | "min to max" | "mean, min to max" | [0.06261, 0.04061, 0.07789]
    "#);
    let wrong = text(&View::Plot(grouped("lr", Some(Band::Quantiles(0.9, f64::NAN)))), &seeds(4));
    assert!(wrong.contains("the quantiles of a band are between 0 and 1, the lower one first: not 0.9 and NaN"), "{wrong}");
    assert!(wrong.contains("last mean") && !wrong.contains("NaN%"), "{wrong}");
}

#[test]
fn groups_by_several_parameters_are_one_for_each_combination() {
    let spec = PlotSpec { group: vec!["lr".into(), "optim.name".into()], ..plot("Loss", None) };
    insta::assert_snapshot!(text(&View::Plot(spec.clone()), &seeds(20)), @r"
    digits / lr_search

    Loss
    lr, optim.name  runs  points  last mean
    0.01, sgd          3      20      1.816
    0.1, adam          3      20    0.05208
    (mean)
    ");
    let payload = json(&compose::payload(&View::Plot(spec), &seeds(4)));
    assert_eq!(payload["panel"]["legend"], "lr, optim.name");
    let columns = payload["boards"][0]["columns"].as_array().unwrap();
    let both = columns.iter().find(|column| column["key"] == "lr, optim.name").unwrap();
    assert_eq!(both["parts"]["keys"], serde_json::json!(["lr", "optim.name"]));
    let unknown = PlotSpec { group: vec!["lrr".into(), "batch".into()], ..plot("Loss", None) };
    assert!(text(&View::Plot(unknown), &seeds(4)).contains("did you mean `lr`?"));
}

#[test]
fn without_a_legend_the_fewest_parameters_that_tell_runs_apart_are_said() {
    let payload = json(&compose::payload(&View::Plot(plot("Loss", None)), &search(18, 4)));
    assert_eq!(payload["boards"][0]["legend"], "lr, batch");
    let svg = show(&View::Plot(plot("Loss", None)), &search(18, 20), Page::Picture).unwrap().remove(SVG).unwrap();
    assert!(svg.contains(">lr, batch</text>") && svg.contains(">0.003, 64</text>"), "{svg}");
}

/// The same runs, as they are when only their headers were read.
fn outlined(mut data: Data) -> Data {
    let scope = &mut data.scopes[0];
    let shown = &mut scope.series.get_mut("Loss").unwrap().shown;
    let outlines: Vec<Outline> = shown.iter().map(Outline::of).collect();
    *shown = outlines.iter().map(Outline::extremes).collect();
    let known = outlines.into_iter().map(|outline| ((outline.run, outline.rank), outline)).collect();
    scope.outlines.insert("Loss".into(), known);
    data
}

#[test]
fn curves_from_headers_stand_for_all_their_points() {
    let data = outlined(search(2, 10_000));
    let part = panel(plot("Loss", None), &data);
    assert_eq!((&part["series"][0]["n"], part["series"][0]["y"].as_array().unwrap().len()), (&10_000.into(), 16));
    let notes = ["long curves by the least, greatest and last of each 2,048 points", "32 of 20,000 points"];
    assert_eq!(part["notes"], serde_json::json!(notes));
    let group = panel(PlotSpec { group: vec!["status".into()], ..plot("Loss", None) }, &data);
    assert_eq!((&group["series"][0]["n"], group["series"][0]["y"].as_array().unwrap().len()), (&10_000.into(), 5));
    assert_eq!(group["notes"][1], "long curves by the mean of each 2,048 points");
}
