//! The loggers that are measured side by side.

/// One of them.
pub(super) struct Peer {
    /// As the command line names it.
    pub(super) name: &'static str,
    /// As the table names it.
    pub(super) title: &'static str,
    pub(super) driver: Driver,
    /// Which of its stores the driver takes: `BENCH_STORE`.
    pub(super) store: &'static str,
    /// What it stores in.
    pub(super) place: Place,
    /// The module of `benches/peers/python` that reads what is stored, and the requirements that it takes.
    pub(super) reader: Python,
    /// Whether the next process of the peer must run before what a killed one left can be read.
    pub(super) recovers: bool,
}

/// What logs.
#[derive(Clone, Copy)]
pub(super) enum Driver {
    Python(Python),
    /// A program of `benches/peers/rust`, as it lies in the target directory.
    Rust(&'static str),
}

/// A module, and its requirements.
#[derive(Clone, Copy)]
pub(super) struct Python {
    pub(super) module: &'static str,
    pub(super) requirements: &'static str,
}

/// Where the points end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Files,
    MongoDB,
}

const fn python(module: &'static str, requirements: &'static str) -> Python {
    Python { module, requirements }
}

/// A peer whose driver reads, too.
const fn peer(name: &'static str, title: &'static str, driver: Python, store: &'static str, place: Place) -> Peer {
    Peer { name, title, driver: Driver::Python(driver), store, place, reader: driver, recovers: false }
}

/// The program that drives ours.
pub(super) const OURS: &str = "examples/writer_peer";

/// Ours first: it is what the others are compared with.
pub(super) const PEERS: [Peer; 11] = [
    ours("ours", "**ml_board, SQLite**", "sqlite", Place::Files),
    ours("ours-mongodb", "**ml_board, MongoDB**", "mongodb", Place::MongoDB),
    peer("tensorboardX", "tensorboardX", python("tensorboardx", "tensorboardx"), "", Place::Files),
    Peer {
        name: "tensorboard-rs",
        title: "tensorboard-rs",
        driver: Driver::Rust("tensorboard_peer"),
        store: "",
        place: Place::Files,
        reader: python("tensorboardx", "tensorboardx"),
        recovers: false,
    },
    peer("wandb", "W&B offline", python("wandb_offline", "wandb"), "", Place::Files),
    peer("trackio", "trackio, local", python("trackio_local", "trackio"), "", Place::Files),
    peer("mlflow-sqlite", "MLflow, SQLite", python("mlflow_store", "mlflow"), "sqlite", Place::Files),
    peer("mlflow-file", "MLflow, files", python("mlflow_store", "mlflow"), "file", Place::Files),
    peer("aim", "Aim", python("aim_repo", "aim"), "", Place::Files),
    peer("sacred", "Sacred, MongoObserver", python("sacred_mongo", "sacred"), "", Place::MongoDB),
    peer("push", "`$push` a point", python("push", "pymongo"), "", Place::MongoDB),
];

const fn ours(name: &'static str, title: &'static str, store: &'static str, place: Place) -> Peer {
    Peer { name, title, driver: Driver::Rust(OURS), store, place, reader: python("ours", "pymongo"), recovers: true }
}

impl Peer {
    /// The one of ours that stores in the same place.
    pub(super) fn ours(&self) -> &'static str {
        if self.place == Place::MongoDB { "ours-mongodb" } else { "ours" }
    }
}
