//! Reading requests, within limits: of size, of time, and of what a request may be.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::Reply;

/// What a request may cost.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Bytes of the request's line and headers.
    pub(super) head: usize,
    /// Bytes of a body.
    pub(super) body: usize,
    /// From its first byte to its last.
    pub(super) time: Duration,
    /// Without a request.
    pub(super) idle: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { head: 32 << 10, body: 1 << 20, time: Duration::from_secs(5), idle: Duration::from_secs(30) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

/// A request that is whole and within the limits.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// As it was sent: nothing is decoded, nothing is a path of a file.
    pub(crate) path: String,
    pub(crate) query: Query,
    pub(crate) host: String,
    /// Whether a proxy of Jupyter's passed it on.
    pub(super) proxied: bool,
    pub(super) keep_alive: bool,
    pub(crate) body: Vec<u8>,
}

/// What stands after the question mark.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    fn parse(text: &str) -> Query {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        };
        Query(text.split('&').filter(|part| !part.is_empty()).map(pair).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

/// `%41` and `+` as forms have them.
fn decode(text: &str) -> String {
    let text: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 3;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// What comes next on a connection.
pub(super) enum Next {
    Request(Box<Request>),
    /// What to answer before the connection is closed.
    Refused(Reply),
    Over,
}

/// What a connection is read from.
pub(super) trait Stream: Read {
    /// How long a read may wait.
    fn patience(&self, time: Duration) -> io::Result<()>;
}

impl Stream for &TcpStream {
    fn patience(&self, time: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(time))
    }
}

/// A connection as a source of requests.
pub(super) struct Connection<S> {
    stream: S,
    limits: Limits,
    bytes: Vec<u8>,
}

/// How reading ended that did not bring a request.
enum Stop {
    Late,
    Closed,
}

impl<S: Stream> Connection<S> {
    pub(super) fn new(stream: S, limits: Limits) -> Connection<S> {
        Connection { stream, limits, bytes: Vec::new() }
    }

    pub(super) fn next(&mut self) -> Next {
        let mut until = Instant::now() + self.limits.idle;
        let mut begun = false;
        loop {
            if !self.bytes.is_empty() && !begun {
                begun = true;
                until = Instant::now() + self.limits.time;
            }
            match self.head() {
                Head::Whole(length, head) => return self.whole(length, head, until),
                Head::Wrong(why) => return Next::Refused(Reply::refused(400, why)),
                Head::Partial if self.bytes.len() > self.limits.head => {
                    return Next::Refused(Reply::refused(431, "the request is too large"));
                }
                Head::Partial => {}
            }
            match self.more(until) {
                Ok(()) => {}
                Err(Stop::Late) if begun => return Next::Refused(Reply::refused(408, "the request is too slow")),
                Err(_) => return Next::Over,
            }
        }
    }

    /// The request with its body.
    fn whole(&mut self, length: usize, head: Parsed, until: Instant) -> Next {
        if head.length > self.limits.body {
            return Next::Refused(Reply::refused(413, "the request is too large"));
        }
        while self.bytes.len() < length + head.length {
            match self.more(until) {
                Ok(()) => {}
                Err(Stop::Late) => return Next::Refused(Reply::refused(408, "the request is too slow")),
                Err(Stop::Closed) => return Next::Over,
            }
        }
        let rest = self.bytes.split_off(length + head.length);
        let body = std::mem::replace(&mut self.bytes, rest).split_off(length);
        Next::Request(Box::new(Request { body, ..head.request }))
    }

    fn head(&self) -> Head {
        if self.bytes.is_empty() {
            return Head::Partial;
        }
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Request::new(&mut headers);
        // What is beyond the limit is not looked at, or how it came in pieces would decide what is wrong with it.
        match parsed.parse(&self.bytes[..self.bytes.len().min(self.limits.head)]) {
            Ok(httparse::Status::Complete(length)) => match Parsed::of(&parsed) {
                Ok(head) => Head::Whole(length, head),
                Err(why) => Head::Wrong(why),
            },
            Ok(httparse::Status::Partial) => Head::Partial,
            Err(_) => Head::Wrong("this is not a request"),
        }
    }

    /// Waits for more bytes.
    fn more(&mut self, until: Instant) -> Result<(), Stop> {
        let left = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()).ok_or(Stop::Late)?;
        self.stream.patience(left).map_err(|_| Stop::Closed)?;
        let mut some = [0; 8 << 10];
        match self.stream.read(&mut some) {
            Ok(0) => Err(Stop::Closed),
            Ok(n) => {
                self.bytes.extend_from_slice(&some[..n]);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Err(Stop::Late),
            Err(_) => Err(Stop::Closed),
        }
    }
}

enum Head {
    Partial,
    Whole(usize, Parsed),
    Wrong(&'static str),
}

struct Parsed {
    request: Request,
    /// Bytes of its body.
    length: usize,
}

impl Parsed {
    fn of(parsed: &httparse::Request<'_, '_>) -> Result<Parsed, &'static str> {
        let method = match parsed.method {
            Some("GET") => Method::Get,
            Some("POST") => Method::Post,
            _ => return Err("only GET, and POST where it is said, are answered"),
        };
        let target = parsed.path.filter(|path| path.starts_with('/')).ok_or("the request names no path")?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let every = |name: &'static str| {
            let found = parsed.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
            found.map(|header| std::str::from_utf8(header.value).unwrap_or_default().trim())
        };
        let one = |name: &'static str| {
            let mut found = every(name);
            let first = found.next();
            if found.next().is_some() { Err("a header is there twice") } else { Ok(first) }
        };
        if one("transfer-encoding")?.is_some() {
            return Err("a body needs its Content-Length");
        }
        let length = match one("content-length")? {
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| "the Content-Length is not a number")?
            }
            Some(_) => return Err("the Content-Length is not a number"),
            None => 0,
        };
        let host = one("host")?.ok_or("the request has no Host")?.to_owned();
        let closes = one("connection")?.is_some_and(|word| word.eq_ignore_ascii_case("close"));
        let request = Request {
            method,
            path: path.to_owned(),
            query: Query::parse(query),
            host,
            proxied: every("x-proxycontextpath").next().is_some(),
            keep_alive: parsed.version == Some(1) && !closes,
            body: Vec::new(),
        };
        Ok(Parsed { request, length })
    }
}

