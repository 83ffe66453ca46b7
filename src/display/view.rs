//! The specs: what a view shows of which runs. Plain data that crosses to the engine.

use super::{Extra, InsightSpec, Smooth};
use crate::plain::plain;
use crate::query::{Band, Centre, Filter};

/// Where runs are looked for: a folder of a store, and which of its runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scope {
    /// The store's address as `Opened` answered it: an opaque handle, never with a password.
    pub(crate) store: String,
    pub(crate) database: String,
    pub(crate) folder: String,
    pub(crate) filter: Filter,
}

plain! { sent struct Scope { store, database, folder, filter } }

/// What a view is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// An output of a cell: a MIME bundle of an HTML fragment and text.
    Cell,
    /// The same without the page's runtime, which another output brings.
    Shared,
    /// The page's runtime alone, whatever the view: an HTML fragment and text.
    Runtime,
    /// A complete page that works offline for ever: `text/html` only.
    File,
    /// The static picture alone: `image/svg+xml` only.
    Picture,
    /// The same in pixels: `image/png` only, in base64.
    Pixels,
    /// `text/plain` only.
    Text,
    /// A plot as a figure of plotly.js: `application/vnd.plotly.v1+json` only.
    Figure,
    /// What an insight comes to as plain data: `application/json` only.
    Data,
}

plain! { sent enum Page { Cell, Shared, Runtime, File, Picture, Pixels, Text, Figure, Data } }

/// Anything that can be shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum View {
    Dashboard(DashboardSpec),
    Plot(PlotSpec),
    Table(TableSpec),
    Images(ImagesSpec),
    Histogram(HistogramSpec),
    Thoughts(ThoughtsSpec),
    Scatter(ScatterSpec),
    Params(ParamsSpec),
    Insight(InsightSpec),
    /// Side by side.
    Row(Vec<View>),
    /// One below the other.
    Stack(Vec<View>),
}

plain! { sent enum View {
    Dashboard(spec), Plot(spec), Table(spec), Images(spec), Histogram(spec), Thoughts(spec), Scatter(spec), Params(spec), Insight(spec),
    Row(views), Stack(views)
} }

impl View {
    /// Which runs it shows; none for a group of others.
    #[cfg(feature = "engine")]
    pub(crate) fn scope(&self) -> Option<&Scope> {
        match self {
            View::Row(_) | View::Stack(_) => None,
            View::Dashboard(spec) => Some(&spec.scope),
            View::Plot(spec) => Some(&spec.scope),
            View::Table(spec) => Some(&spec.scope),
            View::Images(spec) => Some(&spec.scope),
            View::Histogram(spec) => Some(&spec.scope),
            View::Thoughts(spec) => Some(&spec.scope),
            View::Scatter(spec) => Some(&spec.scope),
            View::Params(spec) => Some(&spec.scope),
            View::Insight(spec) => Some(&spec.scope),
        }
    }
}

/// The whole board: table, legend chooser, plots, images, histograms, thoughts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DashboardSpec {
    pub(crate) scope: Scope,
    pub(crate) legend: Option<String>,
    /// With the thoughts of all folders of the database.
    pub(crate) everywhere: bool,
}

plain! { sent struct DashboardSpec { scope, legend, everywhere } }

/// The curves of one metric.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlotSpec {
    pub(crate) scope: Scope,
    pub(crate) tag: String,
    /// The parameter whose value the legend says.
    pub(crate) legend: Option<String>,
    pub(crate) x: XAxis,
    pub(crate) log_x: bool,
    pub(crate) log_y: bool,
    pub(crate) smooth: Smooth,
    /// How many runs at most, newest first.
    pub(crate) runs: Option<usize>,
    /// The parameters whose values together make one curve each; none: one for each run.
    pub(crate) group: Vec<String>,
    /// What those curves say of their runs.
    pub(crate) centre: Centre,
    /// What is drawn around them.
    pub(crate) band: Option<Band>,
    pub(crate) zoom: Zoom,
    pub(crate) extra: Extra,
}

plain! { sent struct PlotSpec { scope, tag, legend, x, log_x, log_y, smooth, runs, group, centre, band, zoom, extra } }

