//! The curves of one metric.

use super::{IntoNames, IntoPlotly, Part, PlotSpec, Scope, Smooth, Source, View, XAxis, Zoom, shown};
use crate::query::{Band, Centre};

/// The curves of one metric, one a run or one a group of runs. Made by `board.plot(tag)`; each method gives a new one.
#[derive(Clone)]
pub struct Plot {
    spec: PlotSpec,
    source: Source,
}

impl Plot {
    pub(crate) fn new(scope: Scope, tag: String, legend: Option<String>, source: Source) -> Plot {
        Plot { spec: PlotSpec { legend, ..PlotSpec::of(scope, tag) }, source }
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

    /// Smooths: `.smooth(0.6)` by TensorBoard's debiased exponential moving average, `.smooth(Smooth::Gaussian(20.0))` by a Gaussian 20
    /// steps wide ([`Smooth`] has the definitions). What was logged stays behind it, pale. A curve that was cut down for the screen is
    /// smoothed over the points that are shown.
    #[must_use]
    pub fn smooth(&self, how: impl Into<Smooth>) -> Plot {
        let how = how.into().usable();
        self.with(|spec| spec.smooth = how)
    }

    /// The same as `.smooth(Smooth::Gaussian(sigma))`, with sigma in units of the x axis.
    #[must_use]
    pub fn smooth_gaussian(&self, sigma: f64) -> Plot {
        self.smooth(Smooth::Gaussian(sigma))
    }

    /// One curve for each value of this hyperparameter (or of what a filter names otherwise), or for each combination of the values of
    /// several, `group_by(["lr", "batch"])`, instead of one for each run: the mean of the runs that have it, `ȳ = Σyᵢ / n`, at every x
    /// that any of them has ([`median`](Plot::median) and [`interquartile_mean`](Plot::interquartile_mean) say something else). Between
    /// its own points each run counts by a straight line, beyond its first and last not at all; NaN and infinities are left out and
    /// counted. Runs without the hyperparameter are a group of their own. The legend says the group's value and its number of runs,
    /// whatever `legend_by` says. Of a folder of more than 1,000 runs the newest 1,000 count, and the picture says so. Beyond 20
    /// million points each run counts by the mean of each 2,048 points, said as well. Called again, the last names count.
    #[must_use]
    pub fn group_by(&self, names: impl IntoNames) -> Plot {
        let names = names.into_names();
        self.with(|spec| spec.group = names)
    }

    /// Groups say the mean of their runs, `ȳ = Σyᵢ / n`: the default.
    #[must_use]
    pub fn mean(&self) -> Plot {
        self.with(|spec| spec.centre = Centre::Mean)
    }

    /// Groups say the median of their runs: the middle value, or the mean of the two in the middle.
    #[must_use]
    pub fn median(&self) -> Plot {
        self.with(|spec| spec.centre = Centre::Median)
    }

    /// Groups say the interquartile mean of their runs: the mean without the lowest and the highest quarter, `⌊n/4⌋` values each. As
    /// Agarwal et al. recommend for few runs, *Deep Reinforcement Learning at the Edge of the Statistical Precipice*, NeurIPS 2021; the
    /// same as `scipy.stats.trim_mean(y, 0.25)`.
    #[must_use]
    pub fn interquartile_mean(&self) -> Plot {
        self.with(|spec| spec.centre = Centre::InterquartileMean)
    }

    /// A band around the curves of [`group_by`](Plot::group_by): [`Band`] has the definitions.
    #[must_use]
    pub fn band(&self, band: Band) -> Plot {
        self.with(|spec| spec.band = Some(band))
    }

    /// At most so many runs, the newest. Without it a folder of many runs is drawn by 100: the 50 newest, and of the others the 50 whose
    /// last values are the best (the highest of what is called an accuracy, a score or the like, else the lowest); the picture says so. Those that
    /// are chosen on the page join them, and all on request.
    #[must_use]
    pub fn runs(&self, at_most: usize) -> Plot {
        self.with(|spec| spec.runs = Some(at_most))
    }

    /// More of plotly's layout, laid over ours: `.layout(r#"{"yaxis": {"range": [0, 1]}}"#)`, as JSON in plotly.js's names
    /// (<https://plotly.com/javascript/reference/layout/>), or a `Layout` of plotly.rs with the feature `plotly`. Objects are merged,
    /// everything else replaces what was there. Called again, the later one lies over the earlier. What is no layout is said above the
    /// plot, which is drawn without it. The still picture that stands where no script runs does not have it.
    #[must_use]
    pub fn layout(&self, layout: impl IntoPlotly) -> Plot {
        let layout = layout.into_plotly();
        self.with(|spec| spec.extra.layouts.push(layout))
    }

    /// A trace of one's own, drawn over the curves: `.add_trace(r#"{"x": [0, 100], "y": [0.9, 0.9], "name": "goal"}"#)`, as JSON in
    /// plotly.js's names, or a trace of plotly.rs with the feature `plotly`. Of plotly's types, `scatter` (also lines), `bar` and `pie` are
    /// on board. It stays whatever is filtered, and is not in the still picture.
    #[must_use]
    pub fn add_trace(&self, trace: impl IntoPlotly) -> Plot {
        let trace = trace.into_plotly();
        self.with(|spec| spec.extra.traces.push(trace))
    }
}

shown!(Plot, self => Part::new(View::Plot(self.spec.clone()), &self.source));
