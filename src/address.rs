//! Where a store is: from the builder, `ML_BOARD_URI`, a MongoDB on this machine, or the embedded store, in this order.
//!
//! Knows no driver, so that a writer without one can say where its runs go. Of a MongoDB address it reads the scheme and the hosts;
//! `store::check` has the driver read the rest.

use std::fmt;
use std::io::{Read, Write};
use std::net::{Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};
use crate::home;

/// The variable that names the store.
pub(crate) const VARIABLE: &str = "ML_BOARD_URI";
const USUAL: &str = "mongodb://localhost:27017";
const PATIENCE: Duration = Duration::from_millis(500);

/// Where a store is. `Debug` and `Display` show [`Address::target`], never a password.
#[derive(Clone, PartialEq)]
pub(crate) enum Address {
    /// A MongoDB server, replica set or cluster.
    Mongo(Uri),
    /// The directory of an embedded store.
    Local(PathBuf),
}

/// A MongoDB address that was parsed once. Its text is a secret.
#[derive(Clone, PartialEq)]
pub(crate) struct Uri {
    text: String,
    target: String,
}

/// An address, and what to tell the person about how it was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Resolved {
    pub(crate) address: Address,
    /// Sentences, each to be said once.
    pub(crate) notes: Vec<String>,
}

impl Address {
    /// The address that `explicit` names; else `ML_BOARD_URI`; else a MongoDB that answers on this machine within half a second;
    /// else the embedded store. Blocks for up to that long.
    pub(crate) fn resolve(explicit: Option<&str>) -> Result<Resolved> {
        let variable = std::env::var(VARIABLE).ok().filter(|text| !text.trim().is_empty());
        if let Some(text) = explicit.map(str::to_owned).or(variable) {
            return Ok(Resolved { address: Address::parse(text.trim())?, notes: Vec::new() });
        }
        if answers(PATIENCE) {
            return Ok(Resolved { address: Address::parse(USUAL)?, notes: Vec::new() });
        }
        let directory = default_directory()?;
        let note = format!(
            "no MongoDB answers at {USUAL}: runs are kept in the local store {}. Nothing to do; to use a server instead, set \
             {VARIABLE}=mongodb://HOST, and `ml_board sync --to mongodb://HOST` moves what is here",
            directory.display()
        );
        Ok(Resolved { address: Address::Local(directory), notes: vec![note] })
    }

    /// `mongodb://…`, `mongodb+srv://…` (feature `srv`), `local:` or `local:DIRECTORY`.
    pub(crate) fn parse(text: &str) -> Result<Address> {
        if let Some(directory) = text.strip_prefix("local:") {
            let directory = directory.strip_prefix("//").unwrap_or(directory);
            if directory.is_empty() {
                return Ok(Address::Local(default_directory()?));
            }
            let directory = std::path::absolute(directory).map_err(|cause| {
                Error::new(ErrorKind::Input, format!("`local:{directory}` cannot be made an absolute path")).because(cause)
            })?;
            return Ok(Address::Local(directory));
        }
        // A writer without the driver leaves them to the engine, which knows them.
        let driver = cfg!(any(feature = "writer", feature = "engine"));
        if text.starts_with("mongodb+srv://") && driver && !cfg!(feature = "srv") {
            return Err(Error::new(ErrorKind::Input, "this program was built without mongodb+srv:// addresses").help(
                "add the feature: ml_board = { features = [\"writer\", \"srv\"] }; or give the hosts: mongodb://HOST,HOST",
            ));
        }
        if !text.starts_with("mongodb://") && !text.starts_with("mongodb+srv://") {
            // The text may hold a password: it is not repeated.
            return Err(Error::new(ErrorKind::Input, "the address of the store is neither a MongoDB's nor a local one")
                .help("give mongodb://HOST[:PORT], mongodb+srv://HOST, local: or local:DIRECTORY"));
        }
        let target = target(text).map_err(|why| mistake(text, &why))?;
        Ok(Address::Mongo(Uri { text: text.to_owned(), target }))
    }

    /// The address of a journal's target: `known` if it has the same target (it may hold a password), else the target itself.
    pub(crate) fn of_target(target: &str, known: Option<&Address>) -> Result<Address> {
        match known {
            Some(known) if known.target() == target => Ok(known.clone()),
            _ => Address::parse(target),
        }
    }

    /// Scheme and hosts, or the local directory: what journals and handles may hold. Never credentials. Parses to an address again.
    pub(crate) fn target(&self) -> String {
        match self {
            Address::Mongo(uri) => uri.target.clone(),
            Address::Local(directory) => format!("local:{}", directory.display()),
        }
    }

    /// The whole address, with its credentials: for the program that has a driver only.
    #[cfg(any(test, not(any(feature = "writer", feature = "engine"))))]
    pub(crate) fn reveal(&self) -> String {
        match self {
            Address::Mongo(uri) => uri.text.clone(),
            Address::Local(_) => self.target(),
        }
    }

