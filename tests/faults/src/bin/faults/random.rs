//! Draws: all of a scenario's are a function of the campaign's seed and the scenario's name.

use std::ops::Range;
use std::time::Duration;

use ml_board_faults::mix;

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64, name: &str) -> Random {
        Random(name.bytes().fold(mix(seed), |state, byte| mix(state ^ u64::from(byte))))
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    pub(crate) fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.number() % (range.end - range.start).max(1)
    }

    /// Whether this is one case of so many.
    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.number().is_multiple_of(n)
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.number() as usize % of.len()]
    }

    /// A time between these, short ones as likely as long ones by their number of digits.
    pub(crate) fn millis(&mut self, range: Range<u64>) -> Duration {
        let (low, high) = ((range.start.max(1) as f64).ln(), (range.end as f64).ln());
        let unit = (self.number() >> 11) as f64 / (1_u64 << 53) as f64;
        Duration::from_secs_f64((low + unit * (high - low)).exp() / 1000.0)
    }
}
