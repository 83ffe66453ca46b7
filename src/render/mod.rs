//! What is drawn: a view and its data become one compact payload, and that becomes a page, a picture or text. Pure: no I/O.
//!
//! Everything after the payload is made of the payload alone, so the page, its static picture and the terminal say the same.

mod clock;
mod columns;
mod combine;
mod compose;
mod curves;
mod data;
mod domain;
mod edit;
mod extra;
mod figure;
mod groups;
mod html;
mod insight;
mod legend;
mod media;
mod missing;
mod params;
mod payload;
mod picture;
mod plotly;
mod png;
mod rows;
mod scatter;
mod text;
mod thoughts;
mod words;

pub(crate) mod better;
pub(crate) mod choose;
pub(crate) mod sparks;
pub(crate) mod thumbs;

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

pub(crate) use columns::field;
pub(crate) use compose::{payload, window};
pub(crate) use data::{Data, Drawn, Outlines, ScopeData};
pub(crate) use edit::preview;
pub(crate) use html::shell;
pub(crate) use payload::{Live, Payload};

use crate::display::{Page, Scope, View};
use crate::error::Result;

const HTML: &str = "text/html";
const TEXT: &str = "text/plain";
const SVG: &str = "image/svg+xml";
const PNG: &str = "image/png";
const PLOTLY: &str = "application/vnd.plotly.v1+json";

/// Draws a view of these data: by MIME type, what that page gets.
pub(crate) fn show(view: &View, data: &Data, page: Page) -> Result<BTreeMap<String, String>> {
    if page == Page::Data {
        return insight::data(view, &data.scopes);
    }
    bundle(&payload(view, data), page)
}

/// By MIME type, what that page gets.
pub(crate) fn bundle(payload: &Payload, page: Page) -> Result<BTreeMap<String, String>> {
    let bundle = match page {
        Page::Cell => vec![(HTML, html::fragment(payload, true)?), (TEXT, text::text(payload))],
        Page::Shared => vec![(HTML, html::fragment(payload, false)?), (TEXT, text::text(payload))],
        Page::Runtime => vec![(HTML, html::runtime()?), (TEXT, html::RUNTIME_IS_HERE.to_owned())],
        Page::File => vec![(HTML, html::page(payload)?)],
        Page::Picture => vec![(SVG, picture::figure(payload).svg())],
        Page::Pixels => vec![(PNG, png::png(&picture::figure(payload).svg())?)],
        Page::Figure => vec![(PLOTLY, figure::figure(payload)?.to_string())],
        Page::Text | Page::Data => vec![(TEXT, text::text(payload))],
    };
    Ok(bundle.into_iter().map(|(mime, content)| (mime.to_string(), content)).collect())
}

/// The same for every output of the same folder of the same store, whatever the filter.
pub(crate) fn board_id(scope: &Scope) -> String {
    let place = [&scope.store, &scope.database, &scope.folder].map(|part| format!("{}:{part}", part.len())).concat();
    Sha256::digest(place).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
