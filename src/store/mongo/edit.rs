//! Documents of a MongoDB as they are, for corrections.

use bson::oid::ObjectId;
use bson::raw::{RawDocument, RawDocumentBuf};
use bson::{Bson, Document, doc};

use super::Mongo;
use super::write::{command, concern, grouped, name};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{RunId, Time};
use crate::store::Place;
use crate::store::documents::date;
use crate::store::edit::{Documents, Part, Swap};
use crate::store::write::Updated;

impl Mongo {
    fn sorted(&self, place: Place<'_>, part: Part, filter: Document) -> Result<Vec<RawDocumentBuf>> {
        let pipeline = vec![doc! { "$match": filter }, doc! { "$sort": { "_id": 1 } }];
        self.gather(place.database, name(place, part.suffix()), pipeline, |document| Ok(document.to_owned()))
    }

    /// Deletes what the filter finds.
    fn delete(&self, place: Place<'_>, part: Part, filter: &Document) -> Result<()> {
        let command = doc! {
            "delete": name(place, part.suffix()), "writeConcern": concern(), "deletes": [{ "q": filter.clone(), "limit": 0 }],
        };
        self.all_written(place, encoded(&command)?)
    }

    fn all_written(&self, place: Place<'_>, command: RawDocumentBuf) -> Result<()> {
        let (_, refused) = self.write(place.database, command)?;
        refused.first().map_or(Ok(()), |refused| Err(self.refused(&refused.message)))
    }
}

impl Documents for Mongo {
    fn whole_runs(&self, place: Place<'_>, runs: &[RunId]) -> Result<Vec<RawDocumentBuf>> {
        let ids: Vec<ObjectId> = runs.iter().map(|run| ObjectId::from_bytes(run.bytes())).collect();
        self.sorted(place, Part::Runs, doc! { "_id": { "$in": ids } })
    }

    fn of_run(&self, place: Place<'_>, part: Part, run: RunId, tags: &[String]) -> Result<Vec<RawDocumentBuf>> {
        let mut filter = doc! { "run": ObjectId::from_bytes(run.bytes()) };
        // A frame has points of many tags.
        if !tags.is_empty() && part != Part::Tail {
            filter.insert("tag", doc! { "$in": tags.to_vec() });
        }
        let order = match part {
            Part::Scalars => doc! { "run": 1, "session": 1, "tag": 1, "seq": 1 },
            Part::Tail => doc! { "run": 1, "session": 1, "k": 1 },
            Part::Runs | Part::Events | Part::Edits => doc! { "_id": 1 },
        };
        let pipeline = vec![doc! { "$match": filter }, doc! { "$sort": order }];
        self.gather(place.database, name(place, part.suffix()), pipeline, |document| Ok(document.to_owned()))
    }

    fn edits(&self, place: Place<'_>) -> Result<Vec<RawDocumentBuf>> {
        self.sorted(place, Part::Edits, doc! { "_id": { "$type": "objectId" } })
    }

    fn edit_document(&self, place: Place<'_>, id: &str) -> Result<Option<RawDocumentBuf>> {
        Ok(self.sorted(place, Part::Edits, doc! { "_id": id })?.pop())
    }

    fn put(&self, place: Place<'_>, part: Part, documents: &[RawDocumentBuf]) -> Result<()> {
        for group in grouped(documents, |document| document.as_bytes().len()) {
            let mut command = command("update", &name(place, part.suffix()), 64 << 10);
            command.begin_array("updates");
            for (index, document) in group.iter().enumerate() {
                command.begin(&index.to_string());
                command.document("q", &encoded(&key(part, document)?)?);
                command.document("u", document);
                command.bool("upsert", true);
                command.end();
            }
            command.end();
            self.all_written(place, command.finish()?)?;
        }
        Ok(())
    }

    fn remove(&self, place: Place<'_>, part: Part, keys: &[RawDocumentBuf]) -> Result<()> {
        for group in grouped(keys, |key| key.as_bytes().len()) {
            let mut command = command("delete", &name(place, part.suffix()), 64 << 10);
            command.begin_array("deletes");
            for (index, key) in group.iter().enumerate() {
                command.begin(&index.to_string());
                command.document("q", key);
                command.i32("limit", 1);
                command.end();
            }
            command.end();
            self.all_written(place, command.finish()?)?;
        }
        Ok(())
    }

    fn swap(&self, place: Place<'_>, run: RunId, fields: &[Swap]) -> Result<bool> {
        let mut filter = doc! { "_id": ObjectId::from_bytes(run.bytes()) };
        let (mut set, mut unset) = (Document::new(), Document::new());
        for Swap { field, old, new } in fields {
            filter.insert(
                field,
                match old {
                    Some(old) => doc! { "$eq": old.clone(), "$exists": true },
                    None => doc! { "$exists": false },
                },
            );
            match new {
                Some(new) => set.insert(field, new.clone()),
                None => unset.insert(field, ""),
            };
        }
        let mut update = Document::new();
        for (operator, fields) in [("$set", set), ("$unset", unset)] {
            if !fields.is_empty() {
                update.insert(operator, fields);
            }
        }
        match self.update_run(place, &filter, update)? {
            Updated::Done => Ok(true),
            Updated::Gone => Ok(false),
            Updated::TooLarge => {
                Err(Error::new(ErrorKind::Store, format!("the document of the run {run} would be larger than 16 MB")))
            }
        }
    }

    fn lock(&self, place: Place<'_>, lock: &RawDocument) -> Result<bool> {
        self.insert(place, Part::Edits.suffix(), &[lock.to_owned()])
    }

    fn beat(&self, place: Place<'_>, owner: &str, now: Time) -> Result<bool> {
        let update = doc! { "q": { "_id": "lock", "owner": owner }, "u": { "$set": { "beat": date(now) } } };
        let command = doc! { "update": name(place, Part::Edits.suffix()), "writeConcern": concern(), "updates": [update] };
        let (reply, refused) = self.write(place.database, encoded(&command)?)?;
        match refused.first() {
            Some(refused) => Err(self.refused(&refused.message)),
            None => Ok(super::write::integer(&reply, "n") > 0),
        }
    }

    fn unlock(&self, place: Place<'_>, owner: &str) -> Result<()> {
        self.delete(place, Part::Edits, &doc! { "_id": "lock", "owner": owner })
    }
}

/// What finds the document that this one is put in the place of.
fn key(part: Part, document: &RawDocument) -> Result<Document> {
    let missing = || Error::new(ErrorKind::Store, "a document without its key cannot be put back");
    let value = |field: &&str| {
        let value = document.get(field).ok().flatten().and_then(|value| Bson::try_from(value).ok());
        Ok(((*field).to_owned(), value.ok_or_else(missing)?))
    };
    part.key().iter().map(value).collect()
}

fn encoded(document: &Document) -> Result<RawDocumentBuf> {
    bson::serialize_to_raw_document_buf(document)
        .map_err(|cause| Error::new(ErrorKind::Store, "a correction cannot be written as BSON").because(cause))
}
