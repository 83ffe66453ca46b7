//! Building the engine that matches this library, once: from the sources that the library itself was compiled from.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::find::{PROGRAM, Places, is_program};
use super::start::{last_lines, own_group};
use crate::error::{Error, ErrorKind, Result};

/// How often the log of the build is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// At least so long between two lines of progress.
const TELL: Duration = Duration::from_secs(15);

/// Where the engine of these very sources is, or will be.
pub(crate) struct Recipe {
    sources: PathBuf,
    root: PathBuf,
    /// cargo's output, and the lock: it is held by the build itself, so that it outlives an interrupted kernel.
    log: PathBuf,
    target: PathBuf,
}

impl Recipe {
    pub(crate) fn new(places: &Places) -> Result<Recipe> {
        let hash = hash_of(&places.sources).map_err(|cause| {
            Error::new(ErrorKind::Engine, format!("could not read ml_board's sources in {}", places.sources.display()))
                .because(cause)
                .help("install the engine by hand: cargo install ml_board --locked --features engine")
        })?;
        let engines = places.home.join("engines");
        let root = engines.join(format!("{}-{hash:016x}", env!("CARGO_PKG_VERSION")));
        let log = root.with_extension("log");
        Ok(Recipe { sources: places.sources.clone(), root, log, target: engines.join("target") })
    }

    /// Where it is once it is built.
    pub(crate) fn program(&self) -> PathBuf {
        self.root.join("bin").join(PROGRAM)
    }

    /// What a person would type.
    pub(crate) fn command_line(&self) -> String {
        let quoted = |path: &Path| format!("'{}'", path.display());
        format!(
            "cargo install --locked --path {} --features engine --bin ml_board --root {}",
            quoted(&self.sources),
            quoted(&self.root)
        )
    }

    /// Builds it, or waits for whoever builds it already; `say` is told how it goes.
    pub(crate) fn build(&self, say: &dyn Fn(&str)) -> Result<PathBuf> {
        self.build_with(&cargo(), say)
    }

    fn build_with(&self, cargo: &Path, say: &dyn Fn(&str)) -> Result<PathBuf> {
        let failed = |cause: String| {
            Error::new(ErrorKind::Engine, "could not build the engine of ml_board")
                .because(cause)
                .help(format!("type this in a terminal, and open the board again:\n{}", self.command_line()))
        };
        let io = |cause: std::io::Error| failed(format!("{}: {cause}", self.log.display()));
        fs::create_dir_all(&self.root).map_err(io)?;
        // Appending, so that a waiting process does not cut the log of the building one.
        let log = OpenOptions::new().create(true).append(true).open(&self.log).map_err(io)?;
        let mut progress = Progress::new(say);
        loop {
            match log.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => progress.look(&self.log),
                Err(TryLockError::Error(error)) => return Err(io(error)),
            }
            std::thread::sleep(LOOK);
        }
        if is_program(&self.program()) {
            return Ok(self.program());
        }
        log.set_len(0).map_err(io)?;
        say("there is no engine on this machine yet: building it once, from the sources of this library (2 to 5 minutes)");
        let begun = Instant::now();
        let status = self.run(cargo, &log, &mut progress).map_err(|cause| failed(format!("{}: {cause}", cargo.display())))?;
        if !status.success() || !is_program(&self.program()) {
            let said = fs::read_to_string(&self.log).map(|text| without_bars(&text)).unwrap_or_default();
            let tail = last_lines(&said, 15).unwrap_or_default();
            return Err(failed(format!("cargo ended with {status}; it said last:\n{tail}")));
        }
        say(&format!("the engine is built, in {} s; it stays in {}", begun.elapsed().as_secs(), self.root.display()));
        if !self.sources.join(".git").exists() {
            // A clone is built again and again; what came from a registry never is. What cannot be removed only takes room.
            drop(fs::remove_dir_all(&self.target));
        }
        Ok(self.program())
    }

    fn run(&self, cargo: &Path, log: &File, progress: &mut Progress<'_>) -> std::io::Result<std::process::ExitStatus> {
        let mut command = Command::new(cargo);
        command
            .args(["install", "--locked", "--features", "engine", "--bin", "ml_board", "--force", "--path"])
            .arg(&self.sources)
            .arg("--root")
            .arg(&self.root)
            .arg("--target-dir")
            .arg(&self.target)
            // The notebook's own directory may have a toolchain file or a cargo configuration that is not ours.
            .current_dir(&self.root)
            .env("CARGO_TERM_PROGRESS_WHEN", "always")
            .env("CARGO_TERM_PROGRESS_WIDTH", "100")
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("EVCXR_IS_RUNTIME")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?);
        own_group(&mut command);
        let mut child = command.spawn()?;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            progress.look(&self.log);
            std::thread::sleep(LOOK);
        }
    }
}

