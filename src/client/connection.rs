//! The connection that a board and its views share: starts an engine when one is needed, and again when it died.

use std::collections::BTreeMap;
#[cfg(feature = "engine")]
use std::io::{PipeReader, PipeWriter};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::protocol::{Answer, Ask};
use super::wire::{Mismatch, Wire, locked};
use crate::display::{Draw, Page, Store, View, say};
use crate::error::{Error, ErrorKind, Result};
use crate::program::{Places, Recipe, install_line, is_program, start};

/// Which engine.
#[derive(Debug, Clone)]
pub(crate) enum Launch {
    /// A program of its own: the named one, or the first that is found, or one that is built.
    Program(Option<PathBuf>),
    /// On a thread of this process: it reads requests and writes answers.
    #[cfg(feature = "engine")]
    Here(fn(PipeReader, PipeWriter)),
}

/// A connection to an engine. Any thread may ask, several at once. No state of it is in a static, of which each cell of a notebook has its own.
pub(crate) struct Connection {
    launch: Launch,
    wire: Mutex<Option<Arc<Wire>>>,
}

impl Connection {
    /// Starts nothing yet.
    pub(crate) fn new(launch: Launch) -> Connection {
        Connection { launch, wire: Mutex::new(None) }
    }

    /// Asks the engine, which knows these stores or is told of them; waits for the answer. An engine that died is started anew.
    pub(crate) fn ask(&self, stores: &[Store], ask: Ask) -> Result<Answer> {
        let wire = self.wire()?;
        for store in stores {
            if locked(&wire.knows).contains(&store.handle) {
                continue;
            }
            wire.ask(Ask::Know { store: store.handle.clone(), uri: store.uri.clone() })?;
            locked(&wire.knows).push(store.handle.clone());
        }
        let answer = wire.ask(ask)?;
        if let Answer::Opened { store, .. } = &answer {
            locked(&wire.knows).push(store.clone());
        }
        Ok(answer)
    }

    fn wire(&self) -> Result<Arc<Wire>> {
        let mut wire = locked(&self.wire);
        if let Some(running) = wire.as_ref().filter(|running| running.alive()) {
            return Ok(Arc::clone(running));
        }
        let started = Arc::new(match &self.launch {
            Launch::Program(named) => program(&Places::here(named.clone())?, &say)?,
            #[cfg(feature = "engine")]
            Launch::Here(serve) => here(*serve)?,
        });
        *wire = Some(Arc::clone(&started));
        Ok(started)
    }
}

impl Draw for Connection {
    fn draw(&self, stores: &[Store], view: &View, page: Page) -> Result<BTreeMap<String, String>> {
        match self.ask(stores, Ask::Show { view: view.clone(), page })? {
            Answer::Shown { bundle } => Ok(bundle),
            other => Err(unexpected(&other)),
        }
    }
}

/// The engine answered something else than what was asked for.
pub(crate) fn unexpected(answer: &Answer) -> Error {
    let start: String = format!("{answer:?}").chars().take(80).collect();
    Error::new(ErrorKind::Engine, format!("the engine answered something else than what it was asked: {start}"))
}

/// An engine on a thread of this process. It ends when its input is closed, as the program does.
#[cfg(feature = "engine")]
fn here(serve: fn(PipeReader, PipeWriter)) -> Result<Wire> {
    let failed = |cause| Error::new(ErrorKind::Engine, "could not start the engine on a thread").because(cause);
    let (requests, input) = std::io::pipe().map_err(failed)?;
    let (output, answers) = std::io::pipe().map_err(failed)?;
    std::thread::Builder::new().name("ml_board engine".to_owned()).spawn(move || serve(requests, answers)).map_err(failed)?;
    Wire::new(Box::new(input), Box::new(output), None, None)
}

/// The named engine, or the first that is right, or one built now.
fn program(places: &Places, say: &dyn Fn(&str)) -> Result<Wire> {
    if let Some(named) = &places.named {
        return right(named, &places.home)?.map_err(|why| {
            Error::new(ErrorKind::Engine, why)
                .because("it was named as the engine to use, by ML_BOARD_ENGINE or Board::builder().engine(..)")
                .help(format!("name none, and the right one is found or built; or bring it up to date: {}", install_line()))
        });
    }
    let recipe = Recipe::new(places)?;
    let mut found = places.installed();
    found.extend(Some(recipe.program()).filter(|built| is_program(built)));
    for candidate in &found {
        match right(candidate, &places.home) {
            Ok(Ok(wire)) => return Ok(wire),
            Ok(Err(why)) => say(&format!("{why}; it is not used. This brings it up to date:\n{}", install_line())),
            Err(error) => say(&error.to_string()),
        }
    }
    let built = recipe.build(say)?;
    right(&built, &places.home)?
        .map_err(|why| Error::new(ErrorKind::Engine, why).help(format!("remove it, and it is built anew: {}", built.display())))
}

/// An engine that a notebook of this version would find, and what is wrong with it.
#[cfg(feature = "engine")]
pub(crate) struct Found {
    pub(crate) program: PathBuf,
    pub(crate) wrong: Option<String>,
    /// Whether it was named, so that no other one is tried.
    pub(crate) named: bool,
}

/// The engines that a notebook would try, in order.
#[cfg(feature = "engine")]
pub(crate) fn engines() -> Result<Vec<Found>> {
    let places = Places::here(None)?;
    let named = places.named.is_some();
    let look = |program: PathBuf| {
        let wrong = right(&program, &places.home).map_or_else(|error| Some(error.to_string()), Result::err);
        Found { program, wrong, named }
    };
    Ok(places.programs().into_iter().map(look).collect())
}

/// The engine started, if it is one of this version; else what it is instead.
fn right(program: &Path, home: &Path) -> Result<Result<Wire, String>> {
    let (mut child, log) = start(program, &["engine".as_ref()], home)?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Error::new(ErrorKind::Engine, format!("{} has no stdin and stdout", program.display())));
    };
    let wire = Wire::new(Box::new(input), Box::new(output), Some(child), log)?;
    let program = program.display();
    Ok(match wire.hello() {
        Ok(()) => Ok(wire),
        Err(Mismatch::Version(theirs)) => {
            let ours = format!("{} (protocol {})", env!("CARGO_PKG_VERSION"), super::protocol::PROTOCOL);
            Err(format!("the engine {program} has version {theirs}, and this library {ours}"))
        }
        Err(Mismatch::Stranger(error)) => Err(format!("{program} is not an engine of ml_board: {error}")),
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
