//! Running other programs.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

/// Runs `command` with its output on the terminal; an error if it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", line(command));
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("could not start {}", line(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", line(command));
    }
    Ok(())
}

/// Runs `command` quietly; what it printed on stdout, or an error with all it printed.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("could not start {}", line(command)))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{} ended with {}\n{stdout}{}", line(command), output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(stdout)
}

/// Runs `command`, shows all it prints as it comes, and returns whether it succeeded and what it printed.
pub(crate) fn tee(command: &mut Command) -> Result<(bool, String)> {
    println!("$ {}", line(command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {}", line(command)))?;
    let stdout = child.stdout.take().map(|pipe| thread::spawn(|| echo(pipe)));
    let stderr = child.stderr.take().map(|pipe| thread::spawn(|| echo(pipe)));
    let printed = [stdout, stderr].into_iter().flatten().filter_map(|reader| reader.join().ok()).collect();
    Ok((child.wait()?.success(), printed))
}

fn echo(pipe: impl Read) -> String {
    let mut seen = String::new();
    let mut pipe = BufReader::new(pipe);
    let mut bytes = Vec::new();
    while matches!(pipe.read_until(b'\n', &mut bytes), Ok(n) if n > 0) {
        let text = String::from_utf8_lossy(&bytes);
        print!("{text}");
        seen.push_str(&text);
        bytes.clear();
    }
    seen
}

/// The command as a person would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// `cargo` in this repository.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(arguments).current_dir(crate::place::repository());
    cargo
}
