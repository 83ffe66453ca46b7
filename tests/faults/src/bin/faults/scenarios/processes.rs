//! Several programs, and programs that end in other ways than by a close.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};
use ml_board_faults::Told;
use ml_board_test_support::Mongod;

use crate::ground::{Training, expected};
use crate::process::wait;
use crate::scenario::Stage;

const SOON: Duration = Duration::from_secs(20);
const CLOSE: Duration = Duration::from_secs(125);

/// Four programs make their writers in the same millisecond: each has a run of its own.
pub(crate) fn same_millisecond(stage: &mut Stage) -> Result<()> {
    let server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        let at = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() + 150;
        let mut trainers = Vec::new();
        for _ in 0..4 {
            let training = Training::new(&uri, &folder, stage.random.number()).pace("full").with("calls", 500).with("at", at);
            trainers.push(stage.ground.train(&home, &training)?);
        }
        let mut runs = Vec::new();
        for trainer in &mut trainers {
            runs.push(trainer.run()?);
            trainer.must("done", SOON)?;
            trainer.close(CLOSE)?;
        }
        runs.sort();
        runs.dedup();
        stage.demand(runs.len() == 4, || format!("four writers share {} runs", runs.len()));
        let sessions: Vec<_> = trainers.iter().map(|trainer| trainer.expected(false, &["finished"])).collect();
        let answer = stage.ground.check(&uri, &folder, &sessions)?;
        stage.count(&format!("after {} writers", stage.outcome.tried), &answer);
        stage.outcome.tried += 4;
    }
    Ok(())
}

/// A child of a fork cannot log to its parent's writer, whose run goes on; one of its own it can make.
pub(crate) fn fork(stage: &mut Stage) -> Result<()> {
    let server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let how = ["leave", "drop", "own"][stage.outcome.tried as usize % 3];
        let round = format!("fork {} ({how})", stage.outcome.tried);
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        // Where the child drops the writer, no thread of the parent has a share in it: the main thread logs.
        let threads = if how == "drop" { 0 } else { 2 };
        let training = Training::new(&uri, &folder, stage.random.number()).threads(threads);
        let mut trainer = stage.ground.train(&home, &training)?;
        trainer.run()?;
        trainer.must(&format!("log {}", stage.random.within(1..3000)), SOON)?;
        std::thread::sleep(stage.random.millis(1..1500));
        // A child that hangs holds up its parent's answer.
        trainer.must(&format!("fork {how}"), Duration::from_secs(130))?;
        trainer.must(&format!("log {}", stage.random.within(1..3000)), SOON)?;
        trainer.close(CLOSE)?;
        // The main thread's calls count as those of one thread more.
        let mut sessions = vec![expected(trainer.told(), trainer.seed, threads + 1, 0, false, &["finished"])];
        if how == "own" {
            let child = Told::read(&trainer.ledger.with_added_extension("child"));
            sessions.push(expected(child, trainer.seed + 1, 1, 0, false, &["finished"]));
        }
        let left = crate::ground::journals(&home);
        stage.demand(left.is_empty(), || format!("{round}: journals are left: {left:?}"));
        let answer = stage.ground.check(&uri, &folder, &sessions)?;
        stage.count(&round, &answer);
        stage.outcome.tried += 1;
    }
    Ok(())
}

/// A training thread that has the writer panics; the main thread does, and the writer is dropped while it unwinds; one of several threads
/// does, and the others go on.
pub(crate) fn panic(stage: &mut Stage) -> Result<()> {
    let server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let how = ["panic", "unwind", "stumble"][stage.outcome.tried as usize % 3];
        let round = format!("round {} ({how})", stage.outcome.tried);
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        let threads = if how == "panic" { 1 } else { 3 };
        let training = Training::new(&uri, &folder, stage.random.number()).threads(threads);
        let mut trainer = stage.ground.train(&home, &training)?;
        trainer.run()?;
        std::thread::sleep(stage.random.millis(1..1500));
        let status = match how {
            "panic" => {
                trainer.must("panic", SOON)?;
                trainer.end(SOON)?;
                ("panicked", "panicked at ")
            }
            "unwind" => {
                trainer.tell("unwind")?;
                let ended = trainer.wait(SOON)?;
                ensure!(!ended.success(), "{round}: it ended with {ended}");
                ("panicked", "panicked at ")
            }
            _ => {
                trainer.must("stumble", SOON)?;
                std::thread::sleep(stage.random.millis(20..500));
                trainer.close(CLOSE)?;
                ("finished", "")
            }
        };
        let left = crate::ground::journals(&home);
        stage.demand(left.is_empty(), || format!("{round}: journals are left: {left:?}"));
        let mut expected = trainer.expected(false, &[status.0]);
        expected.how = status.1;
        let answer = stage.ground.check(&uri, &folder, &[expected])?;
        stage.count(&round, &answer);
        stage.outcome.tried += 1;
    }
    Ok(())
}

