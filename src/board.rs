//! What a person holds in a notebook: a folder of runs, and which of them.

mod best;
mod edit;
#[cfg(feature = "polars")]
mod frames;

use std::path::PathBuf;
use std::sync::Arc;

use crate::client::protocol::{Answer, Ask};
use crate::client::{Connection, Launch, unexpected};
use crate::display::{
    Assets, Coverage, DashboardSpec, Diff, Draw, Histogram, Images, Importance, Params, Part, Plot, Runtime, Scatter, Scope,
    Source, Store, Table, Thoughts, TimeTo, View, say, shown,
};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Run, Series};
use crate::query::{Filter, IntoFilter};

pub use best::Best;
pub use edit::{Applied, Edit, Preview};

/// The runs of a folder, or those of them that a filter holds for; shown, it is the whole dashboard.
///
/// Every method takes `&self`; those that give a board or a view give a new one, and a view reads the data when it is shown. A clone is
/// the same board. Methods that give a `Result` ask the engine and wait for it.
#[derive(Clone)]
pub struct Board {
    scope: Scope,
    legend: Option<String>,
    connection: Arc<Connection>,
    /// As the builder was given it, perhaps with a password.
    uri: Option<String>,
    assets: Assets,
}

impl Board {
    /// Opens a folder of a database in the store that the configuration names: `ML_BOARD_URI`, else a MongoDB on this machine if it
    /// answers within half a second, else the local store. What a person should know about it is said once.
    ///
    /// # Errors
    /// No engine can be found or built; the store does not answer; the folder has no runs, and none wait on this machine
    /// ([`BoardBuilder::allow_empty`] opens it all the same).
    ///
    /// # Blocking
    /// Until the engine has connected. Without an engine it is built first, once: minutes.
    pub fn open(database: impl Into<String>, folder: impl Into<String>) -> Result<Board> {
        Board::builder().database(database).folder(folder).open()
    }

    /// A board with an address of its own.
    pub fn builder() -> BoardBuilder {
        BoardBuilder::default()
    }

    /// The name of the database.
    pub fn database(&self) -> &str {
        &self.scope.database
    }

    /// The name of the folder.
    pub fn folder_name(&self) -> &str {
        &self.scope.folder
    }

    /// The curves of a metric.
    pub fn plot(&self, tag: impl Into<String>) -> Plot {
        Plot::new(self.scope.clone(), tag.into(), self.legend.clone(), self.source())
    }

    /// The table of runs.
    pub fn table(&self) -> Table {
        Table::new(self.scope.clone(), self.source())
    }

    /// The images of a tag.
    pub fn images(&self, tag: impl Into<String>) -> Images {
        Images::new(self.scope.clone(), tag.into(), self.legend.clone(), self.source())
    }

    /// The histograms of a tag.
    pub fn histogram(&self, tag: impl Into<String>) -> Histogram {
        Histogram::new(self.scope.clone(), tag.into(), self.legend.clone(), self.source())
    }

    /// What was written down while training, in order of time.
    pub fn thoughts(&self) -> Thoughts {
        Thoughts::new(self.scope.clone(), self.source())
    }

    /// A dot for each run, one value of it against another, as a filter names them: `board.scatter("lr", "max(Accuracy)")`.
    pub fn scatter(&self, x: impl Into<String>, y: impl Into<String>) -> Scatter {
        Scatter::new(self.scope.clone(), x.into(), y.into(), self.legend.clone(), self.source())
    }

    /// A line for each run through its hyperparameters and results: parallel coordinates.
    pub fn params(&self) -> Params {
        Params::new(self.scope.clone(), self.legend.clone(), self.source())
    }

    /// Which hyperparameters a result depends on: `board.importance("max(Accuracy)")`.
    pub fn importance(&self, result: impl Into<String>) -> Importance {
        Importance::new(self.scope.clone(), result.into(), self.source())
    }

    /// What differs between these runs, and only that: `board.filter("name in [a, b]")?.diff()`.
    pub fn diff(&self) -> Diff {
        Diff::new(self.scope.clone(), self.source())
    }

    /// When each run first met a condition on a metric: `board.time_to("Accuracy >= 0.9")`.
    pub fn time_to(&self, condition: impl Into<String>) -> TimeTo {
        TimeTo::new(self.scope.clone(), condition.into(), self.source())
    }

