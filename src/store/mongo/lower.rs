//! A filter as a MongoDB query.
//!
//! What a filter means is said by `matches`, in memory; the query only keeps what cannot match from being sent. It finds every run
//! that the filter holds for, and others only where MongoDB and `matches` could see a document differently: regular expressions,
//! means, the status (a run is stale by the clock), and values that only a person writes (lists and decimals, nested parameters,
//! numbers where a text belongs). A comparison of the usual values is exact.

use bson::oid::ObjectId;
use bson::{Bson, Document, doc};

use crate::model::{Run, RunId, Time, Value};
use crate::query::{Compare, Field, Filter, Reduce, RunField, span_of_date};
use crate::store::documents::{date, keys, value_bson};

/// Deeper than this the server is not asked: it takes no deep documents.
const DEPTH: usize = 24;

/// A query that finds at least the runs that the filter holds for.
pub(super) fn lower(filter: &Filter) -> Document {
    bound(filter, true, DEPTH)
}

/// What one comparison finds: at least `upper`, at most `lower`, and where `unsure` holds, either.
struct Leaf {
    upper: Document,
    lower: Document,
    unsure: Vec<Document>,
}

impl Leaf {
    fn exact(holds: Document) -> Leaf {
        Leaf { upper: holds.clone(), lower: holds, unsure: Vec::new() }
    }

    /// Only what `upper` finds can match, but not all of it does.
    fn at_most(upper: Document) -> Leaf {
        Leaf { upper, lower: nothing(), unsure: Vec::new() }
    }

    fn unless(mut self, unsure: impl IntoIterator<Item = Document>) -> Leaf {
        self.unsure.extend(unsure);
        self
    }
}

fn everything() -> Document {
    Document::new()
}

fn nothing() -> Document {
    not(everything())
}

fn not(one: Document) -> Document {
    doc! { "$nor": [one] }
}

fn all(of: Vec<Document>) -> Document {
    if of.is_empty() {
        everything()
    } else {
        doc! { "$and": of }
    }
}

fn any(of: Vec<Document>) -> Document {
    if of.is_empty() {
        nothing()
    } else {
        doc! { "$or": of }
    }
}

/// Finds at least the runs for which the filter is `wanted`.
fn bound(filter: &Filter, wanted: bool, depth: usize) -> Document {
    if depth == 0 {
        return everything();
    }
    let each = |filters: &[Filter]| filters.iter().map(|filter| bound(filter, wanted, depth - 1)).collect();
    match filter {
        Filter::Not(one) => bound(one, !wanted, depth - 1),
        Filter::And(filters) if wanted => all(each(filters)),
        Filter::And(filters) => any(each(filters)),
        Filter::Or(filters) if wanted => any(each(filters)),
        Filter::Or(filters) => all(each(filters)),
        leaf => {
            let Leaf { upper, lower, unsure } = look(leaf);
            let found = if wanted { upper } else { not(lower) };
            if unsure.is_empty() { found } else { any(unsure.into_iter().chain([found]).collect()) }
        }
    }
}

fn look(leaf: &Filter) -> Leaf {
    match leaf {
        Filter::Compare(field, compare, value) => compared(field, *compare, value),
        Filter::In(field, values) => {
            let leaves: Vec<Leaf> = values.iter().map(|value| compared(field, Compare::Equal, value)).collect();
            let mut found = Leaf::exact(any(leaves.iter().map(|leaf| leaf.upper.clone()).collect()));
            found.lower = any(leaves.iter().map(|leaf| leaf.lower.clone()).collect());
            found.unless(leaves.into_iter().next().map(|leaf| leaf.unsure).unwrap_or_default())
        }
        Filter::Like(Field::Param(name), _) if !Run::is_told_by_sessions(name) => {
            Leaf::at_most(doc! { param(name): { "$type": "string" } }).unless(edited_param(name))
        }
        Filter::Like(..) => Leaf::at_most(everything()),
        Filter::Exists(field) => exists(field),
        Filter::All => Leaf::exact(everything()),
        // Asked of the server before: its answer is in the matcher.
        Filter::Mongo(_) => Leaf::at_most(everything()),
        // Asked of by `bound` before.
        Filter::And(_) | Filter::Or(_) | Filter::Not(_) => Leaf::at_most(everything()),
    }
}

