//! A filter's text as its tree: recursive descent that goes on after a mistake, so that one error tells all of them.
//!
//! ```text
//! or         := and (("or" | "||" | "|") and)*
//! and        := not (("and" | "&&" | "&") not)*
//! not        := ("not" | "!") not | "(" or ")" | "exists" "(" field ")" | "mongo" "(" text ")" | "all" | comparison
//! comparison := field op value | value op field | field "~" text | field ["not"] "in" "[" value, … "]"
//! field      := lr | optim.name | `odd name` | max(train/loss) | status name group labels started duration thoughts invalid id
//! value      := number | 'text' | "text" | word | true | false | null | "[" value, … "]"
//! ```
//!
//! `not` binds closest, then `and`, then `or`. `all`, and a text without anything in it, is every run. In backticks a backtick
//! is doubled; in quotes a backslash escapes (`\"`, `\n`, `\u{1f600}`; a regular expression's `\d` stays as it is).

mod entry;
mod words;

use super::expression::mongo_problem;
use super::lex::{Kind, Token, lex};
use super::mistake::{Mistake, Span};
use super::{Compare, Field, Filter};
use crate::model::Value;
use words::literal;
pub(super) use words::{RUN_FIELDS, has_meaning};

/// How deep parentheses and `not` may nest.
const DEPTH: usize = 100;

/// A tree, and where its names and values stand in the text.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) filter: Filter,
    #[cfg_attr(not(feature = "engine"), allow(dead_code))]
    pub(crate) uses: Vec<Use>,
}

/// A field that a text names, and what it is compared with.
#[derive(Debug)]
#[cfg_attr(not(feature = "engine"), allow(dead_code))]
pub(crate) struct Use {
    pub(crate) field: Field,
    /// Where its name stands (the tag, of a metric).
    pub(crate) span: Span,
    pub(crate) how: How,
    pub(crate) values: Vec<(Value, Span)>,
}

/// How a field is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// `< <= > >=`
    Order,
    /// `== !=`, `in`
    Same,
    /// `~`
    Like,
    /// `exists( )`
    Exists,
}

/// The tree with the places of its names, or all mistakes.
pub(crate) fn parse(text: &str) -> Result<Parsed, Vec<Mistake>> {
    let (tokens, mistakes) = lex(text);
    let mut parser = Parser { text, tokens, mistakes, at: 0, depth: 0, uses: Vec::new() };
    let filter = parser.whole();
    if parser.mistakes.is_empty() { Ok(Parsed { filter, uses: parser.uses }) } else { Err(parser.mistakes) }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    mistakes: Vec<Mistake>,
    at: usize,
    depth: usize,
    uses: Vec<Use>,
}

