//! `ml_board watch -d DATABASE -f FOLDER`: what runs now, in the terminal: last values, speed, and how long it takes yet.

use std::collections::HashMap;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use console::{Term, measure_text_width, truncate_str};

use super::say;
use crate::engine::notes::counted;
use crate::engine::stores::Stores;
use crate::error::Result;
use crate::model::{Run, RunId, Status, Time, Value};
use crate::query::Filter;
use crate::store::read::Place;

/// How often the store is asked.
const EVERY: Duration = Duration::from_secs(1);
/// Where nobody looks at a terminal, a table is written so often.
const LOGGED: Duration = Duration::from_secs(30);
/// Metrics that have room beside one another.
const METRICS: usize = 4;
/// How wide the name of a run or a metric may be.
const NAME: usize = 32;
/// What programs call the number of steps, and of epochs, that they train for.
const STEPS: [&str; 8] =
    ["steps", "max_steps", "total_steps", "num_steps", "n_steps", "iterations", "max_iters", "num_iterations"];
const EPOCHS: [&str; 5] = ["epochs", "max_epochs", "num_epochs", "n_epochs", "total_epochs"];

/// Which folder.
#[derive(Debug, Args)]
pub(super) struct What {
    /// The database.
    #[arg(long = "database_name", short, visible_aliases = ["database", "d"], value_name = "NAME")]
    database: String,
    /// The folder.
    #[arg(long = "folder_name", short, visible_aliases = ["folder", "f"], value_name = "NAME")]
    folder: String,
    /// The store: mongodb://HOST, or local: (else ML_BOARD_URI names it).
    #[arg(long, value_name = "URI")]
    uri: Option<String>,
    /// Writes one table, and ends.
    #[arg(long)]
    once: bool,
}

pub(super) fn watch(what: &What) -> Result<ExitCode> {
    let stores = Stores::default();
    let (address, notes) = stores.resolve(what.uri.as_deref())?;
    notes.iter().for_each(say::line);
    let store = stores.get(&address.target())?;
    let place = Place { database: &what.database, folder: &what.folder };
    let screen = std::io::stdout().is_terminal() && !what.once;
    let mut seen: HashMap<RunId, Pace> = HashMap::new();
    let mut lines = 0;
    loop {
        // A server that is away for a while ends nothing.
        let table = match store.runs(place, &Filter::All) {
            Ok(runs) => table(&runs, &mut seen, Time::now()),
            Err(error) if lines > 0 => vec![say::name(error.to_string().lines().next().unwrap_or_default())],
            Err(error) => return Err(error),
        };
        let table = if screen { fit(table, Term::stdout().size()) } else { table };
        draw(&table, screen.then_some(lines));
        lines = table.len();
        if what.once {
            return Ok(ExitCode::SUCCESS);
        }
        std::thread::sleep(if screen { EVERY } else { LOGGED });
    }
}

/// As much of the table as a screen of so many rows and columns shows, and a row for the cursor: over what wraps or has scrolled away
/// nothing can be drawn.
fn fit(mut table: Vec<String>, (rows, columns): (u16, u16)) -> Vec<String> {
    let shown = usize::from(rows).saturating_sub(2).max(1);
    if table.len() > shown + 1 {
        let more = counted(table.len() - shown, "more run").unwrap_or_default();
        table.truncate(shown);
        table.push(format!("… and {more}"));
    }
    table.iter().map(|line| truncate_str(line, usize::from(columns), "…").into_owned()).collect()
}

/// Writes the table, on a screen over the one before.
fn draw(table: &[String], over: Option<usize>) {
    let mut text = String::new();
    if let Some(lines) = over.filter(|lines| *lines > 0) {
        text.push_str(&format!("\x1b[{lines}A\x1b[J"));
    }
    table.iter().for_each(|line| text.push_str(&format!("{line}\n")));
    let mut stdout = std::io::stdout().lock();
    drop(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()));
}

/// How fast a run goes: its step some time ago, and now.
struct Pace {
    since: Instant,
    from: i64,
    step: i64,
    speed: Option<f64>,
}

