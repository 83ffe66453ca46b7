//! What the page gets: one compact JSON. The mirror of `web/payload.ts`, where each field is explained; both change together.

mod insight;

use std::collections::BTreeMap;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

pub(crate) use insight::{Coverage, Diff, DiffSection, Importance, ImportanceItem};

use super::clock::Clock;
use super::domain::Domain;
use crate::display::Zoom;

/// A number of the page: non-finite ones by their name, a missing one null, whole ones without a point.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Num(pub(crate) Option<f64>);

impl PartialEq for Num {
    fn eq(&self, other: &Num) -> bool {
        self.0.map(f64::to_bits) == other.0.map(f64::to_bits)
    }
}

impl From<f64> for Num {
    fn from(number: f64) -> Num {
        Num(Some(number))
    }
}

/// Beyond 2^53 a whole number is written as a float, which is what the page reads it as anyway.
const WHOLE: f64 = 9_007_199_254_740_992.0;

fn finite<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    let negative_zero = number == 0.0 && number.is_sign_negative();
    if number.fract() == 0.0 && number.abs() <= WHOLE && !negative_zero {
        serializer.serialize_i64(number as i64)
    } else {
        serializer.serialize_f64(number)
    }
}

impl Serialize for Num {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            None => serializer.serialize_none(),
            Some(number) if number.is_finite() => finite(number, serializer),
            Some(number) => serializer.collect_str(&number),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Payload {
    pub(crate) v: u32,
    pub(crate) read_at: i64,
    pub(crate) title: String,
    pub(crate) boards: Vec<Board>,
    pub(crate) panel: Panel,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) live: Option<Live>,
}

/// Where the page asks for what is new.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Live {
    pub(crate) port: u16,
    pub(crate) token: String,
    pub(crate) session: String,
    pub(crate) view: String,
    pub(crate) version: u64,
    /// The folder beside the notebook where the same is written, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) relay: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Board {
    pub(crate) id: String,
    pub(crate) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<String>,
    pub(crate) columns: Vec<Column>,
    pub(crate) n: usize,
    pub(crate) total: usize,
    /// Whether there are more runs than plots and pictures take by themselves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) more: bool,
    pub(crate) legend: Option<String>,
    /// By column: its values in the whole folder, where these rows lack some.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) domains: BTreeMap<String, Domain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) places: Option<Vec<usize>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Column {
    pub(crate) key: String,
    pub(crate) kind: ColumnKind,
    pub(crate) group: ColumnGroup,
    pub(crate) values: Cells,
    pub(crate) shown: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parts: Option<Parts>,
}

/// Of a column that says the values of several.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Parts {
    /// Those columns.
    pub(crate) keys: Vec<String>,
    /// By row, its place among the sorted values.
    pub(crate) order: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ColumnKind {
    Number,
    Text,
    Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ColumnGroup {
    Run,
    Param,
    Metric,
    Origin,
}

/// The values of a column; a time is a number of milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Cells {
    Numbers(Vec<Num>),
    Texts(Vec<Option<String>>),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Panel {
    Row {
        children: Vec<Panel>,
    },
    Stack {
        children: Vec<Panel>,
    },
    Dashboard(Box<Dashboard>),
    Plot(Plot),
    Table(Table),
    Images(Images),
    Histogram(Histograms),
    Thoughts(Thoughts),
    Scatter(Scatter),
    Params(Params),
    /// One below the other, what one call made.
    Insight {
        board: usize,
        method: &'static str,
        argument: String,
        children: Vec<Panel>,
    },
    Importance(Importance),
    Diff(Diff),
    Coverage(Coverage),
    Message(Message),
}

/// Its parts are panels, so that each says its type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Dashboard {
    pub(crate) board: usize,
    pub(crate) table: Panel,
    pub(crate) plots: Vec<Panel>,
    pub(crate) images: Vec<Panel>,
    pub(crate) histograms: Vec<Panel>,
    pub(crate) thoughts: Panel,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Plot {
    pub(crate) board: usize,
    pub(crate) tag: String,
    pub(crate) layout: Json,
    pub(crate) legend: Option<String>,
    pub(crate) x: XKind,
    pub(crate) smooth: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gaussian: Option<f64>,
    pub(crate) series: Vec<Curve>,
    /// Whether high values are the good ones.
    pub(crate) higher: bool,
    /// What the curves of groups say; none: the mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) centre: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) band: Option<String>,
    #[serde(skip_serializing_if = "Zoom::is_all")]
    pub(crate) zoom: Zoom,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extra: Option<Box<Extra>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) thoughts: Vec<Thought>,
    /// As many of the newest runs were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) runs: Option<usize>,
    /// How many runs have the metric, where these are not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<usize>,
    pub(crate) notes: Vec<String>,
    /// For the picture; the page finds both in the layout.
    #[serde(skip)]
    pub(crate) axes: Axes,
}

/// What a person added in plotly's terms.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(crate) struct Extra {
    /// An object that is laid over the layout.
    #[serde(skip_serializing_if = "Json::is_null")]
    pub(crate) layout: Json,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) traces: Vec<Json>,
}

/// A thought that stands on its run's curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Thought {
    pub(crate) run: usize,
    pub(crate) step: Option<i64>,
    pub(crate) t: i64,
    pub(crate) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum XKind {
    Step,
    Relative,
    Wall,
    Metric,
}

/// What the axes of a plot say and how they count.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Axes {
    pub(crate) x_title: String,
    pub(crate) log_x: bool,
    pub(crate) log_y: bool,
}

