//! Several parameters as one column: what a legend says when one of them does not tell the runs apart, or when groups are by several.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::columns::{column, field, key_of};
use super::legend::natural;
use super::payload::{Cells, Column, ColumnGroup, ColumnKind, Parts};
use super::rows::MISSING;
use crate::model::{Run, RunId, Value};
use crate::query::Field;

/// Pairs are looked for among so many parameters, those with the most values, and so many runs.
const PARAMS: usize = 16;
const RUNS: usize = 1_000;
/// A text with more values than this is a name or a path, not a setting; and a longer one is none that a legend could say.
const TEXTS: usize = 20;
const LONG: usize = 32;

/// What a legend says when nobody asked: the keys of the fewest parameters that tell the settings of the runs apart, two at most. If
/// that takes more, the two that tell the most. Runs that differ in their seeds alone have one setting, unless all do. None: the
/// runs' names say it.
pub(super) fn telling(runs: &[&Run]) -> Vec<String> {
    let runs = &runs[..runs.len().min(RUNS)];
    let names: BTreeSet<&String> = runs.iter().flat_map(|run| run.params.keys()).collect();
    let varied: Vec<Varied<'_>> = names.into_iter().map(|name| Varied::of(runs, name)).filter(|param| param.values > 1).collect();
    let choose = |usable: &dyn Fn(&Varied<'_>) -> bool| {
        let mut some: Vec<&Varied<'_>> = varied.iter().filter(|param| usable(param)).collect();
        some.sort_by_key(|param| std::cmp::Reverse(param.values));
        fewest(&some, runs.len())
    };
    let chosen = [choose(&|param| !param.seed && !param.unsayable), choose(&|param| !param.unsayable), choose(&|_| true)];
    chosen.into_iter().find(|chosen| !chosen.is_empty()).unwrap_or_default()
}

/// A parameter, and which value each run has of it.
struct Varied<'a> {
    name: &'a str,
    /// By run; runs of one number have one value.
    of_run: Vec<u32>,
    values: usize,
    seed: bool,
    unsayable: bool,
}

