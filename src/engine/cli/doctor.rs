//! `ml_board doctor`: what is missing or mismatched on this machine, and how to mend it.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use super::{say, size};
use crate::address::VARIABLE;
use crate::client::{Found, engines};
use crate::engine::journals::{self, Journals, Waiting};
use crate::engine::notes::counted;
use crate::error::{Error, Result};
use crate::home::home;
use crate::program::install_line;
use crate::store::read::Read;
use crate::store::{self, Address};

/// What one look gave.
#[derive(Debug, Clone, PartialEq)]
struct Finding {
    state: State,
    what: String,
    /// How to mend it, a line each.
    mend: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    /// Works, but the person may want to know.
    Note,
    Bad,
}

impl Finding {
    fn good(what: impl Into<String>) -> Finding {
        Finding { state: State::Good, what: what.into(), mend: Vec::new() }
    }

    fn note(what: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { state: State::Note, what: what.into(), mend: vec![mend.into()] }
    }

    fn bad(what: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { state: State::Bad, what: what.into(), mend: vec![mend.into()] }
    }

    fn error(error: &Error) -> Finding {
        let mut lines = error.to_string().lines().map(str::to_owned).collect::<Vec<_>>().into_iter();
        Finding { state: State::Bad, what: lines.next().unwrap_or_default(), mend: lines.collect() }
    }

    fn say(&self) {
        let mark = match self.state {
            State::Good => "ok  ",
            State::Note => "note",
            State::Bad => "BAD ",
        };
        say::line(format!("{mark}  {}", self.what));
        self.mend.iter().for_each(|line| say::line(format!("        {line}")));
    }
}

type Look = fn() -> Vec<Finding>;

