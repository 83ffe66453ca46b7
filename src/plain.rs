//! Plain data as JSON: what crosses between the thin side and the engine.
//!
//! Why not serde's derive: it (with what it is compiled from) and the code that it makes of some forty types took a third of a notebook's
//! first cell (benches/RESULTS.md). [`plain!`] goes by way of [`serde_json::Value`], so that nothing is compiled once a format, and each side compiles
//! its own direction only. Below a type its fields or variants are named once more:
//!
//! ```text
//! plain! { sent struct Scope { store, database, folder, filter } }
//! plain! { heard enum Status { Running, Finished, Panicked, Killed, Stale } }
//! plain! { sent enum Ask { Hello { version, protocol }, Connect(uri) } }
//! ```
//!
//! `sent`: from the thin side to the engine; `heard`: the other way; `both`. A new field or variant is named there, too: one left out does
//! not compile. A new type gets a line of its own; parts of a tuple get any name. Then count up `PROTOCOL`.
//!
//! On the line, a struct is an object; a variant is its name, or an object with its name as the one key. None is left out, and what is
//! missing is none. Floats are texts; lists of numbers are packed.

mod packed;
mod values;

use std::fmt;

use serde_json::Value as Json;

// Loops instead of `collect` here: each of these is compiled once a type, in the first cell.

/// Plain data of ours that can be said as JSON.
pub(crate) trait ToJson {
    fn to_json(&self) -> Json;

    /// A list of them.
    fn list_to_json(list: &[Self]) -> Json
    where
        Self: Sized,
    {
        let mut items = Vec::new();
        for item in list {
            items.push(item.to_json());
        }
        Json::Array(items)
    }
}

/// Plain data of ours that can be read from JSON. What is missing there is null.
pub(crate) trait FromJson: Sized {
    fn from_json(json: Json) -> Result<Self, Mismatch>;

    /// A list of them.
    fn list_from_json(json: Json) -> Result<Vec<Self>, Mismatch> {
        let Json::Array(items) = json else { return Err(Mismatch::expected("a list", &json)) };
        let mut list = Vec::new();
        for item in items {
            list.push(Self::from_json(item)?);
        }
        Ok(list)
    }
}

/// Why some JSON is not what was expected: where, and what there.
#[derive(Debug)]
pub(crate) struct Mismatch(String);

impl Mismatch {
    pub(crate) fn new(what: impl Into<String>) -> Mismatch {
        Mismatch(what.into())
    }

    pub(crate) fn expected(what: &str, found: &Json) -> Mismatch {
        let start: String = found.to_string().chars().take(60).collect();
        Mismatch(format!("{what} was expected, not {start}"))
    }

