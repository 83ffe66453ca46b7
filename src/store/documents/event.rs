//! Events: images, histograms, texts; and blobs, the bytes of images by their content.

use std::sync::Arc;

use bson::{RawDocument, RawDocumentBuf};
use sha2::{Digest as _, Sha256};

use super::bytes::Writer;
use super::{VERSION, raw};
use crate::error::Result;
use crate::model::{HistogramBins, ImageInfo, RunId, Session, SessionId, Thought, Time};

/// How many bytes of a blob one document takes.
pub(super) const BLOB_PART: usize = 8 << 20;

/// Something logged that is not a point.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// From the session and the place in its journal: the same whenever it is written again.
    pub(crate) id: String,
    pub(crate) run: RunId,
    pub(crate) session: SessionId,
    pub(crate) tag: Arc<str>,
    pub(crate) step: Option<i64>,
    pub(crate) t: Time,
    pub(crate) what: What,
}

/// What was logged.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    Image { mime: String, width: u32, height: u32, nan: u64, blob: [u8; 32] },
    Histogram(Histogram),
    Text(String),
}

/// Counts between edges.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Histogram {
    /// Finite values.
    pub(crate) n: u64,
    /// The others.
    pub(crate) nan: u64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) sum: f64,
    pub(crate) sumsq: f64,
    /// One more than `counts`, ascending.
    pub(crate) edges: Vec<f64>,
    pub(crate) counts: Vec<u64>,
    /// Whether it grows by single numbers: then there is one for each session and tag, and a longer one replaces it.
    pub(crate) samples: bool,
}

/// Bytes, known by their SHA-256.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Blob {
    pub(crate) sha256: [u8; 32],
    pub(crate) mime: String,
    pub(crate) bytes: Vec<u8>,
}

impl What {
    /// The word of its kind in documents.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            What::Image { .. } => "image",
            What::Histogram(_) => "histogram",
            What::Text(_) => "text",
        }
    }
}

impl Histogram {
    /// Counts a value, without its place between edges.
    pub(crate) fn count(&mut self, value: f64) {
        if !value.is_finite() {
            self.nan += 1;
            return;
        }
        (self.min, self.max) = if self.n == 0 { (value, value) } else { (self.min.min(value), self.max.max(value)) };
        self.n += 1;
        self.sum += value;
        self.sumsq += value * value;
    }
}

#[cfg(test)]
impl Histogram {
    /// That it is the histogram of these values.
    pub(crate) fn assert_counts(&self, values: &[f64]) {
        let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        assert_eq!((self.n, self.nan), (finite.len() as u64, (values.len() - finite.len()) as u64));
        assert_eq!(self.counts.iter().sum::<u64>(), self.n);
        if finite.is_empty() {
            return;
        }
        assert_eq!(self.edges.len(), self.counts.len() + 1);
        assert!(self.edges.is_sorted());
        for (i, n) in self.counts.iter().enumerate() {
            let last = i + 1 == self.counts.len();
            let (low, high) = (self.edges[i], self.edges[i + 1]);
            let inside = finite.iter().filter(|value| **value >= low && (**value < high || (last && **value == high))).count();
            assert_eq!(*n, inside as u64, "bin {i}: {low}..{high}");
        }
    }
}

impl Event {
    /// How many values it has if it grows (a histogram of single numbers): a longer one replaces it, a shorter one does not.
    pub(crate) fn grown(&self) -> Option<i64> {
        match &self.what {
            What::Histogram(histogram) if histogram.samples => Some(count(histogram.n).saturating_add(count(histogram.nan))),
            _ => None,
        }
    }

    pub(crate) fn encode(&self) -> Result<RawDocumentBuf> {
        let mut writer = Writer::with_capacity(512);
        writer.str("_id", &self.id);
        writer.i32("v", VERSION);
        writer.id("run", self.run.bytes());
        writer.id("session", self.session.bytes());
        writer.str("kind", self.what.kind());
        writer.str("tag", &self.tag);
        if let Some(step) = self.step {
            writer.i64("step", step);
        }
        writer.date("t", self.t.millis());
        match &self.what {
            What::Image { mime, width, height, nan, blob } => {
                writer.str("mime", mime);
                writer.i64("w", i64::from(*width));
                writer.i64("h", i64::from(*height));
                writer.i64("nan", count(*nan));
                writer.binary("blob", blob);
            }
            What::Histogram(histogram) => {
                writer.i64("n", count(histogram.n));
                writer.i64("nan", count(histogram.nan));
                writer.f64("min", histogram.min);
                writer.f64("max", histogram.max);
                writer.f64("sum", histogram.sum);
                writer.f64("sumsq", histogram.sumsq);
                writer.f64s("edges", &histogram.edges);
                writer.i64s("counts", histogram.counts.iter().map(|n| count(*n)));
                if histogram.samples {
                    writer.bool("samples", true);
                    writer.i64("total", count(histogram.n).saturating_add(count(histogram.nan)));
                }
            }
            What::Text(text) => writer.str("text", text),
        }
        writer.finish()
    }

    /// The event in a document.
    pub(crate) fn decode(document: &RawDocument) -> Result<Event> {
        Event::read(document).ok_or_else(|| raw::wrong(document, "it is not an event, or of a newer kind"))
    }

