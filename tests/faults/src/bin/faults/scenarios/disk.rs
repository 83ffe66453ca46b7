//! The disk fills; the budget is used up; what lies on the disk is damaged.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use ml_board_test_support::Mongod;

use crate::checker::Expected;
use crate::ground::Training;
use crate::process::{Trainer, signal_to};
use crate::scenario::Stage;

const SOON: Duration = Duration::from_secs(20);

/// A directory on a small file system (btrfs, say) that fills instead of a tmpfs: whoever runs this mounted it.
const DISK: &str = "ML_BOARD_FAULTS_DISK";

/// Journals on a file system of some megabytes, which only the trainer sees (`unshare -rm`).
struct SmallDisk {
    home: PathBuf,
    named: bool,
}

impl SmallDisk {
    /// `None`: there can be none here, which the outcome says.
    fn here(stage: &mut Stage) -> Result<Option<SmallDisk>> {
        let named = std::env::var_os(DISK).map(PathBuf::from);
        let disk = SmallDisk { named: named.is_some(), home: named.unwrap_or_else(|| stage.ground.home("mounted")) };
        fs::create_dir_all(&disk.home)?;
        let mount = ["-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs"];
        let tried = Command::new("unshare").args(mount).arg(&disk.home).output();
        if disk.named || tried.as_ref().is_ok_and(|tried| tried.status.success()) {
            return Ok(Some(disk));
        }
        let why = tried.map_or_else(|error| error.to_string(), |tried| String::from_utf8_lossy(&tried.stderr).trim().to_owned());
        stage.outcome.not_tried = Some(format!("no file system can be mounted here (`unshare -rm mount -t tmpfs …`: {why})"));
        Ok(None)
    }

    /// A trainer on it, that begins to log.
    fn train(&self, stage: &mut Stage, training: &Training<'_>, uri: &str) -> Result<Trainer> {
        let megabytes = stage.random.within(if stage.short { 13..16 } else { 9..30 });
        let (trainer, ledger) = stage.ground.command(&self.home, training);
        let mut command = Command::new(if self.named { "env" } else { "unshare" });
        let mount = match self.named {
            true => "true".to_owned(),
            false => format!("mount -t tmpfs -o size={megabytes}m tmpfs \"$HOME_OF_ALL\""),
        };
        // What is left after a kill can only be shipped in there.
        let script = format!("{mount} && {{ \"$@\"; \"$SYNC\" sync >&2; }}");
        if !self.named {
            command.arg("-rm");
        }
        command.args(["sh", "-c", &script, "sh"]).arg(trainer.get_program()).args(trainer.get_args());
        command.env("HOME_OF_ALL", &self.home).env("ML_BOARD_HOME", &self.home).env("ML_BOARD_URI", uri);
        command.env("SYNC", crate::process::beside("ml_board")?);
        let trainer = Trainer::spawn(command, ledger, training.seed, 1, 0)?;
        trainer.run()?;
        Ok(trainer)
    }
}

/// With the server away the disk fills: calls wait, none is rejected, and they go on when the server is back.
pub(crate) fn blocked(stage: &mut Stage) -> Result<()> {
    let Some(disk) = SmallDisk::here(stage)? else { return Ok(()) };
    let mut server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let round = format!("disk {}", stage.outcome.tried);
        let folder = stage.ground.folder();
        let training = judging(stage, &uri, &folder).heavy().with("block", 1);
        let mut trainer = disk.train(stage, &training, &uri)?;
        server.kill();
        let calls = |trainer: &Trainer| trainer.told().returned[0];
        let (begun, mut last) = (Instant::now(), (calls(&trainer), Instant::now()));
        while last.1.elapsed() < Duration::from_secs(2) {
            ensure!(begun.elapsed() < Duration::from_secs(120), "{round}: no call waited in two minutes: the disk did not fill");
            std::thread::sleep(Duration::from_millis(20));
            if calls(&trainer) != last.0 {
                last = (calls(&trainer), Instant::now());
            }
        }
        server.restart();
        let begun = Instant::now();
        while calls(&trainer) < last.0 + 100 {
            ensure!(begun.elapsed() < Duration::from_secs(90), "{round}: calls do not go on");
            std::thread::sleep(Duration::from_millis(20));
        }
        trainer.close(Duration::from_secs(125))?;
        let rejected = trainer.told().rejected.len();
        stage.demand(rejected == 0, || format!("{round}: {rejected} calls were rejected"));
        let answer = stage.ground.check(&uri, &folder, &[trainer.expected(false, &["finished"])])?;
        stage.count(&round, &answer);
        stage.outcome.tried += 1;
    }
    Ok(())
}

