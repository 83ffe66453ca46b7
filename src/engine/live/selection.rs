//! What is selected on pages, by board: the one thing that a page tells the engine. It lives as long as the engine.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::model::RunId;

/// Boards and runs that are kept at most: a page cannot fill the memory.
const BOARDS: usize = 256;
const RUNS: usize = 10_000;

#[derive(Default)]
pub(in crate::engine) struct Selections {
    by_board: Mutex<HashMap<String, Vec<RunId>>>,
}

impl Selections {
    /// Keeps what was selected, from the JSON array of ids that a page sent. `false`: it is none.
    pub(super) fn keep(&self, board: &str, json: &[u8]) -> bool {
        let Ok(ids) = serde_json::from_slice::<Vec<String>>(json) else { return false };
        let Ok(ids) = ids.iter().map(|id| id.parse()).collect::<Result<Vec<RunId>, _>>() else { return false };
        let mut known = self.by_board.lock().unwrap_or_else(PoisonError::into_inner);
        if ids.len() > RUNS || board.len() > 64 || (known.len() >= BOARDS && !known.contains_key(board)) {
            return false;
        }
        known.insert(board.to_owned(), ids);
        true
    }

    /// The runs that are selected on the pages of a board ([`crate::render::board_id`]), in the order of their selection.
    pub(in crate::engine) fn of(&self, board: &str) -> Vec<RunId> {
        self.by_board.lock().unwrap_or_else(PoisonError::into_inner).get(board).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_selection_of_each_board_is_kept() {
        let selections = Selections::default();
        let (one, other) = (RunId::from_bytes([1; 12]), RunId::from_bytes([2; 12]));
        assert!(selections.keep("a", format!("[\"{one}\",\"{other}\"]").as_bytes()));
        assert!(selections.keep("b", b"[]"));
        assert_eq!((selections.of("a"), selections.of("b"), selections.of("c")), (vec![one, other], Vec::new(), Vec::new()));
        for wrong in ["{}", "[1]", "[\"x\"]", "", "[\"<script>\"]"] {
            assert!(!selections.keep("a", wrong.as_bytes()), "{wrong}");
        }
        assert_eq!(selections.of("a"), [one, other]);
        assert!(!selections.keep(&"x".repeat(65), b"[]"));
        assert!(!selections.keep("a", format!("[\"{one}\"{}]", format!(",\"{one}\"").repeat(RUNS)).as_bytes()));
    }
}
