//! What repairing needs of MongoDB.

use bson::oid::ObjectId;
use bson::{Bson, Document, RawDocumentBuf, doc};

use super::Mongo;
use crate::error::Result;
use crate::model::RunId;
use crate::store::Place;
use crate::store::documents::{Chunk, Frame};
use crate::store::repair::{Change, Mend};

impl Mongo {
    fn change(&self, place: Place<'_>, collection: &str, filter: Document, changes: &[Change]) -> Result<()> {
        let collection = self.database(place.database).collection::<Document>(collection);
        let (mut set, mut unset) = (Document::new(), Document::new());
        for (path, value) in changes {
            match value {
                Some(value) => set.insert(path.join("."), value.clone()),
                None => unset.insert(path.join("."), ""),
            };
        }
        let mut update = Document::new();
        for (operator, fields) in [("$set", set), ("$unset", unset)] {
            if !fields.is_empty() {
                update.insert(operator, fields);
            }
        }
        self.block_on(async move { collection.update_one(filter, update).await }).map(drop)
    }
}

impl Mend for Mongo {
    fn run_documents(&self, place: Place<'_>) -> Result<Vec<RawDocumentBuf>> {
        self.gather(place.database, place.folder, vec![doc! { "$sort": { "_id": 1 } }], |run| Ok(run.to_owned()))
    }

    fn chunk_tags(&self, place: Place<'_>, run: RunId) -> Result<Vec<String>> {
        let collection = self.database(place.database).collection::<RawDocumentBuf>(&format!("{}.scalars", place.folder));
        let tags = self.block_on(async move { collection.distinct("tag", doc! { "run": id(run) }).await })?;
        Ok(tags.iter().filter_map(Bson::as_str).map(str::to_owned).collect())
    }

    fn chunk_documents(&self, place: Place<'_>, run: RunId, tag: &str) -> Result<Vec<RawDocumentBuf>> {
        let this = vec![doc! { "$match": { "run": id(run), "tag": { "$eq": tag } } }];
        self.gather(place.database, format!("{}.scalars", place.folder), this, |chunk| Ok(chunk.to_owned()))
    }

    fn frames(&self, place: Place<'_>, run: RunId) -> Result<Vec<Frame>> {
        self.gather(place.database, format!("{}.tail", place.folder), vec![doc! { "$match": { "run": id(run) } }], Frame::decode)
    }

    fn change_run(&self, place: Place<'_>, run: RunId, changes: &[Change]) -> Result<()> {
        self.change(place, place.folder, doc! { "_id": id(run) }, changes)
    }

    fn change_chunk(&self, place: Place<'_>, chunk: &Chunk, changes: &[Change]) -> Result<()> {
        let session = ObjectId::from_bytes(chunk.session.bytes());
        let this = doc! { "run": id(chunk.run), "tag": { "$eq": &*chunk.tag }, "session": session, "seq": chunk.seq };
        self.change(place, &format!("{}.scalars", place.folder), this, changes)
    }
}

fn id(run: RunId) -> ObjectId {
    ObjectId::from_bytes(run.bytes())
}
