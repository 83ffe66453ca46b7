//! What the tests of the whole line share.
#![allow(dead_code)]

use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use bson::{Document, doc};
use ml_board::{Board, SummaryWriter};

/// A place for journals and stores of the test's own.
pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn journals(&self) -> PathBuf {
        self.path().join("journals")
    }

    /// The address of a local store in it.
    pub(crate) fn local(&self) -> String {
        format!("local:{}", self.path().join("store").display())
    }
}

pub(crate) fn writer(home: &Home, uri: &str, database: &str, folder: &str, name: &str) -> SummaryWriter {
    SummaryWriter::builder().uri(uri).database(database).folder(folder).name(name).journal_dir(home.journals()).build().unwrap()
}

pub(crate) fn board(uri: &str, database: &str, folder: &str) -> Board {
    Board::builder().uri(uri).database(database).folder(folder).open().unwrap()
}

/// What the page of an output gets.
pub(crate) fn payload(html: &str) -> serde_json::Value {
    let begin = html.find("data-mlb-data=\"").expect("an output with data") + "data-mlb-data=\"".len();
    let packed = &html[begin..begin + html[begin..].find('"').unwrap()];
    let bytes = base64::engine::general_purpose::STANDARD.decode(packed).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// MongoDB by the driver alone, as a person's own tool would use it.
pub(crate) struct Mongo {
    runtime: tokio::runtime::Runtime,
    database: mongodb::Database,
}

impl Mongo {
    pub(crate) fn connect(uri: &str, database: &str) -> Mongo {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let database = runtime.block_on(async { mongodb::Client::with_uri_str(uri).await.unwrap().database(database) });
        Mongo { runtime, database }
    }

    pub(crate) fn update_one(&self, collection: &str, filter: Document, update: Document) {
        let done =
            self.runtime.block_on(self.database.collection::<Document>(collection).update_one(filter, update).into_future());
        assert_eq!(done.unwrap().matched_count, 1);
    }

    pub(crate) fn delete(&self, collection: &str, filter: Document) {
        self.runtime.block_on(self.database.collection::<Document>(collection).delete_many(filter).into_future()).unwrap();
    }

    pub(crate) fn find(&self, collection: &str, filter: Document) -> Vec<Document> {
        self.runtime.block_on(async {
            let mut cursor = self.database.collection::<Document>(collection).find(filter).sort(doc! { "_id": 1 }).await.unwrap();
            let mut found = Vec::new();
            while cursor.advance().await.unwrap() {
                found.push(cursor.deserialize_current().unwrap());
            }
            found
        })
    }
}
