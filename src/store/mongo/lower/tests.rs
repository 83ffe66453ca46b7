//! MongoDB's answer held against `matches`, on random runs and random filters.

use std::collections::{BTreeSet, HashSet};

use bson::oid::ObjectId;
use bson::{Bson, DateTime, Document, doc};
use ml_board_test_support::{mongodb, unique};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};

use super::lower;
use crate::model::{Run, RunId, Time, Value};
use crate::query::{Compare, Field, Filter, Matcher, Reduce, RunField};
use crate::store::documents::{keys, value_bson};
use crate::store::read::{Place, Read};
use crate::store::{Address, Mongo, Store, open, reading};

const PARAMS: [&str; 7] = ["lr", "a", "a.b", "a.b.c", "odd %", "$x", ""];
const TAGS: [&str; 3] = ["Loss", "x/y.z", "$"];
const RUNS: usize = 300;
/// Queries in the server's own words.
const QUERIES: [&str; 4] = [
    r#"{"params.lr": {"$gt": 0.5}}"#,
    r#"{"name": "a", "params.a": {"$exists": true}}"#,
    r#"{"started": {"$gte": {"$date": "1970-01-02T00:00:00Z"}}}"#,
    r#"{"$expr": {"$gt": [{"$size": {"$ifNull": ["$labels", []]}}, 1]}, "labels": {"$type": "array"}}"#,
];

/// Which runs the server finds by each of them.
fn found(mongo: &Mongo, database: &str) -> Vec<(&'static str, HashSet<RunId>)> {
    let find = |query: &'static str| {
        let document: Document = serde_json::from_str(query).unwrap();
        let id = |run: &bson::RawDocument| Ok(RunId::from_bytes(run.get_object_id("_id").unwrap().bytes()));
        (query, mongo.gather(database, "runs", vec![doc! { "$match": document }], id).unwrap().into_iter().collect())
    };
    QUERIES.into_iter().map(find).collect()
}

fn expected(runs: &[Run], filter: &Filter, found: &[(&'static str, HashSet<RunId>)]) -> BTreeSet<RunId> {
    let ready = found.iter().fold(Matcher::new(filter), |matcher, (query, runs)| matcher.with_found(query, runs.clone()));
    runs.iter().filter(|run| ready.matches(run)).map(|run| run.id).collect()
}

/// Numbers that are near one another in every type.
fn number() -> impl Strategy<Value = Value> {
    let ints = prop::sample::select(vec![-1, 0, 1, 2, i64::MAX, i64::MIN, (1 << 53) + 1, 1 << 53]).prop_map(Value::Int);
    let floats = vec![
        -1.0,
        -0.0,
        0.0,
        0.5,
        1.0,
        1.5,
        2.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        9_007_199_254_740_992.0,
        9.3e18,
        1e300,
    ];
    prop_oneof![
        3 => ints,
        4 => prop::sample::select(floats).prop_map(Value::Float),
        1 => prop::sample::select(vec![u64::MAX, (1 << 63) + 1]).prop_map(Value::from),
    ]
}

fn text() -> impl Strategy<Value = Value> {
    prop::sample::select(vec!["", "a", "b", "aé", "A", "1", "running", "stale", "1970-01-02"]).prop_map(Value::from)
}

fn value() -> impl Strategy<Value = Value> {
    let list = prop::collection::vec(prop_oneof![number(), text()], 0..3).prop_map(Value::List);
    prop_oneof![
        6 => number(),
        4 => text(),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Null),
        1 => list,
    ]
}

/// What a writer puts there, or what an edit in mongosh leaves.
fn usual(value: &Value) -> Option<Bson> {
    match value {
        Value::Int(int) => Some(i32::try_from(*int).map_or(Bson::Int64(*int), Bson::Int32)),
        Value::List(_) | Value::Decimal(_) => None,
        other => Some(value_bson(other)),
    }
}

fn odd() -> impl Strategy<Value = Bson> {
    prop_oneof![
        value().prop_map(|value| value_bson(&value)),
        Just(Bson::DateTime(DateTime::from_millis(86_400_000))),
        Just(Bson::Document(doc! { "b": 1, "b%2Ec": "a" })),
        Just(Bson::Document(doc! { "b": { "c": 1.0 } })),
        Just(Bson::Array(vec![Bson::Array(vec![1.into()]), "a".into(), Bson::Null])),
        Just("0.5".parse::<bson::Decimal128>().map_or(Bson::Null, Bson::Decimal128)),
        Just(Bson::ObjectId(ObjectId::from_bytes([3; 12]))),
    ]
}

fn entry<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.7, of)
}

