//! MongoDB: a client and the small runtime it lives on.

#[cfg(feature = "engine")]
mod edit;
#[cfg(feature = "engine")]
mod follow;
#[cfg(feature = "engine")]
mod lower;
#[cfg(feature = "engine")]
mod overview;
#[cfg(feature = "engine")]
mod read;
#[cfg(feature = "engine")]
mod repair;
mod update;
mod write;

use std::collections::HashSet;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use bson::doc;
use mongodb::options::{ClientOptions, ConnectionString};
use mongodb::{Client, Database};
use tokio::runtime::{Builder, Runtime};

use crate::address::Uri;
use crate::error::{Error, ErrorKind, Result};

/// How long a server may take to be found. The writer has its own patience: it asks again.
const SELECTION: Duration = Duration::from_secs(3);
/// How long an answer may take from a server that lives.
const ANSWER: Duration = Duration::from_secs(60);
/// After so long without a word from the server it is asked whether it lives, and has as long to say so.
const SILENCE: Duration = Duration::from_secs(4);
/// How long the server may take to hear that a client ends.
const GOODBYE: Duration = Duration::from_secs(2);
/// One client serves all writers of a process.
const CONNECTIONS: u32 = 32;

/// A MongoDB.
pub(crate) struct Mongo {
    client: Client,
    uri: Uri,
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    /// The folders that are known to have their collections and indexes.
    ensured: Mutex<HashSet<(String, String)>>,
    /// When it was made, and how many milliseconds later the server last said something.
    begun: Instant,
    heard: Arc<AtomicU64>,
}

/// An answer that is on its way.
pub(crate) struct Pending<T>(mpsc::Receiver<mongodb::error::Result<T>>);

impl Mongo {
    /// A client of the server at this address, which it does not wait for.
    pub(super) fn connect(uri: &Uri) -> Result<Mongo> {
        check(uri)?;
        let runtime =
            Builder::new_multi_thread().worker_threads(2).thread_name("ml_board-mongodb").enable_all().build().map_err(
                |cause| Error::new(ErrorKind::Store, "the threads of the MongoDB client could not be started").because(cause),
            )?;
        let text = uri.reveal().to_owned();
        let client = spawn(&runtime, async move {
            let mut options = ClientOptions::parse(text).await?;
            options.app_name.get_or_insert_with(|| "ml_board".to_owned());
            options.server_selection_timeout.get_or_insert(SELECTION);
            options.max_pool_size.get_or_insert(CONNECTIONS);
            // What is written may be written again: we repeat by ourselves, and know what we repeat.
            options.retry_writes = Some(false);
            Client::with_options(options)
        })
        .recv_timeout(ANSWER)
        .unwrap_or_else(|_| Err(mongodb::error::Error::custom("its name was not resolved in time")))
        .map_err(|cause| trouble(uri, &cause))?;
        Ok(Mongo {
            client,
            uri: uri.clone(),
            runtime: Some(runtime),
            ensured: Mutex::default(),
            begun: Instant::now(),
            heard: Arc::default(),
        })
    }

    /// A handle to a database, cheap to clone into a future.
    pub(crate) fn database(&self, name: &str) -> Database {
        self.client.database(name)
    }

    /// The driver's client, cheap to clone into a future.
    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// Waits for a future of the driver's, for up to a minute and not much longer than the server lives; called from threads of
    /// ours only. The future runs on our runtime and is never cancelled: dropping one may corrupt the driver's state. The errors have
    /// no password.
    pub(crate) fn block_on<T: Send + 'static>(
        &self,
        future: impl Future<Output = mongodb::error::Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.attempt(future)?.map_err(|cause| trouble(&self.uri, &cause))
    }

    /// The same, with the driver's own error where the caller wants to look at it.
    pub(crate) fn attempt<T: Send + 'static>(
        &self,
        future: impl Future<Output = mongodb::error::Result<T>> + Send + 'static,
    ) -> Result<mongodb::error::Result<T>> {
        self.finish(self.begin(future)?)
    }

    /// Begins what [`Mongo::finish`] waits for.
    fn begin<T: Send + 'static>(
        &self,
        future: impl Future<Output = mongodb::error::Result<T>> + Send + 'static,
    ) -> Result<Pending<T>> {
        let runtime = self.runtime.as_ref().ok_or_else(|| Error::new(ErrorKind::Store, "the MongoDB client was closed"))?;
        let (begun, heard) = (self.begun, self.heard.clone());
        Ok(Pending(spawn(runtime, async move {
            let answer = future.await;
            heard.fetch_max(millis(begun.elapsed()), Ordering::Relaxed);
            answer
        })))
    }

    /// A frozen server, or a network that swallows all, would keep a caller for the whole minute: so it is asked in between.
    fn finish<T>(&self, pending: Pending<T>) -> Result<mongodb::error::Result<T>> {
        let asked = Instant::now();
        loop {
            match pending.0.recv_timeout(SILENCE) {
                Ok(answer) => return Ok(answer),
                Err(mpsc::RecvTimeoutError::Timeout) if asked.elapsed() < ANSWER && self.lives() => {}
                Err(_) => {
                    let target = self.uri.target();
                    let secs = asked.elapsed().as_secs();
                    return Err(Error::new(ErrorKind::Store, format!("the MongoDB at {target} did not answer within {secs} s"))
                        .help("is the server overloaded or frozen, or the network cut? what was logged stays in the journal until it answers"));
                }
            }
        }
    }

    /// Whether the server said something lately, or does when it is asked.
    fn lives(&self) -> bool {
        let silent = millis(self.begun.elapsed()).saturating_sub(self.heard.load(Ordering::Relaxed));
        let database = self.database("admin");
        let ping = async move { database.run_command(doc! { "ping": 1 }).await };
        silent < millis(SILENCE) || self.begin(ping).is_ok_and(|pending| matches!(pending.0.recv_timeout(SILENCE), Ok(Ok(_))))
    }

    /// Whether it answers now.
    pub(super) fn ping(&self) -> Result<()> {
        let database = self.database("admin");
        self.block_on(async move { database.run_command(doc! { "ping": 1 }).await }).map(drop)
    }

    /// The driver's trouble as ours, without a password.
    pub(crate) fn trouble(&self, cause: &mongodb::error::Error) -> Error {
        trouble(&self.uri, cause)
    }

    /// Whether a folder's collections were made, or seen, by this client; `true` marks them as such.
    fn ensured(&self, database: &str, folder: &str, mark: bool) -> bool {
        let mut ensured = self.ensured.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (database.to_owned(), folder.to_owned());
        if mark { ensured.insert(key) } else { ensured.contains(&key) }
    }
}

