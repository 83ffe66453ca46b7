//! All ways in which things break.

mod disk;
mod kills;
mod network;
mod processes;
mod servers;

use crate::scenario::Scenario;

pub(crate) const ALL: &[Scenario] = &[
    Scenario { name: "kill-trainer", of: "kills of the trainer", times: (200, 8), play: kills::trainer },
    Scenario { name: "kill-sync", of: "kills of ml_board sync", times: (30, 3), play: kills::sync },
    Scenario { name: "kill-mongod", of: "kills of mongod", times: (50, 2), play: servers::killed },
    Scenario { name: "freeze", of: "freezes of mongod", times: (6, 1), play: servers::frozen },
    Scenario { name: "cut", of: "connections cut", times: (400, 20), play: network::cut },
    Scenario { name: "failover", of: "primaries killed, ten writers", times: (10, 1), play: network::failover },
    Scenario { name: "full-disk", of: "disks filled", times: (10, 1), play: disk::full },
    Scenario { name: "blocked", of: "disks filled, calls that wait", times: (10, 1), play: disk::blocked },
    Scenario { name: "budget", of: "budgets filled", times: (10, 1), play: disk::budget },
    Scenario { name: "torn-journal", of: "journals cut", times: (100, 5), play: disk::torn },
    Scenario { name: "flipped-bits", of: "journals with flipped bits", times: (100, 5), play: disk::flipped },
    Scenario { name: "same-millisecond", of: "writers, four at a time", times: (80, 4), play: processes::same_millisecond },
    Scenario { name: "fork", of: "forks", times: (30, 3), play: processes::fork },
    Scenario { name: "panic", of: "panics and unwindings", times: (30, 3), play: processes::panic },
    Scenario { name: "exit", of: "exits without a close", times: (20, 4), play: processes::exit },
    Scenario { name: "two-programs", of: "pairs, one killed", times: (20, 1), play: processes::two },
    Scenario { name: "ranks", of: "runs of four ranks", times: (10, 1), play: processes::ranks },
];
