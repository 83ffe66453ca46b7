//! A long series by what its chunks say of themselves: enough for a screen, at a thousandth of the reading.

use super::{RunId, Series};

/// How many points a piece of a series has that was read in full.
const PIECE: usize = 2048;

/// The points of one metric of one run (and one rank of it), piece by piece in order of logging.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outline {
    pub(crate) run: RunId,
    pub(crate) name: String,
    pub(crate) rank: u32,
    pub(crate) tag: String,
    pub(crate) pieces: Vec<Piece>,
    /// The first value, if it is known.
    pub(crate) first: Option<f64>,
    /// The step of the first value that is NaN or infinite, if it is known.
    pub(crate) first_bad_step: Option<i64>,
}

/// Some points that were logged one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Piece {
    /// How many points.
    pub(crate) n: u64,
    /// How many of them are NaN or infinite.
    pub(crate) nan: u64,
    /// The steps of the first and the last one.
    pub(crate) steps: (i64, i64),
    /// When they were logged: milliseconds since 1970.
    pub(crate) wall: (i64, i64),
    /// The least and the greatest finite value.
    pub(crate) range: Option<(f64, f64)>,
    /// The sum of the finite values.
    pub(crate) sum: f64,
    /// The last value.
    pub(crate) last: f64,
}

impl Piece {
    /// One point.
    pub(crate) fn point(step: i64, value: f64, wall: i64) -> Piece {
        let finite = value.is_finite();
        Piece {
            n: 1,
            nan: u64::from(!finite),
            steps: (step, step),
            wall: (wall, wall),
            range: finite.then_some((value, value)),
            sum: if finite { value } else { 0.0 },
            last: value,
        }
    }

    /// Takes what was logged right after it.
    pub(crate) fn extend(&mut self, later: &Piece) {
        self.n += later.n;
        self.nan += later.nan;
        self.steps.1 = later.steps.1;
        self.wall.1 = later.wall.1;
        self.range = match (self.range, later.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.sum += later.sum;
        self.last = later.last;
    }

    /// The mean of its finite values.
    fn mean(&self) -> f64 {
        let finite = self.n.saturating_sub(self.nan);
        match self.range {
            // Rounding may carry a sum a little beyond what was added.
            Some((min, max)) if finite > 0 => (self.sum / finite as f64).clamp(min, max),
            _ => f64::NAN,
        }
    }

    /// Step and time at a part of the way through it, between 0 and 1.
    fn at(&self, part: f64) -> (i64, i64) {
        (between(self.steps, part), between(self.wall, part))
    }
}

/// The whole number at a part of the way; the ends themselves at 0 and 1.
fn between((from, to): (i64, i64), part: f64) -> i64 {
    if part >= 1.0 {
        return to;
    }
    let way = ((to as f64 - from as f64) * part).round() as i64;
    from.saturating_add(way).clamp(from.min(to), from.max(to))
}

impl Outline {
    /// That of a series which was read in full.
    pub(crate) fn of(series: &Series) -> Outline {
        let points = series.steps.iter().zip(&series.values).zip(&series.wall);
        let points: Vec<Piece> = points.map(|((step, value), wall)| Piece::point(*step, *value, *wall)).collect();
        let whole = |points: &[Piece]| {
            let (first, rest) = points.split_first()?;
            let mut piece = *first;
            rest.iter().for_each(|point| piece.extend(point));
            Some(piece)
        };
        Outline {
            run: series.run,
            name: series.name.clone(),
            rank: series.rank,
            tag: series.tag.clone(),
            pieces: points.chunks(PIECE).filter_map(whole).collect(),
            first: series.values.first().copied(),
            first_bad_step: series.values.iter().position(|value| !value.is_finite()).map(|at| series.steps[at]),
        }
    }

    /// How many points.
    pub(crate) fn n(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.n).sum()
    }

