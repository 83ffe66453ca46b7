//! What failed, told once more where it is looked for: at the end of all that was printed.

/// How each runner begins the line that names a failed test.
const BEGINNINGS: [&str; 5] = ["FAIL ", "FAILED ", "not ok ", "error: ", "error["];
/// So many lines of a part are repeated.
const LINES: usize = 20;
/// So many characters of one.
const WIDTH: usize = 400;

/// The lines that name failures, each once, with the line after it, which often says why.
pub(super) fn read(printed: &str) -> Vec<String> {
    let mut failures: Vec<String> = Vec::new();
    let mut lines = printed.lines().peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_start();
        if BEGINNINGS.iter().any(|beginning| line.starts_with(beginning)) {
            let why = lines.peek().map_or("", |next| next.trim());
            let failure = format!("{line}  {why}").trim_end().chars().take(WIDTH).collect();
            if failures.len() < LINES && !failures.contains(&failure) {
                failures.push(failure);
            }
        }
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runner_names_what_failed() {
        let printed = "ok    a page\nFAIL  is saved\n{\"seen\":1}\n        FAIL [   2.158s] (280/478) ml_board a_test\n\
            \x20   not ok 3 - a curve\n      ---\nFAILED round 3: 2 points lack\nerror: test run failed\n1 passed, 5 failed, 0 skipped";
        let expected = [
            "FAIL  is saved  {\"seen\":1}",
            "FAIL [   2.158s] (280/478) ml_board a_test  not ok 3 - a curve",
            "not ok 3 - a curve  ---",
            "FAILED round 3: 2 points lack  error: test run failed",
            "error: test run failed  1 passed, 5 failed, 0 skipped",
        ];
        assert_eq!(read(printed), expected);
        assert!(read("ok    nothing FAILED here\nit failed not\n").is_empty());
    }

    #[test]
    fn neither_many_nor_long_failures_bury_the_others() {
        let many: String = (0..100).map(|n| format!("FAIL  {n}{}\n\n", "x".repeat(1_000))).collect();
        let failures = read(&many);
        assert_eq!((failures.len(), failures[0].len()), (LINES, WIDTH));
    }
}
