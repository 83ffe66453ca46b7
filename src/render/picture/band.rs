//! The pale band around the mean of a group.

use super::axes::Axis;
use super::frame::Area;

/// The two ends of a band.
pub(super) type Ends = (Vec<f64>, Vec<f64>);

/// The outline: along the upper end and back along the lower one. An end without a place (zero on a logarithmic axis) is at the edge.
pub(super) fn outline(xs: &[f64], (lower, upper): &Ends, x: &Axis, y: &Axis, area: Area) -> String {
    let along = |ends: &[f64], edge: f64| {
        let point = |(at, end): (&f64, &f64)| Some((area.x(x.place(*at)?), area.y(y.place(*end).unwrap_or(edge))));
        xs.iter().zip(ends).filter_map(point).collect::<Vec<_>>()
    };
    let mut points = along(upper, 1.0);
    points.extend(along(lower, 0.0).into_iter().rev());
    let mut outline = String::new();
    let mut pen: Option<(i64, i64)> = None;
    for (px, py) in points {
        let at = ((px * 10.0).round() as i64, (py * 10.0).round() as i64);
        match pen {
            None => outline.push_str(&format!("M{} {}", at.0, at.1)),
            Some(last) if last == at => continue,
            Some(last) => {
                let (dx, dy) = (at.0 - last.0, at.1 - last.1);
                outline.push_str(&format!("l{dx}{}{dy}", if dy < 0 { "" } else { " " }));
            }
        }
        pen = Some(at);
    }
    if !outline.is_empty() {
        outline.push('z');
    }
    outline
}

#[cfg(test)]
mod tests {
    use super::super::axes::Kind;
    use super::*;

    #[test]
    fn there_and_back_and_to_the_edge_where_there_is_no_place() {
        let x = Axis::new([0.0, 1.0].into_iter(), Kind::Linear, 0.0, 5);
        let y = Axis::new([1.0, 100.0].into_iter(), Kind::Log, 0.0, 5);
        let area = Area { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };
        let ends = (vec![1.0, -3.0], vec![10.0, 100.0]);
        assert_eq!(outline(&[0.0, 1.0], &ends, &x, &y, area), "M0 500l1000-500l0 1000l-1000 0z");
        assert_eq!(outline(&[], &(vec![], vec![]), &x, &y, area), "");
    }
}