/// A heading and a line for each run that runs; what to read where there is none.
fn table(runs: &[Run], seen: &mut HashMap<RunId, Pace>, now: Time) -> Vec<String> {
    let running: Vec<&Run> = runs.iter().filter(|run| run.status == Status::Running).collect();
    seen.retain(|id, _| running.iter().any(|run| run.id == *id));
    if running.is_empty() {
        return vec![format!("no run of {} runs now", runs.len())];
    }
    let mut tags: Vec<&String> = running.iter().flat_map(|run| run.metrics.keys()).collect();
    tags.sort_by_key(|tag| (std::cmp::Reverse(running.iter().filter(|run| run.metrics.contains_key(*tag)).count()), *tag));
    tags.dedup();
    tags.truncate(METRICS);
    let mut rows = vec![["run", "for", "step", "steps/s", "left"].map(String::from).to_vec()];
    rows[0].extend(tags.iter().map(|tag| name(tag)));
    for run in &running {
        let step = last_step(run);
        let speed = step.and_then(|step| speed(seen, run, step, now));
        let left = goal(run, runs).zip(step).zip(speed).filter(|(_, speed)| *speed > 0.0);
        let left = left.map(|((goal, step), speed)| ((goal - step as f64 - 1.0) / speed).max(0.0));
        let dash = || "–".to_owned();
        let mut row = vec![
            name(&run.name),
            duration((now.millis() - run.started.millis()) as f64 / 1000.0),
            step.map_or_else(dash, |step| step.to_string()),
            speed.map_or_else(dash, short),
            left.map_or_else(dash, duration),
        ];
        let last = |tag: &&String| run.metrics.get(*tag).and_then(|summary| summary.last).map_or_else(dash, short);
        row.extend(tags.iter().map(last));
        rows.push(row);
    }
    align(&rows)
}

/// A name as a cell has room for it.
fn name(text: &str) -> String {
    truncate_str(&say::name(text), NAME, "…").into_owned()
}

fn align(rows: &[Vec<String>]) -> Vec<String> {
    let wide = |text: &String| measure_text_width(text);
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..columns).map(|at| rows.iter().filter_map(|row| row.get(at)).map(wide).max().unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cell = |(at, (text, width)): (usize, (&String, &usize))| {
            let gap = " ".repeat(width - wide(text));
            if at == 0 { format!("{text}{gap}") } else { format!("{gap}{text}") }
        };
        cells.map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn last_step(run: &Run) -> Option<i64> {
    run.metrics.values().filter_map(|summary| summary.last_step).max()
}

/// Steps a second: of the last while; at first, since the run began.
fn speed(seen: &mut HashMap<RunId, Pace>, run: &Run, step: i64, now: Time) -> Option<f64> {
    let begin = Pace { since: Instant::now(), from: step, step, speed: None };
    let pace = seen.entry(run.id).or_insert(begin);
    let elapsed = pace.since.elapsed().as_secs_f64();
    if step > pace.step && elapsed >= 2.0 {
        let of_late = (step - pace.from) as f64 / elapsed;
        // What is new counts as much as all before.
        pace.speed = Some(pace.speed.map_or(of_late, |speed| (speed + of_late) / 2.0));
        (pace.since, pace.from, pace.step) = (Instant::now(), step, step);
    }
    let first = run.metrics.values().filter_map(|summary| summary.first_step).min()?;
    let since = (now.millis() - run.started.millis()) as f64 / 1000.0;
    pace.speed.or_else(|| (since > 0.0).then(|| (step - first + 1) as f64 / since))
}

/// How many steps it will have: by a hyperparameter that says so, else as many as those of its folder had that are finished.
fn goal(run: &Run, runs: &[Run]) -> Option<f64> {
    let param = |names: &[&str]| {
        let said = |(name, value): (&String, &Value)| {
            names.contains(&name.rsplit('.').next().unwrap_or(name)).then(|| value.number()).flatten()
        };
        run.params.iter().find_map(said).filter(|goal| *goal >= 1.0)
    };
    if let Some(steps) = param(&STEPS) {
        return Some(steps);
    }
    if let Some(epochs) = param(&EPOCHS) {
        let step = last_step(run)? as f64;
        // Steps may be epochs; else a metric of that name counts them.
        let epoch =
            run.metrics.iter().find(|(tag, _)| tag.rsplit('/').next().is_some_and(|word| word.eq_ignore_ascii_case("epoch")));
        return match epoch.and_then(|(_, summary)| summary.last).filter(|done| *done > 0.0) {
            Some(done) => Some(step * epochs / done),
            None => (step < epochs).then_some(epochs),
        };
    }
    let mut lasts: Vec<i64> = runs.iter().filter(|run| run.status == Status::Finished).filter_map(last_step).collect();
    lasts.sort_unstable();
    let usual = lasts.get(lasts.len() / 2).map(|step| *step as f64 + 1.0);
    usual.filter(|usual| last_step(run).is_some_and(|step| (step as f64) < *usual))
}

fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} m {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} m", seconds / 3600, seconds / 60 % 60),
    }
}

