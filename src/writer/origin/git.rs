//! What git says of a directory.

use std::path::Path;
use std::process::{Command, Stdio};

use super::secrets;
use crate::model::Origin;

/// Adds what git knows of the repository around `directory`; `false` if there is none, or no git.
pub(super) fn describe(directory: &Path, origin: &mut Origin) -> bool {
    let Some(commit) = ask(directory, &["rev-parse", "HEAD"]) else {
        return false;
    };
    origin.commit = Some(commit);
    origin.branch = ask(directory, &["symbolic-ref", "--short", "--quiet", "HEAD"]);
    origin.dirty = ask(directory, &["status", "--porcelain", "--untracked-files=no"]).map(|changed| !changed.is_empty());
    let remote = ask(directory, &["remote", "get-url", "origin"]).or_else(|| {
        let only = ask(directory, &["remote"]).filter(|name| !name.is_empty() && !name.contains('\n'))?;
        ask(directory, &["remote", "get-url", &only])
    });
    origin.remote = remote.map(|remote| secrets::address(&remote));
    true
}

/// What git answers; `None` if it fails.
fn ask(directory: &Path, question: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(directory).args(question).stdin(Stdio::null()).stderr(Stdio::null());
    // It only looks: no lock that a person's own git would meet, and no question on the terminal.
    git.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    let output = git.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(directory: &Path, words: &[&str]) {
        let me = ["-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "init.defaultBranch=trunk"];
        let done = Command::new("git").arg("-C").arg(directory).args(me).args(words).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }

    #[test]
    fn commit_branch_changes_and_remote() {
        let home = tempfile::tempdir().unwrap();
        let mut origin = Origin::default();
        assert!(!describe(home.path(), &mut origin));
        std::fs::write(home.path().join("train.rs"), "1").unwrap();
        git(home.path(), &["init", "-q"]);
        git(home.path(), &["add", "."]);
        git(home.path(), &["commit", "-q", "-m", "first"]);
        git(home.path(), &["remote", "add", "upstream", "https://me:secret@example.org/code.git"]);
        assert!(describe(home.path(), &mut origin));
        assert_eq!(
            (origin.commit.as_ref().map(String::len), origin.branch.as_deref(), origin.dirty),
            (Some(40), Some("trunk"), Some(false))
        );
        assert_eq!(origin.remote.as_deref(), Some("https://***@example.org/code.git"));
        std::fs::write(home.path().join("train.rs"), "2").unwrap();
        assert!(describe(home.path(), &mut origin));
        assert_eq!(origin.dirty, Some(true));
    }
}