impl Drop for Mongo {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        let ending = Ending { client: self.client.clone(), runtime: Some(runtime) };
        // Whoever drops it waits for nothing. Without a thread to spare it ends all the same.
        let thread = std::thread::Builder::new().name("ml_board-mongodb-end".to_owned());
        drop(thread.spawn(|| ending.quietly()));
    }
}

/// The end of a client. A task of the driver that still asks for a connection panics if its runtime ends: so the driver comes to its end first.
struct Ending {
    client: Client,
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
}

impl Ending {
    /// Lets the driver say goodbye to the server, if that does not take long.
    fn quietly(self) {
        if let Some(runtime) = &self.runtime {
            let client = self.client.clone();
            let done = spawn(runtime, async move { client.shutdown().immediate(true).await });
            // In time or not, the runtime ends next.
            done.recv_timeout(GOODBYE).unwrap_or_default();
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        // Dropping a runtime waits, and panics inside another one; this does neither.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Whether the driver understands the address.
pub(super) fn check(uri: &Uri) -> Result<()> {
    ConnectionString::parse(uri.reveal()).map(drop).map_err(|cause| uri.mistake(&cause.to_string()))
}

/// Runs the future to its end on the runtime.
fn spawn<T: Send + 'static>(runtime: &Runtime, future: impl Future<Output = T> + Send + 'static) -> mpsc::Receiver<T> {
    let (sender, receiver) = mpsc::sync_channel(1);
    runtime.spawn(async move { sender.send(future.await) });
    receiver
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn trouble(uri: &Uri, cause: &mongodb::error::Error) -> Error {
    use mongodb::error::ErrorKind as Kind;
    let target = uri.target();
    let (what, help) = match cause.kind.as_ref() {
        Kind::Authentication { .. } => (
            format!("the MongoDB at {target} did not let us in"),
            "check user and password in the address, and its authSource (?authSource=admin)",
        ),
        Kind::Command(error) if [13, 18].contains(&error.code) => (
            format!("the MongoDB at {target} does not allow this"),
            "the user of the address needs the role readWrite on the database; check also authSource (?authSource=admin)",
        ),
        Kind::Command(_) | Kind::Write(_) => {
            (format!("the MongoDB at {target} refused a command"), "see the cause; `ml_board doctor` looks at the server")
        }
        Kind::DnsResolve { .. } => {
            (format!("the name in {target} is not known to the DNS"), "check the spelling of the host, and the network")
        }
        _ => (
            format!("the MongoDB at {target} does not answer"),
            "is it running, and is the address right? set ML_BOARD_URI to it, or to local: for the embedded store",
        ),
    };
    Error::new(ErrorKind::Store, what).because(brief(&uri.mask(&cause.kind.to_string()))).help(help)
}

/// The first sentence of the driver's long stories.
fn brief(story: &str) -> &str {
    let end = story.find(" Topology:").or_else(|| story.find('\n')).unwrap_or(story.len());
    &story[..end]
}

#[cfg(test)]
mod tests {
    use mongodb::options::HostInfo;

    use super::*;
    use crate::address::Address;

    /// The driver's own reading of an address, in the form of our targets.
    fn target(text: &str) -> Option<String> {
        match ConnectionString::parse(text).ok()?.host_info {
            HostInfo::HostIdentifiers(hosts) => {
                let mut hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
                hosts.sort();
                Some(format!("mongodb://{}", hosts.join(",")))
            }
            HostInfo::DnsRecord(name) => Some(format!("mongodb+srv://{name}")),
            _ => None,
        }
    }

    #[test]
    fn hosts_are_read_as_the_driver_reads_them() {
        for text in [
            "mongodb://localhost",
            "mongodb://ada:s3cret%2F@b.example:27018,A.example/?authSource=admin&replicaSet=rs",
            "mongodb://ada:s3cret@127.0.0.1:27018/db?tls=true",
            "mongodb://ada@host/",
            "mongodb://host:notaport",
            "mongodb://host:",
            "mongodb://host:70000",
            "mongodb://a,,b",
            "mongodb://",
        ] {
            assert_eq!(Address::parse(text).ok().map(|address| address.target()), target(text), "{text}");
        }
    }

    #[test]
    fn what_only_the_driver_finds_wrong_shows_no_password() {
        for text in ["mongodb://ada:s3/cret@host", "mongodb://ada:s3%cret@host", "mongodb://s3cret@host/?authMechanism=s3cret"] {
            let Ok(Address::Mongo(uri)) = Address::parse(text) else { panic!("{text}") };
            let error = check(&uri).unwrap_err();
            let story = format!("{error} {error:?}");
            assert!(story.contains("cannot be understood"), "{story}");
            assert!(!story.contains("s3cret") && !story.contains("s3/cret") && !story.contains("s3%cret"), "{story}");
        }
    }
}
