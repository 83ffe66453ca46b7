//! When the points of a curve were logged, to what a screen can tell: so a page may lay the curve along time without carrying its clock whole.

use serde::Serialize;

/// Moments as whole ticks: the first, and each one's distance from the one before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Ticks {
    /// Milliseconds since 1970 UTC.
    pub(crate) from: i64,
    /// How many milliseconds a tick has.
    pub(crate) tick: i64,
    pub(crate) d: Vec<i64>,
}

/// So many ticks are the length of a curve: half a pixel of a wide screen.
const TICKS: i64 = 4_000;

/// These moments (milliseconds since 1970 UTC) as ticks.
pub(super) fn ticks(wall: &[i64]) -> Option<Ticks> {
    let (first, last) = (*wall.iter().min()?, *wall.iter().max()?);
    let tick = (last.saturating_sub(first) / TICKS).max(1);
    let at = wall.iter().map(|wall| wall.saturating_sub(first).saturating_add(tick / 2) / tick);
    let mut before = 0;
    let d = at.map(|at| at - std::mem::replace(&mut before, at)).collect();
    Some(Ticks { from: first, tick, d })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_moment_moves_by_more_than_half_a_tick(wall in prop::collection::vec(-1_000_000_000_000i64..2_000_000_000_000, 1..50)) {
            let ticks = ticks(&wall).unwrap();
            let mut at = 0;
            for (wall, d) in wall.iter().zip(&ticks.d) {
                at += d;
                prop_assert!((ticks.from + at * ticks.tick - wall).abs() <= ticks.tick / 2);
            }
        }
    }

    #[test]
    fn short_curves_keep_their_milliseconds() {
        assert_eq!(ticks(&[5, 7, 6]), Some(Ticks { from: 5, tick: 1, d: vec![0, 2, -1] }));
        assert_eq!(ticks(&[]), None);
        assert!(ticks(&[i64::MIN, i64::MAX]).is_some());
    }
}
