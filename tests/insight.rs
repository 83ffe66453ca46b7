//! Views that compare runs, through the public interface, on both stores.
#![cfg(all(feature = "engine", feature = "writer"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use ml_board::{Board, Combination, Reached, SummaryWriter, Value, stack};
use ml_board_test_support::{mongodb, unique};

mod common;
use common::Home;

/// One of the two stores.
struct Bench {
    home: Home,
    uri: String,
    database: String,
}

impl Bench {
    fn writer(&self, folder: &str, name: &str) -> SummaryWriter {
        common::writer(&self.home, &self.uri, &self.database, folder, name)
    }

    fn board(&self, folder: &str) -> Board {
        common::board(&self.uri, &self.database, folder)
    }
}

fn on_both(test: impl Fn(&Bench)) {
    let home = Home::new();
    test(&Bench { uri: home.local(), home, database: unique("insight") });
    let (uri, _server) = mongodb();
    test(&Bench { home: Home::new(), uri, database: unique("insight") });
}

fn of<'a>(reached: &'a [Reached], name: &str) -> &'a Reached {
    reached.iter().find(|reached| reached.name == name).unwrap()
}

/// What `time_to` says, by a plain look at all points.
fn plainly(board: &Board, holds: impl Fn(f64) -> bool) -> Vec<(String, Option<i64>)> {
    let series = board.series("Accuracy").unwrap();
    let first = |name: &str| {
        let of_run = series.iter().filter(|series| series.name == name);
        let hits = of_run.filter_map(|series| {
            let at = series.values.iter().position(|value| holds(*value))?;
            Some((series.wall[at], series.steps[at]))
        });
        hits.min().map(|(_, step)| step)
    };
    board.runs().unwrap().iter().map(|run| (run.name.clone(), first(&run.name))).collect()
}

#[test]
fn when_runs_got_there_is_what_a_look_at_every_point_says() {
    on_both(|bench| {
        for (name, rate) in [("fast", 2e-3), ("slow", 3e-4), ("never", 1e-5)] {
            let w = bench.writer("f", name);
            w.add_param("rate", rate);
            // More than two chunks; a value of every kind.
            (0..5000).for_each(|step| w.add_scalar("Accuracy", if step % 500 == 3 { f64::NAN } else { rate * f64::from(step) }));
            w.close().unwrap();
        }
        let w = bench.writer("f", "infinite");
        (0..3000).for_each(|step| w.add_scalar("Accuracy", if step == 2500 { f64::INFINITY } else { 0.0 }));
        w.close().unwrap();
        // Logged again from step 100 on: what stood there counts no more.
        let w = bench.writer("f", "resumed");
        let id = w.run_id();
        (0..200).for_each(|step| w.add_scalar_at("Accuracy", if step >= 150 { 0.95 } else { 0.1 }, step));
        w.close().unwrap();
        let again = SummaryWriter::builder().uri(&bench.uri).database(&bench.database).folder("f").resume(id);
        let again = again.journal_dir(bench.home.journals()).build().unwrap();
        (100..400).for_each(|step| again.add_scalar_at("Accuracy", if step >= 350 { 0.95 } else { 0.1 }, step));
        again.close().unwrap();
        let w = bench.writer("f", "without");
        w.add_scalar("Loss", 1.0);
        w.close().unwrap();
        // Still being logged: its points are in no chunk.
        let live = bench.writer("f", "live");
        (0..100).for_each(|step| live.add_scalar("Accuracy", f64::from(step) / 50.0));
        live.sync(std::time::Duration::from_secs(60)).unwrap();

        let board = bench.board("f");
        for (condition, bound) in [("Accuracy >= 0.9", 0.9), ("`Accuracy` >= 1e9", 1e9), ("max(Accuracy)>=0.1", 0.1)] {
            let reached = board.time_to(condition).data().unwrap();
            let steps: Vec<(String, Option<i64>)> = reached.iter().map(|one| (one.name.clone(), one.step)).collect();
            assert_eq!(steps, plainly(&board, |value| value >= bound), "{condition}");
        }
        let below = board.time_to("Accuracy < 0").data().unwrap();
        assert!(below.iter().all(|one| one.step.is_none()));

        let reached = board.time_to("Accuracy >= 0.9").data().unwrap();
        let fast = of(&reached, "fast");
        assert_eq!((fast.step, fast.value), (Some(450), Some(0.9)));
        assert!(fast.seconds.is_some_and(|seconds| seconds >= 0.0));
        assert_eq!(of(&reached, "resumed").step, Some(350));
        assert_eq!(of(&reached, "live").step, Some(45));
        assert_eq!(of(&reached, "infinite").step, Some(2500));
        assert!(of(&reached, "never").logged && !of(&reached, "without").logged);

        let text = board.time_to("Accuracy >= 0.9").to_string();
        assert!(text.contains("reached by 5 of 7 runs, the first at step 45 ("), "{text}");
        assert!(text.contains("not reached") && text.contains("not logged"), "{text}");
        let payload = common::payload(&board.time_to("Accuracy >= 0.9").to_html());
        let table = payload["panel"]["children"].as_array().unwrap().last().unwrap();
        assert_eq!((&table["type"], &table["sort"][0]["column"]), (&"table".into(), &"steps to Accuracy >= 0.9".into()));
        // Two conditions on one board: each has its numbers.
        let both = common::payload(&stack![board.time_to("Accuracy >= 0.9"), board.time_to("Accuracy >= 0.5")].to_html());
        let columns = both["boards"][0]["columns"].as_array().unwrap();
        let steps = |condition: &str| {
            let key = format!("steps to {condition}");
            let of: Vec<_> = columns.iter().filter(|column| column["key"] == key.as_str()).collect();
            assert_eq!(of.len(), 1, "{key}");
            of[0]["values"].clone()
        };
        assert_ne!(steps("Accuracy >= 0.9"), steps("Accuracy >= 0.5"));
        for (wrong, told) in [
            ("Acuracy >= 0.9", "did you mean `Accuracy`?"),
            ("Accuracy", "compares nothing"),
            ("Accuracy => 0.9", "no comparisons"),
            ("Accuracy >= high", "`high` is not a number"),
        ] {
            let view = board.time_to(wrong);
            assert!(view.to_string().contains(told), "{view}");
            assert!(view.data().unwrap_err().to_string().contains(told));
        }
        live.close().unwrap();
    });
}

