//! A filter's text as tokens. A mistake is noted and read past, so that one look finds them all.

use super::mistake::{Mistake, Span};
use super::suggest::suggest;
use super::{Compare, Reduce};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// As it stands: a name, a number, a word taken as text.
    Word(String),
    /// `` `in backticks` ``: a parameter, whatever is in it.
    Name(String),
    /// In quotes: a text.
    Text(String),
    /// `max(Loss)`, with the place of the tag.
    Metric(Reduce, String, Span),
    Compare(Compare),
    Like,
    And,
    Or,
    Not,
    In,
    Exists,
    /// `mongo`, before its parenthesis.
    Mongo,
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    /// Something wrong that was told already.
    Wrong,
}

/// The functions of a metric, as they are written.
pub(super) const REDUCES: [(&str, Reduce); 7] = [
    ("first", Reduce::First),
    ("last", Reduce::Last),
    ("min", Reduce::Min),
    ("max", Reduce::Max),
    ("mean", Reduce::Mean),
    ("n", Reduce::Count),
    ("first_bad_step", Reduce::FirstBadStep),
];

/// What people write for an operator, and what it is here.
const NEARLY: [(&str, &str); 11] = [
    ("===", "=="),
    ("!==", "!="),
    ("=<", "<="),
    ("=>", ">="),
    ("<>", "!="),
    ("<<", "<"),
    (">>", ">"),
    ("=~", "~"),
    ("~=", "~"),
    ("!~", "not (name ~ \"…\")"),
    (":=", "=="),
];

pub(super) fn lex(text: &str) -> (Vec<Token>, Vec<Mistake>) {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), mistakes: Vec::new() };
    while lexer.step() {}
    (lexer.tokens, lexer.mistakes)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    mistakes: Vec<Mistake>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn take(&mut self, len: usize, kind: Kind) -> bool {
        let span = self.at..self.at + len;
        self.at = span.end;
        self.tokens.push(Token { kind, span });
        true
    }

    fn step(&mut self) -> bool {
        self.space();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return false };
        if let Some((wrong, right)) = NEARLY.iter().find(|(wrong, _)| rest.starts_with(wrong)) {
            let span = self.at..self.at + wrong.len();
            self.mistakes
                .push(Mistake::new(span, format!("`{wrong}` is not an operator")).help(format!("did you mean `{right}`?")));
            return self.take(wrong.len(), Kind::Wrong);
        }
        let operators = [
            ("&&", Kind::And),
            ("||", Kind::Or),
            ("<=", Kind::Compare(Compare::LessOrEqual)),
            (">=", Kind::Compare(Compare::GreaterOrEqual)),
            ("==", Kind::Compare(Compare::Equal)),
            ("!=", Kind::Compare(Compare::NotEqual)),
            ("<", Kind::Compare(Compare::Less)),
            (">", Kind::Compare(Compare::Greater)),
            ("=", Kind::Compare(Compare::Equal)),
            ("!", Kind::Not),
            ("&", Kind::And),
            ("|", Kind::Or),
            ("~", Kind::Like),
            ("(", Kind::Open),
            (")", Kind::Close),
            ("[", Kind::OpenList),
            ("]", Kind::CloseList),
            (",", Kind::Comma),
        ];
        if let Some((sign, kind)) = operators.into_iter().find(|(sign, _)| rest.starts_with(sign)) {
            return self.take(sign.len(), kind);
        }
        match first {
            '`' => self.backticks(),
            '"' | '\'' => self.quotes(first),
            _ if in_word(first) => self.word(),
            _ => {
                let span = self.at..self.at + first.len_utf8();
                self.mistakes.push(
                    Mistake::new(span, format!("`{first}` has no meaning here"))
                        .help("an odd name stands in backticks, a text or regular expression in quotes"),
                );
                self.take(first.len_utf8(), Kind::Wrong)
            }
        }
    }

    fn backticks(&mut self) -> bool {
        match backticked(self.rest()) {
            Some((name, len)) => self.take(len, Kind::Name(name)),
            None => self.unclosed('`'),
        }
    }

    fn quotes(&mut self, quote: char) -> bool {
        let begin = self.at;
        match quoted(self.rest(), quote) {
            Some((Ok(text), len)) => self.take(len, Kind::Text(text)),
            Some((Err((at, what)), len)) => {
                self.mistakes.push(Mistake::new(begin + at..begin + at + 2, what).help(r#"a backslash itself is written `\\`"#));
                self.take(len, Kind::Wrong)
            }
            None => self.unclosed(quote),
        }
    }

    fn unclosed(&mut self, quote: char) -> bool {
        let rest = self.rest().len();
        self.mistakes.push(Mistake::new(self.at..self.at + 1, format!("this {quote} is never closed")).label("opened here"));
        self.take(rest, Kind::Wrong)
    }

    fn word(&mut self) -> bool {
        let rest = self.rest();
        let word = &rest[..rest.find(|c| !in_word(c)).unwrap_or(rest.len())];
        let kind = match word.to_ascii_lowercase().as_str() {
            "and" => Kind::And,
            "or" => Kind::Or,
            "not" => Kind::Not,
            "in" => Kind::In,
            "exists" if followed_by_parenthesis(rest, word) => Kind::Exists,
            "mongo" if followed_by_parenthesis(rest, word) => Kind::Mongo,
            _ if followed_by_parenthesis(rest, word) => return self.call(word),
            _ => Kind::Word(word.to_string()),
        };
        self.take(word.len(), kind)
    }

    /// `max(train/loss)`: what stands in the parentheses is a tag, as it is.
    fn call(&mut self, word: &str) -> bool {
        let begin = self.at;
        let reduce = REDUCES.iter().find(|(name, _)| *name == word).map(|(_, reduce)| *reduce);
        if reduce.is_none() {
            let names = REDUCES.map(|(name, _)| name);
            let synonym = match word.to_ascii_lowercase().as_str() {
                "avg" | "average" | "median" => Some("mean".to_string()),
                "count" | "len" => Some("n".to_string()),
                "final" | "latest" => Some("last".to_string()),
                "has" | "exist" | "defined" => Some("exists".to_string()),
                "minimum" => Some("min".to_string()),
                "maximum" => Some("max".to_string()),
                other => suggest(other, names),
            };
            let mut mistake = Mistake::new(begin..begin + word.len(), format!("there is no function `{word}`"))
                .label("known: first, last, min, max, mean, n, first_bad_step, exists, mongo");
            mistake.help = synonym.map(|name| format!("did you mean `{name}`?"));
            self.mistakes.push(mistake);
        }
        self.at += word.len();
        self.space();
        let open = self.at;
        self.at += 1;
        self.space();
        let Some((tag, tag_span)) = self.tag(open) else {
            self.tokens.push(Token { kind: Kind::Wrong, span: begin..self.at });
            return true;
        };
        let kind = reduce.map_or(Kind::Wrong, |reduce| Kind::Metric(reduce, tag, tag_span));
        self.tokens.push(Token { kind, span: begin..self.at });
        true
    }

    /// The tag after the parenthesis at `open`; behind the closing one afterwards.
    fn tag(&mut self, open: usize) -> Option<(String, Span)> {
        let (begin, rest) = (self.at, self.rest());
        let apart = match rest.chars().next() {
            Some('`') => backticked(rest),
            Some(quote @ ('"' | '\'')) => quoted(rest, quote).and_then(|(text, len)| Some((text.ok()?, len))),
            _ => None,
        };
        if let Some((tag, len)) = apart {
            let after = &rest[len..];
            if let Some(closing) = after.trim_start().strip_prefix(')') {
                self.at = self.text.len() - closing.len();
                return Some((tag, begin..begin + len));
            }
        }
        let Some(end) = balanced(rest) else {
            self.mistakes.push(Mistake::new(open..open + 1, "this parenthesis is never closed").label("opened here"));
            self.at += rest.find(|c: char| c.is_whitespace() || "<>=!~".contains(c)).unwrap_or(rest.len());
            return None;
        };
        self.at += end + 1;
        let tag = rest[..end].trim_end();
        if tag.is_empty() {
            let mistake = Mistake::new(open..self.at, "a metric is missing here").help("write its tag: `max(Accuracy)`");
            self.mistakes.push(mistake);
            return None;
        }
        Some((tag.to_string(), begin..begin + tag.len()))
    }
}

/// What a word may be made of, beside letters and digits of any script.
fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.-+/:@%#$".contains(c) || (!c.is_ascii() && !c.is_whitespace() && !c.is_control())
}