    /// The directory of an embedded store.
    pub(crate) fn directory(&self) -> Option<&Path> {
        match self {
            Address::Local(directory) => Some(directory),
            Address::Mongo(_) => None,
        }
    }
}

impl Uri {
    /// The whole address, with its credentials: for the driver only.
    pub(crate) fn reveal(&self) -> &str {
        &self.text
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// A mistake in it, as the driver tells of it.
    pub(crate) fn mistake(&self, why: &str) -> Error {
        mistake(&self.text, why)
    }

    /// A text of the driver's without this address's secrets.
    pub(crate) fn mask(&self, text: &str) -> String {
        without_secret(&self.text, text)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.target())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uri({})", self.target)
    }
}

/// The embedded store that `local:` means.
fn default_directory() -> Result<PathBuf> {
    Ok(home::home()?.join("local"))
}

/// Scheme and hosts of a MongoDB address, in order and with their ports; or why it has none.
fn target(text: &str) -> Result<String, String> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("mongodb", text));
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let hosts = rest.split_once('/').map_or(rest, |(hosts, _)| hosts);
    let hosts = hosts.split(',').map(host).collect::<Result<Vec<_>, _>>()?;
    if scheme == "mongodb+srv" {
        return match hosts.as_slice() {
            [(name, None)] => Ok(format!("{scheme}://{name}")),
            [(_, Some(_))] => Err("a port cannot be given with mongodb+srv".to_owned()),
            _ => Err("mongodb+srv takes one name".to_owned()),
        };
    }
    let name = |(host, port): &(String, Option<u16>)| match port {
        // A socket of this machine has no port.
        None if host.ends_with(".sock") => host.clone(),
        port => format!("{host}:{}", port.unwrap_or(27017)),
    };
    let mut names: Vec<String> = hosts.iter().map(name).collect();
    names.sort();
    Ok(format!("{scheme}://{}", names.join(",")))
}

/// One host of an address, and its port if it has one.
fn host(text: &str) -> Result<(String, Option<u16>), String> {
    if text.ends_with(".sock") {
        return Ok((text.to_owned(), None));
    }
    let (host, port) = match text.strip_prefix('[').map(|literal| literal.split_once(']')) {
        Some(Some((literal, port))) if literal.parse::<Ipv6Addr>().is_ok() => {
            (format!("[{}]", literal.to_lowercase()), port.strip_prefix(':').or((!port.is_empty()).then_some(port)))
        }
        Some(_) => return Err("what stands in [ ] is not an IPv6 address".to_owned()),
        None => match text.split_once(':') {
            Some((host, port)) => (host.to_lowercase(), Some(port)),
            None => (text.to_lowercase(), None),
        },
    };
    if host.is_empty() {
        return Err("a host is empty".to_owned());
    }
    let port = port.map(|port| port.parse().ok().filter(|port| *port != 0).ok_or("a port is no number from 1 to 65535"));
    Ok((host, port.transpose()?))
}

/// An address that cannot be used, and why; its secrets left out.
fn mistake(text: &str, why: &str) -> Error {
    Error::new(ErrorKind::Input, format!("the MongoDB address `{}` cannot be understood", masked(text)))
        .because(without_secret(text, why))
        .help("it looks like mongodb://USER:PASSWORD@HOST:27017/?authSource=admin; in user and password write @ : / % as %40 %3A %2F %25")
}

/// Whether a MongoDB answers at the usual place. A port that refuses costs next to nothing.
fn answers(patience: Duration) -> bool {
    let end = Instant::now() + patience;
    let usual = ("localhost", 27017).to_socket_addrs();
    usual.is_ok_and(|mut addresses| addresses.any(|address| greets(&address, end)))
}

/// Whether what listens there says hello as a MongoDB does. A server that is stopped takes connections, and says nothing.
fn greets(address: &SocketAddr, end: Instant) -> bool {
    // OP_MSG (2013), request 1: { hello: 1, $db: "admin" }.
    const HELLO: &[u8] = b"\x34\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0\
        \x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0";
    let left = || Some(end.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero());
    let ask = || {
        let mut stream = TcpStream::connect_timeout(address, left()?).ok()?;
        stream.write_all(HELLO).ok()?;
        stream.set_read_timeout(Some(left()?)).ok()?;
        let mut header = [0; 16];
        stream.read_exact(&mut header).ok()?;
        Some(header[8..] == [1, 0, 0, 0, 0xdd, 0x07, 0, 0])
    };
    ask().unwrap_or(false)
}

/// The credentials of an address, if it has any: all between the scheme and the last `@` before the path.
fn credentials(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    // A password with a bare `/` or `?` is a mistake, and must not be shown for it: the last `@` of all decides.
    rest.rfind('@').map(|at| &rest[..at])
}