/// A grid of two rates and two optimizers, two seeds each, of which one combination failed and one is missing.
fn grid(bench: &Bench) -> Board {
    for (lr, optimizer, result) in [(0.1, "adam", Some(0.7)), (0.01, "adam", Some(0.9)), (0.1, "sgd", None)] {
        for seed in 0..2 {
            let w = bench.writer("grid", &format!("{optimizer} {lr} {seed}"));
            w.add_param("lr", lr);
            w.add_param("optimizer", optimizer);
            w.add_param("seed", seed);
            w.add_param("epochs", 20);
            w.add_scalar("Accuracy", result.unwrap_or(0.1) + f64::from(seed) / 100.0);
            if result.is_some() {
                w.close().unwrap();
            } else {
                // A panic of the program that logs.
                let panicked = std::thread::spawn(move || {
                    let _w = w;
                    panic!("it diverged");
                });
                assert!(panicked.join().is_err());
            }
        }
    }
    bench.board("grid")
}

#[test]
fn the_grid_says_what_was_run_what_failed_and_what_is_missing() {
    on_both(|bench| {
        let board = grid(bench);
        let all = board.coverage().data().unwrap();
        let of = |lr: f64, optimizer: &str| -> &Combination {
            let wanted =
                |one: &&Combination| one.params["lr"] == Value::Float(lr) && one.params["optimizer"] == Value::from(optimizer);
            all.iter().find(wanted).unwrap()
        };
        assert_eq!(all.len(), 4, "seeds are repeats, epochs do not vary");
        assert_eq!((of(0.01, "adam").finished, of(0.01, "adam").failed), (2, 0));
        assert_eq!((of(0.1, "sgd").finished, of(0.1, "sgd").failed), (0, 2));
        assert_eq!((of(0.01, "sgd").finished, of(0.01, "sgd").failed), (0, 0));
        let gaps = board.coverage().gaps().unwrap();
        assert!(gaps.len() == 2 && gaps.iter().all(|gap| gap.params["optimizer"] == Value::from("sgd")), "{gaps:?}");
        let text = board.coverage().to_string();
        assert!(text.contains("2 of 4 combinations finished, 1 failed, 1 missing") && text.contains("2 failed"), "{text}");
        let seeds = board.coverage().over(["optimizer", "seed"]).data().unwrap();
        assert_eq!(seeds.len(), 4);
        let told = board.coverage().over(["optimiser"]).to_string();
        assert!(told.contains("no run has a parameter `optimiser`; did you mean `optimizer`?"), "{told}");
        // An invalid run does not count.
        board.filter("lr == 0.01").unwrap().edit().mark_invalid("wrong data").apply().unwrap();
        assert!(bench.board("grid").coverage().gaps().unwrap().iter().all(|gap| gap.finished == 0));
    });
}

