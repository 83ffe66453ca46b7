//! The program `ml_board` on this machine, as a library sees it: finding, starting and building it.

mod build;
mod find;
mod start;

pub(crate) use build::Recipe;
pub(crate) use find::{Places, is_program};
pub(crate) use start::{Log, start};

/// What installs the program of this version.
pub(crate) fn install_line() -> String {
    format!("cargo install ml_board --version {} --locked --features engine", env!("CARGO_PKG_VERSION"))
}

impl Places {
    /// The programs to try, in order: the named one alone, or those that are installed, then the one that was built from the sources of
    /// this library.
    pub(crate) fn programs(&self) -> Vec<std::path::PathBuf> {
        if let Some(named) = &self.named {
            return vec![named.clone()];
        }
        let mut found = self.installed();
        // A machine without the sources has none that was built from them.
        found.extend(Recipe::new(self).ok().map(|recipe| recipe.program()).filter(|built| is_program(built)));
        found
    }
}
