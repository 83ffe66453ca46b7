//! Where a session came from.

use std::collections::BTreeMap;

use super::Value;
use crate::plain::plain;

/// Where a session came from: the program, its arguments, the code it was built from. What was not known is empty; secrets in
/// arguments and addresses are masked before they are recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
#[non_exhaustive]
pub struct Origin {
    /// The command line: the program as it was called, and its arguments. What looks like a secret is `***`.
    pub command: Vec<String>,
    /// The working directory.
    pub directory: String,
    /// The file of the program.
    pub program: String,
    /// The user's login name.
    pub user: Option<String>,
    /// The commit of the git repository that the program's source lies in.
    pub commit: Option<String>,
    /// The branch that was checked out.
    pub branch: Option<String>,
    /// Whether tracked files differed from that commit.
    pub dirty: Option<bool>,
    /// The address of the remote `origin` (or the only one), without credentials.
    pub remote: Option<String>,
    /// The versions of the crates that the program depends on directly, from its `Cargo.lock`.
    pub crates: BTreeMap<String, String>,
    /// The build profile's directory, as cargo calls it (`debug`, `release`, …).
    pub profile: Option<String>,
    /// The compiler: `rustc 1.95.0 (…)`.
    pub rustc: Option<String>,
    /// The version of ml_board that logged.
    pub ml_board: String,
}

plain! { heard struct Origin { command, directory, program, user, commit, branch, dirty, remote, crates, profile, rustc, ml_board } }

impl Origin {
    /// What [`Origin::get`] knows, besides crates.
    pub(crate) const NAMES: [&'static str; 11] =
        ["commit", "branch", "dirty", "remote", "command", "directory", "program", "user", "profile", "rustc", "ml_board"];

    /// What filters and columns call by `origin.NAME`: `commit`, `branch`, `dirty`, `remote`, `command`, `directory`, `program`, `user`,
    /// `profile`, `rustc`, `ml_board`, and `crates.NAME`.
    pub fn get(&self, name: &str) -> Option<Value> {
        let text = |text: &str| (!text.is_empty()).then(|| Value::from(text));
        let maybe = |text: &Option<String>| text.as_ref().map(Value::from);
        match name {
            "commit" => maybe(&self.commit),
            "branch" => maybe(&self.branch),
            "dirty" => self.dirty.map(Value::from),
            "remote" => maybe(&self.remote),
            "command" => text(&self.command.join(" ")),
            "directory" => text(&self.directory),
            "program" => text(&self.program),
            "user" => maybe(&self.user),
            "profile" => maybe(&self.profile),
            "rustc" => maybe(&self.rustc),
            "ml_board" => text(&self.ml_board),
            name => self.crates.get(name.strip_prefix("crates.")?).map(Value::from),
        }
    }
}