    /// How many of them are NaN or infinite.
    pub(crate) fn nan(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.nan).sum()
    }

    fn series(&self) -> Series {
        let mut series = Series::new(self.run, &self.name, &self.tag);
        series.rank = self.rank;
        series
    }

    /// Of each piece the least, the greatest and the last value, and a NaN if it has values that are not finite: no spike is lost.
    /// Values are exact; their places only the last one's and those of single points: a least or greatest value stands within
    /// its piece, a NaN at the first bad step if that is in the piece.
    pub(crate) fn extremes(&self) -> Series {
        let mut series = self.series();
        let mut put = |(step, wall): (i64, i64), value: f64| {
            series.steps.push(step);
            series.wall.push(wall);
            series.values.push(value);
        };
        if let (Some(piece), Some(first)) = (self.pieces.first().filter(|piece| piece.n > 1), self.first) {
            put(piece.at(0.0), first);
        }
        let mut bad_known = self.first_bad_step;
        for piece in &self.pieces {
            if piece.n > 1 {
                // Which one came first is not known: the last value is likely nearer to the later one.
                let inner = match piece.range {
                    Some((min, max)) if min == max => vec![(0.5, min)],
                    Some((min, max)) if piece.last - min > max - piece.last => vec![(1.0 / 3.0, min), (2.0 / 3.0, max)],
                    Some((min, max)) => vec![(1.0 / 3.0, max), (2.0 / 3.0, min)],
                    None => Vec::new(),
                };
                let inside = |step: &i64| (piece.steps.0.min(piece.steps.1)..=piece.steps.0.max(piece.steps.1)).contains(step);
                let bad = (piece.nan > 0).then(|| match bad_known.filter(inside) {
                    Some(step) => part(piece.steps, step),
                    None => 0.5,
                });
                if bad.is_some() {
                    bad_known = None;
                }
                let mut inner: Vec<(f64, f64)> = inner.into_iter().chain(bad.map(|at| (at, f64::NAN))).collect();
                inner.sort_by(|a, b| a.0.total_cmp(&b.0));
                inner.into_iter().for_each(|(part, value)| put(piece.at(part), value));
            }
            put(piece.at(1.0), piece.last);
        }
        series
    }

    /// Of each piece the mean of its finite values, in its middle.
    pub(crate) fn means(&self) -> Series {
        let mut series = self.series();
        for piece in self.pieces.iter().filter(|piece| piece.n > piece.nan) {
            let (step, wall) = piece.at(0.5);
            series.steps.push(step);
            series.wall.push(wall);
            series.values.push(piece.mean());
        }
        series
    }
}

/// Where between two steps a step lies.
fn part((from, to): (i64, i64), step: i64) -> f64 {
    let way = to as f64 - from as f64;
    if way == 0.0 { 0.0 } else { ((step as f64 - from as f64) / way).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn series(values: &[f64]) -> Series {
        let mut series = Series::new(RunId::from_bytes([1; 12]), "run", "Loss");
        for (step, value) in (0..).zip(values) {
            series.steps.push(step * 10);
            series.wall.push(1_000 + step);
            series.values.push(*value);
        }
        series
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![30 => -1e3..1e3, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(1e300)]
    }

    proptest! {
        #[test]
        fn no_spike_and_no_count_is_lost(values in prop::collection::vec(value(), 0..9_000)) {
            let whole = series(&values);
            let outline = Outline::of(&whole);
            prop_assert_eq!(outline.n(), values.len() as u64);
            prop_assert_eq!(outline.nan(), values.iter().filter(|value| !value.is_finite()).count() as u64);
            let shown = outline.extremes();
            prop_assert!(shown.steps.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert_eq!((shown.steps.first(), shown.steps.last()), (whole.steps.first(), whole.steps.last()));
            let same = |a: Option<&f64>, b: Option<&f64>| a.map(|value| value.to_bits()) == b.map(|value| value.to_bits());
            prop_assert!(same(shown.values.first(), values.first()) && same(shown.values.last(), values.last()));
            for (piece, of) in outline.pieces.iter().zip(values.chunks(PIECE)) {
                let finite = || of.iter().copied().filter(|value| value.is_finite());
                for extreme in [finite().reduce(f64::min), finite().reduce(f64::max)].into_iter().flatten() {
                    let there = (0..shown.len()).any(|i| shown.values[i] == extreme && (piece.steps.0..=piece.steps.1).contains(&shown.steps[i]));
                    prop_assert!(there, "{} is lost", extreme);
                }
            }
            let bad = shown.values.iter().position(|value| !value.is_finite()).map(|at| shown.steps[at]);
            let first = outline.first_bad_step;
            prop_assert!(bad == first || bad.is_some_and(|bad| first.is_some_and(|first| (bad - first).abs() <= 10)), "{:?} {:?}", bad, first);
        }
    }

    #[test]
    fn means_are_those_of_the_pieces() {
        let values: Vec<f64> = (0..5_000).map(|i| f64::from(i) + if i == 7 { f64::NAN } else { 0.0 }).collect();
        let means = Outline::of(&series(&values)).means();
        assert_eq!(means.len(), 3);
        let first: f64 = values[..2048].iter().filter(|value| value.is_finite()).sum::<f64>() / 2047.0;
        assert!((means.values[0] - first).abs() < 1e-9);
        assert_eq!(means.steps[0], 10_235);
    }
}
