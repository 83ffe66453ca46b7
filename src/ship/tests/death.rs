//! The store fails before or after it did what it was asked, and the shipper dies, anywhere: what is stored in the end is what a
//! shipper without trouble stores.

use std::sync::Mutex;

use bson::{Bson, Document, RawDocument};
use proptest::prelude::*;

use super::Log;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::Position;
use crate::model::{Run, RunId, SessionId, Status, Time};
use crate::ship::session::Session;
use crate::store::documents::{Blob, Chunk, Event, Frame, decode_run};
use crate::store::read::Read as _;
use crate::store::{Inserted, LeftOff, Local, NewSession, Place, SessionState, SessionUpdate, Updated, Write};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// The call fails and does nothing.
    Before,
    /// The call does its work, and its answer is lost.
    After,
    /// As `Before`, and the shipper dies.
    DeathBefore,
    /// As `After`, and the shipper dies.
    DeathAfter,
    /// The call does a part of its work (of chunks: the later ones) and fails.
    Torn,
    /// As `Torn`, and the shipper dies.
    DeathTorn,
}

/// A store in which calls go wrong by a plan; after the plan all goes well.
struct Faulty<'a> {
    inner: &'a Local,
    plan: Mutex<(std::vec::IntoIter<Fault>, bool)>,
}

impl Faulty<'_> {
    fn call<T>(&self, work: impl FnOnce(&Local) -> Result<T>) -> Result<T> {
        self.torn(work, |_| Ok(()))
    }

    /// A call that can do `part` of its work.
    fn torn<T>(&self, work: impl FnOnce(&Local) -> Result<T>, part: impl FnOnce(&Local) -> Result<()>) -> Result<T> {
        let fault = {
            let mut plan = self.plan.lock().unwrap();
            let fault = plan.0.next().unwrap_or(Fault::None);
            plan.1 |= matches!(fault, Fault::DeathBefore | Fault::DeathAfter | Fault::DeathTorn);
            fault
        };
        let lost = || Err(Error::new(ErrorKind::Store, format!("{fault:?}")));
        match fault {
            Fault::None => work(self.inner),
            Fault::Before | Fault::DeathBefore => lost(),
            Fault::After | Fault::DeathAfter => work(self.inner).and_then(|_| lost()),
            Fault::Torn | Fault::DeathTorn => part(self.inner).and_then(|()| lost()),
        }
    }

    /// Whether the shipper died of the last call.
    fn died(&self) -> bool {
        std::mem::take(&mut self.plan.lock().unwrap().1)
    }
}

macro_rules! faulty {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        impl Write for Faulty<'_> {
            $(fn $name(&self, place: Place<'_>, $($argument: $kind),*) -> Result<$answer> {
                self.call(|store| store.$name(place, $($argument),*))
            })*

            // MongoDB has no transaction over several commands.
            fn write_chunks(&self, place: Place<'_>, chunks: &[Chunk]) -> Result<()> {
                let later = &chunks[chunks.len().div_ceil(2)..];
                self.torn(|store| store.write_chunks(place, chunks), |store| store.write_chunks(place, later))
            }
        }
    };
}

faulty! {
    ensure_folder() -> ();
    begin_session(session: &NewSession) -> ();
    insert_run(document: &RawDocument) -> ();
    session_state(run: RunId, session: SessionId) -> Option<SessionState>;
    left_off(run: RunId, rank: u32) -> LeftOff;
    update_session(update: &SessionUpdate) -> Updated;
    heartbeat(run: RunId, session: SessionId, now: Time) -> ();
    insert_frame(frame: &Frame) -> Inserted;
    delete_frames(run: RunId, session: SessionId, k: i64) -> ();
    insert_events(events: &[Event]) -> ();
    insert_blob(blob: &Blob) -> ();
}

/// Ships through the faults; a shipper that died is followed by one that reads again from `replay` entries before what was acknowledged.
fn ship_through(log: &Log, store: &Local, faults: Vec<Fault>, flush: usize, replay: u64) {
    let faulty = Faulty { inner: store, plan: Mutex::new((faults.into_iter(), false)) };
    let mut acknowledged = Position(0);
    let mut session: Option<Session> = None;
    let mut start = Position(0);
    for _ in 0..10_000 {
        let mut attempt = || {
            if session.is_none() {
                session = Some(Session::open(&faulty, log.info.clone())?);
                start = Position(acknowledged.0.saturating_sub(32 * replay));
            }
            let Some(session) = &mut session else { return Ok(false) };
            if !session.is_dirty() {
                start = log.give(session, start, flush);
            }
            session.flush(&faulty)?;
            acknowledged = acknowledged.max(session.taken());
            Ok::<bool, Error>(session.is_closed())
        };
        if let Ok(true) = attempt() {
            return;
        }
        if faulty.died() {
            session = None;
        }
    }
    panic!("the session is never closed");
}

/// All documents of a store, in order, without what may differ: how many frames there were.
fn dump(store: &Local) -> Vec<Document> {
    let mut all = Vec::new();
    for table in ["runs", "scalars", "tail", "events", "blobs"] {
        let rows: Vec<Vec<u8>> = store
            .with(|connection| {
                let mut statement = connection.prepare(&format!("SELECT document FROM {table} ORDER BY document"))?;
                statement.query_map([], |row| row.get(0))?.collect()
            })
            .unwrap();
        for row in rows {
            let mut document = Document::try_from(RawDocument::from_bytes(&row).unwrap()).unwrap();
            if let Ok(sessions) = document.get_document_mut("sessions") {
                sessions.iter_mut().for_each(|(_, session)| drop(session.as_document_mut().unwrap().remove("k")));
            }
            all.push(document);
        }
    }
    all
}

