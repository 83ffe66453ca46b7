//! What is wrong with a filter's text, drawn with a caret under the place.

use std::ops::Range;

use crate::error::{Error, ErrorKind};

/// A place in a filter's text, in bytes.
pub(crate) type Span = Range<usize>;

/// One mistake of a filter's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) span: Span,
    /// What is wrong, in one line.
    pub(crate) what: String,
    /// What stands beside the caret.
    pub(crate) label: String,
    pub(crate) help: Option<String>,
}

impl Mistake {
    pub(crate) fn new(span: Span, what: impl Into<String>) -> Mistake {
        Mistake { span, what: what.into(), label: String::new(), help: None }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Mistake {
        self.label = label.into();
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Mistake {
        self.help = Some(help.into());
        self
    }

    /// Three or four lines: what, the text, the caret, the help.
    fn draw(&self, text: &str) -> String {
        let (line, from, width) = window(text, &self.span);
        let carets = "^".repeat(width.max(1));
        let pad = " ".repeat(from);
        let mut drawn = format!("{}\n  | {line}\n  | {pad}{carets} {}", self.what, self.label);
        drawn.truncate(drawn.trim_end().len());
        if let Some(help) = &self.help {
            drawn.push_str("\nhelp: ");
            drawn.push_str(help);
        }
        drawn
    }
}

/// All mistakes of a text as one error, in order of their places.
pub(crate) fn error(kind: ErrorKind, text: &str, mut mistakes: Vec<Mistake>) -> Error {
    mistakes.sort_by_key(|mistake| (mistake.span.start, mistake.span.end));
    let drawn: Vec<String> = mistakes.iter().map(|mistake| mistake.draw(text)).collect();
    Error::new(kind, drawn.join("\n"))
}

/// The part of the text around a place as one line, and where in it the place begins and how wide it is (in characters).
fn window(text: &str, span: &Span) -> (String, usize, usize) {
    const BEFORE: usize = 60;
    const AFTER: usize = 60;
    let head = text.get(..span.start).unwrap_or(text).chars().count();
    let width = text.get(span.clone()).map_or(0, |part| part.chars().count()).min(AFTER);
    let from = head.saturating_sub(BEFORE);
    let cut = |c: char| if c.is_control() { ' ' } else { c };
    let mut line: String = text.chars().skip(from).take(head - from + width + AFTER).map(cut).collect();
    let mut column = head - from;
    if from > 0 {
        line.insert(0, '…');
        column += 1;
    }
    if text.chars().count() > head + width + AFTER {
        line.push('…');
    }
    (line.trim_end().to_string(), column, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_its_place_even_in_a_long_text_with_umlauts() {
        let text = format!("{} and größe < ä\nand {}", "a < 1 and ".repeat(20), "b < 1".repeat(40));
        let start = text.find("größe").unwrap();
        let mistake = Mistake::new(start..start + "größe".len(), "unknown").label("here");
        let error = error(ErrorKind::Input, &text, vec![mistake]).to_string();
        let lines: Vec<&str> = error.lines().collect();
        let caret = lines[2].chars().position(|c| c == '^').unwrap();
        assert_eq!(lines[1].chars().skip(caret).take(5).collect::<String>(), "größe");
        assert!(lines[2].ends_with("^^^^^ here"), "{error}");
    }
}
