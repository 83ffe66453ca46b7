//! Plain data as JSON: what crosses between the thin side and the engine.
//!
//! Why not serde's derive: it (with what it is compiled from) and the code that it makes of some forty types took a third of a notebook's
//! first cell. [`plain!`] goes by way of [`serde_json::Value`], so that nothing is compiled once a format, and each side compiles
//! its own direction only. A type lists its fields:
//!
//! ```text
//! plain! { sent struct Scope { store, database, folder, filter } }
//! plain! { heard enum Status { Running, Finished, Panicked, Killed, Stale } }
//! ```
//!
//! `sent`: from the thin side to the engine; `heard`: the other way; `both`. A field left out does not compile. A struct is an object; a
//! variant is its name, or an object with its name as the one key. Floats are texts.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

/// Plain data of ours that can be said as JSON.
pub(crate) trait ToJson {
    fn to_json(&self) -> Json;
}

/// Plain data of ours that can be read from JSON. What is missing there is null.
pub(crate) trait FromJson: Sized {
    fn from_json(json: Json) -> Result<Self, Mismatch>;
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
    let json = serde_json::from_slice(text).map_err(|error| Mismatch(error.to_string()))?;
    T::from_json(json)
}

/// Its JSON, on one line.
pub(crate) fn to_vec(data: &impl ToJson) -> Vec<u8> {
    data.to_json().to_string().into_bytes()
}

/// The field of an object, taken out of it.
pub(crate) fn take<T: FromJson>(object: &mut Json, name: &str) -> Result<T, Mismatch> {
    if !object.is_object() {
        return Err(Mismatch::expected("an object", object));
    }
    T::from_json(object.get_mut(name).map_or(Json::Null, Json::take)).map_err(|mismatch| mismatch.within(name))
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
                let mut fields = serde_json::Value::Null;
                $(fields[stringify!($field)] = self.$field.to_json();)*
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
            #[allow(unused_assignments, unused_mut)] // Where a variant has fields; where it has none.
            fn to_json(&self) -> serde_json::Value {
                match self {
                    $($name::$variant $({ $($field),* })? $(( $($part),* ))? => {
                        let mut json = serde_json::Value::from(stringify!($variant));
                        $(
                            json = serde_json::Value::Null;
                            $(json[stringify!($variant)][stringify!($field)] = $field.to_json();)*
                        )?
                        $(
                            json = serde_json::Value::Null;
                            $(json[stringify!($variant)][stringify!($part)] = $part.to_json();)*
                        )?
                        json
                    })*
                }
            }
        }
    };
    (@hear enum $name:ident { $($variant:ident $({ $($field:ident),* $(,)? })? $(( $($part:ident),* ))?),* $(,)? }) => {
        impl $crate::plain::FromJson for $name {
            #[allow(unused_mut, unused_variables)] // Where no variant has a field.
            fn from_json(mut json: serde_json::Value) -> Result<Self, $crate::plain::Mismatch> {
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

macro_rules! whole {
    ($($number:ident)*) => {
        $(
            impl ToJson for $number {
                fn to_json(&self) -> Json {
                    Json::from(*self)
                }
            }

            impl FromJson for $number {
                fn from_json(json: Json) -> Result<$number, Mismatch> {
                    let number = json.as_i64().map(i128::from).or_else(|| json.as_u64().map(i128::from));
                    let number = number.and_then(|number| $number::try_from(number).ok());
                    number.ok_or_else(|| Mismatch::expected(stringify!($number), &json))
                }
            }
        )*
    };
}

whole!(u16 u32 u64 usize i64);

/// The shortest text that is this float and no other, which JSON's numbers are not for every reader (and not for NaN).
impl ToJson for f64 {
    fn to_json(&self) -> Json {
        Json::String(self.to_string())
    }
}

impl FromJson for f64 {
    fn from_json(json: Json) -> Result<f64, Mismatch> {
        json.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| Mismatch::expected("the text of a number", &json))
    }
}

impl ToJson for bool {
    fn to_json(&self) -> Json {
        Json::Bool(*self)
    }
}

impl FromJson for bool {
    fn from_json(json: Json) -> Result<bool, Mismatch> {
        json.as_bool().ok_or_else(|| Mismatch::expected("true or false", &json))
    }
}

impl ToJson for String {
    fn to_json(&self) -> Json {
        Json::String(self.clone())
    }
}

impl FromJson for String {
    fn from_json(json: Json) -> Result<String, Mismatch> {
        match json {
            Json::String(text) => Ok(text),
            other => Err(Mismatch::expected("a text", &other)),
        }
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::to_json)
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: Json) -> Result<Option<T>, Mismatch> {
        if json.is_null() { Ok(None) } else { T::from_json(json).map(Some) }
    }
}

impl<T: ToJson> ToJson for Box<T> {
    fn to_json(&self) -> Json {
        (**self).to_json()
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(json: Json) -> Result<Box<T>, Mismatch> {
        T::from_json(json).map(Box::new)
    }
}

// Loops instead of `collect` here: each of these is compiled once a type, in the first cell.

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Json {
        let mut items = Vec::new();
        for item in self {
            items.push(item.to_json());
        }
        Json::Array(items)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json) -> Result<Vec<T>, Mismatch> {
        let Json::Array(items) = json else { return Err(Mismatch::expected("a list", &json)) };
        let mut all = Vec::new();
        for item in items {
            all.push(T::from_json(item)?);
        }
        Ok(all)
    }
}

impl<T: ToJson> ToJson for BTreeMap<String, T> {
    fn to_json(&self) -> Json {
        let mut map = Json::Object(serde_json::Map::new());
        for (key, value) in self {
            map[key] = value.to_json();
        }
        map
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json(json: Json) -> Result<BTreeMap<String, T>, Mismatch> {
        let Json::Object(fields) = json else { return Err(Mismatch::expected("an object", &json)) };
        let mut map = BTreeMap::new();
        for (key, value) in fields {
            let value = T::from_json(value).map_err(|mismatch| mismatch.within(&key))?;
            map.insert(key, value);
        }
        Ok(map)
    }
}

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
        from_slice(&to_vec(shape)).unwrap()
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
        assert_eq!(to_vec(&Shape::Point), b"\"Point\"");
    }

    #[test]
    fn a_mismatch_says_where() {
        let wrong = |text: &str| from_slice::<Shape>(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(wrong(r#"{"Circle":{"radius":"wide"}}"#), r#"radius: the text of a number was expected, not "wide""#);
        assert_eq!(wrong(r#"{"Path":{"along":[1],"end":{"x":1,"y":-1}}}"#), "end: y: u32 was expected, not -1");
        assert_eq!(wrong(r#""Star""#), r#"one of Shape was expected, not "Star""#);
        assert_eq!(wrong("[]"), "one of Shape was expected, not []");
        assert!(wrong("{").contains("EOF"));
    }
}
