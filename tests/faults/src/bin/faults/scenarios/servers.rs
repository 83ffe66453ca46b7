//! The server is killed, or stands still.

use std::time::{Duration, Instant};

use anyhow::Result;
use ml_board_test_support::Mongod;

use crate::checker::Expected;
use crate::ground::Training;
use crate::process::{Trainer, wait};
use crate::scenario::Stage;

/// What any order may take that does not wait for the store.
const SOON: Duration = Duration::from_secs(20);
/// Over what a call or an order says of its own deadline, on a machine that has other things to do.
const SLACK: Duration = Duration::from_secs(3);

/// After each kill, what was logged before and meanwhile must get there, while the trainers go on.
pub(crate) fn killed(stage: &mut Stage) -> Result<()> {
    let mut server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        let mut trainers = Vec::new();
        for threads in [1, 2] {
            let random = &mut stage.random;
            let training = Training::new(&uri, &folder, random.number())
                .threads(threads)
                .pace(random.pick::<&'static str>(&["bursts", "slow"]))
                .with("flush", random.pick(&[10, 100, 1000]));
            let trainer = stage.ground.train(&home, &training)?;
            trainer.run()?;
            trainers.push(trainer);
        }
        for _ in 0..5.min(stage.times - stage.outcome.tried) {
            std::thread::sleep(stage.random.millis(5..3000));
            server.kill();
            std::thread::sleep(stage.random.millis(1..3000));
            server.restart();
            stage.outcome.tried += 1;
            let round = format!("after {} kills", stage.outcome.tried);
            let sessions = settled(&mut trainers)?;
            let answer = stage.ground.check(&uri, &folder, &sessions)?;
            stage.count(&round, &answer);
            trainers.iter_mut().try_for_each(|trainer| trainer.must("go", SOON))?;
        }
        // One ends well; the other is killed while the server is away.
        trainers[0].close(Duration::from_secs(125))?;
        server.kill();
        std::thread::sleep(stage.random.millis(1..500));
        trainers[1].signal(libc::SIGKILL);
        trainers[1].wait(SOON)?;
        server.restart();
        stage.ground.sync(&home, &uri)?;
        let sessions = [trainers[0].expected(false, &["finished"]), trainers[1].expected(true, &["killed"])];
        let answer = stage.ground.check(&uri, &folder, &sessions)?;
        stage.count(&format!("in the end, after {} kills", stage.outcome.tried), &answer);
    }
    Ok(())
}

/// All trainers pause, and all they logged is stored: what must be there now.
pub(crate) fn settled(trainers: &mut [Trainer]) -> Result<Vec<Expected>> {
    for trainer in &mut *trainers {
        trainer.must("pause", SOON)?;
    }
    for trainer in &mut *trainers {
        // A sync fails as soon as the store is known to be away; it may be in the middle of coming back.
        let begun = Instant::now();
        while trainer.order("sync 60000", Duration::from_secs(60) + SLACK)?.text != "ok" {
            anyhow::ensure!(begun.elapsed() < Duration::from_secs(300), "what was logged was not stored within five minutes");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
    Ok(trainers.iter().map(|trainer| trainer.expected(false, &["running"])).collect())
}

/// The server stands still for longer than every deadline: calls go on, and all that waits for it ends in time.
pub(crate) fn frozen(stage: &mut Stage) -> Result<()> {
    let server = Mongod::start(&[]);
    let uri = server.uri();
    while stage.outcome.tried < stage.times {
        let round = format!("freeze {}", stage.outcome.tried);
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{}", stage.outcome.tried)));
        let training = |seed| Training::new(&uri, &folder, seed).threads(2).with("flush", 50);
        let mut trainer = stage.ground.train(&home, &training(stage.random.number()))?;
        trainer.run()?;
        // All its tags are in its journal, where who resumes it finds how far they are.
        trainer.has_logged(5_000)?;
        std::thread::sleep(stage.random.millis(5..2000));

        server.freeze();
        stage.outcome.tried += 1;
        let before: u64 = trainer.told().returned.iter().sum();
        let synced = trainer.order("sync 2000", SOON)?;
        stage.demand(synced.text.starts_with("late") && synced.took < Duration::from_secs(2) + SLACK, || {
            format!("{round}: sync(2 s) on a frozen server: {synced:?}")
        });
        let flushed = trainer.order("flush", SOON)?;
        stage.demand(flushed.text == "ok" && flushed.took < Duration::from_secs(5), || format!("{round}: flush: {flushed:?}"));
        let after: u64 = trainer.told().returned.iter().sum();
        stage.demand(after > before, || format!("{round}: no call returned in {:?} of frozen server", synced.took));

        // A program that begins now is not kept waiting, nor one that resumes a run for longer than five seconds.
        let run = trainer.told().run.unwrap_or_default();
        let begun = Instant::now();
        let mut second = stage.ground.train(&home, &training(stage.random.number()))?;
        second.run()?;
        stage.demand(begun.elapsed() < SLACK, || format!("{round}: a writer took {:?} to be made", begun.elapsed()));
        let begun = Instant::now();
        let mut third = stage.ground.train(&home, &training(stage.random.number()).with("resume", run))?;
        third.run()?;
        stage
            .demand(begun.elapsed() < Duration::from_secs(5) + SLACK, || format!("{round}: a resume took {:?}", begun.elapsed()));

        let dropped = second.order("drop", SOON)?;
        stage.demand(dropped.took < Duration::from_secs(10) + SLACK, || format!("{round}: drop took {:?}", dropped.took));
        second.end(SOON)?;
        let longest = trainer.order("longest", SOON)?;
        let nanos: u64 = longest.text.rsplit(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(u64::MAX);
        stage.demand(nanos < 3_000_000_000, || format!("{round}: a call took {nanos} ns"));

        // The full form waits for what takes longest: a close, and a sync from the command line.
        if !stage.short {
            trainer.tell("close")?;
            let mut sync = stage.ground.begin_sync(&home, &uri)?;
            let begun = Instant::now();
            let status = wait(&mut sync, Duration::from_secs(300))?;
            stage.outcome.notes.push(format!("`ml_board sync` on a frozen server: {status} after {:?}", begun.elapsed()));
            stage.demand(!status.success(), || format!("{round}: `ml_board sync` on a frozen server says that all is stored"));
            let closed = trainer.order("longest", Duration::from_secs(150))?;
            stage.demand(closed.text.starts_with("late") && closed.took < Duration::from_secs(120) + SLACK, || {
                format!("{round}: close on a frozen server: {closed:?}")
            });
        } else {
            trainer.must("drop", SOON)?;
        }
        third.must("drop", SOON)?;
        server.thaw();
        for one in [&mut trainer, &mut third] {
            one.end(SOON)?;
        }
        stage.ground.sync(&home, &uri)?;
        let mut sessions = [&trainer, &second, &third].map(|one| one.expected(false, &["finished"]));
        // It could not ask where the steps had ended.
        sessions[2].apart = true;
        let answer = stage.ground.check(&uri, &folder, &sessions)?;
        stage.count(&round, &answer);
    }
    Ok(())
}
