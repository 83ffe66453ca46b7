//! Plots: what the page gets besides the curves.

use super::*;
use crate::display::Zoom;
use crate::query::param;

fn payload_of(spec: PlotSpec, data: &Data) -> serde_json::Value {
    json(&compose::payload(&View::Plot(spec), data))
}

/// The runs of a filter, and what the folder has besides.
fn narrowed(data: &Data) -> Data {
    let mut narrow = data.clone();
    let scope = &mut narrow.scopes[0];
    scope.scope.filter = param("lr").eq(0.001);
    scope.whole = std::mem::take(&mut scope.runs);
    scope.runs = scope.whole.iter().filter(|run| scope.scope.filter.matches(run)).cloned().collect();
    for drawn in scope.series.values_mut() {
        drawn.shown.retain(|series| scope.runs.iter().any(|run| run.id == series.run));
        drawn.total = drawn.shown.len();
    }
    narrow
}

#[test]
fn a_filter_recolours_nothing() {
    let whole = search(24, 5);
    let narrow = narrowed(&whole);
    let spec = |data: &Data, legend| PlotSpec { scope: data.scopes[0].scope.clone(), ..plot("Loss", Some(legend)) };
    let (all, few) = (payload_of(spec(&whole, "lr"), &whole), payload_of(spec(&narrow, "lr"), &narrow));
    assert_eq!(all["boards"][0]["id"], few["boards"][0]["id"]);
    assert_eq!((&all["boards"][0]["domains"], &all["boards"][0]["places"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert_eq!(few["boards"][0]["filter"], "lr == 0.001");
    assert_eq!(few["boards"][0]["domains"]["lr"], serde_json::json!([1e-5, 0.001, 0.003, 0.01, 0.03, 0.1]));
    assert_eq!(few["boards"][0]["places"], serde_json::json!([22, 16, 10, 4]));
    // The same in the picture, by the value and by the run.
    for legend in ["lr", "name"] {
        let stroke = |data: &Data, name: &str| {
            let board = compose::payload(&View::Plot(spec(data, legend)), data).boards.remove(0);
            let row = (0..board.n).find(|row| rows::find(&board, "name").unwrap().cell(*row).unwrap() == name).unwrap();
            super::super::legend::legend(&board, Some(legend)).stroke(row)
        };
        assert_eq!(stroke(&whole, "search 16"), stroke(&narrow, "search 16"), "{legend}");
    }
}

#[test]
fn thoughts_of_the_drawn_runs_stand_on_their_curves() {
    let mut data = full(3, 20);
    let thoughts = data.scopes[0].thoughts.as_mut().unwrap();
    thoughts.shown[0].step = None;
    thoughts.shown[1].folder = "elsewhere".into();
    thoughts.shown[2].text = "long ".repeat(200);
    let panel = &payload_of(plot("Loss", None), &data)["panel"];
    let told = panel["thoughts"].as_array().unwrap();
    assert_eq!(told.len(), 2);
    assert_eq!(
        (&told[0]["run"], &told[0]["step"], &told[0]["text"]),
        (&2.into(), &serde_json::Value::Null, &"overfits after epoch 3".into())
    );
    assert_eq!((&told[1]["run"], &told[1]["step"]), (&0.into(), &12.into()));
    assert!(told[1]["text"].as_str().unwrap().chars().count() <= 400);
    let one = &payload_of(PlotSpec { runs: Some(1), ..plot("Loss", None) }, &data)["panel"]["thoughts"];
    assert_eq!(one.as_array().unwrap().len(), 1, "only those of runs that are drawn");
    let dashboard = json(&compose::payload(&dashboard(), &data));
    assert!(
        dashboard["panel"]["plots"].as_array().unwrap().iter().all(|plot| plot.get("thoughts").is_none()),
        "it has them once"
    );
    let many = thoughts_of(&mut data, 300);
    assert_eq!(many["thoughts"].as_array().unwrap().len(), 200);
    assert!(many["notes"].as_array().unwrap().contains(&"the newest 200 of 300 thoughts".into()));
}

fn thoughts_of(data: &mut Data, n: usize) -> serde_json::Value {
    let thoughts = data.scopes[0].thoughts.as_mut().unwrap();
    thoughts.shown = vec![thoughts.shown[0].clone(); n];
    payload_of(plot("Loss", None), data)["panel"].clone()
}

#[test]
fn a_curve_says_when_its_points_were_logged_where_x_does_not() {
    let data = search(1, 4);
    let series = |x| payload_of(PlotSpec { x, ..plot("Loss", None) }, &data)["panel"]["series"][0].clone();
    let started = data.scopes[0].runs[0].started.millis();
    assert_eq!(series(XAxis::Step)["dwall"], serde_json::json!({"i": [0, 3], "t": [started, 71_250]}));
    for x in [XAxis::Wall, XAxis::Relative] {
        assert_eq!(series(x)["dwall"], serde_json::Value::Null);
    }
}

#[test]
fn a_stretch_is_what_is_seen_at_first() {
    let data = search(2, 100);
    let zoom = Zoom { x: Zoom::stretch(40.0, 20.0), y: Zoom::stretch(0.0, f64::NAN) };
    let spec = PlotSpec { zoom, ..plot("Loss", None) };
    assert_eq!(payload_of(spec.clone(), &data)["panel"]["zoom"], serde_json::json!({"x": [20.0, 40.0]}));
    assert_eq!(payload_of(plot("Loss", None), &data)["panel"]["zoom"], serde_json::Value::Null);
    let svg = show(&View::Plot(spec), &data, Page::Picture).unwrap().remove(SVG).unwrap();
    assert!(svg.contains(">40<") && !svg.contains(">80<"), "{svg}");
    assert!(show(&View::Plot(plot("Loss", None)), &data, Page::Picture).unwrap()[SVG].contains(">80<"));
}
