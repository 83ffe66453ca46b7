//! Answers one request at a time; what several have in common is in [`Stores`].

use std::sync::Arc;

use super::gather::show;
use super::live::Hub;
use super::{edits, hidden, notes};
use crate::client::protocol::{Answer, Ask};
use crate::display::{Page, Scope};
use crate::error::Result;
use crate::model::RunId;
use crate::query::{Catalog, Filter, check};
use crate::render::board_id;
use crate::store::read::Place;

/// From so many of the newest runs it is learnt which names there are.
const SOME: u32 = 100;

#[derive(Default)]
pub(super) struct Desk {
    hub: Arc<Hub>,
}

impl Desk {
    pub(super) fn answer(&self, ask: Ask) -> Answer {
        self.try_answer(ask).unwrap_or_else(|error| Answer::Failed { error })
    }

    /// Waits as long as pages still ask.
    pub(super) fn linger(&self) {
        self.hub.linger();
    }

    fn try_answer(&self, ask: Ask) -> Result<Answer> {
        match ask {
            // Answered by the loop, without a thread.
            Ask::Hello { .. } => Ok(Answer::Known),
            Ask::Open { uri, database, folder, empty } => {
                self.open(uri.as_deref(), Place { database: &database, folder: &folder }, empty)
            }
            Ask::Know { store, uri } => {
                self.hub.stores.know(&store, uri.as_deref())?;
                Ok(Answer::Known)
            }
            Ask::Check { scope, filter, text } => {
                let store = self.hub.stores.get(&scope.store)?;
                // What the newest runs bear out, all do. What they do not, an older one may; and suggestions are made from all names.
                if check(&filter, text.as_deref(), &Catalog::of(&store.newest(place(&scope), SOME)?)).is_err() {
                    check(&filter, text.as_deref(), &Catalog::of(&store.runs(place(&scope), &Filter::All)?))?;
                }
                for query in filter.mongo_queries() {
                    // What is wrong with it only the server knows.
                    store.runs(place(&scope), &Filter::Mongo(query.to_owned()))?;
                }
                Ok(Answer::Checked { filter })
            }
            Ask::Show { view, page } => {
                let bundle = match page {
                    Page::Cell | Page::Shared => self.hub.cell(&view, page)?,
                    _ => show(&view, page, &|handle| self.hub.stores.get(handle))?,
                };
                Ok(Answer::Shown { bundle })
            }
            Ask::Runs { scope } => {
                let (runs, _) = hidden::runs(self.hub.stores.get(&scope.store)?.as_ref(), place(&scope), &scope.filter)?;
                Ok(Answer::Runs { runs })
            }
            Ask::Selected { scope } => {
                let selected = self.hub.selections.of(&board_id(&scope));
                let (runs, _) = hidden::runs(self.hub.stores.get(&scope.store)?.as_ref(), place(&scope), &scope.filter)?;
                let of = |id: &RunId| runs.iter().find(|run| run.id == *id).cloned();
                Ok(Answer::Runs { runs: selected.iter().filter_map(of).collect() })
            }
            Ask::Series { scope, tag } => {
                let store = self.hub.stores.get(&scope.store)?;
                let (runs, _) = hidden::runs(store.as_ref(), place(&scope), &scope.filter)?;
                let series = store.series(place(&scope), &runs.iter().collect::<Vec<_>>(), &tag)?;
                if series.is_empty() {
                    notes::known_metric(store.as_ref(), place(&scope), &tag)?;
                }
                Ok(Answer::Series { series })
            }
            Ask::Preview { edit } => {
                Ok(Answer::Previewed { preview: edits::preview(&*self.hub.stores.whole(&edit.scope.store)?, &edit)? })
            }
            Ask::Apply { edit } => {
                Ok(Answer::Applied { edit: edits::apply(&*self.hub.stores.whole(&edit.scope.store)?, &edit)? })
            }
            Ask::Undo { scope, id } => {
                Ok(Answer::Undone { undone: edits::undo(&*self.hub.stores.whole(&scope.store)?, &scope, &id)? })
            }
            Ask::Edits { scope } => Ok(Answer::Edits { edits: edits::history(&*self.hub.stores.whole(&scope.store)?, &scope)? }),
            Ask::Connect { uri } => {
                let (address, notes) = self.hub.stores.resolve(uri.as_deref())?;
                Ok(Answer::Opened { store: address.target(), notes })
            }
            Ask::Folders { store, database } => Ok(Answer::Names { names: self.hub.stores.get(&store)?.folders(&database)? }),
            Ask::Databases { store } => Ok(Answer::Names { names: self.hub.stores.get(&store)?.databases()? }),
        }
    }

    fn open(&self, uri: Option<&str>, place: Place<'_>, empty: bool) -> Result<Answer> {
        let (address, mut notes) = self.hub.stores.resolve(uri)?;
        let target = address.target();
        let waits = |error| notes::and_what_waits(error, &target);
        let read = self.hub.stores.get(&target).map_err(waits)?;
        // The first question finds out whether the store answers at all.
        read.folders(place.database).map_err(waits)?;
        notes.extend(self.hub.stores.recover(&address));
        let folders = read.folders(place.database)?;
        if !empty && !folders.iter().any(|known| known == place.folder) && !notes::expected(&target, place) {
            return Err(notes::unknown_folder(read.as_ref(), &address, place, &folders));
        }
        notes.extend(notes::waiting(&target));
        notes.extend(self.hub.relay_trouble());
        notes.extend(notes::also_local(&address, place));
        Ok(Answer::Opened { store: target, notes })
    }
}

fn place(scope: &Scope) -> Place<'_> {
    Place { database: &scope.database, folder: &scope.folder }
}

#[cfg(test)]
mod tests;
