//! `cargo xtask bench writer`: our writer beside other loggers, on this machine, in one run.

use std::collections::BTreeMap;
use std::thread;

use anyhow::{Result, bail};

use super::kill::{Blow, Chance, Loss, Whom, kill};
use super::peers::{PEERS, Peer};
use super::rig::{Rig, requirements};
use super::timing::{Load, Timing, time};
use super::{host, table};

/// What was measured of one peer.
#[derive(Default)]
pub(super) struct Row {
    /// One tag, as fast as a loop goes; ten tags a step; at a training loop's pace.
    pub(super) loops: Vec<Timing>,
    pub(super) steps: Vec<Timing>,
    pub(super) paced: Vec<Timing>,
    /// After one call.
    pub(super) empty: Option<Timing>,
    /// By calls a second, and by whom was killed.
    pub(super) losses: BTreeMap<(u64, bool), Loss>,
    /// What failed, in its own words.
    pub(super) errors: Vec<String>,
}

/// How much is done.
struct Plan {
    rounds: u32,
    /// For each load, unless all its calls are made before.
    seconds: u64,
    kills: u32,
    /// When to kill, in milliseconds after the first call: at `FAST` and at `SLOW` calls a second.
    fast: (u64, u64),
    slow: (u64, u64),
}

const WHOLE: Plan = Plan { rounds: 3, seconds: 3, kills: 3, fast: (1_000, 5_000), slow: (8_000, 20_000) };
const SHORT: Plan = Plan { rounds: 1, seconds: 1, kills: 1, fast: (500, 1_500), slow: (2_000, 4_000) };

pub(super) const FAST: u64 = 500;
pub(super) const SLOW: u64 = 2;
const CALLS: u64 = 1_000_000;

/// `cargo xtask bench writer [PEER…] [--short]`
pub(super) fn writer(words: &[&str]) -> Result<()> {
    let plan = if words.contains(&"--short") { &SHORT } else { &WHOLE };
    let peers = chosen(words)?;
    let rig = Rig::new(&peers)?;
    let (begun, seed) = (host::load(), Chance::seed());
    let mut rows: Vec<(&Peer, Row)> = peers.into_iter().map(|peer| (peer, Row::default())).collect();
    println!("kills, seed {seed}");
    let chance = Chance::new(seed);
    for whom in [Whom::Process, Whom::Group] {
        kills(&rig, &mut rows, plan, whom, &chance);
    }
    for round in 1..=plan.rounds {
        for (peer, row) in &mut rows {
            if let Err(error) = measure(&rig, peer, row, plan) {
                row.failed(peer, &error);
            }
        }
        // After each round, so that one who waits no longer has what there is.
        println!(
            "\n{}.\nLoad {begun} at the beginning, now {}; mongod {}.",
            host::machine(),
            host::load(),
            Rig::mongod_version()?
        );
        println!("{}", versions(&rows)?);
        println!(
            "{}, {round} rounds of {} s a load, {} kills at each pace, seed {seed}.\n",
            host::date(),
            plan.seconds,
            plan.kills
        );
        println!("{}", table::markdown(&rows));
    }
    Ok(())
}

impl Row {
    fn failed(&mut self, peer: &Peer, error: &anyhow::Error) {
        let error = format!("{error:#}");
        println!("{}: {error}", peer.name);
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }
}

/// Those that are named, in the table's order, with ours, which they are compared with.
fn chosen(words: &[&str]) -> Result<Vec<&'static Peer>> {
    let names: Vec<&str> = words.iter().copied().filter(|word| *word != "--short").collect();
    if let Some(unknown) = names.iter().find(|name| PEERS.iter().all(|peer| peer.name != **name)) {
        let known: Vec<&str> = PEERS.iter().map(|peer| peer.name).collect();
        bail!("no such peer: {unknown}; there are {}", known.join(", "));
    }
    let wanted = |peer: &&Peer| names.is_empty() || names.contains(&peer.name);
    let compared: Vec<&str> = PEERS.iter().filter(wanted).map(Peer::ours).collect();
    Ok(PEERS.iter().filter(|peer| wanted(peer) || compared.contains(&peer.name)).collect())
}

fn measure(rig: &Rig, peer: &Peer, row: &mut Row, plan: &Plan) -> Result<()> {
    let load = |tags, calls, rate| Load { tags, calls, seconds: plan.seconds, rate };
    if row.empty.is_none() {
        row.empty = Some(time(rig, peer, load(1, 1, 0))?);
    }
    row.loops.push(time(rig, peer, load(1, CALLS, 0))?);
    row.steps.push(time(rig, peer, load(10, CALLS / 10, 0))?);
    row.paced.push(time(rig, peer, load(1, FAST * plan.seconds, FAST))?);
    println!("{} measured", peer.name);
    Ok(())
}

/// At the fast pace one after the other; at the slow one, which leaves the machine idle, side by side.
fn kills(rig: &Rig, rows: &mut [(&Peer, Row)], plan: &Plan, whom: Whom, chance: &Chance) {
    // The whole group only where a process alone left helpers: for the others it is the same.
    let due = |row: &Row| row.errors.is_empty() && (whom == Whom::Process || row.losses.values().any(|loss| loss.helpers));
    for _ in 0..plan.kills {
        for (peer, row) in rows.iter_mut().filter(|(_, row)| due(row)) {
            row.killed(peer, kill(rig, peer, Blow { rate: FAST, after: plan.fast, whom }, chance), FAST, whom);
        }
        let outcomes: Vec<_> = thread::scope(|scope| {
            let running = rows.iter().map(|(peer, row)| {
                let chance = chance.split();
                due(row).then(|| scope.spawn(move || kill(rig, peer, Blow { rate: SLOW, after: plan.slow, whom }, &chance)))
            });
            let running: Vec<_> = running.collect();
            running.into_iter().map(|thread| thread?.join().ok()).collect()
        });
        for ((peer, row), outcome) in rows.iter_mut().zip(outcomes) {
            if let Some(outcome) = outcome {
                row.killed(peer, outcome, SLOW, whom);
            }
        }
    }
}

impl Row {
    fn killed(&mut self, peer: &Peer, outcome: Result<Loss>, rate: u64, whom: Whom) {
        match outcome {
            Ok(loss) => {
                println!("{} killed at {rate}/s: {} of {} lost", peer.name, loss.lost, loss.returned);
                self.losses.entry((rate, whom == Whom::Group)).or_default().add(loss);
            }
            Err(error) => self.failed(peer, &error),
        }
    }
}

/// What was installed.
fn versions(peers: &[(&Peer, Row)]) -> Result<String> {
    let mut packages = vec![format!("ml_board {}", env!("CARGO_PKG_VERSION")), "tensorboard-rs 0.5.9".to_owned()];
    for (peer, _) in peers {
        packages.extend(requirements(peer.reader.requirements)?.iter().map(|package| package.replace("==", " ")));
    }
    packages.sort();
    packages.dedup();
    Ok(format!("Versions: {}.\n", packages.join(", ")))
}