fn exists(field: &Field) -> Leaf {
    match field {
        Field::Param(name) if Run::is_told_by_sessions(name) => Leaf::at_most(everything()),
        Field::Param(name) => Leaf::exact(doc! { param(name): { "$exists": true } }).unless(edited_param(name)),
        Field::Metric(Reduce::Mean, _) => Leaf::at_most(everything()),
        Field::Metric(reduce, tag) => {
            let path = metric(*reduce, tag);
            Leaf::exact(doc! { &path: { "$type": "number" } }).unless(edited_metric(&path, *reduce, tag))
        }
        Field::Run(RunField::Labels) => Leaf::exact(doc! { "labels": { "$type": "string" } }).unless([no_list("labels")]),
        Field::Run(RunField::Group) => Leaf::exact(doc! { "group": { "$type": "string" } }).unless([list("group")]),
        Field::Run(RunField::Duration) => Leaf::at_most(everything()),
        Field::Run(RunField::Invalid) => Leaf::at_most(doc! { "invalid": { "$exists": true } }),
        Field::Run(_) => Leaf::exact(everything()),
    }
}

fn compared(field: &Field, compare: Compare, value: &Value) -> Leaf {
    match field {
        Field::Param(name) if Run::is_told_by_sessions(name) => Leaf::at_most(everything()),
        Field::Param(name) => {
            let path = param(name);
            let there = doc! { &path: { "$exists": true } };
            plain(&path, compare, value, there).unless(edited_param(name))
        }
        Field::Metric(Reduce::Mean, _) => Leaf::at_most(everything()),
        Field::Metric(reduce, tag) => {
            let path = metric(*reduce, tag);
            let there = doc! { &path: { "$type": "number" } };
            let leaf = if value.number().is_some() {
                plain(&path, compare, value, there)
            } else {
                Leaf::exact(if compare == Compare::NotEqual { there } else { nothing() })
            };
            leaf.unless(edited_metric(&path, *reduce, tag))
        }
        Field::Run(RunField::Labels) => {
            let leaf = match (compare, value) {
                (Compare::NotEqual, Value::Text(label)) => Leaf::exact(not(doc! { "labels": { "$eq": label } })),
                (_, Value::Text(_)) => plain("labels", compare, value, everything()),
                (Compare::NotEqual, _) => Leaf::exact(everything()),
                _ => Leaf::exact(nothing()),
            };
            leaf.unless([no_list("labels")])
        }
        Field::Run(RunField::Name) => {
            text("name", compare, value, everything()).unless([doc! { "name": { "$not": { "$type": "string" } } }, list("name")])
        }
        Field::Run(RunField::Group) => {
            text("group", compare, value, doc! { "group": { "$type": "string" } }).unless([list("group")])
        }
        Field::Run(RunField::Invalid) if compare == Compare::Equal && *value == Value::Bool(true) => {
            Leaf::at_most(doc! { "invalid": { "$exists": true } })
        }
        Field::Run(RunField::Id) => id(compare, value),
        Field::Run(RunField::Started) => {
            started(compare, value).unless([doc! { "started": { "$not": { "$type": "date" } } }, list("started")])
        }
        Field::Run(_) => Leaf::at_most(everything()),
    }
}

fn id(compare: Compare, value: &Value) -> Leaf {
    match (compare, value) {
        (Compare::Equal, Value::Text(text)) => Leaf::at_most(match text.parse::<RunId>() {
            Ok(id) => doc! { "_id": ObjectId::from_bytes(id.bytes()) },
            Err(_) => nothing(),
        }),
        _ => Leaf::at_most(everything()),
    }
}

fn text(path: &str, compare: Compare, value: &Value, there: Document) -> Leaf {
    match value {
        Value::Text(_) => plain(path, compare, value, there),
        _ => Leaf::exact(if compare == Compare::NotEqual { there } else { nothing() }),
    }
}

