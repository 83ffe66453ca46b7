//! A TCP proxy that does to connections what networks do.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What becomes of the bytes that go through a [`Proxy`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weather {
    /// They arrive.
    Fair,
    /// Each new connection is cut, both ways, in one direction after so many bytes as are drawn from its range: in the requests,
    /// before the server has got all; in the replies, after it did what it was asked and before that is known.
    Cuts {
        /// From the client.
        requests: Range<u64>,
        /// From the server.
        replies: Range<u64>,
    },
    /// Connections are accepted and ended at once; those that are open are cut.
    Away,
}

/// Forwards connections from a loopback port of its own to another. Ends with the test.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    target: SocketAddr,
    weather: Mutex<Weather>,
    random: AtomicU64,
    cuts: AtomicU64,
    ended: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// A proxy to a loopback port, in fair weather. What it draws is a function of `seed` and of the order of the connections.
    ///
    /// # Panics
    /// If there is no port to listen on.
    pub fn start(target: u16, seed: u64) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let shared = Arc::new(Shared {
            target: SocketAddr::from((Ipv4Addr::LOCALHOST, target)),
            weather: Mutex::new(Weather::Fair),
            random: AtomicU64::new(seed),
            cuts: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            open: Mutex::new(Vec::new()),
        });
        let accepting = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if accepting.ended.load(Ordering::Acquire) {
                    return;
                }
                accepting.forward(client);
            }
        });
        Proxy { port, shared }
    }

    /// `mongodb://127.0.0.1:PORT/?directConnection=true`
    pub fn uri(&self) -> String {
        format!("mongodb://127.0.0.1:{}/?directConnection=true", self.port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes the weather. Connections that are open are cut, so that none keeps the old one.
    pub fn set(&self, weather: Weather) {
        *lock(&self.shared.weather) = weather;
        self.shared.cut_all();
    }

    /// How many connections were cut by [`Weather::Cuts`].
    pub fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        self.shared.cut_all();
        // Wakes the thread that accepts.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

impl Shared {
    fn forward(self: &Arc<Shared>, client: TcpStream) {
        let budgets = match &*lock(&self.weather) {
            Weather::Away => return,
            Weather::Fair => [None, None],
            Weather::Cuts { requests, replies } => {
                let (draw, direction) = (self.draw(), self.draw() % 2);
                let within = |range: &Range<u64>| range.start + draw % (range.end - range.start).max(1);
                if direction == 0 { [Some(within(requests)), None] } else { [None, Some(within(replies))] }
            }
        };
        let Ok(server) = TcpStream::connect(self.target) else { return };
        let clone = |stream: &TcpStream| stream.try_clone().expect("a handle of a socket");
        for stream in [&client, &server] {
            stream.set_nodelay(true).ok();
            lock(&self.open).push(clone(stream));
        }
        let (here, there) = (self.clone(), self.clone());
        let back = (clone(&server), clone(&client));
        thread::spawn(move || here.copy(client, server, budgets[0]));
        thread::spawn(move || there.copy(back.0, back.1, budgets[1]));
    }

    /// Copies until one side ends or the budget is used up; then ends both.
    fn copy(&self, mut from: TcpStream, mut to: TcpStream, budget: Option<u64>) {
        let mut left = budget.unwrap_or(u64::MAX);
        let mut bytes = [0; 1 << 16];
        loop {
            let n = match from.read(&mut bytes) {
                // One side has said all it had to; the other may still answer.
                Ok(0) => return drop(to.shutdown(Shutdown::Write)),
                Ok(n) => n,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            let pass = usize::try_from(left).unwrap_or(usize::MAX).min(n);
            left -= pass as u64;
            if to.write_all(&bytes[..pass]).is_err() {
                break;
            }
            if pass < n {
                self.cuts.fetch_add(1, Ordering::Relaxed);
                break;
            }
        }
        from.shutdown(Shutdown::Both).ok();
        to.shutdown(Shutdown::Both).ok();
    }

    fn cut_all(&self) {
        for stream in lock(&self.open).drain(..) {
            stream.shutdown(Shutdown::Both).ok();
        }
    }

    /// `SplitMix64`.
    fn draw(&self) -> u64 {
        let mut z = self.random.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that gives back what it gets.
    fn echo() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                thread::spawn(move || {
                    let mut bytes = [0; 512];
                    while let Ok(n @ 1..) = stream.read(&mut bytes) {
                        stream.write_all(&bytes[..n]).unwrap_or_default();
                    }
                });
            }
        });
        port
    }

    /// How many bytes of a thousand come back.
    fn round_trip(proxy: &Proxy) -> usize {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
        stream.write_all(&[7; 1000]).unwrap_or_default();
        stream.shutdown(Shutdown::Write).unwrap_or_default();
        let (mut back, mut bytes) = (0, [0; 512]);
        while back < 1000 {
            match stream.read(&mut bytes) {
                Ok(n @ 1..) => back += n,
                _ => break,
            }
        }
        back
    }

    #[test]
    fn it_forwards_cuts_and_goes_away() {
        let proxy = Proxy::start(echo(), 7);
        assert_eq!(round_trip(&proxy), 1000);
        proxy.set(Weather::Cuts { requests: 100..101, replies: 300..301 });
        let mut seen = [0; 2];
        for _ in 0..20 {
            match round_trip(&proxy) {
                ..=100 => seen[0] += 1,
                101..=300 => seen[1] += 1,
                more => panic!("{more} bytes came back"),
            }
        }
        assert!(seen[0] > 2 && seen[1] > 2 && proxy.cuts() == 20, "{seen:?} {}", proxy.cuts());
        proxy.set(Weather::Away);
        assert_eq!(round_trip(&proxy), 0);
        proxy.set(Weather::Fair);
        assert_eq!(round_trip(&proxy), 1000);
    }
}
