use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

mod groups;
mod plots;

use super::samples::{START, dashboard, full, hostile, id, plot, scope, search};
use super::*;
use crate::display::{
    HistogramSpec, ImagesSpec, ParamsSpec, PlotSpec, ScatterSpec, Smooth, SortKey, TableSpec, ThoughtsSpec, XAxis,
};
use crate::model::Time;
use crate::query::{Band, Centre, param};

fn table(columns: &[&str], sort: &[(&str, bool)]) -> View {
    let columns = (!columns.is_empty()).then(|| columns.iter().map(|key| key.to_string()).collect());
    let sort = sort.iter().map(|(column, descending)| SortKey { column: column.to_string(), descending: *descending }).collect();
    View::Table(TableSpec { scope: scope(), columns, sort })
}

fn scatter(x: &str, y: &str, legend: Option<&str>) -> View {
    let legend = legend.map(String::from);
    View::Scatter(ScatterSpec { scope: scope(), x: x.into(), y: y.into(), legend, log_x: false, log_y: false })
}

fn params(columns: &[&str], colour: Option<&str>, legend: Option<&str>) -> View {
    let columns = (!columns.is_empty()).then(|| columns.iter().map(|key| key.to_string()).collect());
    View::Params(ParamsSpec { scope: scope(), columns, legend: legend.map(String::from), colour: colour.map(String::from) })
}

fn text(view: &View, data: &Data) -> String {
    show(view, data, Page::Text).unwrap().remove(TEXT).unwrap()
}

fn html(view: &View, data: &Data) -> String {
    show(view, data, Page::Cell).unwrap().remove(HTML).unwrap()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = &text[text.find(start).unwrap() + start.len()..];
    &rest[..rest.find(end).unwrap()]
}

