//! Where a run comes from: found out on a thread, recorded when it is known. Nobody who logs waits for it.

mod build;
mod git;
mod secrets;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use super::core::{Core, now_micros};
use crate::model::Origin;

/// Says `off` to record nothing.
const VARIABLE: &str = "ML_BOARD_ORIGIN";

/// Somebody finds it out.
pub(super) struct Search(Mutex<Receiver<()>>);

impl Search {
    /// Waits until it is recorded, or for so long.
    pub(super) fn wait(self, most: Duration) {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).recv_timeout(most).ok();
    }
}

/// Begins to find out where this process comes from, and has it recorded: at once what the process itself knows, then what git does.
pub(super) fn search(core: &Arc<Core>) -> Option<Search> {
    if std::env::var_os(VARIABLE).is_some_and(|said| said == "off" || said == "0") {
        return None;
    }
    let (done, wait) = sync_channel(1);
    let core = Arc::downgrade(core);
    let work = move || {
        let directory = std::env::current_dir().unwrap_or_default();
        let program = std::env::current_exe().unwrap_or_default();
        let mut origin = of_process(&directory, &program);
        let source = build::source(&program);
        if let Some(source) = &source {
            build::describe(&program, source, &mut origin);
        }
        record(&core, &origin);
        if git::describe(source.as_deref().unwrap_or(&directory), &mut origin) {
            record(&core, &origin);
        }
        done.send(()).ok();
    };
    // Without a thread to do it, it stays unknown.
    std::thread::Builder::new().name("ml_board origin".into()).spawn(work).ok().map(|_| Search(Mutex::new(wait)))
}

fn record(core: &Weak<Core>, origin: &Origin) {
    if let Some(core) = core.upgrade() {
        core.journal.origin(now_micros(), origin).ok();
    }
}

fn of_process(directory: &Path, program: &Path) -> Origin {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    Origin {
        command: secrets::mask(std::env::args_os().map(|argument| argument.to_string_lossy().into_owned())),
        directory: text(directory),
        program: text(program),
        user: user.filter(|user| !user.is_empty()),
        ml_board: env!("CARGO_PKG_VERSION").to_owned(),
        ..Origin::default()
    }
}

/// The nearest of a path and the directories around it that has `file` in it.
fn around(path: &Path, file: &str) -> Option<PathBuf> {
    path.ancestors().find(|directory| directory.join(file).exists()).map(Path::to_path_buf)
}