/// A run's document, and whether it has only what a writer writes.
fn run() -> impl Strategy<Value = (Document, bool)> {
    let params = prop::collection::vec(entry(value()), PARAMS.len());
    let odd_params = prop::collection::vec(entry(odd()), PARAMS.len());
    let summaries = prop::collection::vec(entry(prop::collection::vec(entry(number()), 4)), TAGS.len());
    let names =
        (text(), entry(text()), prop::collection::vec(text(), 0..3), 0i64..5, prop::sample::select(vec!["running", "finished"]));
    (params, odd_params, summaries, names, prop::bool::weighted(0.4), odd()).prop_map(
        |(params, odd_params, summaries, (name, group, labels, days, status), edited, odd)| {
            let mut stored = Document::new();
            for ((name, value), odd) in PARAMS.iter().zip(params).zip(odd_params) {
                let value = if edited { odd } else { value.and_then(|value| usual(&value)) };
                value.into_iter().for_each(|value| drop(stored.insert(keys::escape(name), value)));
            }
            let mut metrics = Document::new();
            for (tag, summary) in TAGS.iter().zip(summaries) {
                let Some(summary) = summary else { continue };
                let mut of = doc! { "n": 3, "nan": 1_i64, "sum": 1.5 };
                for (key, number) in ["first", "last", "min", "max"].iter().zip(summary) {
                    let number = number.and_then(|number| usual(&number)).filter(|number| edited || number.as_i64().is_none());
                    of.insert(*key, number.unwrap_or(Bson::Null));
                }
                if edited {
                    of.remove("n");
                    of.insert("min", odd.clone());
                }
                metrics.insert(keys::escape(tag), of);
            }
            let labels: Vec<Bson> = labels.iter().map(value_bson).collect();
            let mut document = doc! {
                "v": 1, "name": value_bson(&name), "status": status, "started": DateTime::from_millis(days * 43_200_000),
                "ended": DateTime::from_millis(days * 43_300_000), "params": stored, "metrics": metrics, "labels": labels, "sessions": {},
            };
            group.iter().for_each(|group| drop(document.insert("group", value_bson(group))));
            if edited {
                for key in ["name", "group", "labels", "started"] {
                    document.insert(key, odd.clone());
                }
            }
            (document, !edited)
        },
    )
}

fn field() -> impl Strategy<Value = Field> {
    use Reduce::{Count, First, FirstBadStep, Last, Max, Mean, Min};
    use RunField::{Duration, Group, Labels, Name, Started, Status, Thoughts};
    let tag = prop::sample::select(TAGS.to_vec());
    prop_oneof![
        5 => prop::sample::select(PARAMS.to_vec()).prop_map(|name| Field::Param(name.to_string())),
        3 => (prop::sample::select(vec![First, Last, Min, Max, Mean, Count, FirstBadStep]), tag).prop_map(|(reduce, tag)| Field::Metric(reduce, tag.to_string())),
        3 => prop::sample::select(vec![Status, Name, Group, Labels, Started, Duration, Thoughts]).prop_map(Field::Run),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    use Compare::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    let compare = prop::sample::select(vec![Less, LessOrEqual, Greater, GreaterOrEqual, Equal, NotEqual]);
    let leaf = prop_oneof![
        6 => (field(), compare, value()).prop_map(|(field, compare, value)| Filter::Compare(field, compare, value)),
        1 => (field(), prop::collection::vec(value(), 0..4)).prop_map(|(field, values)| Filter::In(field, values)),
        1 => (field(), prop::sample::select(vec!["^a", "", "é$", "("])).prop_map(|(field, regex)| Filter::Like(field, regex.to_string())),
        1 => field().prop_map(Filter::Exists),
        1 => prop::sample::select(QUERIES.to_vec()).prop_map(|query| Filter::mongo(query).unwrap()),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::Or),
            inner.prop_map(|one| Filter::Not(Box::new(one))),
        ]
    })
}

