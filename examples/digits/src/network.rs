//! The network: one hidden layer.

use anyhow::Result;
use candle_core::{D, DType, Device, Tensor, Var};
use candle_nn::{Linear, Module, loss};
use rand::Rng;
use rand::rngs::StdRng;

use crate::data::{CLASSES, PIXELS, Set};

/// 64 pixels → `width` rectified units → 10 classes.
pub(crate) struct Network {
    hidden: Linear,
    output: Linear,
    /// All that is trained.
    pub(crate) variables: Vec<Var>,
}

/// How a network does on a set.
pub(crate) struct Score {
    pub(crate) loss: f32,
    pub(crate) accuracy: f32,
    /// What it takes each digit for.
    pub(crate) guesses: Vec<u32>,
}

impl Network {
    /// One with random weights.
    pub(crate) fn new(width: usize, random: &mut StdRng) -> Result<Network> {
        let mut variables = Vec::new();
        let mut layer = |inputs: usize, outputs: usize| -> Result<Linear> {
            let bound = (6.0 / inputs as f32).sqrt(); // He's, for rectified units
            let weights: Vec<f32> = (0..inputs * outputs).map(|_| random.random_range(-bound..bound)).collect();
            let weights = Var::from_vec(weights, (outputs, inputs), &Device::Cpu)?;
            let bias = Var::zeros(outputs, DType::F32, &Device::Cpu)?;
            variables.extend([weights.clone(), bias.clone()]);
            Ok(Linear::new(weights.as_tensor().clone(), Some(bias.as_tensor().clone())))
        };
        let (hidden, output) = (layer(PIXELS, width)?, layer(width, CLASSES)?);
        Ok(Network { hidden, output, variables })
    }

    fn forward(&self, images: &Tensor) -> Result<Tensor> {
        Ok(self.output.forward(&self.hidden.forward(images)?.relu()?)?)
    }

    /// The cross entropy, to be minimised.
    pub(crate) fn loss(&self, set: &Set) -> Result<Tensor> {
        Ok(loss::cross_entropy(&self.forward(&set.images)?, &set.labels)?)
    }

    /// Judges it.
    pub(crate) fn score(&self, set: &Set) -> Result<Score> {
        let scores = self.forward(&set.images)?;
        let loss = loss::cross_entropy(&scores, &set.labels)?.to_scalar()?;
        let guesses = scores.argmax(D::Minus1)?;
        let right = guesses.eq(&set.labels)?.to_dtype(DType::F32)?.mean_all()?;
        Ok(Score { loss, accuracy: right.to_scalar()?, guesses: guesses.to_vec1()? })
    }

    /// The weights of the hidden layer, 64 a unit.
    pub(crate) fn filters(&self) -> Result<Vec<f32>> {
        Ok(self.hidden.weight().flatten_all()?.to_vec1()?)
    }

    /// The weights of the last layer.
    pub(crate) fn readout(&self) -> Result<Vec<f32>> {
        Ok(self.output.weight().flatten_all()?.to_vec1()?)
    }
}
