//! The machine, for the head of a table.

use std::fs;
use std::process::Command;

use crate::shell;

/// One line: processor, cores, memory, kernel, toolchains.
pub(super) fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let processor = field(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kilobytes: u64 = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|memory| memory.split_whitespace().next()?.parse().ok())
        .unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    let first = |program: &str, argument: &str| {
        let said = shell::capture(Command::new(program).arg(argument)).unwrap_or_default();
        said.lines().next().unwrap_or_default().trim().to_owned()
    };
    format!(
        "{processor}, {cores} cores, {} GB, Linux {}, {}, {}",
        kilobytes / 1_000_000,
        kernel.trim(),
        first("rustc", "--version"),
        first("python3", "--version")
    )
}

/// How many processes wanted to run, on average of the last minute.
pub(super) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// Today, in UTC.
pub(super) fn date() -> String {
    shell::capture(Command::new("date").args(["-u", "+%Y-%m-%d"])).unwrap_or_default().trim().to_owned()
}
