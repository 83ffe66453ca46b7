//! The curves of one metric.

use super::{Part, PlotSpec, Scope, Source, View, XAxis, Zoom, shown};
use crate::query::Band;

/// The curves of one metric, one a run or one a group of runs. Made by `board.plot(tag)`; each method gives a new one.
#[derive(Clone)]
pub struct Plot {
    spec: PlotSpec,
    source: Source,
}

impl Plot {
    pub(crate) fn new(scope: Scope, tag: String, legend: Option<String>, source: Source) -> Plot {
        let (x, log_x, log_y, smooth) = (XAxis::Step, false, false, 0.0);
        let (runs, group, band) = (None, None, None);
        Plot { spec: PlotSpec { scope, tag, legend, x, log_x, log_y, smooth, runs, group, band, zoom: Zoom::default() }, source }
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

    /// The stretch of the x axis that is in sight at first, in what x means: steps, seconds, the other metric; by the clock, milliseconds
    /// since 1970 UTC. What is no stretch (NaN, twice the same) shows all.
    #[must_use]
    pub fn x_range(&self, from: f64, to: f64) -> Plot {
        self.with(|spec| spec.zoom.x = Zoom::stretch(from, to))
    }

    /// The stretch of the y axis that is in sight at first.
    #[must_use]
    pub fn y_range(&self, from: f64, to: f64) -> Plot {
        self.with(|spec| spec.zoom.y = Zoom::stretch(from, to))
    }

    /// Smooths by a debiased exponential moving average: 0 is none, 0.6 some, 0.999 the most. What is beyond is taken as the nearest.
    #[must_use]
    pub fn smooth(&self, weight: f64) -> Plot {
        self.with(|spec| spec.smooth = if weight.is_nan() { 0.0 } else { weight.clamp(0.0, 0.999) })
    }

    /// One curve for each value of this hyperparameter (or of what a filter names otherwise) instead of one for each run: the mean
    /// of the runs that have the value, `ȳ = Σyᵢ / n`, at every x that any of them has. Between its own points each run counts by a
    /// straight line, beyond its first and last not at all; NaN and infinities are left out and counted. Runs without the
    /// hyperparameter are a group of their own. The legend says the group's value, whatever `legend_by` says. Of a folder of
    /// more than 1,000 runs the newest 1,000 count, and the picture says so. Called again, the last name counts.
    #[must_use]
    pub fn group_by(&self, name: impl Into<String>) -> Plot {
        self.with(|spec| spec.group = Some(name.into()))
    }

    /// A band around the means of [`group_by`](Plot::group_by).
    #[must_use]
    pub fn band(&self, band: Band) -> Plot {
        self.with(|spec| spec.band = Some(band))
    }

    /// At most so many runs, the newest. Without it a folder of many runs is drawn by 100: the 50 newest, and of the others the 50 whose
    /// last values are the best (the highest of what is called an accuracy, a score or the like, else the lowest); the picture says so.
    #[must_use]
    pub fn runs(&self, at_most: usize) -> Plot {
        self.with(|spec| spec.runs = Some(at_most))
    }
}

shown!(Plot, self => Part::new(View::Plot(self.spec.clone()), &self.source));
