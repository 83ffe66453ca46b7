//! Names that nobody has to think of: for runs, and the identities of runs and sessions.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::model::{RunId, SessionId, Time};

const ADJECTIVES: [&str; 32] = [
    "amber", "bold", "brisk", "calm", "clear", "crisp", "deep", "eager", "fair", "gentle", "golden", "grand", "keen", "kind",
    "lively", "lucid", "mellow", "misty", "noble", "polar", "proud", "quick", "quiet", "rapid", "rosy", "silver", "solar",
    "steady", "sunny", "swift", "vivid", "warm",
];
const NOUNS: [&str; 32] = [
    "badger", "beetle", "birch", "brook", "cedar", "comet", "crane", "delta", "ember", "falcon", "fern", "finch", "fjord", "fox",
    "garnet", "glade", "heron", "island", "lark", "lynx", "maple", "meadow", "otter", "pine", "quartz", "raven", "reef", "river",
    "sparrow", "summit", "tundra", "willow",
];

/// Sixty-four bits that nobody else has: the seeds that the standard library takes from the system for its hash maps.
fn random() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.write_i64(Time::now().millis());
    hasher.finish()
}

/// Twelve bytes as MongoDB's ObjectIds have them: the second, then what is unique.
fn identity() -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[..4].copy_from_slice(&((Time::now().millis() / 1000) as u32).to_be_bytes());
    bytes[4..].copy_from_slice(&random().to_be_bytes());
    bytes
}

pub(super) fn run_id() -> RunId {
    RunId::from_bytes(identity())
}

pub(super) fn session_id() -> SessionId {
    SessionId::from_bytes(identity())
}

/// A name for a run: `calm-otter-3f2a`, from the end of its identity.
pub(super) fn run_name(run: RunId) -> String {
    let [.., adjective, noun, high, low] = run.bytes();
    let (adjective, noun) = (ADJECTIVES[usize::from(adjective) % 32], NOUNS[usize::from(noun) % 32]);
    format!("{adjective}-{noun}-{high:02x}{low:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_a_name_of_its_own() {
        let run = RunId::from_bytes([0, 0, 0, 0, 0, 0, 0, 0, 3, 22, 0x3f, 0x2a]);
        assert_eq!(run_name(run), "calm-otter-3f2a");
        let all: std::collections::HashSet<_> = (0..1000).map(|_| run_id()).collect();
        assert_eq!(all.len(), 1000);
    }
}
