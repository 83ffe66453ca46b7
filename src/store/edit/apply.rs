//! Carrying an edit out, taking it back, and what died half way.

use std::collections::{HashMap, HashSet};

use bson::{Bson, Document};

use super::fields::{Draft, Field};
use super::moving::{self, DocumentChange};
use super::record::{By, Header, Lock, State, document, documents_pieces, fields_piece, piece_id};
use super::{Documents, Part, points};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{EditPlan, PastEdit, RunId, Undone};
use crate::query::Change;
use crate::store::Place;

/// How many runs are read, and written down, at once.
const BATCH: usize = 256;
/// How many rows a plan shows.
const ROWS: usize = 200;
/// How many runs an error names.
const SAID: usize = 8;
/// How often a run that somebody changes at the same moment is tried.
const TRIES: usize = 100;

/// What is to be done, to which runs.
pub(crate) struct Order<'a> {
    pub(crate) place: Place<'a>,
    pub(crate) runs: &'a [RunId],
    pub(crate) changes: &'a [Change],
    pub(crate) why: Option<&'a str>,
    /// Whether stale runs count as ended.
    pub(crate) stale: bool,
    pub(crate) by: By,
}

/// What the edit would change.
pub(crate) fn preview(documents: &dyn Documents, order: &Order<'_>) -> Result<EditPlan> {
    mend(documents, order.place, &order.by)?;
    plan(documents, order)
}

fn plan(documents: &dyn Documents, order: &Order<'_>) -> Result<EditPlan> {
    let words = order.changes.iter().map(ToString::to_string).collect();
    let mut plan = EditPlan { changes: words, of: order.runs.len(), ..EditPlan::default() };
    let mut refused = Vec::new();
    for batch in order.runs.chunks(BATCH) {
        for mut draft in drafts(documents, order, batch)? {
            let look = look(documents, order, &mut draft)?;
            refused.extend(draft.refused.as_ref().map(|why| format!("`{}`: {why}", draft.name)));
            plan.waits.extend(look.waits(&draft, order).then(|| format!("`{}`", draft.name)));
            plan.runs += usize::from(look.changes(&draft));
            let room = ROWS.saturating_sub(plan.rows.len());
            plan.more += draft.rows.len().saturating_sub(room);
            plan.rows.extend(draft.rows.into_iter().take(room));
        }
    }
    if refused.is_empty() {
        return Ok(plan);
    }
    let some = refused.iter().take(SAID).cloned().collect::<Vec<_>>().join("\n");
    Err(Error::new(ErrorKind::Input, format!("{} cannot be done to {} of the runs", plan.changes.join(", "), refused.len()))
        .because(some)
        .help("narrow the board to the others by a filter, or mend these first"))
}

/// What an edit does to a run beside its fields.
struct Look {
    points: Vec<DocumentChange>,
    /// Whether it moves or is deleted.
    goes: bool,
}

impl Look {
    fn changes(&self, draft: &Draft) -> bool {
        self.goes || !self.points.is_empty() || !draft.fields.is_empty()
    }

    /// Whether the run's end must be waited for.
    fn waits(&self, draft: &Draft, order: &Order<'_>) -> bool {
        draft.lives && !(order.stale && draft.silent) && (self.goes || !self.points.is_empty())
    }
}

fn look(documents: &dyn Documents, order: &Order<'_>, draft: &mut Draft) -> Result<Look> {
    let points = points::changed(documents, order.place, order.changes, draft)?;
    let mut goes = false;
    for change in order.changes {
        match change {
            Change::MoveTo(folder) if folder != order.place.folder => {
                let to = Place { folder, ..order.place };
                if !documents.whole_runs(to, &[draft.run])?.is_empty() {
                    draft.refused = Some(format!("`{folder}` has a run with its identity"));
                }
                draft.row("folder", order.place.folder.to_owned(), folder.clone());
                goes = true;
            }
            Change::Delete => {
                let said = draft.said();
                draft.row("run", said, "deleted".to_owned());
                goes = true;
            }
            _ => {}
        }
    }
    Ok(Look { points, goes })
}

/// The error of an edit that must wait.
fn wait(waits: &[String]) -> Error {
    let names = waits.iter().take(SAID).cloned().collect::<Vec<_>>().join(", ");
    let more = if waits.len() > SAID { format!(", and {} more", waits.len() - SAID) } else { String::new() };
    Error::new(ErrorKind::Input, "points of a run that still runs cannot be edited, nor can it be moved or deleted; nothing was changed")
        .because(format!("these have not ended: {names}{more}"))
        .help("wait for their end (or narrow the board: `status != running`); for one whose program died, `ml_board sync` on its machine ends it, \
               or, if that machine is gone for good, say so by `with_stale`")
}