fn runs_of(store: &Local, place: Place<'_>) -> Vec<Run> {
    store.run_documents(place).unwrap().iter().map(|run| decode_run(place.folder, run).unwrap()).collect()
}

/// NaN equals itself here: documents are compared as bytes. The order of a document's fields means nothing (a run's metrics stand in
/// the order in which flushes brought them).
fn bytes(documents: Vec<Document>) -> Vec<Vec<u8>> {
    let raw = |document| bson::serialize_to_raw_document_buf(&sorted(document)).unwrap().into_bytes();
    documents.into_iter().map(raw).collect()
}

fn sorted(document: Document) -> Document {
    let mut fields: Vec<(String, Bson)> = document.into_iter().collect();
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    let inner = |value| match value {
        Bson::Document(document) => Bson::Document(sorted(document)),
        other => other,
    };
    fields.into_iter().map(|(key, value)| (key, inner(value))).collect()
}

#[derive(Debug, Clone)]
enum Call {
    Scalars(usize, usize, i64),
    Sample(f64),
    Param(f64),
    Text,
    Values,
    Image(u8),
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = prop_oneof![
        6 => (0usize..3, 1usize..1500, -2i64..3).prop_map(|(tag, n, stride)| Call::Scalars(tag, n, stride)),
        2 => prop::num::f64::ANY.prop_map(Call::Sample),
        1 => (-1.0..1.0).prop_map(Call::Param),
        1 => Just(Call::Text),
        1 => Just(Call::Values),
        1 => (0u8..3).prop_map(Call::Image),
    ];
    prop::collection::vec(call, 1..14)
}

fn log_of(calls: &[Call], end: bool) -> Log {
    let mut log = Log::new("db", 1);
    for call in calls {
        match call {
            Call::Scalars(tag, n, stride) => {
                let tag = ["loss", "val/loss.v1", ""][*tag];
                for i in 0..*n as i64 {
                    let value = if i % 97 == 5 { f64::NAN } else { i as f64 / 3.0 };
                    // Stride 2 has a step that is out of line now and then.
                    log.scalar(tag, if *stride == 2 && i % 50 == 0 { -1 } else { i * stride }, value);
                }
            }
            Call::Sample(value) => log.sample("lr_i", *value),
            Call::Param(value) => log.param("optim.lr", *value),
            Call::Text => log.text("overfits"),
            Call::Values => log.values("weights", 4, &[1.0, 2.5, f64::NAN]),
            Call::Image(shade) => log.image("digit", 5, *shade),
        }
    }
    if end {
        log.end(Status::Finished);
    }
    log
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        5 => Just(Fault::None),
        1 => Just(Fault::Before),
        1 => Just(Fault::After),
        1 => Just(Fault::DeathBefore),
        1 => Just(Fault::DeathAfter),
        1 => Just(Fault::Torn),
        1 => Just(Fault::DeathTorn),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_trouble_changes_what_is_stored(
        calls in calls(),
        faults in prop::collection::vec(fault(), 0..60),
        flush in 1usize..3000,
        replay in 0u64..4000,
        end: bool,
    ) {
        let log = log_of(&calls, end);
        let flush = flush.max(log.entries.len() / 40);
        let (good, bad) = (Local::in_memory(), Local::in_memory());
        log.ship(&good, flush).unwrap();
        ship_through(&log, &bad, faults, flush, replay);
        prop_assert_eq!(bytes(dump(&bad)), bytes(dump(&good)));

        // And that is what was logged.
        let place = Place { database: "db", folder: &log.info.folder };
        let runs = runs_of(&bad, place);
        prop_assert_eq!(runs.len(), 1);
        prop_assert_eq!(runs[0].status, if end { Status::Finished } else { Status::Killed });
        for tag in log.tags() {
            let series = bad.series(place, &runs.iter().collect::<Vec<_>>(), &tag).unwrap().remove(0);
            let got: Vec<_> = (0..series.len()).map(|i| (series.steps[i], series.values[i].to_bits(), series.wall[i])).collect();
            prop_assert_eq!(got, log.points(&tag));
            prop_assert_eq!(runs[0].metrics[tag.as_ref()].n, series.len() as u64);
        }
    }
}

/// Between any two calls of the store, a reader sees a gapless beginning of what was logged.
#[test]
fn a_reader_never_sees_a_hole() {
    let log = log_of(&[Call::Scalars(0, 1100, 1), Call::Scalars(1, 700, 1), Call::Scalars(0, 1400, 1)], true);
    for deaths in 0..60 {
        let store = Local::in_memory();
        let faulty = Faulty {
            inner: &store,
            plan: Mutex::new((
                vec![Fault::None; deaths].into_iter().chain([Fault::DeathAfter]).collect::<Vec<_>>().into_iter(),
                false,
            )),
        };
        let mut session = match Session::open(&faulty, log.info.clone()) {
            Ok(session) => session,
            Err(_) => continue,
        };
        let mut start = Position(0);
        while !session.is_closed() {
            start = log.give(&mut session, start, 400);
            if session.flush(&faulty).is_err() {
                break;
            }
        }
        let place = Place { database: "db", folder: &log.info.folder };
        let runs = runs_of(&store, place);
        for tag in log.tags() {
            for series in store.series(place, &runs.iter().collect::<Vec<_>>(), &tag).unwrap() {
                let got: Vec<_> =
                    (0..series.len()).map(|i| (series.steps[i], series.values[i].to_bits(), series.wall[i])).collect();
                assert_eq!(got, log.points(&tag)[..series.len()], "after {deaths} calls");
                assert!(runs[0].metrics.get(tag.as_ref()).map_or(0, |summary| summary.n) <= series.len() as u64);
            }
        }
    }
}
