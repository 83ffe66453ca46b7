//! Corrections: what is wrong on runs that are stored, put right, and undone again if need be.

use std::fmt;

use super::Board;
use crate::client::protocol::{Answer, Ask};
use crate::client::unexpected;
use crate::display::{Bundle, EditSpec, PreviewSpec, Scope};
use crate::error::{Error, Result};
use crate::model::{EditPlan, PastEdit, Undone, Value};
use crate::query::{Change, Filter, IntoFilter};

/// What is to be changed on the runs of a board. Made by [`Board::edit`]; each method gives a new one, and nothing happens before
/// [`apply`](Edit::apply).
///
/// ```no_run
/// # fn main() -> ml_board::Result<()> {
/// # let board = ml_board::Board::open("digits", "lr_search")?;
/// let edit = board.filter("lr == 0.1")?.edit().set_param("lr", 0.01).because("a slip of the finger");
/// println!("{}", edit.preview()?); // what it would change, on how many runs
/// let applied = edit.apply()?;
/// applied.undo()?; // and as it was
/// # Ok(())
/// # }
/// ```
///
/// The old values are kept in the database, in the collection `FOLDER.edits`, before anything is changed. Parameters, labels, notes,
/// names and [`mark_invalid`](Edit::mark_invalid) may be edited while a run is being logged: nothing of either side is lost, a correction
/// stays, and what the program logs under the same name later counts.
#[derive(Clone)]
pub struct Edit {
    board: Board,
    spec: EditSpec,
    /// The first thing that was said wrongly.
    mistake: Option<Error>,
}

impl Edit {
    fn new(board: Board) -> Edit {
        let spec = EditSpec { scope: board.scope.clone(), changes: Vec::new(), because: None, stale: false };
        Edit { board, spec, mistake: None }
    }

    fn with(&self, change: Change) -> Edit {
        let mut edit = self.clone();
        edit.spec.changes.push(change);
        edit
    }

    /// Sets a hyperparameter, on runs that have it and on those that do not. Takes numbers, text, truth values, and lists of them.
    #[must_use]
    pub fn set_param(&self, name: impl Into<String>, value: impl Into<Value>) -> Edit {
        self.with(Change::SetParam(name.into(), value.into()))
    }

    /// Gives a hyperparameter another name. A run that has both is an error.
    #[must_use]
    pub fn rename_param(&self, from: impl Into<String>, to: impl Into<String>) -> Edit {
        self.with(Change::RenameParam(from.into(), to.into()))
    }

    /// Takes a hyperparameter away.
    #[must_use]
    pub fn unset_param(&self, name: impl Into<String>) -> Edit {
        self.with(Change::UnsetParam(name.into()))
    }

    /// Adds a label.
    #[must_use]
    pub fn label(&self, label: impl Into<String>) -> Edit {
        self.with(Change::Label(label.into()))
    }

    /// Takes a label off.
    #[must_use]
    pub fn unlabel(&self, label: impl Into<String>) -> Edit {
        self.with(Change::Unlabel(label.into()))
    }

    /// Adds a line to the notes.
    #[must_use]
    pub fn note(&self, text: impl Into<String>) -> Edit {
        self.with(Change::Note(text.into()))
    }

    /// Gives the runs another name.
    #[must_use]
    pub fn rename_run(&self, name: impl Into<String>) -> Edit {
        self.with(Change::RenameRun(name.into()))
    }

    /// Marks the runs as invalid: they stay where they are, and no board shows or counts them any more but one
    /// [`with_invalid`](Board::with_invalid).
    #[must_use]
    pub fn mark_invalid(&self, why: impl Into<String>) -> Edit {
        self.with(Change::MarkInvalid(why.into()))
    }

    /// Takes the mark off again, and therefore looks among the invalid runs as well.
    #[must_use]
    pub fn mark_valid(&self) -> Edit {
        self.with(Change::MarkValid)
    }

