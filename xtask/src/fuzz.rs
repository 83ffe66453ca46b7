//! `cargo xtask fuzz`: the targets of `fuzz/`, guided by what they reach. The library and the targets are compiled with coverage counters
//! by the stable compiler (LLVM's pass is there; the address sanitizer is not, and there is no `unsafe` for it to watch).

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{place, shell};

/// How long a target runs unless it is said.
const SECONDS: &str = "60";

/// Builds the targets and runs one, or each; whether none found anything. What is found lies in `fuzz/artifacts`.
pub(crate) fn fuzz(words: &[&str]) -> Result<bool> {
    let directory = place::repository().join("fuzz");
    let targets = targets()?;
    let (chosen, seconds) = match words {
        [] => (targets, SECONDS),
        [seconds] if seconds.parse::<u32>().is_ok() => (targets, *seconds),
        [target] => (vec![(*target).to_owned()], SECONDS),
        [target, seconds] => (vec![(*target).to_owned()], *seconds),
        _ => anyhow::bail!("cargo xtask fuzz [TARGET] [SECONDS]"),
    };
    let built = place::target();
    let mut build = shell::cargo(&["build", "--manifest-path", "fuzz/Cargo.toml"]);
    build.env("RUSTC_WRAPPER", directory.join("instrument.sh").canonicalize()?).env("CARGO_TARGET_DIR", &built);
    shell::run(&mut build)?;

    let mut well = true;
    for target in chosen {
        let program = built.join("debug").join(format!("fuzz_{target}"));
        ensure!(program.is_file(), "there is no fuzz target `{target}`");
        let artifacts = directory.join("artifacts").join(&target);
        // What is found lies beside the corpus that is checked in.
        let found = directory.join("found").join(&target);
        fs::create_dir_all(&artifacts)?;
        fs::create_dir_all(&found)?;
        let mut run = Command::new(program);
        run.arg(found).arg(directory.join("corpus").join(&target));
        run.arg(format!("-artifact_prefix={}/", artifacts.display())).arg(format!("-max_total_time={seconds}"));
        run.args(["-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1", "-max_len=16384"]);
        well &= shell::tee(&mut run)?.0;
    }
    Ok(well)
}

/// By the files of `fuzz/fuzz_targets`.
fn targets() -> Result<Vec<String>> {
    let directory = place::repository().join("fuzz/fuzz_targets");
    let entries = fs::read_dir(&directory).with_context(|| format!("cannot list {}", directory.display()))?;
    let mut names: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    names.sort();
    Ok(names.iter().filter_map(|path| path.file_stem()?.to_str().map(str::to_owned)).collect())
}
