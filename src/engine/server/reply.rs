//! Answers, with the headers that keep a browser from making more of them than they are.

use std::io::{self, Write};

use serde::Serialize;

/// One answer.
#[derive(Debug)]
pub(crate) struct Reply {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
    any_origin: bool,
    policy: Option<&'static str>,
}

impl Reply {
    /// Data.
    pub(crate) fn json(body: &impl Serialize) -> Reply {
        match serde_json::to_vec(body) {
            Ok(body) => Reply { status: 200, kind: "application/json", body, any_origin: false, policy: None },
            Err(_) => Reply::refused(500, "the answer cannot be written as JSON"),
        }
    }

    /// Data that is written as JSON already.
    pub(crate) fn json_text(json: String) -> Reply {
        Reply { status: 200, kind: "application/json", body: json.into_bytes(), any_origin: false, policy: None }
    }

    /// A page, and what it may do.
    pub(crate) fn page(html: String, policy: &'static str) -> Reply {
        Reply { status: 200, kind: "text/html; charset=utf-8", body: html.into_bytes(), any_origin: false, policy: Some(policy) }
    }

    /// No answer, and why.
    pub(crate) fn refused(status: u16, why: &str) -> Reply {
        let kind = "text/plain; charset=utf-8";
        Reply { status, kind, body: format!("ml_board: {why}\n").into_bytes(), any_origin: false, policy: None }
    }

    /// Pages of a notebook's server, which has another port, may read it: they knew the token. There are no cookies to abuse.
    pub(super) fn for_any_origin(self) -> Reply {
        Reply { any_origin: true, ..self }
    }

    pub(super) fn send(&self, to: &mut impl Write, keep: bool) -> io::Result<()> {
        let Reply { status, kind, body, .. } = self;
        write!(
            to,
            "HTTP/1.1 {status} {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
             X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nX-Frame-Options: SAMEORIGIN\r\nConnection: {}\r\n",
            reason(*status),
            body.len(),
            if keep { "keep-alive" } else { "close" }
        )?;
        if self.any_origin {
            to.write_all(b"Access-Control-Allow-Origin: *\r\n")?;
        }
        if let Some(policy) = self.policy {
            write!(to, "Content-Security-Policy: {policy}\r\n")?;
        }
        to.write_all(b"\r\n")?;
        to.write_all(body)
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
