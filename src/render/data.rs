//! What a view is drawn of: plain data, already read. `engine::gather` fills it; nothing here asks a store.

use std::collections::{BTreeMap, BTreeSet};

use super::thumbs::Coded;
use crate::display::Scope;
use crate::model::{HistogramBins, ImageInfo, Outline, Reached, Run, RunId, Series, Thought, Time};

/// Everything that one view needs, read once a scope.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Data {
    pub(crate) read_at: Time,
    pub(crate) scopes: Vec<ScopeData>,
}

/// What was read of one scope.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScopeData {
    pub(crate) scope: Scope,
    /// The runs that the filter holds for, newest first.
    pub(crate) runs: Vec<Run>,
    /// Every run of the folder, newest first, where `runs` are not all of them; else empty.
    pub(crate) whole: Vec<Run>,
    /// How many more the filter holds for that were marked as invalid, and are left out.
    pub(crate) invalid: usize,
    /// Those among them that pages want, though they might not matter by themselves.
    pub(crate) wished: BTreeSet<RunId>,
    /// The names in the whole folder, for whoever mistyped one.
    pub(crate) known: Known,
    /// The series of the runs that are drawn, by tag, and how many runs have that tag at all.
    pub(crate) series: BTreeMap<String, Drawn<Series>>,
    /// Curves of a few points for tables, by tag and run.
    pub(crate) sparks: BTreeMap<String, BTreeMap<RunId, Vec<f64>>>,
    /// What is known of those among them that were too long to be read in full, by tag, run and rank: their series have only the
    /// extremes of each piece.
    pub(crate) outlines: Outlines,
    /// The images that are shown, by tag.
    pub(crate) images: BTreeMap<String, Drawn<ImageInfo>>,
    /// The bytes of those images, by the key of the blob. One that could not be read, or that there was no room for, is missing.
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
    /// Thumbnails of the large ones.
    pub(crate) thumbs: BTreeMap<String, Coded>,
    /// The histograms that are shown, by tag.
    pub(crate) histograms: BTreeMap<String, Drawn<HistogramBins>>,
    /// Thoughts in order of time.
    pub(crate) thoughts: Option<Drawn<Thought>>,
    /// When each run (in the order of `runs`) met a condition, by its text.
    pub(crate) reached: BTreeMap<String, Vec<Reached>>,
}

/// By tag, run and rank.
pub(crate) type Outlines = BTreeMap<String, BTreeMap<(RunId, u32), Outline>>;

/// What was chosen to be shown, of how many.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawn<T> {
    pub(crate) shown: Vec<T>,
    pub(crate) total: usize,
}

/// The names in a whole folder, whatever the filter.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Known {
    pub(crate) runs: usize,
    pub(crate) params: BTreeSet<String>,
    pub(crate) metrics: BTreeSet<String>,
    pub(crate) images: BTreeSet<String>,
    pub(crate) histograms: BTreeSet<String>,
}

impl ScopeData {
    /// A scope of which nothing has been read yet.
    pub(crate) fn new(scope: Scope) -> ScopeData {
        ScopeData {
            scope,
            runs: Vec::new(),
            whole: Vec::new(),
            invalid: 0,
            wished: BTreeSet::new(),
            known: Known::default(),
            series: BTreeMap::new(),
            sparks: BTreeMap::new(),
            outlines: BTreeMap::new(),
            images: BTreeMap::new(),
            blobs: BTreeMap::new(),
            thumbs: BTreeMap::new(),
            histograms: BTreeMap::new(),
            thoughts: None,
            reached: BTreeMap::new(),
        }
    }
}

impl Known {
    /// Takes the names that these runs have.
    pub(crate) fn learn(&mut self, runs: &[Run]) {
        self.runs = runs.len();
        for run in runs {
            for name in run.params.keys().filter(|name| !self.params.contains(*name)).cloned().collect::<Vec<_>>() {
                self.params.insert(name);
            }
            for tag in run.metrics.keys().filter(|tag| !self.metrics.contains(*tag)).cloned().collect::<Vec<_>>() {
                self.metrics.insert(tag);
            }
        }
    }
}

impl<T> Default for Drawn<T> {
    fn default() -> Drawn<T> {
        Drawn { shown: Vec::new(), total: 0 }
    }
}
