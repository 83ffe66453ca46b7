//! The layout of a plot, as plotly.rs has it. The page adds colours, traces and size, and says the tag in its heading.

use plotly::Layout;
use plotly::common::Title;
use plotly::layout::{Axis, AxisType};
use serde_json::Value as Json;

use super::payload::{Axes, XKind};

pub(super) fn layout(tag: &str, kind: XKind, axes: &Axes) -> Json {
    let axis = |title: &str, of: Option<AxisType>| {
        let axis = Axis::new().title(Title::with_text(text(title)));
        match of {
            Some(of) => axis.type_(of),
            None => axis,
        }
    };
    let scale = |log: bool| if log { AxisType::Log } else { AxisType::Linear };
    let x = if kind == XKind::Wall && !axes.log_x { AxisType::Date } else { scale(axes.log_x) };
    let layout = Layout::new().x_axis(axis(&axes.x_title, Some(x))).y_axis(axis(tag, Some(scale(axes.log_y))));
    serde_json::to_value(layout).unwrap_or_default()
}

/// A name as Plotly shows it letter by letter: it reads some HTML, and formulas between dollars.
fn text(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '$' => text.push_str("\u{200b}$"),
            letter if letter.is_control() => text.push(' '),
            letter => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_kinds_of_axes() {
        let axes = Axes { x_title: "step".into(), log_x: false, log_y: true };
        let layout = layout("<b>Loss</b> $x$", XKind::Step, &axes);
        let json = layout.to_string().replace('\u{200b}', "ZWSP");
        insta::assert_snapshot!(json, @r#"
    {"xaxis":{"title":{"text":"step"},"type":"linear"},"yaxis":{"title":{"text":"&lt;b&gt;Loss&lt;/b&gt; ZWSP$xZWSP$"},"type":"log"}}
    "#);
        let wall = super::layout("Loss", XKind::Wall, &Axes::default());
        assert_eq!(wall["xaxis"]["type"], "date");
    }
}