    /// Which combinations of hyperparameters were run, failed, or are missing.
    pub fn coverage(&self) -> Coverage {
        Coverage::new(self.scope.clone(), self.source())
    }

    /// The same board, whose legends and captions say this hyperparameter of each run.
    #[must_use]
    pub fn legend_by(&self, name: impl Into<String>) -> Board {
        Board { legend: Some(name.into()), ..self.clone() }
    }

    /// The runs of this board that the filter holds for as well: `board.filter("lr < 0.01 and max(Accuracy) > 0.9")?`.
    ///
    /// # Errors
    /// The text is not a filter, or it names a hyperparameter or metric that no run of the whole folder has.
    pub fn filter(&self, filter: impl IntoFilter) -> Result<Board> {
        let text = filter.text();
        let filter = filter.into_filter()?;
        match self.ask(Ask::Check { scope: self.scope.clone(), filter, text })? {
            Answer::Checked { filter } => {
                let scope = Scope { filter: self.scope.filter.clone().and(filter), ..self.scope.clone() };
                Ok(Board { scope, ..self.clone() })
            }
            other => Err(unexpected(&other)),
        }
    }

    /// The runs, newest first.
    pub fn runs(&self) -> Result<Vec<Run>> {
        match self.ask(Ask::Runs { scope: self.scope.clone() })? {
            Answer::Runs { runs } => Ok(runs),
            other => Err(unexpected(&other)),
        }
    }

    /// The runs that are selected on the page, in the table or on a picture of this folder, in the order in which they were selected.
    ///
    /// # Errors
    /// The engine or its store does not answer.
    pub fn selected(&self) -> Result<Vec<Run>> {
        match self.ask(Ask::Selected { scope: self.scope.clone() })? {
            Answer::Runs { runs } => Ok(runs),
            other => Err(unexpected(&other)),
        }
    }

    /// All points of a metric, one series a run that has it, newest first.
    pub fn series(&self, tag: impl Into<String>) -> Result<Vec<Series>> {
        match self.ask(Ask::Series { scope: self.scope.clone(), tag: tag.into() })? {
            Answer::Series { series } => Ok(series),
            other => Err(unexpected(&other)),
        }
    }

    /// The folders of the database, by name.
    pub fn folders(&self) -> Result<Vec<String>> {
        self.names(Ask::Folders { store: self.scope.store.clone(), database: self.scope.database.clone() })
    }

    /// The databases of the store that hold runs, by name.
    pub fn databases(&self) -> Result<Vec<String>> {
        self.names(Ask::Databases { store: self.scope.store.clone() })
    }

    /// Another folder of the same database; nothing is filtered there.
    ///
    /// # Errors
    /// As [`Board::open`].
    pub fn folder(&self, folder: impl Into<String>) -> Result<Board> {
        let board = open(&self.connection, self.uri.clone(), self.scope.database.clone(), folder.into(), false)?;
        Ok(Board { legend: self.legend.clone(), assets: self.assets, ..board })
    }

    /// The page's runtime, to be shown in one cell of a notebook whose outputs are made with [`Assets::Shared`].
    pub fn runtime(&self) -> Runtime {
        Runtime::new(&self.source())
    }

    fn names(&self, ask: Ask) -> Result<Vec<String>> {
        match self.ask(ask)? {
            Answer::Names { names } => Ok(names),
            other => Err(unexpected(&other)),
        }
    }

    fn ask(&self, ask: Ask) -> Result<Answer> {
        self.connection.ask(&[self.store()], ask)
    }

    fn store(&self) -> Store {
        Store { handle: self.scope.store.clone(), uri: self.uri.clone() }
    }

    fn source(&self) -> Source {
        let engine: Arc<dyn Draw> = self.connection.clone();
        Source { engine, stores: vec![self.store()], assets: self.assets }
    }

    fn dashboard(&self) -> View {
        View::Dashboard(DashboardSpec { scope: self.scope.clone(), legend: self.legend.clone(), everywhere: false })
    }
}

shown!(Board, self => Part::new(self.dashboard(), &self.source()));

/// Where a board's runs are. Made by [`Board::builder`].
#[derive(Clone, Default)]
pub struct BoardBuilder {
    uri: Option<String>,
    database: Option<String>,
    folder: Option<String>,
    engine: Option<PathBuf>,
    empty: bool,
    assets: Option<Assets>,
}

