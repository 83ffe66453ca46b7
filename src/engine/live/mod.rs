//! Boards that stay open: pages ask for what is new, and get it from what the engine has read already.
//!
//! A poll of a page reaches `views` (which version has it?), that composes the view anew only if one of its `folder`s changed; the
//! folder asks the store for what is new since it asked last. So the store is asked once a change, not once a viewer, and not at all
//! while nobody looks.

mod folder;
mod lines;
mod page;
mod patch;
mod reader;
mod relay;
mod selection;
mod views;
mod zoom;

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use self::folder::{FRESH, Folder};
pub(super) use self::page::Front;
use self::reader::{Following, Known, locked};
use self::relay::Relay;
use self::selection::Selections;
use self::views::{Composed, Shown, Views, beyond, folders, scopes};
use super::gather::gather;
use super::insight;
use super::server::{Answers, Listen, Method, Reply, Request, Server, Token};
use super::stores::Stores;
use super::wishes::Wishes;
use crate::display::{Page, View};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Status, Time};
use crate::render::{self, Data, Live, Payload};
use crate::store::read::{Place, Read};

/// A page asks again after so long, while something is happening, and not before what it asks for took five times.
const PACE: Duration = Duration::from_millis(500);
const SLOWEST: Duration = Duration::from_secs(5);
/// Views in one question, which is no longer than any proxy takes (`VIEWS_ASKED` in `web/src/live.ts`).
const VIEWS_ASKED: usize = 100;
/// Views that no page asked for so long are forgotten; a page that comes back gets all.
const FORGET: Duration = Duration::from_secs(15 * 60);
/// An engine whose notebook is gone lives on for so long after a page asked it last.
const LINGER: Duration = Duration::from_secs(60);

/// What the pages and the notebook share.
pub(super) struct Hub {
    /// Of a program that serves a page of its own.
    front: Option<Front>,
    pub(super) stores: Stores,
    pub(super) selections: Selections,
    known: Arc<Known>,
    views: Views,
    /// None: this machine has no port left; outputs are drawn all the same.
    server: OnceLock<Option<Server>>,
    /// None: nobody asked for it.
    relay: OnceLock<Result<Option<Relay>>>,
    /// Which engine: a page never takes another one's answer for its own's.
    session: String,
}

impl Default for Hub {
    fn default() -> Hub {
        let session = Token::fresh().map(|token| token.text()[..16].to_owned()).unwrap_or_default();
        Hub {
            front: None,
            stores: Stores::default(),
            selections: Selections::default(),
            known: Arc::default(),
            views: Views::default(),
            server: OnceLock::new(),
            relay: OnceLock::new(),
            session,
        }
    }
}

impl Hub {
    /// Draws a view as the output of a cell that stays alive.
    pub(super) fn cell(self: &Arc<Hub>, view: &View, page: Page) -> Result<BTreeMap<String, String>> {
        let (payload, revisions, running) = self.anew(view)?;
        render::bundle(&self.alive(view, payload, revisions, running)?, page)
    }

    /// Composes a view of what is stored now; the revisions of its folders, and whether any of its runs still runs.
    fn anew(&self, view: &View) -> Result<(Payload, Vec<u64>, bool)> {
        let anew = |folder: &mut Folder| {
            folder.forget_media();
            folder.look_anew()
        };
        let mut revisions = self.revisions(view, anew)?;
        let wishes = Wishes::default();
        revisions.push(wishes.revision);
        let (view, data) = self.read(view, &wishes, true)?;
        Ok((render::payload(&view, &data), revisions, running(&data)))
    }

    fn alive(self: &Arc<Hub>, view: &View, mut payload: Payload, revisions: Vec<u64>, running: bool) -> Result<Payload> {
        if let Some(server) = self.server() {
            let (id, version) = self.register(view, &payload, revisions, running)?;
            let (port, token) = (server.address().port(), server.token().text().to_owned());
            let relay = self.relay().ok().flatten().map(|relay| relay.follow(&id));
            payload.live = Some(Live { port, token, session: self.session.clone(), view: id, version, relay });
        }
        Ok(payload)
    }

