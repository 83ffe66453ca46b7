//! What cargo left beside a program: its sources, the crates it was built from, the compiler and the profile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::around;
use crate::model::Origin;

/// The package that a program was built from: as cargo's list of its sources has it, else the package around the program.
pub(super) fn source(program: &Path) -> Option<PathBuf> {
    let listed = std::fs::read_to_string(program.with_extension("d")).ok();
    let listed = listed.as_deref().and_then(first_source);
    // Tests have lists that begin at the workspace; `cargo run` and `cargo test` say where that is.
    let started = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let listed = match listed {
        Some(file) if file.is_relative() => {
            started.filter(|package| around(package, "Cargo.lock").is_some_and(|root| root.join(file).exists()))
        }
        file => file.and_then(|file| around(&file, "Cargo.toml")),
    };
    listed.or_else(|| around(program, "Cargo.toml"))
}

/// Adds what is known of how `program` was built from the package at `source`.
pub(super) fn describe(program: &Path, source: &Path, origin: &mut Origin) {
    if let Some(target) = program.ancestors().find(|path| path.join(".rustc_info.json").exists()) {
        let within = program.strip_prefix(target).unwrap_or(program);
        // target/[TRIPLE/]PROFILE/[deps|examples/]PROGRAM
        let mut folders: Vec<_> = within.parent().into_iter().flat_map(Path::iter).map(|part| part.to_string_lossy()).collect();
        folders.retain(|folder| folder != "deps" && folder != "examples");
        origin.profile = folders.pop().map(Into::into);
        origin.rustc = std::fs::read_to_string(target.join(".rustc_info.json")).ok().as_deref().and_then(compiler);
    }
    let lock = around(source, "Cargo.lock").and_then(|root| std::fs::read_to_string(root.join("Cargo.lock")).ok());
    let manifest = std::fs::read_to_string(source.join("Cargo.toml")).ok();
    if let Some((lock, name)) = lock.zip(manifest.as_deref().and_then(package_name)) {
        origin.crates = direct(&lock, &name);
    }
}

/// The first source in a list that cargo made: `/target/program: /src/main.rs /src/lib.rs`, blanks escaped.
fn first_source(list: &str) -> Option<PathBuf> {
    let (_, sources) = list.lines().next()?.split_once(": ")?;
    let mut first = String::new();
    let mut rest = sources.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => first.extend(rest.next()),
            ' ' => break,
            c => first.push(c),
        }
    }
    (!first.is_empty()).then(|| PathBuf::from(first))
}

/// `rustc 1.95.0 (…)`, as cargo noted what the compiler said.
fn compiler(info: &str) -> Option<String> {
    let info: serde_json::Value = serde_json::from_str(info).ok()?;
    let said = info.get("outputs")?.as_object()?.values().filter_map(|output| output.get("stdout")?.as_str());
    said.flat_map(str::lines).find(|line| line.starts_with("rustc ")).map(str::to_owned)
}

/// The name in the section `[package]` of a manifest.
fn package_name(manifest: &str) -> Option<String> {
    let lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[package]").skip(1);
    lines.take_while(|line| !line.starts_with('[')).find_map(|line| quoted(line, "name"))
}

/// The value of `key = "value"`.
fn quoted(line: &str, key: &str) -> Option<String> {
    let value = line.strip_prefix(key)?.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?;
    value.split('"').next().map(str::to_owned)
}

/// The versions of the direct dependencies of package `name` in a `Cargo.lock`.
fn direct(lock: &str, name: &str) -> BTreeMap<String, String> {
    let package = |block: &str| -> Option<(String, String)> {
        let field = |key| block.lines().find_map(|line| quoted(line, key));
        Some((field("name")?, field("version")?))
    };
    let blocks = || lock.split("[[package]]").skip(1);
    let Some(ours) = blocks().find(|block| package(block).is_some_and(|(of, _)| of == name) && !block.contains("\nsource ="))
    else {
        return BTreeMap::new();
    };
    let mut versions: BTreeMap<String, String> = BTreeMap::new();
    let dependencies = ours.lines().skip_while(|line| !line.starts_with("dependencies")).skip(1).take_while(|line| *line != "]");
    for dependency in dependencies {
        // `"serde",`, or `"serde 1.0.9",` where there are several versions.
        let mut words = dependency.trim().trim_end_matches(',').trim_matches('"').split(' ');
        let (Some(name), version) = (words.next(), words.next()) else { continue };
        let found = || blocks().filter_map(package).find(|(of, _)| of == name).map(|(_, version)| version);
        if let Some(version) = version.map(str::to_owned).or_else(found) {
            versions.insert(name.to_owned(), version);
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_left_is_read() {
        let lock = "version = 4\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.9\"\nsource = \"registry+x\"\n\n[[package]]\nname = \"rand\"\n\
            version = \"0.8.5\"\nsource = \"registry+x\"\n\n[[package]]\nname = \"rand\"\nversion = \"0.9.1\"\n\n[[package]]\nname = \"train\"\n\
            version = \"0.1.0\"\ndependencies = [\n \"rand 0.9.1\",\n \"serde\",\n]\n";
        let expected = [("rand", "0.9.1"), ("serde", "1.0.9")].map(|(name, version)| (name.to_owned(), version.to_owned()));
        assert_eq!(direct(lock, "train"), expected.into());
        assert_eq!(package_name("[lib]\nname = \"other\"\n[package]\n name = \"train\"\n").as_deref(), Some("train"));
        assert_eq!(first_source("/t/p: /my\\ code/src/main.rs /b.rs\n"), Some("/my code/src/main.rs".into()));
        let info =
            r#"{"outputs":{"1":{"stdout":"lib___.so\n"},"2":{"stdout":"rustc 1.95.0 (abc 2026-04-14)\nbinary: rustc\n"}}}"#;
        assert_eq!(compiler(info).as_deref(), Some("rustc 1.95.0 (abc 2026-04-14)"));
    }

    #[test]
    fn of_this_very_program() {
        let program = std::env::current_exe().unwrap();
        let source = source(&program).unwrap();
        assert_eq!(source, Path::new(env!("CARGO_MANIFEST_DIR")));
        let mut origin = Origin::default();
        describe(&program, &source, &mut origin);
        assert!(origin.profile.is_some() && origin.rustc.is_some_and(|rustc| rustc.starts_with("rustc ")));
        assert!(origin.crates.contains_key("serde"), "{:?}", origin.crates);
    }
}