/// The runs of a batch with what the changes do to the fields of each, in the order of the batch.
fn drafts(documents: &dyn Documents, order: &Order<'_>, batch: &[RunId]) -> Result<Vec<Draft>> {
    let found = documents.whole_runs(order.place, batch)?;
    let mut drafts = found.iter().map(|run| Ok(Draft::new(run)?.with(order.changes))).collect::<Result<Vec<_>>>()?;
    let places: HashMap<RunId, usize> = batch.iter().enumerate().map(|(place, run)| (*run, place)).collect();
    drafts.sort_by_key(|draft| places.get(&draft.run).copied());
    Ok(drafts)
}

/// Makes the edit; `None` if it would change nothing.
///
/// An error in the middle takes back what was done; if the store is away, whoever edits the folder next does.
pub(crate) fn apply(documents: &dyn Documents, order: &Order<'_>) -> Result<Option<PastEdit>> {
    let mut lock = Lock::take(documents, order.place, &order.by)?;
    finish(documents, order.place, &mut lock)?;
    let plan = plan(documents, order)?;
    if plan.runs == 0 {
        return Ok(None);
    }
    if !plan.waits.is_empty() {
        return Err(wait(&plan.waits));
    }
    let last = headers(documents, order.place)?.last().map(|last| last.at);
    let mut header = Header::new(plan.changes, order.why, &order.by, last);
    header.whole = order.changes.iter().any(Change::needs_end);
    header.store(documents, order.place, State::Applying)?;
    let done = Work { documents, order, header: &mut header, lock: &mut lock, pieces: 0 }.run();
    let done = done.and_then(|()| header.store(documents, order.place, State::Applied));
    match done {
        Ok(()) => Ok(Some(header.told())),
        Err(error) => Err(match take_back(documents, order.place, &mut header, &mut lock) {
            Ok(_) => error.and_help("nothing was changed"),
            Err(_) => error.and_help("what was changed so far is taken back when the folder is edited next"),
        }),
    }
}

/// An edit that is being made.
struct Work<'a, 'b> {
    documents: &'a dyn Documents,
    order: &'a Order<'a>,
    header: &'a mut Header,
    lock: &'a mut Lock<'b>,
    pieces: usize,
}

impl Work<'_, '_> {
    fn run(mut self) -> Result<()> {
        if self.header.whole {
            return self.order.runs.iter().try_for_each(|run| self.whole(*run));
        }
        for batch in self.order.runs.chunks(BATCH) {
            let drafts = drafts(self.documents, self.order, batch)?;
            let mut changed: Vec<&Draft> = drafts.iter().filter(|draft| !draft.fields.is_empty()).collect();
            self.write_down(&changed)?;
            self.header.runs.extend(changed.iter().map(|draft| draft.run));
            let mut again = Vec::new();
            for draft in changed.drain(..) {
                self.lock.beat()?;
                if !self.documents.swap(self.order.place, draft.run, &draft.swaps())? {
                    again.push(draft.run);
                }
            }
            again.into_iter().try_for_each(|run| self.again(run))?;
        }
        Ok(())
    }

    /// A run that somebody changed between our look and our change: looked at anew.
    fn again(&mut self, run: RunId) -> Result<()> {
        for _ in 0..TRIES {
            let drafts = drafts(self.documents, self.order, &[run])?;
            let Some(draft) = drafts.first().filter(|draft| !draft.fields.is_empty()) else { return Ok(()) };
            self.write_down(&[draft])?;
            if self.documents.swap(self.order.place, run, &draft.swaps())? {
                return Ok(());
            }
            self.lock.beat()?;
        }
        Err(Error::new(ErrorKind::Store, format!("the run {run} could not be changed"))
            .because(format!("somebody else changed it at each of {TRIES} attempts")))
    }

