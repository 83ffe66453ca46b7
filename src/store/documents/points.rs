//! Points in documents: chunks, where they stay, and frames, where they wait until a chunk is worth writing.

use std::sync::Arc;

use bson::{RawDocument, RawDocumentBuf};

use super::bytes::Writer;
use super::{VERSION, raw};
use crate::error::Result;
use crate::model::{RunId, SessionId};

/// How many points a chunk takes at most.
pub(crate) const CHUNK: i64 = 2048;

/// Points in order of logging; the three columns have one length.
#[derive(Debug, Clone, Default)]
pub(crate) struct Points {
    pub(crate) steps: Vec<i64>,
    pub(crate) values: Vec<f64>,
    /// When each was logged: milliseconds since 1970-01-01 UTC.
    pub(crate) wall: Vec<i64>,
}

/// Equal bit by bit: a NaN is itself.
impl PartialEq for Points {
    fn eq(&self, other: &Points) -> bool {
        let bits = |points: &Points| points.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        self.steps == other.steps && self.wall == other.wall && bits(self) == bits(other)
    }
}

/// At most [`CHUNK`] points of one tag of one session: those from ordinal `i0` on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chunk {
    pub(crate) run: RunId,
    pub(crate) session: SessionId,
    pub(crate) tag: Arc<str>,
    /// `i0 / 2048`.
    pub(crate) seq: i64,
    pub(crate) i0: i64,
    pub(crate) points: Points,
}

/// What one flush wrote of all tags that had little.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    /// From the session and the place in its journal: the same whenever it is written again.
    pub(crate) id: String,
    pub(crate) run: RunId,
    pub(crate) session: SessionId,
    /// Counts the frames of the session, upwards.
    pub(crate) k: i64,
    pub(crate) parts: Vec<Part>,
}

/// The points of one tag in a frame: those from ordinal `i` on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    pub(crate) tag: Arc<str>,
    pub(crate) i: i64,
    pub(crate) points: Points,
}

impl Points {
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn push(&mut self, step: i64, value: f64, wall: i64) {
        self.steps.push(step);
        self.values.push(value);
        self.wall.push(wall);
    }

    /// Those of `range`, copied.
    pub(crate) fn slice(&self, range: std::ops::Range<usize>) -> Points {
        Points {
            steps: self.steps[range.clone()].to_vec(),
            values: self.values[range.clone()].to_vec(),
            wall: self.wall[range].to_vec(),
        }
    }

    /// Takes another's points from its `from`-th on.
    pub(crate) fn extend_from(&mut self, other: &Points, from: usize) {
        self.steps.extend_from_slice(other.steps.get(from..).unwrap_or_default());
        self.values.extend_from_slice(other.values.get(from..).unwrap_or_default());
        self.wall.extend_from_slice(other.wall.get(from..).unwrap_or_default());
    }

    /// Forgets the first `n`.
    pub(crate) fn forget(&mut self, n: usize) {
        self.steps.drain(..n.min(self.steps.len()));
        self.values.drain(..n.min(self.values.len()));
        self.wall.drain(..n.min(self.wall.len()));
    }

    /// The difference of all steps, if there is one.
    fn stride(&self) -> Option<i64> {
        let stride = match self.steps.get(..2) {
            Some([first, second]) => second.checked_sub(*first)?,
            _ => 1,
        };
        self.steps.windows(2).all(|pair| pair[1].checked_sub(pair[0]) == Some(stride)).then_some(stride)
    }
}

impl Chunk {
    /// Its document, without `_id`: the server keeps or makes that.
    pub(crate) fn encode(&self) -> Result<RawDocumentBuf> {
        let mut writer = Writer::with_capacity(320 + self.tag.len() + self.points.len() * 38);
        self.write(&mut writer);
        writer.finish()
    }

    /// Its fields, into a document that was begun.
    pub(crate) fn write(&self, writer: &mut Writer) {
        let points = &self.points;
        let stride = points.stride();
        let (mut min, mut max, mut sum, mut nan) = (None, None, 0.0, 0);
        for value in points.values.iter().copied() {
            if value.is_finite() {
                min = Some(min.map_or(value, |least: f64| least.min(value)));
                max = Some(max.map_or(value, |most: f64| most.max(value)));
                sum += value;
            } else {
                nan += 1;
            }
        }
        let t0 = points.wall.first().copied().unwrap_or_default();
        writer.i32("v", VERSION);
        writer.id("run", self.run.bytes());
        writer.id("session", self.session.bytes());
        writer.str("tag", &self.tag);
        writer.i64("seq", self.seq);
        writer.i64("i0", self.i0);
        writer.i32("n", i32::try_from(points.len()).unwrap_or(i32::MAX));
        writer.i64("s0", points.steps.first().copied().unwrap_or_default());
        writer.i64("s1", points.steps.last().copied().unwrap_or_default());
        if let Some(stride) = stride {
            writer.i64("ds", stride);
        }
        writer.date("t0", t0);
        writer.date("t1", points.wall.last().copied().unwrap_or(t0));
        writer.f64_or_null("min", min);
        writer.f64_or_null("max", max);
        writer.f64("sum", sum);
        writer.i32("nan", nan);
        writer.f64_or_null("first", points.values.first().copied());
        writer.f64_or_null("last", points.values.last().copied());
        writer.str("enc", "a");
        if stride.is_none() {
            writer.i64s("steps", points.steps.iter().copied());
        }
        writer.f64s("values", &points.values);
        writer.wall("wall", &points.wall, t0);
    }

