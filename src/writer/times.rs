//! How long the calls took: of a sample of them, in buckets that grow with the time.

use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets for each doubling: so a time is known to some 6 %.
const PARTS: usize = 16;
/// Up to 2^40 ns, 18 minutes.
const BUCKETS: usize = 37 * PARTS;

/// Counts of calls by how long they took.
pub(super) struct Times {
    buckets: Box<[AtomicU64]>,
    longest: AtomicU64,
}

/// What they came to, in nanoseconds; 0 while too few were timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) p50: u64,
    pub(super) p99: u64,
    pub(super) longest: u64,
}

impl Default for Times {
    fn default() -> Times {
        Times { buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(), longest: AtomicU64::new(0) }
    }
}

impl Times {
    /// Whether the call that got this slot is one of the sample: one in 16, with no regard to the order in which tags are logged.
    #[inline]
    pub(super) fn wants(slot: u64) -> bool {
        (slot as u32).wrapping_mul(0x9e37_79b1) >> 28 == 0
    }

    #[cold]
    pub(super) fn add(&self, nanos: i64) {
        // The clock may have been set back meanwhile.
        let Ok(nanos) = u64::try_from(nanos) else { return };
        if let Some(bucket) = self.buckets.get(bucket_of(nanos)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.longest.fetch_max(nanos, Ordering::Relaxed);
    }

    pub(super) fn summary(&self) -> Summary {
        let counts: Vec<u64> = self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect();
        let all: u64 = counts.iter().sum();
        let at = |percent: u64| {
            let mut before = 0;
            let rank = (all * percent).div_ceil(100);
            let bucket = counts.iter().position(|count| {
                before += count;
                before >= rank
            });
            bucket.filter(|_| all > 0).map_or(0, end_of)
        };
        let longest = self.longest.load(Ordering::Relaxed);
        // A bucket's end may lie beyond the longest in it.
        Summary { p50: at(50).min(longest), p99: at(99).min(longest), longest }
    }
}

fn bucket_of(nanos: u64) -> usize {
    if nanos < PARTS as u64 {
        return nanos as usize;
    }
    let doubling = nanos.ilog2() as usize - 4;
    let part = (nanos >> doubling) as usize - PARTS;
    ((doubling + 1) * PARTS + part).min(BUCKETS - 1)
}

/// The longest time that belongs into a bucket.
fn end_of(bucket: usize) -> u64 {
    if bucket < PARTS {
        return bucket as u64;
    }
    let (doubling, part) = (bucket / PARTS - 1, bucket % PARTS);
    (((PARTS + part + 1) as u64) << doubling) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_known_to_six_percent() {
        for nanos in (0..200_000).chain([1 << 30, (1 << 40) - 1]) {
            let end = end_of(bucket_of(nanos));
            assert!(end >= nanos && end <= nanos + nanos / 16, "{nanos} {end}");
        }
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn half_and_nearly_all() {
        let times = Times::default();
        assert_eq!(times.summary(), Summary { p50: 0, p99: 0, longest: 0 });
        (1..=98).for_each(|_| times.add(90));
        times.add(5_000);
        times.add(70_000);
        times.add(-3);
        assert_eq!(times.summary(), Summary { p50: 91, p99: 5_119, longest: 70_000 });
        let one = Times::default();
        one.add(90);
        assert_eq!(one.summary(), Summary { p50: 90, p99: 90, longest: 90 }, "none is longer than the longest");
        let sampled = (0..160_000).filter(|slot| Times::wants(*slot)).count();
        assert!((9_000..11_000).contains(&sampled), "{sampled}");
    }
}