fn masked(text: &str) -> String {
    let scheme = text.split_once("://").map_or("mongodb", |(scheme, _)| scheme);
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let hosts = credentials(text).map_or(rest, |secret| &rest[secret.len() + 1..]);
    format!("{scheme}://{}", hosts.split(['/', '?']).next().unwrap_or_default())
}

/// `message` without the user name, the password and the options of the address `text`.
fn without_secret(text: &str, message: &str) -> String {
    let Some(secret) = credentials(text) else { return message.to_owned() };
    let password = secret.split_once(':').map(|(_, password)| password).filter(|password| !password.is_empty());
    let mut message = message.replace(text, &masked(text)).replace(secret, "…");
    if let Some(password) = password {
        message = message.replace(password, "…");
        // The driver decodes %xx before it complains.
        let decoded = percent_decode(password);
        if !decoded.is_empty() {
            message = message.replace(&decoded, "…");
        }
    }
    message
}

/// `%xx` as the byte it stands for; what is not one stays as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = |digit: &u8| char::from(*digit).to_digit(16);
        match (first, after) {
            (b'%', [high, low, after @ ..]) if hex(high).is_some() && hex(low).is_some() => {
                let byte = hex(high).unwrap_or_default() * 16 + hex(low).unwrap_or_default();
                bytes.push(u8::try_from(byte).unwrap_or_default());
                rest = after;
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_has_no_credentials_and_parses_again() {
        let address =
            Address::parse("mongodb://ada:s3cret%2F@b.example:27018,a.example/?authSource=admin&replicaSet=rs").unwrap();
        assert_eq!(address.target(), "mongodb://a.example:27017,b.example:27018");
        assert_eq!(format!("{address} {address:?}").matches("s3cret").count(), 0);
        assert_eq!(Address::parse(&address.target()).unwrap().target(), address.target());
        assert_eq!(Address::of_target(&address.target(), Some(&address)).unwrap(), address);
        assert_ne!(Address::of_target("mongodb://c.example", Some(&address)).unwrap(), address);
    }

    #[test]
    fn no_mistake_shows_a_password() {
        for text in [
            "mongodb://ada:s3cret@h:notaport",
            "mongodb://ada:s3/cret@host",
            "mongodb://ada:s3cret@",
            "mongodb://ada:s3%cret@host",
            "mongodb://s3cret@host/?authMechanism=s3cret",
            "postgres://ada:s3cret@host",
            "s3cret",
        ] {
            if let Err(error) = Address::parse(text) {
                let story = format!("{error} {error:?}");
                assert!(!story.contains("s3cret") && !story.contains("s3/cret") && !story.contains("s3%cret"), "{story}");
            }
        }
    }

    #[test]
    fn hosts_are_read_as_they_are_written() {
        for (text, target) in [
            ("mongodb://Lab", "mongodb://lab:27017"),
            ("mongodb://[::1]:27018,[FE80::2]/db", "mongodb://[::1]:27018,[fe80::2]:27017"),
            ("mongodb://%2Ftmp%2Fmongodb-27017.sock", "mongodb://%2Ftmp%2Fmongodb-27017.sock"),
        ] {
            assert_eq!(Address::parse(text).unwrap().target(), target);
            assert_eq!(Address::parse(target).unwrap().target(), target);
        }
        for text in ["mongodb://", "mongodb://a,,b", "mongodb://a:0", "mongodb://a:99999", "mongodb://[::1", "mongodb://[::1]x"] {
            assert_eq!(Address::parse(text).unwrap_err().kind(), ErrorKind::Input, "{text}");
        }
    }

    #[test]
    fn only_a_mongodb_greets() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = port.local_addr().unwrap();
        // It takes the connection, and says nothing.
        assert!(!greets(&address, Instant::now() + Duration::from_millis(50)));
        let stranger =
            std::thread::spawn(move || port.accept().unwrap().0.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap());
        while !stranger.is_finished() {
            assert!(!greets(&address, Instant::now() + Duration::from_secs(10)));
        }
        stranger.join().unwrap();
    }

    #[test]
    fn local_addresses() {
        let here = Address::parse("local:/data/board").unwrap();
        assert_eq!((here.target().as_str(), here.directory()), ("local:/data/board", Some(Path::new("/data/board"))));
        assert!(Address::parse("local:relative").unwrap().directory().unwrap().is_absolute());
        assert!(Address::parse("local:").unwrap().target().ends_with("local"));
    }

    #[test]
    #[cfg(all(feature = "writer", not(feature = "srv")))]
    fn srv_needs_its_feature() {
        assert!(Address::parse("mongodb+srv://cluster.example").unwrap_err().to_string().contains("srv"));
    }
}
