//! What the network gets wrong and what it looks for, as pictures.

use anyhow::Result;
use ml_board::Image;

use crate::data::{SIDE, Set};
use crate::network::Score;

/// Pictures in a row, rows at most, and how many pixels a pixel of a digit becomes.
const COLUMNS: usize = 8;
const ROWS: usize = 4;
const ZOOM: usize = 4;

/// The first digits that it takes for others; none if it is always right.
pub(crate) fn misclassified(set: &Set, score: &Score) -> Result<Option<Image>> {
    let (images, labels): (Vec<Vec<f32>>, Vec<u32>) = (set.images.to_vec2()?, set.labels.to_vec1()?);
    let wrong = (0..labels.len()).filter(|&i| labels[i] != score.guesses[i]);
    let tiles: Vec<&[f32]> = wrong.map(|i| &*images[i]).collect();
    Ok((!tiles.is_empty()).then(|| mosaic(&tiles, |ink| [1.0 - ink; 3])))
}

/// The weights of the first hidden units, each as the picture that it looks for: red for ink, blue for paper.
pub(crate) fn filters(weights: &[f32]) -> Image {
    let most = weights.iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs()));
    let tiles: Vec<&[f32]> = weights.chunks(SIDE * SIDE).collect();
    mosaic(&tiles, |weight| {
        let strength = weight.abs() / most;
        if weight > 0.0 { [1.0, 1.0 - strength, 1.0 - strength] } else { [1.0 - strength, 1.0 - strength, 1.0] }
    })
}

/// Tiles of 8×8 values, side by side on grey.
fn mosaic(tiles: &[&[f32]], color: impl Fn(f32) -> [f32; 3]) -> Image {
    let tiles = &tiles[..tiles.len().min(COLUMNS * ROWS)];
    let tile = SIDE * ZOOM + 2;
    let (width, height) = (COLUMNS * tile, tiles.len().div_ceil(COLUMNS) * tile);
    let mut pixels = vec![0.85; width * height * 3];
    for (i, values) in tiles.iter().enumerate() {
        let (left, top) = (i % COLUMNS * tile + 1, i / COLUMNS * tile + 1);
        for y in 0..SIDE * ZOOM {
            for x in 0..SIDE * ZOOM {
                let at = ((top + y) * width + left + x) * 3;
                pixels[at..at + 3].copy_from_slice(&color(values[y / ZOOM * SIDE + x / ZOOM]));
            }
        }
    }
    Image::rgb(width, height, &pixels)
}
