//! A picture as pixels, for where no SVG is taken.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::error::{Error, ErrorKind, Result};

/// Pixels for each unit of the picture, both ways: sharp on paper and on dense screens.
const SCALE: f32 = 2.0;
/// Longer pictures have fewer pixels for each unit.
const MOST: f32 = 16_000.0;

/// The PNG in base64. Text is set in DejaVu Sans, which comes with the program, so that a picture is the same on every machine; letters
/// that it lacks are looked for in the machine's own fonts.
pub(super) fn png(svg: &str) -> Result<String> {
    let wrong =
        |cause: &dyn std::fmt::Display| Error::new(ErrorKind::Engine, "the picture could not be made a PNG").because(cause);
    let mut options = Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    fonts.load_system_fonts();
    fonts.set_sans_serif_family("DejaVu Sans");
    fonts.set_serif_family("DejaVu Sans");
    // The first family of a picture's list would be whatever the machine has.
    let svg = svg.replacen(FAMILIES, "DejaVu Sans", 1);
    let tree = Tree::from_str(&svg, &options).map_err(|cause| wrong(&cause))?;
    let size = tree.size();
    let scale = SCALE.min(MOST / size.width().max(size.height()));
    let (width, height) = ((size.width() * scale).ceil() as u32, (size.height() * scale).ceil() as u32);
    let mut pixels = Pixmap::new(width.max(1), height.max(1)).ok_or_else(|| wrong(&"it is too large"))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    Ok(STANDARD.encode(pixels.encode_png().map_err(|cause| wrong(&cause))?))
}

/// What pictures name.
const FAMILIES: &str = super::picture::FAMILIES;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_lines_and_letters() {
        let picture = |body: &str| {
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\" font-family=\"{FAMILIES}\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>{body}</svg>"
            );
            let png = STANDARD.decode(png(&svg).unwrap()).unwrap();
            image::load_from_memory(&png).unwrap().to_luma8()
        };
        let dark = |body: &str| picture(body).pixels().filter(|pixel| pixel.0[0] < 128).count();
        assert_eq!(picture("").dimensions(), (80, 40));
        assert_eq!(dark(""), 0);
        assert!(dark("<text x=\"2\" y=\"15\" font-size=\"14\">loss</text>") > 50, "a text leaves ink");
        assert!(dark("<path d=\"M0 10L40 10\" stroke=\"#000\"/>") >= 80);
    }
}
