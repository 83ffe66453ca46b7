//! A hole between the chunks of a tag: one that a flush left that was cut off, and one that somebody made. On both stores.

use bson::{Document, doc};

use super::Log;
use super::documents::{Server, local_documents, same, without_id};
use crate::journal::Position;
use crate::model::Status;
use crate::ship::session::Session;
use crate::store::documents::Chunk;
use crate::store::{Local, Place, Store, Write};

const ALL: usize = usize::MAX >> 1;

fn log(database: &str, points: i64) -> Log {
    let mut log = Log::new(database, 1);
    (0..points).for_each(|i| log.scalar("Loss", i, i as f64 / 7.0));
    log.end(Status::Finished);
    log
}

/// What a shipper without trouble stores of it: the chunks, and as documents.
fn untroubled(log: &Log) -> (Vec<Chunk>, Vec<Document>) {
    let good = Local::in_memory();
    log.ship(&good, ALL).unwrap();
    let mut chunks = Vec::new();
    let place = Place { database: &log.info.database, folder: &log.info.folder };
    good.each_chunks(place, log.info.run, |some| {
        chunks.extend_from_slice(some);
        Ok(())
    })
    .unwrap();
    (chunks, local_documents(&good)[1].clone())
}

/// Ships a part as a program does that lives, and then is gone.
fn ship(log: &Log, store: &dyn Write, from: u64, n: usize) {
    let mut session = Session::open(store, log.info.clone()).unwrap();
    log.hand(&mut session, Position(32 * from), n);
    session.flush(store).unwrap();
}

/// The rest, by whoever comes next.
fn ship_rest(log: &Log, store: &dyn Write, from: u64) {
    let mut session = Session::open(store, log.info.clone()).unwrap();
    log.give(&mut session, Position(32 * from), ALL);
    session.flush(store).unwrap();
    assert!(session.is_closed());
}

#[test]
fn what_a_flush_did_not_store_before_it_was_cut_off_is_stored_by_the_next() {
    // The second chunk is stored with 952 of its points, 500 more are in a frame, the others only in the journal.
    for stored in [2..3, 2..4, 3..4, 2..5] {
        let (server, local) = (Server::start(), Local::in_memory());
        let log = log(&server.database, 9000);
        let (chunks, good) = untroubled(&log);
        let place = Place { database: &log.info.database, folder: &log.info.folder };
        for store in [&local as &dyn Write, server.writing()] {
            ship(&log, store, 0, 3000);
            ship(&log, store, 3000, 500);
            store.write_chunks(place, &chunks[stored.clone()]).unwrap();
            ship_rest(&log, store, 3500);
        }
        same(&local_documents(&local)[1], &good);
        same(&server.all(&log, ".scalars").into_iter().map(without_id).collect::<Vec<_>>(), &good);
        assert!(local_documents(&local)[2].is_empty() && server.all(&log, ".tail").is_empty());
    }
}

#[test]
fn what_somebody_deleted_stays_away_and_what_lies_beyond_it_stays() {
    let server = Server::start();
    let log = log(&server.database, 12_000);
    let (_, mut good) = untroubled(&log);
    good.remove(1);
    let local = Local::in_memory();
    for store in [&local as &dyn Write, server.writing()] {
        ship(&log, store, 0, 9000);
    }
    local.with(|connection| connection.execute("DELETE FROM scalars WHERE seq = 1", [])).unwrap();
    let Store::Mongo(mongo) = &*server.store else { panic!() };
    let scalars = mongo.database(&server.database).collection::<Document>(&format!("{}.scalars", log.info.folder));
    mongo.block_on(async move { scalars.delete_one(doc! { "seq": 1 }).await }).unwrap();
    for store in [&local as &dyn Write, server.writing()] {
        ship_rest(&log, store, 9000);
    }
    same(&local_documents(&local)[1], &good);
    same(&server.all(&log, ".scalars").into_iter().map(without_id).collect::<Vec<_>>(), &good);
}
