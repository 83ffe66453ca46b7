//! How many tests passed, failed and were skipped, as each test runner says it in its summary.

use std::fmt;
use std::ops::AddAssign;

/// `N passed, N failed, N skipped`
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) skipped: u64,
}

impl Counts {
    /// All summaries in what was printed: nextest's, rustdoc's, Node's, and our own scripts' last line.
    pub(super) fn read(printed: &str) -> Counts {
        let mut counts = Counts::default();
        for line in printed.lines() {
            if let Some(node) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
                let mut words = node.split(' ');
                if let (Some(word), Some(Ok(n)), None) = (words.next(), words.next().map(str::parse), words.next()) {
                    counts.add(word, n);
                }
            } else if line.trim_start().starts_with("Summary [") || line.starts_with("test result: ") || is_ours(line) {
                // nextest repeats what a failed test printed, indented: the summaries in that are none.
                counts.add_all(line);
            }
        }
        counts
    }

    /// These, but never fewer failures than `self`'s: a runner that failed without saying which test did.
    pub(super) fn or(self, read: Counts) -> Counts {
        Counts { failed: read.failed.max(self.failed), ..read }
    }

    fn add_all(&mut self, line: &str) {
        let words: Vec<&str> = line.split([' ', ',', ';', '(', ')']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            if let [number, word] = pair
                && let Ok(n) = number.parse()
            {
                self.add(word, n);
            }
        }
    }

    fn add(&mut self, word: &str, n: u64) {
        match word {
            "passed" | "pass" => self.passed += n,
            "failed" | "fail" | "timed" | "exec" | "cancelled" => self.failed += n,
            "skipped" | "ignored" | "todo" => self.skipped += n,
            _ => {}
        }
    }
}

/// `12 passed, 0 failed, 0 skipped`, and nothing else.
fn is_ours(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    matches!(words.as_slice(), [_, "passed,", _, "failed,", _, "skipped"])
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(printed: &str, passed: u64, failed: u64, skipped: u64) {
        assert_eq!(Counts::read(printed), Counts { passed, failed, skipped });
    }

    #[test]
    fn every_runner_is_understood() {
        check("     Summary [   1.031s] 24 tests run: 24 passed, 3 skipped", 24, 0, 3);
        check("     Summary [   0.5s] 9/12 tests run: 6 passed (1 slow, 1 leaky), 2 failed, 1 timed out, 4 skipped", 6, 3, 4);
        check("test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 7 filtered out; finished in 0.1s", 3, 1, 2);
        check("# tests 14\n# pass 12\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0", 12, 1, 1);
        check("ℹ tests 2\nℹ pass 2\nℹ fail 0", 2, 0, 0);
        check(
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored\n     Summary [   1.0s] 2 tests run: 1 passed, 1 failed, 0 skipped",
            1,
            1,
            0,
        );
        check("said: 5 passed, 0 failed, 0 skipped\n2 passed, 1 failed, 0 skipped", 2, 1, 0);
    }

    #[test]
    fn a_failure_that_names_no_test_still_counts() {
        let failed = Counts { failed: 1, ..Counts::default() };
        assert_eq!(failed.or(Counts::read("error[E0308]: mismatched types")).failed, 1);
        assert_eq!(failed.or(Counts::read("test result: FAILED. 0 passed; 3 failed; 0 ignored")).failed, 3);
    }
}
