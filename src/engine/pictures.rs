//! The pictures of an output: which are carried as they are, and which as thumbnails. What they weigh is bounded.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use crate::model::ImageInfo;
use crate::render::{Drawn, choose, thumbs};
use crate::store::read::{Place, Read};

/// Bytes of thumbnails that are kept.
const KEPT: usize = 16 << 20;

/// Thumbnails by the hash of the picture, so that a board that is composed again and again decodes none of its pictures twice.
#[derive(Default)]
struct Kept {
    by_hash: HashMap<String, Option<thumbs::Coded>>,
    bytes: usize,
}

static THUMBNAILS: Mutex<Option<Kept>> = Mutex::new(None);

impl Kept {
    /// The thumbnail of this picture, `made` unless it is known.
    fn thumbnail(
        kept: &Mutex<Option<Kept>>,
        sha256: &str,
        make: impl FnOnce() -> Option<thumbs::Coded>,
    ) -> Option<thumbs::Coded> {
        let locked = || kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = locked().as_ref().and_then(|kept| kept.by_hash.get(sha256)) {
            return known.clone();
        }
        // Others go on meanwhile.
        let made = make();
        let mut kept = locked();
        let kept = kept.get_or_insert_default();
        // With the name and what a map takes for it.
        let weight = 200 + made.as_ref().map_or(0, |thumb| thumb.bytes.len());
        if kept.bytes + weight > KEPT {
            *kept = Kept::default();
        }
        if kept.by_hash.insert(sha256.to_owned(), made.clone()).is_none() {
            kept.bytes += weight;
        }
        made
    }
}

/// What was read, by the key of the blob.
#[derive(Default)]
pub(super) struct Pictures {
    /// As they were stored.
    pub(super) blobs: BTreeMap<String, Vec<u8>>,
    pub(super) thumbs: BTreeMap<String, thumbs::Coded>,
}