/// With the server away the disk fills: calls are rejected, and the trainer knows which. When the server is back, all others must get there.
pub(crate) fn full(stage: &mut Stage) -> Result<()> {
    let Some(disk) = SmallDisk::here(stage)? else { return Ok(()) };
    let mut server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let round = format!("disk {}", stage.outcome.tried);
        let folder = stage.ground.folder();
        let training = judging(stage, &uri, &folder);
        let mut trainer = disk.train(stage, &training, &uri)?;
        std::thread::sleep(stage.random.millis(1..300));
        fill_and_empty(stage, &mut server, &mut trainer, &round)?;
        let killed = stage.random.one_in(2);
        if killed {
            // Full again, and dead.
            server.kill();
            let before = trainer.told().rejected.len();
            let begun = Instant::now();
            while trainer.told().rejected.len() < before + 10 && begun.elapsed() < Duration::from_secs(60) {
                std::thread::sleep(Duration::from_millis(20));
            }
            server.restart();
            signal_to(trainer.told().pid, libc::SIGKILL);
            trainer.wait(Duration::from_secs(120))?;
        } else {
            let closed = trainer.order("close", Duration::from_secs(125))?;
            ensure!(closed.text.starts_with("closed"), "{round}: close: {closed:?}");
            trainer.end(SOON)?;
        }
        let status = if killed { ["killed"] } else { ["finished"] };
        let answer = stage.ground.check(&uri, &folder, &[trainer.expected(killed, &status)])?;
        stage.count(&round, &answer);
        stage.outcome.tried += 1;
    }
    Ok(())
}

/// The same with a journal that may take so many bytes and no more.
pub(crate) fn budget(stage: &mut Stage) -> Result<()> {
    let mut server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let round = format!("budget {}", stage.outcome.tried);
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        let budget = stage.random.within(if stage.short { 13..16 } else { 13..30 }) << 20;
        let training = judging(stage, &uri, &folder).with("budget", budget);
        let mut trainer = stage.ground.train(&home, &training)?;
        trainer.run()?;
        fill_and_empty(stage, &mut server, &mut trainer, &round)?;
        let most: u64 = files(&home)?.iter().filter_map(|path| Some(path.metadata().ok()?.len())).sum();
        stage.demand(most <= budget, || format!("{round}: {most} bytes on the disk, of {budget}"));
        trainer.close(Duration::from_secs(125))?;
        let answer = stage.ground.check(&uri, &folder, &[trainer.expected(false, &["finished"])])?;
        stage.count(&round, &answer);
        stage.outcome.tried += 1;
    }
    Ok(())
}

/// A training of which each rejected call is known. Large values fill the disk by files of their own, small ones by segments.
fn judging<'a>(stage: &mut Stage, uri: &'a str, folder: &'a str) -> Training<'a> {
    let training = Training::new(uri, folder, stage.random.number()).pace("full").with("judge", 1).with("flush", 50);
    if stage.short || stage.random.one_in(2) { training.heavy() } else { training }
}