fn cargo() -> PathBuf {
    // Set where cargo itself runs us; else the one on PATH.
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// Tells from cargo's log how far a build is.
struct Progress<'a> {
    say: &'a dyn Fn(&str),
    told: Option<Instant>,
    count: String,
}

impl<'a> Progress<'a> {
    fn new(say: &'a dyn Fn(&str)) -> Progress<'a> {
        Progress { say, told: None, count: String::new() }
    }

    fn look(&mut self, log: &Path) {
        if self.told.is_some_and(|told| told.elapsed() < TELL) {
            return;
        }
        let Some((done, all)) = end_of(log).as_deref().and_then(count) else { return };
        let count = format!("building its engine: compiled {done} of {all} crates");
        self.told = Some(Instant::now());
        if count != self.count {
            (self.say)(&count);
            self.count = count;
        }
    }
}

/// The last few kilobytes of a log.
fn end_of(log: &Path) -> Option<String> {
    let mut file = File::open(log).ok()?;
    let len = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(4096))).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What cargo's last bar says: `Building [====>   ] 120/283: serde, …`.
fn count(log: &str) -> Option<(u32, u32)> {
    log.rmatch_indices("Building [").find_map(|(at, _)| {
        let after = log[at..].split_once("] ")?.1;
        let (done, rest) = after.split_once('/')?;
        let all: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some((done.parse().ok()?, all.parse().ok()?))
    })
}

/// cargo's log without its bars, which end in a carriage return.
fn without_bars(log: &str) -> String {
    let lines = log.lines().map(|line| line.rsplit('\r').find(|part| !part.trim().is_empty()).unwrap_or(""));
    lines.filter(|line| !line.contains("Building [")).collect::<Vec<_>>().join("\n")
}

/// A hash of what the engine is built from: names and contents of Cargo.toml, Cargo.lock and `src`. FNV-1a: the same in every build.
fn hash_of(sources: &Path) -> std::io::Result<u64> {
    let mut files = vec![sources.join("Cargo.toml")];
    // A git dependency's or a clone's lock file lies with its workspace.
    files.extend(sources.ancestors().map(|above| above.join("Cargo.lock")).find(|lock| lock.is_file()));
    files_below(&sources.join("src"), &mut files)?;
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut feed = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for file in files {
        let content = fs::read(&file)?;
        feed(file.strip_prefix(sources).unwrap_or(&file).to_string_lossy().as_bytes());
        feed(&(content.len() as u64).to_le_bytes());
        feed(&content);
    }
    Ok(hash)
}