/// What its fuzz target does with the bytes of a connection, as `src/fuzz.rs` has it.
#[cfg(any(test, fuzzing))]
pub(super) mod fuzz {
    use super::*;

    /// Bytes that come so many at a time.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let most = to.len().min(self.1);
            self.0.read(&mut to[..most])
        }
    }

    impl Stream for Pieces<'_> {
        fn patience(&self, _: Duration) -> io::Result<()> {
            Ok(())
        }
    }

    /// All that is asked, and how it ends.
    fn asked(data: &[u8], piece: usize, limits: Limits) -> String {
        let mut connection = Connection::new(Pieces(data, piece), limits);
        let mut said = String::new();
        loop {
            match connection.next() {
                Next::Over => return said,
                Next::Refused(reply) => return format!("{said}{reply:?}"),
                Next::Request(request) => {
                    assert!(request.path.starts_with('/') && !request.path.contains('?'), "{request:?}");
                    assert!(request.body.len() <= limits.body, "{request:?}");
                    said.push_str(&format!("{request:?}\n"));
                    if !request.keep_alive {
                        return said;
                    }
                }
            }
        }
    }

    /// What is asked does not depend on the pieces in which it comes.
    pub(crate) fn requests(data: &[u8]) {
        let limits = Limits { head: 1 << 10, body: 1 << 10, ..Limits::default() };
        assert_eq!(asked(data, usize::MAX, limits), asked(data, 61, limits));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_once() {
        let query = Query::parse("view=a%26b&x0=-1.5e3&text=a+b%2525&flag&odd=%zz%&x1=inf");
        assert_eq!((query.get("view"), query.get("text"), query.get("flag")), (Some("a&b"), Some("a b%25"), Some("")));
        assert_eq!((query.number("x0"), query.number("x1"), query.get("odd")), (Some(-1500.0), None, Some("%zz%")));
    }
}
