//! When the points of a curve were logged, to what a screen can tell. Between most points time runs evenly with the steps, so a few of them
//! say it for all: a page may lay the curve along time without carrying its clock.

use serde::Serialize;

/// Moments at some points; those of the points between lie on straight lines over the steps. Both as differences: the first, and each
/// one's distance from the one before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Clock {
    /// Indexes of points; the first and the last are among them.
    pub(crate) i: Vec<usize>,
    /// Milliseconds since 1970 UTC.
    pub(crate) t: Vec<i64>,
}

/// So many times the length of a curve is what a moment may be off: a pixel of a wide plot.
const EXACT: i64 = 1_500;

/// The clock of points with these steps, logged at these moments (milliseconds since 1970 UTC). None: there are no points.
pub(super) fn clock(steps: &[i64], wall: &[i64]) -> Option<Clock> {
    let (first, last) = (*wall.iter().min()?, *wall.iter().max()?);
    let off = (last.saturating_sub(first) / EXACT).max(1) as f64;
    let mut knots = vec![0];
    let mut from = 0;
    while from + 1 < wall.len() {
        from = reach(steps, wall, from, off);
        knots.push(from);
    }
    let mut before = (0, 0);
    let i = knots.iter().map(|at| at - std::mem::replace(&mut before.0, *at)).collect();
    let t = knots.iter().map(|at| wall[*at].wrapping_sub(std::mem::replace(&mut before.1, wall[*at]))).collect();
    Some(Clock { i, t })
}

/// The farthest point to which a straight line from `from` passes all points between closely enough.
fn reach(steps: &[i64], wall: &[i64], from: usize, off: f64) -> usize {
    // Slopes of lines that do.
    let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut end = from + 1;
    for at in from + 1..wall.len() {
        let run = steps[at] as f64 - steps[from] as f64;
        if steps[at] <= steps[at - 1] || run <= 0.0 {
            break;
        }
        let rise = wall[at] as f64 - wall[from] as f64;
        let slope = rise / run;
        if (least..=most).contains(&slope) {
            end = at;
        }
        (least, most) = (least.max((rise - off) / run), most.min((rise + off) / run));
        if least > most {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As `web/src/wire.ts` reads it.
    fn read(clock: &Clock, steps: &[i64]) -> Vec<f64> {
        let mut wall = Vec::new();
        let (mut at, mut t) = (0, 0);
        for (di, dt) in clock.i.iter().zip(&clock.t) {
            let (from, begin) = (at, t);
            (at, t) = (at + di, t + dt);
            let run = (steps[at] - steps[from]) as f64;
            let part = |k: usize| if run > 0.0 { (steps[k] - steps[from]) as f64 / run } else { 1.0 };
            wall.extend((wall.len()..=at).map(|k| begin as f64 + dt.to_owned() as f64 * if k == at { 1.0 } else { part(k) }));
        }
        wall
    }

    proptest! {
        #[test]
        fn no_moment_is_off_by_more_than_a_screen_shows(
            points in prop::collection::vec((-1i64..20, 0i64..5_000), 1..200), start in -1_000_000_000_000i64..2_000_000_000_000,
        ) {
            let sum = |of: fn(&(i64, i64)) -> i64| points.iter().scan(0, move |sum, point| { *sum += of(point); Some(*sum) }).collect::<Vec<i64>>();
            let steps = sum(|point| point.0);
            let wall: Vec<i64> = sum(|point| point.1).iter().map(|t| t + start).collect();
            let clock = clock(&steps, &wall).unwrap();
            let off = ((wall.last().unwrap() - wall[0]) / EXACT).max(1) as f64 + 0.01;
            for (said, wall) in read(&clock, &steps).iter().zip(&wall) {
                prop_assert!((said - *wall as f64).abs() <= off, "{said} for {wall}");
            }
            prop_assert_eq!(clock.i.iter().sum::<usize>(), wall.len() - 1);
        }
    }

    #[test]
    fn even_steps_take_two_points_and_a_pause_two_more() {
        let steps: Vec<i64> = (0..1_000).collect();
        let even: Vec<i64> = steps.iter().map(|step| 5_000 + step * 17 + step % 3).collect();
        assert_eq!(clock(&steps, &even), Some(Clock { i: vec![0, 999], t: vec![5_000, 999 * 17] }));
        let paused: Vec<i64> = even.iter().zip(&steps).map(|(t, step)| t + if *step < 500 { 0 } else { 60_000 }).collect();
        assert_eq!(clock(&steps, &paused).unwrap().i, [0, 499, 1, 499]);
        assert_eq!((clock(&[], &[]), clock(&[7], &[3])), (None, Some(Clock { i: vec![0], t: vec![3] })));
        assert!(clock(&[i64::MIN, i64::MAX], &[i64::MIN, i64::MAX]).is_some());
    }
}
