//! Texts as filters, fields and values: the ways into the parser.

use super::super::IntoFilter;
use super::super::lex::lex;
use super::super::mistake::{self, Mistake};
use super::{Field, Filter, Parser, parse};
use crate::error::{ErrorKind, Result};
#[cfg(feature = "engine")]
use crate::model::Value;

impl Filter {
    /// The filter that a text says: `lr < 0.01 and max(Accuracy) > 0.9`.
    ///
    /// # Errors
    /// All mistakes of the text at once, each with a caret under its place and what to write instead.
    pub fn parse(text: &str) -> Result<Filter> {
        match parse(text) {
            Ok(parsed) => Ok(parsed.filter),
            Err(mistakes) => Err(mistake::error(ErrorKind::Input, text, mistakes)),
        }
    }
}

impl std::str::FromStr for Filter {
    type Err = crate::error::Error;

    fn from_str(text: &str) -> Result<Filter> {
        Filter::parse(text)
    }
}

impl IntoFilter for &str {
    fn into_filter(self) -> Result<Filter> {
        Filter::parse(self)
    }

    fn text(&self) -> Option<String> {
        Some((*self).to_owned())
    }
}

impl IntoFilter for String {
    fn into_filter(self) -> Result<Filter> {
        Filter::parse(&self)
    }

    fn text(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl IntoFilter for &String {
    fn into_filter(self) -> Result<Filter> {
        Filter::parse(self)
    }

    fn text(&self) -> Option<String> {
        Some((*self).clone())
    }
}

impl Field {
    /// The field with this text, as a filter or a table's column names it: `lr`, `max(Accuracy)`, `status`.
    ///
    /// # Errors
    /// What is wrong with the text, with a caret under the place.
    pub fn parse(text: &str) -> Result<Field> {
        let (tokens, mistakes) = lex(text);
        let mut parser = Parser { text, tokens, mistakes, at: 0, depth: 0, uses: Vec::new() };
        let field = parser.field().map(|(field, _)| field);
        if let Some(token) = parser.peek().filter(|_| parser.mistakes.is_empty()) {
            let span = token.span.clone();
            parser.mistakes.push(Mistake::new(span, "one name is expected here").help("a name with spaces stands in backticks"));
        }
        match field {
            Some(field) if parser.mistakes.is_empty() => Ok(field),
            _ => Err(mistake::error(ErrorKind::Input, text, parser.mistakes)),
        }
    }
}

#[cfg(feature = "engine")]
impl Value {
    /// The value that a text says on its own: a number, true, false, null, a list or a text in quotes as in a filter; else the text.
    pub(crate) fn read(text: &str) -> Value {
        let (tokens, mistakes) = lex(text);
        let mut parser = Parser { text, tokens, mistakes, at: 0, depth: 0, uses: Vec::new() };
        match parser.value() {
            Some((value, _)) if parser.mistakes.is_empty() && parser.peek().is_none() => value,
            _ => Value::Text(text.to_owned()),
        }
    }
}
