//! What groups, smoothing and importance say, held against NumPy, SciPy, scikit-learn and the code of TensorBoard's page:
//! `tests/statistics/check.py` says the same in their words.
//!
//! `ML_BOARD_TEST_PYTHON` is a Python that has them; `cargo xtask test` installs it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // All of it is tests.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::importance::importance;
use super::stats::{interquartile_mean, mean, median, quantile};
use super::{Bootstrap, Centre, Field, Reduce, align, ema, gaussian};
use crate::model::{Run, RunId, Summary, Time};

type Points = (Vec<f64>, Vec<f64>);

/// Fixed numbers between 0 and 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }
}

const QUANTILES: (f64, f64) = (0.1, 0.85);
const LEVEL: f64 = 0.9;
const RESAMPLES: u32 = 60;
const SEED: u64 = 0xfeed_0000_dead_beef;

/// Curves of seeds: steps of their own, some repeated or missing, values of any size, some NaN.
fn curves(noise: &mut Noise, scale: f64) -> Vec<Points> {
    let curve = |noise: &mut Noise| {
        let stride = [1.0, 2.0, 2.5][noise.below(3)];
        let n = 2 + noise.below(25);
        let x: Vec<f64> = (0..n).map(|i| (i - noise.below(2).min(i)) as f64 * stride).collect();
        let value = |noise: &mut Noise| if noise.next() < 0.05 { f64::NAN } else { scale * (1.0 + (noise.next() - 0.5) / 3.0) };
        let y = x.iter().map(|_| value(noise)).collect();
        (x, y)
    };
    (0..1 + noise.below(12)).map(|_| curve(noise)).collect()
}

fn nullable(values: &[f64]) -> Value {
    values.iter().map(|value| if value.is_finite() { json!(value) } else { Value::Null }).collect()
}

