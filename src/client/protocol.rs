//! What the thin side and the engine say to each other: one JSON object a line, requests down the engine's stdin, answers up its
//! stdout, each answer with its request's `id`. Plain data only. Binary columns are base64 of little-endian words.

use std::collections::BTreeMap;

use crate::display::{EditSpec, Page, PreviewSpec, Scope, View};
use crate::error::Error;
use crate::model::{PastEdit, Run, Series, Undone};
use crate::plain::plain;
use crate::query::Filter;

/// Both sides must have the same one. Counts up with each change of this file or of a type it names.
pub(crate) const PROTOCOL: u32 = 10;

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) id: u64,
    pub(crate) ask: Ask,
}

plain! { sent struct Request { id, ask } }

#[derive(Debug)]
pub(crate) enum Ask {
    /// First of all.
    Hello { version: String, protocol: u32 },
    /// Connects to the store (`uri` as in the configuration, or none for the default) and looks at the folder. One that has no runs
    /// is an error unless it may be `empty`, or runs for it wait on this machine.
    Open { uri: Option<String>, database: String, folder: String, empty: bool },
    /// Tells an engine that was started anew which store `store` was: opened with this `uri`.
    Know { store: String, uri: Option<String> },
    /// Checks a filter against the names in the whole folder; `text` is what the person wrote, for the carets.
    Check { scope: Scope, filter: Filter, text: Option<String> },
    /// Draws a view.
    Show { view: View, page: Page },
    /// The runs of a scope, newest first.
    Runs { scope: Scope },
    /// Those of them that are selected on the pages of the folder, in the order of their selection.
    Selected { scope: Scope },
    /// The series of a metric, in full, in order of the runs.
    Series { scope: Scope, tag: String },
    /// The folders of a database, by name.
    Folders { store: String, database: String },
    /// The databases that hold runs, by name.
    Databases { store: String },
    /// Connects to the store, whatever is in it.
    Connect { uri: Option<String> },
    /// What an edit would change.
    Preview { edit: EditSpec },
    /// Makes an edit.
    Apply { edit: EditSpec },
    /// Undoes one of the edits of the scope's folder.
    Undo { scope: Scope, id: String },
    /// The edits of the scope's folder, oldest first.
    Edits { scope: Scope },
}

plain! { sent enum Ask {
    Hello { version, protocol }, Open { uri, database, folder, empty }, Know { store, uri }, Check { scope, filter, text },
    Show { view, page }, Runs { scope }, Selected { scope }, Series { scope, tag }, Folders { store, database }, Databases { store },
    Connect { uri }, Preview { edit }, Apply { edit }, Undo { scope, id }, Edits { scope }
} }

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) id: u64,
    pub(crate) answer: Answer,
}

plain! { heard struct Reply { id, answer } }

#[derive(Debug)]
pub(crate) enum Answer {
    Hello {
        version: String,
        protocol: u32,
        pid: u32,
    },
    /// `notes` is what the person should be told once: no server, so the local store; runs waiting in journals; ….
    Opened {
        store: String,
        notes: Vec<String>,
    },
    Checked {
        filter: Filter,
    },
    /// By MIME type.
    Shown {
        bundle: BTreeMap<String, String>,
    },
    Runs {
        runs: Vec<Run>,
    },
    Series {
        series: Vec<Series>,
    },
    Names {
        names: Vec<String>,
    },
    Previewed {
        preview: PreviewSpec,
    },
    /// None: there was nothing to change.
    Applied {
        edit: Option<PastEdit>,
    },
    Undone {
        undone: Undone,
    },
    Edits {
        edits: Vec<PastEdit>,
    },
    Known,
    Failed {
        error: Error,
    },
}

plain! { heard enum Answer {
    Hello { version, protocol, pid }, Opened { store, notes }, Checked { filter }, Shown { bundle }, Runs { runs },
    Series { series }, Names { names }, Previewed { preview }, Applied { edit }, Undone { undone }, Edits { edits }, Known,
    Failed { error }
} }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::{Extra, PlotSpec, Smooth, XAxis};
    use crate::model::{RunId, Value};
    use crate::plain::{self, ToJson};
    use crate::query::{Band, Centre, Compare, Field};

    fn line(message: &impl ToJson) -> String {
        let line = plain::to_text(message);
        assert!(!line.contains('\n'), "one message is one line: {line}");
        line
    }

    #[test]
    fn a_request_is_one_line_whatever_the_names() {
        let odd = "a\nb\r\u{2028}\"\0\u{1f98a}".to_owned();
        let filter = Filter::Compare(Field::Param(odd.clone()), Compare::Less, Value::Float(f64::NAN));
        let scope = Scope { store: "local:/x".into(), database: "digits".into(), folder: odd.clone(), filter };
        let (legend, x, log_x, log_y, smooth, runs) =
            (None, XAxis::Metric(odd.clone()), false, true, Smooth::Gaussian(0.6), Some(3));
        let (group, centre, band) = (vec![odd.clone()], Centre::Median, Some(Band::Quantiles(0.1, 0.9)));
        let extra = Extra { layouts: vec![odd.clone()], traces: vec!["{}".into()] };
        let zoom = Default::default();
        let spec = PlotSpec { scope, tag: odd, legend, x, log_x, log_y, smooth, runs, group, centre, band, zoom, extra };
        let view = View::Row(vec![View::Plot(spec)]);
        let sent = Request { id: 7, ask: Ask::Show { view: view.clone(), page: Page::Picture } };
        let heard: Request = plain::from_slice(line(&sent).as_bytes()).unwrap();
        let Ask::Show { view: theirs, page: Page::Picture } = heard.ask else { panic!("{:?}", heard.ask) };
        // NaN is not equal to itself; its text is.
        assert_eq!((heard.id, format!("{theirs:?}")), (7, format!("{view:?}")));
    }

    #[test]
    fn points_cross_as_they_are() {
        let mut series = Series::new(RunId::from_bytes([1; 12]), "run", "Loss");
        series.steps = vec![i64::MIN, 0, i64::MAX];
        series.values = vec![f64::NAN, f64::NEG_INFINITY, f64::MIN_POSITIVE];
        series.wall = vec![0, 1, 2];
        let sent = Reply { id: 1, answer: Answer::Series { series: vec![series.clone()] } };
        let heard: Reply = plain::from_slice(line(&sent).as_bytes()).unwrap();
        let Answer::Series { series: theirs } = heard.answer else { panic!() };
        assert_eq!(theirs[0].steps, series.steps);
        let bits = |series: &Series| series.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&theirs[0]), bits(&series));
    }
}
