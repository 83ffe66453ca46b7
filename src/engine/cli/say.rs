//! What the command line says: results on stdout, trouble on stderr. Text of a store or a journal is anybody's: none of it reaches the
//! terminal as what a terminal obeys.

use std::io::Write;

use crate::error::Error;

/// A line of the result. A reader that is gone (`| head`) ends nothing.
pub(super) fn line(text: impl AsRef<str>) {
    drop(writeln!(std::io::stdout().lock(), "{}", lines(text.as_ref())));
}

/// What went wrong.
pub(super) fn trouble(error: &Error) {
    drop(writeln!(std::io::stderr().lock(), "error: {}", lines(&error.to_string())));
}

/// A name in a line: without control characters, and so without escapes and lines of its own.
pub(super) fn name(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}

fn lines(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_said() {
        assert_eq!(name("calm\x1b[2J\r\nfox\u{9b}1m \u{7f}é"), "calm[2Jfox1m é");
        assert_eq!(lines("a\tb\nc\x1b]0;title\x07\r"), "a\tb\nc]0;title");
    }
}
