//! A run, its sessions, and what its metrics came to.

use std::collections::BTreeMap;

use super::{Costs, Origin, RunId, SessionId, Time, Value};
use crate::plain::plain;

/// One run: one training, with its hyperparameters and the summaries of its metrics.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Run {
    /// Which run.
    pub id: RunId,
    /// The folder it lies in.
    pub folder: String,
    /// Its name, for people. Not unique.
    pub name: String,
    /// Whether it still runs, and how it ended.
    pub status: Status,
    /// When its first session began.
    pub started: Time,
    /// When its last session ended, if it has.
    pub ended: Option<Time>,
    /// The last sign of life.
    pub heartbeat: Option<Time>,
    /// Its hyperparameters, by name (dotted where they were nested).
    pub params: BTreeMap<String, Value>,
    /// What each metric came to, by tag, over all sessions and ranks of the run. After a resume that logged again from a step on,
    /// `last` is of the run as it now stands; count, sum, minimum and maximum still have the points that were logged over, unless
    /// all that an earlier session logged of the metric was.
    pub metrics: BTreeMap<String, Summary>,
    /// Labels that a person or the program gave it.
    pub labels: Vec<String>,
    /// A person's notes.
    pub notes: String,
    /// Why a person marked it as invalid, if one did. Boards leave it out then.
    pub invalid: Option<String>,
    /// The group that it belongs to, if any.
    pub group: Option<String>,
    /// How many thoughts it has.
    pub thoughts: u64,
    /// Its sessions, in order of their start.
    pub sessions: Vec<Session>,
}

plain! { heard struct Run {
    id, folder, name, status, started, ended, heartbeat, params, metrics, labels, notes, invalid, group, thoughts,
    sessions
} }

impl Run {
    /// A run with nothing logged yet.
    pub fn new(id: RunId, folder: impl Into<String>, name: impl Into<String>, started: Time) -> Run {
        Run {
            id,
            folder: folder.into(),
            name: name.into(),
            status: Status::Running,
            started,
            ended: None,
            heartbeat: None,
            params: BTreeMap::new(),
            metrics: BTreeMap::new(),
            labels: Vec::new(),
            notes: String::new(),
            invalid: None,
            group: None,
            thoughts: 0,
            sessions: Vec::new(),
        }
    }

    /// From its start to its end, or to its last sign of life while it runs; in seconds.
    pub fn duration_secs(&self) -> Option<f64> {
        let end = self.ended.or(self.heartbeat)?;
        Some((end.millis() - self.started.millis()) as f64 / 1000.0)
    }

    /// How it ended, in words, if there is more to say than its status: of the last session that has something to say.
    pub fn how(&self) -> Option<&str> {
        self.sessions.iter().rev().find(|session| session.status == self.status)?.how.as_deref()
    }

    /// Where it came from, as its last session knows it.
    pub fn origin(&self) -> Option<&Origin> {
        self.sessions.iter().rev().find_map(|session| session.origin.as_ref())
    }

    /// What logging it cost, as the last session that told has it.
    pub fn costs(&self) -> Option<&Costs> {
        self.sessions.iter().rev().find_map(|session| session.costs.as_ref())
    }

    /// Whether the name may be one that is no parameter's: `origin.commit`, `costs.p99_ns` and their like are told by sessions.
    pub(crate) fn is_told_by_sessions(name: &str) -> bool {
        name.starts_with("origin.") || name.starts_with("costs.")
    }

    /// The names beside those of its parameters that [`Run::param`] knows.
    pub(crate) fn session_names(&self) -> impl Iterator<Item = String> {
        let costs = self.costs().into_iter().flat_map(|_| Costs::NAMES).map(|name| format!("costs.{name}"));
        let crates = self.origin().into_iter().flat_map(|origin| origin.crates.keys());
        let crates = crates.map(|name| format!("origin.crates.{name}"));
        let fields = self.origin().into_iter().flat_map(|_| Origin::NAMES).map(|name| format!("origin.{name}"));
        let host = (!self.sessions.is_empty()).then(|| "origin.host".to_owned());
        fields.chain(crates).chain(host).chain(costs)
    }

    /// A parameter by its name; if there is none of that name, `origin.commit` and its like say where the run came from, and
    /// `costs.p99_ns` and its like ([`Costs::get`]) what logging it cost.
    pub fn param(&self, name: &str) -> Option<Value> {
        self.params.get(name).cloned().or_else(|| match name.split_once('.')? {
            ("origin", "host") => self.sessions.last().map(|session| Value::from(&session.host)),
            ("origin", name) => self.origin()?.get(name),
            ("costs", name) => self.costs()?.get(name),
            _ => None,
        })
    }
}

/// Whether a run or session still runs, and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Status {
    /// Its writer lives.
    Running,
    /// Its writer was closed.
    Finished,
    /// Its program panicked.
    Panicked,
    /// Its program died without closing it.
    Killed,
    /// No sign of life for longer than there should be.
    Stale,
}

plain! { heard enum Status { Running, Finished, Panicked, Killed, Stale } }

impl Status {
    /// Its word in documents and filters.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Running => "running",
            Status::Finished => "finished",
            Status::Panicked => "panicked",
            Status::Killed => "killed",
            Status::Stale => "stale",
        }
    }

    /// The status with this word.
    pub fn from_word(word: &str) -> Option<Status> {
        [Status::Running, Status::Finished, Status::Panicked, Status::Killed, Status::Stale]
            .into_iter()
            .find(|s| s.word() == word)
    }
}