fn asked(cases: &Value) -> Value {
    let python = std::env::var("ML_BOARD_TEST_PYTHON").expect(
        "ML_BOARD_TEST_PYTHON: a Python with numpy, scipy, scikit-learn and tensorboard, which `cargo xtask test` installs",
    );
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/statistics/check.py");
    let mut child = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(cases.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Equal but for a few roundings of numbers of this size.
#[track_caller]
fn near(what: &str, ours: f64, theirs: &Value, size: f64) {
    match theirs.as_f64() {
        None => assert!(!ours.is_finite(), "{what}: {ours}, and NumPy has none"),
        Some(theirs) => assert!((ours - theirs).abs() <= 1e-13 * size, "{what}: {ours:?} and {theirs:?}"),
    }
}

/// Runs whose loss is a valley over `lr`, falls with `width`, is less with one optimizer than with the other, and has nothing of `seed`.
struct Search {
    lr: Vec<f64>,
    width: Vec<f64>,
    sgd: Vec<bool>,
    seed: Vec<f64>,
    loss: Vec<f64>,
}

impl Search {
    fn new(noise: &mut Noise) -> Search {
        let mut search = Search { lr: vec![], width: vec![], sgd: vec![], seed: vec![], loss: vec![] };
        for _ in 0..200 {
            let (lr, width, sgd, seed) = (noise.next(), noise.below(6) as f64, noise.next() < 0.5, noise.below(50) as f64);
            let loss = 4.0 * (lr - 0.4).powi(2) - 0.1 * width + 0.2 * f64::from(u8::from(sgd)) + 0.05 * noise.next();
            search.lr.push(lr);
            search.width.push(width);
            search.sgd.push(sgd);
            search.seed.push(seed);
            search.loss.push(loss);
        }
        search
    }

    fn asked(&self) -> Value {
        let sgd: Vec<f64> = self.sgd.iter().map(|sgd| f64::from(u8::from(*sgd))).collect();
        json!({ "columns": [self.lr, self.width, sgd, self.seed], "result": self.loss })
    }

    fn runs(&self) -> Vec<Run> {
        let run = |i: usize| {
            let mut id = [0; 12];
            id[8..].copy_from_slice(&(i as u32).to_be_bytes());
            let mut run = Run::new(RunId::from_bytes(id), "f", format!("run {i}"), Time(i as i64));
            let params = [("lr", self.lr[i].into()), ("width", self.width[i].into()), ("seed", self.seed[i].into())];
            run.params = params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            run.params.insert("optimizer".into(), if self.sgd[i] { "sgd" } else { "adam" }.into());
            let mut summary = Summary::default();
            summary.add(0, self.loss[i]);
            run.metrics.insert("Loss".into(), summary);
            run
        };
        (0..self.loss.len()).map(run).collect()
    }

    /// Two forests with random numbers of their own: they agree by as much as such forests do.
    fn held_against(&self, theirs: &Value) {
        let ours = importance(&self.runs(), &Field::Metric(Reduce::Last, "Loss".into())).unwrap();
        let explained = theirs["explained"].as_f64().unwrap();
        assert!(
            (ours.explained - explained).abs() < 0.03,
            "{} of the variance explained, and scikit-learn {explained}",
            ours.explained
        );
        for (i, name) in ["lr", "width", "optimizer", "seed"].into_iter().enumerate() {
            let (lost, correlation) = (theirs["lost"][i].as_f64().unwrap(), theirs["correlation"][i].as_f64().unwrap());
            let item = ours.items.iter().find(|item| item.param == name).unwrap();
            assert!(
                (item.importance - lost).abs() < 0.02 + 0.15 * lost.abs(),
                "{name}: {}, and scikit-learn {lost}",
                item.importance
            );
            assert!(
                item.correlation.is_none_or(|ours| (ours - correlation).abs() < 1e-12),
                "{name}: {:?}, {correlation}",
                item.correlation
            );
            assert_eq!(item.correlation.is_none(), name == "optimizer", "texts have no order");
        }
    }
}

#[test]
fn numpy_scipy_scikit_learn_and_tensorboard_say_the_same() {
    let mut noise = Noise(2026);
    let groups: Vec<Vec<Points>> = (0..40).map(|i| curves(&mut noise, [1.0, 1e-8, -3e7, 1e150][i % 4])).collect();
    let values: Vec<f64> = (0..30).map(|_| noise.next().powi(3)).collect();
    let smooth: Vec<(Vec<f64>, f64, f64)> = (0..20)
        .map(|i| {
            let bad = |noise: &mut Noise| noise.next() < 0.05;
            let y = (0..60).map(|_| {
                if i == 0 {
                    0.1
                } else if bad(&mut noise) {
                    f64::NAN
                } else {
                    noise.next() * 10.0 - 5.0
                }
            });
            (y.collect(), [0.1, 0.6, 0.9, 0.999][i % 4], [0.7, 2.0, 5.0][i % 3])
        })
        .collect();
    let searches: Vec<Search> = (0..3).map(|_| Search::new(&mut noise)).collect();
    let groups_of = |curves: &Vec<Points>| {
        let curves: Vec<Value> = curves.iter().map(|(x, y)| json!({ "x": x, "y": nullable(y) })).collect();
        let quantiles = [QUANTILES.0, QUANTILES.1];
        json!({ "curves": curves, "quantiles": quantiles, "level": LEVEL, "resamples": RESAMPLES, "seed": SEED })
    };
    let smooth_of = |(y, weight, sigma): &(Vec<f64>, f64, f64)| json!({ "y": nullable(y), "weight": weight, "sigma": sigma });
    let cases = json!({
        "groups": groups.iter().map(groups_of).collect::<Vec<Value>>(),
        "intervals": [{ "values": values, "level": LEVEL }],
        "smooth": smooth.iter().map(smooth_of).collect::<Vec<Value>>(),
        "importance": searches.iter().map(Search::asked).collect::<Vec<Value>>(),
    });
    let theirs = asked(&cases);
    for (curves, rows) in groups.iter().zip(theirs["groups"].as_array().unwrap()) {
        group(curves, rows.as_array().unwrap());
    }
    // Random numbers of their own: apart by no more than such resamples are.
    let (low, high) = Bootstrap::new(Centre::Mean, LEVEL, 20_000, 7).interval(&values);
    let interval = theirs["intervals"][0].as_array().unwrap();
    let error = interval[2].as_f64().unwrap();
    for (ours, theirs) in [(low, &interval[0]), (high, &interval[1])] {
        assert!((ours - theirs.as_f64().unwrap()).abs() < error / 10.0, "{low} to {high}, and SciPy {interval:?}");
    }
    for (i, (y, weight, sigma)) in smooth.iter().enumerate() {
        let x: Vec<f64> = (0..y.len()).map(|step| step as f64).collect();
        let averages = ema(y, *weight);
        for (which, ours) in [("averages", averages.clone()), ("tensorboard", averages), ("gaussians", gaussian(&x, y, *sigma))] {
            let theirs = theirs[which][i].as_array().unwrap();
            assert_eq!(ours.len(), theirs.len());
            // SciPy cuts its Gaussian off at eight sigmas and half a step.
            let size = if which == "gaussians" { 100.0 } else { 10.0 / (1.0 - weight) };
            ours.iter().zip(theirs).for_each(|(ours, theirs)| near(which, *ours, theirs, size));
        }
    }
    searches.iter().zip(theirs["importance"].as_array().unwrap()).for_each(|(search, theirs)| search.held_against(theirs));
}

fn group(curves: &[Points], rows: &[Value]) {
    let aligned = align(&curves.iter().map(|(x, y)| (x.as_slice(), y.as_slice())).collect::<Vec<_>>());
    assert_eq!(aligned.x.len(), rows.len());
    let places: Vec<usize> = (0..rows.len()).collect();
    let mut at = 0;
    let mut bootstraps =
        [Centre::Mean, Centre::Median, Centre::InterquartileMean].map(|centre| Bootstrap::new(centre, LEVEL, RESAMPLES, SEED));
    aligned.each(&places, |values| {
        let (row, spread) = (&rows[at], &aligned.spread[at]);
        let size = values.iter().fold(0.0f64, |size, value| size.max(value.abs()));
        assert_eq!((Some(aligned.x[at]), Some(spread.n as f64)), (row["x"].as_f64(), row["n"].as_f64()));
        let means = (spread.mean(), mean(values));
        near("mean", means.0, &row["mean"], size);
        near("mean", means.1, &row["mean"], size);
        near("standard deviation", spread.std_dev(), &row["std"], 10.0 * size);
        near("standard error", spread.std_err(), &row["sem"], 10.0 * size);
        near("minimum", spread.range().0, &row["min"], size);
        near("maximum", spread.range().1, &row["max"], size);
        for (bootstrap, name) in bootstraps.iter_mut().zip(["mean", "median", "iqm"]) {
            let (low, high) = bootstrap.interval(values);
            near("interval of the", low, &row[&format!("{name}_low")], size);
            near("interval of the", high, &row[&format!("{name}_high")], size);
        }
        near("median", median(values), &row["median"], size);
        near("interquartile mean", interquartile_mean(values), &row["iqm"], size);
        near("lower quantile", quantile(values, QUANTILES.0), &row["low"], size);
        near("upper quantile", quantile(values, QUANTILES.1), &row["high"], size);
        at += 1;
    });
}