/// The server goes away until calls are rejected, and comes back; then calls must be taken again.
fn fill_and_empty(stage: &mut Stage, server: &mut Mongod, trainer: &mut Trainer, round: &str) -> Result<()> {
    server.kill();
    let begun = Instant::now();
    while trainer.told().rejected.len() < 30 {
        ensure!(
            begun.elapsed() < Duration::from_secs(120),
            "{round}: no call was rejected in two minutes: the disk did not fill"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let longest = trainer.order("longest", SOON)?;
    server.restart();
    let begun = Instant::now();
    loop {
        trainer.must("pause", SOON)?;
        let synced = trainer.order("sync 30000", Duration::from_secs(35))?;
        trainer.must("go", SOON)?;
        let rejected = trainer.told().rejected.len();
        std::thread::sleep(Duration::from_millis(100));
        if synced.text == "ok" && trainer.told().rejected.len() == rejected {
            break;
        }
        ensure!(begun.elapsed() < Duration::from_secs(90), "{round}: no call is taken again: {synced:?}");
    }
    let nanos: u64 = longest.text.rsplit(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(u64::MAX);
    stage.demand(nanos < 3_000_000_000, || format!("{round}: a call took {nanos} ns on a full disk"));
    let told = trainer.told();
    stage.outcome.notes.push(format!("{round}: {} of {} calls rejected", told.rejected.len(), told.returned[0]));
    Ok(())
}

/// The end of the last record, and of some before it, is lost: zeros, or a file that is shorter. All before must be there, in order.
pub(crate) fn torn(stage: &mut Stage) -> Result<()> {
    damaged(stage, |stage, journal| {
        let last = segments(journal)?.pop().context("a journal has a segment")?;
        let (file, bytes) = (File::options().write(true).open(&last)?, fs::read(&last)?);
        let end = bytes.iter().rposition(|byte| *byte != 0).context("the segment is empty")? as u64 + 1;
        let lost = stage.random.within(1..300);
        let cut = end - lost;
        if stage.random.one_in(2) {
            file.set_len(cut)?;
        } else {
            file.write_all_at(&vec![0; lost as usize], cut)?;
        }
        // A record has 32 bytes or more, and the first may have lost its end only.
        Ok((format!("cut {lost} bytes before the end of {}", last.display()), Some(lost / 32 + 1)))
    })
}

/// Bits are flipped anywhere in the journal.
pub(crate) fn flipped(stage: &mut Stage) -> Result<()> {
    damaged(stage, |stage, journal| {
        let mut what = String::new();
        for _ in 0..stage.random.within(1..20) {
            let all = files(journal)?;
            let path = stage.random.pick(&all);
            let bytes = fs::read(path)?;
            let Some(end) = bytes.iter().rposition(|byte| *byte != 0) else { continue };
            let at = stage.random.within(0..end as u64 + 1);
            let bit = stage.random.within(0..8);
            File::options().write(true).open(path)?.write_all_at(&[bytes[at as usize] ^ 1 << bit], at)?;
            what += &format!("bit {bit} of byte {at} of {}; ", path.file_name().unwrap_or_default().display());
        }
        Ok((what, None))
    })
}

/// Damages copies of journals of killed trainers, and ships each: `damage` says what it did, and how many calls may lack at the end.
fn damaged(stage: &mut Stage, damage: impl Fn(&mut Stage, &Path) -> Result<(String, Option<u64>)>) -> Result<()> {
    let mut server = Mongod::start(&[]);
    let uri = server.uri();
    let mut refused = 0;
    while stage.outcome.tried < stage.times {
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        server.kill();
        let calls = stage.random.within(50..25_000);
        let training = Training::new(&uri, &folder, stage.random.number()).pace("full").with("calls", calls);
        let mut trainer = stage.ground.train(&home, &training)?;
        trainer.run()?;
        trainer.must("done", Duration::from_secs(60))?;
        trainer.signal(libc::SIGKILL);
        trainer.wait(SOON)?;
        server.restart();
        for copy in 0..10.min(stage.times - stage.outcome.tried) {
            let place = home.join(format!("copy{copy}"));
            let from = crate::ground::journals(&home).pop().context("a killed trainer leaves a journal")?;
            let journal = place.join("journals").join(&from);
            fs::create_dir_all(&journal)?;
            for path in files(&home.join("journals").join(&from))? {
                fs::copy(&path, journal.join(path.file_name().unwrap_or_default()))?;
            }
            File::create(journal.join("lock"))?;
            let (what, may_lack) = damage(stage, &journal)?;
            // Each copy is the same session.
            stage.ground.forget(&uri)?;
            let synced = stage.ground.sync(&place, &uri);
            let expected = Expected { damaged: true, ..trainer.expected(false, &["killed"]) };
            if let Err(error) = synced {
                // A journal of which nothing can be told may be refused; then it stays, and nothing of it is stored.
                refused += 1;
                ensure!(may_lack.is_none() && journal.exists(), "{what}: {error:#}");
            } else {
                let answer = stage.ground.check(&uri, &folder, &[expected])?;
                stage.count(&what, &answer);
                if let Some(most) = may_lack {
                    stage.demand(answer.lost <= most && answer.torn == 0, || {
                        format!("{what}: {} calls lack, of which {} are not the last ones", answer.lost, answer.torn)
                    });
                }
            }
            stage.outcome.tried += 1;
            fs::remove_dir_all(&place)?;
        }
    }
    if refused > 0 {
        stage.outcome.notes.push(format!("{refused} were refused as no journal, and stayed"));
    }
    Ok(())
}

/// The files of a journal (or a home), those of the locks left out.
fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        match path.extension().and_then(|end| end.to_str()) {
            _ if path.is_dir() => found.extend(files(&path).unwrap_or_default()),
            Some("lock") => {}
            _ if path.file_name().is_some_and(|name| name == "lock") => {}
            _ => found.push(path),
        }
    }
    found.sort();
    Ok(found)
}

fn segments(journal: &Path) -> Result<Vec<PathBuf>> {
    let mut written = files(journal)?;
    written.retain(|path| path.extension().is_some_and(|end| end == "segment") && has_records(path));
    if written.is_empty() {
        bail!("no segment with records in {}", journal.display());
    }
    Ok(written)
}

/// Segments are made ahead: has this one anything beyond its header?
fn has_records(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes.iter().skip(4096).any(|byte| *byte != 0))
}
