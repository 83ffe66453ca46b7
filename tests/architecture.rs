//! The arrows of ARCHITECTURE.md, held: which folder of `src` may import which.
#![allow(missing_docs, clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A folder or file of `src`, and what it may import. `error`, `home`, `plain` and `stderr` are everybody's.
const ARROWS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("home", &[]),
    ("plain", &[]),
    ("stderr", &[]),
    ("address", &[]),
    ("program", &[]),
    ("model", &[]),
    ("query", &["model"]),
    ("display", &["model", "query"]),
    ("client", &["model", "query", "display", "program"]),
    ("board", &["model", "query", "display", "client", "engine"]),
    ("journal", &["model"]),
    ("store", &["model", "query", "address"]),
    ("ship", &["model", "journal", "store", "address"]),
    ("writer", &["model", "address", "program", "journal", "store", "ship"]),
    ("render", &["model", "query", "display"]),
    ("engine", &["model", "query", "display", "client", "program", "address", "journal", "store", "ship", "render"]),
    ("bin", &[]),
    // The entries of the fuzz targets: compiled for them and for tests alone.
    ("fuzz", &["model", "query", "client", "journal", "store", "engine"]),
];

const EVERYBODYS: &[&str] = &["error", "home", "plain", "stderr"];

/// Crates that only some folders know.
const CRATES: &[(&str, &[&str])] = &[
    ("mongodb", &["store"]),
    ("rusqlite", &["store"]),
    ("bson", &["store", "ship", "fuzz"]),
    ("tokio", &["store"]),
    ("plotly", &["render", "engine", "display"]),
    ("jupyter_protocol", &["display", "engine", "render"]),
    ("image", &["writer", "ship", "render", "engine"]),
    ("memmap2", &["journal"]),
    ("clap", &["engine"]),
    ("console", &["engine"]),
    ("httparse", &["engine"]),
    ("parquet", &["engine"]),
    ("resvg", &["render"]),
    ("smartcore", &["query"]),
];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names right after each `prefix` in the code, comments left out; `crate::{a::B, c}` counts for each.
fn named_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = 0;
        for (i, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                ',' if depth == 0 => {
                    names.insert(word(group[start..i].trim()));
                    start = i + 1;
                }
                '}' if depth == 0 => {
                    names.insert(word(group[start..i].trim()));
                    break;
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    names.remove("");
    names
}

fn code_of(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
    code.join("\n")
}

fn room(path: &Path, src: &Path) -> String {
    let first = path.strip_prefix(src).unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

#[test]
fn arrows_point_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let rooms: BTreeSet<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    let mut wrong = Vec::new();
    for path in &files {
        let here = room(path, &src);
        // What a test looks at its subject with is its own affair.
        if here == "lib" || path.iter().any(|part| part == "tests" || part == "tests.rs") {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == here) else {
            wrong.push(format!("{}: a new place; say in ARCHITECTURE.md and here what it may import", path.display()));
            continue;
        };
        for there in named_after(&code_of(path), "crate::") {
            let free = there == here || EVERYBODYS.contains(&there.as_str()) || !rooms.contains(there.as_str());
            if !free && !allowed.contains(&there.as_str()) {
                wrong.push(format!("{}: `{here}` must not import `{there}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn heavy_crates_stay_in_their_rooms() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    for path in &files {
        let here = room(path, &src);
        let code = code_of(path);
        for (name, allowed) in CRATES {
            let used = code
                .match_indices(&format!("{name}::"))
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            if used && !allowed.contains(&here.as_str()) {
                wrong.push(format!("{}: `{here}` must not know the crate `{name}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_stay_small_enough_to_read() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let long: Vec<String> = files
        .iter()
        .map(|path| (path, std::fs::read_to_string(path).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > 650)
        .map(|(path, lines)| format!("{}: {lines} lines want to be two files", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn the_reader_of_imports_finds_each_form() {
    let code = "use crate::{model::{Run, Time}, query};\nlet x = crate::store::open(); mycrate::no::x; $crate::display::y";
    let names: Vec<String> = named_after(code, "crate::").into_iter().collect();
    assert_eq!(names, ["model", "query", "store"]);
}
