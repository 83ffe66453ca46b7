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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Run, RunId, Series as Points, Time};

    #[test]
    fn a_row_for_each_run_and_each_point() {
        let mut run = Run::new(RunId::from_bytes([1; 12]), "f", "a run", Time(1_795_356_127_000));
        run.params.insert("lr".into(), 0.1.into());
        let runs = data_frame(of_runs(&[run.clone(), run.clone()])).unwrap();
        assert_eq!(runs.height(), 2);
        assert_eq!(runs.column("lr").unwrap().f64().unwrap().get(1), Some(0.1));
        assert_eq!(*runs.column("started").unwrap().dtype(), DataType::Datetime(TimeUnit::Milliseconds, None));
        let mut points = Points::new(run.id, &run.name, "Loss");
        (points.steps, points.values, points.wall) = (vec![0, 7], vec![f64::NAN, 1.0], vec![3, 4]);
        let points = data_frame(of_series(&[points])).unwrap();
        assert_eq!((points.height(), points.width()), (2, 7));
        assert_eq!(points.column("step").unwrap().i64().unwrap().get(1), Some(7));
        assert!(points.column("value").unwrap().f64().unwrap().get(0).unwrap().is_nan());
        assert_eq!(data_frame(of_series(&[])).unwrap().height(), 0);
    }
}
