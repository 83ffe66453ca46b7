//! What a person added to a plot in plotly's own terms: read, checked, and laid over ours.

use serde_json::Value as Json;

use super::payload::Extra;

/// Of plotly's types, those that its basic bundle draws, which the page has.
const TYPES: [&str; 3] = ["scatter", "bar", "pie"];

/// What can be drawn of it, if anything, and what is said about the rest.
pub(super) fn read(given: &crate::display::Extra) -> (Option<Box<Extra>>, Vec<String>) {
    let (mut extra, mut wrong) = (Extra::default(), Vec::new());
    for text in &given.layouts {
        match object(text) {
            Ok(layout) => lay(&mut extra.layout, layout),
            Err(why) => {
                wrong.push(format!("no layout of plotly: {why}. What is wanted is like {{\"yaxis\": {{\"range\": [0, 1]}}}}"))
            }
        }
    }
    for text in &given.traces {
        match object(text).and_then(drawable) {
            Ok(trace) => extra.traces.push(trace),
            Err(why) => {
                wrong.push(format!("no trace of plotly: {why}. What is wanted is like {{\"x\": [0, 100], \"y\": [0.9, 0.9]}}"))
            }
        }
    }
    ((extra != Extra::default()).then(|| Box::new(extra)), wrong)
}

/// Lays one over the other: objects are merged, everything else replaces what was there.
pub(super) fn lay(below: &mut Json, over: Json) {
    match (below, over) {
        (Json::Object(below), Json::Object(over)) => {
            over.into_iter().for_each(|(key, value)| lay(below.entry(key).or_insert(Json::Null), value))
        }
        (below, over) => *below = over,
    }
}

fn object(text: &str) -> Result<Json, String> {
    let start: String = text.chars().take(60).collect();
    match serde_json::from_str(text) {
        Ok(json @ Json::Object(_)) => Ok(json),
        Ok(_) => Err(format!("`{start}` is no JSON object")),
        Err(error) => Err(format!("`{start}` is no JSON ({error})")),
    }
}

/// A line if it does not say what it is.
fn drawable(trace: Json) -> Result<Json, String> {
    let kind = trace.get("type").map_or(Some("scatter"), Json::as_str).unwrap_or("?");
    if TYPES.contains(&kind) { Ok(trace) } else { Err(format!("the type `{kind}` is not on board, only {}", TYPES.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(layouts: &[&str], traces: &[&str]) -> (Extra, Vec<String>) {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let (extra, wrong) = super::read(&crate::display::Extra { layouts: texts(layouts), traces: texts(traces) });
        (*extra.unwrap_or_default(), wrong)
    }

    #[test]
    fn later_layouts_lie_over_earlier_ones() {
        let (extra, wrong) =
            read(&[r#"{"yaxis": {"range": [0, 1], "title": "a"}}"#, r#"{"yaxis": {"title": "b"}, "height": 300}"#], &[]);
        assert_eq!(extra.layout.to_string(), r#"{"height":300,"yaxis":{"range":[0,1],"title":"b"}}"#);
        assert!(wrong.is_empty());
    }

    #[test]
    fn what_cannot_be_drawn_is_said_and_the_rest_is_drawn() {
        let (extra, wrong) =
            read(&["[1]", "{"], &[r#"{"type": "surface", "z": []}"#, r#"{"type": 3}"#, r#"{"y": [1]}"#, r#"{"type": "bar"}"#]);
        assert_eq!((extra.layout, extra.traces.len()), (Json::Null, 2));
        insta::assert_snapshot!(wrong.join("\n"), @r#"
        no layout of plotly: `[1]` is no JSON object. What is wanted is like {"yaxis": {"range": [0, 1]}}
        no layout of plotly: `{` is no JSON (EOF while parsing an object at line 1 column 1). What is wanted is like {"yaxis": {"range": [0, 1]}}
        no trace of plotly: the type `surface` is not on board, only scatter, bar, pie. What is wanted is like {"x": [0, 100], "y": [0.9, 0.9]}
        no trace of plotly: the type `?` is not on board, only scatter, bar, pie. What is wanted is like {"x": [0, 100], "y": [0.9, 0.9]}
        "#);
    }
}
