//! Trains one network, and logs what a person would want to see of it.

#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::sync::Mutex;

use anyhow::Result;
use candle_core::Tensor;
use candle_nn::{AdamW, Optimizer as _, ParamsAdamW, SGD};
use ml_board::SummaryWriter;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::data::Digits;
use crate::network::{Network, Score};
use crate::pictures;
use crate::search::{Optimizer, Run};

/// A loss that no run recovers from: twice that of guessing blindly.
const HOPELESS: f32 = 4.6;

/// The best validation accuracy of all runs so far.
#[derive(Default)]
pub(crate) struct Best(Mutex<f32>);

/// Trains a network with the hyperparameters of `run`, logs it to the folder `lr_search` of `database`, and says how it ended.
pub(crate) fn train(database: &str, run: &Run, digits: &Digits, best: &Best, progress: bool) -> Result<String> {
    let w = SummaryWriter::builder().database(database).folder("lr_search").name(run.name()).labels([run.search]).build()?;
    w.add_params(run);

    let mut random = StdRng::seed_from_u64(run.seed);
    let network = Network::new(run.width, &mut random)?;
    let mut optimizer = Descent::new(run, &network)?;
    let mut order: Vec<u32> = (0..digits.training.len() as u32).collect();
    let (mut step, mut ending) = (0, None);
    let mut validation = log_epoch(&w, &network, digits, 0, step)?;
    let mut least = (0, validation.loss); // the epoch of the least validation loss

    for epoch in 1..=run.epochs {
        order.shuffle(&mut random);
        for batch in order.chunks(run.batch) {
            let loss = network.loss(&digits.training.choose(batch)?)?;
            optimizer.step(&loss)?;
            step += 1;
            let loss: f32 = loss.to_scalar()?;
            w.add_scalar_at("Loss", loss, step);
            if !loss.is_finite() || loss > HOPELESS {
                ending = Some(format!("diverged at step {step}: the loss is {loss}"));
                break;
            }
        }
        validation = log_epoch(&w, &network, digits, epoch, step)?;
        if progress {
            println!("{}: epoch {epoch}, step {step}, validation loss {:.4}", run.name(), validation.loss);
        }
        if validation.loss < least.1 {
            least = (epoch, validation.loss);
        }
        if ending.is_some() {
            break;
        }
    }

    let overfits = validation.loss > 1.1 * least.1 && ending.is_none();
    if overfits {
        w.add_thought(&format!("overfits after epoch {}: the validation loss was {:.3} there", least.0, least.1));
    }
    let ending = ending.unwrap_or_else(|| format!("{:.1} % of the validation digits", 100.0 * validation.accuracy));
    w.add_thought(&ending);
    if best.beaten_by(validation.accuracy) {
        w.add_thought("the best so far");
    }
    w.close()?;
    Ok(ending)
}

/// Logs what an epoch came to; answers with the score on the validation digits.
fn log_epoch(w: &SummaryWriter, network: &Network, digits: &Digits, epoch: usize, step: i64) -> Result<Score> {
    let (training, validation) = (network.score(&digits.training)?, network.score(&digits.validation)?);
    w.add_scalar_at("epoch", epoch, step);
    w.add_scalar_at("Accuracy", training.accuracy, step);
    w.add_scalar_at("validation/Loss", validation.loss, step);
    w.add_scalar_at("validation/Accuracy", validation.accuracy, step);
    let filters = network.filters()?;
    w.add_histogram_at("weights", &filters, step);
    w.add_histogram_at("weights/readout", &network.readout()?, step);
    if epoch.is_multiple_of(4) {
        w.add_image_at("filters", pictures::filters(&filters), step);
        if let Some(picture) = pictures::misclassified(&digits.validation, &validation)? {
            w.add_image_at("misclassified", picture, step);
        }
    }
    Ok(validation)
}

impl Best {
    fn beaten_by(&self, accuracy: f32) -> bool {
        let mut best = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let better = accuracy > *best;
        *best = best.max(accuracy);
        better
    }
}

/// Either way of walking downhill.
enum Descent {
    Adam(AdamW),
    Sgd(SGD),
}

impl Descent {
    fn new(run: &Run, network: &Network) -> Result<Descent> {
        let variables = network.variables.clone();
        Ok(match run.optimizer {
            Optimizer::Adam => Descent::Adam(AdamW::new(variables, ParamsAdamW { lr: run.lr, ..Default::default() })?),
            Optimizer::Sgd => Descent::Sgd(SGD::new(variables, run.lr)?),
        })
    }

    fn step(&mut self, loss: &Tensor) -> Result<()> {
        match self {
            Descent::Adam(adam) => adam.backward_step(loss)?,
            Descent::Sgd(sgd) => sgd.backward_step(loss)?,
        }
        Ok(())
    }
}
