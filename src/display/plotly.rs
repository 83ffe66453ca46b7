//! A plot as one of plotly.rs (feature `plotly`).

use plotly::common::Title;
use plotly::layout::{Axis, AxisType};
use plotly::{Layout, Trace};
use serde::Serialize;
use serde_json::Value as Json;

use super::{Page, Plot, Shown as _};
use crate::error::Result;

/// A trace as JSON: plotly.rs reads none.
#[derive(Clone, Serialize)]
#[serde(transparent)]
struct Curve(Json);

impl Trace for Curve {
    fn to_json(&self) -> String {
        self.0.to_string()
    }
}

impl Plot {
    /// It as a plot of plotly.rs: the same curves, cut to what a screen can show, in the colours of the picture, with titles and kinds of
    /// axes, and the traces of [`Plot::add_trace`]. Whatever else plotly.rs can do goes on from there; [`Plot::layout`] is no part of it,
    /// because plotly.rs reads none: set it there with plotly.rs's own `Layout`.
    ///
    /// # Errors
    /// No run has the metric, or the store does not answer.
    pub fn to_plotly(&self) -> Result<plotly::Plot> {
        // As the engine makes it.
        let mut figure: Json = self.part().json(Page::Figure, "application/vnd.plotly.v1+json")?;
        let mut plot = plotly::Plot::new();
        let curves = figure["data"].take();
        curves.as_array().into_iter().flatten().for_each(|curve| plot.add_trace(Box::new(Curve(curve.clone()))));
        let text = |of: &str| figure["layout"].pointer(of).and_then(Json::as_str).unwrap_or_default().to_owned();
        let axis = |name: &str| {
            let kind = match text(&format!("/{name}/type")).as_str() {
                "log" => AxisType::Log,
                "date" => AxisType::Date,
                _ => AxisType::Linear,
            };
            Axis::new().title(Title::with_text(text(&format!("/{name}/title/text")))).type_(kind)
        };
        let layout = Layout::new().title(Title::with_text(text("/title/text"))).x_axis(axis("xaxis")).y_axis(axis("yaxis"));
        plot.set_layout(layout);
        Ok(plot)
    }
}
