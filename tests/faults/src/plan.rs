//! Which call follows which: a function of a seed, a thread and the number of the call. Every kind of call has its share, and each
//! series of a thread tells from its values alone whether something is missing, doubled, out of order or made up.

use ml_board::{Image, SummaryWriter};

/// One call to a writer.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// A point of a tag, with the next step or with one of its own.
    Scalar(String, f64, Option<i64>),
    /// A text.
    Thought(String),
    /// Width, height, channels and the variant that its pixels are made of.
    Image(String, u32, u32, u32, u32),
    /// The numbers from the first on, so many of them.
    Values(String, u64, u64),
    /// One more number of the run's histogram.
    Single(String, f64),
    /// A hyperparameter.
    Param(String, i64),
}

/// `SplitMix64`: a number as random as its bits allow.
pub fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// In a seed: large values are many, some 700 bytes a call.
pub const HEAVY: u64 = 1 << 40;

/// The call that thread `t` makes as its `i`-th.
pub fn call(seed: u64, t: u64, i: u64) -> Call {
    let r = mix(mix(seed ^ (t << 48)).wrapping_add(i));
    let (more, rare) = (r >> 32, (r >> 40) % if seed & HEAVY == 0 { 512 } else { 48 });
    match r % 1000 {
        share @ 0..550 => {
            let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324, 1e308];
            let value = odd.get(share as usize).copied().unwrap_or((r >> 11) as f64 / (1_u64 << 53) as f64);
            Call::Scalar(format!("t{t}/loss"), value, None)
        }
        550..700 => Call::Scalar(format!("t{t}/acc"), i as f64, Some((i / 4) as i64 - 3 * (i % 5) as i64)),
        700..800 => Call::Scalar(format!("t{t}/many.{}", more % 40), i as f64, None),
        800..870 => Call::Scalar("shared".into(), (t << 40 | i) as f64, None),
        870..920 => {
            let length = if rare == 0 { 300_000 } else { more % 200 };
            Call::Thought(format!("thread {t} call {i} 🦀 </script>\n\"{}", "x".repeat(length as usize)))
        }
        920..955 => {
            let variant = (more % 64) as u32;
            let (w, h) = if rare == 0 { (320, 300) } else { (4 + variant % 13, 3 + variant % 7) };
            Call::Image(format!("t{t}/picture"), w, h, if w == 320 || variant % 2 == 1 { 3 } else { 1 }, variant)
        }
        955..985 => Call::Values(format!("t{t}/weights"), i, if rare == 0 { 40_000 } else { 2 + more % 30 }),
        985..994 => Call::Single(format!("t{t}/grown"), i as f64),
        _ => Call::Param(format!("p{:x}.{t}.{}", seed & 0xffff, i % 20), i as i64),
    }
}

impl Call {
    /// Makes the call.
    pub fn log(&self, w: &SummaryWriter) {
        match self {
            Call::Scalar(tag, value, None) => w.add_scalar(tag, *value),
            Call::Scalar(tag, value, Some(step)) => w.add_scalar_at(tag, *value, *step),
            Call::Thought(text) => w.add_thought(text),
            Call::Image(tag, width, height, channels, variant) => {
                let pixels = pixels(*width, *height, *channels, *variant);
                let image =
                    if *channels == 1 { Image::gray(*width, *height, &pixels) } else { Image::rgb(*width, *height, &pixels) };
                w.add_image(tag, image);
            }
            Call::Values(tag, first, n) => w.add_histogram(tag, (*first..first + n).map(|i| i as f64).collect::<Vec<f64>>()),
            Call::Single(tag, value) => w.add_histogram(tag, *value),
            Call::Param(name, value) => w.add_param(name, *value),
        }
    }
}

/// Each channel of each pixel is one of the 256 shades that an 8-bit image has.
fn pixels(width: u32, height: u32, channels: u32, variant: u32) -> Vec<f32> {
    let shade = move |x, y, c| ((x * 7 + y * 13 + c * 53 + variant * 29) % 256) as f32 / 255.0;
    (0..height).flat_map(|y| (0..width).flat_map(move |x| (0..channels).map(move |c| shade(x, y, c)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_call_is_made_and_the_plan_is_a_function_of_its_seed() {
        let calls = |seed| (0..2000).map(|i| format!("{:?}", call(seed, 1, i))).collect::<Vec<_>>();
        assert_eq!(calls(7), calls(7));
        assert_ne!(calls(7), calls(8));
        for kind in ["Scalar", "Thought", "Image", "Values", "Single", "Param"] {
            assert!(calls(7).iter().any(|call| call.starts_with(kind)), "{kind}");
        }
    }
}
