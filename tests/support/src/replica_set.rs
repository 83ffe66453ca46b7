//! A real replica set of three.

use std::time::{Duration, Instant};

use bson::doc;

use crate::Mongod;
use crate::wire::command;

/// Three `mongod` on loopback that elect a primary within seconds. They end with it.
pub struct ReplicaSet {
    members: Vec<Mongod>,
}

impl ReplicaSet {
    /// Starts three, makes them a set and waits for a primary and two secondaries.
    ///
    /// # Panics
    /// If that does not come about within a minute.
    pub fn start() -> ReplicaSet {
        let members: Vec<Mongod> = (0..3).map(|_| Mongod::start(&["--replSet", "rs", "--oplogSize", "64"])).collect();
        let hosts: Vec<_> = members
            .iter()
            .enumerate()
            .map(|(id, member)| doc! { "_id": i32::try_from(id).expect("small"), "host": format!("127.0.0.1:{}", member.port()) })
            .collect();
        let config = doc! {
            "_id": "rs", "members": hosts,
            "settings": { "electionTimeoutMillis": 1500, "heartbeatIntervalMillis": 300, "catchUpTimeoutMillis": 5000 },
        };
        let reply = command(members[0].port(), "admin", doc! { "replSetInitiate": config }).expect("replSetInitiate");
        assert!(reply.get_f64("ok").is_ok_and(|ok| ok == 1.0), "{reply}");
        let set = ReplicaSet { members };
        set.await_members(3);
        set
    }

    /// `mongodb://127.0.0.1:…,127.0.0.1:…,127.0.0.1:…/?replicaSet=rs`
    pub fn uri(&self) -> String {
        let hosts: Vec<String> = self.members.iter().map(|member| format!("127.0.0.1:{}", member.port())).collect();
        format!("mongodb://{}/?replicaSet=rs", hosts.join(","))
    }

    /// Its servers, to kill, freeze and start again.
    pub fn members(&mut self) -> &mut [Mongod] {
        &mut self.members
    }

    /// Waits for a primary that can be written to, and says which member it is.
    ///
    /// # Panics
    /// If there is none for a minute.
    pub fn primary(&self) -> usize {
        let begun = Instant::now();
        loop {
            for (index, member) in self.members.iter().enumerate() {
                let reply = command(member.port(), "admin", doc! { "hello": 1 });
                if reply.is_ok_and(|reply| reply.get_bool("isWritablePrimary").unwrap_or_default()) {
                    return index;
                }
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "no primary was elected");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until so many members are the primary and its secondaries.
    ///
    /// # Panics
    /// If that does not come about within a minute.
    pub fn await_members(&self, n: usize) {
        let begun = Instant::now();
        loop {
            let status = command(self.members[self.primary()].port(), "admin", doc! { "replSetGetStatus": 1 });
            let states = status.ok().and_then(|status| status.get_array("members").cloned().ok()).unwrap_or_default();
            let healthy = states.iter().filter_map(|member| member.as_document()?.get_i32("state").ok());
            if healthy.filter(|state| [1, 2].contains(state)).count() >= n {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "the set has no {n} members: {states:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Makes the primary step down, as for maintenance.
    ///
    /// # Panics
    /// If it refuses.
    pub fn step_down(&self) {
        let primary = &self.members[self.primary()];
        let order = doc! { "replSetStepDown": 10, "secondaryCatchUpPeriodSecs": 5, "force": true };
        let reply = command(primary.port(), "admin", order).expect("replSetStepDown");
        assert!(reply.get_f64("ok").is_ok_and(|ok| ok == 1.0), "{reply}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_member_takes_over_when_the_primary_is_killed() {
        let mut set = ReplicaSet::start();
        let first = set.primary();
        set.members()[first].kill();
        assert_ne!(set.primary(), first);
        set.members()[first].restart();
        set.await_members(3);
    }
}
