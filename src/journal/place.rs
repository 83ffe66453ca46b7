//! Where this machine's journals lie.

use std::path::{Path, PathBuf};

use super::map::is_remote;
use crate::error::Result;
use crate::home;

/// The directory of the journals, and what to tell the person about it, once.
pub(crate) struct Place {
    pub(crate) directory: PathBuf,
    pub(crate) note: Option<String>,
}

/// The directory that is said, else `journals` in ml_board's home; if that lies on another machine, one in the temporary directory.
pub(crate) fn place(said: Option<&Path>) -> Result<Place> {
    let directory = match said {
        Some(said) => std::path::absolute(said).unwrap_or_else(|_| said.to_path_buf()),
        None => home::home()?.join("journals"),
    };
    // What is not there yet lies where its nearest ancestor does.
    let remote = directory.ancestors().find(|path| path.exists()).is_some_and(is_remote);
    if !remote {
        return Ok(Place { directory, note: None });
    }
    let near = near();
    let note = format!(
        "{} is on a network file system, which is no place for a journal: it is kept in {} until it is shipped",
        directory.display(),
        near.display()
    );
    Ok(Place { directory: near, note: Some(note) })
}

/// All directories in which journals of this user may lie: in ml_board's home, and near by, from when that was on another machine.
pub(crate) fn places() -> Result<Vec<PathBuf>> {
    let (home, near) = (home::home()?.join("journals"), near());
    let ours = home == near || is_ours(&near);
    Ok([home, near].into_iter().take(1 + usize::from(ours)).collect())
}

/// Whether a directory in a place that all may write to is one that this user made.
#[cfg(unix)]
fn is_ours(directory: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    // A child of ours has our user, whoever owns the directories around.
    let made = directory.symlink_metadata().ok().filter(std::fs::Metadata::is_dir);
    made.zip(Path::new("/proc/self").metadata().ok()).is_some_and(|(made, us)| made.uid() == us.uid())
}

#[cfg(not(unix))]
fn is_ours(directory: &Path) -> bool {
    directory.is_dir()
}

/// A directory of this machine's own, one for each user.
fn near() -> PathBuf {
    let user = std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_default();
    let user: String = user.chars().filter(|c| c.is_alphanumeric()).collect();
    std::env::temp_dir().join(format!("ml_board-{user}")).join("journals")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_directory_is_taken_as_it_is_said() {
        let home = tempfile::tempdir().unwrap();
        let said = home.path().join("not").join("there");
        let place = place(Some(&said)).unwrap();
        assert_eq!((place.directory, place.note), (said, None));
    }
}
