//! What headers say, held against the series themselves, on both stores.

use super::*;
use crate::model::{Outline, Piece, Summary};
use crate::store::documents::{Chunk, Points};

/// A run with its two sessions, and `n` points of `Loss` by its own word.
fn long(id: u8, name: &str, n: u64, first: f64) -> Document {
    let loss = Summary { n, first: Some(first), first_step: Some(0), first_bad_step: Some(50), ..Summary::default() };
    let loss = crate::store::documents::summary_document(&loss);
    with(edited_run(), doc! { "_id": oid(id), "name": name, "metrics": { "Loss": loss } })
}

fn value(i: i64) -> f64 {
    if i % 1000 == 5 { f64::NAN } else { ((i * 7919) % 1009) as f64 }
}

/// The chunk of the points `from..until`; `backwards`: its fields in another order.
fn chunk(of: u8, session: u8, seq: i64, from: i64, until: i64, backwards: bool) -> Document {
    let mut points = Points::default();
    (from..until).for_each(|i| points.push(10 * i, value(i), 1_000 + i));
    let (run, session) = (run_id(of), SessionId::from_bytes([session; 12]));
    let chunk = Chunk { run, session, tag: "Loss".into(), seq, i0: from, points };
    let document = Document::try_from(&*chunk.encode().unwrap()).unwrap();
    if !backwards {
        return document;
    }
    let mut fields: Vec<(String, Bson)> = document.into_iter().collect();
    fields.reverse();
    fields.into_iter().collect()
}

fn outlines(bench: &Bench) -> Vec<Outline> {
    bench.read().outlines(bench.place(), &bench.runs("").iter().collect::<Vec<_>>(), "Loss").unwrap()
}

fn points(outline: &Outline) -> u64 {
    outline.pieces.iter().map(|piece| piece.n).sum()
}

#[test]
fn headers_and_frames_say_what_the_points_say() {
    on_both(|bench| {
        bench.put(
            FOLDER,
            "",
            vec![long(1, "long", 5_100, value(0)), with(edited_run(), doc! { "_id": oid(2), "name": "without" })],
        );
        let chunks = [(0, 0, 2048, false), (1, 2048, 4096, true), (2, 4096, 5000, false)];
        bench.put(FOLDER, "scalars", chunks.map(|(seq, from, until, turned)| chunk(1, 9, seq, from, until, turned)).into());
        // Overlaps the last chunk by ten points.
        let tail: Vec<f64> = (4990..5100).map(value).collect();
        let mut frame = frame(1, 9, 1, 4990, tail);
        let part = frame.get_array_mut("p").unwrap()[1].as_document_mut().unwrap();
        part.insert("steps", (4990..5100_i64).map(|i| 10 * i).collect::<Vec<_>>());
        bench.put(FOLDER, "tail", vec![frame]);

        let outlines = outlines(bench);
        let series = &bench.read().series(bench.place(), &bench.runs("").iter().collect::<Vec<_>>(), "Loss").unwrap()[0];
        assert_eq!((outlines.len(), outlines[0].run, outlines[0].n()), (1, run_id(1), series.len() as u64));
        let outline = &outlines[0];
        assert_eq!(outline.nan(), series.values.iter().filter(|value| value.is_nan()).count() as u64);
        // Piece by piece the same as read in full.
        let whole = Outline::of(series);
        assert_eq!(outline.pieces[..2], whole.pieces[..2]);
        assert_eq!(outline.pieces.len(), 3 + 100);
        let rest = outline.pieces[3..].iter().fold(outline.pieces[2], |mut sum: Piece, piece| {
            sum.extend(piece);
            sum
        });
        assert_eq!((rest.n, rest.range, rest.steps), (whole.pieces[2].n, whole.pieces[2].range, whole.pieces[2].steps));
        let shown = outline.extremes();
        assert_eq!((shown.values[0], shown.steps[0], shown.steps.last()), (value(0), 0, Some(&50_990)));
        let bad = shown.values.iter().position(|value| !value.is_finite()).unwrap();
        assert_eq!(shown.steps[bad], 50, "the run knows the first bad step");
    });
}

#[test]
fn of_a_very_long_series_neighbours_are_taken_together() {
    on_both(|bench| {
        // So long by its word that three chunks are one piece.
        bench.put(FOLDER, "", vec![long(1, "long", 10_000_000, value(0)), long(2, "short", 8, value(0))]);
        let chunks = (0..20).map(|seq| chunk(1, 9, seq, seq * 4, seq * 4 + 4, false));
        bench.put(FOLDER, "scalars", chunks.chain((0..2).map(|seq| chunk(2, 9, seq, seq * 4, seq * 4 + 4, false))).collect());
        let outlines = outlines(bench);
        let pieces: Vec<usize> = outlines.iter().map(|outline| outline.pieces.len()).collect();
        // Of equally old runs the last identity comes first.
        assert!(matches!(&*bench.store, Store::Local(_)) || pieces == [2, 7], "{pieces:?}");
        assert_eq!(outlines.iter().map(points).collect::<Vec<_>>(), [8, 80]);
        let long = &outlines[1];
        let mut whole = long.pieces[0];
        long.pieces[1..].iter().for_each(|piece| whole.extend(piece));
        let finite = || (0..80).map(value).filter(|value| value.is_finite());
        assert_eq!(whole.range, Some((finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max))));
        assert_eq!((whole.steps, whole.nan, whole.last), ((0, 790), 1, value(79)));
    });
}

#[test]
fn sessions_that_logged_again_are_read_in_full() {
    on_both(|bench| {
        bench.put(FOLDER, "", vec![long(1, "resumed", 60, value(0))]);
        bench.put(
            FOLDER,
            "scalars",
            vec![chunk(1, 9, 0, 0, 40, false), with(chunk(1, 8, 0, 20, 40, false), doc! { "i0": 0_i64 })],
        );
        let series = &bench.read().series(bench.place(), &bench.runs("").iter().collect::<Vec<_>>(), "Loss").unwrap()[0];
        assert_eq!((series.len(), series.earlier[0].len()), (40, 20));
        assert_eq!(outlines(bench), [Outline::of(series)]);
    });
}

#[test]
fn mongodb_answers_from_the_index_alone() {
    let bench = Bench::mongo();
    let Store::Mongo(mongo) = &*bench.store else { panic!() };
    let place = bench.place();
    crate::store::Write::ensure_folder(mongo, place).unwrap();
    bench.put(FOLDER, "", vec![long(1, "long", 10_000_000, 0.0), long(2, "short", 8, 0.0)]);
    bench.put(FOLDER, "scalars", (0..20).map(|seq| chunk(1, 9, seq, seq * 4, seq * 4 + 4, false)).collect());
    let pipelines = mongo.overview_pipelines(&bench.runs("").iter().collect::<Vec<_>>(), "Loss");
    assert_eq!(pipelines.len(), 2);
    for pipeline in pipelines {
        let aggregate = doc! { "aggregate": format!("{FOLDER}.scalars"), "pipeline": pipeline, "cursor": {} };
        let database = mongo.database(place.database);
        let explain = doc! { "explain": aggregate, "verbosity": "executionStats" };
        let plan = mongo.block_on(async move { database.run_command(explain).await }).unwrap().to_string();
        // What the server thought of and rejected does not count.
        let chosen = plan.split("\"rejectedPlans\"").next().unwrap_or_default();
        assert!(chosen.contains("\"overview\"") && !chosen.contains("\"FETCH\"") && !chosen.contains("\"COLLSCAN\""), "{plan}");
    }
}
