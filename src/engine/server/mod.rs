//! The engine's server on the loopback interface, which pages ask for what is new: HTTP/1.1, a thread for each connection, few of them.
//!
//! What it never does: it tells nobody anything without the token, reads no file, follows no path, changes nothing in a store. It listens on
//! 127.0.0.1 unless a person said otherwise. The token is what keeps others out, a page that tricked a browser into its name (DNS rebinding)
//! like any other; most of those are refused by their `Host` before.

mod guard;
mod guests;
mod port;
mod reply;
mod request;

use std::io::{BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(crate) use guard::Token;
use guard::hosts_allowed;
use guests::{Guest, Guests};
pub(crate) use reply::Reply;
use request::{Limits, Next};
pub(crate) use request::{Method, Request};

use crate::error::Result;

/// A page that does not take its answer for so long is gone.
const SEND: Duration = Duration::from_secs(20);

/// Who answers the requests that may be answered.
pub(crate) trait Answers: Send + Sync + 'static {
    /// What anybody may have, without a token: the empty page of a dashboard, nothing of the data.
    fn open(&self, request: &Request) -> Option<Reply>;

    /// What the token opens.
    fn answer(&self, request: &Request) -> Reply;
}

/// How a server listens.
pub(crate) struct Listen {
    pub(crate) address: SocketAddr,
    /// If the port is taken, so many after it are tried.
    pub(crate) others: u16,
    /// None: a fresh one.
    pub(crate) token: Option<Token>,
}

impl Default for Listen {
    /// On a port of the system's choice of this machine.
    fn default() -> Listen {
        Listen { address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0), others: 0, token: None }
    }
}

/// A server that runs until its process ends.
pub(crate) struct Server {
    address: SocketAddr,
    token: Token,
    asked: Arc<Mutex<Option<Instant>>>,
}

impl Server {
    /// Listens, and answers on threads of its own.
    pub(crate) fn start(listen: Listen, answers: Arc<dyn Answers>) -> Result<Server> {
        let failed = |cause| port::failed(listen.address, &cause);
        let listener = port::first_free(listen.address, listen.others, TcpListener::bind).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let token = match listen.token {
            Some(token) => token,
            None => Token::fresh()?,
        };
        let asked = Arc::new(Mutex::new(None));
        let door = Door {
            answers,
            token: token.clone(),
            any_host: !address.ip().is_loopback(),
            asked: Arc::clone(&asked),
            guests: Arc::default(),
        };
        std::thread::Builder::new().name("server".to_owned()).spawn(move || door.accept(&listener)).map_err(failed)?;
        Ok(Server { address, token, asked })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    /// How long ago a page asked last; none: never.
    pub(crate) fn idle(&self) -> Option<Duration> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).map(|asked| asked.elapsed())
    }
}

#[derive(Clone)]
struct Door {
    answers: Arc<dyn Answers>,
    token: Token,
    /// Listening beyond this machine, it cannot know its names; the token guards it.
    any_host: bool,
    asked: Arc<Mutex<Option<Instant>>>,
    guests: Arc<Guests>,
}

impl Door {
    fn accept(&self, listener: &TcpListener) {
        for stream in listener.incoming() {
            // Out of file handles, or the peer gave up already: the next one may fare better.
            let Ok(stream) = stream else {
                std::thread::sleep(Duration::from_millis(20));
                continue;
            };
            let stream = Arc::new(stream);
            let Some(guest) = self.guests.enter(&stream) else {
                drop(Reply::refused(503, "too many connections").send(&mut &*stream, false));
                continue;
            };
            let door = self.clone();
            let serve = move || {
                // A fault of ours ends this connection, and no other.
                drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| door.serve(&stream, &guest))));
            };
            drop(std::thread::Builder::new().name("page".to_owned()).spawn(serve));
        }
    }

    /// One connection, request after request.
    fn serve(&self, stream: &TcpStream, guest: &Guest) {
        let prepared = stream.set_write_timeout(Some(SEND)).and_then(|()| stream.set_nodelay(true));
        if prepared.is_err() {
            return;
        }
        let mut reader = request::Connection::new(stream, Limits::default());
        let mut out = BufWriter::with_capacity(1 << 16, stream);
        loop {
            let (reply, again) = match reader.next() {
                Next::Over => return,
                Next::Refused(reply) => (reply, false),
                Next::Request(request) => {
                    let again = request.keep_alive;
                    (self.reply(&request, guest), again)
                }
            };
            if reply.send(&mut out, again).and_then(|()| out.flush()).is_err() || !again {
                return;
            }
        }
    }

    fn reply(&self, request: &Request, guest: &Guest) -> Reply {
        if !self.any_host && !hosts_allowed(request) {
            return Reply::refused(403, "this name is not ours");
        }
        if let Some(reply) = self.answers.open(request) {
            return reply;
        }
        if !request.query.get("token").is_some_and(|token| self.token.is(token)) {
            return Reply::refused(403, "the token is missing or not that of this engine");
        }
        guest.is_known();
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.answers.answer(request).for_any_origin()
    }
}

/// What is asked on a connection, for its fuzz target.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    request::fuzz::requests(data);
}

#[cfg(test)]
mod tests;
