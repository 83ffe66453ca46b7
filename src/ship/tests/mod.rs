//! Shipping held against what was logged: with the store failing and the shipper dying anywhere, on both stores, and for real.

mod death;
mod documents;
mod holes;
#[cfg(feature = "writer")]
mod live;
#[cfg(feature = "engine")]
mod power;
#[cfg(feature = "engine")]
mod sessions;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::Result;
use crate::journal::{Entry, EntryKind, Point, Position, SessionInfo, Sink as _};
use crate::model::{RunId, SessionId, Status, Time, Value};
use crate::store::Write;

use super::session::Session;

pub(super) const START: i64 = 1_700_000_000_000;

/// What a journal would hold, in memory.
pub(super) struct Log {
    pub(super) info: SessionInfo,
    pub(super) entries: Vec<Entry>,
    ordinals: BTreeMap<(bool, String), i64>,
    /// The tags of scalars, in the order of their first use.
    numbers: Vec<Arc<str>>,
}

impl Log {
    pub(super) fn new(database: &str, session: u8) -> Log {
        let info = SessionInfo {
            session: SessionId::from_bytes([session; 12]),
            run: RunId::from_bytes([7; 12]),
            target: "local:/nowhere".into(),
            database: database.into(),
            folder: "lr search".into(),
            run_name: "lr=1e-3 </script>".into(),
            labels: vec!["baseline".into()],
            group: Some("grid".into()),
            rank: 0,
            host: "node7".into(),
            pid: 4242,
            started: Time(START + i64::from(session)),
            resumed: false,
        };
        Log { info, entries: Vec::new(), ordinals: BTreeMap::new(), numbers: Vec::new() }
    }

    fn push(&mut self, kind: EntryKind) {
        let n = self.entries.len() as i64;
        self.entries.push(Entry { position: Position(32 * n as u64), wall_micros: (START + n) * 1000 + 7, kind });
    }

    fn ordinal(&mut self, sample: bool, tag: &str) -> i64 {
        let next = self.ordinals.entry((sample, tag.to_owned())).or_default();
        *next += 1;
        *next - 1
    }

    pub(super) fn scalar(&mut self, tag: &str, step: i64, value: f64) {
        let ordinal = self.ordinal(false, tag);
        if ordinal == 0 {
            self.numbers.push(tag.into());
        }
        self.push(EntryKind::Scalar { tag: tag.into(), ordinal, step, value });
    }

    pub(super) fn sample(&mut self, tag: &str, value: f64) {
        let ordinal = self.ordinal(true, tag);
        self.push(EntryKind::Sample { tag: tag.into(), ordinal, value });
    }

    pub(super) fn param(&mut self, name: &str, value: impl Into<Value>) {
        self.push(EntryKind::Param { name: name.into(), value: value.into() });
    }

    pub(super) fn text(&mut self, text: &str) {
        self.push(EntryKind::Text { tag: "thought".into(), step: Some(3), text: text.into() });
    }

    pub(super) fn values(&mut self, tag: &str, step: i64, values: &[f64]) {
        self.push(EntryKind::Values { tag: tag.into(), step, values: values.to_vec() });
    }

    pub(super) fn image(&mut self, tag: &str, step: i64, shade: u8) {
        let pixels = crate::journal::Pixels { width: 2, height: 1, channels: 1, bytes: vec![shade, 255], nan: 1 };
        self.push(EntryKind::Image { tag: tag.into(), step, pixels });
    }

    pub(super) fn end(&mut self, status: Status) {
        self.push(EntryKind::End { status, how: None });
    }

    /// Gives a session at most `max` entries from `start` on, as a journal would. Returns their end.
    pub(super) fn give(&self, session: &mut Session, start: Position, max: usize) -> Position {
        let end = self.hand(session, start, max);
        session.took(end, (end.0 / 32) as usize == self.entries.len());
        end
    }

    /// The same of a program that lives: nobody knows whether that was all.
    pub(super) fn hand(&self, session: &mut Session, start: Position, max: usize) -> Position {
        let first = (start.0 / 32) as usize;
        let last = self.entries.len().min(first + max);
        for entry in &self.entries[first.min(last)..last] {
            match &entry.kind {
                EntryKind::Scalar { tag, ordinal, step, value } => {
                    let number = self.numbers.iter().position(|other| other == tag).unwrap() as u32;
                    let (position, wall_micros) = (entry.position, entry.wall_micros);
                    session.point(number, tag, &Point { position, wall_micros, ordinal: *ordinal, step: *step, value: *value });
                }
                _ => session.entry(entry.clone()),
            }
        }
        let end = Position(32 * last as u64);
        session.took(end, false);
        end
    }

    /// Ships all of it, so many entries a flush.
    pub(super) fn ship(&self, store: &dyn Write, flush: usize) -> Result<()> {
        let mut session = Session::open(store, self.info.clone())?;
        let mut start = Position(0);
        while !session.is_closed() {
            start = self.give(&mut session, start, flush);
            session.flush(store)?;
        }
        Ok(())
    }

    /// The points of a tag as they were logged.
    pub(super) fn points(&self, wanted: &str) -> Vec<(i64, u64, i64)> {
        let point = |entry: &Entry| match &entry.kind {
            EntryKind::Scalar { tag, step, value, .. } if tag.as_ref() == wanted => {
                Some((*step, value.to_bits(), entry.wall_micros.div_euclid(1000)))
            }
            _ => None,
        };
        self.entries.iter().filter_map(point).collect()
    }

    pub(super) fn tags(&self) -> Vec<Arc<str>> {
        self.ordinals.keys().filter(|(sample, _)| !sample).map(|(_, tag)| tag.as_str().into()).collect()
    }
}
