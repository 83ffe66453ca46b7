//! What can be shown: a view is a spec, plain data. One file a view; the engine decides what is drawn.

mod view;

pub(crate) use view::{
    DashboardSpec, HistogramSpec, ImagesSpec, Page, PlotSpec, Scope, SortKey, TableSpec, ThoughtsSpec, View, XAxis,
};
