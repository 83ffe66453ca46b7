//! What a driver says of one process's worth of calls, and the middle of several.

use anyhow::{Context, Result};
use serde_json::Value;

use super::peers::Peer;
use super::rig::{Rig, answer};

/// How a driver is to log.
#[derive(Clone, Copy)]
pub(super) struct Load {
    pub(super) tags: u32,
    pub(super) calls: u64,
    pub(super) seconds: u64,
    /// Calls a second; 0: as fast as a loop makes them.
    pub(super) rate: u64,
}

/// Nanoseconds of a call, seconds of them all.
#[derive(Clone, Copy)]
pub(super) struct Timing {
    pub(super) calls: f64,
    /// How many of them the peer's reader finds.
    pub(super) found: f64,
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) max: f64,
    /// From the first call until the peer had stored all.
    pub(super) durable: f64,
    /// What it takes on disk then.
    pub(super) bytes: f64,
}

/// Logs once with a process of its own.
pub(super) fn time(rig: &Rig, peer: &Peer, load: Load) -> Result<Timing> {
    let trial = rig.trial(peer)?;
    let arguments = [u64::from(load.tags), load.calls, load.seconds, load.rate].map(|number| number.to_string());
    let said = answer(&mut trial.driver("run", &arguments)?)?.context("it said nothing")?;
    let number = |key: &str| said.get(key).and_then(Value::as_f64).with_context(|| format!("it said nothing of {key}: {said}"));
    let calls = number("calls")?;
    let bytes = trial.bytes()? as f64;
    let read = trial.read(calls as u64)?;
    Ok(Timing {
        calls,
        found: read.get("found").and_then(Value::as_f64).with_context(|| format!("its reader said: {read}"))?,
        p50: number("p50")?,
        p99: number("p99")?,
        max: number("max")?,
        durable: number("durable")?,
        bytes,
    })
}

/// The median of what `of` gives of each; `None` of none.
pub(super) fn median(timings: &[Timing], of: impl Fn(&Timing) -> f64) -> Option<f64> {
    let mut values: Vec<f64> = timings.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
