//! The digits: 1,797 pictures of 8×8 pixels, four fifths for training and one fifth for validation.

use std::io::{BufRead, BufReader};

use anyhow::{Context, Result};
use candle_core::{Device, Tensor};
use flate2::read::GzDecoder;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// Width and height of a digit.
pub(crate) const SIDE: usize = 8;
/// Pixels of a digit.
pub(crate) const PIXELS: usize = SIDE * SIDE;
/// Digits there are.
pub(crate) const CLASSES: usize = 10;

/// What is trained on, and what only judges.
pub(crate) struct Digits {
    pub(crate) training: Set,
    pub(crate) validation: Set,
}

/// Pictures (`n × 64`, in 0..=1) and what they show (`n`, in 0..10).
pub(crate) struct Set {
    pub(crate) images: Tensor,
    pub(crate) labels: Tensor,
}

/// Reads the digits that are compiled into this program.
pub(crate) fn load() -> Result<Digits> {
    let file = include_bytes!("../data/digits.csv.gz");
    let mut rows = Vec::new();
    for line in BufReader::new(GzDecoder::new(&file[..])).lines() {
        let numbers: Vec<u8> = line?.split(',').map(str::parse).collect::<Result<_, _>>()?;
        rows.push(numbers);
    }
    rows.shuffle(&mut StdRng::seed_from_u64(0)); // the same split for every run
    let (validation, training) = rows.split_at(rows.len() / 5);
    Ok(Digits { training: Set::new(training)?, validation: Set::new(validation)? })
}

impl Set {
    fn new(rows: &[Vec<u8>]) -> Result<Set> {
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        for row in rows {
            let (label, pixels) = row.split_last().context("an empty line in digits.csv.gz")?;
            images.extend(pixels.iter().map(|pixel| f32::from(*pixel) / 16.0));
            labels.push(u32::from(*label));
        }
        let images = Tensor::from_vec(images, (rows.len(), PIXELS), &Device::Cpu)?;
        let labels = Tensor::from_vec(labels, rows.len(), &Device::Cpu)?;
        Ok(Set { images, labels })
    }

    /// How many digits.
    pub(crate) fn len(&self) -> usize {
        self.labels.elem_count()
    }

    /// Some of them, in that order.
    pub(crate) fn choose(&self, which: &[u32]) -> Result<Set> {
        let which = Tensor::new(which, &Device::Cpu)?;
        Ok(Set { images: self.images.index_select(&which, 0)?, labels: self.labels.index_select(&which, 0)? })
    }
}