/// `exit` without a drop, `abort`, SIGTERM and SIGINT.
pub(crate) fn exit(stage: &mut Stage) -> Result<()> {
    let server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let how = ["exit", "abort", "term", "int"][stage.outcome.tried as usize % 4];
        let round = format!("round {} ({how})", stage.outcome.tried);
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        let training = Training::new(&uri, &folder, stage.random.number()).threads(2);
        let mut trainer = stage.ground.train(&home, &training)?;
        trainer.run()?;
        std::thread::sleep(stage.random.millis(1..1500));
        match how {
            "term" => trainer.signal(libc::SIGTERM),
            "int" => trainer.signal(libc::SIGINT),
            order => trainer.tell(order)?,
        }
        trainer.wait(SOON)?;
        stage.ground.sync(&home, &uri)?;
        let answer = stage.ground.check(&uri, &folder, &[trainer.expected(true, &["killed"])])?;
        stage.count(&round, &answer);
        stage.outcome.tried += 1;
    }
    Ok(())
}

/// Two programs log at once; one is killed, and while the other goes on a third one and two `sync`s ship what it left, all at once.
pub(crate) fn two(stage: &mut Stage) -> Result<()> {
    let server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        let mut trainers = Vec::new();
        for _ in 0..2 {
            let training = Training::new(&uri, &folder, stage.random.number()).threads(2).with("flush", 100);
            trainers.push(stage.ground.train(&home, &training)?);
        }
        trainers.iter().try_for_each(|trainer| trainer.run().map(drop))?;
        std::thread::sleep(stage.random.millis(1..1500));
        trainers[0].signal(libc::SIGKILL);
        trainers[0].wait(SOON)?;
        let training = Training::new(&uri, &folder, stage.random.number()).with("flush", 100);
        trainers.push(stage.ground.train(&home, &training)?);
        let mut syncs = [stage.ground.begin_sync(&home, &uri)?, stage.ground.begin_sync(&home, &uri)?];
        trainers[2].run()?;
        for sync in &mut syncs {
            let status = wait(sync, Duration::from_secs(60))?;
            stage.demand(status.success(), || format!("one of two syncs ended with {status}"));
        }
        trainers[1].close(CLOSE)?;
        trainers[2].close(CLOSE)?;
        stage.ground.sync(&home, &uri)?;
        let mut sessions = vec![trainers[0].expected(true, &["killed"])];
        sessions.extend(trainers[1..].iter().map(|trainer| trainer.expected(false, &["finished"])));
        let answer = stage.ground.check(&uri, &folder, &sessions)?;
        stage.count(&format!("pair {}", stage.outcome.tried), &answer);
        stage.outcome.tried += 1;
    }
    Ok(())
}

/// Four processes log one run side by side; one is killed.
pub(crate) fn ranks(stage: &mut Stage) -> Result<()> {
    let server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        let mut trainers = vec![stage.ground.train(&home, &Training::new(&uri, &folder, stage.random.number()))?];
        let run = trainers[0].run()?;
        for rank in 1..4 {
            let training = Training::new(&uri, &folder, stage.random.number()).rank(rank).with("resume", &run);
            trainers.push(stage.ground.train(&home, &training)?);
        }
        trainers[1..].iter().try_for_each(|trainer| trainer.run().map(drop))?;
        std::thread::sleep(stage.random.millis(1..2000));
        let victim = stage.random.within(0..4) as usize;
        trainers[victim].signal(libc::SIGKILL);
        trainers[victim].wait(SOON)?;
        for (rank, trainer) in trainers.iter_mut().enumerate() {
            if rank != victim {
                trainer.close(CLOSE)?;
            }
        }
        stage.ground.sync(&home, &uri)?;
        let sessions: Vec<_> = trainers
            .iter()
            .enumerate()
            .map(|(rank, trainer)| {
                let killed = rank == victim;
                trainer.expected(killed, if killed { &["killed"] } else { &["finished"] })
            })
            .collect();
        let answer = stage.ground.check(&uri, &folder, &sessions)?;
        stage.count(&format!("run {}", stage.outcome.tried), &answer);
        stage.outcome.tried += 1;
    }
    Ok(())
}
