//! The images of one tag.

use super::{ImagesSpec, Part, Scope, Source, View, shown};

/// The images of one tag, of each run and step. Made by `board.images(tag)`.
#[derive(Clone)]
pub struct Images {
    spec: ImagesSpec,
    source: Source,
}

impl Images {
    pub(crate) fn new(scope: Scope, tag: String, legend: Option<String>, source: Source) -> Images {
        Images { spec: ImagesSpec { scope, tag, legend }, source }
    }

    /// Captions say this hyperparameter (or what a filter names otherwise) of each run.
    #[must_use]
    pub fn legend_by(&self, name: impl Into<String>) -> Images {
        let mut images = self.clone();
        images.spec.legend = Some(name.into());
        images
    }
}

shown!(Images, self => Part::new(View::Images(self.spec.clone()), &self.source));