/// Looks at everything, and says it as it goes: a server that is away takes its time.
pub(super) fn doctor() -> ExitCode {
    let looks: [(&str, Look); 4] =
        [("the program", program), ("notebooks", notebooks), ("the store", store_of_runs), ("journals", journals_here)];
    let mut bad = 0;
    for (i, (title, look)) in looks.into_iter().enumerate() {
        say::line(format!("{}{title}", if i == 0 { "" } else { "\n" }));
        for finding in look() {
            finding.say();
            bad += usize::from(finding.state == State::Bad);
        }
    }
    say::line(match bad {
        0 => "\nall is well".to_owned(),
        1 => "\n1 thing to mend".to_owned(),
        n => format!("\n{n} things to mend"),
    });
    if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn program() -> Vec<Finding> {
    let here = std::env::current_exe().map(|path| format!(" ({})", path.display())).unwrap_or_default();
    let mut findings = vec![Finding::good(format!("ml_board {}{here}", env!("CARGO_PKG_VERSION")))];
    findings.push(match home() {
        Ok(home) => writable(&home),
        Err(error) => Finding::error(&error),
    });
    match engines() {
        Err(error) => findings.push(Finding::error(&error)),
        Ok(found) => findings.extend(engine_findings(&found)),
    }
    findings
}

fn writable(home: &Path) -> Finding {
    let file = home.join(format!(".doctor-{}", std::process::id()));
    let written = std::fs::create_dir_all(home).and_then(|()| std::fs::write(&file, b"ml_board doctor"));
    // What was not written is not there to remove.
    drop(std::fs::remove_file(&file));
    match written {
        Ok(()) => Finding::good(format!("journals, local store and engines are in {}", home.display())),
        Err(cause) => Finding::bad(
            format!("{} cannot be written: {cause}", home.display()),
            "set ML_BOARD_HOME to a directory that can be written",
        ),
    }
}

fn engine_findings(found: &[Found]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let used = found.iter().find(|engine| engine.wrong.is_none());
    // Only what comes before the right one is in a notebook's way; a named one is the only one that is tried.
    for engine in found.iter().take_while(|engine| engine.wrong.is_some()) {
        let wrong = engine.wrong.clone().unwrap_or_default();
        findings.push(if engine.named {
            Finding::bad(wrong, "unset ML_BOARD_ENGINE, or name an engine of this version")
        } else {
            Finding::note(wrong, format!("bring it up to date: {}", install_line()))
        });
    }
    match used {
        Some(engine) => {
            findings.push(Finding::good(format!("notebooks with this version use the engine {}", engine.program.display())))
        }
        None if found.iter().any(|engine| engine.named) => {}
        None => findings.push(Finding::note(
            "no engine of this version on PATH: the first notebook that needs one builds it (2 to 5 minutes)",
            format!("to have it now: {}", install_line()),
        )),
    }
    findings
}

fn notebooks() -> Vec<Finding> {
    let specs = kernelspecs(&jupyter_directories());
    let mut findings = vec![rust_src()];
    let evcxr = "cargo install evcxr_jupyter --locked && evcxr_jupyter --install";
    findings.extend(specs.iter().map(|(spec, program)| kernel(spec, program)));
    if specs.is_empty() {
        findings.push(match on_path("evcxr_jupyter") {
            Some(program) => Finding::bad(
                format!("Jupyter does not know the Rust kernel, though {} is installed", program.display()),
                format!("'{}' --install", program.display()),
            ),
            None => Finding::bad("the Rust kernel for Jupyter (evcxr) is not installed", evcxr),
        });
    }
    findings.push(match on_path("jupyter") {
        Some(jupyter) => Finding::good(format!("Jupyter is {}", jupyter.display())),
        None => Finding::note("no `jupyter` on PATH", "pip install jupyterlab (an editor with notebooks of its own needs none)"),
    });
    findings
}

fn rust_src() -> Finding {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output();
    let Ok(output) =
        sysroot.as_ref().map_err(|_| ()).and_then(|output| if output.status.success() { Ok(output) } else { Err(()) })
    else {
        return Finding::bad(
            "there is no working `rustc` on PATH, which the Rust kernel needs",
            "install Rust: https://rustup.rs",
        );
    };
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if sysroot.join("lib/rustlib/src/rust/library/std").is_dir() {
        Finding::good(format!("rust-src is in {}", sysroot.display()))
    } else {
        Finding::bad("rust-src is missing: a notebook's variables would have no type", "rustup component add rust-src")
    }
}

fn kernel(spec: &Path, program: &str) -> Finding {
    let there = if Path::new(program).is_absolute() { Path::new(program).is_file() } else { on_path(program).is_some() };
    if there {
        Finding::good(format!("the Rust kernel evcxr, by {}", spec.display()))
    } else {
        Finding::bad(
            format!("{} names the kernel {program}, which is not there", spec.display()),
            "cargo install evcxr_jupyter --locked && evcxr_jupyter --install",
        )
    }
}

/// The kernelspecs of evcxr in these directories, each with the program it names.
fn kernelspecs(jupyter: &[PathBuf]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for directory in jupyter {
        let Ok(kernels) = directory.join("kernels").read_dir() else { continue };
        for kernel in kernels.flatten() {
            let spec = kernel.path().join("kernel.json");
            let Ok(text) = std::fs::read_to_string(&spec) else { continue };
            let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
            let mut arguments = json["argv"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
            let Some(program) = arguments.next() else { continue };
            if program.contains("evcxr") || arguments.any(|argument| argument.contains("evcxr")) {
                found.push((spec, program.to_owned()));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Where Jupyter looks for kernels, by its own rules.
fn jupyter_directories() -> Vec<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let mut directories: Vec<PathBuf> = set("JUPYTER_PATH").iter().flat_map(std::env::split_paths).collect();
    directories.extend(set("JUPYTER_DATA_DIR").map(PathBuf::from));
    directories.extend(set("XDG_DATA_HOME").map(|data| PathBuf::from(data).join("jupyter")));
    if let Some(user) = set("HOME").map(PathBuf::from) {
        directories.push(user.join(".local/share/jupyter"));
        directories.push(user.join("Library/Jupyter"));
    }
    directories.extend(set("APPDATA").map(|data| PathBuf::from(data).join("jupyter")));
    // A virtual environment's own, next to its `bin`.
    let environment = on_path("jupyter").and_then(|program| Some(program.canonicalize().ok()?.parent()?.parent()?.to_path_buf()));
    directories
        .extend(set("VIRTUAL_ENV").map(PathBuf::from).into_iter().chain(environment).map(|root| root.join("share/jupyter")));
    directories.extend(["/usr/local/share/jupyter", "/usr/share/jupyter"].map(PathBuf::from));
    directories.dedup();
    directories
}

fn on_path(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(&name)).find(|program| program.is_file())
}

fn store_of_runs() -> Vec<Finding> {
    let looked = || -> Result<Vec<Finding>> {
        let resolved = Address::resolve(None)?;
        let databases = store::open(&resolved.address)?.databases()?;
        let by = match (std::env::var_os(VARIABLE), &resolved.address) {
            (Some(_), _) => format!("by {}", VARIABLE),
            (None, Address::Mongo(_)) => "it answers".to_owned(),
            (None, Address::Local(_)) => "no MongoDB answers on this machine".to_owned(),
        };
        let many = counted(databases.len(), "database").unwrap_or_else(|| "no database".to_owned());
        let mut findings = vec![Finding::good(format!("runs are in {} ({by}); {many} with runs", resolved.address))];
        findings.extend(resolved.notes.into_iter().map(|note| Finding { state: State::Note, what: note, mend: Vec::new() }));
        Ok(findings)
    };
    looked().unwrap_or_else(|error| vec![Finding::error(&error)])
}

fn journals_here() -> Vec<Finding> {
    match journals::waiting() {
        Err(error) => vec![Finding::error(&error)],
        Ok(Journals { found, wrong }) => {
            let mut findings = journal_findings(&found);
            findings.extend(wrong.iter().map(|(_, error)| Finding::error(error)));
            findings
        }
    }
}

fn journal_findings(found: &[Waiting]) -> Vec<Finding> {
    let (alive, dead): (Vec<_>, Vec<_>) = found.iter().partition(|waiting| waiting.alive);
    let mut findings = Vec::new();
    if !alive.is_empty() {
        findings.push(Finding::good(format!("programs of this machine that log now: {}", alive.len())));
    }
    if let Some(runs) = counted(dead.len(), "run") {
        let bytes = dead.iter().map(|waiting| waiting.bytes).sum();
        let mut targets: Vec<&str> = dead.iter().map(|waiting| waiting.info.target.as_str()).collect();
        targets.sort_unstable();
        targets.dedup();
        findings.push(Finding::note(
            format!("{runs} of programs that died wait to be stored ({}), for {}", size(bytes), targets.join(", ")),
            "ml_board sync",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::good("nothing waits to be stored"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_found_by_what_they_start() {
        let jupyter = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let directory = jupyter.path().join("kernels").join(name);
            std::fs::create_dir_all(&directory).unwrap();
            std::fs::write(directory.join("kernel.json"), text).unwrap();
        };
        write("python3", r#"{"argv": ["python", "-m", "ipykernel_launcher"]}"#);
        write("rust", r#"{"argv": ["/opt/evcxr_jupyter", "--control_file", "{connection_file}"]}"#);
        write("wrapped", r#"{"argv": ["env", "A=1", "evcxr_jupyter"]}"#);
        write("broken", "{");
        let found = kernelspecs(&[jupyter.path().to_path_buf(), jupyter.path().join("nowhere")]);
        let programs: Vec<&str> = found.iter().map(|(_, program)| program.as_str()).collect();
        assert_eq!(programs, ["/opt/evcxr_jupyter", "env"]);
        let missing = kernel(&found[0].0, &found[0].1);
        assert_eq!(missing.state, State::Bad);
        assert!(missing.what.contains("names the kernel /opt/evcxr_jupyter, which is not there"), "{missing:?}");
    }

    #[test]
    fn a_named_engine_that_is_wrong_is_to_be_mended_another_one_is_passed_over() {
        let found =
            |wrong: Option<&str>, named| Found { program: "/bin/ml_board".into(), wrong: wrong.map(str::to_owned), named };
        let states = |found: &[Found]| engine_findings(found).iter().map(|finding| finding.state).collect::<Vec<_>>();
        assert_eq!(states(&[found(None, false)]), [State::Good]);
        assert_eq!(
            states(&[found(Some("old"), false), found(None, false), found(Some("old"), false)]),
            [State::Note, State::Good]
        );
        assert_eq!(states(&[found(Some("old"), true)]), [State::Bad]);
        assert_eq!(states(&[]), [State::Note]);
    }

    #[test]
    fn a_home_that_cannot_be_written_is_bad() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(writable(directory.path()).state, State::Good);
        assert_eq!(directory.path().read_dir().unwrap().count(), 1);
        let finding = writable(&file);
        assert_eq!((finding.state, finding.mend.len()), (State::Bad, 1));
    }
}
