//! A network that cuts connections before and after the server did what it was asked.

use std::time::Duration;

use ml_board::Image;
use ml_board_test_support::{Mongod, Proxy, Weather, unique};

use crate::common::Home;
use crate::{Stored, new_writer};

const ROUNDS: i64 = 40;
const POINTS: i64 = 150;

#[test]
fn all_is_there_once_whatever_is_cut() {
    let mongod = Mongod::start(&[]);
    for seed in [1, 2] {
        let (home, database) = (Home::new(), unique("cuts"));
        let proxy = Proxy::start(mongod.port(), seed);
        let w = new_writer(&home, &proxy.uri(), &database);
        // Small bulks and frames at first, then some that are larger than what a connection lives for.
        proxy.set(Weather::Cuts { requests: 400..30_000, replies: 600..4_000 });
        let mut failures = 0;
        for round in 0..ROUNDS {
            for i in round * POINTS..(round + 1) * POINTS {
                w.add_scalar_at("Loss", i, i);
                if i % 10 == 0 {
                    w.add_scalar_at("slow", i, i);
                }
            }
            w.add_param("round", round);
            w.add_thought(&format!("round {round}"));
            w.add_image("picture", Image::gray(1, 1, &[round as f32 / ROUNDS as f32]));
            w.add_histogram("weights", [0.0, round as f64]);
            w.add_histogram("grows", round as f64);
            failures += usize::from(w.sync(Duration::from_secs(2)).is_err());
        }
        assert!(proxy.cuts() > 4 && failures > 0, "{} cuts, {failures} failures", proxy.cuts());
        proxy.set(Weather::Fair);
        let report = w.close().unwrap();
        assert_eq!(report.rejected, 0);

        let stored = Stored::at(&mongod.uri(), &database);
        let all: Vec<i64> = (0..ROUNDS * POINTS).collect();
        assert_eq!(stored.steps_of_one("Loss"), all, "seed {seed}");
        assert_eq!(stored.steps_of_one("slow"), all.iter().copied().filter(|i| i % 10 == 0).collect::<Vec<_>>());
        let mut texts: Vec<String> = stored.events("text").iter().map(|text| text.get_str("text").unwrap().to_owned()).collect();
        texts.sort_by_key(|text| text.rsplit(' ').next().unwrap().parse::<i64>().unwrap());
        assert_eq!(texts, (0..ROUNDS).map(|round| format!("round {round}")).collect::<Vec<_>>());
        assert_eq!(stored.events("image").len(), ROUNDS as usize);
        // A histogram of each round, and the one that grows.
        assert_eq!(stored.events("histogram").len(), ROUNDS as usize + 1);
        let run = stored.run();
        let metric = run.get_document("metrics").unwrap().get_document("Loss").unwrap();
        assert_eq!(metric.get_i64("n").unwrap(), ROUNDS * POINTS);
        assert_eq!((metric.get_f64("sum").unwrap() as i64, run.get_i64("thoughts").unwrap()), (all.iter().sum(), ROUNDS));
        assert_eq!((run.get_str("status").unwrap(), run.get_document("sessions").unwrap().len()), ("finished", 1));
        assert_eq!(run.get_document("params").unwrap().get_i64("round").unwrap(), ROUNDS - 1);
        println!("seed {seed}: {} cuts, {failures} of {ROUNDS} syncs failed", proxy.cuts());
    }
}
