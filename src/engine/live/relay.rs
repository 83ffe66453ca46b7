//! The relay: what pages would ask the server for, in files of the notebook's folder, which the notebook's own server hands out. For pages
//! that reach nothing but that server; only where `ML_BOARD_RELAY` asks for it, and removed when the engine ends.
//!
//! ```text
//! ml_board-live-1f0c9a3e/     beside the notebook
//!   news.json                 as an answer of `/live`, written anew every few seconds, whatever happens: a page that sees it stand still
//!                             knows that the engine is gone; the newest patches of each view are in it
//!   VIEW.json                 version and whole payload, for pages that are further behind
//! ```
//! Each file is written beside itself and renamed, so that nobody reads half of one.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::reader::locked;
use super::{Hub, PACE, SLOWEST};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Time;

const VARIABLE: &str = "ML_BOARD_RELAY";
/// What its folder's name begins with; the session follows.
const NAME: &str = "ml_board-live-";
const NEWS: &str = "news.json";
/// So often the news are written, whatever happens (where composing takes long, as often as that allows).
const BEAT: Duration = Duration::from_secs(2);
/// Views at once: those that were drawn last.
const VIEWS: usize = 20;
/// Bytes of the newest patches of a view.
const TAIL: usize = 64 << 10;
/// An engine that was killed leaves its folder; the next one here takes it away when nobody has written to it for so long.
const LEFT: Duration = Duration::from_secs(3600);

/// A thread that writes while the engine lives.
pub(super) struct Relay {
    /// The name of its folder, by which a page finds it beside the notebook.
    name: String,
    /// Ids, those drawn last at the end.
    views: Arc<Mutex<VecDeque<String>>>,
    /// Told of a new view; dropped, it ends the thread.
    writing: Mutex<Option<(Sender<()>, JoinHandle<()>)>>,
}

/// Whether it is asked for.
pub(super) fn wanted() -> Result<bool> {
    match std::env::var(VARIABLE).as_deref() {
        Err(_) | Ok("" | "off" | "0") => Ok(false),
        Ok("on" | "1") => Ok(true),
        Ok(other) => Err(Error::new(ErrorKind::Input, format!("{VARIABLE} is `{other}`")).help("on, or off")),
    }
}

/// The notebook's folder: where the notebook says that it is, else where its kernel works.
pub(super) fn notebook_folder() -> Result<PathBuf> {
    let notebook = std::env::var_os("JPY_SESSION_NAME").map(PathBuf::from).filter(|path| path.is_absolute());
    let beside = notebook.and_then(|path| path.parent().map(Path::to_path_buf)).filter(|folder| folder.is_dir());
    let here = || std::env::current_dir().map_err(|cause| refused(Path::new("."), cause));
    beside.map_or_else(here, Ok)
}

fn refused(folder: &Path, cause: io::Error) -> Error {
    Error::new(ErrorKind::Engine, format!("could not write the relay's files in {}", folder.display()))
        .because(cause)
        .help(format!("pages reach the engine in other ways, or show what they have; {VARIABLE}=off asks for no files"))
}

impl Relay {
    /// Makes the folder, and begins to write what `hub` has to say.
    pub(super) fn start(hub: &Arc<Hub>, beside: &Path) -> Result<Relay> {
        take_away_leftovers(beside);
        let name = format!("{NAME}{}", hub.session.get(..8).unwrap_or(&hub.session));
        let folder = beside.join(&name);
        make(&folder).map_err(|cause| refused(beside, cause))?;
        let (running, told) = channel();
        let views = Arc::<Mutex<VecDeque<String>>>::default();
        let writer = Writer { hub: Arc::clone(hub), folder: folder.clone(), views: Arc::clone(&views), written: HashMap::new() };
        let thread = std::thread::Builder::new().name("relay".to_owned()).spawn(move || writer.run(&told));
        let thread = thread.map_err(|cause| refused(beside, cause))?;
        Ok(Relay { name, views, writing: Mutex::new(Some((running, thread))) })
    }

    /// Tells of this view, too; the name of the folder.
    pub(super) fn follow(&self, view: &str) -> String {
        let mut views = locked(&self.views);
        views.retain(|known| known != view);
        views.push_back(view.to_owned());
        if views.len() > VIEWS {
            views.pop_front();
        }
        drop(views);
        if let Some((running, _)) = locked(&self.writing).as_ref() {
            running.send(()).ok();
        }
        self.name.clone()
    }

    /// Ends, and takes its files away.
    pub(super) fn end(&self) {
        let writing = locked(&self.writing).take();
        if let Some((running, thread)) = writing {
            drop(running);
            drop(thread.join());
        }
    }
}

struct Writer {
    hub: Arc<Hub>,
    folder: PathBuf,
    views: Arc<Mutex<VecDeque<String>>>,
    /// The version of each view that its file has.
    written: HashMap<String, u64>,
}

