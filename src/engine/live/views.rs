//! The views that pages show. Each is composed once a change, however many pages ask; a page that has an older version gets what
//! makes the newest of it, and one that has none gets all.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::patch;
use super::reader::{ANEW, locked};
use crate::display::{Scope, View};
use crate::engine::wishes::Wishes;
use crate::error::Result;
use crate::plain;

/// What is kept to bring a page up to date: so many patches, of so many bytes. A page that is further behind gets all.
const PATCHES: usize = 64;
const PATCH_BYTES: usize = 4 << 20;
/// Views at once: more than notebooks have outputs. Those that nobody asked for longest make room.
const VIEWS: usize = 1_000;

#[derive(Default)]
pub(super) struct Views {
    by_id: Mutex<HashMap<String, Arc<Shown>>>,
}

/// A view that some page shows.
pub(super) struct Shown {
    pub(super) view: View,
    state: Mutex<State>,
    asked: Mutex<Instant>,
    wishes: Mutex<Wishes>,
}

#[derive(Default)]
struct State {
    version: u64,
    /// What its scopes' folders, those beside them, and what pages want, were at when it was composed.
    revisions: Option<Vec<u64>>,
    composed: Option<(Instant, Duration)>,
    payload: Value,
    /// Each with the version that it makes.
    patches: VecDeque<(u64, String)>,
    running: bool,
}

/// A view as the relay writes it.
pub(super) struct Relayed {
    pub(super) version: u64,
    /// `[version that it makes, patch],…`, the newest at the end.
    pub(super) tail: String,
    pub(super) payload: Option<String>,
}

/// What composing a view came to.
pub(super) struct Composed {
    pub(super) payload: Value,
    /// Whether any of its runs still runs.
    pub(super) running: bool,
}

impl Views {
    /// Makes a view known under an id that only depends on what it shows.
    pub(super) fn know(&self, view: &View) -> (String, Arc<Shown>) {
        let id: String = Sha256::digest(plain::to_text(view)).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let mut views = locked(&self.by_id);
        if views.len() >= VIEWS && !views.contains_key(&id) {
            let oldest = views.iter().min_by_key(|(_, shown)| *locked(&shown.asked)).map(|(id, _)| id.clone());
            oldest.map(|oldest| views.remove(&oldest));
        }
        let fresh = || {
            let (state, wishes) = (Mutex::default(), Mutex::default());
            Arc::new(Shown { view: view.clone(), state, asked: Mutex::new(Instant::now()), wishes })
        };
        let shown = Arc::clone(views.entry(id.clone()).or_insert_with(fresh));
        (id, shown)
    }

    pub(super) fn get(&self, id: &str) -> Option<Arc<Shown>> {
        let shown = locked(&self.by_id).get(id).cloned()?;
        *locked(&shown.asked) = Instant::now();
        Some(shown)
    }

    /// Lets go of what was composed of views that no page asked for since: a page that was hidden for so long still comes back, and gets
    /// all. The scopes of the others.
    pub(super) fn tidy(&self, since: Duration) -> Vec<Scope> {
        let views: Vec<Arc<Shown>> = locked(&self.by_id).values().cloned().collect();
        let (seen, left): (Vec<_>, Vec<_>) = views.iter().partition(|shown| locked(&shown.asked).elapsed() < since);
        left.into_iter().for_each(|shown| locked(&shown.state).rest());
        seen.into_iter().flat_map(|shown| scopes(&shown.view).into_iter().cloned()).collect()
    }
}

/// The scopes of a view, each once.
pub(super) fn scopes(view: &View) -> Vec<&Scope> {
    fn collect<'a>(view: &'a View, found: &mut Vec<&'a Scope>) {
        if let View::Row(views) | View::Stack(views) = view {
            return views.iter().for_each(|view| collect(view, found));
        }
        found.extend(view.scope().filter(|scope| !found.contains(scope)).into_iter().collect::<Vec<_>>());
    }
    let mut found = Vec::new();
    collect(view, &mut found);
    found
}

/// Whether it tells of other folders than those of its scopes.
pub(super) fn beyond(view: &View) -> bool {
    match view {
        View::Row(views) | View::Stack(views) => views.iter().any(beyond),
        View::Thoughts(spec) => spec.everywhere,
        View::Dashboard(spec) => spec.everywhere,
        _ => false,
    }
}

impl Shown {
    /// What pages want of it.
    pub(super) fn wishes(&self) -> Wishes {
        locked(&self.wishes).clone()
    }

    /// Counts the changes of that.
    pub(super) fn wished(&self) -> u64 {
        locked(&self.wishes).revision
    }

