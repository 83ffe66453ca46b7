//! The curves of a metric.

use super::axes::{Axis, Kind};
use super::band::{self, Ends};
use super::frame::{Area, dashes, frame};
use super::{Detail, Picture};
use crate::query::{ema, gaussian};
use crate::render::groups::keep;
use crate::render::legend::{dash_of, legend};
use crate::render::payload::{Board, Curve, Num, Plot, XKind};

/// Beyond this many smoothed curves, what they were before is only noise.
const FAINT_CURVES: usize = 12;

/// A curve to draw: its points, and how strongly.
struct Line<'a> {
    curve: &'a Curve,
    x: Vec<f64>,
    y: Vec<f64>,
    /// What a smoothed curve was before.
    raw: Option<Vec<f64>>,
    band: Option<Ends>,
}

impl Line<'_> {
    /// Lets go of the points that lie beyond this stretch of x.
    fn keep_within(&mut self, [from, to]: [f64; 2]) {
        let inside: Vec<bool> = self.x.iter().map(|x| (from..=to).contains(x)).collect();
        let sift = |values: &mut Vec<f64>| {
            let mut inside = inside.iter();
            values.retain(|_| inside.next().copied().unwrap_or(false));
        };
        sift(&mut self.x);
        sift(&mut self.y);
        self.raw.iter_mut().for_each(sift);
        if let Some((lower, upper)) = &mut self.band {
            sift(lower);
            sift(upper);
        }
    }
}

pub(super) fn lines(plot: &Plot, board: &Board, detail: Detail) -> Picture {
    let mut legend = legend(board, plot.legend.as_deref());
    legend.count_groups(&plot.series);
    let shown = &plot.series[..plot.series.len().min(detail.curves)];
    let share = (detail.points / shown.len().max(1)).clamp(24, 2_000);
    let mut lines: Vec<Line<'_>> = shown.iter().map(|curve| line(curve, plot, share)).collect();

    let kind = |log: bool| if log { Kind::Log } else { Kind::Linear };
    let x_kind = if plot.x == XKind::Wall { Kind::Clock } else { kind(plot.axes.log_x) };
    if let Some(stretch) = plot.zoom.x {
        lines.iter_mut().for_each(|line| line.keep_within(stretch));
    }
    let seen = |zoom: Option<[f64; 2]>, all: Vec<f64>| zoom.map_or(all, Vec::from).into_iter();
    let all_x = lines.iter().flat_map(|line| line.x.iter().copied()).collect();
    let x = Axis::new(seen(plot.zoom.x, all_x), x_kind, 0.0, 7);
    let faint = lines.len() <= FAINT_CURVES;
    let y = |line: &'_ Line<'_>| {
        let ends = line.band.iter().flat_map(|(lower, upper)| lower.iter().chain(upper).copied()).collect::<Vec<_>>();
        line.raw.clone().filter(|_| faint).into_iter().flatten().chain(line.y.clone()).chain(ends)
    };
    let margin = if plot.zoom.y.is_some() { 0.0 } else { 0.04 };
    let y = Axis::new(seen(plot.zoom.y, lines.iter().flat_map(y).collect()), kind(plot.axes.log_y), margin, 6);
    let x_title =
        if plot.x == XKind::Wall { format!("{}, from {}", plot.axes.x_title, x.day()) } else { plot.axes.x_title.clone() };

    let mut notes = plot.notes.clone();
    if shown.len() < plot.series.len() {
        notes.insert(0, format!("{} of {} curves in this picture", shown.len(), plot.series.len()));
    }
    let rows: Vec<usize> = shown.iter().map(|curve| curve.run).collect();
    let (mut picture, area) = frame(&plot.tag, &notes, (&x, &x_title), &y, &legend, &rows);
    let width = if lines.len() > 20 { 12 } else { 18 };
    // Ten units a pixel: coordinates without points are a third shorter, and what all paths share stands here.
    picture.push(format_args!(
        "<g transform=\"scale(.1)\" fill=\"none\" stroke-width=\"{width}\" stroke-linejoin=\"round\" stroke-linecap=\"round\">"
    ));
    for line in lines.iter().rev() {
        if let Some(ends) = &line.band {
            let (outline, colour) = (band::outline(&line.x, ends, &x, &y, area), legend.stroke(line.curve.run).colour);
            picture.push(format_args!("<path d=\"{outline}\" fill=\"{colour}\" fill-opacity=\".18\"/>"));
        }
    }
    // The newest runs come first; they are drawn last, so on top.
    for line in lines.iter().rev() {
        let stroke = legend.stroke(line.curve.run);
        let dash = dash_of(stroke.dash, line.curve.rank);
        let (colour, dash) = (&stroke.colour, dashes(&dash.map(|length| length * 10)));
        if let Some(raw) = line.raw.as_ref().filter(|_| faint) {
            let path = path(&line.x, raw, &x, &y, area);
            picture.push(format_args!("<path d=\"{path}\" stroke=\"{colour}\" opacity=\".25\"/>"));
        }
        let path = path(&line.x, &line.y, &x, &y, area);
        picture.push(format_args!("<path d=\"{path}\" stroke=\"{colour}\"{dash}/>"));
        let crosses = crosses(line, &x, area);
        if !crosses.is_empty() {
            picture.push(format_args!("<path d=\"{crosses}\" stroke=\"{colour}\"/>"));
        }
    }
    picture.push(format_args!("</g>"));
    picture
}

