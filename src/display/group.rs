//! Several things in one output: a cell of evcxr keeps only one.

use super::{Part, Source, View, shown};

/// Things side by side. Made by [`row!`](crate::row).
#[derive(Clone)]
pub struct Row(Vec<Part>);

/// Things one below the other. Made by [`stack!`](crate::stack).
#[derive(Clone)]
pub struct Stack(Vec<Part>);

impl Row {
    /// These side by side.
    pub fn of(parts: impl IntoIterator<Item = Part>) -> Row {
        Row(parts.into_iter().collect())
    }
}

impl Stack {
    /// These one below the other.
    pub fn of(parts: impl IntoIterator<Item = Part>) -> Stack {
        Stack(parts.into_iter().collect())
    }
}

/// The parts under one roof: drawn by the engine of the first, which is told of the stores of all.
fn together(parts: &[Part], group: fn(Vec<View>) -> View) -> Part {
    let mut source: Option<Source> = None;
    for theirs in parts.iter().filter_map(|part| part.source.as_ref()) {
        let ours = source.get_or_insert_with(|| theirs.clone());
        for store in &theirs.stores {
            if !ours.stores.contains(store) {
                ours.stores.push(store.clone());
            }
        }
    }
    Part { view: group(parts.iter().map(|part| part.view.clone()).collect()), source }
}

shown!(Row, self => together(&self.0, View::Row));
shown!(Stack, self => together(&self.0, View::Stack));

/// Things side by side in one output: `row![board.plot("Loss"), board.plot("Accuracy")]`. Borrows them, so a variable stays usable.
#[macro_export]
macro_rules! row {
    ($($part:expr),* $(,)?) => {
        $crate::Row::of([$($crate::Shown::part(&$part)),*])
    };
}

/// Things one below the other in one output: `stack![board.plot("Loss"), board.table()]`. Borrows them, so a variable stays usable.
#[macro_export]
macro_rules! stack {
    ($($part:expr),* $(,)?) => {
        $crate::Stack::of([$($crate::Shown::part(&$part)),*])
    };
}
