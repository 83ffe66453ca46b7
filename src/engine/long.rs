//! Which series are read in full, and which by the headers of their chunks alone.

/// So many points of an output are read in full: a tenth of a second.
const FULL: u64 = 2_000_000;
/// So many where headers would show less than a screen can, or only means of means: a second.
const MOST: u64 = 20_000_000;
/// Points of all curves of an output that a page gets, and those of one curve.
const SHOWN: u64 = 22_000;
const OF_ONE: std::ops::RangeInclusive<u64> = 60..=2_000;
/// A header stands for about so many points, of which it has two extremes.
const CHUNK: u64 = 2_048;

/// One metric that is drawn.
pub(super) struct Wanted {
    /// How many points each of its runs has.
    pub(super) lens: Vec<u64>,
    /// Whether means over runs are made of it.
    pub(super) means: bool,
}

/// Of each metric, which of its runs are read by headers: none while the output has not too many points; then those whose
/// headers have as many extremes as the page gets points; then all that are long at all.
pub(super) fn by_headers(metrics: &[Wanted]) -> Vec<Vec<bool>> {
    let points = |of: &[Wanted]| of.iter().flat_map(|metric| &metric.lens).fold(0u64, |sum, len| sum.saturating_add(*len));
    if points(metrics) <= FULL {
        return metrics.iter().map(|metric| vec![false; metric.lens.len()]).collect();
    }
    let curves = metrics.iter().map(|metric| metric.lens.len() as u64).sum::<u64>().max(1);
    let share = (SHOWN / curves).clamp(*OF_ONE.start(), *OF_ONE.end());
    let far = |least: u64, means: bool| {
        let long = move |metric: &Wanted, len: u64| (means || !metric.means) && len / CHUNK * 2 >= least;
        metrics.iter().map(|metric| metric.lens.iter().map(|len| long(metric, *len)).collect()).collect::<Vec<Vec<bool>>>()
    };
    let enough = far(share, false);
    let rest = metrics.iter().zip(&enough).flat_map(|(metric, headers)| metric.lens.iter().zip(headers));
    let rest = rest.filter(|(_, headers)| !**headers).fold(0u64, |sum, (len, _)| sum.saturating_add(*len));
    if rest <= MOST { enough } else { far(*OF_ONE.start() / 2, true) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(metrics: &[(usize, u64, bool)]) -> Vec<usize> {
        let metrics: Vec<Wanted> =
            metrics.iter().map(|(runs, len, means)| Wanted { lens: vec![*len; *runs], means: *means }).collect();
        by_headers(&metrics).iter().map(|runs| runs.iter().filter(|headers| **headers).count()).collect()
    }

    #[test]
    fn headers_are_asked_where_full_reading_would_show_no_more() {
        assert_eq!(count(&[(20, 100_000, false)]), [0]);
        assert_eq!(count(&[(100, 1_000_000, false)]), [100]);
        assert_eq!(count(&[(1, 10_000_000, false)]), [1]);
        // 100,000 points are 97 extremes, and the page has room for 550.
        assert_eq!(count(&[(40, 100_000, false)]), [0]);
        assert_eq!(count(&[(400, 100_000, false)]), [400]);
        assert_eq!(count(&[(30, 1_000_000, false), (30, 500, false)]), [30, 0]);
    }

    #[test]
    fn means_are_of_all_points_as_long_as_that_can_be_waited_for() {
        assert_eq!(count(&[(200, 100_000, true)]), [0]);
        assert_eq!(count(&[(1_000, 100_000, true)]), [1_000]);
        assert_eq!(count(&[(1_000, 100_000, true), (1_000, 1_000, true)]), [1_000, 0]);
    }
}
