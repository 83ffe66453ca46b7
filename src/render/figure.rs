//! A plot as a figure of plotly.js by itself, for whoever wants to go on from there.

use serde_json::{Value as Json, json};

use super::extra::lay;
use super::legend::{Dash, dash_of, legend};
use super::payload::{Board, Curve, Num, Panel, Payload, Plot};
use super::rows::find;
use crate::error::{Error, ErrorKind, Result};

/// `data` and `layout`, as plotly.js takes them.
pub(super) fn figure(payload: &Payload) -> Result<Json> {
    let of = plot(&payload.panel).and_then(|plot| Some((plot, payload.boards.get(plot.board)?)));
    let Some((plot, board)) = of else {
        let said = said(&payload.panel).unwrap_or("only the curves of a plot become a figure of plotly");
        return Err(Error::new(ErrorKind::NotFound, said));
    };
    let mut layout = plot.layout.clone();
    layout["title"] = json!({ "text": plot.tag });
    layout["yaxis"]["title"] = json!({ "text": plot.tag });
    let mut traces = traces(plot, board);
    if let Some(extra) = &plot.extra {
        if !extra.layout.is_null() {
            lay(&mut layout, extra.layout.clone());
        }
        traces.extend(extra.traces.iter().cloned());
    }
    Ok(json!({ "data": traces, "layout": layout }))
}

/// The plot in a panel, perhaps below what had to be said about it.
fn plot(panel: &Panel) -> Option<&Plot> {
    match panel {
        Panel::Plot(plot) => Some(plot),
        Panel::Stack { children } => children.iter().find_map(plot),
        _ => None,
    }
}

fn said(panel: &Panel) -> Option<&str> {
    match panel {
        Panel::Message(message) => Some(&message.text),
        Panel::Stack { children } => children.iter().find_map(said),
        _ => None,
    }
}

fn traces(plot: &Plot, board: &Board) -> Vec<Json> {
    let legend = legend(board, plot.legend.as_deref());
    let name = |row: usize| find(board, "name").and_then(|column| column.cell(row)).unwrap_or_default();
    let mut traces = Vec::new();
    let mut named: Vec<String> = Vec::new();
    for curve in &plot.series {
        let stroke = legend.stroke(curve.run);
        if let Some(group) = curve.group.as_ref().filter(|group| !group.lower.is_empty()) {
            let line = json!({ "color": stroke.colour, "width": 0 });
            let end = |y: &[Num], fill: &str| {
                json!({
                    "type": "scatter", "mode": "lines", "x": curve.x, "y": finite(y), "line": line, "fill": fill,
                    "fillcolor": format!("{}33", stroke.colour), "hoverinfo": "skip", "showlegend": false, "legendgroup": stroke.label,
                })
            };
            traces.extend([end(&group.lower, "none"), end(&group.upper, "tonexty")]);
        }
        let first = !named.contains(&stroke.label);
        if first {
            named.push(stroke.label.clone());
        }
        let run = if curve.group.is_some() { String::new() } else { format!("{}<br>", name(curve.run)) };
        traces.push(json!({
            "type": "scatter", "mode": "lines", "x": curve.x, "y": finite(&curve.y), "name": stroke.label,
            "legendgroup": stroke.label, "showlegend": first, "hovertemplate": format!("{run}%{{x}}: %{{y}}"),
            "line": { "color": stroke.colour, "dash": dash(curve, stroke.dash) },
        }));
    }
    traces
}

/// What JSON has no number for is a gap.
fn finite(numbers: &[Num]) -> Vec<Option<f64>> {
    numbers.iter().map(|number| number.0.filter(|number| number.is_finite())).collect()
}

fn dash(curve: &Curve, dash: Dash) -> String {
    match dash_of(dash, curve.rank) {
        [0, ..] => "solid".to_owned(),
        lengths => lengths.map(|length| format!("{length}px")).join(","),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{plot, search};
    use super::super::{PLOTLY, show};
    use super::*;
    use crate::display::{Page, View};
    use crate::query::Band;

    fn figure(view: &View) -> Result<Json> {
        let bundle = show(view, &search(6, 50), Page::Figure)?;
        Ok(serde_json::from_str(&bundle[PLOTLY]).unwrap())
    }

    #[test]
    fn each_curve_is_a_trace_with_its_legend() {
        let figure = figure(&View::Plot(plot("Loss", Some("lr")))).unwrap();
        let data = figure["data"].as_array().unwrap();
        assert_eq!(data.len(), 6);
        assert!(data.iter().all(|trace| trace["x"].as_array().unwrap().len() == 50 && trace["showlegend"] == true));
        assert!(data.iter().any(|trace| trace["name"] == "0.1"), "{}", data[0]["name"]);
        assert_eq!(
            (&figure["layout"]["title"]["text"], &figure["layout"]["xaxis"]["title"]["text"]),
            (&"Loss".into(), &"step".into())
        );
    }

    #[test]
    fn a_band_is_two_traces_and_an_unknown_name_an_error() {
        let (group, band) = (vec!["optim.name".into()], Some(Band::StdDev));
        assert_eq!(
            figure(&View::Plot(crate::display::PlotSpec { group, band, ..plot("Loss", None) })).unwrap()["data"]
                .as_array()
                .unwrap()
                .len(),
            6
        );
        let told = figure(&View::Plot(plot("Los", None))).unwrap_err().to_string();
        assert!(told.contains("did you mean `Loss`?"), "{told}");
    }
}
