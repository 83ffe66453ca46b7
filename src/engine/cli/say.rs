//! What the command line says: results on stdout, trouble on stderr.

use std::io::Write;

use crate::error::Error;

/// A line of the result. A reader that is gone (`| head`) ends nothing.
pub(super) fn line(text: impl AsRef<str>) {
    drop(writeln!(std::io::stdout().lock(), "{}", text.as_ref()));
}

/// What went wrong.
pub(super) fn trouble(error: &Error) {
    drop(writeln!(std::io::stderr().lock(), "error: {error}"));
}
