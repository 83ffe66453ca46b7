//! Which parameters a result depends on: a random forest's permutation importance, and Spearman's rank correlation.
//!
//! The forest and its measure are those of Breiman, *Random Forests*, Machine Learning 45 (2001), section 10: each tree learns from a
//! bootstrap sample, each run is predicted by the trees that did not see it, and a parameter is worth what that prediction loses when
//! its values are shuffled. The loss is in shares of the result's variance, as scikit-learn's `permutation_importance` has it with R².

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use smartcore::ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters};
use smartcore::linalg::basic::matrix::DenseMatrix;

use super::matches::value;
use super::{Field, shortened};
use crate::model::{Influence, Run, Value};

const TREES: usize = 100;
const SHUFFLES: usize = 10;
/// The same runs give the same answer.
const SEED: u64 = 2001;
/// Fewer runs say nothing.
const LEAST: usize = 10;
/// Below this it is a rough guide.
const FEW: usize = 30;
/// The newest so many; the time goes by runs times parameters.
const MOST: usize = 2_000;
/// A text with more values is a name, not a setting.
const CATEGORIES: usize = 32;

/// What was found, the most important first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Importances {
    pub(crate) items: Vec<Influence>,
    /// How much of the variance the forest predicts of runs that it has not seen: out-of-bag R².
    pub(crate) explained: f64,
    /// How many runs it learned from.
    pub(crate) runs: usize,
    /// What was left out, and how far it can be trusted.
    pub(crate) notes: Vec<String>,
}

/// What the parameters of these runs (newest first) say of a number that each has; or why there is no answer.
pub(crate) fn importance(runs: &[Run], of: &Field) -> Result<Importances, String> {
    let result = |run: &Run| value(of, run)?.number().filter(|number| number.is_finite());
    let with: Vec<(&Run, f64)> = runs.iter().filter_map(|run| Some((run, result(run)?))).collect();
    let mut notes = Vec::new();
    if with.len() < runs.len() {
        notes.push(format!("{} of {} runs have no finite {of}, left out", runs.len() - with.len(), runs.len()));
    }
    if with.len() < LEAST {
        return Err(format!("importance needs at least {LEAST} runs with a finite {of}; there are {}", with.len()));
    }
    if with.len() > MOST {
        notes.push(format!("of the newest {MOST} runs of {}", with.len()));
    }
    let (runs, results): (Vec<&Run>, Vec<f64>) = with.into_iter().take(MOST).unzip();
    let variance = variance(&results);
    if variance == 0.0 {
        return Err(format!("{of} is the same on all {} runs, so nothing can be said of what it depends on", runs.len()));
    }
    let (features, names) = features(&runs, of);
    if !names.is_empty() {
        notes.push(format!("left out, more than {CATEGORIES} texts: {}", shortened(names.iter().map(String::as_str))));
    }
    if features.is_empty() {
        return Err("no parameter varies over these runs, so the result cannot depend on one".into());
    }
    let (explained, losses) = forest(&features, &results, variance)?;
    if runs.len() < FEW {
        notes.push(format!("{} runs only: a rough guide", runs.len()));
    }
    if explained < 0.3 {
        notes.push("the forest explains little of runs it has not seen: do not trust the order".into());
    }
    let mut items: Vec<Influence> = features
        .iter()
        .zip(losses)
        .map(|(feature, (importance, spread))| {
            let pairs: Vec<(f64, f64)> =
                feature.numbers.iter().zip(&results).filter_map(|(number, result)| Some(((*number)?, *result))).collect();
            let correlation = feature.ordered.then(|| spearman(&pairs)).flatten();
            Influence { param: feature.name.clone(), importance, spread, correlation, runs: feature.there }
        })
        .collect();
    items.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    Ok(Importances { items, explained, runs: runs.len(), notes })
}

/// A parameter as columns of numbers.
struct Feature {
    name: String,
    /// Its values where it has an order.
    numbers: Vec<Option<f64>>,
    ordered: bool,
    /// How many runs have it.
    there: usize,
    /// What the forest learns from: the numbers, or a column of 0 and 1 for each category.
    columns: Vec<Vec<f64>>,
}