    /// The chunk in a document. Takes any length, and trusts no header but `i0`, `s0`, `ds` and `t0`.
    /// Without `wall` (a projection left it out) the column is empty.
    pub(crate) fn decode(document: &RawDocument) -> Result<Chunk> {
        Chunk::read(document).unwrap_or_else(|| Err(raw::wrong(document, "it is not a chunk of scalars")))
    }

    fn read(document: &RawDocument) -> Option<Result<Chunk>> {
        if let Some(problem) = unreadable(document) {
            return Some(Err(raw::wrong(document, &problem)));
        }
        let get = |key| raw::get(document, key);
        let values = raw::floats(get("values")?.as_array()?)?;
        let steps = match get("steps") {
            Some(steps) => raw::integers(steps.as_array()?)?,
            None => {
                let (s0, ds) = (raw::integer(get("s0")?)?, raw::integer(get("ds")?)?);
                (0..i64::try_from(values.len()).ok()?).map(|i| s0.wrapping_add(i.wrapping_mul(ds))).collect()
            }
        };
        let wall = match get("wall") {
            Some(wall) => absolute(raw::integers(wall.as_array()?)?, raw::time(get("t0")?)?.millis()),
            None => Vec::new(),
        };
        let n = values.len();
        if steps.len() != n || !(wall.is_empty() || wall.len() == n) {
            return Some(Err(raw::wrong(document, "its columns differ in length")));
        }
        Some(Ok(Chunk {
            run: RunId::from_bytes(raw::identity(get("run")?)?),
            session: SessionId::from_bytes(raw::identity(get("session")?)?),
            tag: get("tag")?.as_str()?.into(),
            seq: raw::integer(get("seq")?)?,
            i0: raw::integer(get("i0")?)?,
            points: Points { steps, values, wall },
        }))
    }

    /// The ordinal after its last point.
    pub(crate) fn end(&self) -> i64 {
        self.i0 + i64::try_from(self.points.len()).unwrap_or(i64::MAX)
    }
}

impl Frame {
    pub(crate) fn encode(&self) -> Result<RawDocumentBuf> {
        let t0 = self.parts.iter().filter_map(|part| part.points.wall.first()).min().copied().unwrap_or_default();
        let points: usize = self.parts.iter().map(|part| part.points.len()).sum();
        let mut writer =
            Writer::with_capacity(160 + points * 40 + self.parts.iter().map(|part| 80 + part.tag.len()).sum::<usize>());
        writer.str("_id", &self.id);
        writer.i32("v", VERSION);
        writer.id("run", self.run.bytes());
        writer.id("session", self.session.bytes());
        writer.i64("k", self.k);
        writer.date("t0", t0);
        writer.begin_array("p");
        for (index, part) in self.parts.iter().enumerate() {
            writer.begin(&index.to_string());
            writer.str("tag", &part.tag);
            writer.i64("i", part.i);
            writer.i64s("steps", part.points.steps.iter().copied());
            writer.f64s("values", &part.points.values);
            writer.wall("wall", &part.points.wall, t0);
            writer.end();
        }
        writer.end();
        writer.finish()
    }

    /// The frame in a document.
    pub(crate) fn decode(document: &RawDocument) -> Result<Frame> {
        if let Some(problem) = unreadable(document) {
            return Err(raw::wrong(document, &problem));
        }
        Frame::read(document).ok_or_else(|| raw::wrong(document, "it is not a frame of scalars"))
    }

    fn read(document: &RawDocument) -> Option<Frame> {
        let get = |key| raw::get(document, key);
        let t0 = raw::time(get("t0")?)?.millis();
        let parts = get("p")?.as_array()?.into_iter().map(|part| {
            let part = part.ok()?.as_document()?;
            let get = |key| raw::get(part, key);
            let points = Points {
                steps: raw::integers(get("steps")?.as_array()?)?,
                values: raw::floats(get("values")?.as_array()?)?,
                wall: absolute(raw::integers(get("wall")?.as_array()?)?, t0),
            };
            let whole = points.steps.len() == points.len() && points.wall.len() == points.len();
            whole.then_some(())?;
            Some(Part { tag: get("tag")?.as_str()?.into(), i: raw::integer(get("i")?)?, points })
        });
        Some(Frame {
            id: raw::text(get("_id")?)?,
            run: RunId::from_bytes(raw::identity(get("run")?)?),
            session: SessionId::from_bytes(raw::identity(get("session")?)?),
            k: raw::integer(get("k")?)?,
            parts: parts.collect::<Option<_>>()?,
        })
    }
}

fn absolute(mut wall: Vec<i64>, t0: i64) -> Vec<i64> {
    wall.iter_mut().for_each(|at| *at = at.wrapping_add(t0));
    wall
}

/// Why this program must not guess at the document.
fn unreadable(document: &RawDocument) -> Option<String> {
    let version = raw::get(document, "v").and_then(raw::integer).unwrap_or(1);
    if version > i64::from(VERSION) {
        return Some(format!("a newer ml_board wrote it (version {version}): update ml_board"));
    }
    match raw::get(document, "enc").and_then(|enc| enc.as_str()) {
        None | Some("a") => None,
        Some(other) => Some(format!("its encoding `{other}` is not known to this ml_board: update it")),
    }
}