#[test]
fn the_best_are_a_table_and_a_board() {
    on_both(|bench| {
        let board = grid(bench);
        let names = |board: &Board| board.runs().unwrap().into_iter().map(|run| run.name).collect::<Vec<_>>();
        let best = board.best("max(Accuracy)").runs(1).board().unwrap();
        assert_eq!(names(&best), ["adam 0.01 1"]);
        let two = board.best("max(Accuracy)").runs(2);
        assert_eq!(names(&two.board().unwrap()).len(), 2);
        let text = two.to_string();
        assert!(text.contains("max(Accuracy) >= 0.9"), "{text}");
        assert!(text.find("adam 0.01 1").unwrap() < text.find("adam 0.01 0").unwrap(), "the best first: {text}");
        assert_eq!(names(&board.best("min(Accuracy)").runs(1).board().unwrap()), ["sgd 0.1 0"]);
        assert_eq!(names(&board.best("last(Accuracy)").lowest().runs(1).board().unwrap()), ["sgd 0.1 0"]);
        assert_eq!(names(&board.best("lr").lowest().runs(1).board().unwrap()).len(), 2, "equals are as good");
        // A number that no short decimal is, on its way to the program and back.
        let w = bench.writer("grid", "odd");
        w.add_scalar("Accuracy", 0.988_857_924_938_201_9);
        w.close().unwrap();
        assert_eq!(names(&board.best("max(Accuracy)").runs(1).board().unwrap()), ["odd"]);
        let narrow = board.filter("optimizer == sgd").unwrap();
        assert_eq!(names(&narrow.best("max(Accuracy)").runs(1).board().unwrap()), ["sgd 0.1 1"]);
        let unknown = board.best("max(Acuracy)");
        assert!(unknown.to_string().contains("did you mean `Accuracy`?"), "{unknown}");
        assert!(unknown.board().unwrap_err().to_string().contains("did you mean `Accuracy`?"));
    });
}

#[test]
fn only_what_differs_is_in_a_diff() {
    on_both(|bench| {
        let board = grid(bench);
        let differences = board.diff().data().unwrap();
        let names: Vec<&str> = differences.iter().map(|difference| difference.name.as_str()).collect();
        for name in ["lr", "optimizer", "seed", "last(Accuracy)", "status", "origin.command"] {
            assert_eq!(names.contains(&name), name != "origin.command", "{name} of {names:?}");
        }
        assert!(!names.contains(&"epochs"));
        let runs = board.runs().unwrap();
        let lr = differences.iter().find(|difference| difference.name == "lr").unwrap();
        let expected: Vec<_> = runs.iter().map(|run| (run.id, run.params.get("lr").cloned())).collect();
        assert_eq!(lr.values, expected);
        let text = board.diff().to_string();
        assert!(text.contains("PARAMETERS") && text.contains("RESULTS") && text.contains("adam 0.01 1"), "{text}");
        let one = board.filter("name == \"adam 0.1 0\"").unwrap();
        assert!(one.diff().to_string().contains("a diff needs two runs"));
        assert!(one.diff().data().unwrap().is_empty());
    });
}

#[test]
fn importance_finds_what_the_result_was_made_of() {
    on_both(|bench| {
        for n in 0..24 {
            let w = bench.writer("search", &format!("run {n}"));
            let lr = 10f64.powi(-(n % 4));
            w.add_param("lr", lr);
            w.add_param("seed", n * 7919 % 24);
            w.add_scalar("Loss", -lr.log10() + f64::from(n / 4) * 1e-3);
            w.close().unwrap();
        }
        let board = bench.board("search");
        let found = board.importance("last(Loss)").data().unwrap();
        assert_eq!(found[0].param, "lr");
        assert!(found[0].importance > 1.0 && found[1].importance < 0.2, "{found:?}");
        assert!(found[0].correlation.unwrap() < -0.95, "{found:?}");
        let text = board.importance("last(Loss)").to_string();
        assert!(
            text.contains("what last(Loss) depends on") && text.contains("Spearman") && text.contains("rough guide"),
            "{text}"
        );
        assert!(board.importance("last(Los)").to_string().contains("did you mean `Loss`?"));
        let few = board.filter("lr == 1").unwrap();
        assert!(few.importance("last(Loss)").to_string().contains("at least 10 runs with a finite last(Loss); there are 6"));
        assert!(few.importance("last(Loss)").data().is_err());
    });
}
