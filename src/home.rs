//! Where ml_board keeps its own things: journals, the local store, engines, logs. Never in the current directory.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::{Error, ErrorKind, Result};

/// `ML_BOARD_HOME`, else `ml_board` in the user's data directory. It need not exist yet.
pub(crate) fn home() -> Result<PathBuf> {
    home_from(|name| std::env::var_os(name)).ok_or_else(|| {
        Error::new(ErrorKind::Io, "there is no place for ml_board's journals and engines: the user has no home directory")
            .help("set ML_BOARD_HOME to a directory that can be written")
    })
}

/// The same from any environment. A variable that is empty or (XDG's rule) relative counts as not set, except `ML_BOARD_HOME`.
fn home_from(var: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| var(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let rooted = |name: &str| set(name).filter(|path| path.is_absolute());
    if let Some(home) = set("ML_BOARD_HOME") {
        return Some(std::path::absolute(&home).unwrap_or(home));
    }
    let data = if cfg!(windows) {
        rooted("LOCALAPPDATA").or_else(|| Some(rooted("USERPROFILE")?.join("AppData").join("Local")))
    } else if cfg!(target_os = "macos") {
        rooted("HOME").map(|home| home.join("Library").join("Application Support"))
    } else {
        rooted("XDG_DATA_HOME").or_else(|| Some(rooted("HOME")?.join(".local").join("share")))
    };
    Some(data?.join("ml_board"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(vars: &'static [(&str, &str)]) -> Option<PathBuf> {
        home_from(|name| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn the_variable_comes_first_and_is_made_absolute() {
        assert_eq!(given(&[("ML_BOARD_HOME", "/big/disk"), ("HOME", "/home/ada")]), Some("/big/disk".into()));
        assert!(given(&[("ML_BOARD_HOME", "here")]).unwrap().is_absolute());
    }

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn else_the_users_data_directory() {
        assert_eq!(given(&[("XDG_DATA_HOME", "/data"), ("HOME", "/home/ada")]), Some("/data/ml_board".into()));
        assert_eq!(given(&[("XDG_DATA_HOME", ""), ("HOME", "/home/ada")]), Some("/home/ada/.local/share/ml_board".into()));
        assert_eq!(
            given(&[("XDG_DATA_HOME", "not/rooted"), ("HOME", "/home/ada")]),
            Some("/home/ada/.local/share/ml_board".into())
        );
        assert_eq!(given(&[("ML_BOARD_HOME", "")]), None);
    }
}
