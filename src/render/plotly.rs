//! The layout of a plot, as plotly.rs has it. The page adds colours, traces and size, and says the tag in its heading.

use plotly::Layout;
use plotly::common::Title;
use plotly::layout::{Axis, AxisType};
use serde_json::Value as Json;

use super::payload::{Axes, XKind};
use super::text::plain;

pub(super) fn layout(kind: XKind, axes: &Axes) -> Json {
    let scale = |log: bool| if log { AxisType::Log } else { AxisType::Linear };
    let x = if kind == XKind::Wall && !axes.log_x { AxisType::Date } else { scale(axes.log_x) };
    let layout = Layout::new()
        .x_axis(Axis::new().title(Title::with_text(text(&axes.x_title))).type_(x))
        .y_axis(Axis::new().type_(scale(axes.log_y)));
    serde_json::to_value(layout).unwrap_or_default()
}

/// A name as data: the page escapes it for Plotly's own HTML. What stands between dollars would be a formula, so no dollar begins one.
fn text(name: &str) -> String {
    plain(name).replace('$', "\u{200b}$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_kinds_of_axes() {
        let axes = Axes { x_title: "<b>epoch</b> $x$".into(), log_x: false, log_y: true };
        let layout = layout(XKind::Metric, &axes);
        let json = layout.to_string().replace('\u{200b}', "ZWSP");
        insta::assert_snapshot!(json, @r#"
    {"xaxis":{"title":{"text":"<b>epoch</b> ZWSP$xZWSP$"},"type":"linear"},"yaxis":{"type":"log"}}
    "#);
        let wall = super::layout(XKind::Wall, &Axes::default());
        assert_eq!(wall["xaxis"]["type"], "date");
    }
}
