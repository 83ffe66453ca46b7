//! The trainer, and whoever ships what it left, are killed at any instant.

use std::time::Duration;

use anyhow::Result;
use ml_board_test_support::Mongod;

use crate::checker::Expected;
use crate::ground::Training;
use crate::process::wait;
use crate::scenario::Stage;

const LIVES: u64 = 8;

/// Trainers are killed one after the other; the next one ships what the last one left, or a `sync` does, and that is killed, too.
pub(crate) fn trainer(stage: &mut Stage) -> Result<()> {
    let server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let round = format!("after {} kills", stage.outcome.tried);
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        let mut sessions: Vec<Expected> = Vec::new();
        for _ in 0..LIVES.min(stage.times - stage.outcome.tried) {
            let random = &mut stage.random;
            let mut training = Training::new(&uri, &folder, random.number())
                .threads(random.within(1..4))
                .pace(random.pick::<&'static str>(&["bursts", "bursts", "full", "slow"]))
                .with("flush", random.pick(&[1, 20, 200, 1000]));
            let resumed = sessions.last().and_then(|last| last.told.run.clone()).filter(|_| random.one_in(3));
            if let Some(run) = &resumed {
                training = training.with("resume", run);
            }
            // From the first instant of the process, or once it logs.
            let (early, delay) = (random.one_in(5), random.millis(1..2000));
            let mut trainer = stage.ground.train(&home, &training)?;
            if !early {
                trainer.run()?;
            }
            std::thread::sleep(delay);
            trainer.signal(libc::SIGKILL);
            trainer.wait(Duration::from_secs(10))?;
            stage.outcome.tried += 1;
            let expected = trainer.expected(true, &["killed"]);
            if expected.told.pid > 0 {
                sessions.push(expected);
            }
            if stage.random.one_in(4) {
                let mut sync = stage.ground.begin_sync(&home, &uri)?;
                std::thread::sleep(stage.random.millis(1..400));
                sync.kill()?;
                sync.wait()?;
            }
        }
        stage.ground.sync(&home, &uri)?;
        let answer = stage.ground.check(&uri, &folder, &sessions)?;
        stage.count(&round, &answer);
    }
    drop(server);
    Ok(())
}

/// A journal of some megabytes is shipped by one `sync` after the other, each killed on its way, until one comes through.
pub(crate) fn sync(stage: &mut Stage) -> Result<()> {
    let mut server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let round = format!("after {} kills", stage.outcome.tried);
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        server.kill();
        let calls = stage.random.within(1_000..if stage.short { 10_000 } else { 60_000 });
        let training = Training::new(&uri, &folder, stage.random.number()).threads(2).pace("full").with("calls", calls);
        let mut trainer = stage.ground.train(&home, &training)?;
        trainer.run()?;
        trainer.must("done", Duration::from_secs(60))?;
        trainer.signal(libc::SIGKILL);
        trainer.wait(Duration::from_secs(10))?;
        server.restart();
        let mut shipped = false;
        while !shipped && stage.outcome.tried < stage.times {
            let mut sync = stage.ground.begin_sync(&home, &uri)?;
            std::thread::sleep(stage.random.millis(30..1500));
            sync.kill().ok();
            shipped = wait(&mut sync, Duration::from_secs(10))?.success();
            stage.outcome.tried += u64::from(!shipped);
        }
        stage.ground.sync(&home, &uri)?;
        let answer = stage.ground.check(&uri, &folder, &[trainer.expected(false, &["killed"])])?;
        stage.count(&round, &answer);
    }
    Ok(())
}
