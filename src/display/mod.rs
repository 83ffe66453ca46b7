//! What can be shown: a view is a spec, plain data. One file a view; the engine decides what is drawn.

mod assets;
mod bundle;
mod card;
mod edit;
mod group;
mod histogram;
mod images;
mod names;
mod output;
mod params;
mod part;
mod plot;
mod scatter;
mod smooth;
mod table;
mod thoughts;
mod view;

pub use assets::{Assets, Runtime};
pub use bundle::Bundle;
pub(crate) use edit::{EditSpec, PreviewSpec};
pub use group::{Row, Stack};
pub use histogram::Histogram;
pub use images::Images;
pub use names::IntoNames;
pub(crate) use output::say;
pub use params::Params;
pub(crate) use part::{Draw, Source, Store, shown};
pub use part::{Part, Shown};
pub use plot::Plot;
pub use scatter::Scatter;
pub use smooth::Smooth;
pub use table::Table;
pub use thoughts::Thoughts;
pub use view::XAxis;
pub(crate) use view::{DashboardSpec, HistogramSpec, ImagesSpec, Page, PlotSpec, Scope, SortKey, TableSpec, ThoughtsSpec, View};
pub(crate) use view::{ParamsSpec, ScatterSpec, Zoom};
