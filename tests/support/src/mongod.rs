//! A real `mongod` of the test's own.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The address of a server to test on: `ML_BOARD_TEST_URI` if it is set, else a server of this process's own, which ends with
/// the returned guard. Use a [`unique`] database name.
pub fn mongodb() -> (String, Option<Mongod>) {
    if let Ok(uri) = std::env::var("ML_BOARD_TEST_URI") {
        return (uri, None);
    }
    let server = Mongod::start(&[]);
    (server.uri(), Some(server))
}

/// A name that no other test uses: `STEM_…`.
pub fn unique(stem: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_nanos()).unwrap_or_default();
    format!("{stem}_{:x}_{:x}_{:x}", nanos & 0xffff_ffff_ffff, std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A `mongod` on a loopback port and a directory of its own; both end with it.
pub struct Mongod {
    child: Child,
    port: u16,
    directory: tempfile::TempDir,
    arguments: Vec<String>,
}

impl Mongod {
    /// Starts one, with further arguments (`--replSet rs`), and waits until it listens.
    ///
    /// # Panics
    /// If there is no `mongod`: a test that lacks its server fails.
    pub fn start(arguments: &[&str]) -> Mongod {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let port = free_port();
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let child = spawn(directory.path(), port, &arguments);
        Mongod { child, port, directory, arguments }
    }

    /// `mongodb://127.0.0.1:PORT/?directConnection=true`
    pub fn uri(&self) -> String {
        format!("mongodb://127.0.0.1:{}/?directConnection=true", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `kill -9`; the data stay. [`Mongod::restart`] starts it again on the same port.
    pub fn kill(&mut self) {
        self.child.kill().expect("kill mongod");
        self.child.wait().expect("wait for mongod");
    }

    /// Starts it again after [`Mongod::kill`], on the same port and data.
    pub fn restart(&mut self) {
        self.child = spawn(self.directory.path(), self.port, &self.arguments);
    }

    /// The same with other arguments from now on.
    pub fn restart_with(&mut self, arguments: &[&str]) {
        self.arguments = arguments.iter().map(ToString::to_string).collect();
        self.restart();
    }

    /// Freezes it: connections stay open and nothing answers.
    pub fn freeze(&self) {
        self.signal(libc::SIGSTOP);
    }

    /// Ends [`Mongod::freeze`].
    pub fn thaw(&self) {
        self.signal(libc::SIGCONT);
    }

    fn signal(&self, signal: i32) {
        let pid = i32::try_from(self.child.id()).expect("a pid");
        // SAFETY: kill(2) has no memory effects; the pid is our own child's, not yet waited for.
        assert_eq!(unsafe { libc::kill(pid, signal) }, 0, "signal {signal} to mongod");
    }
}

impl Drop for Mongod {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn spawn(directory: &Path, port: u16, arguments: &[String]) -> Child {
    let program = find();
    let mut command = Command::new(&program);
    command
        .args([
            "--bind_ip",
            "127.0.0.1",
            "--nounixsocket",
            "--wiredTigerCacheSizeGB",
            "0.25",
            "--setParameter",
            "diagnosticDataCollectionEnabled=false",
        ])
        .arg("--port")
        .arg(port.to_string())
        .arg("--dbpath")
        .arg(directory)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    // SAFETY: prctl(2) with PR_SET_PDEATHSIG is async-signal-safe; the server must not outlive a killed test.
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let mut log = BufReader::new(child.stdout.take().expect("its log"));
    let mut seen = String::new();
    loop {
        let mut line = String::new();
        let n = log.read_line(&mut line).expect("its log");
        assert!(n > 0, "mongod ended before it listened:\n{seen}");
        seen.push_str(&line);
        if line.contains("Waiting for connections") {
            break;
        }
    }
    std::thread::spawn(move || {
        let mut sink = [0; 4096];
        while matches!(log.read(&mut sink), Ok(n) if n > 0) {}
    });
    let begun = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(begun.elapsed().as_secs() < 30, "mongod does not accept connections");
    }
    child
}

/// `ML_BOARD_TEST_MONGOD`, PATH, then what `cargo xtask` installed.
fn find() -> PathBuf {
    if let Some(path) = std::env::var_os("ML_BOARD_TEST_MONGOD") {
        return path.into();
    }
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let cache =
        std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
    let installed = cache.into_iter().map(|cache| cache.join("ml_board/tools/mongod-6.0.5/bin"));
    on_path.chain(installed).map(|directory| directory.join("mongod")).find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("no mongod: `cargo xtask test` installs one; or set ML_BOARD_TEST_MONGOD to its path, or ML_BOARD_TEST_URI to a server")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_survives_its_kill_with_the_same_address() {
        let mut server = Mongod::start(&[]);
        let uri = server.uri();
        server.kill();
        server.restart();
        assert_eq!(server.uri(), uri);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).is_ok());
    }
}
