//! The tour, run by a real kernel.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::tools::Jupyter;
use crate::{place, shell};

/// The tour as it is committed.
pub(crate) fn tour() -> PathBuf {
    place::repository().join("notebooks/tour.ipynb")
}

/// A copy of the tour outside the repository, with the library's path made absolute, so that it runs from there.
pub(crate) fn copy_of_tour(to: &Path) -> Result<()> {
    let repository = fs::canonicalize(place::repository())?;
    let text = fs::read_to_string(tour())?;
    let relative = r#"path = \"..\""#;
    if !text.contains(relative) {
        bail!("{} does not take the library from `..`", tour().display());
    }
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    fs::write(to, text.replace(relative, &format!(r#"path = \"{}\""#, repository.display())))?;
    Ok(())
}

/// Runs all cells of `notebook`, in place, in a kernel with these variables.
pub(crate) fn execute(jupyter: &Jupyter, notebook: &Path, variables: &[(&str, &PathBuf)]) -> Result<()> {
    let mut execute = Command::new(jupyter.jupyter());
    execute.args(["nbconvert", "--to", "notebook", "--execute", "--inplace", "--log-level=WARN"]).arg(notebook);
    // The first cell compiles the library; on a busy machine the kernel, too, takes its time.
    execute.args(["--ExecutePreprocessor.kernel_name=rust", "--ExecutePreprocessor.timeout=900"]);
    execute.arg("--ExecutePreprocessor.startup_timeout=600");
    shell::run(execute.envs(variables.iter().copied()))?;
    failures(notebook)
}

/// What went wrong in an executed notebook: a failed `?` is only a line on stderr, and the cells after it run on.
fn failures(notebook: &Path) -> Result<()> {
    let read: Value = serde_json::from_slice(&fs::read(notebook)?)?;
    let mut wrong = String::new();
    for cell in read["cells"].as_array().into_iter().flatten() {
        for output in cell["outputs"].as_array().into_iter().flatten() {
            if output["output_type"] == "error" || output["name"] == "stderr" {
                wrong.push_str(&format!("{}\n{}\n", text(&cell["source"]), text(&output["text"]) + &text(&output["evalue"])));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}:\n{wrong}", notebook.display()) }
}

/// A multi-line string of a notebook: text, or a list of lines.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}
