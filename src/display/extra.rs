//! What a person adds to a plot in plotly's own terms: JSON that the engine reads, so that the notebook compiles nothing for it.

use serde_json::Value as Json;

use crate::plain::plain;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Extra {
    /// Texts of JSON, later ones over earlier ones.
    pub(crate) layouts: Vec<String>,
    pub(crate) traces: Vec<String>,
}

plain! { sent struct Extra { layouts, traces } }

/// What [`Plot::layout`](super::Plot::layout) and [`Plot::add_trace`](super::Plot::add_trace) take: a text of JSON, a
/// `serde_json::Value`, and with the feature `plotly` a layout and a boxed trace of plotly.rs.
pub trait IntoPlotly {
    /// Its JSON, in plotly.js's names.
    fn into_plotly(self) -> String;
}

impl IntoPlotly for &str {
    fn into_plotly(self) -> String {
        self.to_owned()
    }
}

impl IntoPlotly for String {
    fn into_plotly(self) -> String {
        self
    }
}

impl IntoPlotly for Json {
    fn into_plotly(self) -> String {
        self.to_string()
    }
}

#[cfg(feature = "plotly")]
impl IntoPlotly for plotly::Layout {
    fn into_plotly(self) -> String {
        self.to_json()
    }
}

#[cfg(feature = "plotly")]
impl<T: plotly::Trace + ?Sized> IntoPlotly for Box<T> {
    fn into_plotly(self) -> String {
        self.to_json()
    }
}
