//! The tree of a filter, and the typed way to build it.

use std::ops::{BitAnd, BitOr, Not};

use crate::error::{Error, ErrorKind, Result};
use crate::model::Value;
use crate::plain::plain;

/// Which runs: a condition on parameters, on what metrics came to, and on fields of the run.
///
/// As text (`Filter::parse`, `Display`): `lr` or `` `odd name` `` is a parameter; `max(Accuracy)`, `min( )`, `last( )`, `first( )`,
/// `mean( )` and `n( )` are what a metric came to; `status name group labels started duration thoughts invalid id` are fields of the run;
/// `< <= > >= == !=`, `~ "regex"`, `in [1, 2]`, `exists(lr)`, `and or not ( )`. Texts stand in quotes; a single word may do without.
/// `first_bad_step(Loss)` is the step of the first NaN or infinity, missing where there is none; `mongo('{…}')` is a query in
/// MongoDB's own words ([`Filter::mongo`]).
///
/// What it means:
/// - A comparison with a missing value is false; `not` is plain negation, so `not (lr < 1)` holds for a run without `lr`, too.
/// - Numbers compare by their exact value, whatever their types. NaN equals NaN, so `last(Loss) == nan` finds what diverged; it
///   is neither less nor greater than anything.
/// - `!=` holds where there is a value and it is another one. A parameter logged as nothing is there: it is `null`.
/// - Values of different kinds (a text and a number) are never equal and have no order.
/// - `labels == "a"` holds if one of them is `a`, `labels != "a"` if none is.
/// - A date is the span it names, in UTC: `started == "2026-11-22"` is that day, `started > "2026-11-22"` begins with the next.
///
/// ```
/// use ml_board::{Filter, metric, param};
///
/// let typed = param("lr").lt(0.01) & metric("Accuracy").max().gt(0.9);
/// assert_eq!(Filter::parse("lr < 0.01 and max(Accuracy) > 0.9")?, typed);
/// assert_eq!(typed.to_string(), "lr < 0.01 and max(Accuracy) > 0.9");
/// # Ok::<(), ml_board::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Filter {
    /// Every run.
    All,
    /// `lr < 0.01`
    Compare(Field, Compare, Value),
    /// `lr in [0.1, 0.01]`
    In(Field, Vec<Value>),
    /// ``name ~ "^baseline"``: a regular expression on text
    Like(Field, String),
    /// `exists(lr)`
    Exists(Field),
    /// All of them.
    And(Vec<Filter>),
    /// At least one of them.
    Or(Vec<Filter>),
    /// Not it.
    Not(Box<Filter>),
    /// A query of the runs' documents in MongoDB's own words, as extended JSON: see [`Filter::mongo`].
    Mongo(String),
}

plain! { both enum Filter { All, Compare(field, how, value), In(field, values), Like(field, pattern), Exists(field), And(all), Or(any), Not(filter), Mongo(query) } }

/// How a comparison compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Compare {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

plain! { both enum Compare { Less, LessOrEqual, Greater, GreaterOrEqual, Equal, NotEqual } }

/// What a comparison looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// A hyperparameter, by its (dotted) name.
    Param(String),
    /// What a metric came to: `max(Accuracy)`.
    Metric(Reduce, String),
    /// A field of the run itself.
    Run(RunField),
}

plain! { both enum Field { Param(name), Metric(reduce, tag), Run(field) } }

/// What of a metric's points is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum Reduce {
    First,
    Last,
    Min,
    Max,
    /// Of the finite values.
    Mean,
    /// How many points.
    Count,
    /// The step of the first value that is NaN or infinite.
    FirstBadStep,
}

plain! { both enum Reduce { First, Last, Min, Max, Mean, Count, FirstBadStep } }

/// A field of the run itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunField {
    /// `status == "finished"`
    Status,
    /// Its name.
    Name,
    /// Its group.
    Group,
    /// One of its labels: `labels == "baseline"` is true if one of them is.
    Labels,
    /// Its start: milliseconds since 1970-01-01 UTC, or text such as `"2026-11-22"` or `"2026-11-22T14:02"` (UTC).
    Started,
    /// In seconds.
    Duration,
    /// How many thoughts it has.
    Thoughts,
    /// Whether it was marked as invalid: `invalid == true`; or why: `invalid ~ "diverged"`. A filter that names it decides by itself
    /// whether invalid runs are among what it finds; every other one leaves them out.
    Invalid,
    /// Its id: 24 hexadecimal digits, as the store has it. What is selected on a page is found by it: `id in ["…", "…"]`.
    Id,
}