impl Writer {
    fn run(mut self, told: &Receiver<()>) {
        let (mut said, mut beat) = (String::new(), None::<Instant>);
        loop {
            let (news, pace) = self.news();
            // When it is read is no news.
            if news != said || beat.is_none_or(|beat| beat.elapsed() >= BEAT) {
                let whole = format!("{{\"session\":\"{}\",\"read_at\":{},{news}}}", self.hub.session, Time::now().millis());
                // Without room, or a folder, the page sees that nothing comes; the next round may fare better.
                if write(&self.folder, NEWS, &whole).is_ok() {
                    (said, beat) = (news, Some(Instant::now()));
                }
            }
            if told.recv_timeout(pace) == Err(RecvTimeoutError::Disconnected) {
                return clear(&self.folder);
            }
        }
    }

    /// What is new of each view, those that are far behind in files of their own; and how soon to look again.
    fn news(&mut self) -> (String, Duration) {
        let ids: Vec<String> = locked(&self.views).iter().cloned().collect();
        let (mut views, mut running, mut pace) = (Vec::new(), false, PACE);
        for id in &ids {
            let Some(shown) = self.hub.views.get(id) else { continue };
            // A person may have tidied up.
            let there = self.folder.join(format!("{id}.json")).is_file();
            let since = self.written.get(id).copied().filter(|_| there).unwrap_or(0);
            let relayed = shown.relayed(since, TAIL, || self.hub.look(&shown), || self.hub.compose(&shown));
            match relayed {
                Ok(relayed) => {
                    if let Some(payload) = relayed.payload {
                        let whole = format!("{{\"version\":{},\"payload\":{payload}}}", relayed.version);
                        if write(&self.folder, &format!("{id}.json"), &whole).is_err() {
                            continue;
                        }
                        self.written.insert(id.clone(), relayed.version);
                    }
                    views.push(format!("\"{id}\":{{\"version\":{},\"tail\":[{}]}}", relayed.version, relayed.tail));
                }
                Err(error) => views.push(format!("\"{id}\":{{\"error\":{}}}", Value::from(error.to_string()))),
            }
            let (runs, took) = shown.pace();
            running |= runs;
            pace = pace.max((took * 5).min(SLOWEST));
        }
        for gone in self.written.keys().filter(|id| !ids.contains(id)) {
            drop(fs::remove_file(self.folder.join(format!("{gone}.json"))));
        }
        self.written.retain(|id, _| ids.contains(id));
        if !running {
            pace = pace.max(BEAT);
        }
        let news = format!("\"running\":{running},\"pace\":{},\"views\":{{{}}}", pace.as_millis(), views.join(","));
        (news, pace)
    }
}

/// The folder, for its owner alone.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).or_else(|cause| if cause.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(cause) })
}

fn write(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    make(folder)?;
    let beside = folder.join(format!("{name}.new"));
    fs::write(&beside, text)?;
    fs::rename(beside, folder.join(name))
}

/// Takes the files of a relay away, and its folder unless something else is in it.
fn clear(folder: &Path) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".json") || name.ends_with(".json.new") {
            drop(fs::remove_file(entry.path()));
        }
    }
    drop(fs::remove_dir(folder));
}

fn take_away_leftovers(beside: &Path) {
    for entry in beside.read_dir().into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(NAME);
        let written = || entry.path().join(NEWS).metadata().and_then(|news| news.modified()).ok();
        let old = |written| SystemTime::now().duration_since(written).is_ok_and(|age| age > LEFT);
        if ours && written().is_some_and(old) {
            clear(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_killed_engines_left_is_taken_away_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let old = SystemTime::now() - LEFT - Duration::from_secs(60);
        let relay = |name: &str, modified: Option<SystemTime>| {
            let folder = directory.path().join(name);
            write(&folder, NEWS, "{}").unwrap();
            write(&folder, "0123.json", "{}").unwrap();
            if let Some(modified) = modified {
                fs::File::options().write(true).open(folder.join(NEWS)).unwrap().set_modified(modified).unwrap();
            }
            folder
        };
        let [left, alive] = [relay("ml_board-live-left", Some(old)), relay("ml_board-live-alive", None)];
        let [other, mixed] = [relay("results", Some(old)), relay("ml_board-live-mixed", Some(old))];
        fs::write(mixed.join("mine.txt"), "a person's").unwrap();
        take_away_leftovers(directory.path());
        assert_eq!([left.exists(), alive.join(NEWS).exists(), other.join(NEWS).exists()], [false, true, true]);
        assert_eq!([mixed.join("mine.txt").exists(), mixed.join(NEWS).exists()], [true, false]);
    }

    #[cfg(unix)]
    #[test]
    fn its_files_are_for_the_person_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("ml_board-live-x");
        write(&folder, NEWS, "{}").unwrap();
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o077, 0);
        assert!(!folder.join("news.json.new").exists());
    }
}