/// Whether the query alone decides: nothing in it is left to `matches`.
fn exact(filter: &Filter) -> bool {
    let decided = |field: &Field, values: &[Value]| {
        let whole = values.iter().all(|value| !matches!(value, Value::Float(_) | Value::Decimal(_)));
        match field {
            Field::Param(_) => true,
            Field::Metric(reduce, _) => *reduce != Reduce::Mean,
            Field::Run(RunField::Started) => whole,
            Field::Run(field) => matches!(field, RunField::Name | RunField::Group | RunField::Labels),
        }
    };
    match filter {
        Filter::And(filters) | Filter::Or(filters) => filters.iter().all(exact),
        Filter::Not(filter) => exact(filter),
        Filter::Compare(field, _, value) => decided(field, std::slice::from_ref(value)),
        Filter::In(field, values) => decided(field, values),
        Filter::Exists(field) => decided(field, &[]),
        Filter::Like(..) | Filter::Mongo(_) => false,
        Filter::All => true,
    }
}

#[test]
fn mongodb_answers_what_matches_says() {
    let (uri, _server) = mongodb();
    let store = open(&Address::parse(&uri).unwrap()).unwrap();
    let Store::Mongo(mongo) = &*store else { panic!() };
    let name = unique("lower");
    let database = mongo.database(&name);
    let mut runner = TestRunner::new(Config::with_cases(3_000));
    let mut usual = BTreeSet::new();
    let mut documents = Vec::new();
    for i in 0..RUNS {
        let (mut document, plain) = run().new_tree(&mut runner).unwrap().current();
        let mut id = [0; 12];
        id[8..].copy_from_slice(&u32::try_from(i).unwrap().to_be_bytes());
        document.insert("_id", ObjectId::from_bytes(id));
        documents.push(document);
        plain.then(|| usual.insert(RunId::from_bytes(id)));
    }
    let read =
        |document: &Document| reading::run("runs", &bson::serialize_to_raw_document_buf(document).unwrap(), Time::now()).unwrap();
    let runs: Vec<Run> = documents.iter().map(read).collect();
    let collection = database.collection::<Document>("runs");
    mongo.block_on(async move { collection.insert_many(documents).await }).unwrap();

    let ids = |runs: &[Run]| runs.iter().map(|run| run.id).collect::<BTreeSet<_>>();
    let place = Place { database: &name, folder: "runs" };
    let by_query = found(mongo, &name);
    assert!(by_query.iter().all(|(_, runs)| !runs.is_empty()));
    let checked = runner.run(&filter(), |filter| {
        let expected = expected(&runs, &filter, &by_query);
        let found = ids(&mongo.runs(place, &filter).unwrap());
        let wrong: Vec<_> = found.symmetric_difference(&expected).collect();
        prop_assert!(wrong.is_empty(), "{}: {:?}", filter, &wrong[..1]);
        if exact(&filter) {
            let pipeline = vec![doc! { "$match": lower(&filter) }, doc! { "$project": { "_id": 1 } }];
            let id = |document: &bson::RawDocument| Ok(RunId::from_bytes(document.get_object_id("_id").unwrap().bytes()));
            let found: BTreeSet<RunId> = mongo.gather(&name, "runs", pipeline, id).unwrap().into_iter().collect();
            let wrong: Vec<_> = found.symmetric_difference(&expected).filter(|run| usual.contains(run)).collect();
            prop_assert!(wrong.is_empty(), "the query alone, {}: {:?}", filter, &wrong[..1]);
        }
        Ok(())
    });
    checked.unwrap();
    let mut counting = TestRunner::deterministic();
    let decided = (0..200).filter(|_| exact(&filter().new_tree(&mut counting).unwrap().current())).count();
    assert!(decided > 50, "the query alone was asked too seldom: {decided} of 200");
}

#[test]
fn a_usual_filter_is_a_usual_query() {
    let query = lower(&Filter::parse("max(Accuracy) > 0.9").unwrap()).to_string();
    assert!(query.contains(r#""metrics.Accuracy.max": { "$gt": 0.9 }"#), "{query}");
    assert!(lower(&Filter::All).is_empty());
}

/// Filters over what a training program logs, numbers near those that it does.
#[cfg(feature = "writer")]
fn usual_filter() -> impl Strategy<Value = Filter> {
    use Compare::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    use Reduce::{Count, First, FirstBadStep, Last, Max, Mean, Min};
    let compare = prop::sample::select(vec![Less, LessOrEqual, Greater, GreaterOrEqual, Equal, NotEqual]);
    let reduce = prop::sample::select(vec![First, Last, Min, Max, Mean, Count, FirstBadStep]);
    let run =
        prop::sample::select(vec![RunField::Status, RunField::Name, RunField::Labels, RunField::Duration, RunField::Thoughts]);
    let field = prop_oneof![
        3 => prop::sample::select(vec!["lr", "seed", "optim.name"]).prop_map(|name| Field::Param(name.into())),
        5 => (reduce, prop::sample::select(vec!["Loss", "x/y.z"])).prop_map(|(reduce, tag)| Field::Metric(reduce, tag.into())),
        2 => run.prop_map(Field::Run),
    ];
    let value = prop_oneof![
        3 => (0i64..60).prop_map(Value::Int),
        3 => (0i64..60).prop_map(|tenths| Value::Float(tenths as f64 / 10.0)),
        1 => Just(Value::Float(f64::NAN)),
        1 => prop::sample::select(vec!["running", "run 3", "adam", "even"]).prop_map(Value::from),
    ];
    let leaf = prop_oneof![
        6 => (field.clone(), compare, value).prop_map(|(field, compare, value)| Filter::Compare(field, compare, value)),
        1 => field.prop_map(Filter::Exists),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 1..3).prop_map(Filter::Or),
            inner.prop_map(|one| Filter::Not(Box::new(one))),
        ]
    })
}

