//! Runs with the same values of parameters as one curve: their mean or median, and a band around it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::curves::{Placed, round, whole};
use super::legend::natural;
use super::payload::{Column, Curve, Group, Num, Parts, XKind};
use super::words::number;
use crate::query::{Aligned, Band, Bootstrap, Centre, Spread, align, quantile_of_sorted, reduce};

/// What the band is called.
pub(super) fn word(band: Band) -> String {
    match band {
        Band::StdDev => "std dev".into(),
        Band::StdErr => "std err".into(),
        Band::MinMax => "min to max".into(),
        Band::Quantiles(low, high) => format!("{} to {}", percent(low), percent(high)),
        Band::BootstrapCi { level, .. } => format!("{} CI", percent(level)),
    }
}

/// `95%`, `2.5%`.
fn percent(part: f64) -> String {
    format!("{}%", number(part * 100.0, 6))
}

/// What the curve of a group is called.
pub(super) fn centre_word(centre: Centre) -> &'static str {
    match centre {
        Centre::Mean => "mean",
        Centre::Median => "median",
        Centre::InterquartileMean => "interquartile mean",
    }
}

/// What the curves are, said on the picture.
pub(super) fn said(centre: Centre, band: Option<Band>) -> String {
    let centre = centre_word(centre);
    match band {
        None => centre.into(),
        Some(band @ (Band::StdDev | Band::StdErr)) => format!("{centre} ± {}", word(band)),
        Some(band @ Band::BootstrapCi { .. }) => format!("{centre}, {} by bootstrap over runs", word(band)),
        Some(band) => format!("{centre}, {}", word(band)),
    }
}

/// Which of these rows have one value of the column: the places of each group in `rows`, in order of the values, those without one last.
pub(super) fn partition(column: &Column, rows: &[usize]) -> Vec<Vec<usize>> {
    // Plus zero: the two zeros are one value.
    let key = |row: usize| match column.number(row) {
        Some(number) => (Some((number + 0.0).to_bits()), None),
        None => (None, column.cell(row)),
    };
    let mut groups: BTreeMap<(Option<u64>, Option<String>), Vec<usize>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        groups.entry(key(*row)).or_default().push(place);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    if let Some(Parts { order, .. }) = &column.parts {
        groups.sort_by_key(|(_, places)| places.first().and_then(|place| order.get(*rows.get(*place)?)).copied());
        return groups.into_iter().map(|(_, places)| places).collect();
    }
    groups.sort_by(|((a, left), _), ((b, right), _)| match (a, b, left, right) {
        (Some(a), Some(b), ..) => f64::from_bits(*a).total_cmp(&f64::from_bits(*b)),
        (Some(_), None, ..) => Ordering::Less,
        (None, Some(_), ..) => Ordering::Greater,
        (_, _, Some(a), Some(b)) => natural(a, b),
        (_, _, a, b) => b.is_some().cmp(&a.is_some()),
    });
    groups.into_iter().map(|(_, places)| places).collect()
}

/// How many numbers each group's curve has at least: what the budget of points is shared by.
pub(super) fn lens(groups: &[Vec<usize>], lens: &[usize]) -> Vec<usize> {
    let longest = |group: &Vec<usize>| group.iter().filter_map(|place| lens.get(*place)).copied().max().unwrap_or(0);
    // The mean and both ends of its band.
    groups.iter().flat_map(|group| [longest(group); 3]).collect()
}

/// What the curve of a group says, and what its band.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) centre: Centre,
    pub(super) band: Option<Band>,
}

/// The curve of a group: `members` are its runs' rows and points.
pub(super) fn curve(members: &[&(usize, Placed)], kind: XKind, asked: Asked, limit: usize) -> Curve {
    let points: Vec<(&[f64], &[f64])> = members.iter().map(|(_, placed)| placed.points()).collect();
    let aligned = align(&points);
    let Lines { centre, ends } = lines(&aligned, asked);
    let keep = keep(&aligned.x, &centre, ends.as_ref().map(|(lower, upper)| (lower.as_slice(), upper.as_slice())), limit);
    let pick = |from: &[f64]| keep.iter().map(|i| from[*i]).collect::<Vec<f64>>();
    // Rounded together, so that the curve stays inside its band.
    let mut numbers = pick(&centre);
    let resampled = bootstrap(&aligned, asked, &keep);
    if let Some((lower, upper)) = resampled.or_else(|| ends.as_ref().map(|(lower, upper)| (pick(lower), pick(upper)))) {
        numbers.extend(lower);
        numbers.extend(upper);
    }
    let numbers: Vec<Num> = round(&numbers).into_iter().map(Num::from).collect();
    let column = |i: usize| numbers.iter().skip(i * keep.len()).take(keep.len()).copied().collect::<Vec<Num>>();
    Curve {
        run: members.first().map_or(0, |(row, _)| *row),
        rank: None,
        x: pick(&aligned.x),
        whole: whole(kind),
        step: None,
        wall: None,
        y: column(0),
        n: members.iter().filter_map(|(_, placed)| placed.whole()).max().unwrap_or(0).max(aligned.x.len()),
        group: Some(Group {
            runs: runs(members),
            lower: column(1),
            upper: column(2),
            n: keep.iter().map(|i| aligned.spread[*i].n).collect(),
        }),
    }
}

