//! What MongoDB has, as another client than ours reads it: `check.py`, which is asked in JSON.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result};
use ml_board_faults::Told;
use serde_json::{Value, json};

/// One program that looks.
pub(crate) struct Checker {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What a trainer's session must be.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) seed: u64,
    pub(crate) threads: u64,
    pub(crate) told: Told,
    /// Whether each thread may have had a call under way that nobody knows of.
    pub(crate) in_flight: bool,
    pub(crate) rank: u64,
    /// The words that its status may be; any if empty.
    pub(crate) status: Vec<&'static str>,
    /// What must be said of how it ended.
    pub(crate) how: &'static str,
    /// Its steps begin wherever they begin.
    pub(crate) apart: bool,
    /// Its journal was damaged: some may be lost, nothing may be false.
    pub(crate) damaged: bool,
}

/// How the comparison came out.
#[derive(Debug, Default, Clone)]
pub(crate) struct Answer {
    pub(crate) problems: Vec<String>,
    pub(crate) points: u64,
    pub(crate) images: u64,
    pub(crate) histograms: u64,
    pub(crate) thoughts: u64,
    pub(crate) lost: u64,
    pub(crate) torn: u64,
}

impl Answer {
    /// Adds the counts of another.
    pub(crate) fn add(&mut self, other: &Answer) {
        self.points += other.points;
        self.images += other.images;
        self.histograms += other.histograms;
        self.thoughts += other.thoughts;
        self.lost += other.lost;
        self.torn += other.torn;
    }
}

impl Expected {
    fn json(&self) -> Value {
        let least = &self.told.returned[..self.threads as usize];
        let most: Vec<u64> = least.iter().map(|calls| calls + u64::from(self.in_flight)).collect();
        json!({
            "pid": self.told.pid, "run": self.told.run, "seed": self.seed, "rank": self.rank, "least": least, "most": most,
            "rejected": self.told.rejected, "status": self.status, "how": self.how, "apart": self.apart, "damaged": self.damaged,
        })
    }
}

impl Checker {
    /// Starts it with the Python that has pymongo: `ML_BOARD_TEST_PYTHON`, else `python3`.
    pub(crate) fn start() -> Result<Checker> {
        let python = std::env::var("ML_BOARD_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
        let mut child = Command::new(&python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/check.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {python}"))?;
        let questions = child.stdin.take().context("its stdin")?;
        let answers = BufReader::new(child.stdout.take().context("its stdout")?);
        Ok(Checker { child, questions, answers })
    }

    fn exchange(&mut self, question: &Value) -> Result<BTreeMap<String, Value>> {
        writeln!(self.questions, "{question}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        serde_json::from_str(&line).context("check.py did not answer: see above")
    }

    /// Deletes a database.
    pub(crate) fn forget(&mut self, uri: &str, database: &str) -> Result<()> {
        self.exchange(&json!({ "uri": uri, "forget": database })).map(drop)
    }

    /// Compares a folder with what was logged there since `since` (seconds), sessions in the order they were begun.
    pub(crate) fn ask(&mut self, uri: &str, place: (&str, &str), since: f64, sessions: &[Expected]) -> Result<Answer> {
        let sessions: Vec<Value> = sessions.iter().map(Expected::json).collect();
        let question = json!({ "uri": uri, "database": place.0, "folder": place.1, "since": since, "sessions": sessions });
        let answer = self.exchange(&question)?;
        let count = |key: &str| answer.get(key).and_then(Value::as_u64).unwrap_or_default();
        let problems = answer.get("problems").and_then(Value::as_array).into_iter().flatten();
        Ok(Answer {
            problems: problems.map(|problem| problem.as_str().unwrap_or_default().to_owned()).collect(),
            points: count("points"),
            images: count("images"),
            histograms: count("histograms"),
            thoughts: count("thoughts"),
            lost: count("lost"),
            torn: count("torn"),
        })
    }
}

impl Drop for Checker {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