    /// Gives a tag another name: the metric, images and histograms. A run that has metrics of both names is an error.
    ///
    /// This, what changes points, and what moves or deletes runs, waits for their end: [`apply`](Edit::apply) does nothing if one of
    /// them is still being logged, and names it.
    #[must_use]
    pub fn rename_tag(&self, from: impl Into<String>, to: impl Into<String>) -> Edit {
        self.with(Change::RenameTag(from.into(), to.into()))
    }

    /// Multiplies all values of a metric by a factor.
    #[must_use]
    pub fn scale_tag(&self, tag: impl Into<String>, factor: f64) -> Edit {
        self.with(Change::ScaleTag(tag.into(), factor))
    }

    /// Drops points of a metric: those that a condition on `value`, `step` and `wall` (the clock) holds for, `"value > 100"` or
    /// `"step < 10 and wall < '2026-11-22T14:00'"`; typed, `param("value").gt(100.0)`. A mistake in it is told by
    /// [`preview`](Edit::preview) and [`apply`](Edit::apply).
    #[must_use]
    pub fn drop_points(&self, tag: impl Into<String>, condition: impl IntoFilter) -> Edit {
        match condition.into_filter() {
            Ok(filter) => self.with(Change::DropPoints(tag.into(), filter)),
            Err(mistake) => Edit { mistake: Some(self.mistake.clone().unwrap_or(mistake)), ..self.clone() },
        }
    }

    /// Moves the runs, with all that belongs to them, to another folder of the database.
    #[must_use]
    pub fn move_to(&self, folder: impl Into<String>) -> Edit {
        self.with(Change::MoveTo(folder.into()))
    }

    /// Deletes the runs with all their points, images and texts. As with every edit they are kept in `FOLDER.edits`, and can be had back
    /// by undoing it.
    #[must_use]
    pub fn delete(&self) -> Edit {
        self.with(Change::Delete)
    }

    /// Says why, for whoever reads [`Board::edits`].
    #[must_use]
    pub fn because(&self, why: impl Into<String>) -> Edit {
        let mut edit = self.clone();
        edit.spec.because = Some(why.into());
        edit
    }

    /// Takes runs for ended that say they run and gave no sign of life for half a minute (`status == "stale"`), when points are edited or
    /// runs moved or deleted. If such a program wakes up after all, what it still logs may be lost, or put back what was corrected.
    #[must_use]
    pub fn with_stale(&self) -> Edit {
        let mut edit = self.clone();
        edit.spec.stale = true;
        edit
    }

    fn said(&self) -> Result<EditSpec> {
        self.mistake.clone().map_or_else(|| Ok(self.spec.clone()), Err)
    }

    /// What it would change, and on how many runs. Changes nothing.
    ///
    /// # Errors
    /// It names what no run has, or a run cannot take it; the store does not answer.
    pub fn preview(&self) -> Result<Preview> {
        match self.board.ask(Ask::Preview { edit: self.said()? })? {
            Answer::Previewed { preview } => Ok(Preview(preview)),
            other => Err(unexpected(&other)),
        }
    }

    /// Does it. Blocks until all of it is stored; an error leaves everything as it was, or, if the store went away in the middle, as soon
    /// as the folder is edited next.
    ///
    /// # Errors
    /// As [`preview`](Edit::preview), and if somebody else edits the folder at the moment.
    pub fn apply(&self) -> Result<Applied> {
        match self.board.ask(Ask::Apply { edit: self.said()? })? {
            Answer::Applied { edit } => Ok(Applied { board: self.board.clone(), edit }),
            other => Err(unexpected(&other)),
        }
    }
}

/// In words: `set lr = 0.01; label "fixed"`.
impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.spec.changes.iter().map(ToString::to_string).collect();
        f.write_str(&words.join("; "))
    }
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Edit").field(&self.to_string()).finish()
    }
}