    /// A run whose points change, or which goes as a whole. Nobody else writes to it: it has ended.
    fn whole(&mut self, run: RunId) -> Result<()> {
        let (documents, place) = (self.documents, self.order.place);
        let Some(mut draft) = drafts(documents, self.order, &[run])?.pop() else { return Ok(()) };
        self.lock.beat()?;
        let look = look(documents, self.order, &mut draft)?;
        if look.waits(&draft, self.order) {
            return Err(wait(&[format!("`{}`", draft.name)]));
        }
        if !look.changes(&draft) {
            return Ok(());
        }
        self.header.runs.push(run);
        self.write_down(&[&draft])?;
        self.remember(&look.points)?;
        moving::carry_out(documents, place.database, &look.points)?;
        let swaps = draft.swaps();
        if !swaps.is_empty() && !documents.swap(place, run, &swaps)? {
            let what = format!("somebody else changed the run `{}` at the same moment", draft.name);
            return Err(Error::new(ErrorKind::Store, what).help("try again"));
        }
        if !look.goes {
            return Ok(());
        }
        let deleted = self.order.changes.contains(&Change::Delete);
        let to = moving::target(place, self.order.changes).filter(|_| !deleted);
        if let Some(to) = to {
            documents.ensure_folder(to)?;
            moving::copy_blobs(documents, place, to, run)?;
        }
        let all = moving::of_run(documents, place, run, to)?;
        self.remember(&all)?;
        moving::carry_out(documents, place.database, &all)
    }

    fn remember(&mut self, changes: &[DocumentChange]) -> Result<()> {
        let pieces = documents_pieces(self.header.id, self.pieces, moving::encode(changes)?)?;
        self.pieces += pieces.len();
        pieces.into_iter().try_for_each(|piece| self.documents.put(self.order.place, Part::Edits, &[piece]))
    }

    fn write_down(&mut self, drafts: &[&Draft]) -> Result<()> {
        let fields: Vec<(RunId, &Field)> =
            drafts.iter().flat_map(|draft| draft.fields.iter().map(|field| (draft.run, field))).collect();
        if fields.is_empty() {
            return Ok(());
        }
        self.pieces += 1;
        let piece = fields_piece(self.header.id, self.pieces, &fields)?;
        self.documents.put(self.order.place, Part::Edits, &[piece])
    }
}

/// Takes an edit back.
pub(crate) fn undo(documents: &dyn Documents, place: Place<'_>, id: &str, by: &By) -> Result<Undone> {
    let mut lock = Lock::take(documents, place, by)?;
    finish(documents, place, &mut lock)?;
    let headers = headers(documents, place)?;
    let unknown = || {
        let known = headers.iter().rev().take(8).map(|header| header.id.to_hex()).collect::<Vec<_>>();
        let error = Error::new(ErrorKind::NotFound, format!("no edit `{id}` of the folder `{}`", place.folder));
        if known.is_empty() {
            error.because("it was never edited")
        } else {
            error.because(format!("its last are: {}", known.join(", ")))
        }
    };
    let mut header = headers.iter().find(|header| header.id.to_hex() == id).cloned().ok_or_else(unknown)?;
    if header.state == State::Undone {
        return Err(Error::new(ErrorKind::Input, format!("the edit `{id}` was undone already")));
    }
    if header.whole {
        undoable(documents, place, &header, &headers)?;
    }
    take_back(documents, place, &mut header, &mut lock)
}

/// Whether documents can be put back: nobody logs to the runs, and no later edit rewrote them.
fn undoable(documents: &dyn Documents, place: Place<'_>, header: &Header, headers: &[Header]) -> Result<()> {
    let cannot =
        |why: String| Error::new(ErrorKind::Input, format!("the edit `{}` cannot be undone", header.id.to_hex())).because(why);
    let runs: HashSet<RunId> = header.runs.iter().copied().collect();
    let later = |other: &&Header| other.whole && other.state == State::Applied && other.runs.iter().any(|run| runs.contains(run));
    let mut after = headers.iter().rev().take_while(|other| other.id != header.id);
    if let Some(other) = after.find(later) {
        return Err(cannot(format!("`{}` came later, on the same runs", other.id.to_hex())).help("undo that one first"));
    }
    let mut lives = Vec::new();
    for batch in header.runs.chunks(BATCH) {
        for run in documents.whole_runs(place, batch)? {
            let draft = Draft::new(&run)?;
            lives.extend((draft.lives && !draft.silent).then(|| format!("`{}`", draft.name)));
        }
    }
    if !lives.is_empty() {
        return Err(cannot(format!("these runs have not ended: {}", lives.join(", "))).help("wait for their end"));
    }
    let mut pieces = 1;
    while let Some(piece) = documents.edit_document(place, &piece_id(header.id, pieces))? {
        pieces += 1;
        for one in document(&piece)?.get_array("documents").into_iter().flatten().filter_map(Bson::as_document) {
            if let Some(why) = moving::changed_since(documents, place, one)? {
                return Err(cannot(why).help("what was done to it since would be lost"));
            }
        }
    }
    Ok(())
}

