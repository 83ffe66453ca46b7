//! Two values of each run against each other.

use super::{Part, ScatterSpec, Scope, Source, View, shown};

/// A dot for each run: one value of it against another. Made by `board.scatter(x, y)`; each method gives a new one.
#[derive(Clone)]
pub struct Scatter {
    spec: ScatterSpec,
    source: Source,
}

impl Scatter {
    pub(crate) fn new(scope: Scope, x: String, y: String, legend: Option<String>, source: Source) -> Scatter {
        Scatter { spec: ScatterSpec { scope, x, y, legend, log_x: false, log_y: false }, source }
    }

    fn with(&self, change: impl FnOnce(&mut ScatterSpec)) -> Scatter {
        let mut scatter = self.clone();
        change(&mut scatter.spec);
        scatter
    }

    /// The colours say this hyperparameter (or what a filter names otherwise: `status`, `max(Accuracy)`) of each run.
    #[must_use]
    pub fn legend_by(&self, name: impl Into<String>) -> Scatter {
        self.with(|spec| spec.legend = Some(name.into()))
    }

    /// A logarithmic x axis. Positive numbers that span two decades or more have one anyway.
    #[must_use]
    pub fn log_x(&self) -> Scatter {
        self.with(|spec| spec.log_x = true)
    }

    /// A logarithmic y axis. Positive numbers that span two decades or more have one anyway.
    #[must_use]
    pub fn log_y(&self) -> Scatter {
        self.with(|spec| spec.log_y = true)
    }
}

shown!(Scatter, self => Part::new(View::Scatter(self.spec.clone()), &self.source));