impl<'a> Varied<'a> {
    fn of(runs: &[&Run], name: &'a str) -> Varied<'a> {
        let mut known: HashMap<Option<String>, u32> = HashMap::new();
        let mut text = false;
        let value = |run: &&Run| {
            let value = run.params.get(name);
            text |= matches!(value, Some(Value::Text(_) | Value::List(_)));
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            *known.entry(value.map(Value::to_string)).or_insert(next)
        };
        let of_run = runs.iter().map(value).collect();
        let long = known.keys().flatten().any(|value| value.chars().count() > LONG);
        let seed = name.rsplit(['.', '_']).next().is_some_and(|word| word.eq_ignore_ascii_case("seed"));
        Varied { name, of_run, values: known.len(), seed, unsayable: long || (text && known.len() > TEXTS) }
    }
}

/// The fewest of these, which lie by falling number of values: one that tells as much as all together, or two.
fn fewest(params: &[&Varied<'_>], runs: usize) -> Vec<String> {
    let Some(most) = params.first() else { return Vec::new() };
    let all = distinct(params, runs);
    let key = |param: &Varied<'_>| key_of(&Field::Param(param.name.to_owned()));
    if most.values == all {
        return vec![key(most)];
    }
    let some = &params[..params.len().min(PARAMS)];
    let pairs = some.iter().enumerate().flat_map(|(i, a)| some[i + 1..].iter().map(move |b| (*a, *b)));
    // Of equals the first pair, which has the parameters with more values.
    let mut best: Option<(usize, (&Varied<'_>, &Varied<'_>))> = None;
    for (a, b) in pairs {
        let told = distinct(&[a, b], runs);
        if best.is_none_or(|(most, _)| told > most) {
            best = Some((told, (a, b)));
        }
    }
    match best {
        Some((told, (a, b))) if told > most.values => vec![key(a), key(b)],
        _ => vec![key(most)],
    }
}

/// How many settings these parameters tell apart.
fn distinct(params: &[&Varied<'_>], runs: usize) -> usize {
    let setting = |run: usize| params.iter().map(|param| param.of_run[run]).collect::<Vec<u32>>();
    (0..runs).map(setting).collect::<HashSet<_>>().len()
}

/// The key of the column that says these together: their names, without what stands before the last dot where that is clear.
pub(super) fn key(columns: &[Column], keys: &[String]) -> String {
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_owned();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for column in columns {
        let both = BTreeSet::from([last(&column.key), column.key.clone()]);
        both.into_iter().for_each(|name| *times.entry(name).or_default() += 1);
    }
    let short = |key: &String| {
        let last = last(key);
        let clear = !key.contains('`') && times.get(&last).is_some_and(|times| *times == 1);
        if clear { last } else { key.clone() }
    };
    keys.iter().map(short).collect::<Vec<_>>().join(", ")
}

/// The column that says these columns' values of the rows together; none where a run has none of them. Its order is that of the
/// whole folder's combinations.
pub(super) fn combined(columns: &[Column], keys: &[String], rows: &[&Run], whole: &[&Run]) -> Option<Column> {
    let parts: Vec<&Column> = keys.iter().map(|key| columns.iter().find(|column| column.key == *key)).collect::<Option<_>>()?;
    let said = |row: usize| {
        let cells: Vec<Option<String>> = parts.iter().map(|part| part.cell(row)).collect();
        let any = cells.iter().any(Option::is_some);
        any.then(|| cells.into_iter().map(|cell| cell.unwrap_or_else(|| MISSING.into())).collect::<Vec<_>>().join(", "))
    };
    let places = places(keys, whole);
    Some(Column {
        key: key(columns, keys),
        kind: ColumnKind::Text,
        group: ColumnGroup::Param,
        values: Cells::Texts((0..rows.len()).map(said).collect()),
        shown: false,
        parts: Some(Parts {
            keys: keys.to_vec(),
            order: rows.iter().map(|run| places.get(&run.id).copied().unwrap_or_default()).collect(),
        }),
    })
}

/// By run, the place of its combination among all that there are.
fn places(keys: &[String], whole: &[&Run]) -> HashMap<RunId, usize> {
    let parts: Vec<Column> = keys.iter().map(|key| column(whole, &field(key), false)).collect();
    let compare = |a: usize, b: usize| parts.iter().map(|part| by_value(part, a, b)).fold(Ordering::Equal, Ordering::then);
    let mut sorted: Vec<usize> = (0..whole.len()).collect();
    sorted.sort_by(|a, b| compare(*a, *b));
    let mut place = 0;
    let mut before = None;
    let mut places = HashMap::with_capacity(whole.len());
    for row in sorted {
        place += usize::from(before.is_some_and(|before| compare(before, row) != Ordering::Equal));
        before = Some(row);
        places.insert(whole[row].id, place);
    }
    places
}

/// Numbers by size, text by letter, what is missing last.
fn by_value(column: &Column, a: usize, b: usize) -> Ordering {
    match (column.number(a), column.number(b), column.cell(a), column.cell(b)) {
        (Some(x), Some(y), ..) => (x + 0.0).total_cmp(&(y + 0.0)),
        (_, _, Some(x), Some(y)) => natural(&x, &y),
        (_, _, x, y) => y.is_some().cmp(&x.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    type Setting<'a> = &'a [(&'a str, Value)];

    fn runs(settings: &[Setting<'_>]) -> Vec<Run> {
        let run = |setting: &Setting<'_>| {
            let mut run = Run::new(RunId::from_bytes([0; 12]), "f", "run", Time(0));
            run.params = setting.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            run
        };
        settings.iter().map(run).collect()
    }

    fn told(settings: &[Setting<'_>]) -> Vec<String> {
        telling(&runs(settings).iter().collect::<Vec<_>>())
    }

    fn grid(of: impl Fn(usize, usize, usize) -> Vec<(&'static str, Value)>) -> Vec<String> {
        let all: Vec<Vec<(&str, Value)>> =
            (0..3).flat_map(|a| (0..4).flat_map(move |b| (0..2).map(move |c| (a, b, c)))).map(|(a, b, c)| of(a, b, c)).collect();
        told(&all.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn the_fewest_that_tell_the_runs_apart() {
        assert_eq!(told(&[&[("lr", 0.1.into())], &[("lr", 0.1.into())]]), [""; 0]);
        assert_eq!(told(&[&[("lr", 0.1.into()), ("epochs", 3.into())], &[("lr", 0.2.into()), ("epochs", 3.into())]]), ["lr"]);
        assert_eq!(
            grid(|a, b, _| vec![("lr", a.into()), ("optim.batch", b.into()), ("note", "same".into())]),
            ["optim.batch", "lr"]
        );
        // `decay` goes with `lr`: nothing more is told by it.
        assert_eq!(grid(|a, b, _| vec![("decay", (a * 2).into()), ("lr", a.into()), ("batch", b.into())]), ["batch", "decay"]);
        // Three would be needed.
        assert_eq!(grid(|a, b, c| vec![("lr", a.into()), ("batch", b.into()), ("amp", (c == 0).into())]), ["batch", "lr"]);
    }

    #[test]
    fn a_seed_or_a_path_tells_only_where_nothing_else_does() {
        assert_eq!(grid(|a, b, c| vec![("lr", a.into()), ("data_seed", (b * 2 + c).into())]), ["lr"]);
        assert_eq!(grid(|_, b, _| vec![("seed", b.into())]), ["seed"]);
        let path = |a: usize, b: usize, c: usize| format!("runs/{a}/{b}/{c}");
        assert_eq!(grid(|a, b, c| vec![("out", path(a, b, c).into()), ("lr", a.into()), ("batch", b.into())]), ["batch", "lr"]);
        assert_eq!(grid(|a, b, c| vec![("out", path(a, b, c).into())]), ["out"]);
    }

    #[test]
    fn together_they_have_a_short_name_and_the_order_of_their_numbers() {
        let setting =
            |lr: f64, batch: i64| vec![("optim.lr", Value::Float(lr)), ("batch", Value::Int(batch)), ("net.name", "a".into())];
        let settings = [setting(0.1, 8), setting(0.01, 16), setting(0.01, 8), Vec::new(), setting(0.1, 8), setting(0.02, 8)];
        let mut runs = runs(&settings.each_ref().map(Vec::as_slice));
        for (n, run) in (0..).zip(&mut runs) {
            run.id = RunId::from_bytes([n; 12]);
        }
        let whole: Vec<&Run> = runs.iter().collect();
        let rows = &whole[..5];
        let fields = ["name", "optim.lr", "batch", "net.name"];
        let columns = fields.map(|key| column(rows, &field(key), true));
        let both = combined(&columns, &["optim.lr".into(), "batch".into()], rows, &whole).unwrap();
        assert_eq!(both.key, "lr, batch");
        let said = ["0.1, 8", "0.01, 16", "0.01, 8"].map(|text| Some(text.to_owned()));
        assert_eq!(both.values, Cells::Texts([said.to_vec(), vec![None, Some("0.1, 8".into())]].concat()));
        assert_eq!(both.parts.unwrap().order, [3, 1, 0, 4, 3], "0.02 is in the folder, too");
        assert_eq!(key(&columns, &["net.name".into(), "batch".into()]), "net.name, batch");
        assert_eq!(combined(&columns, &["gone".into(), "batch".into()], rows, &whole), None);
    }
}
