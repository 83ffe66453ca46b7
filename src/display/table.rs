//! The table of runs.

use super::{Part, Scope, SortKey, Source, TableSpec, View, shown};

/// The table of runs. Made by `board.table()`; each method gives a new one.
#[derive(Clone)]
pub struct Table {
    spec: TableSpec,
    source: Source,
}

impl Table {
    pub(crate) fn new(scope: Scope, source: Source) -> Table {
        Table { spec: TableSpec { scope, columns: None, sort: Vec::new() }, source }
    }

    fn with(&self, change: impl FnOnce(&mut TableSpec)) -> Table {
        let mut table = self.clone();
        change(&mut table.spec);
        table
    }

    /// These columns, as a filter names them: `lr`, `max(Accuracy)`, `status`. Else it has start, status, all hyperparameters, and
    /// the last value of each metric.
    #[must_use]
    pub fn columns<C: Into<String>>(&self, columns: impl IntoIterator<Item = C>) -> Table {
        self.with(|spec| spec.columns = Some(columns.into_iter().map(Into::into).collect()))
    }

    /// Sorted by this column, the least first; said again, by the next one among equals.
    #[must_use]
    pub fn sort_by(&self, column: impl Into<String>) -> Table {
        self.with(|spec| spec.sort.push(SortKey { column: column.into(), descending: false }))
    }

    /// The greatest first, by the column named last (by the start if none was).
    #[must_use]
    pub fn descending(&self) -> Table {
        self.with(|spec| {
            if spec.sort.is_empty() {
                spec.sort.push(SortKey { column: "started".to_owned(), descending: true });
            }
            if let Some(last) = spec.sort.last_mut() {
                last.descending = true;
            }
        })
    }
}

shown!(Table, self => Part::new(View::Table(self.spec.clone()), &self.source));