/// Writers log, flush and fold while they are asked about: what holds before and after is found, what holds neither time is not.
#[cfg(feature = "writer")]
#[test]
fn runs_that_are_being_written_are_found_as_matches_says() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let (uri, _server) = mongodb();
    let store = open(&Address::parse(&uri).unwrap()).unwrap();
    let (name, journals) = (unique("live"), tempfile::tempdir().unwrap());
    let writer = |n: usize| {
        let builder = crate::SummaryWriter::builder().uri(&uri).database(&name).folder("runs").name(format!("run {n}"));
        let builder = builder.label(if n.is_multiple_of(2) { "even" } else { "odd" }).journal_dir(journals.path());
        let w = builder.flush_interval(std::time::Duration::from_millis(20)).build().unwrap();
        w.add_param("lr", n as f64 / 10.0);
        w.add_param("seed", n);
        w.add_param("optim.name", if n.is_multiple_of(3) { "adam" } else { "sgd" });
        w
    };
    let writers: Vec<_> = (0..8).map(writer).collect();
    for w in &writers {
        w.add_scalar("Loss", 5.0);
        w.sync(std::time::Duration::from_secs(120)).unwrap();
    }
    let place = Place { database: &name, folder: "runs" };
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for (n, w) in writers.iter().enumerate() {
            let over = &over;
            scope.spawn(move || {
                for i in (0u64..).take_while(|_| !over.load(Ordering::Relaxed)) {
                    w.add_scalar("Loss", if i % 97 == 13 * n as u64 { f64::NAN } else { 5.0 / (1 + i) as f64 });
                    if n.is_multiple_of(2) {
                        w.add_scalar("x/y.z", i % 50);
                    }
                    if i % 64 == 0 {
                        // Seldom enough that some points stay in the tail, often enough that chunks fill.
                        std::thread::sleep(std::time::Duration::from_millis(1));
                    }
                }
            });
        }
        let checked = TestRunner::new(Config::with_cases(400)).run(&usual_filter(), |filter| {
            let holds = || -> BTreeSet<RunId> {
                let runs = store.runs(place, &Filter::All).unwrap();
                runs.iter().filter(|run| filter.matches(run)).map(|run| run.id).collect()
            };
            let before = holds();
            let found: BTreeSet<RunId> = store.runs(place, &filter).unwrap().iter().map(|run| run.id).collect();
            let after = holds();
            let lost: Vec<&RunId> = before.intersection(&after).filter(|run| !found.contains(run)).collect();
            let wrong: Vec<&RunId> = found.iter().filter(|run| !before.contains(run) && !after.contains(run)).collect();
            prop_assert!(lost.is_empty(), "{}: {:?} not found", filter, lost);
            // A value may pass by between two looks.
            let passing = filter.to_string().contains("==")
                || filter.to_string().contains("!=")
                || matches!(filter, Filter::And(_) | Filter::Or(_) | Filter::Not(_));
            prop_assert!(passing || wrong.is_empty(), "{}: {:?} found", filter, wrong);
            Ok(())
        });
        over.store(true, Ordering::Relaxed);
        checked.unwrap();
    });
    let tail = store.runs(place, &Filter::parse("n(Loss) > 0 and status == running").unwrap()).unwrap();
    assert_eq!(tail.len(), 8);
    for w in writers {
        w.close().unwrap();
    }
    let ended = store.runs(place, &Filter::parse("status == finished and exists(last(Loss))").unwrap()).unwrap();
    assert_eq!(ended.len(), 8);
}
