//! Where a store is: from the builder, `ML_BOARD_URI`, a MongoDB on this machine, or the embedded store, in this order.

use std::fmt;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mongodb::options::{ConnectionString, HostInfo};

use super::mongo;
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
        if text.starts_with("mongodb+srv://") && !cfg!(feature = "srv") {
            return Err(Error::new(ErrorKind::Input, "this program was built without mongodb+srv:// addresses").help(
                "add the feature: ml_board = { features = [\"writer\", \"srv\"] }; or give the hosts: mongodb://HOST,HOST",
            ));
        }
        if !text.starts_with("mongodb://") && !text.starts_with("mongodb+srv://") {
            // The text may hold a password: it is not repeated.
            return Err(Error::new(ErrorKind::Input, "the address of the store is neither a MongoDB's nor a local one")
                .help("give mongodb://HOST[:PORT], mongodb+srv://HOST, local: or local:DIRECTORY"));
        }
        let parsed = ConnectionString::parse(text).map_err(|cause| {
            Error::new(ErrorKind::Input, format!("the MongoDB address `{}` cannot be understood", masked(text)))
                .because(without_secret(text, &cause.to_string()))
                .help("it looks like mongodb://USER:PASSWORD@HOST:27017/?authSource=admin; in user and password write @ : / % as %40 %3A %2F %25")
        })?;
        let target = match &parsed.host_info {
            HostInfo::DnsRecord(name) => format!("mongodb+srv://{name}"),
            HostInfo::HostIdentifiers(hosts) => {
                let mut hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
                hosts.sort();
                format!("mongodb://{}", hosts.join(","))
            }
            _ => masked(text),
        };
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
    pub(super) fn reveal(&self) -> &str {
        &self.text
    }

    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// A text of the driver's without this address's secrets.
    pub(super) fn mask(&self, text: &str) -> String {
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

/// Whether a MongoDB answers at the usual place. A port that refuses costs next to nothing.
fn answers(patience: Duration) -> bool {
    let begun = Instant::now();
    let open = ("localhost", 27017)
        .to_socket_addrs()
        .is_ok_and(|mut addresses| addresses.any(|address| TcpStream::connect_timeout(&address, patience).is_ok()));
    let left = patience.saturating_sub(begun.elapsed());
    open && !left.is_zero()
        && Address::parse(USUAL).is_ok_and(|usual| matches!(usual, Address::Mongo(uri) if mongo::answers(&uri, left)))
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
        let decoded = super::documents::keys::percent_decode(password);
        if !decoded.is_empty() {
            message = message.replace(&decoded, "…");
        }
    }
    message
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
    fn local_addresses() {
        let here = Address::parse("local:/data/board").unwrap();
        assert_eq!((here.target().as_str(), here.directory()), ("local:/data/board", Some(Path::new("/data/board"))));
        assert!(Address::parse("local:relative").unwrap().directory().unwrap().is_absolute());
        assert!(Address::parse("local:").unwrap().target().ends_with("local"));
    }

    #[test]
    #[cfg(not(feature = "srv"))]
    fn srv_needs_its_feature() {
        assert!(Address::parse("mongodb+srv://cluster.example").unwrap_err().to_string().contains("srv"));
    }
}