/// A side of a comparison.
enum Side {
    Field(Field, Span),
    Value(Value, Span),
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn kind(&self) -> Option<&Kind> {
        self.peek().map(|token| &token.kind)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn eat(&mut self, kind: &Kind) -> Option<Span> {
        let span = self.peek().filter(|token| token.kind == *kind)?.span.clone();
        self.at += 1;
        Some(span)
    }

    /// Where the next token stands, or the end of the text.
    fn here(&self) -> Span {
        self.peek().map_or(self.text.len()..self.text.len(), |token| token.span.clone())
    }

    fn written(&self, span: &Span) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Notes a mistake; what the lexer told already is not told twice.
    fn wrong<T>(&mut self, mistake: Mistake) -> Option<T> {
        if self.kind() != Some(&Kind::Wrong) {
            self.mistakes.push(mistake);
        }
        None
    }

    /// Goes to where a reader would go on after a mistake: the next `and` or `or`, or the end of these parentheses.
    fn recover(&mut self) -> Filter {
        let mut depth = 0usize;
        while let Some(kind) = self.kind() {
            match kind {
                Kind::Open => depth += 1,
                Kind::Close if depth == 0 => break,
                Kind::Close => depth -= 1,
                Kind::And | Kind::Or if depth == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        Filter::All
    }

    fn whole(&mut self) -> Filter {
        if self.tokens.is_empty() {
            return Filter::All;
        }
        let mut filter = self.or();
        while let Some(token) = self.peek().cloned() {
            match token.kind {
                Kind::Close => {
                    self.mistakes.push(Mistake::new(token.span, "this parenthesis was never opened"));
                    self.at += 1;
                    if !matches!(self.kind(), Some(Kind::And | Kind::Or)) {
                        continue;
                    }
                    self.at += 1;
                }
                Kind::Wrong => self.at += 1,
                Kind::Comma => {
                    let mistake = Mistake::new(token.span, "a comma stands only in a list");
                    self.mistakes.push(mistake.help("a number is written with a point, `0.01`; conditions are joined by `and`"));
                    self.at += 1;
                    self.recover();
                    if !matches!(self.kind(), Some(Kind::And | Kind::Or)) {
                        continue;
                    }
                    self.at += 1;
                }
                _ => {
                    let before = self.written(&token.span).to_string();
                    self.mistakes.push(
                        Mistake::new(token.span, format!("`and` or `or` is missing before `{before}`"))
                            .help("a name or a text with spaces stands in backticks or quotes"),
                    );
                }
            }
            if self.peek().is_some() {
                filter = filter.and(self.or());
            }
        }
        filter
    }

    fn or(&mut self) -> Filter {
        let mut any = self.and();
        while self.eat(&Kind::Or).is_some() {
            any = any.or(self.and());
        }
        any
    }

    fn and(&mut self) -> Filter {
        let mut all = self.not();
        while self.eat(&Kind::And).is_some() {
            all = all.and(self.not());
        }
        all
    }

    fn not(&mut self) -> Filter {
        self.depth += 1;
        let filter = if self.depth > DEPTH { self.too_deep() } else { self.primary() };
        self.depth -= 1;
        filter
    }

    fn too_deep(&mut self) -> Filter {
        let here = self.here();
        self.mistakes.push(Mistake::new(here, format!("more than {DEPTH} levels of parentheses and `not`")));
        self.at = self.tokens.len();
        Filter::All
    }

    fn primary(&mut self) -> Filter {
        if self.eat(&Kind::Not).is_some() {
            return !self.not();
        }
        if let Some(open) = self.eat(&Kind::Open) {
            let inner = self.or();
            if self.eat(&Kind::Close).is_some() {
                return inner;
            }
            if self.peek().is_none() {
                self.mistakes.push(Mistake::new(open, "this parenthesis is never closed").label("opened here"));
            }
            return inner;
        }
        let parsed = if self.eat(&Kind::Exists).is_some() {
            self.exists()
        } else if self.eat(&Kind::Mongo).is_some() {
            self.mongo()
        } else {
            self.comparison()
        };
        parsed.unwrap_or_else(|| self.recover())
    }

    fn exists(&mut self) -> Option<Filter> {
        let open = self.eat(&Kind::Open)?;
        let (field, span) = self.field()?;
        if self.eat(&Kind::Close).is_none() {
            let mistake = Mistake::new(open, "this parenthesis is never closed").label("opened here");
            return self.wrong(mistake.help("`exists` takes one name; one with spaces stands in backticks"));
        }
        self.uses.push(Use { field: field.clone(), span, how: How::Exists, values: Vec::new() });
        Some(Filter::Exists(field))
    }

    /// After `mongo`: a query in MongoDB's own words, as a text.
    fn mongo(&mut self) -> Option<Filter> {
        let open = self.eat(&Kind::Open)?;
        let here = self.here();
        let Some(Kind::Text(query)) = self.kind().cloned() else {
            let help = r#"a JSON object in quotes: `mongo('{"params.lr": {"$gt": 0.1}}')`"#;
            return self.wrong(Mistake::new(here, "`mongo` wants a query in quotes").help(help));
        };
        self.at += 1;
        if let Some(why) = mongo_problem(&query) {
            let help = r#"a JSON object: `mongo('{"params.lr": {"$gt": 0.1}}')`"#;
            self.mistakes.push(Mistake::new(here, "this is not a query of MongoDB").label(why).help(help));
        }
        if self.eat(&Kind::Close).is_none() {
            return self.wrong(Mistake::new(open, "this parenthesis is never closed").label("opened here"));
        }
        Some(Filter::Mongo(query.trim().to_owned()))
    }

    fn comparison(&mut self) -> Option<Filter> {
        let begin = self.here().start;
        match self.side()? {
            Side::Field(Field::Param(name), span) if name == "all" && self.ends() && !self.written(&span).starts_with('`') => {
                Some(Filter::All)
            }
            Side::Field(field, span) => self.compared(field, span, begin),
            Side::Value(value, span) => self.flipped(value, span),
        }
    }

    /// Whether a comparison could be over here.
    fn ends(&self) -> bool {
        matches!(self.kind(), None | Some(Kind::And | Kind::Or | Kind::Close))
    }

    /// After `lr`.
    fn compared(&mut self, field: Field, span: Span, begin: usize) -> Option<Filter> {
        let Some(token) = self.next() else {
            return self.unfinished(&field, &span);
        };
        let (how, values, filter) = match token.kind {
            Kind::Compare(compare) => {
                let (value, at) = self.value()?;
                if let Some(Kind::Compare(_)) = self.kind() {
                    return self.chained(begin, &span, &at);
                }
                (how(compare), vec![(value.clone(), at)], Filter::Compare(field.clone(), compare, value))
            }
            Kind::Like => {
                let here = self.here();
                let (value, at) = self.value()?;
                let Value::Text(regex) = value else {
                    return self.wrong(Mistake::new(here, "`~` wants a regular expression in quotes").help("`name ~ \"^base\"`"));
                };
                (How::Like, vec![(Value::Text(regex.clone()), at)], Filter::Like(field.clone(), regex))
            }
            Kind::In => {
                let values = self.list()?;
                let list = values.iter().map(|(value, _)| value.clone()).collect();
                (How::Same, values, Filter::In(field.clone(), list))
            }
            Kind::Not if self.eat(&Kind::In).is_some() => {
                let values = self.list()?;
                let list = values.iter().map(|(value, _)| value.clone()).collect();
                (How::Same, values, !Filter::In(field.clone(), list))
            }
            Kind::Wrong => return None,
            _ => {
                self.at -= 1;
                return self.unfinished(&field, &span);
            }
        };
        self.uses.push(Use { field, span, how, values });
        Some(filter)
    }

    fn unfinished(&mut self, field: &Field, span: &Span) -> Option<Filter> {
        let here = self.here();
        let written = field.to_string();
        if let (Field::Param(name), Some(Kind::Word(next))) = (field, self.kind()) {
            let meant = match next.to_ascii_lowercase().as_str() {
                "is" | "eq" | "equals" => Some("=="),
                "lt" => Some("<"),
                "le" | "lte" => Some("<="),
                "gt" => Some(">"),
                "ge" | "gte" => Some(">="),
                "ne" => Some("!="),
                "like" | "matches" | "contains" => Some("~"),
                _ => None,
            };
            let mistake = Mistake::new(here, format!("a comparison is expected after `{name}`"));
            return self.wrong(match meant {
                Some(sign) => mistake.help(format!("did you mean `{sign}`?")),
                None => mistake.help("`< <= > >= == != ~ in`; a name with spaces stands in backticks"),
            });
        }
        let mistake = Mistake::new(span.clone(), format!("a comparison is expected after `{written}`"));
        self.wrong(mistake.help(format!("`{written} > 0.9`, or `exists({written})`")))
    }

    /// `0.1 < lr`, said the other way round.
    fn flipped(&mut self, value: Value, at: Span) -> Option<Filter> {
        let here = self.here();
        let Some(Kind::Compare(compare)) = self.kind().cloned() else {
            let mistake = Mistake::new(at.clone(), format!("a condition cannot be just `{}`", self.written(&at)));
            return self.wrong(mistake.help("compare something with it: `lr < 0.01`"));
        };
        self.at += 1;
        let side_begin = self.here().start;
        match self.side()? {
            Side::Field(field, span) => {
                if let Some(Kind::Compare(_)) = self.kind() {
                    return self.chained(at.start, &span, &span);
                }
                let compare = mirrored(compare);
                self.uses.push(Use { field: field.clone(), span, how: how(compare), values: vec![(value.clone(), at)] });
                Some(Filter::Compare(field, compare, value))
            }
            Side::Value(_, other) => {
                let mistake = Mistake::new(at.start..other.end.max(side_begin), "two values are compared with one another");
                self.wrong(mistake.help(format!("one side of `{}` must name something", self.written(&here))))
            }
        }
    }

    /// `0.1 < lr < 1`
    fn chained(&mut self, begin: usize, field: &Span, middle: &Span) -> Option<Filter> {
        self.at += 1;
        let end = self.peek().map_or(middle.end, |token| token.span.end);
        let name = self.written(field).to_string();
        let mistake = Mistake::new(begin..end, "one comparison at a time");
        self.wrong(mistake.help(format!("write `0.001 < {name} and {name} < 0.1`")))
    }

    fn list(&mut self) -> Option<Vec<(Value, Span)>> {
        let here = self.here();
        let Some(open) = self.eat(&Kind::OpenList) else {
            return self.wrong(Mistake::new(here, "`in` wants a list").help("`lr in [0.1, 0.01]`"));
        };
        let mut values = Vec::new();
        loop {
            if self.eat(&Kind::CloseList).is_some() {
                return Some(values);
            }
            if !values.is_empty() && self.eat(&Kind::Comma).is_none() {
                let here = self.here();
                return self.wrong(match self.kind() {
                    None | Some(Kind::And | Kind::Or | Kind::Close) => {
                        Mistake::new(open, "this list is never closed").label("opened here")
                    }
                    _ => Mistake::new(here, "a comma is expected here"),
                });
            }
            if self.eat(&Kind::CloseList).is_some() {
                return Some(values);
            }
            values.push(self.value()?);
        }
    }

    fn value(&mut self) -> Option<(Value, Span)> {
        let here = self.here();
        if self.kind() == Some(&Kind::OpenList) {
            self.depth += 1;
            let values = if self.depth > DEPTH { None } else { self.list() };
            self.depth -= 1;
            if values.is_none() && self.mistakes.is_empty() {
                self.too_deep();
            }
            let end = self.tokens.get(self.at.saturating_sub(1)).map_or(here.end, |token| token.span.end);
            return Some((Value::List(values?.into_iter().map(|(value, _)| value).collect()), here.start..end));
        }
        let value = match self.kind() {
            Some(Kind::Word(word)) => Some(literal(word).unwrap_or_else(|| Value::Text(word.clone()))),
            Some(Kind::Text(text)) => Some(Value::Text(text.clone())),
            _ => None,
        };
        if let Some(value) = value {
            self.at += 1;
            return Some((value, here));
        }
        let mistake = match self.kind() {
            Some(Kind::Metric(..)) => Mistake::new(here, "a value is expected here, not a metric")
                .help("a metric is compared with a number: `max(Accuracy) > 0.9`"),
            Some(Kind::Name(name)) => {
                let help = format!("a text stands in quotes: {}", Value::Text(name.clone()).quoted());
                Mistake::new(here, "a value is expected here, and backticks name a parameter").help(help)
            }
            _ => Mistake::new(here, "a value is expected here").help("a number, a 'text', true, false or null"),
        };
        self.wrong(mistake)
    }

    /// A name or a value.
    fn side(&mut self) -> Option<Side> {
        let here = self.here();
        match self.kind() {
            Some(Kind::Word(word)) if literal(word).is_some() => self.value().map(|(value, at)| Side::Value(value, at)),
            Some(Kind::Text(_) | Kind::OpenList) => self.value().map(|(value, at)| Side::Value(value, at)),
            Some(Kind::Word(_) | Kind::Name(_) | Kind::Metric(..)) => self.field().map(|(field, at)| Side::Field(field, at)),
            Some(Kind::Compare(_) | Kind::Like | Kind::In) => {
                self.wrong(Mistake::new(here, "a name is expected before this").help("`lr < 0.01`, `max(Accuracy) > 0.9`"))
            }
            _ => self.wrong(Mistake::new(here, "a condition is expected here").help("`lr < 0.01`, `max(Accuracy) > 0.9`")),
        }
    }

    fn field(&mut self) -> Option<(Field, Span)> {
        let here = self.here();
        let found = match self.kind() {
            Some(Kind::Name(name)) => Some((Field::Param(name.clone()), here.clone())),
            Some(Kind::Metric(reduce, tag, at)) => Some((Field::Metric(*reduce, tag.clone()), at.clone())),
            Some(Kind::Word(word)) => {
                let field = RUN_FIELDS.iter().find(|(name, _)| name == word).map(|(_, field)| Field::Run(*field));
                Some((field.unwrap_or_else(|| Field::Param(word.clone())), here.clone()))
            }
            _ => None,
        };
        if found.is_none() {
            return self.wrong(Mistake::new(here, "a name is expected here").help("a parameter, `max(Accuracy)`, or `status`"));
        }
        self.at += 1;
        found
    }
}

fn how(compare: Compare) -> How {
    match compare {
        Compare::Equal | Compare::NotEqual => How::Same,
        _ => How::Order,
    }
}

fn mirrored(compare: Compare) -> Compare {
    match compare {
        Compare::Less => Compare::Greater,
        Compare::LessOrEqual => Compare::GreaterOrEqual,
        Compare::Greater => Compare::Less,
        Compare::GreaterOrEqual => Compare::LessOrEqual,
        same => same,
    }
}

#[cfg(test)]
mod tests;