/// The curve of a group and the ends of its band, at every x.
struct Lines {
    centre: Vec<f64>,
    ends: Option<(Vec<f64>, Vec<f64>)>,
}

fn lines(aligned: &Aligned, Asked { centre, band }: Asked) -> Lines {
    let quantiles = match band {
        Some(Band::Quantiles(low, high)) => Some((low, high)),
        _ => None,
    };
    let mut lines = Lines { centre: Vec::with_capacity(aligned.x.len()), ends: None };
    let (mut lower, mut upper) = (Vec::new(), Vec::new());
    if centre == Centre::Mean {
        lines.centre.extend(aligned.spread.iter().map(|spread| spread.mean()));
    }
    if centre != Centre::Mean || quantiles.is_some() {
        let all: Vec<usize> = (0..aligned.x.len()).collect();
        aligned.each(&all, |values| {
            values.sort_unstable_by(f64::total_cmp);
            if centre != Centre::Mean {
                lines.centre.push(centre.of(values));
            }
            if let Some((low, high)) = quantiles {
                lower.push(quantile_of_sorted(values, low));
                upper.push(quantile_of_sorted(values, high));
            }
        });
    }
    let middle = &lines.centre;
    let around = |half: fn(&Spread) -> f64| {
        let half = || aligned.spread.iter().map(half);
        (
            middle.iter().zip(half()).map(|(y, half)| y - half).collect(),
            middle.iter().zip(half()).map(|(y, half)| y + half).collect(),
        )
    };
    lines.ends = band.map(|band| match band {
        Band::StdDev => around(Spread::std_dev),
        // Also where the spikes of a bootstrapped band are looked for, which is made only of what is kept.
        Band::StdErr | Band::BootstrapCi { .. } => around(Spread::std_err),
        Band::MinMax => aligned.spread.iter().map(Spread::range).unzip(),
        Band::Quantiles(..) => (lower, upper),
    });
    lines
}

/// The ends of a bootstrapped band at the places that are kept.
fn bootstrap(aligned: &Aligned, asked: Asked, keep: &[usize]) -> Option<(Vec<f64>, Vec<f64>)> {
    let Some(Band::BootstrapCi { level, resamples, seed }) = asked.band else { return None };
    let mut bootstrap = Bootstrap::new(asked.centre, level, resamples, seed);
    let mut ends = (Vec::with_capacity(keep.len()), Vec::with_capacity(keep.len()));
    aligned.each(keep, |values| {
        let (lower, upper) = bootstrap.interval(values);
        ends.0.push(lower);
        ends.1.push(upper);
    });
    Some(ends)
}

/// The rows of the members, each once: the ranks of a run are several members of one row.
fn runs(members: &[&(usize, Placed)]) -> Vec<usize> {
    let mut runs: Vec<usize> = members.iter().map(|(row, _)| *row).collect();
    runs.dedup();
    runs
}

/// Which points to draw: the spikes of the mean and of both ends of its band.
pub(super) fn keep(x: &[f64], mean: &[f64], band: Option<(&[f64], &[f64])>, limit: usize) -> Vec<usize> {
    let Some((lower, upper)) = band.filter(|_| x.len() > limit) else { return reduce(x, mean, limit) };
    let mut keep = reduce(x, mean, limit / 2);
    keep.extend(reduce(x, lower, limit / 4));
    keep.extend(reduce(x, upper, limit / 4));
    keep.sort_unstable();
    keep.dedup();
    keep
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::payload::{Cells, ColumnGroup, ColumnKind};

    fn column(kind: ColumnKind, values: Cells) -> Column {
        Column { key: "lr".into(), kind, group: ColumnGroup::Param, values, shown: true, parts: None }
    }

    #[test]
    fn runs_of_one_value_are_a_group_and_those_without_it_come_last() {
        let numbers = [None, Some(0.1), Some(1e-3), Some(0.1), None, Some(-0.0), Some(0.0)].map(Num).to_vec();
        let by_number = column(ColumnKind::Number, Cells::Numbers(numbers));
        assert_eq!(partition(&by_number, &[0, 1, 2, 3, 4, 5, 6]), [vec![5, 6], vec![2], vec![1, 3], vec![0, 4]]);
        assert_eq!(partition(&by_number, &[3, 4]), [[0], [1]]);
        let texts = ["b10", "b9", "b10"].map(|text| Some(text.to_string()));
        let by_text = column(ColumnKind::Text, Cells::Texts([texts.to_vec(), vec![None]].concat()));
        assert_eq!(partition(&by_text, &[0, 1, 2, 3]), [vec![1], vec![0, 2], vec![3]]);
    }

    #[test]
    fn a_spike_of_the_band_is_kept() {
        let x: Vec<f64> = (0..10_000).map(f64::from).collect();
        let mean = vec![1.0; x.len()];
        let (mut lower, mut upper) = (mean.clone(), mean.clone());
        (lower[1_234], upper[8_765]) = (0.0, 9.0);
        let keep = keep(&x, &mean, Some((&lower, &upper)), 400);
        assert!(keep.len() <= 400 && keep.contains(&1_234) && keep.contains(&8_765), "{}", keep.len());
    }
}