/// Reads the pictures of these images; those that there is no room for are taken out of the list. The last steps come first: when
/// room is short, the beginnings are what is missed least. Thumbnails of all come before anything large.
pub(super) fn read(read: &dyn Read, place: Place<'_>, images: &mut BTreeMap<String, Drawn<ImageInfo>>) -> Pictures {
    let mut order: Vec<(i64, &str)> = images.values().flat_map(|drawn| &drawn.shown).map(|i| (i.step, i.blob.as_str())).collect();
    // Stable: of one step, in the order of tags and runs.
    order.sort_by_key(|(step, _)| std::cmp::Reverse(*step));
    let mut pictures = Pictures::default();
    let (mut room, mut reading, mut decoding) = (choose::IMAGE_BYTES, choose::IMAGE_READ, choose::IMAGE_PIXELS);
    let mut large: Vec<(&str, Vec<u8>)> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for (_, blob) in order {
        if room == 0 || reading == 0 || !seen.insert(blob) {
            continue;
        }
        // One picture that cannot be read is no reason to show none.
        let Ok(bytes) = read.blob(place, blob) else { continue };
        reading = reading.saturating_sub(bytes.len());
        if bytes.len() <= thumbs::LIGHT {
            room = room.saturating_sub(bytes.len());
            pictures.blobs.insert(blob.to_owned(), bytes);
            continue;
        }
        let pixels = thumbs::pixels(&bytes).filter(|pixels| *pixels <= decoding);
        if let Some(pixels) = pixels {
            decoding -= pixels;
            if let Some(thumb) = Kept::thumbnail(&THUMBNAILS, blob, || thumbs::thumbnail(&bytes)) {
                room = room.saturating_sub(thumb.bytes.len());
                pictures.thumbs.insert(blob.to_owned(), thumb);
            }
        }
        large.push((blob, bytes));
    }
    for (blob, bytes) in large {
        if room > 0 {
            room = room.saturating_sub(bytes.len());
            pictures.blobs.insert(blob.to_owned(), bytes);
        }
    }
    for drawn in images.values_mut() {
        drawn.shown.retain(|image| pictures.blobs.contains_key(&image.blob) || pictures.thumbs.contains_key(&image.blob));
    }
    pictures
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::error::{Error, ErrorKind, Result};
    use crate::model::{HistogramBins, Run, RunId, Series, Thought, Time};
    use crate::query::Filter;
    use crate::store::read::Kind;

    /// A store that has pictures and nothing else.
    struct Pinboard(BTreeMap<String, Vec<u8>>);

    impl Read for Pinboard {
        fn databases(&self) -> Result<Vec<String>> {
            Ok(Vec::new())
        }
        fn folders(&self, _: &str) -> Result<Vec<String>> {
            Ok(Vec::new())
        }
        fn runs(&self, _: Place<'_>, _: &Filter) -> Result<Vec<Run>> {
            Ok(Vec::new())
        }
        fn series(&self, _: Place<'_>, _: &[&Run], _: &str) -> Result<Vec<Series>> {
            Ok(Vec::new())
        }
        fn tags(&self, _: Place<'_>, _: &[RunId], _: Kind) -> Result<Vec<String>> {
            Ok(Vec::new())
        }
        fn images(&self, _: Place<'_>, _: &[&Run], _: &str) -> Result<Vec<ImageInfo>> {
            Ok(Vec::new())
        }
        fn blob(&self, _: Place<'_>, key: &str) -> Result<Vec<u8>> {
            self.0.get(key).cloned().ok_or_else(|| Error::new(ErrorKind::Store, "gone"))
        }
        fn histograms(&self, _: Place<'_>, _: &[&Run], _: &str) -> Result<Vec<HistogramBins>> {
            Ok(Vec::new())
        }
        fn thoughts(&self, _: &str, _: &[String]) -> Result<Vec<Thought>> {
            Ok(Vec::new())
        }
    }

    /// A noisy PNG: about three bytes a pixel.
    fn noise(side: u32, mut seed: u32) -> Vec<u8> {
        let image = image::RgbImage::from_fn(side, side, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb([(seed >> 24) as u8, (seed >> 16) as u8, (seed >> 8) as u8])
        });
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_is_decoded_once_and_what_is_kept_is_bounded() {
        let kept = Mutex::new(None);
        let made = std::cell::Cell::new(0);
        let ask = |hash: &str, bytes: usize| {
            Kept::thumbnail(&kept, hash, || {
                made.set(made.get() + 1);
                (bytes > 0).then(|| thumbs::Coded { mime: "image/webp", bytes: vec![7; bytes] })
            })
        };
        assert_eq!(ask("a", 10), ask("a", 10));
        assert_eq!((ask("none", 0), ask("none", 0)), (None, None));
        assert_eq!(made.get(), 2);
        (0..40).for_each(|n| drop(ask(&n.to_string(), 1 << 20)));
        let bytes = || kept.lock().unwrap().as_ref().map(|kept| kept.bytes);
        assert!(bytes() <= Some(KEPT) && made.get() == 42, "{:?}", bytes());
        ask("a", 10);
        assert_eq!(made.get(), 43, "it had to make room");
    }

    #[test]
    fn every_large_picture_has_a_thumbnail_and_the_last_steps_are_whole() {
        let board = Pinboard(
            (0..12_u32).map(|step| (format!("blob {step}"), noise(512, step))).chain([("tiny".into(), noise(8, 9))]).collect(),
        );
        let image = |step: i64, blob: String| {
            ImageInfo::new(RunId::from_bytes([1; 12]), "t", step, Time(0), "image/png", (512, 512), blob)
        };
        let mut shown: Vec<ImageInfo> = (0..12).map(|step| image(step, format!("blob {step}"))).collect();
        shown.insert(0, image(-1, "tiny".into()));
        shown.insert(0, image(-2, "gone".into()));
        let mut images = BTreeMap::from([("t".to_owned(), Drawn { total: 14, shown })]);
        let pictures = read(&board, Place { database: "d", folder: "f" }, &mut images);
        assert_eq!(pictures.thumbs.len(), 12);
        assert_eq!(images["t"].shown.len(), 13, "the one that is gone is out");
        assert!(
            pictures.blobs.contains_key("tiny")
                && pictures.blobs.contains_key("blob 11")
                && !pictures.blobs.contains_key("blob 0")
        );
        let weight: usize =
            pictures.blobs.values().map(Vec::len).chain(pictures.thumbs.values().map(|thumb| thumb.bytes.len())).sum();
        assert!(weight < choose::IMAGE_BYTES + (1 << 20), "{weight}");
    }
}
