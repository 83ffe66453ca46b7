//! The entries of the fuzz targets in `fuzz/`: one for each thing that reads bytes which others may have written. None may panic, hang, or
//! take what is none for what was written. The tests run each over its corpus.

use bson::RawDocument;

use crate::client::protocol::{Reply, Request};
use crate::engine;
use crate::journal::{self, News, Order, deadline};
use crate::model::{Run, RunId, Status, Time, Value};
use crate::plain;
use crate::query::{Filter, Matcher};
use crate::store::Address;
use crate::store::documents::{Chunk, Event, Frame, decode_run, decode_summary, last_scalar_steps};

/// The files of a journal.
pub fn journal(data: &[u8]) {
    journal::fuzz::files(data);
}

/// A checkpoint, as it is and with the checksum that it should have.
pub fn checkpoint(data: &[u8]) {
    journal::fuzz::checkpoint(data);
}

/// A document of any collection.
pub fn document(data: &[u8]) {
    let Ok(document) = RawDocument::from_bytes(data) else { return };
    if let Ok(chunk) = Chunk::decode(document) {
        let again = chunk.encode().and_then(|raw| Chunk::decode(&raw)).expect("what was read can be written");
        assert_eq!((chunk.tag, chunk.i0, chunk.points.len()), (again.tag, again.i0, again.points.len()));
    }
    if let Ok(frame) = Frame::decode(document) {
        let again = frame.encode().and_then(|raw| Frame::decode(&raw)).expect("what was read can be written");
        assert_eq!((&frame.id, frame.k, frame.parts.len()), (&again.id, again.k, again.parts.len()));
    }
    if let Ok(event) = Event::decode(document) {
        let again = event.encode().and_then(|raw| Event::decode(&raw)).expect("what was read can be written");
        // NaN is not equal to itself; its text is.
        assert_eq!(format!("{event:?}"), format!("{again:?}"));
        drop((event.image(), event.histogram(), event.thought("run", "folder"), event.grown()));
    }
    decode_run("folder", document).ok();
    decode_summary(document);
    last_scalar_steps(document, 0);
}

/// A filter, as a person types it.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(filter) = Filter::parse(text) else { return };
    let said = filter.to_string();
    let again = Filter::parse(&said).unwrap_or_else(|error| panic!("`{text}` is shown as `{said}`, which is none: {error}"));
    assert_eq!(format!("{filter:?}"), format!("{again:?}"), "`{text}` is shown as `{said}`");
    let mut run = Run::new(RunId::from_bytes([7; 12]), "folder", "calm fox", Time(1_700_000_000_000));
    run.status = Status::Finished;
    run.params.insert("lr".into(), Value::Float(0.001));
    run.params.insert("optim".into(), Value::Text("adam".into()));
    assert_eq!(Matcher::new(&filter).matches(&run), Matcher::new(&again).matches(&run));
}

/// A line between notebook and engine, in either direction.
pub fn wire(data: &[u8]) {
    if let Ok(request) = plain::from_slice::<Request>(data) {
        let line = plain::to_text(&request);
        let again: Request = plain::from_slice(line.as_bytes()).expect("what was written can be read");
        assert_eq!(format!("{request:?}"), format!("{again:?}"));
    }
    if let Ok(reply) = plain::from_slice::<Reply>(data) {
        let line = plain::to_text(&reply);
        let again: Reply = plain::from_slice(line.as_bytes()).expect("what was written can be read");
        assert_eq!(format!("{reply:?}"), format!("{again:?}"));
    }
}

/// A line between a writer without a driver and the program that ships for it, in either direction.
pub fn shipping(data: &[u8]) {
    if let Ok(order) = serde_json::from_slice::<Order>(data) {
        let line = serde_json::to_string(&order).expect("what was read can be written");
        let again: Order = serde_json::from_str(&line).expect("what was written can be read");
        assert_eq!(format!("{order:?}"), format!("{again:?}"));
        if let Order::Sync { patience, .. } | Order::Stop { patience, .. } = order {
            deadline(patience);
        }
        assert!(!line.contains('\n'), "a line is one");
    }
    if let Ok(news) = serde_json::from_slice::<News>(data) {
        let line = serde_json::to_string(&news).expect("what was read can be written");
        let again: News = serde_json::from_str(&line).expect("what was written can be read");
        assert_eq!(format!("{news:?}"), format!("{again:?}"));
        assert!(!line.contains('\n'), "a line is one");
    }
}

/// What comes on a connection to the server.
pub fn request(data: &[u8]) {
    engine::fuzz_request(data);
}

/// The address of a store.
pub fn address(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(address) = Address::parse(text) else { return };
    let target = address.target();
    let again =
        Address::parse(&target).unwrap_or_else(|error| panic!("`{text}` has the target `{target}`, which is none: {error}"));
    assert_eq!(again.target(), target);
    assert_eq!(format!("{address:?}"), format!("{again:?}"), "what is shown has no secret");
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    fn corpus(name: &str, target: fn(&[u8])) {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        let mut seen = 0;
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            eprintln!("{}", path.display());
            target(&std::fs::read(path).unwrap());
            seen += 1;
        }
        assert!(seen > 0, "{} is empty", directory.display());
    }

    macro_rules! corpora {
        ($($name:ident)*) => {
            $(#[test]
            fn $name() {
                corpus(stringify!($name), super::$name);
            })*
        };
    }

    corpora!(journal checkpoint document filter wire shipping request address);
}