/// The edits of a folder, oldest first.
pub(crate) fn history(documents: &dyn Documents, place: Place<'_>, by: &By) -> Result<Vec<PastEdit>> {
    mend(documents, place, by)?;
    Ok(headers(documents, place)?.iter().map(Header::told).collect())
}

fn headers(documents: &dyn Documents, place: Place<'_>) -> Result<Vec<Header>> {
    let mut headers = documents.edits(place)?.iter().map(|header| Header::read(header)).collect::<Result<Vec<_>>>()?;
    headers.sort_by_key(|header| (header.at, header.id));
    Ok(headers)
}

/// Takes back what died half way, if there is such a thing and nobody edits now.
fn mend(documents: &dyn Documents, place: Place<'_>, by: &By) -> Result<()> {
    if !headers(documents, place)?.iter().any(Header::unfinished) {
        return Ok(());
    }
    let mut lock = Lock::take(documents, place, by)?;
    finish(documents, place, &mut lock)
}

/// The same for who holds the lock: nobody else is at it.
fn finish(documents: &dyn Documents, place: Place<'_>, lock: &mut Lock<'_>) -> Result<()> {
    for mut header in headers(documents, place)?.into_iter().rev().filter(Header::unfinished) {
        take_back(documents, place, &mut header, lock)?;
    }
    Ok(())
}

fn take_back(documents: &dyn Documents, place: Place<'_>, header: &mut Header, lock: &mut Lock<'_>) -> Result<Undone> {
    header.store(documents, place, State::Undoing)?;
    let mut undone = Undone { runs: header.runs.len(), ..Undone::default() };
    let mut pieces = 0;
    while documents.edit_document(place, &piece_id(header.id, pieces + 1))?.is_some() {
        pieces += 1;
    }
    // A run that somebody changed at the same moment was written down once for each attempt: the last one is what was done.
    let mut seen = HashSet::new();
    for piece in (1..=pieces).rev() {
        let Some(piece) = documents.edit_document(place, &piece_id(header.id, piece))? else { continue };
        let piece = document(&piece)?;
        let whole: Vec<&Document> = piece.get_array("documents").into_iter().flatten().filter_map(Bson::as_document).collect();
        lock.beat()?;
        moving::take_back(documents, place.database, &whole)?;
        let mut fields: Vec<(RunId, Vec<Field>)> = Vec::new();
        for (run, field) in
            piece.get_array("fields").into_iter().flatten().filter_map(|field| Field::decode(field.as_document()?))
        {
            match fields.last_mut().filter(|(last, _)| *last == run) {
                Some((_, fields)) => fields.push(field),
                None => fields.push((run, vec![field])),
            }
        }
        for (run, fields) in fields.into_iter().filter(|(run, _)| seen.insert(*run)) {
            lock.beat()?;
            fields_back(documents, place, run, &fields, &mut undone.kept)?;
        }
    }
    header.store(documents, place, State::Undone)?;
    Ok(undone)
}

fn fields_back(documents: &dyn Documents, place: Place<'_>, run: RunId, fields: &[Field], kept: &mut Vec<String>) -> Result<()> {
    for _ in 0..TRIES {
        // A run that was deleted since has nothing to put back.
        let Some(found) = documents.whole_runs(place, &[run])?.pop() else { return Ok(()) };
        let mut draft = Draft::new(&found)?;
        let mut changed = Vec::new();
        draft.take_back(fields, &mut changed);
        let swaps = draft.swaps();
        if swaps.is_empty() || documents.swap(place, run, &swaps)? {
            kept.extend(changed);
            return Ok(());
        }
    }
    Err(Error::new(ErrorKind::Store, format!("the run {run} could not be put back"))
        .because(format!("somebody else changed it at each of {TRIES} attempts")))
}

#[cfg(test)]
mod tests {
    use bson::oid::ObjectId;

    use super::*;
    use crate::store::Local;

    /// Two programs edited within one second, and the later one's id is the lesser.
    #[test]
    fn edits_are_in_the_order_in_which_they_were_made() {
        let (store, place, by) = (Local::in_memory(), Place { database: "db", folder: "f" }, By::here("node7"));
        for lot in [9, 5, 1] {
            let last = headers(&store, place).unwrap().last().map(|last| last.at);
            let mut header = Header::new(vec![lot.to_string()], None, &by, last);
            header.id = ObjectId::from_bytes([7, 7, 7, 7, lot, 0, 0, 0, 0, 0, 0, 0]);
            header.store(&store, place, State::Applied).unwrap();
        }
        let what: Vec<String> = history(&store, place, &by).unwrap().into_iter().flat_map(|edit| edit.changes).collect();
        assert_eq!(what, ["9", "5", "1"]);
    }
}
