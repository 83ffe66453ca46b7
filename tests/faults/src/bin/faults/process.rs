//! Programs of the campaign's, and how long they may take.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use ml_board_faults::Told;

/// A program that logs.
pub(crate) struct Trainer {
    child: Child,
    lines: Receiver<String>,
    pub(crate) ledger: PathBuf,
    pub(crate) stderr: PathBuf,
    pub(crate) seed: u64,
    pub(crate) threads: u64,
    pub(crate) rank: u64,
}

/// The answer to an order.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) text: String,
    /// How long the trainer took for it.
    pub(crate) took: Duration,
}

impl Trainer {
    /// Starts `command`, which is a trainer with all that was said to it.
    pub(crate) fn spawn(mut command: Command, ledger: PathBuf, seed: u64, threads: u64, rank: u64) -> Result<Trainer> {
        let stderr = ledger.with_extension("stderr");
        // SAFETY: signal(2) is async-signal-safe. Who runs the campaign in the background has made it, and its children, deaf to SIGINT.
        unsafe {
            command.pre_exec(|| {
                libc::signal(libc::SIGINT, libc::SIG_DFL);
                Ok(())
            });
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&stderr)?)
            .spawn()
            .with_context(|| format!("could not start {command:?}"))?;
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().context("its stdout")?);
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Ok(Trainer { child, lines, ledger, stderr, seed, threads, rank })
    }

    /// Waits for its writer, and says which run it logs.
    pub(crate) fn run(&self) -> Result<String> {
        let reply = self.reply("its writer", Duration::from_secs(30))?;
        Ok(reply.text.strip_prefix("run ").with_context(|| format!("it said {:?}", reply.text))?.to_owned())
    }

    /// Gives an order and waits for what comes of it, not longer than `deadline`.
    pub(crate) fn order(&mut self, order: &str, deadline: Duration) -> Result<Reply> {
        self.tell(order).with_context(|| format!("the order {order:?}: {}", self.last_words()))?;
        self.reply(order, deadline)
    }

    /// Gives an order that nobody waits for.
    pub(crate) fn tell(&mut self, order: &str) -> Result<()> {
        Ok(writeln!(self.child.stdin.as_mut().context("its stdin")?, "{order}")?)
    }

    fn reply(&self, to: &str, deadline: Duration) -> Result<Reply> {
        match self.lines.recv_timeout(deadline) {
            Ok(line) => {
                let (text, millis) = line.rsplit_once(' ').unwrap_or((&line, "0"));
                Ok(Reply { text: text.to_owned(), took: Duration::from_millis(millis.parse().unwrap_or_default()) })
            }
            Err(RecvTimeoutError::Timeout) => bail!("{to:?} hung for longer than {deadline:?}"),
            Err(RecvTimeoutError::Disconnected) => Err(anyhow!("the trainer ended at {to:?}: {}", self.last_words())),
        }
    }

    /// An order after which all must be well.
    pub(crate) fn must(&mut self, order: &str, deadline: Duration) -> Result<()> {
        let reply = self.order(order, deadline)?;
        if reply.text != "ok" {
            bail!("{order:?}: {}", reply.text);
        }
        Ok(())
    }

    /// Ends its writer with `close`, which must store all.
    pub(crate) fn close(&mut self, deadline: Duration) -> Result<()> {
        let reply = self.order("close", deadline)?;
        if !reply.text.starts_with("closed") {
            bail!("close: {}", reply.text);
        }
        self.end(Duration::from_secs(10))?;
        Ok(())
    }

    pub(crate) fn signal(&self, signal: i32) {
        signal_to(self.child.id(), signal);
    }

    /// Waits until it is gone.
    pub(crate) fn wait(&mut self, deadline: Duration) -> Result<ExitStatus> {
        wait(&mut self.child, deadline).map_err(|error| anyhow!("{error}: {}", self.last_words()))
    }

    /// Lets it go, by the end of its orders.
    pub(crate) fn end(&mut self, deadline: Duration) -> Result<ExitStatus> {
        drop(self.child.stdin.take());
        self.wait(deadline)
    }

    /// What had returned until now.
    pub(crate) fn told(&self) -> Told {
        Told::read(&self.ledger)
    }

    /// Waits until so many calls have returned.
    pub(crate) fn has_logged(&self, calls: u64) -> Result<()> {
        let begun = Instant::now();
        while self.told().returned.iter().sum::<u64>() < calls {
            if begun.elapsed() > Duration::from_secs(60) {
                bail!("{calls} calls do not return within a minute: {}", self.last_words());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    fn last_words(&self) -> String {
        let said = std::fs::read_to_string(&self.stderr).unwrap_or_default();
        let lines: Vec<&str> = said.lines().rev().take(6).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }
}

impl Drop for Trainer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Sends a signal to a process of ours.
pub(crate) fn signal_to(pid: u32, signal: i32) {
    if let Ok(pid @ 2..) = i32::try_from(pid) {
        // SAFETY: kill(2) has no memory effects.
        unsafe { libc::kill(pid, signal) };
    }
}

/// Waits for a child's end; one that takes longer is killed, and that is an error.
pub(crate) fn wait(child: &mut Child, deadline: Duration) -> Result<ExitStatus> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if begun.elapsed() > deadline {
            child.kill().ok();
            child.wait().ok();
            bail!("a program hung for longer than {deadline:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A program that was built beside this one.
pub(crate) fn beside(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let path = here.parent().unwrap_or(Path::new(".")).join(name);
    if !path.is_file() {
        bail!("{} is missing: `cargo xtask faults` builds it", path.display());
    }
    Ok(path)
}