plain! { both enum RunField { Status, Name, Group, Labels, Started, Duration, Thoughts, Invalid, Id } }

/// The hyperparameter `name`, to be compared.
pub fn param(name: impl Into<String>) -> Param {
    Param(Field::Param(name.into()))
}

/// The metric `tag`; say what of it: `.max()`, `.min()`, `.last()`, `.mean()`, `.first()`, `.count()`, `.first_bad_step()`.
pub fn metric(tag: impl Into<String>) -> Metric {
    Metric(tag.into())
}

/// A hyperparameter that can be compared. Made by [`param`].
#[derive(Debug, Clone)]
pub struct Param(Field);

/// A metric before it is said what of it is compared. Made by [`metric`].
#[derive(Debug, Clone)]
pub struct Metric(String);

/// What a metric came to, to be compared. Made by [`Metric::max`] and its sisters.
#[derive(Debug, Clone)]
pub struct Reduced(Field);

macro_rules! comparisons {
    ($name:ident) => {
        impl $name {
            /// `<`
            pub fn lt(&self, value: impl Into<Value>) -> Filter {
                Filter::Compare(self.0.clone(), Compare::Less, value.into())
            }
            /// `<=`
            pub fn le(&self, value: impl Into<Value>) -> Filter {
                Filter::Compare(self.0.clone(), Compare::LessOrEqual, value.into())
            }
            /// `>`
            pub fn gt(&self, value: impl Into<Value>) -> Filter {
                Filter::Compare(self.0.clone(), Compare::Greater, value.into())
            }
            /// `>=`
            pub fn ge(&self, value: impl Into<Value>) -> Filter {
                Filter::Compare(self.0.clone(), Compare::GreaterOrEqual, value.into())
            }
            /// `==`
            pub fn eq(&self, value: impl Into<Value>) -> Filter {
                Filter::Compare(self.0.clone(), Compare::Equal, value.into())
            }
            /// `!=`
            pub fn ne(&self, value: impl Into<Value>) -> Filter {
                Filter::Compare(self.0.clone(), Compare::NotEqual, value.into())
            }
            /// One of these values.
            pub fn is_in<V: Into<Value>>(&self, values: impl IntoIterator<Item = V>) -> Filter {
                Filter::In(self.0.clone(), values.into_iter().map(Into::into).collect())
            }
            /// Whether the run has it at all.
            pub fn exists(&self) -> Filter {
                Filter::Exists(self.0.clone())
            }
        }
    };
}

comparisons!(Param);
comparisons!(Reduced);

impl Param {
    /// Text that the regular expression finds something in.
    pub fn matches(&self, regex: impl Into<String>) -> Filter {
        Filter::Like(self.0.clone(), regex.into())
    }
}

impl Metric {
    /// Its last value.
    pub fn last(&self) -> Reduced {
        self.reduced(Reduce::Last)
    }
    /// Its first value.
    pub fn first(&self) -> Reduced {
        self.reduced(Reduce::First)
    }
    /// Its least finite value.
    pub fn min(&self) -> Reduced {
        self.reduced(Reduce::Min)
    }
    /// Its greatest finite value.
    pub fn max(&self) -> Reduced {
        self.reduced(Reduce::Max)
    }
    /// The mean of its finite values.
    pub fn mean(&self) -> Reduced {
        self.reduced(Reduce::Mean)
    }
    /// How many points it has.
    pub fn count(&self) -> Reduced {
        self.reduced(Reduce::Count)
    }

    /// The step of its first value that is NaN or infinite; missing where all are finite, so that `.exists()` finds what diverged.
    pub fn first_bad_step(&self) -> Reduced {
        self.reduced(Reduce::FirstBadStep)
    }

    fn reduced(&self, reduce: Reduce) -> Reduced {
        Reduced(Field::Metric(reduce, self.0.clone()))
    }
}