/// Without the address: it may hold a password.
impl std::fmt::Debug for BoardBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoardBuilder").field("database", &self.database).field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl BoardBuilder {
    /// The store: `mongodb://HOST`, `mongodb+srv://HOST`, `local:` or `local:DIRECTORY`. Else `ML_BOARD_URI` names it.
    #[must_use]
    pub fn uri(&self, uri: impl Into<String>) -> BoardBuilder {
        BoardBuilder { uri: Some(uri.into()), ..self.clone() }
    }

    /// The database.
    #[must_use]
    pub fn database(&self, database: impl Into<String>) -> BoardBuilder {
        BoardBuilder { database: Some(database.into()), ..self.clone() }
    }

    /// The folder: a collection of runs.
    #[must_use]
    pub fn folder(&self, folder: impl Into<String>) -> BoardBuilder {
        BoardBuilder { folder: Some(folder.into()), ..self.clone() }
    }

    /// The program `ml_board` to start, instead of the one that would be found or built. Else `ML_BOARD_ENGINE` names it.
    #[must_use]
    pub fn engine(&self, program: impl Into<PathBuf>) -> BoardBuilder {
        BoardBuilder { engine: Some(program.into()), ..self.clone() }
    }

    /// Opens a folder even if it has no runs yet, to wait for them.
    #[must_use]
    pub fn allow_empty(&self) -> BoardBuilder {
        BoardBuilder { empty: true, ..self.clone() }
    }

    /// Where outputs have the page's runtime from. Else `ML_BOARD_ASSETS` says it: `embed` or `shared`.
    #[must_use]
    pub fn assets(&self, assets: Assets) -> BoardBuilder {
        BoardBuilder { assets: Some(assets), ..self.clone() }
    }

    /// The databases of the store that hold runs, by name: to look around before one is opened.
    ///
    /// # Errors
    /// No engine can be found or built, or the store does not answer.
    pub fn databases(&self) -> Result<Vec<String>> {
        let connection = Connection::new(launch(self.engine.clone()));
        let Answer::Opened { store, notes } = connection.ask(&[], Ask::Connect { uri: self.uri.clone() })? else {
            return Err(Error::new(ErrorKind::Engine, "the engine answered something else than that it connected"));
        };
        notes.iter().for_each(|note| say(note));
        let stores = [Store { handle: store.clone(), uri: self.uri.clone() }];
        match connection.ask(&stores, Ask::Databases { store })? {
            Answer::Names { names } => Ok(names),
            other => Err(unexpected(&other)),
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// As [`Board::open`], and if the database or the folder was not said.
    pub fn open(&self) -> Result<Board> {
        let said = |name: &Option<String>, what: &str| {
            let missing = || {
                Error::new(ErrorKind::Input, format!("the board has no {what}"))
                    .help("Board::builder().database(\"digits\").folder(\"lr_search\").open()?")
            };
            name.clone().filter(|name| !name.is_empty()).ok_or_else(missing)
        };
        let (database, folder) = (said(&self.database, "database")?, said(&self.folder, "folder")?);
        let assets = self.assets.map_or_else(Assets::of_environment, Ok)?;
        let connection = Arc::new(Connection::new(launch(self.engine.clone())));
        Ok(Board { assets, ..open(&connection, self.uri.clone(), database, folder, self.empty)? })
    }
}

fn open(connection: &Arc<Connection>, uri: Option<String>, database: String, folder: String, empty: bool) -> Result<Board> {
    let ask = Ask::Open { uri: uri.clone(), database: database.clone(), folder: folder.clone(), empty };
    match connection.ask(&[], ask)? {
        Answer::Opened { store, notes, .. } => {
            notes.iter().for_each(|note| say(note));
            let scope = Scope { store, database, folder, filter: Filter::All };
            Ok(Board { scope, legend: None, connection: Arc::clone(connection), uri, assets: Assets::Embed })
        }
        other => Err(unexpected(&other)),
    }
}

/// A program that has the engine compiled in runs it on a thread, unless another one was named.
#[cfg(feature = "engine")]
fn launch(named: Option<PathBuf>) -> Launch {
    named.map_or(Launch::Here(crate::engine::serve), |named| Launch::Program(Some(named)))
}

#[cfg(not(feature = "engine"))]
fn launch(named: Option<PathBuf>) -> Launch {
    Launch::Program(named)
}
