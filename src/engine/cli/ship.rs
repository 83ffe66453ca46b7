//! `ml_board ship --journal DIR`: ships the journal of a writer that has no driver. The writer starts it and talks to it on stdin and
//! stdout; it ships while the writer lives, then to the journal's end, and ends.

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::address::Address;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{News, Options, Order, Outcome, Reader, SHIPPING, ShipStatus, deadline};
use crate::ship::{self, Shipper, Which};

/// How often it tells how it goes, if that changed.
const TELL: Duration = Duration::from_millis(500);
/// How long it goes on after the writer's end while the store is away, and how often it tries.
const AFTER: (Duration, Duration) = (Duration::from_secs(600), Duration::from_secs(2));

/// How the writer parted.
enum Parted {
    /// All is stored.
    Stored,
    /// It is gone, or waits no more.
    Gone,
}

pub(super) fn ship(journal: &Path) -> Result<ExitCode> {
    tell(&News::Hello { version: env!("CARGO_PKG_VERSION").to_owned(), shipping: SHIPPING });
    let mut orders =
        std::io::stdin().lock().lines().map_while(Result::ok).map_while(|line| serde_json::from_str::<Order>(&line).ok());
    // A writer that is dead already, or a person: the settings name the store.
    let (known, options) = match orders.next() {
        Some(Order::Ship { uri, options }) => (Address::parse(&uri)?, options),
        _ => (Address::resolve(None)?.address, Options::default()),
    };
    let target = Reader::open(journal)?.info().target.clone();
    let address = Address::of_target(&target, Some(&known))?;
    let journals = journal.parent().unwrap_or(journal).to_path_buf();
    let shipper = Shipper::start(journal.to_path_buf(), address.clone(), options)?;
    // What dead programs left for the same store, beside it.
    let others = (journals.clone(), address.clone());
    drop(std::thread::Builder::new().name("recover".to_owned()).spawn(move || {
        drop(ship::recover(&others.0, Which::Target(&others.1), &mut |_| {}));
    }));
    if let Parted::Stored = serve(shipper, orders) {
        return Ok(ExitCode::SUCCESS);
    }
    // What is left is that of a dead program.
    let end = Instant::now() + AFTER.0;
    let mut left = ship::recover(&journals, Which::Target(&address), &mut |_| {})?;
    while journal.exists() && Instant::now() < end {
        std::thread::sleep(AFTER.1);
        left = ship::recover(&journals, Which::Target(&address), &mut |_| {})?;
    }
    match left.left.into_iter().find(|(directory, _)| directory == journal) {
        Some((_, error)) => Err(error),
        None if journal.exists() => Err(Error::new(ErrorKind::Timeout, format!("{} is not wholly stored", journal.display()))
            .help("`ml_board sync` stores it")),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Does what the writer says until it has no more to say.
fn serve(shipper: Shipper, mut orders: impl Iterator<Item = Order>) -> Parted {
    let (over, going) = channel::<()>();
    let stop = std::thread::scope(|scope| {
        let shipper = &shipper;
        scope.spawn(move || {
            let mut told = ShipStatus::default();
            while going.recv_timeout(TELL) == Err(RecvTimeoutError::Timeout) {
                let now = shipper.status();
                if now != told {
                    told = now;
                    tell(&News::Status(told.clone()));
                }
            }
        });
        let stop = loop {
            match orders.next() {
                Some(Order::Sync { id, patience }) => drop(scope.spawn(move || {
                    let result = shipper.sync(deadline(patience));
                    let status = shipper.status();
                    let outcome = Outcome { stored_points: status.stored_points, complete: false };
                    tell(&News::Status(status));
                    tell(&News::Done { id, result: result.map(|()| outcome) });
                })),
                Some(Order::Stop { id, patience, impatience }) => break Some((id, patience, impatience)),
                Some(Order::Ship { .. }) => {}
                None => break None,
            }
        };
        drop(over);
        stop
    });
    let Some((id, patience, impatience)) = stop else { return Parted::Gone };
    let watch = shipper.watch();
    tell(&News::Status(watch.status()));
    let result = shipper.stop(deadline(patience), deadline(impatience));
    // The writer's report is to count also what could not be stored at the last.
    tell(&News::Status(watch.status()));
    let stored = result.as_ref().is_ok_and(|outcome| outcome.complete);
    tell(&News::Done { id, result });
    if stored { Parted::Stored } else { Parted::Gone }
}

/// A writer that is gone hears nothing; what it left is shipped all the same.
fn tell(news: &News) {
    let line = serde_json::to_string(news).unwrap_or_default() + "\n";
    let mut out = std::io::stdout().lock();
    drop(out.write_all(line.as_bytes()).and_then(|()| out.flush()));
}
