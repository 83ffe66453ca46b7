//! Connections are cut before and after the server did what it was asked; a replica set loses its primary.

use std::time::Duration;

use anyhow::Result;
use ml_board_test_support::{Mongod, Proxy, ReplicaSet, Weather};

use super::servers::settled;
use crate::ground::Training;
use crate::process::Trainer;
use crate::scenario::Stage;

const SOON: Duration = Duration::from_secs(20);

/// All connections go through a proxy that cuts each after some bytes, in a request or in a reply.
pub(crate) fn cut(stage: &mut Stage) -> Result<()> {
    let server = Mongod::start(&[]);
    let direct = server.uri();
    let mut round = 0;
    while stage.outcome.tried < stage.times {
        round += 1;
        let proxy = Proxy::start(server.port(), stage.random.number());
        let uri = proxy.uri();
        let (folder, home) = (stage.ground.folder(), stage.ground.home(&format!("home{round}")));
        let random = &mut stage.random;
        let training = Training::new(&uri, &folder, random.number()).threads(2).with("flush", random.pick(&[5, 50, 300]));
        let mut trainers = vec![stage.ground.train(&home, &training)?];
        trainers[0].run()?;
        for _ in 0..3 {
            // Small ones cut greetings, large ones bulk writes.
            let most = *stage.random.pick(&[3_000, 20_000, 100_000]);
            proxy.set(Weather::Cuts { requests: 100..most, replies: 20..most / 20 });
            std::thread::sleep(stage.random.millis(500..4000));
        }
        // In storms nothing may settle; in fair weather it must.
        proxy.set(Weather::Fair);
        let sessions = settled(&mut trainers)?;
        let answer = stage.ground.check(&direct, &folder, &sessions)?;
        stage.count(&format!("round {round}"), &answer);
        proxy.set(Weather::Cuts { requests: 100..20_000, replies: 20..1000 });
        trainers[0].must("go", SOON)?;
        std::thread::sleep(stage.random.millis(100..3000));
        // One in two is killed in the storm.
        let killed = stage.random.one_in(2);
        if killed {
            trainers[0].signal(libc::SIGKILL);
            trainers[0].wait(SOON)?;
        } else {
            proxy.set(Weather::Fair);
            trainers[0].close(Duration::from_secs(125))?;
        }
        proxy.set(Weather::Fair);
        stage.ground.sync(&home, &uri)?;
        let status = if killed { ["killed"] } else { ["finished"] };
        let answer = stage.ground.check(&direct, &folder, &[trainers[0].expected(killed, &status)])?;
        stage.count(&format!("end of round {round}"), &answer);
        stage.outcome.tried += proxy.cuts();
    }
    Ok(())
}

/// Ten writers log to a replica set of three while its primary is killed or steps down.
pub(crate) fn failover(stage: &mut Stage) -> Result<()> {
    let mut set = ReplicaSet::start();
    let uri = set.uri();
    let (folder, home) = (stage.ground.folder(), stage.ground.home("home"));
    let mut trainers: Vec<Trainer> = Vec::new();
    for _ in 0..10 {
        let training = Training::new(&uri, &folder, stage.random.number()).pace("slow").with("flush", 200);
        trainers.push(stage.ground.train(&home, &training)?);
    }
    trainers.iter().try_for_each(|trainer| trainer.run().map(drop))?;
    while stage.outcome.tried < stage.times {
        std::thread::sleep(stage.random.millis(200..3000));
        let primary = set.primary();
        set.members()[primary].kill();
        stage.outcome.tried += 1;
        std::thread::sleep(stage.random.millis(100..5000));
        set.members()[primary].restart();
        set.await_members(3);
        let sessions = settled(&mut trainers)?;
        let answer = stage.ground.check(&uri, &folder, &sessions)?;
        stage.count(&format!("after {} kills", stage.outcome.tried), &answer);
        trainers.iter_mut().try_for_each(|trainer| trainer.must("go", SOON))?;
    }
    // A last one falls while they close.
    std::thread::sleep(stage.random.millis(200..1000));
    let primary = set.primary();
    for trainer in &mut trainers {
        trainer.tell("close")?;
    }
    std::thread::sleep(stage.random.millis(1..300));
    set.members()[primary].kill();
    stage.outcome.tried += 1;
    for trainer in &mut trainers {
        trainer.end(Duration::from_secs(130))?;
    }
    set.members()[primary].restart();
    set.await_members(3);
    stage.ground.sync(&home, &uri)?;
    let sessions: Vec<_> = trainers.iter().map(|trainer| trainer.expected(false, &["finished"])).collect();
    let answer = stage.ground.check(&uri, &folder, &sessions)?;
    stage.count("in the end", &answer);
    Ok(())
}
