//! The reading half of a store: what the engine asks. Tail first, then chunks (points only move that way), overlaps dropped by ordinal.

pub(crate) use super::Place;
use crate::error::Result;
use crate::model::{HistogramBins, ImageInfo, Outline, Run, RunId, Series, Thought};
use crate::query::{Condition, Filter};
use crate::store::documents::Chunk;

/// What kind of event a tag names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Image,
    Histogram,
}

/// The reading half of a store. Blocks its caller; an unknown folder has no runs.
pub(crate) trait Read: Send + Sync {
    /// The databases that hold runs, by name.
    fn databases(&self) -> Result<Vec<String>>;

    /// The folders of a database, by name.
    fn folders(&self, database: &str) -> Result<Vec<String>>;

    /// The runs that the filter holds for, newest first.
    fn runs(&self, place: Place<'_>, filter: &Filter) -> Result<Vec<Run>>;

    /// So many of the newest runs, or fewer: to learn which names there are without reading ten thousand runs.
    fn newest(&self, place: Place<'_>, most: u32) -> Result<Vec<Run>> {
        let mut runs = self.runs(place, &Filter::All)?;
        runs.truncate(most as usize);
        Ok(runs)
    }

    /// The series of one metric of these runs, in full, in the order of `runs`; runs without it are left out. Sessions of a run
    /// follow one another in order of their start.
    fn series(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Series>>;

    /// The same series by the headers of their chunks, which costs a thousandth of reading them. What a person edited of a chunk by
    /// hand is seen after `ml_board repair`. A store without headers reads them in full.
    fn outlines(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Outline>> {
        Ok(self.series(place, runs, tag)?.iter().map(Outline::of).collect())
    }

    /// Of each session of these runs the first chunk that, as its header has it, may have a point that meets the condition. Points that
    /// are in no chunk yet, and steps that were logged again, are the caller's affair. A store without headers gives none.
    fn first_chunks(&self, _: Place<'_>, _: &[RunId], _: &Condition) -> Result<Vec<Chunk>> {
        Ok(Vec::new())
    }

    /// The tags of that kind that any of these runs has, by name.
    fn tags(&self, place: Place<'_>, runs: &[RunId], kind: Kind) -> Result<Vec<String>>;

    /// The images of one tag, by run (as given) and step. Of steps that were logged again after a resume, those of the latest session.
    fn images(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<ImageInfo>>;

    /// The bytes of a blob.
    fn blob(&self, place: Place<'_>, sha256: &str) -> Result<Vec<u8>>;

    /// The histograms of one tag, likewise. Single numbers form one for each run.
    fn histograms(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<HistogramBins>>;

    /// The thoughts of the runs of these folders, in order of time, each with its run's name and folder.
    fn thoughts(&self, database: &str, folders: &[String]) -> Result<Vec<Thought>>;
}

impl Read for super::Store {
    fn databases(&self) -> Result<Vec<String>> {
        self.reading().databases()
    }

    fn folders(&self, database: &str) -> Result<Vec<String>> {
        self.reading().folders(database)
    }

    fn runs(&self, place: Place<'_>, filter: &Filter) -> Result<Vec<Run>> {
        self.reading().runs(place, filter)
    }

    fn newest(&self, place: Place<'_>, most: u32) -> Result<Vec<Run>> {
        self.reading().newest(place, most)
    }

    fn series(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Series>> {
        self.reading().series(place, runs, tag)
    }

    fn outlines(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Outline>> {
        self.reading().outlines(place, runs, tag)
    }

    fn first_chunks(&self, place: Place<'_>, runs: &[RunId], condition: &Condition) -> Result<Vec<Chunk>> {
        self.reading().first_chunks(place, runs, condition)
    }

    fn tags(&self, place: Place<'_>, runs: &[RunId], kind: Kind) -> Result<Vec<String>> {
        self.reading().tags(place, runs, kind)
    }

    fn images(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<ImageInfo>> {
        self.reading().images(place, runs, tag)
    }

    fn blob(&self, place: Place<'_>, sha256: &str) -> Result<Vec<u8>> {
        self.reading().blob(place, sha256)
    }

    fn histograms(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<HistogramBins>> {
        self.reading().histograms(place, runs, tag)
    }

    fn thoughts(&self, database: &str, folders: &[String]) -> Result<Vec<Thought>> {
        self.reading().thoughts(database, folders)
    }
}

#[cfg(test)]
mod tests;
