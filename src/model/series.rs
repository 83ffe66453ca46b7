//! The points of one metric of one run.

use serde_json::Value as Json;

use super::{RunId, SessionId, packed};
#[cfg(any(feature = "engine", test))]
use crate::plain::ToJson;
use crate::plain::{FromJson, Mismatch, take};

/// The points of one metric of one run (and of one rank of it), in order of logging; the three columns have one length.
///
/// Where a run was resumed and steps were logged again, these are the points as they now stand: those of the last session, after
/// those that earlier sessions logged before its first step. What was logged over is in [`earlier`](Series::earlier).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Series {
    /// Whose points.
    pub run: RunId,
    /// That run's name.
    pub name: String,
    /// The rank of the process that logged them: 0, unless several processes logged the run side by side.
    pub rank: u32,
    /// The metric.
    pub tag: String,
    /// The steps. They may repeat or go back.
    pub steps: Vec<i64>,
    /// The values, NaN and infinities included.
    pub values: Vec<f64>,
    /// When each was logged: milliseconds since 1970-01-01 UTC.
    pub wall: Vec<i64>,
    /// What earlier sessions logged of steps that a later one logged again, in order of the sessions' start. Most runs have none.
    pub earlier: Vec<Branch>,
}

/// Points that are no more on a run's line: a later session logged their steps again. The three columns have one length.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Branch {
    /// The session that logged them.
    pub session: SessionId,
    /// The steps.
    pub steps: Vec<i64>,
    /// The values, NaN and infinities included.
    pub values: Vec<f64>,
    /// When each was logged: milliseconds since 1970-01-01 UTC.
    pub wall: Vec<i64>,
}

impl Series {
    /// A series with no points yet.
    pub fn new(run: RunId, name: impl Into<String>, tag: impl Into<String>) -> Series {
        let (name, tag) = (name.into(), tag.into());
        Series { run, name, rank: 0, tag, steps: Vec::new(), values: Vec::new(), wall: Vec::new(), earlier: Vec::new() }
    }

    /// How many points.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has no points.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl Branch {
    /// A branch with no points yet.
    pub fn new(session: SessionId) -> Branch {
        Branch { session, steps: Vec::new(), values: Vec::new(), wall: Vec::new() }
    }

    /// How many points.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has no points.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

#[cfg(any(feature = "engine", test))]
impl ToJson for Series {
    fn to_json(&self) -> Json {
        let mut json = columns(&self.steps, &self.values, &self.wall);
        json["run"] = self.run.to_json();
        json["name"] = self.name.to_json();
        json["rank"] = self.rank.to_json();
        json["tag"] = self.tag.to_json();
        json["earlier"] = self.earlier.to_json();
        json
    }
}

impl FromJson for Series {
    fn from_json(mut json: Json) -> Result<Series, Mismatch> {
        let (run, name, tag): (RunId, String, String) =
            (take(&mut json, "run")?, take(&mut json, "name")?, take(&mut json, "tag")?);
        let (rank, earlier) = (take(&mut json, "rank")?, take(&mut json, "earlier")?);
        let (steps, values, wall) = take_columns(&mut json)?;
        Ok(Series { run, name, rank, tag, steps, values, wall, earlier })
    }
}

#[cfg(any(feature = "engine", test))]
impl ToJson for Branch {
    fn to_json(&self) -> Json {
        let mut json = columns(&self.steps, &self.values, &self.wall);
        json["session"] = self.session.to_json();
        json
    }
}

impl FromJson for Branch {
    fn from_json(mut json: Json) -> Result<Branch, Mismatch> {
        let session = take(&mut json, "session")?;
        let (steps, values, wall) = take_columns(&mut json)?;
        Ok(Branch { session, steps, values, wall })
    }
}

#[cfg(any(feature = "engine", test))]
fn columns(steps: &[i64], values: &[f64], wall: &[i64]) -> Json {
    let mut json = Json::Null;
    json["steps"] = Json::String(packed::pack(steps, i64::to_le_bytes));
    json["values"] = Json::String(packed::pack(values, f64::to_le_bytes));
    json["wall"] = Json::String(packed::pack(wall, i64::to_le_bytes));
    json
}

fn take_columns(json: &mut Json) -> Result<(Vec<i64>, Vec<f64>, Vec<i64>), Mismatch> {
    Ok((
        packed::unpack(&take::<String>(json, "steps")?, i64::from_le_bytes)?,
        packed::unpack(&take::<String>(json, "values")?, f64::from_le_bytes)?,
        packed::unpack(&take::<String>(json, "wall")?, i64::from_le_bytes)?,
    ))
}
