//! `ml_board -d DATABASE -f FOLDER`: the board as a page in the browser, without a notebook.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use clap::Args;

use super::say;
use crate::engine::live::{Front, Hub};
use crate::engine::server::{Listen, Server, Token};
use crate::engine::stores::Stores;
use crate::error::Result;

/// How many more ports are tried, where the first is taken.
const PORTS: u16 = 100;

/// Which board, and where it is served.
#[derive(Debug, Args)]
pub(super) struct What {
    /// The database to begin with; another one can be chosen on the page.
    #[arg(long = "database_name", short, visible_aliases = ["database", "db", "d"], value_name = "NAME")]
    database: Option<String>,
    /// The folder to begin with.
    #[arg(long = "folder_name", short, visible_aliases = ["folder", "f"], value_name = "NAME")]
    folder: Option<String>,
    /// The port of the page; if it is taken, the next one that is free.
    #[arg(long, short, default_value_t = 8000)]
    port: u16,
    /// The store: mongodb://HOST, or local: (else ML_BOARD_URI names it).
    #[arg(long, value_name = "URI")]
    uri: Option<String>,
    /// Listens there, for others than this machine: 0.0.0.0, or an address of it. They need the token; put TLS in front.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// What opens the page, 16 letters or digits or more; else a fresh one each time.
    /// ML_BOARD_TOKEN says it where other users of the machine cannot read it.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

/// `-db NAME`, as the first of this name took it, would be `-d` of a database `b`.
pub(super) fn spelled_out(arguments: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    arguments.map(|argument| if argument == "-db" { "--database_name".into() } else { argument })
}

pub(super) fn dashboard(what: &What) -> Result<ExitCode> {
    let stores = Stores::default();
    let (address, mut notes) = stores.resolve(what.uri.as_deref())?;
    let store = address.target();
    // The first question finds out whether it answers at all.
    stores.get(&store)?.databases()?;
    notes.extend(stores.recover(&address));
    notes.iter().for_each(say::line);
    let hub = Hub::with_front(stores, Front { store, database: what.database.clone(), folder: what.folder.clone() });
    let server = listen(&hub, what)?;
    let port = server.address().port();
    if port != what.port && what.port != 0 {
        say::line(format!("port {} is taken; this is the next one that is free", what.port));
    }
    let host = if what.bind.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { what.bind };
    say::line(format!("the board is at http://{}/?token={}", SocketAddr::new(host, port), server.token().text()));
    say::line("it updates itself; Ctrl-C ends it");
    loop {
        std::thread::park();
    }
}

/// Listens on the port, or the next one that is free.
fn listen(hub: &std::sync::Arc<Hub>, what: &What) -> Result<Server> {
    let given = what.token.clone().or_else(|| std::env::var("ML_BOARD_TOKEN").ok().filter(|token| !token.is_empty()));
    let token = given.as_deref().map(Token::chosen).transpose()?;
    hub.serve(Listen { address: SocketAddr::new(what.bind, what.port), others: PORTS, token })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        what: What,
    }

    #[test]
    fn each_spelling_of_the_original_is_understood() {
        let read = |line: &str| {
            let words = line.split(' ').map(OsString::from);
            let what = Line::try_parse_from(spelled_out(words)).map_err(|error| error.to_string()).unwrap().what;
            (what.database.unwrap(), what.folder.unwrap(), what.port)
        };
        for line in [
            "ml_board --database_name digits --folder_name lr",
            "ml_board --d digits --f lr",
            "ml_board -d digits -f lr",
            "ml_board -db digits -f lr",
            "ml_board --db=digits --folder lr",
        ] {
            assert_eq!(read(line), ("digits".into(), "lr".into(), 8000), "{line}");
        }
        assert_eq!(read("ml_board --d a --f b -p 8050").2, 8050);
        assert_eq!(read("ml_board --d a --f b --port 8051").2, 8051);
    }
}
