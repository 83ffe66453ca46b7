//! Which hyperparameters are tried: a grid, then points at random.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde::Serialize;

/// The hyperparameters of one run, as they are logged.
#[derive(Clone, Serialize)]
pub(crate) struct Run {
    pub(crate) lr: f64,
    pub(crate) width: usize,
    pub(crate) optimizer: Optimizer,
    pub(crate) batch: usize,
    pub(crate) epochs: usize,
    pub(crate) seed: u64,
    pub(crate) search: &'static str,
}

#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Optimizer {
    Adam,
    Sgd,
}

impl Run {
    /// A name that a person can tell from the others.
    pub(crate) fn name(&self) -> String {
        let optimizer = if self.optimizer == Optimizer::Adam { "adam" } else { "sgd" };
        format!("{optimizer} lr={} width={} #{}", self.lr, self.width, self.seed)
    }
}

/// The first `n` runs: a grid of 24, then a random search over learning rates (uniform in their logarithm).
pub(crate) fn runs(n: usize, epochs: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    for seed in [0, 1] {
        for width in [16, 64] {
            for lr in [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1] {
                runs.push(Run { lr, width, optimizer: Optimizer::Adam, batch: 32, epochs, seed, search: "grid" });
            }
        }
    }
    let mut random = StdRng::seed_from_u64(7);
    while runs.len() < n {
        let lr = three_digits(10f64.powf(random.random_range(-4.0..-0.5)));
        let width = *[8, 16, 32, 64, 128].choose(&mut random).unwrap_or(&32);
        let optimizer = *[Optimizer::Adam, Optimizer::Sgd].choose(&mut random).unwrap_or(&Optimizer::Adam);
        let batch = *[16, 32, 64].choose(&mut random).unwrap_or(&32);
        runs.push(Run { lr, width, optimizer, batch, epochs, seed: runs.len() as u64, search: "random" });
    }
    runs.truncate(n);
    runs
}

/// 0.00123456 → 0.00123: what nobody can read in a legend is not worth trying.
fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_is_the_same_every_time_and_all_names_differ() {
        let names: Vec<String> = runs(40, 1).iter().map(Run::name).collect();
        assert_eq!(names, runs(40, 1).iter().map(Run::name).collect::<Vec<_>>());
        let mut unique = names.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), names.len());
    }
}
