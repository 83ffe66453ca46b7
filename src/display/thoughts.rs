//! What was written down while training.

use super::{Part, Scope, Source, ThoughtsSpec, View, shown};

/// Thoughts with their run, in order of time. Made by `board.thoughts()`.
#[derive(Clone)]
pub struct Thoughts {
    spec: ThoughtsSpec,
    source: Source,
}

impl Thoughts {
    pub(crate) fn new(scope: Scope, source: Source) -> Thoughts {
        Thoughts { spec: ThoughtsSpec { scope, everywhere: false }, source }
    }

    /// Those of all folders of the database.
    #[must_use]
    pub fn everywhere(&self) -> Thoughts {
        let mut thoughts = self.clone();
        thoughts.spec.everywhere = true;
        thoughts
    }
}

shown!(Thoughts, self => Part::new(View::Thoughts(self.spec.clone()), &self.source));
