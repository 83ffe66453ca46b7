//! Servers that want TLS and a password; and where the password never stands.

use std::path::Path;
use std::process::Command;

use bson::doc;
use ml_board::{Board, SummaryWriter};
use ml_board_test_support::{Certificate, Mongod, command, unique};

use crate::common::Home;
use crate::{Stored, trainer};

const PASSWORD: &str = "p@ss:w/rd%";
const CODED: &str = "p%40ss%3Aw%2Frd%25";

/// A server with a user `ada`, who must say so over TLS; and the address for her with this password.
struct Guarded {
    mongod: Mongod,
    certificate: Certificate,
}

impl Guarded {
    fn start() -> Guarded {
        let (mut mongod, certificate) = (Mongod::start(&[]), Certificate::new());
        let user =
            doc! { "createUser": "ada", "pwd": PASSWORD, "roles": ["readWriteAnyDatabase"], "writeConcern": { "j": true } };
        let reply = command(mongod.port(), "admin", user).unwrap();
        assert!(reply.get_f64("ok").is_ok_and(|ok| ok == 1.0), "{reply}");
        mongod.kill();
        let (server, authority) = (certificate.server(), certificate.authority());
        let (server, authority) = (server.to_str().unwrap(), authority.to_str().unwrap());
        let tls = ["--auth", "--tlsMode", "requireTLS", "--tlsCertificateKeyFile", server, "--tlsCAFile", authority];
        mongod.restart_with(&[&tls[..], &["--tlsAllowConnectionsWithoutCertificates"]].concat());
        Guarded { mongod, certificate }
    }

    fn uri(&self, password: &str) -> String {
        let authority = self.certificate.authority();
        format!(
            "mongodb://ada:{password}@localhost:{}/?authSource=admin&tls=true&tlsCAFile={}&directConnection=true",
            self.mongod.port(),
            authority.to_str().unwrap().replace('/', "%2F")
        )
    }
}

/// No text has the password, as it is or as it stands in an address.
fn is_clean(text: &[u8]) {
    for secret in [PASSWORD, CODED, "wr0ng", "ss%3Aw"] {
        let found = text.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} stands in {}", String::from_utf8_lossy(text));
    }
}

/// All files under a directory.
fn all_are_clean(directory: &Path) -> usize {
    let mut n = 0;
    for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            n += all_are_clean(&entry.path());
        } else {
            is_clean(&std::fs::read(entry.path()).unwrap());
            n += 1;
        }
    }
    n
}

fn ml_board(home: &Home, uri: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml_board"));
    let output = command.args(arguments).env("ML_BOARD_HOME", home.path()).env("ML_BOARD_URI", uri).output().unwrap();
    is_clean(&output.stdout);
    is_clean(&output.stderr);
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_wrong_password_is_told_once_and_loses_nothing() {
    let (server, home, database) = (Guarded::start(), Home::new(), unique("secrets"));
    let output = trainer(&home, &server.uri("wr0ng"), &database, "end").output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("logged"), "{told}");
    is_clean(&output.stderr);
    is_clean(&output.stdout);
    assert_eq!(told.matches("training goes on").count(), 1, "{told}");
    assert!(told.contains("did not let us in") && told.contains("check user and password"), "{told}");
    // The journal stays, is listed, and holds no secret.
    assert!(all_are_clean(home.path()) > 0);
    let listed = ml_board(&home, &server.uri(CODED), &["ls"]);
    assert!(listed.contains(&database), "{listed}");

    let wrong =
        Board::builder().uri(server.uri("wr0ng")).database(&database).folder("runs").open().and_then(|board| board.runs());
    let error = wrong.unwrap_err().to_string();
    is_clean(error.as_bytes());
    assert!(error.contains("did not let us in"), "{error}");

    // With the right password it is shipped, and a board reads it.
    ml_board(&home, &server.uri(CODED), &["sync"]);
    let stored = Stored::at(&server.uri(CODED), &database);
    assert_eq!(stored.steps_of_one("Loss"), (0..1000).collect::<Vec<_>>());
    let board = Board::builder().uri(server.uri(CODED)).database(&database).folder("runs").open().unwrap();
    assert_eq!(board.series("Loss").unwrap()[0].values.len(), 1000);
    is_clean(board.to_html().as_bytes());
    is_clean(format!("{board:?}").as_bytes());
}

#[test]
fn a_writer_logs_over_tls_with_a_password() {
    let (server, home, database) = (Guarded::start(), Home::new(), unique("secrets"));
    let output = trainer(&home, &server.uri(CODED), &database, "close").output().unwrap();
    is_clean(&output.stderr);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stored = Stored::at(&server.uri(CODED), &database);
    assert_eq!((stored.steps_of_one("Loss").len(), stored.status()), (1000, "finished".to_owned()));
    all_are_clean(home.path());

    // Who does not trust the certificate does not get in, and is told why.
    let plain = format!("mongodb://ada:{CODED}@localhost:{}/?authSource=admin", server.mongod.port());
    let w = SummaryWriter::builder().uri(plain).database(&database).folder("runs").journal_dir(home.journals()).build().unwrap();
    w.add_scalar("Loss", 1);
    let error = w.sync(crate::SOON).unwrap_err().to_string();
    is_clean(error.as_bytes());
    assert!(error.contains("does not answer"), "{error}");
}

#[test]
fn the_address_of_a_cluster_is_understood_and_a_name_that_does_not_resolve_is_told() {
    let home = Home::new();
    let uri = format!("mongodb+srv://ada:{CODED}@cluster0.invalid/?retryWrites=true");
    let w = SummaryWriter::builder().uri(uri).database("srv").folder("runs").journal_dir(home.journals()).build().unwrap();
    w.add_scalar("Loss", 1);
    let error = w.sync(crate::SOON).unwrap_err().to_string();
    is_clean(error.as_bytes());
    assert!(error.contains("mongodb+srv://cluster0.invalid"), "{error}");
    println!("{error}");
}