    /// What the view needs; and the view with the runs of each `best` found.
    fn read(&self, view: &View, wishes: &Wishes, anew: bool) -> Result<(View, Data)> {
        let own: HashSet<(String, String)> =
            scopes(view).into_iter().map(|scope| (scope.database.clone(), scope.folder.clone())).collect();
        let store = |handle: &str| {
            let (known, store) = (Arc::clone(&self.known), self.stores.whole(handle)?);
            let reader: Arc<dyn Read> = Arc::new(Following { known, handle: handle.to_owned(), store, own: own.clone(), anew });
            Ok(reader)
        };
        let view = insight::settled(view, &store)?;
        let data = gather(&view, wishes, &store)?;
        Ok((view, data))
    }

    /// Makes the view known to pages, as it was just composed.
    fn register(&self, view: &View, payload: &Payload, revisions: Vec<u64>, running: bool) -> Result<(String, u64)> {
        let (id, shown) = self.views.know(view);
        let version = shown.take(revisions, Composed { payload: value(payload)?, running });
        Ok((id, version))
    }

    fn compose(&self, shown: &Shown) -> Result<Composed> {
        let (view, data) = self.read(&shown.view, &shown.wishes(), false)?;
        Ok(Composed { payload: value(&render::payload(&view, &data))?, running: running(&data) })
    }

    /// Which revision the folders of a view are at, and what is wanted of it.
    fn look(&self, shown: &Shown) -> Result<Vec<u64>> {
        let mut revisions = self.revisions(&shown.view, |folder| folder.look(FRESH))?;
        revisions.push(shown.wished());
        Ok(revisions)
    }

    fn revisions(&self, view: &View, look: impl Fn(&mut Folder) -> Result<u64>) -> Result<Vec<u64>> {
        let mut revisions = Vec::new();
        for scope in scopes(view) {
            let (store, place) = (self.stores.whole(&scope.store)?, Place { database: &scope.database, folder: &scope.folder });
            revisions.push(look(&mut locked(&self.known.folder(&scope.store, &store, place)))?);
            if beyond(view) {
                let mut hasher = DefaultHasher::new();
                let told = self.known.told(&scope.store, &store, &scope.database)?;
                told.iter().filter(|(folder, _)| **folder != scope.folder).for_each(|told| told.hash(&mut hasher));
                revisions.push(hasher.finish());
            }
        }
        Ok(revisions)
    }

    /// Answers pages there.
    pub(super) fn serve(self: &Arc<Hub>, listen: Listen) -> Result<Server> {
        Server::start(listen, Arc::new(Arc::clone(self)))
    }

    /// The server, started when it is first needed.
    fn server(self: &Arc<Hub>) -> Option<&Server> {
        self.server.get_or_init(|| self.serve(Listen::default()).ok()).as_ref()
    }

    /// The files that pages may read instead of asking the server, if they are wanted; begun when they are first needed.
    fn relay(self: &Arc<Hub>) -> std::result::Result<Option<&Relay>, &Error> {
        let start = || -> Result<Option<Relay>> {
            if !relay::wanted()? {
                return Ok(None);
            }
            Relay::start(self, &relay::notebook_folder()?).map(Some)
        };
        self.relay.get_or_init(start).as_ref().map(Option::as_ref)
    }

    /// Why there are no such files, though they are wanted.
    pub(super) fn relay_trouble(self: &Arc<Hub>) -> Option<String> {
        self.relay().err().map(ToString::to_string)
    }

    /// Waits until no page asks any more, and leaves no file behind.
    pub(super) fn linger(&self) {
        let idle = || self.server.get().and_then(Option::as_ref).and_then(Server::idle);
        while let Some(left) = idle().and_then(|idle| LINGER.checked_sub(idle)) {
            std::thread::sleep(left.max(Duration::from_millis(50)));
        }
        if let Some(Ok(Some(relay))) = self.relay.get() {
            relay.end();
        }
    }

