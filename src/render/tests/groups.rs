//! Plots of groups: what reaches the page, the picture and the terminal.

use super::*;
use crate::model::Value;

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
    PlotSpec { group: Some(by.into()), band, ..plot("Loss", Some("seed")) }
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
        let spec = PlotSpec { x, smooth: 0.6, log_y: true, ..grouped("lr", Some(Band::StdDev)) };
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
