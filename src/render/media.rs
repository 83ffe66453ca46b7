//! The panels of images and histograms.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::choose;
use super::data::ScopeData;
use super::payload::{HistogramItem, Histograms, ImageItem, Images, Num, Panel};
use super::words::{count, plural, significant};
use crate::model::RunId;

/// MIME types that a page may be given as an image: pictures that cannot run anything.
const PICTURES: [&str; 5] = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"];

pub(super) fn images(board: usize, data: &ScopeData, index: &BTreeMap<RunId, usize>, tag: &str, legend: Option<String>) -> Panel {
    let Some(drawn) = data.images.get(tag) else {
        return Panel::Stack { children: Vec::new() };
    };
    let mut sources = Sources::default();
    let mut items = Vec::new();
    for image in &drawn.shown {
        let Some(run) = index.get(&image.run) else { continue };
        if !PICTURES.contains(&image.mime.as_str()) {
            continue;
        }
        let thumb = data.thumbs.get(&image.blob).map(|thumb| sources.put(&image.blob, thumb.mime, &thumb.bytes, true));
        let whole = data.blobs.get(&image.blob).map(|bytes| sources.put(&image.blob, &image.mime, bytes, false));
        let Some(src) = thumb.or(whole) else { continue };
        let full = whole.filter(|_| thumb.is_some());
        let (w, h, t) = (image.width, image.height, image.time.millis());
        items.push(ImageItem { run: *run, step: image.step, t, w, h, src, thumb: thumb.is_some(), full });
    }
    let steps: BTreeSet<i64> = items.iter().map(|item| item.step).collect();
    let mut notes = Vec::new();
    if items.len() < drawn.total {
        notes.push(format!("{} of {}", count(items.len()), plural(drawn.total, "image")));
    }
    let small = items.iter().filter(|item| item.thumb && item.full.is_none()).count();
    if small > 0 {
        notes.push(format!("{small} as thumbnails only: an output carries {} MB of images", choose::IMAGE_BYTES >> 20));
    }
    let sources = sources.sources;
    Panel::Images(Images { board, tag: tag.into(), legend, steps: steps.into_iter().collect(), items, sources, notes })
}

/// Pictures as `data:` URIs, each once.
#[derive(Default)]
struct Sources<'a> {
    sources: Vec<String>,
    places: BTreeMap<(&'a str, bool), usize>,
}

impl<'a> Sources<'a> {
    fn put(&mut self, blob: &'a str, mime: &str, bytes: &[u8], thumb: bool) -> usize {
        *self.places.entry((blob, thumb)).or_insert_with(|| {
            self.sources.push(format!("data:{mime};base64,{}", STANDARD.encode(bytes)));
            self.sources.len() - 1
        })
    }
}

pub(super) fn histograms(
    board: usize,
    data: &ScopeData,
    index: &BTreeMap<RunId, usize>,
    tag: &str,
    legend: Option<String>,
) -> Panel {
    let Some(drawn) = data.histograms.get(tag) else {
        return Panel::Stack { children: Vec::new() };
    };
    let five = |number: f64| Num(Some(significant(number, 5)));
    let items: Vec<HistogramItem> = drawn
        .shown
        .iter()
        .filter_map(|bins| {
            Some(HistogramItem {
                run: *index.get(&bins.run)?,
                step: bins.step,
                n: bins.n,
                nan: bins.nan,
                min: five(bins.min),
                max: five(bins.max),
                mean: Num((bins.n > 0).then(|| significant(bins.sum / bins.n as f64, 5))),
                edges: edges(&bins.edges),
                counts: bins.counts.clone(),
            })
        })
        .collect();
    let steps: BTreeSet<i64> = items.iter().map(|item| item.step).collect();
    let mut notes = Vec::new();
    if items.len() < drawn.total {
        notes.push(format!("{} of {}", count(items.len()), plural(drawn.total, "histogram")));
    }
    let bad: u64 = items.iter().map(|item| item.nan).sum();
    if bad > 0 {
        notes.push(format!("{} NaN or infinite, not counted", plural(usize::try_from(bad).unwrap_or(usize::MAX), "value")));
    }
    Panel::Histogram(Histograms { board, tag: tag.into(), legend, steps: steps.into_iter().collect(), items, notes })
}

/// Edges to what tells neighbours apart: four digits of the narrowest bin.
fn edges(edges: &[f64]) -> Vec<Num> {
    let narrowest = edges.windows(2).map(|pair| pair[1] - pair[0]).filter(|width| *width > 0.0).fold(f64::INFINITY, f64::min);
    let digits = |edge: f64| {
        let beyond = (edge.abs().log10().floor() - narrowest.log10().floor()).clamp(0.0, 13.0);
        4 + if beyond.is_finite() { beyond as usize } else { 0 }
    };
    let round = |edge: &f64| if *edge == 0.0 || !edge.is_finite() { *edge } else { significant(*edge, digits(*edge)) };
    edges.iter().map(|edge| Num(Some(round(edge)))).collect()
}
