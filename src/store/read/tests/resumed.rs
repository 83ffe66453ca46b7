//! Runs that were resumed: of steps that were logged again the latest stand.

use bson::spec::BinarySubtype;
use bson::{Binary, Document, doc};

use super::{FOLDER, event, oid, on_both, run_id, session, with};
use crate::model::{Run, Session, SessionId, Time};

#[test]
fn images_and_histograms_of_steps_that_were_logged_again_are_those_of_the_latest_session() {
    on_both(|bench| {
        let image = |of: u8, step: i64, t: i64| {
            let blob = Binary { subtype: BinarySubtype::Generic, bytes: vec![of; 32] };
            let more = doc! { "mime": "image/png", "w": i64::from(of), "h": 1, "blob": blob, "session": oid(of) };
            event(&format!("{}:{t}", session(of)), 1, "image", "Segmentation", step, t, more)
        };
        let bins = |of: u8, step: i64, t: i64| {
            let more = doc! { "n": i64::from(of), "nan": 0, "min": 0.0, "max": 1.0, "sum": 0.0, "sumsq": 0.0,
            "edges": [0.0, 1.0], "counts": [i64::from(of)], "session": oid(of) };
            event(&format!("{}:h{t}", session(of)), 1, "histogram", "weights", step, t, more)
        };
        let grown = |of: u8| with(bins(of, 0, 50), doc! { "_id": format!("{}:samples:weights", session(of)), "samples": true });
        // Rank 0 in sessions 2 and 4, rank 1 in session 3.
        let logged = [(2, 0, 1), (2, 10, 2), (2, 20, 3), (3, 0, 1), (3, 20, 2), (4, 10, 7)];
        let of_all = |document: &dyn Fn(u8, i64, i64) -> Document| logged.map(|(of, step, t)| document(of, step, t));
        bench.put(FOLDER, "events", [of_all(&image), of_all(&bins)].concat());
        bench.put(FOLDER, "events", vec![grown(2), grown(3)]);
        let mut run = Run::new(run_id(1), FOLDER, "", Time(0));
        run.sessions = [(2, 0), (3, 1), (4, 0)]
            .map(|(of, rank)| {
                let mut session = Session::new(SessionId::from_bytes([of; 12]), "", 0, Time(of.into()));
                session.rank = rank;
                session
            })
            .into();
        let images = bench.read().images(bench.place(), &[&run], "Segmentation").unwrap();
        let seen: Vec<(i64, u32)> = images.iter().map(|image| (image.step, image.width)).collect();
        assert_eq!(seen, [(0, 2), (0, 3), (10, 4), (20, 3)]);
        let bins = bench.read().histograms(bench.place(), &[&run], "weights").unwrap();
        let seen: Vec<(i64, u64)> = bins.iter().map(|bins| (bins.step, bins.n)).collect();
        assert_eq!(seen, [(0, 2), (0, 3), (0, 5), (10, 4), (20, 3)], "and the single numbers of both ranks are one");
    });
}