    fn within(self, place: &str) -> Mismatch {
        Mismatch(format!("{place}: {}", self.0))
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The data that a text of JSON says.
pub(crate) fn from_slice<T: FromJson>(text: &[u8]) -> Result<T, Mismatch> {
    T::from_json(parsed(text)?)
}

// By `FromStr` and `Display`, which serde_json has compiled; its generic functions would be compiled here.

fn parsed(text: &[u8]) -> Result<Json, Mismatch> {
    let text = std::str::from_utf8(text).map_err(|error| Mismatch(error.to_string()))?;
    text.parse().map_err(|error: serde_json::Error| Mismatch(error.to_string()))
}

/// Its JSON, on one line.
pub(crate) fn to_text(data: &(impl ToJson + ?Sized)) -> String {
    data.to_json().to_string()
}

/// Gives an object a field, unless that is null.
pub(crate) fn put(object: &mut Json, name: &str, field: Json) {
    if !field.is_null() {
        object[name] = field;
    }
}

/// The field of an object, taken out of it.
pub(crate) fn take<T: FromJson>(object: &mut Json, name: &str) -> Result<T, Mismatch> {
    T::from_json(take_json(object, name)?).map_err(|mismatch| mismatch.within(name))
}

fn take_json(object: &mut Json, name: &str) -> Result<Json, Mismatch> {
    if !object.is_object() {
        return Err(Mismatch::expected("an object", object));
    }
    Ok(object.get_mut(name).map_or(Json::Null, Json::take))
}

/// An object without fields.
pub(crate) fn object() -> Json {
    Json::Object(serde_json::Map::new())
}

/// The variant `name` with these fields.
pub(crate) fn tagged(name: &str, fields: Json) -> Json {
    let mut json = object();
    json[name] = fields;
    json
}

/// The fields of the variant `name`, if it is that one.
pub(crate) fn variant(json: &mut Json, name: &str) -> Option<Json> {
    if json.as_str() == Some(name) {
        return Some(Json::Null);
    }
    json.get_mut(name).map(Json::take)
}

/// Implements [`ToJson`] and [`FromJson`] for a struct or an enum by the names of its fields and variants.
macro_rules! plain {
    (both $($type:tt)*) => {
        $crate::plain::plain! { @say $($type)* }
        $crate::plain::plain! { @hear $($type)* }
    };
    (sent $($type:tt)*) => {
        $crate::plain::plain! { @say $($type)* }
        #[cfg(any(feature = "engine", test))]
        $crate::plain::plain! { @hear $($type)* }
    };
    (heard $($type:tt)*) => {
        #[cfg(any(feature = "engine", test))]
        $crate::plain::plain! { @say $($type)* }
        $crate::plain::plain! { @hear $($type)* }
    };
    (@say struct $name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::plain::ToJson for $name {
            fn to_json(&self) -> serde_json::Value {
                let $name { $($field),* } = self; // All of them.
                let mut fields = $crate::plain::object();
                $($crate::plain::put(&mut fields, stringify!($field), $field.to_json());)*
                fields
            }
        }
    };
    (@hear struct $name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::plain::FromJson for $name {
            fn from_json(mut json: serde_json::Value) -> Result<Self, $crate::plain::Mismatch> {
                Ok($name { $($field: $crate::plain::take(&mut json, stringify!($field))?),* })
            }
        }
    };
    (@say enum $name:ident { $($variant:ident $({ $($field:ident),* $(,)? })? $(( $($part:ident),* ))?),* $(,)? }) => {
        impl $crate::plain::ToJson for $name {
            fn to_json(&self) -> serde_json::Value {
                match self {
                    $($name::$variant $({ $($field),* })? $(( $($part),* ))? => {
                        $crate::plain::plain!(@fields $variant $($($field)*)? $($($part)*)?)
                    })*
                }
            }
        }
    };
    (@fields $variant:ident) => { serde_json::Value::from(stringify!($variant)) };
    (@fields $variant:ident $($field:ident)+) => {{
        let mut fields = $crate::plain::object();
        $($crate::plain::put(&mut fields, stringify!($field), $field.to_json());)+
        $crate::plain::tagged(stringify!($variant), fields)
    }};
    (@hear enum $name:ident { $($variant:ident $({ $($field:ident),* $(,)? })? $(( $($part:ident),* ))?),* $(,)? }) => {
        impl $crate::plain::FromJson for $name {
            #[allow(unused_mut, unused_variables)] // Where no variant has a field.
            fn from_json(mut json: serde_json::Value) -> Result<Self, $crate::plain::Mismatch> {
                const _: fn(&$name) = |all| match all { $($name::$variant { .. } => {})* };
                $(if let Some(mut fields) = $crate::plain::variant(&mut json, stringify!($variant)) {
                    return Ok($name::$variant
                        $({ $($field: $crate::plain::take(&mut fields, stringify!($field))?),* })?
                        $(( $($crate::plain::take(&mut fields, stringify!($part))?),* ))?);
                })*
                Err($crate::plain::Mismatch::expected(concat!("one of ", stringify!($name)), &json))
            }
        }
    };
}
pub(crate) use plain;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Shape {
        Point,
        Circle { radius: f64, label: Option<String> },
        Path(Vec<i64>, Box<Point>),
    }

    #[derive(Debug, PartialEq)]
    struct Point {
        x: i64,
        y: u32,
    }

    plain! { both struct Point { x, y } }
    plain! { both enum Shape { Point, Circle { radius, label }, Path(along, end) } }

    fn back(shape: &Shape) -> Shape {
        from_slice(to_text(shape).as_bytes()).unwrap()
    }

    #[test]
    fn what_crosses_is_what_was_sent() {
        for shape in [
            Shape::Point,
            Shape::Circle { radius: 0.1, label: None },
            Shape::Circle { radius: f64::NEG_INFINITY, label: Some("a\n\"\u{1f98a}".to_owned()) },
            Shape::Path(vec![i64::MIN, i64::MAX], Box::new(Point { x: -1, y: u32::MAX })),
        ] {
            assert_eq!(back(&shape), shape);
        }
        let Shape::Circle { radius, .. } = back(&Shape::Circle { radius: f64::NAN, label: None }) else { panic!() };
        assert!(radius.is_nan());
        assert_eq!(to_text(&Shape::Point), "\"Point\"");
    }

    #[test]
    fn a_mismatch_says_where() {
        let wrong = |text: &str| from_slice::<Shape>(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(wrong(r#"{"Circle":{"radius":"wide"}}"#), r#"radius: the text of a number was expected, not "wide""#);
        assert_eq!(wrong(r#"{"Path":{"along":"","end":{"x":1,"y":-1}}}"#), "end: y: u32 was expected, not -1");
        assert_eq!(wrong(r#""Star""#), r#"one of Shape was expected, not "Star""#);
        assert_eq!(wrong("[]"), "one of Shape was expected, not []");
        assert!(wrong("{").contains("EOF"));
    }
}
