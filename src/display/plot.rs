//! The curves of one metric.

use super::{Part, PlotSpec, Scope, Source, View, XAxis, shown};

/// The curves of one metric, one a run. Made by `board.plot(tag)`; each method gives a new one.
#[derive(Clone)]
pub struct Plot {
    spec: PlotSpec,
    source: Source,
}

impl Plot {
    pub(crate) fn new(scope: Scope, tag: String, legend: Option<String>, source: Source) -> Plot {
        let (x, log_x, log_y, smooth, runs) = (XAxis::Step, false, false, 0.0, None);
        Plot { spec: PlotSpec { scope, tag, legend, x, log_x, log_y, smooth, runs }, source }
    }

    fn with(&self, change: impl FnOnce(&mut PlotSpec)) -> Plot {
        let mut plot = self.clone();
        change(&mut plot.spec);
        plot
    }

    /// The legend says this hyperparameter (or what a filter names otherwise: `status`, `max(Accuracy)`) of each run.
    #[must_use]
    pub fn legend_by(&self, name: impl Into<String>) -> Plot {
        self.with(|spec| spec.legend = Some(name.into()))
    }

    /// What the x axis means: `X::Step` (the default), `X::Relative`, `X::Wall`, `X::metric("epoch")`.
    #[must_use]
    pub fn x(&self, x: XAxis) -> Plot {
        self.with(|spec| spec.x = x)
    }

    /// A logarithmic x axis.
    #[must_use]
    pub fn log_x(&self) -> Plot {
        self.with(|spec| spec.log_x = true)
    }

    /// A logarithmic y axis.
    #[must_use]
    pub fn log_y(&self) -> Plot {
        self.with(|spec| spec.log_y = true)
    }

    /// Smooths by a debiased exponential moving average: 0 is none, 0.6 some, 0.999 the most. What is beyond is taken as the nearest.
    #[must_use]
    pub fn smooth(&self, weight: f64) -> Plot {
        self.with(|spec| spec.smooth = if weight.is_nan() { 0.0 } else { weight.clamp(0.0, 0.999) })
    }

    /// At most so many runs, the newest.
    #[must_use]
    pub fn runs(&self, at_most: usize) -> Plot {
        self.with(|spec| spec.runs = Some(at_most))
    }
}

shown!(Plot, self => Part::new(View::Plot(self.spec.clone()), &self.source));
