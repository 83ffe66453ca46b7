//! Where a session came from, as it stands under `sessions.ID.origin`.

use bson::raw::{RawBsonRef, RawDocument};
use bson::{Bson, Document, doc};

use super::{keys, raw};
use crate::model::Origin;

/// What is known of it; the rest is left out.
pub(crate) fn origin_document(origin: &Origin) -> Document {
    let mut document = doc! { "command": &origin.command };
    let texts = [
        ("directory", Some(&origin.directory)),
        ("program", Some(&origin.program)),
        ("user", origin.user.as_ref()),
        ("commit", origin.commit.as_ref()),
        ("branch", origin.branch.as_ref()),
        ("remote", origin.remote.as_ref()),
        ("profile", origin.profile.as_ref()),
        ("rustc", origin.rustc.as_ref()),
        ("ml_board", Some(&origin.ml_board)),
    ];
    for (key, text) in texts {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            document.insert(key, text);
        }
    }
    if let Some(dirty) = origin.dirty {
        document.insert("dirty", dirty);
    }
    if !origin.crates.is_empty() {
        let crates = origin.crates.iter().map(|(name, version)| (keys::escape(name).into_owned(), Bson::from(version)));
        document.insert("crates", crates.collect::<Document>());
    }
    document
}

/// The origin in a document; what cannot be understood is left out.
pub(super) fn decode_origin(document: &RawDocument) -> Origin {
    let get = |key| raw::get(document, key);
    let text = |key| get(key).and_then(raw::text);
    let mut origin = Origin::default();
    if let Some(RawBsonRef::Array(command)) = get("command") {
        origin.command = command.into_iter().flatten().filter_map(raw::text).collect();
    }
    if let Some(RawBsonRef::Document(crates)) = get("crates") {
        let named = |(key, version): (&bson::raw::CStr, RawBsonRef<'_>)| {
            Some((keys::unescape(key.as_str()).into_owned(), raw::text(version)?))
        };
        origin.crates = crates.iter().flatten().filter_map(named).collect();
    }
    origin.directory = text("directory").unwrap_or_default();
    origin.program = text("program").unwrap_or_default();
    origin.ml_board = text("ml_board").unwrap_or_default();
    (origin.user, origin.commit, origin.branch) = (text("user"), text("commit"), text("branch"));
    (origin.remote, origin.profile, origin.rustc) = (text("remote"), text("profile"), text("rustc"));
    origin.dirty = get("dirty").and_then(|dirty| dirty.as_bool());
    origin
}
