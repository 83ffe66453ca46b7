//! What a notebook compiles stays small: each crate of it is compiled anew in every new notebook.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn the_thin_side_is_a_handful_of_crates() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--package", "ml_board", "--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).unwrap();
    let crates: BTreeSet<&str> = text.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).collect();
    assert!(crates.contains("serde_json") && crates.contains("base64"), "{crates:?}");
    // A crate more is measured in a notebook's first cell before this number grows.
    assert!(crates.len() <= 15, "{} crates: {crates:?}", crates.len());
    for heavy in ["tokio", "bson", "mongodb", "image", "regex", "plotly", "libc"] {
        assert!(!crates.contains(heavy), "{heavy} is on the thin side");
    }
}
