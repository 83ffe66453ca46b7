//! A program that is a script: what the writer does when it dies, says nothing, or is not there.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::error::ErrorKind;

struct Bench {
    home: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("journal")).unwrap();
        Bench { home }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A writer's shipping by this script.
    fn shipping(&self, script: &str) -> Shipping {
        let hello = News::Hello { version: env!("CARGO_PKG_VERSION").to_owned(), shipping: SHIPPING };
        let hello = serde_json::to_string(&hello).unwrap();
        let script = format!("#!/bin/sh\ncd '{}'\necho '{hello}'\n{script}\n", self.home.path().display());
        fs::write(self.at("program"), script).unwrap();
        fs::set_permissions(self.at("program"), fs::Permissions::from_mode(0o755)).unwrap();
        self.shipping_by(self.at("program"))
    }

    fn shipping_by(&self, program: PathBuf) -> Shipping {
        let (named, path, cargo_bin) = (Some(program), None, None);
        let places = Places { named, path, cargo_bin, home: self.at("home"), sources: self.at("sources") };
        let address = Address::parse("mongodb://ada:s3cret@127.0.0.1:1/").unwrap();
        begin(Ok(places), &self.at("journal"), &address, Options { quiet: true, ..Options::default() }).unwrap()
    }
}

fn soon(millis: u64) -> Instant {
    Instant::now() + Duration::from_millis(millis)
}

const LONG: u64 = 60_000;

#[test]
fn one_that_dies_is_started_again_and_told_what_is_not_answered_yet() {
    let bench = Bench::new();
    // The first dies when it is told to sync; the second answers.
    let script = r#"echo "$@" >> arguments; read ship; read sync; echo "$ship" >> told
if [ ! -e died ]; then touch died; exit 1; fi
echo '{"Status":{"stored_points":7,"pending_bytes":3,"last_error":null,"rejected":0}}'
echo '{"Done":{"id":1,"result":{"Ok":{"stored_points":7,"complete":false}}}}'; read end"#;
    let shipping = bench.shipping(script);
    shipping.sync(soon(LONG)).unwrap();
    let status = shipping.status();
    assert_eq!((status.stored_points, status.pending_bytes), (7, 3));
    let arguments = fs::read_to_string(bench.at("arguments")).unwrap();
    assert_eq!(arguments, format!("ship --journal {0}\n", bench.at("journal").display()).repeat(2));
    // The password is told through the pipe, and nowhere else.
    assert_eq!(fs::read_to_string(bench.at("told")).unwrap().matches("ada:s3cret@127.0.0.1").count(), 2);
}

#[test]
fn one_that_says_nothing_is_waited_for_until_the_deadline() {
    let bench = Bench::new();
    let shipping = bench.shipping("while read order; do :; done");
    assert_eq!(shipping.sync(soon(50)).unwrap_err().kind(), ErrorKind::Timeout);
    // Not even a thousand orders make the pipe full, and the caller wait.
    (0..1000).for_each(|_| drop(shipping.sync(soon(0))));
    assert_eq!(shipping.stop(soon(50), soon(0)).unwrap_err().kind(), ErrorKind::Timeout);
}

#[test]
fn a_journal_that_is_gone_when_it_ends_is_stored() {
    let bench = Bench::new();
    let shipping = bench.shipping("read ship; read stop; rmdir journal");
    assert!(shipping.stop(soon(LONG), soon(LONG)).unwrap().complete);
}

#[test]
fn one_that_cannot_ship_and_none_at_all_are_told_at_once() {
    let bench = Bench::new();
    for shipping in [bench.shipping("echo 'error: no such store' >&2"), bench.shipping_by(bench.at("nothing"))] {
        let begun = Instant::now();
        let error = shipping.sync(soon(LONG)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.to_string().contains("ml_board sync"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
}