/// One life of one writer of a run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// Its rank among the processes of a distributed run.
    pub rank: u32,
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// When it began.
    pub started: Time,
    /// When it ended, if it has.
    pub ended: Option<Time>,
    /// How it is or ended.
    pub status: Status,
    /// How it ended, in words (a panic's place and message), if there is more to say.
    pub how: Option<String>,
    /// The last sign of life.
    pub heartbeat: Option<Time>,
    /// Where it came from, if that was recorded.
    pub origin: Option<Origin>,
    /// What logging cost its program, as it told last.
    pub costs: Option<Costs>,
}

plain! { heard struct Session { id, rank, host, pid, started, ended, status, how, heartbeat, origin, costs } }

impl Session {
    /// A session that has just begun.
    pub fn new(id: SessionId, host: impl Into<String>, pid: u32, started: Time) -> Session {
        let (host, status) = (host.into(), Status::Running);
        Session { id, rank: 0, host, pid, started, ended: None, status, how: None, heartbeat: None, origin: None, costs: None }
    }
}

/// What a metric came to. Minimum, maximum and sum are over its finite values; the rest is counted by `nan`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Summary {
    /// How many points.
    pub n: u64,
    /// How many of them are NaN or infinite.
    pub nan: u64,
    /// The step of the first one that is NaN or infinite.
    pub first_bad_step: Option<i64>,
    /// The first value.
    pub first: Option<f64>,
    /// The step of the first value.
    pub first_step: Option<i64>,
    /// The last value.
    pub last: Option<f64>,
    /// The step of the last value.
    pub last_step: Option<i64>,
    /// The least finite value.
    pub min: Option<f64>,
    /// The step where it was first reached.
    pub min_step: Option<i64>,
    /// The greatest finite value.
    pub max: Option<f64>,
    /// The step where it was first reached.
    pub max_step: Option<i64>,
    /// The sum of the finite values.
    pub sum: f64,
}

plain! { heard struct Summary { n, nan, first_bad_step, first, first_step, last, last_step, min, min_step, max, max_step, sum } }

impl Summary {
    /// Takes one more point, in order of logging.
    pub fn add(&mut self, step: i64, value: f64) {
        if self.n == 0 {
            (self.first, self.first_step) = (Some(value), Some(step));
        }
        self.n += 1;
        self.last = Some(value);
        self.last_step = Some(step);
        if !value.is_finite() {
            self.nan += 1;
            self.first_bad_step.get_or_insert(step);
            return;
        }
        self.sum += value;
        if self.min.is_none_or(|min| value < min) {
            (self.min, self.min_step) = (Some(value), Some(step));
        }
        if self.max.is_none_or(|max| value > max) {
            (self.max, self.max_step) = (Some(value), Some(step));
        }
    }

    /// Whether a later session of the same rank logged all of this again: it began no later than this did.
    pub(crate) fn is_logged_over(&self, later: &Summary) -> bool {
        later.first_step.is_some_and(|later| self.first_step.is_some_and(|first| later <= first))
    }

    /// Takes what a later session (or another rank) logged of the same metric.
    pub fn merge(&mut self, later: &Summary) {
        if later.n == 0 {
            return;
        }
        if self.n == 0 {
            *self = *later;
            return;
        }
        self.n += later.n;
        self.nan += later.nan;
        self.first_bad_step = self.first_bad_step.or(later.first_bad_step);
        (self.last, self.last_step) = (later.last, later.last_step);
        self.sum += later.sum;
        if later.min.is_some_and(|theirs| self.min.is_none_or(|ours| theirs < ours)) {
            (self.min, self.min_step) = (later.min, later.min_step);
        }
        if later.max.is_some_and(|theirs| self.max.is_none_or(|ours| theirs > ours)) {
            (self.max, self.max_step) = (later.max, later.max_step);
        }
    }

    /// The mean of its finite values.
    pub fn mean(&self) -> Option<f64> {
        let finite = self.n.checked_sub(self.nan).filter(|finite| *finite > 0)?;
        Some(self.sum / finite as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(points: &[(i64, f64)]) -> Summary {
        let mut summary = Summary::default();
        points.iter().for_each(|(step, value)| summary.add(*step, *value));
        summary
    }

    #[test]
    fn bad_values_are_counted_and_never_a_minimum() {
        let summary = of(&[(0, f64::NAN), (1, 2.0), (2, f64::INFINITY), (3, -1.0)]);
        assert_eq!((summary.n, summary.nan, summary.first_bad_step), (4, 2, Some(0)));
        assert_eq!((summary.min, summary.min_step, summary.max, summary.max_step), (Some(-1.0), Some(3), Some(2.0), Some(1)));
        assert_eq!((summary.last, summary.last_step, summary.mean()), (Some(-1.0), Some(3), Some(0.5)));
        assert_eq!(of(&[(0, f64::NAN)]).mean(), None);
    }

    #[test]
    fn merging_two_halves_is_the_whole() {
        let points = [(0, 1.0), (1, f64::NAN), (2, 4.0), (3, 0.5), (9, 4.0)];
        for cut in 0..=points.len() {
            let mut summary = of(&points[..cut]);
            summary.merge(&of(&points[cut..]));
            assert_eq!(summary.min_step, of(&points).min_step);
            let whole = of(&points);
            assert_eq!((summary.n, summary.max, summary.max_step, summary.sum), (whole.n, whole.max, whole.max_step, whole.sum));
        }
    }
}
