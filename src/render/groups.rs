//! Runs with one value of a parameter as one curve: its mean, and a band around it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::curves::{Placed, round, whole};
use super::legend::natural;
use super::payload::{Column, Curve, Group, Num, XKind};
use crate::query::{Band, align, reduce};

/// What the band is called.
pub(super) fn word(band: Band) -> &'static str {
    match band {
        Band::StdDev => "std dev",
        Band::StdErr => "std err",
        Band::MinMax => "min to max",
    }
}

/// What the curves are, said on the picture.
pub(super) fn said(band: Option<Band>) -> String {
    match band {
        None => "mean".into(),
        Some(Band::MinMax) => "mean, min to max".into(),
        Some(band) => format!("mean ± {}", word(band)),
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

/// The curve of a group: `members` are its runs' rows and points.
pub(super) fn curve(members: &[&(usize, Placed)], kind: XKind, band: Option<Band>, limit: usize) -> Curve {
    let points: Vec<(&[f64], &[f64])> = members.iter().map(|(_, placed)| placed.points()).collect();
    let aligned = align(&points);
    let mean: Vec<f64> = aligned.spread.iter().map(|spread| spread.mean()).collect();
    let ends = band.map(|band| aligned.spread.iter().map(|spread| spread.band(band)).unzip());
    let ends: Option<(Vec<f64>, Vec<f64>)> = ends;
    let keep = keep(&aligned.x, &mean, ends.as_ref().map(|(lower, upper)| (lower.as_slice(), upper.as_slice())), limit);
    let pick = |from: &[f64]| keep.iter().map(|i| from[*i]).collect::<Vec<f64>>();
    // Rounded together, so that the mean stays inside its band.
    let mut numbers = pick(&mean);
    if let Some((lower, upper)) = &ends {
        numbers.extend(pick(lower));
        numbers.extend(pick(upper));
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
        n: aligned.x.len(),
        group: Some(Group {
            runs: runs(members),
            lower: column(1),
            upper: column(2),
            n: keep.iter().map(|i| aligned.spread[*i].n).collect(),
        }),
    }
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
        Column { key: "lr".into(), kind, group: ColumnGroup::Param, values, shown: true }
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