    /// Takes what a page wants of one of its boards. `false`: it is nothing of the kind.
    pub(super) fn wish(&self, page: &str, board: &str, json: &[u8]) -> bool {
        locked(&self.wishes).take(page, board, json)
    }

    /// Takes what was just composed for a cell; the version that it is.
    pub(super) fn take(&self, revisions: Vec<u64>, composed: Composed) -> u64 {
        let mut state = locked(&self.state);
        state.take(revisions, composed, Duration::ZERO);
        state.version
    }

    /// What a page that has version `since` lacks, as fields of a JSON object.
    pub(super) fn since(
        &self,
        since: u64,
        look: impl FnOnce() -> Result<Vec<u64>>,
        compose: impl FnOnce() -> Result<Composed>,
    ) -> Result<String> {
        Ok(self.newest(look, compose)?.since(since))
    }

    /// Makes sure that it is composed of what is new; which version that is, and all of it.
    pub(super) fn whole(
        &self,
        look: impl FnOnce() -> Result<Vec<u64>>,
        compose: impl FnOnce() -> Result<Composed>,
    ) -> Result<(u64, Value)> {
        let state = self.newest(look, compose)?;
        Ok((state.version, state.payload.clone()))
    }

    /// What the relay writes: the newest patches, so many bytes at most, and the whole unless its file is of version `since` already.
    pub(super) fn relayed(
        &self,
        since: u64,
        bytes: usize,
        look: impl FnOnce() -> Result<Vec<u64>>,
        compose: impl FnOnce() -> Result<Composed>,
    ) -> Result<Relayed> {
        let state = self.newest(look, compose)?;
        let payload = (since != state.version).then(|| state.payload.to_string());
        Ok(Relayed { version: state.version, tail: state.tail(bytes), payload })
    }

    fn newest(
        &self,
        look: impl FnOnce() -> Result<Vec<u64>>,
        compose: impl FnOnce() -> Result<Composed>,
    ) -> Result<MutexGuard<'_, State>> {
        let mut state = locked(&self.state);
        let revisions = look()?;
        let due = beyond(&self.view) && state.composed.is_none_or(|(when, _)| when.elapsed() >= ANEW);
        if due || state.revisions.as_ref() != Some(&revisions) {
            let began = Instant::now();
            let composed = compose()?;
            state.take(revisions, composed, began.elapsed());
        }
        Ok(state)
    }

    /// Whether any run still runs, and how long it took to compose.
    pub(super) fn pace(&self) -> (bool, Duration) {
        let state = locked(&self.state);
        (state.running, state.composed.map_or(Duration::ZERO, |(_, took)| took))
    }
}

impl State {
    /// Keeps nothing but which version it was.
    fn rest(&mut self) {
        *self = State { version: self.version, ..State::default() };
    }

    fn take(&mut self, revisions: Vec<u64>, composed: Composed, took: Duration) {
        (self.revisions, self.running, self.composed) = (Some(revisions), composed.running, Some((Instant::now(), took)));
        if self.payload.is_null() {
            (self.version, self.payload) = (self.version + 1, composed.payload);
            return;
        }
        let Some(patch) = patch::diff(&self.payload, &composed.payload) else { return };
        self.payload = composed.payload;
        self.version += 1;
        self.patches.push_back((self.version, patch.to_string()));
        let mut bytes: usize = self.patches.iter().map(|(_, patch)| patch.len()).sum();
        while self.patches.len() > PATCHES || bytes > PATCH_BYTES {
            bytes -= self.patches.pop_front().map_or(bytes, |(_, patch)| patch.len());
        }
    }

    fn tail(&self, mut bytes: usize) -> String {
        let fits = |(_, patch): &&(u64, String)| {
            let fits = patch.len() <= bytes;
            bytes = bytes.saturating_sub(patch.len());
            fits
        };
        let newest: Vec<&(u64, String)> = self.patches.iter().rev().take_while(fits).collect();
        let steps: Vec<String> = newest.into_iter().rev().map(|(makes, patch)| format!("[{makes},{patch}]")).collect();
        steps.join(",")
    }

    fn since(&self, since: u64) -> String {
        let mut text = format!("\"version\":{}", self.version);
        let steps = || self.patches.iter().filter(|(makes, _)| *makes > since);
        let patched = since <= self.version && since > 0 && steps().count() as u64 == self.version - since;
        if since == self.version {
            return text;
        }
        if !patched {
            text.push_str(&format!(",\"payload\":{}", self.payload));
            return text;
        }
        let patches: Vec<&str> = steps().map(|(_, patch)| patch.as_str()).collect();
        text.push_str(",\"patches\":[");
        text.push_str(&patches.join(","));
        text.push(']');
        text
    }
}

