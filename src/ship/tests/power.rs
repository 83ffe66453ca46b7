//! The machine dies after its last seconds were shipped and before they were synced: the store knows more than the journal.

use proptest::prelude::*;

use super::Log;
use crate::journal::{Entry, EntryKind, Position, Sink as _};
use crate::model::Status;
use crate::ship::session::Session;
use crate::store::documents::decode_run;
use crate::store::read::Read as _;
use crate::store::{Local, Place};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_store_has_is_kept_and_what_comes_after_is_added(points in 1usize..5000, shipped in 0.0..1.0f64, lost in (0.0..1.0f64, 0.0..1.0f64), frames in 1usize..6) {
        let share = |of: f64| (of * points as f64) as usize;
        let (shipped, from, to) = (share(shipped), share(lost.0), share(lost.1));
        let mut log = Log::new("db", 1);
        (0..points as i64).for_each(|i| log.scalar("loss", i, i as f64));
        log.end(Status::Finished);

        let store = Local::in_memory();
        let mut session = Session::open(&store, log.info.clone()).unwrap();
        for at in 0..frames {
            let (start, end) = (shipped * at / frames, shipped * (at + 1) / frames);
            log.give(&mut session, Position(32 * start as u64), end - start);
            session.flush(&store).unwrap();
        }

        // The reader numbers what is left.
        let mut left: Vec<Entry> = log.entries.iter().enumerate().filter(|(i, _)| !(from..to).contains(i)).map(|(_, entry)| entry.clone()).collect();
        for (next, entry) in left.iter_mut().enumerate() {
            if let EntryKind::Scalar { ordinal, .. } = &mut entry.kind {
                *ordinal = next as i64;
            }
        }
        let mut session = Session::open(&store, log.info.clone()).unwrap();
        left.into_iter().for_each(|entry| session.entry(entry));
        session.took(Position(32 * log.entries.len() as u64), true);
        session.flush(&store).unwrap();

        let place = Place { database: "db", folder: &log.info.folder };
        let runs: Vec<_> = store.run_documents(place).unwrap().iter().map(|run| decode_run(place.folder, run).unwrap()).collect();
        let expected: Vec<f64> = (0..points).filter(|i| *i < shipped || !(from..to).contains(i)).map(|i| i as f64).collect();
        let series = store.series(place, &runs.iter().collect::<Vec<_>>(), "loss").unwrap();
        let values = series.first().map(|series| series.values.clone()).unwrap_or_default();
        prop_assert_eq!(&values, &expected);
        let summary = runs[0].metrics.get("loss").copied().unwrap_or_default();
        prop_assert_eq!((summary.n, summary.sum), (expected.len() as u64, expected.iter().sum::<f64>()));
    }
}
