//! Who is connected. There is room for so many; where it runs out, whoever waits longest without having shown the token makes room: a
//! program that only holds connections open cannot keep the pages out.

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Connections at once. A browser opens six to a server.
pub(super) const CONNECTIONS: usize = 96;

#[derive(Default)]
pub(super) struct Guests(Mutex<Open>);

#[derive(Default)]
struct Open {
    next: u64,
    /// In the order in which they came.
    by_number: BTreeMap<u64, Connected>,
}

struct Connected {
    stream: Arc<TcpStream>,
    /// Whether it has shown the token.
    known: bool,
}

/// A connection, for as long as it is served.
pub(super) struct Guest {
    guests: Arc<Guests>,
    number: u64,
}

impl Guests {
    /// Takes one in, if there is room for it or can be made.
    pub(super) fn enter(self: &Arc<Guests>, stream: &Arc<TcpStream>) -> Option<Guest> {
        let mut open = self.open();
        if open.by_number.len() >= CONNECTIONS {
            let stranger = open.by_number.iter().find(|(_, connected)| !connected.known).map(|(number, _)| *number)?;
            if let Some(gone) = open.by_number.remove(&stranger) {
                // Its thread sees the end. Where that fails, it is over already.
                gone.stream.shutdown(Shutdown::Both).ok();
            }
        }
        let number = open.next;
        open.next += 1;
        open.by_number.insert(number, Connected { stream: Arc::clone(stream), known: false });
        Some(Guest { guests: Arc::clone(self), number })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guest {
    /// It has shown the token.
    pub(super) fn is_known(&self) {
        if let Some(connected) = self.guests.open().by_number.get_mut(&self.number) {
            connected.known = true;
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.guests.open().by_number.remove(&self.number);
    }
}
