//! The port that a server listens on: the one that was asked for, or the next that is free; and why it can be none.

use std::io::{ErrorKind as Cause, Result};
use std::net::SocketAddr;

use crate::error::{Error, ErrorKind};

/// Listens on this port, or if it is taken on one of so many after it. Nothing else is a reason to go on: a port that this user may not
/// have is not taken, and whoever asked for it is to know.
pub(super) fn first_free<T>(address: SocketAddr, others: u16, listen: impl Fn(SocketAddr) -> Result<T>) -> Result<T> {
    let last = address.port().saturating_add(others);
    (address.port()..last)
        .map(|port| listen(SocketAddr::new(address.ip(), port)))
        .find(|tried| !tried.as_ref().is_err_and(|cause| cause.kind() == Cause::AddrInUse))
        .unwrap_or_else(|| listen(SocketAddr::new(address.ip(), last)))
}

/// Why nobody can listen there, and what to do.
pub(super) fn failed(address: SocketAddr, cause: &std::io::Error) -> Error {
    let error = Error::new(ErrorKind::Engine, format!("could not listen on {address}")).because(cause);
    match cause.kind() {
        Cause::AddrInUse => error.help("that port and those after it are taken: name another one, as `--port 9000`"),
        Cause::PermissionDenied => error.help("this user may not have that port: name one above 1023, as `--port 8000`"),
        Cause::AddrNotAvailable => {
            error.help("this machine does not have that address: `--bind` takes one of its own, or 0.0.0.0 for all")
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// The ports that are tried, and what comes of it, where the first ones fail in these ways.
    fn tried(failures: &[Cause], others: u16) -> (Vec<u16>, Result<u16>) {
        let tried = RefCell::new(Vec::new());
        let listen = |address: SocketAddr| {
            tried.borrow_mut().push(address.port());
            let failure = failures.get(tried.borrow().len() - 1);
            failure.map_or(Ok(address.port()), |cause| Err((*cause).into()))
        };
        let outcome = first_free(SocketAddr::from(([127, 0, 0, 1], 8000)), others, listen);
        (tried.into_inner(), outcome)
    }

    #[test]
    fn the_next_port_is_tried_where_one_is_taken_and_for_nothing_else() {
        let (ports, port) = tried(&[Cause::AddrInUse, Cause::AddrInUse], 100);
        assert_eq!((ports, port.unwrap()), (vec![8000, 8001, 8002], 8002));
        let (ports, port) = tried(&[Cause::PermissionDenied], 100);
        assert_eq!((ports, port.unwrap_err().kind()), (vec![8000], Cause::PermissionDenied));
        let (ports, port) = tried(&[Cause::AddrInUse; 3], 2);
        assert_eq!((ports, port.unwrap_err().kind()), (vec![8000, 8001, 8002], Cause::AddrInUse));
        assert_eq!(tried(&[], 0).1.unwrap(), 8000);
    }

    #[test]
    fn why_there_is_none_is_told_with_what_to_do() {
        let told = |cause: Cause| failed(SocketAddr::from(([127, 0, 0, 1], 80)), &cause.into()).to_string();
        assert!(told(Cause::PermissionDenied).contains("help: this user may not have that port"));
        assert!(told(Cause::AddrNotAvailable).contains("`--bind` takes one of its own"));
        assert!(told(Cause::AddrInUse).contains("are taken"));
    }
}
