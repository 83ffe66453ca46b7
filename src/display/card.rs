//! An error as a cell shows it: `evcxr_display` cannot return one.

use super::Bundle;
use crate::error::Error;

/// The error as a card and as text. The card is one line and needs no style sheet, light or dark.
pub(super) fn error_card(error: &Error) -> Bundle {
    let text = error.to_string();
    let card = format!(
        "<div role=\"alert\" class=\"tex2jax_ignore mathjax_ignore\" style=\"border-left:4px solid #d32f2f;background:rgba(211,47,47,.08);padding:.6em 1em;\
         white-space:pre-wrap;font-family:monospace\">{}</div>",
        escaped(&text)
    );
    Bundle::default().with("text/html", card).with("text/plain", text)
}

/// As text inside an element, on one line.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("&#10;"),
            '\r' => {}
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn nothing_in_an_error_becomes_markup() {
        let error = Error::new(ErrorKind::NotFound, "no folder `</script><img onerror='x' src=\"y\">`")
            .because("EVCXR_END_CONTENT")
            .help("a & b\nnext line");
        let card = error_card(&error);
        let html = card.get("text/html").unwrap();
        assert!(html.contains("&lt;/script&gt;&lt;img onerror=&#39;x&#39; src=&quot;y&quot;&gt;"), "{html}");
        assert!(html.contains("a &amp; b&#10;next line"), "{html}");
        assert!(!html.contains('\n'));
        assert_eq!(card.get("text/plain"), Some(error.to_string().as_str()));
    }
}
