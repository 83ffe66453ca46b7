//! An output that is complete in itself, on one line: data, the page's runtime, and something to see where scripts do not run.
//!
//! Text from the database gets here only through [`escape`] or inside the gzipped payload.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::payload::{Level, Panel, Payload, Thoughts};
use super::picture::{self, Still};
use super::rows::{self, Grid};
use super::text::{cut, plain};
use super::words::moment;
use crate::error::{Error, ErrorKind, Result};

/// Plotly and the page's runtime, built from `web/`.
const RUNTIME: &[u8] = include_bytes!("assets/runtime.js.gz");
const LOADER: &str = include_str!("assets/loader.js");
const MANIFEST: &str = include_str!("assets/manifest.json");

/// Rows and columns of the table that is there without scripts.
const ROWS: usize = 10;
const COLUMNS: usize = 8;
const THOUGHTS: usize = 10;
/// Pictures that are there without scripts: each costs bytes in every output.
const PICTURES: usize = 8;

/// What is said beside the runtime where it is shared.
pub(super) const RUNTIME_IS_HERE: &str = "The runtime of this notebook's ml_board outputs: keep this cell's output.";
/// What an output without a runtime says until there is one.
const WANTED: &str = "A static picture: the runtime is in another output. Show board.runtime() once in this notebook, or run the cell again with Assets::Embed.";

/// What a cell prints: one line. Without the runtime (`whole` is false) another output has to bring it.
pub(super) fn fragment(payload: &Payload, whole: bool) -> Result<String> {
    let hash = hash()?;
    let data = STANDARD.encode(gzip(payload)?);
    let runtime = if whole { format!(" data-mlb-rt=\"{}\"", STANDARD.encode(RUNTIME)) } else { String::new() };
    let mut still = Static { payload, pictures: 0, html: String::new() };
    still.panel(&payload.panel);
    if !whole {
        still.html.push_str(&format!("<p style=\"{NOTE}\">{WANTED}</p>"));
    }
    let (still, loader) = (still.html, loader(&hash));
    Ok(format!(
        "<div class=\"mlb\" data-mlb-v=\"{hash}\" data-mlb-data=\"{data}\"{runtime}>\
         <div class=\"mlb-static tex2jax_ignore mathjax_ignore\">{still}</div></div><script>{loader}</script>"
    ))
}

/// The runtime alone, for all outputs of a page: one line.
pub(super) fn runtime() -> Result<String> {
    let hash = hash()?;
    let (runtime, loader) = (STANDARD.encode(RUNTIME), loader(&hash));
    Ok(format!(
        "<div data-mlb-v=\"{hash}\" data-mlb-rt=\"{runtime}\"><p style=\"{NOTE}\">{RUNTIME_IS_HERE}</p></div><script>{loader}</script>"
    ))
}

fn loader(hash: &str) -> String {
    LOADER.trim().replace("__HASH__", hash).replace('\n', " ")
}

/// A complete page that needs nothing else, ever.
pub(super) fn page(payload: &Payload) -> Result<String> {
    let title = escape(&payload.title);
    let fragment = fragment(payload, true)?;
    Ok(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title></head>\
         <body style=\"margin:16px;font:14px/1.4 system-ui,sans-serif\">{fragment}</body></html>"
    ))
}

/// A page without data, whose script asks the server that it came from.
pub(crate) fn shell() -> Result<String> {
    let hash = hash()?;
    let (runtime, loader) = (STANDARD.encode(RUNTIME), LOADER.trim());
    Ok(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>ml_board</title></head>\
         <body style=\"margin:16px;font:14px/1.4 system-ui,sans-serif\">\
         <div class=\"mlb\" data-mlb-v=\"{hash}\" data-mlb-page=\"\" data-mlb-rt=\"{runtime}\"><noscript>The board needs JavaScript.</noscript></div>\
         <script>{loader}</script></body></html>"
    ))
}

/// The hash of the runtime: outputs of one version share one copy in a page, and old ones keep theirs.
fn hash() -> Result<String> {
    #[derive(serde::Deserialize)]
    struct Manifest {
        hash: String,
    }
    let manifest: Manifest = serde_json::from_str(MANIFEST)
        .map_err(|error| Error::new(ErrorKind::Engine, "the page's runtime has no readable manifest").because(error))?;
    let word = !manifest.hash.is_empty() && manifest.hash.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if word { Ok(manifest.hash) } else { Err(Error::new(ErrorKind::Engine, "the manifest of the page's runtime has no hash")) }
}

fn gzip(payload: &Payload) -> Result<Vec<u8>> {
    let wrong = |error: &dyn std::fmt::Display| Error::new(ErrorKind::Engine, "the output could not be packed").because(error);
    let json = serde_json::to_vec(payload).map_err(|error| wrong(&error))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(7));
    gzip.write_all(&json).and_then(|()| gzip.finish()).map_err(|error| wrong(&error))
}