/// The keys of these scopes' folders.
pub(super) fn folders(scopes: &[Scope]) -> HashSet<(String, String, String)> {
    scopes.iter().map(|scope| (scope.store.clone(), scope.database.clone(), scope.folder.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::display::TableSpec;
    use crate::query::Filter;

    fn view(folder: &str) -> View {
        let scope = Scope { store: "s".into(), database: "d".into(), folder: folder.into(), filter: Filter::All };
        View::Table(TableSpec { scope, columns: None, sort: Vec::new() })
    }

    #[test]
    fn a_page_gets_what_it_lacks_and_a_stranger_all() {
        let views = Views::default();
        let (id, shown) = views.know(&view("f"));
        assert_eq!(views.know(&view("f")).0, id);
        assert_ne!(views.know(&view("g")).0, id);
        let composed = |n: u64| Composed { payload: json!({ "n": n, "all": [1, 2, 3] }), running: true };
        assert_eq!(shown.take(vec![0], composed(0)), 1);
        let ask = |since: u64, revision: u64, n: u64| {
            let answer = shown.since(since, || Ok(vec![revision]), || Ok(composed(n))).unwrap();
            serde_json::from_str::<Value>(&format!("{{{answer}}}")).unwrap()
        };
        assert_eq!(ask(1, 0, 99), json!({ "version": 1 }), "nothing happened: it is not composed");
        assert_eq!(ask(1, 1, 0), json!({ "version": 1 }), "what is composed is the same");
        assert_eq!(ask(1, 2, 5), json!({ "version": 2, "patches": [{ "o": { "n": { "=": 5 } } }] }));
        assert_eq!(ask(1, 2, 5)["patches"].as_array().unwrap().len(), 1, "another page is told the same, composed once");
        assert_eq!(ask(2, 2, 5), json!({ "version": 2 }));
        assert_eq!(ask(1, 3, 6)["patches"].as_array().unwrap().len(), 2);
        for stranger in [0, 7] {
            assert_eq!(ask(stranger, 3, 6), json!({ "version": 3, "payload": { "n": 6, "all": [1, 2, 3] } }));
        }
        let relayed = |since: u64, bytes: usize| shown.relayed(since, bytes, || Ok(vec![3]), || Ok(composed(99))).unwrap();
        let (all, none) = (relayed(2, 1000), relayed(3, 10));
        assert_eq!((all.version, none.version), (3, 3));
        assert_eq!(all.tail, r#"[2,{"o":{"n":{"=":5}}}],[3,{"o":{"n":{"=":6}}}]"#);
        assert_eq!(relayed(3, 30).tail, r#"[3,{"o":{"n":{"=":6}}}]"#, "the newest come first where there is little room");
        assert_eq!((all.payload.as_deref(), none.tail.as_str(), none.payload), (Some(r#"{"all":[1,2,3],"n":6}"#), "", None));
        (4..200).for_each(|n| drop(ask(0, n, n)));
        assert!(ask(3, 200, 200)["payload"].is_object(), "too far behind");
        assert!(shown.pace().0);
    }

    #[test]
    fn views_that_nobody_asks_for_make_room() {
        let views = Views::default();
        let first = views.know(&view("0")).0;
        (1..VIEWS).for_each(|n| drop(views.know(&view(&n.to_string()))));
        assert!(views.get(&first).is_some());
        views.know(&view("one more"));
        assert!(views.get(&first).is_some(), "it was asked for");
        assert_eq!(locked(&views.by_id).len(), VIEWS);
    }

    #[test]
    fn a_page_that_comes_back_after_long_gets_all() {
        let views = Views::default();
        let (id, shown) = views.know(&view("f"));
        let composed = |n: u64| Composed { payload: json!({ "n": n }), running: true };
        assert_eq!(shown.take(vec![0], composed(0)), 1);
        assert_eq!(views.tidy(Duration::from_secs(60)).len(), 1, "its folder is still looked at");
        assert!(views.tidy(Duration::ZERO).is_empty(), "nobody looks at it any more");
        let asked = |n: u64| {
            let shown = views.get(&id).expect("the page asks for it again");
            let answer = shown.since(1, || Ok(vec![0]), || Ok(composed(n))).unwrap();
            serde_json::from_str::<Value>(&format!("{{{answer}}}")).unwrap()
        };
        assert_eq!(asked(7), json!({ "version": 2, "payload": { "n": 7 } }));
        views.tidy(Duration::ZERO);
        assert_eq!(asked(7), json!({ "version": 3, "payload": { "n": 7 } }), "a version is never another payload's");
    }
}
