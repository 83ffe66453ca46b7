//! A page as the server sees it: asks, and keeps what it was told.
#![allow(dead_code)] // The bench asks in its own way.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// An output of a cell, on a page.
pub(crate) struct Page {
    pub(crate) port: u64,
    pub(crate) token: String,
    pub(crate) session: String,
    pub(crate) view: String,
    pub(crate) version: u64,
    pub(crate) payload: Value,
    /// How often it was told everything, instead of what is new.
    pub(crate) wholes: usize,
}

/// What the server answers: status and body.
pub(crate) fn ask(port: u64, method: &str, target: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", u16::try_from(port).unwrap())).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    (head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0), body.to_owned())
}

impl Page {
    /// Of the payload of an output.
    pub(crate) fn of(mut payload: Value) -> Page {
        let live = payload.as_object_mut().unwrap().remove("live").expect("an output that is alive");
        payload.as_object_mut().unwrap().remove("read_at");
        let text = |key: &str| live[key].as_str().unwrap().to_owned();
        Page {
            port: live["port"].as_u64().unwrap(),
            token: text("token"),
            session: text("session"),
            view: text("view"),
            version: live["version"].as_u64().unwrap(),
            payload,
            wholes: 0,
        }
    }

    pub(crate) fn get(&self, path: &str, query: &str) -> (u16, Value) {
        let (status, body) = ask(self.port, "GET", &format!("/{path}?token={}&{query}", self.token), "");
        (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    /// Asks once what is new; what the engine said of this view.
    pub(crate) fn poll(&mut self) -> Value {
        let (status, mut answer) = self.get("live", &format!("view={}.{}", self.view, self.version));
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["session"].as_str(), Some(self.session.as_str()));
        let news = answer["views"][&self.view].take();
        if let Some(payload) = news.get("payload") {
            self.payload = payload.clone();
            self.wholes += 1;
        }
        for patch in news["patches"].as_array().into_iter().flatten() {
            self.payload = apply(&self.payload, patch);
        }
        if let Some(version) = news["version"].as_u64() {
            self.version = version;
        }
        news
    }

    /// Asks until it is so.
    pub(crate) fn until(&mut self, what: &str, is_so: impl Fn(&Value) -> bool) {
        self.ask_each(Duration::from_millis(100), what, is_so);
    }

    /// The same as often as a browser's page asks (`PACE` in `src/engine/live/mod.rs`).
    pub(crate) fn follow(&mut self, what: &str, is_so: impl Fn(&Value) -> bool) {
        self.ask_each(Duration::from_millis(500), what, is_so);
    }

    fn ask_each(&mut self, pace: Duration, what: &str, is_so: impl Fn(&Value) -> bool) {
        let begun = Instant::now();
        let mut last = Value::Null;
        while !is_so(&self.payload) {
            assert!(begun.elapsed() < PATIENCE, "{what}; the engine said last {last}, and the page has {}", self.payload);
            std::thread::sleep(pace);
            last = self.poll();
        }
    }
}

/// As `web/src/patch.ts` applies it.
pub(crate) fn apply(old: &Value, patch: &Value) -> Value {
    let places = |list: &Value| list.as_array().unwrap().iter().map(|i| i.as_u64().unwrap() as usize).collect::<Vec<_>>();
    if let Some(value) = patch.get("=") {
        return value.clone();
    }
    if let Some(fields) = patch.get("o") {
        let mut object = old.as_object().unwrap().clone();
        for key in patch.get("d").into_iter().flat_map(|gone| gone.as_array().unwrap()) {
            object.remove(key.as_str().unwrap());
        }
        for (key, patch) in fields.as_object().unwrap() {
            object.insert(key.clone(), apply(old.get(key).unwrap_or(&Value::Null), patch));
        }
        return Value::Object(object);
    }
    let mut array = old.as_array().unwrap().clone();
    if let Some(set) = patch.get("s") {
        places(&set[0]).into_iter().zip(set[1].as_array().unwrap()).for_each(|(i, value)| array[i] = value.clone());
    } else if let Some(inside) = patch.get("e") {
        let patches = inside[1].as_array().unwrap();
        places(&inside[0]).into_iter().zip(patches).for_each(|(i, patch)| array[i] = apply(&array[i], patch));
    } else {
        let (start, end) = (patch["a"][0].as_u64().unwrap() as usize, patch["a"][1].as_u64().unwrap() as usize);
        array = [&array[..start], patch["a"][2].as_array().unwrap(), &array[array.len() - end..]].concat();
    }
    Value::Array(array)
}