/// The payload as the page reads it out of an output.
fn read_back(html: &str) -> serde_json::Value {
    let gzip = STANDARD.decode(between(html, "data-mlb-data=\"", "\"")).unwrap();
    let mut json = String::new();
    flate2::read::GzDecoder::new(gzip.as_slice()).read_to_string(&mut json).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// A payload as it is after a crossing: `to_value` alone would keep apart what JSON does not (1 and 1.0).
fn json(payload: &payload::Payload) -> serde_json::Value {
    serde_json::from_str(&serde_json::to_string(payload).unwrap()).unwrap()
}

/// The size of an output without the runtime that every output carries.
fn weight(html: &str) -> usize {
    html.len() - between(html, "data-mlb-rt=\"", "\"").len()
}

#[test]
fn a_plot_as_text() {
    let view = View::Plot(plot("Loss", Some("lr")));
    insta::assert_snapshot!(text(&view, &search(7, 50)), @r"
    digits / lr_search

    Loss
    lr     run       points     last      min     max
    0.1    search 6      50  0.03429  0.03429   2.349
    1e-5   search 5      50   1.7639   1.7481  2.3433
    0.001  search 4      50  0.07257  0.04109   2.349
    0.003  search 3      50  0.07089  0.03252   2.377
    0.01   search 2      50  0.05545  0.02054   2.331
    0.03   search 1      50  0.02072  0.02072   2.372
    0.1    search 0      50  0.03619  0.02611   2.315
    ");
}

#[test]
fn a_table_as_text() {
    let view = table(&["lr", "optim.name", "max(Accuracy)", "status", "seed"], &[("max(Accuracy)", true)]);
    insta::assert_snapshot!(text(&view, &search(7, 50)), @r"
    digits / lr_search

       lr  optim.name  max(Accuracy)  status    seed
     0.01  adam               0.9921  finished     2
     0.03  sgd               0.99203  finished     1
      0.1  adam              0.98996  finished     0
    0.003  sgd               0.98749  finished     3
      0.1  adam              0.98681  running      6
    0.001  adam               0.9842  finished     4
     1e-5  sgd               0.32765  finished     5
    ");
}

#[test]
fn a_scatter_as_text() {
    let mut data = search(7, 50);
    data.scopes[0].runs[2].params.remove("lr");
    insta::assert_snapshot!(text(&scatter("lr", "max(Accuracy)", Some("optim.name")), &data), @r"
    digits / lr_search

    max(Accuracy) by lr

    name      optim.name     lr  max(Accuracy)
    search 5  sgd          1e-5        0.32765
    search 3  sgd         0.003        0.98749
    search 2  adam         0.01         0.9921
    search 1  sgd          0.03        0.99203
    search 6  adam          0.1        0.98681
    search 0  adam          0.1        0.98996
    search 4  adam            –         0.9842
    (6 of 7 runs have both)
    ");
}

#[test]
fn parallel_coordinates_as_text() {
    insta::assert_snapshot!(text(&params(&[], None, None), &search(7, 50)), @r"
    digits / lr_search

    parameters and results

    name      batch     lr  optim.name  seed  last(Accuracy)  last(Loss)
    search 6     64    0.1  adam           6         0.98681    0.034288
    search 5     32   1e-5  sgd            5         0.32159      1.7639
    search 4     32  0.001  adam           4         0.97209    0.072574
    search 3     32  0.003  sgd            3         0.97274    0.070885
    search 2     32   0.01  adam           2         0.97867    0.055452
    search 1     32   0.03  sgd            1         0.99203    0.020718
    search 0     32    0.1  adam           0         0.98608    0.036186
    ");
    insta::assert_snapshot!(text(&params(&["optim.name", "max(Accuracy)", "lr"], None, None), &search(2, 50)), @r"
    digits / lr_search

    parameters and results

    name      optim.name  max(Accuracy)    lr
    search 1  sgd                0.9887  0.03
    search 0  adam              0.98561   0.1
    ");
}

#[test]
fn a_scatter_and_parallel_coordinates_carry_keys_and_the_board_has_their_columns() {
    let mut data = search(7, 50);
    data.scopes[0].runs[2].params.remove("lr");
    let payload = compose::payload(&scatter("lr", "max(Accuracy)", None), &data);
    insta::assert_snapshot!(serde_json::to_string(&payload.panel).unwrap(), @r#"
    {"type":"scatter","board":0,"x":{"key":"lr","log":true},"y":{"key":"max(Accuracy)","log":false},"legend":null,"notes":["6 of 7 runs have both"]}
    "#);
    let keys = |payload: &payload::Payload| {
        payload.boards[0].columns.iter().map(|column| column.key.clone()).collect::<Vec<_>>().join(" ")
    };
    insta::assert_snapshot!(keys(&payload), @"id name started status duration batch layers lr optim.name seed max(Accuracy) lr, batch");
    let payload = compose::payload(&params(&[], Some("max(Accuracy)"), None), &data);
    insta::assert_snapshot!(serde_json::to_string(&payload.panel).unwrap(), @r#"
    {"type":"params","board":0,"axes":[{"key":"batch","log":false},{"key":"lr","log":true},{"key":"optim.name","log":false},{"key":"seed","log":false},{"key":"last(Accuracy)","log":false},{"key":"last(Loss)","log":false}],"legend":null,"colour":"max(Accuracy)","notes":[]}
    "#);
    insta::assert_snapshot!(keys(&payload), @"id name started status duration batch layers lr optim.name seed last(Accuracy) last(Loss) max(Accuracy) lr, batch");
}

#[test]
fn parallel_coordinates_are_coloured_as_asked_else_by_the_last_result() {
    let colours = |view: &View| {
        let payload::Panel::Params(params) = compose::payload(view, &search(7, 50)).panel else { panic!("no parameters") };
        (params.colour, params.legend)
    };
    assert_eq!(colours(&params(&[], None, None)), (Some("last(Loss)".into()), None));
    assert_eq!(colours(&params(&[], None, Some("lr"))), (None, Some("lr".into())));
    assert_eq!(colours(&params(&["max(Accuracy)", "lr"], None, None)), (None, None));
    assert_eq!(colours(&params(&[], Some("min(Loss)"), Some("lr"))), (Some("min(Loss)".into()), Some("lr".into())));
}

#[test]
fn a_dot_for_each_run_that_has_both() {
    let mut data = search(24, 20);
    data.scopes[0].runs[2].params.remove("lr");
    data.scopes[0].runs[5].metrics.remove("Accuracy");
    let svg = &show(&scatter("lr", "max(Accuracy)", None), &data, Page::Picture).unwrap()[SVG];
    assert_eq!(svg.matches("<circle").count(), 22);
    assert!(svg.contains("22 of 24 runs have both") && svg.contains("max(Accuracy) by lr"));
    let html = html(&scatter("lr", "max(Accuracy)", None), &data);
    assert!(html.contains("alt=\"max(Accuracy) by lr, 22 runs\""));
}

#[test]
fn a_line_for_each_run_through_every_axis() {
    let mut data = search(24, 20);
    data.scopes[0].runs[2].params.remove("lr");
    let svg = &show(&params(&[], None, None), &data, Page::Picture).unwrap()[SVG];
    let lines: Vec<&str> = svg.split("<path d=\"M").filter(|path| path.matches('L').count() == 5).collect();
    assert_eq!(lines.len(), 24, "batch, lr, optim.name, seed, two metrics");
    assert!(svg.contains(">–<") && svg.contains(">sgd<") && svg.contains(">last(Accuracy)<"));
}

#[test]
fn a_dashboard_as_text() {
    insta::assert_snapshot!(text(&dashboard(), &full(3, 20)), @r"
    digits / lr_search

    name      started              status    batch  layers      lr  optim.name  seed  last(Accuracy)  last(Loss)
    search 2  2026-11-22 14:04:09  running      32  [64, 32]  0.01  adam           2         0.96366    0.094492
    search 1  2026-11-22 14:03:08  finished     32  [64, 32]  0.03  sgd            1         0.98104    0.049309
    search 0  2026-11-22 14:02:07  finished     32  [64, 32]   0.1  adam           0          0.9672    0.085286

    Accuracy
    lr    run       points    last      min     max
    0.01  search 2      20  0.9637  0.09636  0.9897
    0.03  search 1      20   0.981    0.082  0.9896
    0.1   search 0      20  0.9672   0.1087   0.982

    Loss
    lr    run       points     last      min    max
    0.01  search 2      20  0.09449  0.02687  2.349
    0.03  search 1      20  0.04931  0.02707  2.387
    0.1   search 0      20  0.08529  0.04687  2.317

    misclassified: 9 images of 3 runs, steps 0 to 20

    weights: 9 histograms, steps 0 to 20

    3 thoughts
    2026-11-22 14:02:47  search 0, step 12: overfits after epoch 3
    2026-11-22 14:03:48  search 1, step 12: overfits after epoch 3
    2026-11-22 14:04:49  search 2, step 12: overfits after epoch 3
    ");
}

#[test]
fn the_payload_of_a_plot() {
    let mut data = search(2, 3);
    data.scopes[0].runs[1].params.remove("lr");
    let payload = compose::payload(&View::Plot(plot("Loss", Some("lr"))), &data);
    insta::assert_snapshot!(serde_json::to_string(&payload.panel).unwrap(), @r#"
    {"type":"plot","board":0,"tag":"Loss","layout":{"xaxis":{"title":{"text":"step"},"type":"linear"},"yaxis":{"type":"linear"}},"legend":"lr","x":"step","smooth":0.0,"series":[{"run":0,"dx":[0,1,1],"dwall":{"i":[0,2],"t":[1795356188000,63333]},"y":[2.349,0.4139,0.1291],"n":3},{"run":1,"dx":[0,1,1],"dwall":{"i":[0,2],"t":[1795356127000,63333]},"y":[2.332,0.42,0.08677],"n":3}],"higher":false,"notes":[]}
    "#);
}

#[test]
fn an_output_is_complete_and_reads_back() {
    let data = full(12, 40);
    let html = html(&dashboard(), &data);
    let payload = compose::payload(&dashboard(), &data);
    assert!(read_back(&html) == json(&payload));
    assert!(html.starts_with("<div class=\"mlb\" data-mlb-v=\""));
    assert!(html.ends_with("</script>") && html.contains("data:image/svg+xml;base64,") && html.contains("<td"));
    assert!(html.contains("mlb-static tex2jax_ignore mathjax_ignore"));
    assert!(!html.contains('\n') && !html.contains("__HASH__"));
}

#[test]
fn a_file_is_a_page() {
    let page = show(&dashboard(), &full(2, 5), Page::File).unwrap().remove(HTML).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>"));
    assert!(page.contains("<title>digits / lr_search</title>"));
}

#[test]
fn a_board_of_300_runs_is_light() {
    let html = html(&dashboard(), &search(300, 1_000));
    let weight = weight(&html);
    assert!(weight <= 100_000, "{weight} bytes of data and fallback");
}

#[test]
fn a_hundred_long_curves_are_light() {
    let view = View::Plot(plot("Loss", Some("lr")));
    let html = html(&view, &search(100, 20_000));
    assert!(weight(&html) <= 140_000, "{} bytes", weight(&html));
}

#[test]
fn what_was_left_out_is_said() {
    let payload = compose::payload(&View::Plot(plot("Loss", None)), &search(130, 3_000));
    let payload::Panel::Plot(plot) = payload.panel else { panic!("no plot") };
    let points: usize = plot.series.iter().map(|curve| curve.x.len()).sum();
    assert!((16_000..=22_000).contains(&points), "{points}");
    assert_eq!(plot.notes, ["100 of 130 runs, the newest".into(), format!("{} of 300,000 points", words::count(points))]);
    assert_eq!((payload.boards[0].n, payload.boards[0].total), (100, 130));
}

#[test]
fn what_is_no_number_is_kept_and_said() {
    let mut data = search(1, 4);
    let series = data.scopes[0].series.get_mut("Loss").unwrap();
    series.shown[0].values = vec![1.0, f64::NAN, f64::NEG_INFINITY, 2.0];
    let json = serde_json::to_value(compose::payload(&View::Plot(plot("Loss", None)), &data)).unwrap();
    assert_eq!(json["panel"]["series"][0]["y"], serde_json::json!([1, "NaN", "-inf", 2]));
    assert_eq!(json["panel"]["notes"], serde_json::json!(["2 values NaN or infinite"]));
}

#[test]
fn a_name_that_no_run_has_is_answered() {
    let data = full(3, 5);
    let views = [
        View::Plot(plot("Losss", None)),
        View::Plot(plot("Loss", Some("lrr"))),
        View::Plot(PlotSpec { x: XAxis::Metric("epoch".into()), ..plot("Loss", None) }),
        table(&["batch_size", "max(accuracy)", "lr"], &[]),
        View::Images(ImagesSpec { scope: scope(), tag: "missclassified".into(), legend: None }),
        View::Histogram(HistogramSpec { scope: scope(), tag: "gradients".into(), legend: None }),
        scatter("lrr", "max(accuracy)", None),
        params(&[], Some("max(accuracy)"), None),
    ];
    let answers: Vec<String> =
        views.iter().map(|view| text(view, &data).lines().take(3).collect::<Vec<_>>().join("\n")).collect();
    insta::assert_snapshot!(answers.join("\n\n"), @r"
    digits / lr_search
    no run has a metric `Losss`; did you mean `Loss`?

    digits / lr_search
    no run has a parameter `lrr`; did you mean `lr`?


    digits / lr_search
    no run has a metric `epoch`; there are: Accuracy, Loss

    digits / lr_search
    no run has a parameter `batch_size`; there are: batch, layers, lr, optim.name, seed
    no run has a metric `accuracy`; did you mean `Accuracy`?

    digits / lr_search
    no run has images `missclassified`; did you mean `misclassified`?

    digits / lr_search
    no run has histograms `gradients`; there are: weights

    digits / lr_search
    no run has a parameter `lrr`; did you mean `lr`?
    no run has a metric `accuracy`; did you mean `Accuracy`?

    digits / lr_search
    no run has a metric `accuracy`; did you mean `Accuracy`?
    ");
    assert!(html(&views[1], &data).contains("no run has a parameter `lrr`; did you mean `lr`?</p>"));
}

#[test]
fn no_runs_are_said_too() {
    let mut data = full(3, 5);
    data.scopes[0].runs.clear();
    let narrow = param("lr").lt(0.0);
    let mut view = plot("Loss", None);
    (view.scope.filter, data.scopes[0].scope.filter) = (narrow.clone(), narrow);
    assert!(text(&View::Plot(view), &data).contains("none of the 3 runs of `lr_search` has `lr < 0.0`; board.table()"));
    let empty = Data { read_at: Time(START), scopes: vec![ScopeData::new(scope())] };
    assert!(
        text(&dashboard(), &empty).contains("the folder `lr_search` of the database `digits` has no runs yet; board.folders()")
    );
}

#[test]
fn boards_of_one_folder_have_one_id_and_panels_know_theirs() {
    let whole = search(3, 5);
    let mut narrow = whole.scopes[0].clone();
    narrow.scope.filter = param("lr").gt(0.01);
    narrow.runs.truncate(1);
    let mut other = plot("Loss", None);
    other.scope = narrow.scope.clone();
    let data = Data { read_at: Time(START), scopes: vec![whole.scopes[0].clone(), narrow] };
    let json = serde_json::to_value(compose::payload(&View::Row(vec![View::Plot(plot("Loss", None)), View::Plot(other)]), &data));
    let json = json.unwrap();
    assert_eq!(json["boards"][0]["id"], json["boards"][1]["id"]);
    assert_eq!(json["boards"][1]["title"], "digits / lr_search: lr > 0.01");
    assert_eq!((&json["panel"]["children"][0]["board"], &json["panel"]["children"][1]["board"]), (&0.into(), &1.into()));
    assert_eq!(json["panel"]["children"][1]["series"].as_array().unwrap().len(), 1);
    let mut elsewhere = scope();
    elsewhere.folder = "other".into();
    assert_ne!(board_id(&elsewhere), board_id(&scope()));
}

#[test]
fn parameters_named_like_columns_of_ours_are_there_too() {
    let mut data = search(2, 3);
    for run in &mut data.scopes[0].runs {
        run.params.extend(["id", "notes", "status"].map(|name| (name.to_string(), 5.into())));
        run.notes = "a person's".into();
    }
    let mut spec = plot("Loss", Some("`status`"));
    let json = json(&compose::payload(&View::Plot(spec.clone()), &data));
    let keys: Vec<&str> =
        json["boards"][0]["columns"].as_array().unwrap().iter().filter_map(|column| column["key"].as_str()).collect();
    for key in ["id", "`id`", "notes", "`notes`", "status", "`status`"] {
        assert_eq!(keys.iter().filter(|known| **known == key).count(), 1, "{key} in {keys:?}");
    }
    assert_eq!(json["panel"]["legend"], "`status`");
    spec.legend = Some("notes".into());
    assert_eq!(serde_json::to_value(compose::payload(&View::Plot(spec), &data)).unwrap()["panel"]["legend"], "notes");
}

#[test]
fn a_column_to_sort_by_is_shown() {
    let text = text(&table(&[], &[("max(Accuracy)", true)]), &search(3, 5));
    assert!(text.lines().nth(2).unwrap().ends_with("max(Accuracy)"), "{text}");
}

#[test]
fn the_same_picture_is_carried_once() {
    let mut data = full(3, 5);
    let images = data.scopes[0].images.get_mut("misclassified").unwrap();
    let blob = images.shown[0].blob.clone();
    images.shown.iter_mut().for_each(|image| image.blob.clone_from(&blob));
    let view = View::Images(ImagesSpec { scope: scope(), tag: "misclassified".into(), legend: None });
    let json = serde_json::to_value(compose::payload(&view, &data)).unwrap();
    assert_eq!((json["panel"]["sources"].as_array().unwrap().len(), json["panel"]["items"].as_array().unwrap().len()), (1, 9));
}

#[test]
fn an_image_that_could_run_something_is_no_image() {
    let mut data = full(1, 5);
    data.scopes[0].images.get_mut("misclassified").unwrap().shown[0].mime = "image/svg+xml\" onload=\"x".into();
    let view = View::Images(ImagesSpec { scope: scope(), tag: "misclassified".into(), legend: None });
    let html = html(&view, &data);
    assert_eq!(read_back(&html)["panel"]["items"].as_array().unwrap().len(), 2);
    assert_eq!(read_back(&html)["panel"]["notes"], serde_json::json!(["2 of 3 images"]));
}

#[test]
fn outputs_that_share_the_runtime_carry_none_and_say_where_it_is() {
    let data = full(2, 5);
    let shared = show(&dashboard(), &data, Page::Shared).unwrap().remove(HTML).unwrap();
    assert!(!shared.contains("data-mlb-rt=") && shared.contains("board.runtime()"));
    let whole = html(&dashboard(), &data);
    assert!(whole.contains("data-mlb-rt=") && !whole.contains("board.runtime()"));
    assert_eq!(read_back(&shared), read_back(&whole));
    let runtime = show(&dashboard(), &data, Page::Runtime).unwrap().remove(HTML).unwrap();
    assert!(runtime.contains("data-mlb-rt=") && !runtime.contains("data-mlb-data") && !runtime.contains('\n'));
    assert!(shared.len() + runtime.len() < whole.len() + 2000);
}

#[test]
fn a_large_picture_is_carried_small_and_whole() {
    let mut data = full(1, 5);
    let scope = &mut data.scopes[0];
    let shown = &scope.images["misclassified"].shown;
    let thumb = || super::thumbs::Coded { mime: "image/webp", bytes: vec![1, 2, 3] };
    scope.thumbs = [(shown[0].blob.clone(), thumb()), (shown[1].blob.clone(), thumb())].into();
    scope.blobs.remove(&shown[0].blob);
    let view = View::Images(ImagesSpec { scope: scope.scope.clone(), tag: "misclassified".into(), legend: None });
    let json = serde_json::to_value(compose::payload(&view, &data)).unwrap();
    let items = json["panel"]["items"].as_array().unwrap();
    assert_eq!(json["panel"]["sources"][0], "data:image/webp;base64,AQID");
    assert_eq!((&items[0]["thumb"], &items[0]["src"], items[0].get("full")), (&true.into(), &0.into(), None));
    assert_eq!((&items[1]["thumb"], &items[1]["full"]), (&true.into(), &2.into()));
    assert_eq!((items[2].get("thumb"), items[2].get("full")), (None, None));
    assert_eq!(json["panel"]["notes"], serde_json::json!(["1 as thumbnails only: an output carries 6 MB of images"]));
}

#[test]
fn thoughts_of_other_folders_have_no_row() {
    let mut data = full(2, 5);
    let thoughts = data.scopes[0].thoughts.as_mut().unwrap();
    thoughts.shown[0].folder = "other".into();
    thoughts.shown[0].run = id(99);
    let of = |everywhere| {
        let view = View::Thoughts(ThoughtsSpec { scope: scope(), everywhere });
        serde_json::to_value(compose::payload(&view, &data)).unwrap()["panel"]["items"].clone()
    };
    assert_eq!(of(false).as_array().unwrap().len(), 1);
    assert_eq!((&of(true)[0]["run"], &of(true)[1]["run"]), (&serde_json::Value::Null, &0.into()));
}

const NASTY: &[&str] = &[
    "</script><script>alert(1)</script>",
    "\" onerror=\"alert(1)",
    "' onload='x",
    "a\nEVCXR_END_CONTENT\nb",
    "EVCXR_END_CONTENT",
    "\u{2028}x\u{2029}\r\0\u{1b}[31mred",
    "$x$ \\(y\\) $$z$$",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt;",
    "🦀 émoji 日本語",
    "\u{202e}gnihtyreve \u{5d0}\u{5d1}",
    "`tick` ``",
    "]]>--><!--",
    "\u{ffff}\u{fffe}",
    "status",
    "max(x)",
    "",
    " ",
];

/// Nothing of `text` got out of where text belongs.
fn safe(text: &str) -> std::result::Result<(), TestCaseError> {
    let (data, view) = hostile(text);
    let bundle = show(&view, &data, Page::Cell).unwrap();
    let html = &bundle[HTML];
    prop_assert!(!html.contains(['\n', '\r', '\0']));
    prop_assert_eq!(html.matches("<script").count(), 1);
    prop_assert_eq!(html.matches("</script").count(), 1);
    for attribute in ["onerror", "onload", "javascript:"] {
        let still = between(html, "mathjax_ignore\">", "</div></div><script>");
        for tag in still.split('<').filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag) {
            let quoted = tag.split('"').step_by(2).collect::<String>();
            prop_assert!(!quoted.contains(attribute), "{}", tag);
        }
    }
    prop_assert!(read_back(html) == json(&compose::payload(&view, &data)));
    for line in bundle[TEXT].lines() {
        prop_assert!(!line.contains("EVCXR_") && !line.contains(|c: char| c.is_control()), "{:?}", line);
    }
    let svg = &show(&view, &data, Page::Picture).unwrap()[SVG];
    prop_assert!(!svg.contains("<script") && !svg.contains("<img") && !svg.contains('\n'));
    well_formed(svg)
}

/// Every element is closed by its own end, and no attribute is broken: what a parser of XML would refuse.
fn well_formed(xml: &str) -> std::result::Result<(), TestCaseError> {
    let mut open: Vec<&str> = Vec::new();
    for part in xml.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        prop_assert!(!text.contains('>') && tag.matches('"').count() % 2 == 0, "{}", part);
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if tag.starts_with('/') {
            prop_assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        for entity in text.split('&').skip(1) {
            prop_assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|known| entity.starts_with(known)), "{}", entity);
        }
    }
    prop_assert!(open.is_empty());
    Ok(())
}

#[test]
fn nothing_from_the_database_gets_out_of_its_place() {
    for text in NASTY {
        safe(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn nor_does_any_other_text(parts in prop::collection::vec(prop_oneof![prop::sample::select(NASTY).prop_map(String::from), any::<String>()], 1..3)) {
        safe(&parts.concat())?;
    }
}

/// Writes pages and pictures to look at: `ML_BOARD_SAMPLES=DIRECTORY cargo nextest run --features engine -E 'test(samples_to_look_at)'`.
#[test]
fn samples_to_look_at() {
    let Some(directory) = std::env::var_os("ML_BOARD_SAMPLES") else { return };
    let directory = std::path::Path::new(&directory);
    let data = full(24, 400);
    let plot = |legend| View::Plot(plot("Loss", legend));
    let mut log = samples::plot("Loss", Some("seed"));
    (log.log_y, log.smooth, log.x) = (true, Smooth::Ema(0.9), XAxis::Relative);
    let mut wall = samples::plot("Accuracy", Some("name"));
    wall.x = XAxis::Wall;
    let by_lr = PlotSpec { group: vec!["lr".into()], band: Some(Band::StdDev), ..samples::plot("Loss", None) };
    let groups = View::Plot(by_lr.clone());
    let several = PlotSpec { group: vec!["optim.name".into(), "batch".into()], centre: Centre::Median, ..by_lr.clone() };
    let several = View::Plot(PlotSpec { band: Some(Band::Quantiles(0.1, 0.9)), ..several });
    let interval = PlotSpec { centre: Centre::InterquartileMean, band: Some(Band::bootstrap_ci()), ..by_lr.clone() };
    let interval = View::Plot(interval);
    let views = [
        ("dashboard", dashboard()),
        ("lr", plot(Some("lr"))),
        ("log", View::Plot(log)),
        ("wall", View::Plot(wall)),
        ("typo", plot(Some("lrr"))),
        ("groups", groups),
        ("groups-log", View::Plot(PlotSpec { log_y: true, smooth: Smooth::Ema(0.8), group: vec!["optim.name".into()], ..by_lr })),
        ("groups-several", several),
        ("groups-ci", interval),
        ("gaussian", View::Plot(PlotSpec { smooth: Smooth::Gaussian(12.0), ..samples::plot("Loss", Some("lr")) })),
        ("by-itself", plot(None)),
        ("table", table(&[], &[("max(Accuracy)", true)])),
        ("scatter", scatter("lr", "max(Accuracy)", Some("optim.name"))),
        ("scatter_text", scatter("optim.name", "min(Loss)", Some("seed"))),
        ("scatter_time", scatter("started", "max(Accuracy)", None)),
        ("params", params(&[], None, None)),
        ("params_legend", params(&["optim.name", "batch", "lr", "max(Accuracy)"], None, Some("lr"))),
        ("row", View::Row(vec![plot(Some("lr")), View::Plot(samples::plot("Accuracy", Some("optim.name")))])),
    ];
    for (name, view) in views {
        for (page, end, mime) in [(Page::File, "html", HTML), (Page::Picture, "svg", SVG), (Page::Text, "txt", TEXT)] {
            std::fs::write(directory.join(format!("{name}.{end}")), &show(&view, &data, page).unwrap()[mime]).unwrap();
        }
    }
    let (data, view) = hostile("</script>\u{202e}\" 🦀 $x$\nEVCXR_END_CONTENT");
    std::fs::write(directory.join("hostile.html"), &show(&view, &data, Page::File).unwrap()[HTML]).unwrap();
}