/// With four digits.
fn short(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e6).contains(&size) && value.is_finite() {
        return format!("{value:.3e}");
    }
    let digits = if size >= 1000.0 {
        0
    } else if size >= 100.0 {
        1
    } else if size >= 10.0 {
        2
    } else {
        4
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Summary;

    fn run(n: u8, status: Status, last: i64) -> Run {
        let mut run = Run::new(RunId::from_bytes([n; 12]), "f", format!("run {n}"), Time(0));
        run.status = status;
        let mut loss = Summary::default();
        (0..=last).for_each(|step| loss.add(step, 1.0 / (step + 1) as f64));
        run.metrics.insert("Loss".into(), loss);
        run
    }

    #[test]
    fn what_runs_is_told_with_its_speed_and_the_time_left() {
        let mut one = run(1, Status::Running, 49);
        one.params.insert("train.max_steps".into(), 200.into());
        let runs = [one, run(2, Status::Finished, 99), run(3, Status::Running, 24)];
        let table = table(&runs, &mut HashMap::new(), Time(10_000));
        let words: Vec<Vec<&str>> = table.iter().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(words[0], ["run", "for", "step", "steps/s", "left", "Loss"]);
        // 50 steps in 10 s; 150 more of the 200 that it says.
        assert_eq!(words[1], ["run", "1", "10", "s", "49", "5.0000", "30", "s", "0.0200"]);
        // As many as the one that is finished had.
        assert_eq!(words[2], ["run", "3", "10", "s", "24", "2.5000", "30", "s", "0.0400"]);
    }

    #[test]
    fn names_are_cut_and_have_nothing_that_a_terminal_obeys() {
        let mut wild = run(1, Status::Running, 49);
        wild.name = "calm \x1b[2Jfox\n".into();
        let loss = wild.metrics["Loss"];
        wild.metrics.insert(format!("\x1b]0;title\x07{}", "x".repeat(200)), loss);
        wild.metrics.insert("訓練".repeat(40), loss);
        let table = table(&[wild], &mut HashMap::new(), Time(10_000));
        assert!(table[1].starts_with("calm [2Jfox "), "{table:?}");
        assert!(table.iter().all(|line| !line.contains(char::is_control)), "{table:?}");
        let widths: Vec<usize> = table.iter().map(|line| measure_text_width(line)).collect();
        assert!(widths[0] < 130 && widths[0] == widths[1], "{table:?}");
    }

    #[test]
    fn a_screen_gets_no_more_than_it_shows() {
        let runs: Vec<Run> = (1..=30).map(|n| run(n, Status::Running, 49)).collect();
        let whole = table(&runs, &mut HashMap::new(), Time(10_000));
        assert_eq!(fit(whole.clone(), (32, 80)), whole);
        let cut = fit(whole.clone(), (10, 30));
        // The cursor stands on the tenth row.
        assert_eq!((cut.len(), cut[8].as_str()), (9, "… and 23 more runs"));
        assert!(cut.iter().all(|line| measure_text_width(line) <= 30), "{cut:?}");
        assert_eq!(fit(whole, (0, 0)).len(), 2);
    }

    #[test]
    fn epochs_count_by_their_metric_or_as_steps() {
        let mut by_metric = run(1, Status::Running, 99);
        by_metric.params.insert("epochs".into(), 10.into());
        let mut epoch = Summary::default();
        epoch.add(99, 2.0);
        by_metric.metrics.insert("train/epoch".into(), epoch);
        assert_eq!(goal(&by_metric, &[]), Some(495.0));
        let mut as_steps = run(1, Status::Running, 4);
        as_steps.params.insert("epochs".into(), 20.into());
        assert_eq!(goal(&as_steps, &[]), Some(20.0));
        assert_eq!(goal(&run(1, Status::Running, 4), &[]), None);
    }
}