/// In the page's JSON, steps and times are differences (`dx`, `dstep`), which weigh a third: see `web/src/wire.ts`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    pub(crate) run: usize,
    /// Which process of the run, if several logged side by side.
    pub(crate) rank: Option<u32>,
    pub(crate) x: Vec<f64>,
    /// What `x` is times a whole number: 1, or 1,000 for seconds. None: it is any number.
    pub(crate) whole: Option<f64>,
    pub(crate) step: Option<Vec<i64>>,
    /// When each point was logged, where x is no time.
    pub(crate) wall: Option<Clock>,
    pub(crate) y: Vec<Num>,
    pub(crate) n: usize,
    pub(crate) group: Option<Group>,
}

/// Whose mean a curve is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Group {
    /// Rows of the board.
    pub(crate) runs: Vec<usize>,
    /// The ends of the band; empty where there is none.
    pub(crate) lower: Vec<Num>,
    pub(crate) upper: Vec<Num>,
    /// How many runs count at each x.
    pub(crate) n: Vec<usize>,
}

impl Serialize for Curve {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("run", &self.run)?;
        if let Some(rank) = self.rank {
            map.serialize_entry("rank", &rank)?;
        }
        match self.whole {
            Some(times) => {
                let whole = self.x.iter().map(|x| (x * times).round() as i64);
                map.serialize_entry("dx", &differences(whole))?;
            }
            None => map.serialize_entry("x", &self.x.iter().copied().map(Num::from).collect::<Vec<_>>())?,
        }
        if let Some(steps) = &self.step {
            map.serialize_entry("dstep", &differences(steps.iter().copied()))?;
        }
        if let Some(wall) = &self.wall {
            map.serialize_entry("dwall", wall)?;
        }
        map.serialize_entry("y", &self.y)?;
        map.serialize_entry("n", &self.n)?;
        if let Some(group) = &self.group {
            map.serialize_entry("group", group)?;
        }
        map.end()
    }
}

/// The first, then each one's distance from the one before.
fn differences(whole: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut before = 0;
    whole.map(|at| at.wrapping_sub(std::mem::replace(&mut before, at))).collect()
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Table {
    pub(crate) board: usize,
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) sort: Vec<Sort>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sparks: Vec<Spark>,
}

/// The small curves of one metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Spark {
    pub(crate) tag: String,
    pub(crate) curves: Vec<SparkCurve>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct SparkCurve {
    pub(crate) run: usize,
    pub(crate) y: Vec<Num>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Sort {
    pub(crate) column: String,
    pub(crate) descending: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Images {
    pub(crate) board: usize,
    pub(crate) tag: String,
    pub(crate) legend: Option<String>,
    pub(crate) steps: Vec<i64>,
    pub(crate) items: Vec<ImageItem>,
    pub(crate) sources: Vec<String>,
    pub(crate) notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ImageItem {
    pub(crate) run: usize,
    pub(crate) step: i64,
    pub(crate) t: i64,
    pub(crate) w: u32,
    pub(crate) h: u32,
    pub(crate) src: usize,
    /// `src` is a thumbnail.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) thumb: bool,
    /// The picture itself, if `src` is a thumbnail and there was room for both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) full: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Histograms {
    pub(crate) board: usize,
    pub(crate) tag: String,
    pub(crate) legend: Option<String>,
    pub(crate) steps: Vec<i64>,
    pub(crate) items: Vec<HistogramItem>,
    pub(crate) notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct HistogramItem {
    pub(crate) run: usize,
    pub(crate) step: i64,
    pub(crate) n: u64,
    pub(crate) nan: u64,
    pub(crate) min: Num,
    pub(crate) max: Num,
    pub(crate) mean: Num,
    pub(crate) edges: Vec<Num>,
    pub(crate) counts: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Thoughts {
    pub(crate) board: usize,
    pub(crate) items: Vec<ThoughtItem>,
    pub(crate) notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ThoughtItem {
    pub(crate) run: Option<usize>,
    pub(crate) name: String,
    pub(crate) folder: String,
    pub(crate) step: Option<i64>,
    pub(crate) t: i64,
    pub(crate) text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Scatter {
    pub(crate) board: usize,
    pub(crate) x: ColumnAxis,
    pub(crate) y: ColumnAxis,
    pub(crate) legend: Option<String>,
    pub(crate) notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Params {
    pub(crate) board: usize,
    pub(crate) axes: Vec<ColumnAxis>,
    pub(crate) legend: Option<String>,
    pub(crate) colour: Option<String>,
    pub(crate) notes: Vec<String>,
}

/// An axis along the values of a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ColumnAxis {
    pub(crate) key: String,
    pub(crate) log: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Message {
    pub(crate) level: Level,
    pub(crate) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Info,
    Error,
}

impl Panel {
    /// Something to read instead of a picture.
    pub(crate) fn message(level: Level, text: impl Into<String>) -> Panel {
        Panel::Message(Message { level, text: text.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_keep_what_json_has_no_word_for() {
        let numbers = [Some(0.1), Some(12.0), Some(-0.0), Some(1e300), Some(f64::NAN), Some(f64::NEG_INFINITY), None];
        let json = serde_json::to_string(&numbers.map(Num)).unwrap();
        assert_eq!(json, r#"[0.1,12,-0.0,1e+300,"NaN","-inf",null]"#);
    }

    #[test]
    fn a_part_of_a_dashboard_says_its_type() {
        let table = Panel::Table(Table { board: 0, columns: None, sort: Vec::new(), sparks: Vec::new() });
        let thoughts = Panel::Thoughts(Thoughts { board: 0, items: Vec::new(), notes: Vec::new() });
        let dashboard = Dashboard { board: 0, table, plots: Vec::new(), images: Vec::new(), histograms: Vec::new(), thoughts };
        let json = serde_json::to_value(Panel::Dashboard(Box::new(dashboard))).unwrap();
        assert_eq!((&json["type"], &json["table"]["type"]), (&"dashboard".into(), &"table".into()));
    }
}