/// Text as it may stand between tags and in quoted attributes, on one line.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 8);
    for letter in plain(text).chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            letter => html.push(letter),
        }
    }
    html
}

/// What is there without scripts: plain elements with inline styles, for whatever a sanitizer leaves.
struct Static<'a> {
    payload: &'a Payload,
    pictures: usize,
    html: String,
}

const NOTE: &str = "margin:2px 0 10px;color:#8a8f98;font-size:12px";

impl Static<'_> {
    fn panel(&mut self, panel: &Panel) {
        match panel {
            Panel::Row { children } | Panel::Stack { children } | Panel::Insight { children, .. } => {
                children.iter().for_each(|child| self.panel(child))
            }
            Panel::Dashboard(dashboard) => {
                for part in dashboard.plots.iter().chain(&dashboard.images).chain(&dashboard.histograms) {
                    self.panel(part);
                }
                self.panel(&dashboard.table);
                self.panel(&dashboard.thoughts);
            }
            Panel::Plot(_) | Panel::Images(_) | Panel::Histogram(_) | Panel::Scatter(_) | Panel::Params(_) => self.picture(panel),
            Panel::Importance(_) | Panel::Coverage(_) => self.picture(panel),
            Panel::Diff(diff) => {
                if let Some(board) = self.payload.boards.get(diff.board) {
                    self.table(&diff.grid(board, COLUMNS - 1));
                }
            }
            Panel::Table(table) => {
                if let Some(board) = self.payload.boards.get(table.board) {
                    self.table(&rows::grid(board, table, ROWS, COLUMNS));
                }
            }
            Panel::Thoughts(thoughts) => self.thoughts(thoughts),
            Panel::Message(message) => {
                let colour = if message.level == Level::Error { "#b3261e" } else { "inherit" };
                self.html.push_str(&format!("<p style=\"color:{colour}\">{}</p>", escape(&message.text)));
            }
        }
    }

    fn picture(&mut self, panel: &Panel) {
        self.pictures += 1;
        if self.pictures > PICTURES {
            if self.pictures == PICTURES + 1 {
                let note = "More pictures are there when this page may run scripts.";
                self.html.push_str(&format!("<p style=\"{NOTE}\">{note}</p>"));
            }
            return;
        }
        let Some(Still { picture, alt }) = picture::still(panel, self.payload) else { return };
        let src = STANDARD.encode(picture.svg());
        self.html.push_str(&format!(
            "<img alt=\"{}\" width=\"{:.0}\" height=\"{:.0}\" style=\"max-width:100%;height:auto;margin:0 8px 8px 0;vertical-align:top\" \
             src=\"data:image/svg+xml;base64,{src}\">",
            escape(&alt),
            picture.width,
            picture.height,
        ));
    }

    fn table(&mut self, grid: &Grid) {
        self.html.push_str(&table(grid));
    }

    fn thoughts(&mut self, thoughts: &Thoughts) {
        if thoughts.items.is_empty() {
            return;
        }
        let skip = thoughts.items.len().saturating_sub(THOUGHTS);
        let rows = thoughts.items[skip..].iter().map(|thought| {
            let step = thought.step.map_or_else(|| rows::MISSING.into(), |step| step.to_string());
            vec![moment(thought.t), thought.name.clone(), step, cut(&thought.text, 200)]
        });
        let head = ["time (UTC)", "run", "step", "thought"].map(String::from).to_vec();
        let note = (skip > 0).then(|| format!("the newest {THOUGHTS} of {} thoughts", thoughts.items.len()));
        self.table(&Grid { head, right: vec![false, false, true, false], rows: rows.collect(), note });
    }
}

/// A table with inline styles.
pub(super) fn table(grid: &Grid) -> String {
    let mut html = String::new();
    // Notebooks set their tables to the right; a thought may take several lines, short words stay on one.
    let style = |right: bool, text: &str| {
        let (side, wrap) = (if right { "right" } else { "left" }, if text.len() > 60 { ";white-space:normal" } else { "" });
        format!(" style=\"text-align:{side}{wrap}\"")
    };
    html.push_str(
        "<table cellpadding=\"4\" style=\"border-collapse:collapse;font-size:12px;margin:4px 0;white-space:nowrap\"><thead><tr>",
    );
    for (word, right) in grid.head.iter().zip(&grid.right) {
        html.push_str(&format!("<th{}>{}</th>", style(*right, word), escape(&cut(word, 40))));
    }
    html.push_str("</tr></thead><tbody>");
    for row in &grid.rows {
        html.push_str("<tr>");
        for (cell, right) in row.iter().zip(&grid.right) {
            html.push_str(&format!("<td{}>{}</td>", style(*right, cell), escape(&cut(cell, 200))));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table>");
    if let Some(note) = &grid.note {
        html.push_str(&format!("<p style=\"{NOTE}\">{}</p>", escape(note)));
    }
    html
}

/// A line of text as a paragraph.
pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", escape(text))
}
