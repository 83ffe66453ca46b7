//! Kills a logger at a random moment, and counts what its reader finds of the calls that had returned.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::peers::Peer;
use super::rig::Rig;
use crate::shell;

/// How long a peer may take until its first call has returned.
const START: Duration = Duration::from_secs(180);
/// How long the processes that a killed one leaves may go on, to save what they have.
const HELPERS: Duration = Duration::from_secs(15);

/// Who is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    /// The training process: its helpers go on, and may save what they have.
    Process,
    /// All at once, as when a container ends.
    Group,
}

/// How to kill.
#[derive(Clone, Copy)]
pub(super) struct Blow {
    pub(super) rate: u64,
    /// Between the first call and the kill, in milliseconds.
    pub(super) after: (u64, u64),
    pub(super) whom: Whom,
}

/// What came of kills.
#[derive(Clone, Copy, Default)]
pub(super) struct Loss {
    pub(super) kills: u64,
    pub(super) returned: u64,
    pub(super) lost: u64,
    /// Points that are there twice or false.
    pub(super) wrong: u64,
    /// Whether a killed process left helpers.
    pub(super) helpers: bool,
}

impl Loss {
    pub(super) fn add(&mut self, other: Loss) {
        self.kills += other.kills;
        self.returned += other.returned;
        self.lost += other.lost;
        self.wrong += other.wrong;
        self.helpers |= other.helpers;
    }
}

/// Starts a logger, kills it, and reads.
pub(super) fn kill(rig: &Rig, peer: &Peer, blow: Blow, chance: &Chance) -> Result<Loss> {
    let trial = rig.trial(peer)?;
    let log = |name: &str| fs::File::create(trial.directory.join(name));
    let mut command = trial.driver("kill", &[blow.rate.to_string()])?;
    let mut child = command.stdout(log("stdout")?).stderr(log("stderr")?).process_group(0).spawn()?;
    let counter = trial.directory.join("returned");
    let alive = wait_for_first(&mut child, &counter).and_then(|()| {
        thread::sleep(Duration::from_millis(chance.between(blow.after.0, blow.after.1)));
        match child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("it ended by itself: {status}"),
        }
    });
    let group = child.id();
    if alive.is_err() || blow.whom == Whom::Group {
        signal(group, "KILL");
    }
    child.kill()?;
    child.wait()?;
    let helpers = wait_for_helpers(group);
    let told = || fs::read_to_string(trial.directory.join("stderr")).unwrap_or_default();
    alive.with_context(|| told().trim_end().lines().next_back().unwrap_or_default().to_owned())?;

    let returned = count(&counter).context("it did not count its calls")?;
    let found = trial.read(returned)?;
    let number = |key: &str| found.get(key).and_then(Value::as_u64).with_context(|| format!("its reader said nothing of {key}"));
    Ok(Loss { kills: 1, returned, lost: returned.saturating_sub(number("found")?), wrong: number("wrong")?, helpers })
}

fn wait_for_first(child: &mut Child, counter: &Path) -> Result<()> {
    let begun = Instant::now();
    while count(counter).is_none_or(|returned| returned == 0) {
        if let Some(status) = child.try_wait()? {
            bail!("it ended before it logged: {status}");
        }
        if begun.elapsed() > START {
            bail!("it did not log within {} s", START.as_secs());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Whether there were any. None runs on after it.
fn wait_for_helpers(group: u32) -> bool {
    let begun = Instant::now();
    // What was started for a moment is none.
    thread::sleep(Duration::from_secs(1));
    let seen = signal(group, "0");
    while begun.elapsed() < HELPERS {
        if !signal(group, "0") {
            return seen;
        }
        thread::sleep(Duration::from_millis(50));
    }
    signal(group, "KILL");
    seen
}

/// A signal to all processes of a group; whether there was one.
fn signal(group: u32, signal: &str) -> bool {
    shell::capture(Command::new("sh").args(["-c", &format!("kill -{signal} -{group}")])).is_ok()
}

fn count(counter: &Path) -> Option<u64> {
    Some(u64::from_le_bytes(fs::read(counter).ok()?.try_into().ok()?))
}

/// Random numbers from a seed that is told.
pub(super) struct Chance(std::cell::Cell<u64>);

impl Chance {
    pub(super) fn new(seed: u64) -> Chance {
        Chance(std::cell::Cell::new(seed | 1))
    }

    /// A seed of the moment.
    pub(super) fn seed() -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| u64::from(since.subsec_nanos()) | 1)
    }

    /// Xorshift.
    fn next(&self) -> u64 {
        let mut x = self.0.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.0.set(x);
        x
    }

    fn between(&self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least)
    }

    /// Another's seed.
    pub(super) fn split(&self) -> Chance {
        Chance::new(self.next())
    }
}