fn line<'a>(curve: &'a Curve, plot: &Plot, share: usize) -> Line<'a> {
    let y: Vec<f64> = curve.y.iter().map(|y| y.0.unwrap_or(f64::NAN)).collect();
    let numbers = |of: &[Num]| of.iter().map(|number| number.0.unwrap_or(f64::NAN)).collect::<Vec<f64>>();
    let band = curve.group.as_ref().filter(|group| !group.lower.is_empty());
    let band = band.map(|group| (numbers(&group.lower), numbers(&group.upper)));
    let keep = keep(&curve.x, &y, band.as_ref().map(|(lower, upper)| (lower.as_slice(), upper.as_slice())), share);
    let pick = |from: &[f64]| keep.iter().map(|i| from[*i]).collect::<Vec<f64>>();
    let smooth = plot.smooth > 0.0 || plot.gaussian.is_some();
    let smoothed = |from: &[f64]| match plot.gaussian {
        Some(sigma) => pick(&gaussian(&curve.x, from, sigma)),
        None => pick(&ema(from, plot.smooth)),
    };
    Line {
        curve,
        x: pick(&curve.x),
        y: smoothed(&y),
        raw: smooth.then(|| pick(&y)),
        band: band.map(|(lower, upper)| (smoothed(&lower), smoothed(&upper))),
    }
}

/// The path through the points, broken where there is none; in tenths of pixels, relative, for few bytes.
fn path(xs: &[f64], ys: &[f64], x: &Axis, y: &Axis, area: Area) -> String {
    let mut path = String::new();
    let mut pen: Option<(i64, i64)> = None;
    let mut alone = false;
    for (&at, &value) in xs.iter().zip(ys) {
        let Some((px, py)) = x.place(at).zip(y.place(value)) else {
            if alone {
                path.push_str("h0");
            }
            (pen, alone) = (None, false);
            continue;
        };
        let point = ((area.x(px) * 10.0).round() as i64, (area.y(py) * 10.0).round() as i64);
        match pen {
            None => {
                path.push_str(&format!("M{} {}", point.0, point.1));
                alone = true;
            }
            Some(last) if last == point => continue,
            Some(last) => {
                let (dx, dy) = (point.0 - last.0, point.1 - last.1);
                path.push_str(&format!("l{dx}{}{dy}", if dy < 0 { "" } else { " " }));
                alone = false;
            }
        }
        pen = Some(point);
    }
    if alone {
        path.push_str("h0");
    }
    path
}

/// Small crosses where a value is NaN or infinite: at the top for plus infinity, else at the bottom.
fn crosses(line: &Line<'_>, x: &Axis, area: Area) -> String {
    const MOST: usize = 40;
    let values = line.raw.as_ref().unwrap_or(&line.y);
    let bad = line.x.iter().zip(values).filter(|(_, value)| !value.is_finite()).take(MOST);
    let cross = |(at, value): (&f64, &f64)| {
        let place = x.place(*at)?;
        let y = if *value == f64::INFINITY { area.top + 4.0 } else { area.bottom - 4.0 };
        Some(format!("M{:.0} {:.0}l60 60m0-60l-60 60", (area.x(place) - 3.0) * 10.0, (y - 3.0) * 10.0))
    };
    bad.filter_map(cross).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_point_is_a_dot_and_a_gap_is_a_gap() {
        let axis = |values: &[f64]| Axis::new(values.iter().copied(), Kind::Linear, 0.0, 5);
        let area = Area { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };
        let xs = [0.0, 1.0, 2.0, 3.0, 4.0];
        let ys = [0.0, f64::NAN, 10.0, 5.0, f64::NAN];
        assert_eq!(path(&xs, &ys, &axis(&xs), &axis(&ys), area), "M0 1000h0M500 0l250 500");
    }
}
