//! Runs and points out to files: read run by run, written as they come, under the file's name only when all of it is there.

mod parquet;
mod text;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::model::Run;
use crate::model::frame::{Cells, Column, of_runs, of_series};
use crate::store::read::{Place, Read};

/// Points that are written at once: a row group of a Parquet file.
const BATCH: usize = 1 << 18;

/// What a file is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// Comma-separated values (RFC 4180), times in UTC.
    Csv,
    /// An array of objects; NaN and infinities are the texts "NaN", "inf" and "-inf".
    Json,
    /// An object a line.
    Jsonl,
    /// Parquet, compressed with Snappy.
    Parquet,
}

impl Format {
    /// By the file's name.
    pub(super) fn of(path: &Path) -> Option<Format> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "json" => Some(Format::Json),
            "jsonl" | "ndjson" => Some(Format::Jsonl),
            "parquet" => Some(Format::Parquet),
            _ => None,
        }
    }
}

/// Takes frames, all with the same columns. At least one, perhaps without a row.
trait Sink {
    fn write(&mut self, frame: &[Column]) -> std::io::Result<()>;
    /// The rest. Without it, what was written is not whole.
    fn end(&mut self) -> std::io::Result<()>;
}

fn sink(format: Format, to: impl Write + Send + 'static) -> Box<dyn Sink> {
    match format {
        Format::Csv => Box::new(text::Csv::new(to)),
        Format::Json => Box::new(text::Json::array(to)),
        Format::Jsonl => Box::new(text::Json::lines(to)),
        Format::Parquet => Box::new(parquet::Parquet::new(to)),
    }
}

/// Where it goes.
pub(super) enum Target {
    /// Standard output.
    Out,
    File(PathBuf),
}

/// A row for each run.
pub(super) fn runs(runs: &[Run], format: Format, target: &Target) -> Result<u64> {
    written(format, target, |sink| {
        sink.write(&of_runs(runs)).map_err(|cause| stopped(target, cause))?;
        Ok(runs.len() as u64)
    })
}

/// A row for each point of these metrics of each run, run by run. `step` hears of each run before it is read.
pub(super) fn points(
    read: &dyn Read,
    place: Place<'_>,
    runs: &[Run],
    wanted: &dyn Fn(&str) -> bool,
    (format, target): (Format, &Target),
    step: &mut dyn FnMut(&Run, u64),
) -> Result<u64> {
    written(format, target, |sink| {
        let mut rows = 0;
        // The columns are there even if no point is.
        let mut frame = of_series([]);
        for run in runs {
            step(run, rows);
            for tag in run.metrics.keys().filter(|tag| wanted(tag)) {
                let series = read.series(place, &[run], tag)?;
                for (column, more) in frame.iter_mut().zip(of_series(&series)) {
                    column.cells.extend(more.cells);
                }
                let ready = frame.first().map_or(0, |column| column.cells.len());
                if ready >= BATCH {
                    rows += ready as u64;
                    sink.write(&frame).map_err(|cause| stopped(target, cause))?;
                    frame = of_series([]);
                }
            }
        }
        rows += frame.first().map_or(0, |column| column.cells.len()) as u64;
        sink.write(&frame).map_err(|cause| stopped(target, cause))?;
        Ok(rows)
    })
}

/// Writes beside the file, and gives it its name when all is there: who finds the file has the whole of it.
fn written(format: Format, target: &Target, work: impl FnOnce(&mut dyn Sink) -> Result<u64>) -> Result<u64> {
    let stop = |cause| stopped(target, cause);
    let path = match target {
        Target::Out => {
            let mut sink = sink(format, std::io::stdout());
            let rows = work(sink.as_mut())?;
            sink.end().map_err(stop)?;
            return Ok(rows);
        }
        Target::File(path) => path,
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(name);
    let file = File::create(&beside).map_err(stop)?;
    let synced = file.try_clone().map_err(stop)?;
    let mut sink = sink(format, BufWriter::new(file));
    let done = work(sink.as_mut()).and_then(|rows| {
        sink.end().map_err(stop)?;
        synced.sync_all().map_err(stop)?;
        std::fs::rename(&beside, path).map_err(stop)?;
        Ok(rows)
    });
    if done.is_err() {
        // What is half is of no use to anybody.
        drop(std::fs::remove_file(&beside));
    }
    done
}

/// What is said where the reader of standard output is gone (`| head`): it has what it wanted.
pub(super) const GONE: &str = "nobody reads standard output any more";

fn stopped(target: &Target, cause: std::io::Error) -> Error {
    if matches!(target, Target::Out) && cause.kind() == std::io::ErrorKind::BrokenPipe {
        return Error::new(ErrorKind::Io, GONE);
    }
    let what = match target {
        Target::Out => "could not write to standard output".to_owned(),
        Target::File(path) => format!("could not write {}", path.display()),
    };
    Error::new(ErrorKind::Io, what).because(cause)
}