impl Filter {
    /// What this language has no words for: a query of the documents of runs in MongoDB's own, as (extended) JSON in the order in which
    /// it is written. It stands in a filter as any other condition does; as text it is `mongo('{"params.lr": {"$type": "double"}}')`,
    /// which [`Filter::parse`] reads back. The documents are those that a person sees in mongosh: see STORAGE in the module `documents`.
    ///
    /// ```
    /// use ml_board::{Filter, param};
    ///
    /// let odd = Filter::mongo(r#"{"params.lr": {"$type": "string"}}"#)? | param("lr").gt(1.0);
    /// assert_eq!(Filter::parse(&odd.to_string())?, odd);
    /// # Ok::<(), ml_board::Error>(())
    /// ```
    ///
    /// # Errors
    /// It is not a JSON object. What the server does not understand of it, and that a local store is asked, is an error of
    /// `Board::filter`.
    pub fn mongo(query: impl std::fmt::Display) -> Result<Filter> {
        let text = query.to_string();
        match mongo_problem(&text) {
            None => Ok(Filter::Mongo(text.trim().to_owned())),
            Some(why) => Err(Error::new(ErrorKind::Input, format!("`{}` is not a query of MongoDB", text.trim()))
                .because(why)
                .help(r#"a query is a JSON object: `{"params.lr": {"$gt": 0.1}}`"#)),
        }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Filter) -> Filter {
        match (self, other) {
            (Filter::All, one) | (one, Filter::All) => one,
            (Filter::And(mut all), Filter::And(more)) => {
                all.extend(more);
                Filter::And(all)
            }
            (Filter::And(mut all), one) => {
                all.push(one);
                Filter::And(all)
            }
            (one, Filter::And(mut all)) => {
                all.insert(0, one);
                Filter::And(all)
            }
            (one, other) => Filter::And(vec![one, other]),
        }
    }

    /// One of the two, or both.
    #[must_use]
    pub fn or(self, other: Filter) -> Filter {
        match (self, other) {
            (Filter::Or(mut any), Filter::Or(more)) => {
                any.extend(more);
                Filter::Or(any)
            }
            (Filter::Or(mut any), one) => {
                any.push(one);
                Filter::Or(any)
            }
            (one, Filter::Or(mut any)) => {
                any.insert(0, one);
                Filter::Or(any)
            }
            (one, other) => Filter::Or(vec![one, other]),
        }
    }
}

#[allow(dead_code)] // Each side uses its own part.
impl Filter {
    /// Every run, also those that were marked as invalid.
    pub(crate) fn valid_or_not() -> Filter {
        Filter::In(Field::Run(RunField::Invalid), vec![Value::Bool(false), Value::Bool(true)])
    }

    /// Those that were marked as invalid.
    pub(crate) fn invalid() -> Filter {
        Filter::Compare(Field::Run(RunField::Invalid), Compare::Equal, Value::Bool(true))
    }

    /// The queries in MongoDB's own words among its conditions.
    pub(crate) fn mongo_queries(&self) -> Vec<&str> {
        match self {
            Filter::Mongo(query) => vec![query],
            Filter::And(filters) | Filter::Or(filters) => filters.iter().flat_map(Filter::mongo_queries).collect(),
            Filter::Not(filter) => filter.mongo_queries(),
            Filter::All | Filter::Compare(..) | Filter::In(..) | Filter::Like(..) | Filter::Exists(_) => Vec::new(),
        }
    }

    /// Whether it says anything about invalid runs.
    pub(crate) fn names_invalid(&self) -> bool {
        match self {
            Filter::All | Filter::Mongo(_) => false,
            Filter::Compare(field, ..) | Filter::In(field, _) | Filter::Like(field, _) | Filter::Exists(field) => {
                *field == Field::Run(RunField::Invalid)
            }
            Filter::And(filters) | Filter::Or(filters) => filters.iter().any(Filter::names_invalid),
            Filter::Not(filter) => filter.names_invalid(),
        }
    }
}

/// Why a text is not a query of MongoDB, as far as that can be said without one.
pub(super) fn mongo_problem(text: &str) -> Option<String> {
    match text.parse() {
        Ok(serde_json::Value::Object(_)) => None,
        Ok(_) => Some("it is JSON, but not an object".into()),
        Err(error) => Some(error.to_string()),
    }
}

impl BitAnd for Filter {
    type Output = Filter;
    fn bitand(self, other: Filter) -> Filter {
        self.and(other)
    }
}

impl BitOr for Filter {
    type Output = Filter;
    fn bitor(self, other: Filter) -> Filter {
        self.or(other)
    }
}

impl Not for Filter {
    type Output = Filter;
    fn not(self) -> Filter {
        Filter::Not(Box::new(self))
    }
}

/// What `Board::filter` takes: a filter, or its text.
pub trait IntoFilter {
    /// The filter, or every mistake of its text with a caret under it.
    fn into_filter(self) -> Result<Filter>;

    /// The text as the person wrote it, if it was text: what a caret points into.
    fn text(&self) -> Option<String> {
        None
    }
}

impl IntoFilter for Filter {
    fn into_filter(self) -> Result<Filter> {
        Ok(self)
    }
}

impl IntoFilter for &Filter {
    fn into_filter(self) -> Result<Filter> {
        Ok(self.clone())
    }
}