/// What an edit would change: shown, a table of old and new values. Made by [`Edit::preview`].
#[derive(Debug, Clone)]
pub struct Preview(PreviewSpec);

impl Preview {
    /// How many runs would be changed.
    pub fn runs(&self) -> usize {
        self.0.plan.runs
    }

    /// All of it as plain data.
    pub fn plan(&self) -> &EditPlan {
        &self.0.plan
    }

    /// The output of a cell, by MIME type.
    pub fn bundle(&self) -> Bundle {
        self.0.bundle.clone().into()
    }

    /// Shows it as the output of a notebook's cell; the kernel calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        self.bundle().show();
    }
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.bundle.get("text/plain").map_or("", String::as_str))
    }
}

/// An edit that was made. Made by [`Edit::apply`].
#[derive(Clone)]
pub struct Applied {
    board: Board,
    edit: Option<PastEdit>,
}

impl Applied {
    /// By which it can be undone, also tomorrow: `board.undo(id)?`. None if there was nothing to change.
    pub fn id(&self) -> Option<&str> {
        self.edit.as_ref().map(|edit| edit.id.as_str())
    }

    /// How many runs it changed.
    pub fn runs(&self) -> usize {
        self.edit.as_ref().map_or(0, |edit| edit.runs)
    }

    /// Undoes it: everything is as it was, but for what somebody changed since.
    ///
    /// # Errors
    /// As [`Board::undo`].
    pub fn undo(&self) -> Result<Undone> {
        self.id().map_or_else(|| Ok(Undone::default()), |id| self.board.undo(id))
    }

    /// Shows it as the output of a notebook's cell; the kernel calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        Bundle::default().with("text/plain", self.to_string()).show();
    }
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.edit {
            Some(edit) => write!(f, "{edit}"),
            None => f.write_str("nothing to change: all runs are like that already"),
        }
    }
}

impl fmt::Debug for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Applied").field(&self.edit).finish()
    }
}

impl Board {
    /// Begins an edit of the runs of this board: what is wrong with them is put right.
    pub fn edit(&self) -> Edit {
        Edit::new(self.clone())
    }

    /// An edit that deletes all runs of a folder of this database, invalid ones as well; the folder is not listed any more then. Like every
    /// edit it does nothing before [`apply`](Edit::apply), and can be undone: `board.undo(id)?` on a board of that folder, which
    /// [`allow_empty`](crate::BoardBuilder::allow_empty) opens.
    pub fn remove_folder(&self, folder: impl Into<String>) -> Edit {
        let scope = Scope { folder: folder.into(), filter: Filter::valid_or_not(), ..self.scope.clone() };
        Board { scope, ..self.clone() }.edit().delete()
    }

    /// The edits of the folder, oldest first: what, when, who and why.
    pub fn edits(&self) -> Result<Vec<PastEdit>> {
        match self.ask(Ask::Edits { scope: self.scope.clone() })? {
            Answer::Edits { edits } => Ok(edits),
            other => Err(unexpected(&other)),
        }
    }

    /// Undoes an edit of this folder. A value that somebody changed since stays as it is now, and is named in the answer.
    ///
    /// # Errors
    /// There is no such edit, or it was undone before.
    pub fn undo(&self, id: impl AsRef<str>) -> Result<Undone> {
        match self.ask(Ask::Undo { scope: self.scope.clone(), id: id.as_ref().to_owned() })? {
            Answer::Undone { undone } => Ok(undone),
            other => Err(unexpected(&other)),
        }
    }

    /// The same board with the runs that were marked as invalid, which are left out otherwise.
    /// (It is the filter `invalid in [false, true]`; a filter that names `invalid` decides by itself.)
    #[must_use]
    pub fn with_invalid(&self) -> Board {
        let filter = self.scope.filter.clone().and(Filter::valid_or_not());
        Board { scope: Scope { filter, ..self.scope.clone() }, ..self.clone() }
    }
}
