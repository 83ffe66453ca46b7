//! A scenario, and what came of it.

use std::fmt::Write as _;
use std::time::Instant;

use crate::checker::Answer;
use crate::ground::Ground;
use crate::random::Random;

/// One way in which things break.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// What is counted as tried.
    pub(crate) of: &'static str,
    /// How often, and in the short form.
    pub(crate) times: (u64, u64),
    pub(crate) play: fn(&mut Stage) -> anyhow::Result<()>,
}

/// What a scenario plays on, and its tally.
pub(crate) struct Stage {
    pub(crate) times: u64,
    pub(crate) short: bool,
    pub(crate) random: Random,
    pub(crate) ground: Ground,
    pub(crate) outcome: Outcome,
}

/// The tally of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    name: &'static str,
    of: &'static str,
    pub(crate) tried: u64,
    /// Comparisons with MongoDB.
    checks: u64,
    stored: Answer,
    pub(crate) failures: Vec<String>,
    /// Why it could not be tried here.
    pub(crate) not_tried: Option<String>,
    pub(crate) notes: Vec<String>,
    seconds: f64,
}

impl Scenario {
    /// Plays it. Trouble on the way is a failure of it, and the others go on.
    pub(crate) fn run(&self, seed: u64, short: bool) -> Outcome {
        println!("\n== {} ({}, seed {seed})", self.name, if short { "short" } else { "full" });
        let begun = Instant::now();
        let outcome = Outcome { name: self.name, of: self.of, ..Outcome::default() };
        let times = if short { self.times.1 } else { self.times.0 };
        let mut outcome = match Ground::new() {
            Err(error) => Outcome { failures: vec![format!("{error:#}")], ..outcome },
            Ok(ground) => {
                let mut stage = Stage { times, short, random: Random::new(seed, self.name), ground, outcome };
                if let Err(error) = (self.play)(&mut stage) {
                    stage.fail(format!("{error:#}"));
                }
                if !stage.outcome.failures.is_empty() {
                    stage.ground.keep();
                }
                stage.outcome
            }
        };
        outcome.seconds = begun.elapsed().as_secs_f64();
        println!("{}", outcome.line());
        outcome
    }
}

impl Stage {
    pub(crate) fn fail(&mut self, what: String) {
        println!("FAILED {what}");
        self.outcome.failures.push(what);
    }

    /// What must hold.
    pub(crate) fn demand(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.fail(what());
        }
    }

    /// Takes note of a comparison with MongoDB.
    pub(crate) fn count(&mut self, round: &str, answer: &Answer) {
        self.outcome.checks += 1;
        self.outcome.stored.add(answer);
        for problem in &answer.problems {
            self.fail(format!("{round}: {problem}"));
        }
    }
}

impl Outcome {
    fn line(&self) -> String {
        if let Some(why) = &self.not_tried {
            return format!("{:<18} NOT TRIED: {why}", self.name);
        }
        let outcome = if self.failures.is_empty() { "ok" } else { "FAILED" };
        let mut line = format!(
            "{:<18} {outcome:<6} {:>4} {:<28} {:>4} comparisons: {:>9} points {:>6} images {:>6} histograms {:>6} thoughts; {:>3} wrong; {:>6.1} s",
            self.name,
            self.tried,
            self.of,
            self.checks,
            self.stored.points,
            self.stored.images,
            self.stored.histograms,
            self.stored.thoughts,
            self.failures.len(),
            self.seconds
        );
        for note in &self.notes {
            write!(line, "\n{:<18} {note}", "").unwrap_or_default();
        }
        line
    }

    /// A line for each scenario, what failed, and one plain line in the end.
    pub(crate) fn table(outcomes: &[Outcome]) -> String {
        let mut table = String::new();
        for outcome in outcomes {
            table += &outcome.line();
            table.push('\n');
        }
        for outcome in outcomes {
            for failure in &outcome.failures {
                writeln!(table, "{}: {failure}", outcome.name).unwrap_or_default();
            }
        }
        let not_tried = outcomes.iter().filter(|outcome| outcome.not_tried.is_some()).count();
        let failed = outcomes.iter().filter(|outcome| !outcome.failures.is_empty()).count();
        table + &format!("{} passed, {failed} failed, {not_tried} skipped", outcomes.len() - failed - not_tried)
    }
}