impl PlotSpec {
    /// As `board.plot(tag)` has it.
    pub(crate) fn of(scope: Scope, tag: String) -> PlotSpec {
        PlotSpec {
            scope,
            tag,
            legend: None,
            x: XAxis::Step,
            log_x: false,
            log_y: false,
            smooth: Smooth::NONE,
            runs: None,
            group: Vec::new(),
            centre: Centre::Mean,
            band: None,
            zoom: Zoom::default(),
            extra: Extra::default(),
        }
    }
}

/// The stretches of the axes that are in sight at first; none: all there is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "engine", derive(serde::Serialize))] // Pages have it as well.
pub(crate) struct Zoom {
    #[cfg_attr(feature = "engine", serde(skip_serializing_if = "Option::is_none"))]
    pub(crate) x: Option<[f64; 2]>,
    #[cfg_attr(feature = "engine", serde(skip_serializing_if = "Option::is_none"))]
    pub(crate) y: Option<[f64; 2]>,
}

plain! { sent struct Zoom { x, y } }

impl Zoom {
    /// From the lesser to the greater end; none if that is no stretch.
    pub(crate) fn stretch(from: f64, to: f64) -> Option<[f64; 2]> {
        (from.is_finite() && to.is_finite() && from != to).then(|| [from.min(to), from.max(to)])
    }

    pub(crate) fn is_all(&self) -> bool {
        *self == Zoom::default()
    }
}

/// What the x axis of a plot means.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum XAxis {
    /// The step of each point.
    Step,
    /// Seconds since the run's start.
    Relative,
    /// The clock.
    Wall,
    /// The value that another metric had last at that step.
    Metric(String),
}

plain! { sent enum XAxis { Step, Relative, Wall, Metric(tag) } }

impl XAxis {
    /// The value that this metric had last at each point's step.
    pub fn metric(tag: impl Into<String>) -> XAxis {
        XAxis::Metric(tag.into())
    }
}

/// The table of runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableSpec {
    pub(crate) scope: Scope,
    /// As a filter names them: `lr`, `max(Accuracy)`, `status`. None: start, status, all parameters, last of each metric.
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) sort: Vec<SortKey>,
}

plain! { sent struct TableSpec { scope, columns, sort } }

/// A column to sort by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SortKey {
    pub(crate) column: String,
    pub(crate) descending: bool,
}

plain! { sent struct SortKey { column, descending } }

/// The images of one tag.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ImagesSpec {
    pub(crate) scope: Scope,
    pub(crate) tag: String,
    /// The parameter whose value captions each image.
    pub(crate) legend: Option<String>,
}

plain! { sent struct ImagesSpec { scope, tag, legend } }

/// The histograms of one tag.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HistogramSpec {
    pub(crate) scope: Scope,
    pub(crate) tag: String,
    /// The parameter whose value captions each histogram.
    pub(crate) legend: Option<String>,
}

plain! { sent struct HistogramSpec { scope, tag, legend } }

/// Thoughts, in order of time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ThoughtsSpec {
    pub(crate) scope: Scope,
    /// Of all folders of the database instead of this one.
    pub(crate) everywhere: bool,
}

plain! { sent struct ThoughtsSpec { scope, everywhere } }

/// A dot for each run: one value of it against another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScatterSpec {
    pub(crate) scope: Scope,
    /// As a filter names them: `lr`, `max(Accuracy)`, `duration`.
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) legend: Option<String>,
    /// Even where the numbers do not ask for it.
    pub(crate) log_x: bool,
    pub(crate) log_y: bool,
}

plain! { sent struct ScatterSpec { scope, x, y, legend, log_x, log_y } }

/// Parallel coordinates of runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ParamsSpec {
    pub(crate) scope: Scope,
    /// The axes, as a filter names them. None: the parameters that vary, last of each metric.
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) legend: Option<String>,
    /// The number that colours the lines along a scale, instead of the legend.
    pub(crate) colour: Option<String>,
}

plain! { sent struct ParamsSpec { scope, columns, legend, colour } }
