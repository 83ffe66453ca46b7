//! Which runs pages want beyond those that matter by themselves: a person narrowed the runs there, or asked for all.

use std::collections::{BTreeSet, HashSet};

use serde::Deserialize;

use crate::display::Scope;
use crate::model::{Run, RunId};
use crate::query::{Filter, Matcher};
use crate::render::{self, choose};

/// Pages whose wishes are kept, of one view: the latest.
const PAGES: usize = 16;

/// What the pages of a view want of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Wishes {
    /// The latest at the end.
    wishes: Vec<Wish>,
    /// Counts the changes.
    pub(super) revision: u64,
}

/// What one page wants of one board.
#[derive(Debug, Clone)]
struct Wish {
    page: String,
    /// [`render::board_id`].
    board: String,
    what: What,
}

#[derive(Debug, Clone, PartialEq)]
struct What {
    filter: Filter,
    /// Empty: every one that the filter holds for.
    ids: HashSet<RunId>,
    /// How many curves of them a plot gets at most.
    most: usize,
}

/// As a page says it.
#[derive(Deserialize)]
struct Said {
    /// A filter's text; empty: none.
    filter: String,
    /// The selected runs.
    ids: Vec<RunId>,
    /// The curves of all runs, whatever else is said.
    all: bool,
}

impl Said {
    /// `None`: nothing is wanted.
    fn what(self) -> crate::error::Result<Option<What>> {
        let Said { filter, ids, all } = self;
        if all {
            return Ok(Some(What { filter: Filter::All, ids: HashSet::new(), most: choose::ALL }));
        }
        let narrowed = !filter.is_empty() || !ids.is_empty();
        let filter = if filter.is_empty() { Filter::All } else { Filter::parse(&filter)? };
        Ok(narrowed.then(|| What { filter, ids: ids.into_iter().collect(), most: choose::CURVES }))
    }
}

/// Some of the runs of a scope, and how many of them a plot gets at most.
pub(super) struct Extra {
    pub(super) runs: BTreeSet<RunId>,
    pub(super) most: usize,
}

impl Wishes {
    /// Takes what a page wants of a board now, instead of what it wanted before. `false`: the text says nothing of that kind.
    pub(super) fn take(&mut self, page: &str, board: &str, json: &[u8]) -> bool {
        let said = serde_json::from_slice::<Said>(json).ok().and_then(|said| said.what().ok());
        let (Some(what), true) = (said, page.len().max(board.len()) <= 64) else { return false };
        let before = self.wishes.iter().position(|wish| wish.page == page && wish.board == board);
        let before = before.map(|place| self.wishes.remove(place).what);
        self.revision += u64::from(before != what);
        if let Some(what) = what {
            self.wishes.push(Wish { page: page.to_owned(), board: board.to_owned(), what });
        }
        if self.wishes.len() > PAGES {
            self.wishes.remove(0);
        }
        true
    }

    /// What is wanted of these runs of a scope.
    pub(super) fn among(&self, scope: &Scope, runs: &[Run]) -> Vec<Extra> {
        if self.wishes.is_empty() {
            return Vec::new();
        }
        let board = render::board_id(scope);
        let extra = |What { filter, ids, most }: &What| {
            let matcher = Matcher::new(filter);
            let wanted = runs.iter().filter(|run| (ids.is_empty() || ids.contains(&run.id)) && matcher.matches(run));
            Extra { runs: wanted.map(|run| run.id).collect(), most: *most }
        };
        self.wishes.iter().filter(|wish| wish.board == board).map(|wish| extra(&wish.what)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Time, Value};

    fn scope(folder: &str) -> Scope {
        Scope { store: "s".into(), database: "d".into(), folder: folder.into(), filter: Filter::All }
    }

    fn runs() -> Vec<Run> {
        let run = |n: u8| {
            let mut run = Run::new(RunId::from_bytes([n; 12]), "f", n.to_string(), Time(0));
            run.params.insert("lr".into(), Value::Int(n.into()));
            run
        };
        (0..5).map(run).collect()
    }

    fn names(wishes: &Wishes) -> Vec<(Vec<u8>, usize)> {
        let extra = wishes.among(&scope("f"), &runs());
        extra.into_iter().map(|Extra { runs, most }| (runs.iter().map(|run| run.bytes()[0]).collect(), most)).collect()
    }

    #[test]
    fn each_page_wants_what_it_said_last() {
        let (mut wishes, board) = (Wishes::default(), render::board_id(&scope("f")));
        let said = |filter: &str, ids: &[u8], all: bool| {
            let ids: Vec<RunId> = ids.iter().map(|n| RunId::from_bytes([*n; 12])).collect();
            serde_json::json!({ "filter": filter, "ids": ids, "all": all }).to_string().into_bytes()
        };
        assert!(wishes.take("one", &board, &said("lr >= 1 and lr < 4", &[], false)));
        assert!(wishes.take("other", &board, &said("", &[4, 0], false)));
        assert!(wishes.take("other", "another board", &said("", &[1], false)));
        assert_eq!(names(&wishes), [(vec![1, 2, 3], choose::CURVES), (vec![0, 4], choose::CURVES)]);
        let before = wishes.revision;
        assert!(wishes.take("one", &board, &said("lr >= 1 and lr < 4", &[], false)));
        assert_eq!(wishes.revision, before, "nothing is new");
        assert!(wishes.take("one", &board, &said("lr >= 1", &[0, 1], false)));
        assert!(wishes.take("other", &board, &said("", &[], true)));
        assert_eq!(names(&wishes), [(vec![1], choose::CURVES), (vec![0, 1, 2, 3, 4], choose::ALL)]);
        for page in ["one", "other"] {
            assert!(wishes.take(page, &board, &said("", &[], false)));
        }
        assert!(names(&wishes).is_empty());
        assert_eq!(wishes.revision, before + 4);
        for wrong in [&b"[]"[..], b"{}", &said("lr >", &[], false), br#"{"filter":"","ids":["x"],"all":false}"#] {
            assert!(!wishes.take("one", &board, wrong), "{}", String::from_utf8_lossy(wrong));
        }
        (0..100).for_each(|page| assert!(wishes.take(&page.to_string(), &board, &said("", &[1], false))));
        assert_eq!(names(&wishes).len(), PAGES, "pages that said nothing for long make room");
    }
}
