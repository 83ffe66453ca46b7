//! The writers of this process: a panic is told to all, and one thread looks after all their journals.

use std::sync::{Arc, LazyLock, Weak};

use arc_swap::ArcSwap;

use super::core::Core;

/// Read without a lock: a panic may come at any moment.
static WRITERS: LazyLock<ArcSwap<Vec<Weak<Core>>>> = LazyLock::new(ArcSwap::default);

/// Adds a writer, until it is dropped.
pub(super) fn add(core: &Arc<Core>) {
    WRITERS.rcu(|before| {
        let mut writers: Vec<Weak<Core>> = before.iter().filter(|writer| writer.strong_count() > 0).cloned().collect();
        writers.push(Arc::downgrade(core));
        writers
    });
}

/// Those that are open.
pub(super) fn all() -> Vec<Arc<Core>> {
    WRITERS.load().iter().filter_map(Weak::upgrade).filter(|core| !core.journal.is_inherited()).collect()
}