/// The parameters that vary, and the names of those that have too many texts.
fn features(runs: &[&Run], of: &Field) -> (Vec<Feature>, Vec<String>) {
    let names: BTreeSet<&String> = runs.iter().flat_map(|run| run.params.keys()).collect();
    let (mut features, mut left_out) = (Vec::new(), Vec::new());
    for name in names.into_iter().filter(|name| !matches!(of, Field::Param(of) if of == *name)) {
        // What is no number (NaN, null) is missing.
        let there = |value: &&Value| **value != Value::Null && value.number().is_none_or(f64::is_finite);
        let values: Vec<Option<&Value>> = runs.iter().map(|run| run.params.get(name).filter(there)).collect();
        let number = |value: &Value| match value {
            Value::Bool(bool) => Some(f64::from(u8::from(*bool))),
            value => value.number(),
        };
        let ordered = values.iter().flatten().all(|value| number(value).is_some());
        let texts: Vec<Option<String>> = values.iter().map(|value| value.map(Value::to_string)).collect();
        let distinct: BTreeSet<&Option<String>> = texts.iter().collect();
        if distinct.len() < 2 {
            continue;
        }
        let numbers: Vec<Option<f64>> = values.iter().map(|value| value.and_then(number)).collect();
        let columns = if ordered {
            vec![filled(&numbers)]
        } else if distinct.len() > CATEGORIES {
            left_out.push(name.clone());
            continue;
        } else {
            let column = |category: &&Option<String>| texts.iter().map(|text| f64::from(u8::from(text == *category))).collect();
            // Two categories are one question.
            distinct.iter().take(if distinct.len() == 2 { 1 } else { distinct.len() }).map(column).collect()
        };
        let there = texts.iter().flatten().count();
        features.push(Feature { name: name.clone(), numbers, ordered, there, columns });
    }
    (features, left_out)
}

/// Missing as a value of its own, below all others.
fn filled(numbers: &[Option<f64>]) -> Vec<f64> {
    let low = numbers.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let high = numbers.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let below = low - (high - low).max(1.0);
    numbers.iter().map(|number| number.unwrap_or(below)).collect()
}

/// The forest's out-of-bag R², and for each feature the mean and standard deviation of what it loses when that one is shuffled.
fn forest(features: &[Feature], results: &[f64], variance: f64) -> Result<(f64, Vec<(f64, f64)>), String> {
    let trouble = |cause: smartcore::error::Failed| format!("the random forest could not be made: {cause}");
    let columns: Vec<&[f64]> = features.iter().flat_map(|feature| &feature.columns).map(Vec::as_slice).collect();
    let matrix = |columns: &[&[f64]]| DenseMatrix::new(results.len(), columns.len(), columns.concat(), true);
    let wanted = RandomForestRegressorParameters::default().with_n_trees(TREES).with_m(columns.len()).with_seed(SEED);
    let y = results.to_vec();
    let forest = RandomForestRegressor::fit(&matrix(&columns).map_err(trouble)?, &y, wanted.with_keep_samples(true));
    let forest = forest.map_err(trouble)?;
    let error = |columns: &[&[f64]]| -> Result<f64, String> {
        let predicted = forest.predict_oob(&matrix(columns).map_err(trouble)?).map_err(trouble)?;
        // A run that all trees learned from is predicted by none.
        let squares: Vec<f64> =
            predicted.iter().zip(results).map(|(a, b)| (a - b).powi(2)).filter(|square| square.is_finite()).collect();
        Ok(mean(&squares))
    };
    let unshuffled = error(&columns)?;
    let mut random = StdRng::seed_from_u64(SEED);
    let mut losses = Vec::with_capacity(features.len());
    let mut at = 0;
    for feature in features {
        let mut lost = Vec::with_capacity(SHUFFLES);
        for _ in 0..SHUFFLES {
            let mut order: Vec<usize> = (0..results.len()).collect();
            order.shuffle(&mut random);
            let shuffled: Vec<Vec<f64>> =
                feature.columns.iter().map(|column| order.iter().map(|from| column[*from]).collect()).collect();
            let mut all = columns.clone();
            for (i, column) in shuffled.iter().enumerate() {
                all[at + i] = column;
            }
            lost.push((error(&all)? - unshuffled) / variance);
        }
        at += feature.columns.len();
        losses.push((mean(&lost), self::variance(&lost).sqrt()));
    }
    Ok((1.0 - unshuffled / variance, losses))
}

fn mean(numbers: &[f64]) -> f64 {
    if numbers.is_empty() { 0.0 } else { numbers.iter().sum::<f64>() / numbers.len() as f64 }
}

/// Of the population.
fn variance(numbers: &[f64]) -> f64 {
    let mean = mean(numbers);
    self::mean(&numbers.iter().map(|number| (number - mean).powi(2)).collect::<Vec<_>>())
}

/// Spearman's rank correlation: Pearson's of the ranks, ties with their mean rank. None if either side is all ties.
fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let (a, b) = (ranks(&a), ranks(&b));
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let both: f64 = a.iter().zip(&b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum();
    let length = (variance(&a) * variance(&b)).sqrt() * a.len() as f64;
    (length > 0.0).then(|| both / length)
}

fn ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    let mut ranks = vec![0.0; numbers.len()];
    let equal = |a: &usize, b: &usize| numbers[*a].partial_cmp(&numbers[*b]) == Some(Ordering::Equal);
    let mut before = 0;
    for ties in order.chunk_by(equal) {
        let rank = before as f64 + (ties.len() as f64 + 1.0) / 2.0;
        ties.iter().for_each(|at| ranks[*at] = rank);
        before += ties.len();
    }
    ranks
}

#[cfg(test)]
mod tests;