    fn read(document: &RawDocument) -> Option<Event> {
        let get = |key| raw::get(document, key);
        let number = |key| get(key).and_then(raw::float);
        let counted = |key| get(key).and_then(raw::integer).and_then(|n| u64::try_from(n).ok());
        let what = match get("kind")?.as_str()? {
            "image" => What::Image {
                mime: raw::text(get("mime")?)?,
                width: u32::try_from(raw::integer(get("w")?)?).ok()?,
                height: u32::try_from(raw::integer(get("h")?)?).ok()?,
                nan: counted("nan").unwrap_or_default(),
                blob: get("blob")?.as_binary()?.bytes.try_into().ok()?,
            },
            "histogram" => What::Histogram(Histogram {
                n: counted("n")?,
                nan: counted("nan").unwrap_or_default(),
                min: number("min")?,
                max: number("max")?,
                sum: number("sum")?,
                sumsq: number("sumsq")?,
                edges: raw::floats(get("edges")?.as_array()?)?,
                counts: raw::integers(get("counts")?.as_array()?)?
                    .into_iter()
                    .map(|n| u64::try_from(n).unwrap_or_default())
                    .collect(),
                samples: get("samples").and_then(|samples| samples.as_bool()).unwrap_or_default(),
            }),
            "text" => What::Text(raw::text(get("text")?)?),
            _ => return None,
        };
        Some(Event {
            // A person who adds an event by hand gets an ObjectId from the shell, and has no session to name.
            id: raw::text(get("_id")?).or_else(|| raw::identity(get("_id")?).map(|id| hex(&id)))?,
            run: RunId::from_bytes(raw::identity(get("run")?)?),
            session: SessionId::from_bytes(get("session").and_then(raw::identity).unwrap_or_default()),
            tag: get("tag").and_then(|tag| tag.as_str()).unwrap_or_default().into(),
            step: get("step").and_then(raw::integer),
            t: raw::time(get("t")?)?,
            what,
        })
    }

    /// As an image, if it is one.
    pub(crate) fn image(&self) -> Option<ImageInfo> {
        let What::Image { mime, width, height, blob, .. } = &self.what else { return None };
        let size = (*width, *height);
        Some(ImageInfo::new(self.run, self.tag.as_ref(), self.step.unwrap_or_default(), self.t, mime, size, hex(blob)))
    }

    /// As a histogram, if it is one.
    pub(crate) fn histogram(&self) -> Option<HistogramBins> {
        let What::Histogram(from) = &self.what else { return None };
        let mut bins = HistogramBins::new(self.run, self.tag.as_ref(), self.step.unwrap_or_default(), self.t);
        (bins.n, bins.nan, bins.min, bins.max) = (from.n, from.nan, from.min, from.max);
        (bins.sum, bins.sumsq) = (from.sum, from.sumsq);
        (bins.edges, bins.counts) = (from.edges.clone(), from.counts.clone());
        Some(bins)
    }

    /// As a thought of the run with this name and folder, if it is a text.
    pub(crate) fn thought(&self, name: &str, folder: &str) -> Option<Thought> {
        let What::Text(text) = &self.what else { return None };
        let mut thought = Thought::new(self.run, name, folder, self.t, text);
        thought.tag = self.tag.as_ref().to_owned();
        thought.step = self.step;
        Some(thought)
    }
}

impl Blob {
    pub(crate) fn new(mime: impl Into<String>, bytes: Vec<u8>) -> Blob {
        Blob { sha256: Sha256::digest(&bytes).into(), mime: mime.into(), bytes }
    }

    /// Its documents with their keys, in the order they are to be written: the pieces first, so that the one that names them is last.
    pub(crate) fn encode(&self) -> Result<Vec<(Vec<u8>, RawDocumentBuf)>> {
        let parts: Vec<&[u8]> = self.bytes.chunks(BLOB_PART).collect();
        let mut documents = Vec::with_capacity(1);
        if parts.len() > 1 {
            for (index, part) in (0_i32..).zip(&parts) {
                let mut writer = Writer::with_capacity(part.len() + 128);
                writer.begin("_id");
                writer.binary("h", &self.sha256);
                writer.i32("part", index);
                writer.end();
                writer.binary("data", part);
                documents.push((part_key(&self.sha256, index), writer.finish()?));
            }
        }
        let mut writer = Writer::with_capacity(128 + if parts.len() > 1 { 0 } else { self.bytes.len() });
        writer.binary("_id", &self.sha256);
        writer.i32("v", VERSION);
        writer.i64("n", i64::try_from(self.bytes.len()).unwrap_or(i64::MAX));
        writer.str("mime", &self.mime);
        if parts.len() > 1 {
            writer.i32("parts", i32::try_from(parts.len()).unwrap_or(i32::MAX));
        } else {
            writer.binary("data", &self.bytes);
        }
        documents.push((self.sha256.to_vec(), writer.finish()?));
        Ok(documents)
    }
}

/// The key of a piece of a blob in the local store; the blob's own key is its hash.
pub(crate) fn part_key(sha256: &[u8; 32], part: i32) -> Vec<u8> {
    [sha256.as_slice(), &part.to_be_bytes()].concat()
}

fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// The kind, tag and step of an event of one of these sessions.
pub(crate) fn event_step(document: &RawDocument, sessions: &[Session]) -> Option<(String, String, i64)> {
    let get = |key| raw::get(document, key);
    let session = get("session").and_then(raw::identity).map(SessionId::from_bytes)?;
    sessions.iter().find(|known| known.id == session)?;
    Some((get("kind").and_then(raw::text)?, get("tag").and_then(raw::text)?, get("step").and_then(raw::integer)?))
}

#[cfg(test)]
mod tests {
    use bson::{DateTime, oid::ObjectId};

    use super::*;

    #[test]
    fn a_thought_added_by_hand_is_an_event() {
        let run = ObjectId::new();
        let by_hand = bson::rawdoc! { "_id": ObjectId::new(), "v": 1, "run": run, "kind": "text", "t": DateTime::from_millis(5), "text": "looked again" };
        let event = Event::decode(&by_hand).unwrap();
        assert_eq!((event.run.bytes(), event.t, event.what), (run.bytes(), Time(5), What::Text("looked again".into())));
    }
}