/// A comparison that MongoDB makes as `matches` does: within one kind of value, numbers by their exact value.
fn plain(path: &str, compare: Compare, value: &Value, there: Document) -> Leaf {
    if matches!(value, Value::Decimal(digits) if digits.len() > 34 || digits.parse::<i128>().is_err()) {
        return Leaf::at_most(everything());
    }
    let operator = match compare {
        Compare::Equal => "$eq",
        Compare::NotEqual => return Leaf::exact(all(vec![there, not(equal(path, value))])),
        Compare::Less => "$lt",
        Compare::LessOrEqual => "$lte",
        Compare::Greater => "$gt",
        Compare::GreaterOrEqual => "$gte",
    };
    let ordered = matches!(value, Value::Text(_)) || value.number().is_some_and(|number| !number.is_nan());
    Leaf::exact(match compare {
        Compare::Equal => equal(path, value),
        _ if ordered => doc! { path: { operator: value_bson(value) } },
        _ => nothing(),
    })
}

fn equal(path: &str, value: &Value) -> Document {
    match value {
        // Asked for null itself, MongoDB also finds what is missing.
        Value::Null => doc! { path: { "$type": "null" } },
        // Lists are compared in memory.
        Value::List(_) => nothing(),
        _ => doc! { path: { "$eq": value_bson(value) } },
    }
}

fn started(compare: Compare, value: &Value) -> Leaf {
    let never = || Leaf::exact(if compare == Compare::NotEqual { everything() } else { nothing() });
    let (begin, end) = match value {
        Value::Int(millis) => (*millis, millis.saturating_add(1)),
        Value::Text(text) => match span_of_date(text) {
            Some(span) => span,
            None => return never(),
        },
        Value::Float(_) | Value::Decimal(_) => return Leaf::at_most(everything()),
        Value::Null | Value::Bool(_) | Value::List(_) => return never(),
    };
    let at = |millis| Bson::from(date(Time(millis)));
    let within = doc! { "started": { "$gte": at(begin), "$lt": at(end) } };
    Leaf::exact(match compare {
        Compare::Less => doc! { "started": { "$lt": at(begin) } },
        Compare::LessOrEqual => doc! { "started": { "$lt": at(end) } },
        Compare::Greater => doc! { "started": { "$gte": at(end) } },
        Compare::GreaterOrEqual => doc! { "started": { "$gte": at(begin) } },
        Compare::Equal => within,
        Compare::NotEqual => not(within),
    })
}

fn param(name: &str) -> String {
    format!("params.{}", keys::escape(name))
}

fn metric(reduce: Reduce, tag: &str) -> String {
    let field = match reduce {
        Reduce::First => "first",
        Reduce::Last => "last",
        Reduce::Min => "min",
        Reduce::Max => "max",
        Reduce::Mean | Reduce::Count => "n",
        Reduce::FirstBadStep => "first_bad_step",
    };
    format!("metrics.{}.{field}", keys::escape(tag))
}

/// Where a parameter was written by hand, so that only the reader knows what it is.
fn edited_param(name: &str) -> Vec<Document> {
    let path = param(name);
    let usual = ["double", "int", "long", "string", "bool", "null"];
    let mut edited = vec![list(&path), doc! { &path: { "$exists": true, "$not": { "$type": usual } } }];
    // `$set: {"params.optim.name": …}` nests.
    let outer = name.match_indices('.').map(|(dot, _)| doc! { param(&name[..dot]): { "$type": "object" } });
    edited.extend(outer);
    if name.contains('%') && !name.contains('.') && !name.starts_with('$') {
        edited.push(doc! { format!("params.{name}"): { "$exists": true } });
    }
    edited
}

fn edited_metric(path: &str, reduce: Reduce, tag: &str) -> Vec<Document> {
    if reduce == Reduce::Count {
        let whole = format!("metrics.{}", keys::escape(tag));
        return vec![list(path), doc! { whole: { "$exists": true }, path: { "$not": { "$type": ["int", "long"] } } }];
    }
    if reduce == Reduce::FirstBadStep {
        return vec![doc! { path: { "$type": ["array", "decimal", "double"] } }];
    }
    // A writer writes doubles; of what else may stand there the nearest double is read.
    vec![doc! { path: { "$type": ["array", "decimal", "long"] } }]
}

fn list(path: &str) -> Document {
    doc! { path: { "$type": "array" } }
}

fn no_list(path: &str) -> Document {
    doc! { path: { "$exists": true, "$not": { "$type": "array" } } }
}

#[cfg(test)]
mod tests;