fn files_below(directory: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            files_below(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::cell::RefCell;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn script(path: &Path, body: &str) -> PathBuf {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_path_buf()
    }

    fn recipe(directory: &Path) -> Recipe {
        let sources = directory.join("sources");
        fs::create_dir_all(sources.join("src/model")).unwrap();
        fs::write(sources.join("Cargo.toml"), "[package]").unwrap();
        fs::write(sources.join("Cargo.lock"), "version = 4").unwrap();
        fs::write(sources.join("src/model/run.rs"), "").unwrap();
        let (path, cargo_bin, home) = (None, None, directory.join("home"));
        Recipe::new(&Places { named: None, path, cargo_bin, home, sources }).unwrap()
    }

    /// A cargo that counts how often it was called, and makes a program in `--root`.
    fn cargo(directory: &Path) -> PathBuf {
        let body = format!(
            r#"echo called >> '{}'
printf '   Compiling serde\n    Building [==>   ] 120/283: serde, tokio\r' >&2
while [ "$1" != --root ]; do shift; done
mkdir -p "$2/bin"; echo '#!/bin/sh' > "$2/bin/ml_board"; chmod +x "$2/bin/ml_board""#,
            directory.join("called").display()
        );
        script(&directory.join("cargo"), &body)
    }

    #[test]
    fn builds_once_and_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let recipe = recipe(directory.path());
        let said = RefCell::new(Vec::new());
        let say = |text: &str| said.borrow_mut().push(text.to_owned());
        let cargo = cargo(directory.path());
        let built = recipe.build_with(&cargo, &say).unwrap();
        assert_eq!(built, recipe.program());
        assert!(is_program(&built));
        assert_eq!(recipe.build_with(&cargo, &say).unwrap(), built);
        assert_eq!(fs::read_to_string(directory.path().join("called")).unwrap(), "called\n");
        let said = said.into_inner();
        assert!(said[0].starts_with("there is no engine on this machine yet"), "{said:?}");
        assert!(said.last().unwrap().starts_with("the engine is built, in "), "{said:?}");
    }

    #[test]
    fn a_failure_says_what_cargo_said_and_what_to_type() {
        let directory = tempfile::tempdir().unwrap();
        let recipe = recipe(directory.path());
        let bad = r"printf '    Building [=> ] 1/283: cc\r    Building [=> ] 2/283: cc\r' >&2; printf 'error: linker `cc` not found\n' >&2; exit 101";
        let cargo = script(&directory.path().join("cargo"), bad);
        let error = recipe.build_with(&cargo, &|_| {}).unwrap_err().to_string();
        assert!(error.starts_with("could not build the engine of ml_board\ncause: cargo ended with exit status: 101"), "{error}");
        assert!(error.contains("it said last:\nerror: linker `cc` not found\n"), "{error}");
        assert!(error.ends_with(&recipe.command_line()), "{error}");
        assert!(!error.contains("Building ["), "{error}");
    }

    #[test]
    fn whoever_comes_while_it_is_built_waits_for_that() {
        let directory = tempfile::tempdir().unwrap();
        let recipe = recipe(directory.path());
        fs::create_dir_all(&recipe.root).unwrap();
        let other = File::create(&recipe.log).unwrap();
        other.lock().unwrap();
        let cargo = cargo(directory.path());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let said = RefCell::new(Vec::new());
                let built = recipe.build_with(&cargo, &|text| {
                    said.borrow_mut().push(text.to_owned());
                    // The other build ends only now, so that it surely was waited for.
                    if said.borrow().len() == 1 {
                        script(&recipe.program(), "");
                        other.unlock().unwrap();
                    }
                });
                (built, said.into_inner())
            });
            fs::write(&recipe.log, "    Building [==>   ] 120/283: serde\r").unwrap();
            let (built, said) = waiting.join().unwrap();
            assert_eq!(built.unwrap(), recipe.program());
            assert_eq!(said, ["building its engine: compiled 120 of 283 crates"]);
            assert!(!directory.path().join("called").exists(), "it was built a second time");
        });
    }

    #[test]
    fn other_sources_are_another_engine() {
        let directory = tempfile::tempdir().unwrap();
        let first = recipe(directory.path()).program();
        assert_eq!(recipe(directory.path()).program(), first);
        fs::write(directory.path().join("sources/src/model/run.rs"), "//").unwrap();
        let sources = directory.path().join("sources");
        let places = Places { named: None, path: None, cargo_bin: None, home: directory.path().join("home"), sources };
        assert_ne!(Recipe::new(&places).unwrap().program(), first);
    }

    #[test]
    fn cargos_bars_are_read() {
        assert_eq!(count("   Compiling a\n    Building [=>   ] 7/283: a\r    Building [==>  ] 19/283: b, c\r"), Some((19, 283)));
        assert_eq!(count("   Compiling a\n"), None);
        assert_eq!(without_bars("    Building [=> ] 1/2: a\r   Compiling b\nerror: no\n"), "   Compiling b\nerror: no");
    }
}
