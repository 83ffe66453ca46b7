//! Runs and series as data frames of polars (feature `polars`).

use polars_core::prelude::{Column, DataFrame, DataType, NamedFrom as _, Series, TimeUnit};

use super::Board;
use crate::error::{Error, ErrorKind, Result};
use crate::model::frame::{self, Cells, of_runs, of_series};

impl Board {
    /// The runs as a data frame, newest first, a row each: `id`, `name`, `status`, `started`, `ended`, `duration` (seconds), `group`,
    /// `labels`, `notes`, `invalid`, then a column for each hyperparameter, and `last(..)`, `min(..)`, `max(..)`, `mean(..)` and `n(..)` of
    /// each metric, named as a filter names them. Times are UTC, in milliseconds. A hyperparameter whose values are of several kinds is text;
    /// one that is called like a field is `param NAME`. Blocks until all runs are read.
    pub fn runs_frame(&self) -> Result<DataFrame> {
        data_frame(of_runs(&self.runs()?))
    }

    /// All points of a metric as a data frame, a row each: `run` (its id), `name`, `rank`, `tag`, `step`, `time` (UTC), `value`. What a
    /// resumed run logged over is not among them. Blocks until all points are read; they are in memory twice for a moment.
    pub fn series_frame(&self, tag: impl Into<String>) -> Result<DataFrame> {
        data_frame(of_series(&self.series(tag)?))
    }
}

fn data_frame(columns: Vec<frame::Column>) -> Result<DataFrame> {
    let wrong = |cause| Error::new(ErrorKind::Engine, "the data frame could not be made").because(cause);
    let height = columns.first().map_or(0, |column| column.cells.len());
    let column = |column: frame::Column| -> Result<Column> {
        let name = column.name.into();
        let series = match column.cells {
            Cells::Text(cells) => Series::new(name, cells),
            Cells::Int(cells) => Series::new(name, cells),
            Cells::Float(cells) => Series::new(name, cells),
            Cells::Bool(cells) => Series::new(name, cells),
            Cells::Time(cells) => {
                Series::new(name, cells).cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).map_err(wrong)?
            }
        };
        Ok(series.into())
    };
    let columns = columns.into_iter().map(column).collect::<Result<Vec<_>>>()?;
    DataFrame::new(height, columns).map_err(wrong)
}
