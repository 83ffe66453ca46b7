//! Histograms, images and thoughts, as they are read back.

use super::{RunId, Time};

/// One histogram of one run: counts between edges.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HistogramBins {
    /// Whose histogram.
    pub run: RunId,
    /// Its tag.
    pub tag: String,
    /// Its step.
    pub step: i64,
    /// When it was logged.
    pub time: Time,
    /// How many finite values were counted.
    pub n: u64,
    /// How many NaN or infinite values were left out of the counts.
    pub nan: u64,
    /// The least finite value.
    pub min: f64,
    /// The greatest finite value.
    pub max: f64,
    /// The sum of the finite values.
    pub sum: f64,
    /// The sum of their squares.
    pub sumsq: f64,
    /// The `counts.len() + 1` edges between which values were counted, ascending.
    pub edges: Vec<f64>,
    /// How many values lie in `edges[i]..edges[i + 1]` (the last one includes its upper edge).
    pub counts: Vec<u64>,
}

impl HistogramBins {
    /// A histogram without values.
    pub fn new(run: RunId, tag: impl Into<String>, step: i64, time: Time) -> HistogramBins {
        let tag = tag.into();
        HistogramBins {
            run,
            tag,
            step,
            time,
            n: 0,
            nan: 0,
            min: 0.0,
            max: 0.0,
            sum: 0.0,
            sumsq: 0.0,
            edges: Vec::new(),
            counts: Vec::new(),
        }
    }
}

/// One image of one run: where it belongs and what it is; its bytes are a blob.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ImageInfo {
    /// Whose image.
    pub run: RunId,
    /// Its tag.
    pub tag: String,
    /// Its step.
    pub step: i64,
    /// When it was logged.
    pub time: Time,
    /// Its MIME type (`image/png`).
    pub mime: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The SHA-256 of its bytes, in hexadecimal digits: the key of the blob.
    pub blob: String,
}

impl ImageInfo {
    /// An image of a run.
    pub fn new(
        run: RunId,
        tag: impl Into<String>,
        step: i64,
        time: Time,
        mime: impl Into<String>,
        size: (u32, u32),
        blob: impl Into<String>,
    ) -> ImageInfo {
        ImageInfo { run, tag: tag.into(), step, time, mime: mime.into(), width: size.0, height: size.1, blob: blob.into() }
    }
}

/// A text that a program or person logged, with where and when.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Thought {
    /// Whose thought.
    pub run: RunId,
    /// That run's name.
    pub name: String,
    /// That run's folder.
    pub folder: String,
    /// Its tag (`thought` unless said otherwise).
    pub tag: String,
    /// The step it belongs to, if one was known.
    pub step: Option<i64>,
    /// When it was logged.
    pub time: Time,
    /// The text.
    pub text: String,
}

impl Thought {
    /// A thought of a run.
    pub fn new(run: RunId, name: impl Into<String>, folder: impl Into<String>, time: Time, text: impl Into<String>) -> Thought {
        Thought { run, name: name.into(), folder: folder.into(), tag: "thought".into(), step: None, time, text: text.into() }
    }
}