fn followed_by_parenthesis(rest: &str, word: &str) -> bool {
    rest[word.len()..].trim_start().starts_with('(')
}

/// Where the parenthesis closes that was open before `rest`.
pub(super) fn balanced(rest: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (i, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(i),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The name in backticks at the beginning (a backtick in it is doubled), and how many bytes it takes.
fn backticked(rest: &str) -> Option<(String, usize)> {
    let mut name = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        if c != '`' {
            name.push(c);
        } else if chars.next_if(|(_, next)| *next == '`').is_some() {
            name.push('`');
        } else {
            return Some((name, i + 1));
        }
    }
    None
}

type Unescaped = Result<String, (usize, String)>;

/// The text in quotes at the beginning, or its first wrong escape and where; and how many bytes it takes.
fn quoted(rest: &str, quote: char) -> Option<(Unescaped, usize)> {
    let mut text = String::new();
    let mut wrong = None;
    let mut chars = rest.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        if c == quote {
            return Some((wrong.map_or(Ok(text), Err), i + 1));
        }
        if c != '\\' {
            text.push(c);
            continue;
        }
        let (_, escaped) = chars.next()?;
        match escaped {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            '0' => text.push('\0'),
            '\\' | '\'' | '"' | '`' => text.push(escaped),
            'u' => match unicode(&rest[i + 2..]) {
                Some((c, len)) => {
                    text.push(c);
                    (0..len).for_each(|_| _ = chars.next());
                }
                None => wrong = wrong.or(Some((i, r"`\u` wants a character's number: `\u{1f600}`".to_string()))),
            },
            // A regular expression is full of these: `\d`, `\.`.
            other => text.extend(['\\', other]),
        }
    }
    None
}

/// `{1f600}`: the character, and how many bytes (all ASCII) it takes.
fn unicode(rest: &str) -> Option<(char, usize)> {
    let digits = rest.strip_prefix('{')?.split_once('}')?.0;
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some((char::from_u32(number)?, digits.len() + 2))
}