    /// `view=ID.VERSION` for each view that the page shows, so many at once (it asks again for more): what it lacks of each.
    fn news(&self, request: &Request) -> Reply {
        let mut text = format!("{{\"session\":\"{}\",\"read_at\":{},\"views\":{{", self.session, Time::now().millis());
        let (mut running, mut pace) = (false, PACE);
        for (i, asked) in request.query.all("view").take(VIEWS_ASKED).enumerate() {
            let (id, since) = asked.split_once('.').unwrap_or((asked, "0"));
            let Some(shown) = self.views.get(id) else { continue };
            let comma = if i > 0 && !text.ends_with('{') { "," } else { "" };
            match self.news_of(&shown, since.parse().unwrap_or(0)) {
                Ok(news) => text.push_str(&format!("{comma}\"{id}\":{{{news}}}")),
                Err(error) => text.push_str(&format!("{comma}\"{id}\":{{\"error\":{}}}", Value::from(error.to_string()))),
            }
            let (runs, took) = shown.pace();
            running |= runs;
            pace = pace.max((took * 5).min(SLOWEST));
        }
        text.push_str(&format!("}},\"running\":{running},\"pace\":{}}}", pace.as_millis()));
        Reply::json_text(text)
    }

    fn news_of(&self, shown: &Shown, since: u64) -> Result<String> {
        shown.since(since, || self.look(shown), || self.compose(shown))
    }

    /// `view`, `board` and which `page` says it: the runs that it wants as well.
    fn wish(&self, request: &Request) -> Reply {
        let query = &request.query;
        let (Some(view), Some(board), Some(page)) = (query.get("view"), query.get("board"), query.get("page")) else {
            return Reply::refused(400, "which view, which board, and which page?");
        };
        match self.views.get(view).map(|shown| shown.wish(page, board, &request.body)) {
            Some(true) => Reply::json(&true),
            Some(false) => Reply::refused(400, "this says of no runs that they are wanted"),
            None => Reply::refused(404, "this view is not known here"),
        }
    }

    /// Lets go of what nobody looks at any more.
    fn tidy(&self) {
        let scopes = self.views.tidy(FORGET);
        self.known.keep(&folders(&scopes));
    }
}

fn running(data: &Data) -> bool {
    data.scopes.iter().flat_map(|scope| &scope.runs).any(|run| run.status == Status::Running)
}

fn value(what: &impl Serialize) -> Result<Value> {
    let mut value = serde_json::to_value(what)
        .map_err(|cause| Error::new(ErrorKind::Engine, "the output cannot be written as JSON").because(cause))?;
    // Each answer says when it was read; it is no change.
    if let Value::Object(fields) = &mut value {
        fields.remove("read_at");
        fields.remove("live");
    }
    Ok(value)
}

impl Answers for Arc<Hub> {
    fn open(&self, request: &Request) -> Option<Reply> {
        self.shell(request)
    }

    fn answer(&self, request: &Request) -> Reply {
        let nothing = || Reply::refused(404, "there is nothing of this name");
        match (request.method, request.path.as_str()) {
            (Method::Get, "/live") => {
                self.tidy();
                self.news(request)
            }
            (Method::Get, "/zoom") => self.zoom(request),
            (Method::Get, "/places") => self.places().unwrap_or_else(nothing),
            (Method::Get, "/board") => self.board(request).unwrap_or_else(nothing),
            (Method::Post, "/selection") => {
                let kept = request.query.get("board").is_some_and(|board| self.selections.keep(board, &request.body));
                if kept { Reply::json(&true) } else { Reply::refused(400, "this is no selection of a board") }
            }
            (Method::Post, "/wishes") => self.wish(request),
            (_, "/live" | "/zoom" | "/selection" | "/wishes") => Reply::refused(405, "this is asked in another way"),
            _ => nothing(),
        }
    }
}
