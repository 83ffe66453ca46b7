//! Who owns a journal, and who may ship it: two locks on files in its directory, which the system drops with their process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
#[cfg(feature = "journal")]
use std::time::Duration;

use super::fail;
use crate::error::Result;
use crate::model::SessionId;

const OWNER: &str = "lock";
const SHIP: &str = "ship.lock";
/// Making a journal takes milliseconds.
#[cfg(feature = "journal")]
const MAKING: Duration = Duration::from_secs(60);

/// The journals that this process owns, each with the process that it was when it took it: a child of a fork has the list, and owns none.
/// Whether they are owned is not asked of their files, which somebody may have deleted.
static OWNED: Mutex<Vec<(u32, PathBuf)>> = Mutex::new(Vec::new());

fn owned() -> MutexGuard<'static, Vec<(u32, PathBuf)>> {
    OWNED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The ownership of a journal by the writer that fills it. It ends with this value, or with the process.
#[cfg_attr(not(feature = "journal"), allow(dead_code))]
pub(crate) struct Owner {
    file: File,
    of: (u32, PathBuf),
}

#[cfg_attr(not(feature = "journal"), allow(dead_code))]
impl Owner {
    /// Owns the journal in `unfinished`, which nobody else knows yet, and which will be `directory`.
    pub(crate) fn take(unfinished: &Path, directory: &Path) -> Result<Owner> {
        let path = unfinished.join(OWNER);
        let file = open(&path).map_err(|e| fail("cannot create the journal's lock", &path, e))?;
        file.try_lock().map_err(|e| fail("cannot lock the journal", &path, e))?;
        let of = (std::process::id(), directory.to_path_buf());
        owned().push(of.clone());
        Ok(Owner { file, of })
    }

    /// Ends the ownership, also where a child of a fork has the file, too. Not for the child, whose parent would lose it.
    pub(crate) fn give_up(self) {
        // Closing it does the same where there is no child.
        self.file.unlock().ok();
    }
}

#[cfg_attr(not(feature = "journal"), allow(dead_code))]
impl Drop for Owner {
    fn drop(&mut self) {
        owned().retain(|of| *of != self.of);
    }
}

/// Whether the writer of the journal in `directory` still lives.
pub(crate) fn owner_alive(directory: &Path) -> Result<bool> {
    let us = std::process::id();
    if owned().iter().any(|(process, owned)| *process == us && owned == directory) {
        return Ok(true);
    }
    let path = directory.join(OWNER);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(fail("cannot open the journal's lock", &path, e)),
    };
    // Shared, so that two who ask at once do not take each other for the owner.
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(e)) => Err(fail("cannot ask for the journal's lock", &path, e)),
    }
}

/// The exclusive right to ship one journal, dead or alive. It ends with this value, or with the process.
///
/// The live shipper takes it too, so that a journal whose writer was dropped while its shipper hangs is not shipped by two.
pub(crate) struct Claim {
    file: File,
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Of a process that was forked meanwhile, the child has the file, too.
        self.file.unlock().ok();
    }
}

impl Claim {
    /// Claims the journal in `directory`; `None` if somebody else ships it, or it is gone.
    pub(crate) fn try_claim(directory: &Path) -> Result<Option<Claim>> {
        let path = directory.join(SHIP);
        let file = match open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(fail("cannot open the shipper's lock", &path, e)),
        };
        match file.try_lock() {
            // Whoever had it before may have removed the journal with the lock file that we hold now.
            Ok(()) if path.exists() => Ok(Some(Claim { file })),
            Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(fail("cannot take the shipper's lock", &path, e)),
        }
    }
}

/// The journals under `directory`, which holds them (or `journals` in it does), in order of their names; empty if there is none.
pub(crate) fn sessions(directory: &Path) -> Result<Vec<PathBuf>> {
    let inner = directory.join("journals");
    let place = if inner.is_dir() { inner } else { directory.to_path_buf() };
    let entries = match fs::read_dir(&place) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(fail("cannot list the journals", &place, e)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| fail("cannot list the journals", &place, e))?.path();
        let named = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.parse::<SessionId>().is_ok());
        if named && path.join(OWNER).exists() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Deletes what a death in the middle of making or deleting a journal left under `directory`. Nothing in it was ever recorded, or all of it is stored.
#[cfg(feature = "journal")]
pub(crate) fn sweep(directory: &Path) {
    for path in fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let session = path.file_stem().and_then(|name| name.to_str()).is_some_and(|name| name.parse::<SessionId>().is_ok());
        let left = match path.extension().and_then(|end| end.to_str()) {
            Some("gone") => session,
            // A young one is just being made, and may not be locked yet.
            Some("new") => session && age(&path.join(OWNER)) > Some(MAKING) && owner_alive(&path) == Ok(false),
            _ => false,
        };
        if left {
            fs::remove_dir_all(&path).ok();
        }
    }
}

#[cfg(feature = "journal")]
fn age(path: &Path) -> Option<Duration> {
    fs::metadata(path).ok()?.modified().ok()?.elapsed().ok()
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "00010203040506070809abff";

    #[test]
    fn an_owner_is_alive_until_it_is_dropped_and_a_claim_is_exclusive() {
        let home = tempfile::tempdir().unwrap();
        let journal = home.path().join("journals").join(HEX);
        fs::create_dir_all(&journal).unwrap();
        assert!(sessions(home.path()).unwrap().is_empty());
        assert!(!owner_alive(&journal).unwrap());
        let owner = Owner::take(&journal, &journal).unwrap();
        assert!(owner_alive(&journal).unwrap());
        assert_eq!(sessions(home.path()).unwrap(), std::slice::from_ref(&journal));
        // What cleans temporary directories has no mercy with a file that nobody reads.
        fs::remove_file(journal.join(OWNER)).unwrap();
        assert!(owner_alive(&journal).unwrap());
        drop(owner);
        assert!(!owner_alive(&journal).unwrap());
        let owner = Owner::take(&journal, &home.path().join("another name")).unwrap();
        assert!(owner_alive(&journal).unwrap(), "the lock tells other processes");
        drop(owner);
        assert!(!owner_alive(&journal).unwrap());

        let claim = Claim::try_claim(&journal).unwrap();
        assert!(claim.is_some());
        assert!(Claim::try_claim(&journal).unwrap().is_none());
        drop(claim);
        assert!(Claim::try_claim(&journal).unwrap().is_some());
        assert!(Claim::try_claim(&home.path().join("gone")).unwrap().is_none());
    }

    #[test]
    fn who_gives_up_a_lock_gives_it_up_for_its_children_too() {
        let home = tempfile::tempdir().unwrap();
        let owner = Owner::take(home.path(), home.path()).unwrap();
        // As a child of a fork has it.
        let inherited = owner.file.try_clone().unwrap();
        owner.give_up();
        assert!(!owner_alive(home.path()).unwrap());
        let claim = Claim::try_claim(home.path()).unwrap().unwrap();
        let and_this = claim.file.try_clone().unwrap();
        drop(claim);
        assert!(Claim::try_claim(home.path()).unwrap().is_some());
        drop((inherited, and_this));
    }

    #[test]
    fn a_child_that_outlives_its_killed_parent_is_taken_for_it() {
        let home = tempfile::tempdir().unwrap();
        let owner = Owner::take(home.path(), home.path()).unwrap();
        let inherited = owner.file.try_clone().unwrap();
        drop(owner);
        // So `# Forks` of the writer says.
        assert!(owner_alive(home.path()).unwrap());
        drop(inherited);
        assert!(!owner_alive(home.path()).unwrap());
    }
}
