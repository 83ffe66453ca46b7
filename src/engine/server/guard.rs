//! Who may ask: the token, and the names of this machine.

use subtle::ConstantTimeEq as _;

use super::Request;
use crate::error::{Error, ErrorKind, Result};

/// What a page must know to be answered.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    /// 128 bits of the system's randomness.
    pub(crate) fn fresh() -> Result<Token> {
        let mut bytes = [0u8; 16];
        getrandom::fill(&mut bytes)
            .map_err(|cause| Error::new(ErrorKind::Engine, "the system gives no random numbers for a token").because(cause))?;
        Ok(Token(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// One that a person chose.
    pub(crate) fn chosen(text: &str) -> Result<Token> {
        const LEAST: usize = 16;
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
        if text.len() < LEAST || !plain {
            return Err(Error::new(ErrorKind::Input, "this token cannot be used")
                .because(format!("it needs {LEAST} or more letters, digits, and - _ . ~"))
                .help("leave --token out, and one is made; or make one: openssl rand -hex 16"));
        }
        Ok(Token(text.to_owned()))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Takes as long for a token that is nearly right as for one that is all wrong.
    pub(super) fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

/// Without its text: it opens the server.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// Whether the request was sent to a name of this machine. A page of another site whose name was turned to 127.0.0.1 says its own.
///
/// This is a second lock; the token is the first. Jupyter's proxy passes on the name that the browser used, whatever that is, and nothing
/// else that such a page could not send as well: so a foreign name with the proxy's header is let through, and only the token tells the two apart.
pub(super) fn hosts_allowed(request: &Request) -> bool {
    let host = request.host.as_str();
    let name = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(name, "127.0.0.1" | "::1") || name.eq_ignore_ascii_case("localhost") || request.proxied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_know_themselves_only() {
        let (one, other) = (Token::fresh().unwrap(), Token::fresh().unwrap());
        assert_eq!(one.text().len(), 32);
        assert!(one.is(one.text()) && !one.is(other.text()) && !one.is("") && !one.is(&one.text()[..31]));
        assert_eq!(format!("{one:?}"), "Token");
        assert!(Token::chosen("short").is_err() && Token::chosen("with spaces in it, long").is_err());
        assert!(Token::chosen("a-long-enough_token").unwrap().is("a-long-enough_token"));
    }
}
