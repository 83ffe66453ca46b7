use super::*;
use crate::model::{RunId, Summary, Time};
use crate::query::Reduce;

fn result() -> Field {
    Field::Metric(Reduce::Last, "Loss".into())
}

/// A run with these parameters whose last loss is that.
fn run(n: usize, params: &[(&str, Value)], loss: Option<f64>) -> Run {
    let mut id = [0; 12];
    id[8..].copy_from_slice(&(n as u32).to_be_bytes());
    let mut run = Run::new(RunId::from_bytes(id), "f", format!("run {n}"), Time(n as i64));
    run.params = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    if let Some(loss) = loss {
        let mut summary = Summary::default();
        summary.add(0, loss);
        run.metrics.insert("Loss".into(), summary);
    }
    run
}

/// A grid of learning rates, optimizers and seeds: the loss is a valley over the rate, a step by the optimizer, and nothing of the seed.
fn grid() -> Vec<Run> {
    let mut runs = Vec::new();
    for rate in 0..6 {
        for (shift, optimizer) in [(0.0, "adam"), (1.0, "sgd")] {
            for seed in 0..5 {
                let loss = (f64::from(rate) - 2.0).powi(2) + shift;
                let lr = 10f64.powi(rate - 5);
                let params = [("lr", lr.into()), ("optimizer", optimizer.into()), ("seed", seed.into()), ("epochs", 20.into())];
                runs.push(run(runs.len(), &params, Some(loss)));
            }
        }
    }
    runs
}

fn of<'a>(found: &'a Importances, name: &str) -> &'a Influence {
    found.items.iter().find(|item| item.param == name).unwrap()
}

#[test]
fn what_the_result_was_made_of_comes_out() {
    let found = importance(&grid(), &result()).unwrap();
    let names: Vec<&str> = found.items.iter().map(|item| item.param.as_str()).collect();
    assert_eq!(names, ["lr", "optimizer", "seed"], "epochs are the same everywhere");
    assert!(found.explained > 0.95, "{}", found.explained);
    assert!(of(&found, "lr").importance > 1.0, "shuffled, it is worse than the mean: {:?}", found.items);
    assert!((0.005..0.3).contains(&of(&found, "optimizer").importance), "{:?}", found.items);
    assert!(of(&found, "seed").importance.abs() < 0.01, "{:?}", found.items);
    assert_eq!(of(&found, "optimizer").correlation, None, "text has no order");
    assert_eq!(importance(&grid(), &result()), Ok(found), "the same runs, the same answer");
}

#[test]
fn a_missing_value_is_a_value_and_is_not_correlated() {
    let momentum = |n: usize| match n % 3 {
        0 => None,
        n => Some(n as f64),
    };
    let runs: Vec<Run> = (0..60)
        .map(|n| {
            let params: Vec<(&str, Value)> = momentum(n).map(|value| ("momentum", value.into())).into_iter().collect();
            run(n, &params, Some(momentum(n).map_or(5.0, |value| value)))
        })
        .collect();
    let found = importance(&runs, &result()).unwrap();
    let momentum = of(&found, "momentum");
    assert!(momentum.importance > 1.0 && momentum.correlation == Some(1.0), "{momentum:?}");
    assert_eq!(momentum.runs, 40);
}

#[test]
fn what_cannot_be_said_is_said() {
    let told = |runs: &[Run]| importance(runs, &result()).unwrap_err();
    assert!(told(&grid()[..9]).contains("at least 10 runs with a finite last(Loss); there are 9"));
    let same: Vec<Run> = (0..20).map(|n| run(n, &[("lr", n.into())], Some(1.0))).collect();
    assert!(told(&same).contains("the same on all 20 runs"));
    let constant: Vec<Run> = (0..20).map(|n| run(n, &[("lr", 1.into())], Some(n as f64))).collect();
    assert!(told(&constant).contains("no parameter varies"));
}

#[test]
fn what_was_left_out_is_noted() {
    let mut runs: Vec<Run> = (0..40)
        .map(|n| run(n, &[("lr", ((n * 7) % 40).into()), ("note", format!("text {n}").into())], Some(((n * 7) % 40) as f64)))
        .collect();
    runs.push(run(40, &[("lr", 3.into())], None));
    runs.push(run(41, &[("lr", 3.into())], Some(f64::NAN)));
    let found = importance(&runs, &result()).unwrap();
    assert_eq!((found.runs, found.items.len()), (40, 1));
    assert_eq!(found.notes, ["2 of 42 runs have no finite last(Loss), left out", "left out, more than 32 texts: note"]);
    assert!(importance(&grid()[..12], &result()).unwrap().notes.iter().any(|note| note == "12 runs only: a rough guide"));
    // Noise depends on nothing.
    let noise: Vec<Run> = (0..40).map(|n| run(n, &[("lr", (n % 5).into())], Some((n * n * 7919 % 101) as f64))).collect();
    let found = importance(&noise, &result()).unwrap();
    assert!(found.explained < 0.3 && found.notes.iter().any(|note| note.contains("do not trust")), "{found:?}");
}

/// `scipy.stats.spearmanr` (SciPy 1.17.1) of the same numbers.
#[test]
fn the_correlation_is_scipys() {
    let x = [1.0, 2.0, 2.0, 3.0, 5.0, 8.0, 8.0, 8.0, 9.0, 0.5];
    let y = [2.1, 2.0, 3.0, 3.0, 1.0, 9.0, 7.0, 7.0, 7.5, 2.5];
    let pairs: Vec<(f64, f64)> = x.into_iter().zip(y).collect();
    let rho = spearman(&pairs).unwrap();
    assert!((rho - 0.709_008_910_359_612_7).abs() < 1e-12, "{rho}");
    assert_eq!(spearman(&[(1.0, 1.0), (1.0, 2.0)]), None);
    assert_eq!(spearman(&[]), None);
}
