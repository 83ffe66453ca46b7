//! What one output is: its content by MIME type.

use std::collections::BTreeMap;

/// One output, by MIME type: an HTML fragment and the same as text. Made by `bundle()` of everything that can be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bundle(BTreeMap<String, String>);

impl Bundle {
    /// The content of that type: `bundle.get("text/html")`.
    pub fn get(&self, mime: &str) -> Option<&str> {
        self.0.get(mime).map(String::as_str)
    }

    /// The types that it has, and their contents.
    pub fn contents(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    #[must_use]
    pub(crate) fn with(mut self, mime: &str, content: String) -> Bundle {
        self.0.insert(mime.to_owned(), content);
        self
    }

    /// Shows it as the output of a cell.
    pub(crate) fn show(&self) {
        super::output::show(self);
    }

    pub(super) fn take(mut self, mime: &str) -> Option<String> {
        self.0.remove(mime)
    }
}

impl From<BTreeMap<String, String>> for Bundle {
    fn from(contents: BTreeMap<String, String>) -> Bundle {
        Bundle(contents)
    }
}

/// A type whose name contains `json` becomes JSON, as the kernel does it too; what is not JSON after all is left out.
#[cfg(feature = "engine")]
impl From<Bundle> for jupyter_protocol::Media {
    fn from(bundle: Bundle) -> jupyter_protocol::Media {
        let content = bundle.0.into_iter().filter_map(|(mime, content)| {
            let value = if mime.contains("json") { serde_json::from_str(&content).ok()? } else { content.into() };
            let one: serde_json::Map<String, serde_json::Value> = [(mime, value)].into_iter().collect();
            serde_json::from_value::<jupyter_protocol::Media>(one.into()).ok()
        });
        jupyter_protocol::Media { content: content.flat_map(|media| media.content).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_has() {
        let bundle = Bundle::from(BTreeMap::from([("text/plain".to_owned(), "Loss".to_owned())]));
        assert_eq!(bundle.get("text/plain"), Some("Loss"));
        assert_eq!(bundle.get("text/html"), None);
    }

    #[test]
    #[cfg(feature = "engine")]
    fn is_the_media_of_the_jupyter_protocol() {
        use jupyter_protocol::{Media, MediaType};
        let contents = [("text/html", "<b>Loss</b>"), ("text/plain", "Loss"), ("application/json", "{\"a\": 1}")];
        let bundle = Bundle::from(
            contents.map(|(mime, content)| (mime.to_owned(), content.to_owned())).into_iter().collect::<BTreeMap<_, _>>(),
        );
        let media = Media::from(bundle);
        assert!(media.content.contains(&MediaType::Html("<b>Loss</b>".to_owned())));
        assert!(media.content.contains(&MediaType::Plain("Loss".to_owned())));
        assert_eq!(media.content.len(), 3);
    }
}
