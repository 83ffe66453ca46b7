//! All hyperparameters and results of each run at a glance.

use super::{ParamsSpec, Part, Scope, Source, View, shown};

/// Parallel coordinates: a line for each run through an axis for each hyperparameter that varies, and for each result. Made by
/// `board.params()`; each method gives a new one.
#[derive(Clone)]
pub struct Params {
    spec: ParamsSpec,
    source: Source,
}

impl Params {
    pub(crate) fn new(scope: Scope, legend: Option<String>, source: Source) -> Params {
        Params { spec: ParamsSpec { scope, columns: None, legend, colour: None }, source }
    }

    fn with(&self, change: impl FnOnce(&mut ParamsSpec)) -> Params {
        let mut params = self.clone();
        change(&mut params.spec);
        params
    }

    /// These axes from left to right, as a filter names them: `lr`, `max(Accuracy)`, `status`. Else it has the hyperparameters that
    /// vary, and the last value of each metric.
    #[must_use]
    pub fn columns<C: Into<String>>(&self, columns: impl IntoIterator<Item = C>) -> Params {
        self.with(|spec| spec.columns = Some(columns.into_iter().map(Into::into).collect()))
    }

    /// Lines are coloured along a scale by this number of each run: `max(Accuracy)`. Else by the legend if one was asked for, else by
    /// the axis at the right.
    #[must_use]
    pub fn color_by(&self, name: impl Into<String>) -> Params {
        self.with(|spec| spec.colour = Some(name.into()))
    }

    /// Lines are coloured by this hyperparameter (or what a filter names otherwise), one colour a value.
    #[must_use]
    pub fn legend_by(&self, name: impl Into<String>) -> Params {
        self.with(|spec| (spec.legend, spec.colour) = (Some(name.into()), None))
    }
}

shown!(Params, self => Part::new(View::Params(self.spec.clone()), &self.source));
