//! What the thin side and the engine say to each other: one JSON object a line, requests down the engine's stdin, answers up its
//! stdout, each answer with its request's `id`. Plain data only. Binary columns are base64 of little-endian words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::display::{Page, Scope, View};
use crate::error::Error;
use crate::model::{Run, Series};
use crate::query::Filter;

/// Both sides must have the same one. Counts up with each change of this file or of a type it names.
pub(crate) const PROTOCOL: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) id: u64,
    pub(crate) ask: Ask,
}

#[derive(Debug, Serialize, Deserialize)]
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
    /// The series of a metric, in full, in order of the runs.
    Series { scope: Scope, tag: String },
    /// The folders of a database, by name.
    Folders { store: String, database: String },
    /// The databases that hold runs, by name.
    Databases { store: String },
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(crate) id: u64,
    pub(crate) answer: Answer,
}

#[derive(Debug, Serialize, Deserialize)]
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
    Known,
    Failed {
        error: Error,
    },
}
