//! The one error type: what failed, on which input, why, and what to do next.
//!
//! The kernel prints an error with `Display` only, so the whole story is in `Display`. Nothing here may hold a password:
//! addresses are masked before they get into an error.

use std::fmt;

use crate::plain::plain;

/// `Result` with ml_board's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in words for the person who reads it.
///
/// `Display` has it all, one part a line: what failed and on which input, the cause, and what to do next.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Error {
    kind: ErrorKind,
    what: String,
    cause: Option<String>,
    help: Option<String>,
}

plain! { heard struct Error { kind, what, cause, help } }

/// The sort of trouble, for programs that decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument, a filter or a setting that cannot be used as it is.
    Input,
    /// A folder, run, tag or parameter that nobody logged.
    NotFound,
    /// The database (or the local store) did not answer, or refused.
    Store,
    /// The journal on this machine's disk.
    Journal,
    /// The engine could not be found, built, started or understood.
    Engine,
    /// A deadline passed; what was pending stays where it is safe.
    Timeout,
    /// A file that could not be read or written.
    Io,
}

plain! { heard enum ErrorKind { Input, NotFound, Store, Journal, Engine, Timeout, Io } }

impl Error {
    /// An error of `kind`; `what` says what failed and on which input.
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Error {
        Error { kind, what: what.into(), cause: None, help: None }
    }

    /// The same with its cause.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Error {
        self.cause = Some(cause.to_string());
        self
    }

    /// The same with what the person can do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Error {
        self.help = Some(help.into());
        self
    }

    /// The same with one more thing that the person can do, or know.
    #[must_use]
    #[allow(dead_code)] // Not every side has more to say.
    pub(crate) fn and_help(self, more: impl Into<String>) -> Error {
        let more = more.into();
        let help = match &self.help {
            Some(help) => format!("{help}\n{more}"),
            None => more,
        };
        self.help(help)
    }

    /// The sort of trouble.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

// By hand: a derive for this one type would cost each first cell of a notebook most of a second (measured).
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for (part, text) in [("cause", &self.cause), ("help", &self.help)] {
            if let Some(text) = text {
                write!(f, "\n{part}: {text}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Errors that were told: one of each sort. Those are of one sort about which a person can do the same.
#[cfg(any(feature = "journal", feature = "engine"))]
#[derive(Debug, Default)]
pub(crate) struct Told(Vec<Error>);

#[cfg(any(feature = "journal", feature = "engine"))]
impl Told {
    /// Whether this is the first of its sort. The next one is not.
    pub(crate) fn is_first(&mut self, error: &Error) -> bool {
        let first = !self.0.iter().any(|told| (told.kind, &told.help) == (error.kind, &error.help));
        if first {
            self.0.push(error.clone());
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(any(feature = "journal", feature = "engine"))]
    fn each_sort_is_told_once() {
        let name = |name: &str| Error::new(ErrorKind::Input, format!("the tag {name:?} cannot be used"));
        let full = |bytes: u64| Error::new(ErrorKind::Journal, format!("no room for {bytes} bytes")).help("free space");
        let budget = Error::new(ErrorKind::Journal, "the journal has grown to its budget").help("raise it");
        let mut told = Told::default();
        let first = [name("a"), full(1), name("b"), full(2), budget.clone(), full(3), budget].map(|error| told.is_first(&error));
        assert_eq!(first, [true, true, false, false, true, false, false]);
    }

    #[test]
    fn display_has_the_whole_story() {
        let error = Error::new(ErrorKind::NotFound, "no folder `lr_serch` in database `digits`")
            .because("the store has: lr_search")
            .help("did you mean `lr_search`?");
        insta::assert_snapshot!(error, @r"
        no folder `lr_serch` in database `digits`
        cause: the store has: lr_search
        help: did you mean `lr_search`?
        ");
    }
}
