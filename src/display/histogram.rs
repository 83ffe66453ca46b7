//! The histograms of one tag.

use super::{HistogramSpec, Part, Scope, Source, View, shown};

/// The histograms of one tag, of each run and step. Made by `board.histogram(tag)`.
#[derive(Clone)]
pub struct Histogram {
    spec: HistogramSpec,
    source: Source,
}

impl Histogram {
    pub(crate) fn new(scope: Scope, tag: String, legend: Option<String>, source: Source) -> Histogram {
        Histogram { spec: HistogramSpec { scope, tag, legend }, source }
    }

    /// Captions say this hyperparameter (or what a filter names otherwise) of each run.
    #[must_use]
    pub fn legend_by(&self, name: impl Into<String>) -> Histogram {
        let mut histogram = self.clone();
        histogram.spec.legend = Some(name.into());
        histogram
    }
}

shown!(Histogram, self => Part::new(View::Histogram(self.spec.clone()), &self.source));
