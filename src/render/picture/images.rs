//! Images: the last one of each run, small, with what the legend says of it.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;

use super::bars::{heading, last_of_each_run};
use super::{Detail, FAINT, INK, Picture, RULE, Type, WIDTH, fit, short};
use crate::render::legend::legend;
use crate::render::payload::{Board, Images};

const COLUMNS: usize = 5;
const SIDE: f64 = 100.0;
/// An image is carried as it is if it is no heavier than this; else as a thumbnail.
const LIGHT: usize = 6_000;
const THUMBNAIL: u32 = 160;
/// Below this, pixels are drawn as squares instead of being blurred.
const PIXELS: u32 = 64;

pub(super) fn images(panel: &Images, board: &Board, detail: Detail) -> Picture {
    let legend = legend(board, panel.legend.as_deref());
    let all = last_of_each_run(&panel.items, |item| (item.run, item.step));
    let shown = &all[..all.len().min(detail.items.div_ceil(COLUMNS) * COLUMNS)];
    let cell = (WIDTH - 28.0) / COLUMNS as f64;
    let height = SIDE + 42.0;
    let mut picture = Picture::new(WIDTH, 40.0 + shown.len().div_ceil(COLUMNS) as f64 * height);
    heading(&mut picture, &panel.tag, "the last of each run", shown.len(), all.len(), &panel.notes);
    for (i, item) in shown.iter().enumerate() {
        let left = 14.0 + (i % COLUMNS) as f64 * cell;
        let top = 40.0 + (i / COLUMNS) as f64 * height;
        let room = cell - 10.0;
        let source = panel.sources.get(item.src).map(String::as_str).and_then(light);
        if let Some(source) = source {
            let (width, height) = inside(item.w, item.h, room, SIDE);
            let crisp = if item.w.max(item.h) <= PIXELS { " style=\"image-rendering:pixelated\"" } else { "" };
            picture.push(format_args!(
                "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" href=\"{source}\"{crisp}/>",
                short(left),
                short(top + SIDE - height),
                short(width),
                short(height)
            ));
        } else {
            let (x, y, w, h) = (short(left), short(top), short(room.min(SIDE)), short(SIDE));
            picture.push(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"{RULE}\"/>"));
        }
        picture.text(left, top + SIDE + 14.0, Type::new(11.0, INK), &fit(&legend.caption(item.run), 11.0, room));
        picture.text(left, top + SIDE + 28.0, Type::new(10.0, FAINT), &fit(&format!("step {}", item.step), 10.0, room));
    }
    picture
}

/// The size of an image that has to lie in a box.
fn inside(width: u32, height: u32, room: f64, side: f64) -> (f64, f64) {
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let scale = (room / width).min(side / height);
    ((width * scale).max(1.0), (height * scale).max(1.0))
}

/// A source that does not weigh much: itself, or a thumbnail. None if it cannot be read.
fn light(source: &str) -> Option<String> {
    if source.len() <= LIGHT {
        return Some(source.to_string());
    }
    let (_, base64) = source.split_once(";base64,")?;
    let mut reader = image::ImageReader::new(Cursor::new(STANDARD.decode(base64).ok()?)).with_guessed_format().ok()?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(256 << 20);
    reader.limits(limits);
    let small = reader.decode().ok()?.thumbnail(THUMBNAIL, THUMBNAIL).to_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 80).encode_image(&small).ok()?;
    Some(format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg)))
}
