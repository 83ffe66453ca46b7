//! Finding an engine on this machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::home;

/// The program's file name.
pub(crate) const PROGRAM: &str = if cfg!(windows) { "ml_board.exe" } else { "ml_board" };

/// Where engines may lie, read from the environment once.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The one the person named, if so: it alone is tried, and trouble with it is told rather than worked around.
    pub(crate) named: Option<PathBuf>,
    pub(crate) path: Option<OsString>,
    /// Where `cargo install` puts programs.
    pub(crate) cargo_bin: Option<PathBuf>,
    pub(crate) home: PathBuf,
    /// The sources that this library was compiled from.
    pub(crate) sources: PathBuf,
}

impl Places {
    /// Those of this process; `named` by the builder comes before `ML_BOARD_ENGINE`.
    pub(crate) fn here(named: Option<PathBuf>) -> Result<Places> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let user = set(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        let cargo = set("CARGO_HOME").map(PathBuf::from).or_else(|| Some(PathBuf::from(user?).join(".cargo")));
        Ok(Places {
            named: named.or_else(|| set("ML_BOARD_ENGINE").map(PathBuf::from)),
            path: set("PATH"),
            cargo_bin: cargo.map(|cargo| cargo.join("bin")),
            home: home::home()?,
            sources: PathBuf::from(env!("CARGO_MANIFEST_DIR")),
        })
    }

    /// The engines installed by hand, the first to be tried first; each is a file that exists.
    pub(crate) fn installed(&self) -> Vec<PathBuf> {
        let path = self.path.iter().flat_map(std::env::split_paths);
        let mut found: Vec<PathBuf> = Vec::new();
        for directory in path.chain(self.cargo_bin.clone()) {
            let program = directory.join(PROGRAM);
            // An entry of PATH that is relative would start whatever lies in the current directory.
            if directory.is_absolute() && is_program(&program) && !found.contains(&program) {
                found.push(program);
            }
        }
        found
    }
}

#[cfg(unix)]
pub(crate) fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
pub(crate) fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn programs_are_found_in_order_and_once() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        for (name, mode) in [("a", 0o644), ("b", 0o755), ("c", 0o755)] {
            fs::create_dir_all(at(name)).unwrap();
            fs::write(at(name).join(PROGRAM), "").unwrap();
            fs::set_permissions(at(name).join(PROGRAM), fs::Permissions::from_mode(mode)).unwrap();
        }
        fs::create_dir_all(at("d").join(PROGRAM)).unwrap();
        let path = std::env::join_paths([at("a"), at("d"), at("b"), PathBuf::from("."), at("missing"), at("b")]).unwrap();
        let (named, home, sources) = (None, at("home"), at("sources"));
        let places = Places { named, path: Some(path), cargo_bin: Some(at("c")), home, sources };
        assert_eq!(places.installed(), [at("b").join(PROGRAM), at("c").join(PROGRAM)]);
    }
}
