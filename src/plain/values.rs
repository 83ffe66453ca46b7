//! The values that plain data is made of.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{FromJson, Mismatch, ToJson, object, packed};

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
                    let number = json.as_u64().and_then(|number| $number::try_from(number).ok());
                    number.ok_or_else(|| Mismatch::expected(stringify!($number), &json))
                }
            }
        )*
    };
}

whole!(u16 u32 u64 usize);

impl ToJson for i64 {
    fn to_json(&self) -> Json {
        Json::from(*self)
    }

    fn list_to_json(list: &[i64]) -> Json {
        packed::pack(list.iter().map(|number| number.to_le_bytes()))
    }
}

impl FromJson for i64 {
    fn from_json(json: Json) -> Result<i64, Mismatch> {
        json.as_i64().ok_or_else(|| Mismatch::expected("i64", &json))
    }

    fn list_from_json(json: Json) -> Result<Vec<i64>, Mismatch> {
        Ok(packed::unpack(json)?.into_iter().map(i64::from_le_bytes).collect())
    }
}

/// The shortest text that is this float and no other, which JSON's numbers are not for every reader (and not for NaN).
impl ToJson for f64 {
    fn to_json(&self) -> Json {
        Json::String(format!("{self:?}"))
    }

    fn list_to_json(list: &[f64]) -> Json {
        packed::pack(list.iter().map(|number| number.to_le_bytes()))
    }
}

impl FromJson for f64 {
    fn from_json(json: Json) -> Result<f64, Mismatch> {
        json.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| Mismatch::expected("the text of a number", &json))
    }

    fn list_from_json(json: Json) -> Result<Vec<f64>, Mismatch> {
        Ok(packed::unpack(json)?.into_iter().map(f64::from_le_bytes).collect())
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

impl FromJson for Json {
    fn from_json(json: Json) -> Result<Json, Mismatch> {
        Ok(json)
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

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self) -> Json {
        T::list_to_json(self)
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Json {
        T::list_to_json(self)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json) -> Result<Vec<T>, Mismatch> {
        T::list_from_json(json)
    }
}

/// The two ends of a stretch.
impl ToJson for [f64; 2] {
    fn to_json(&self) -> Json {
        f64::list_to_json(self)
    }
}

#[cfg(any(feature = "engine", test))]
impl FromJson for [f64; 2] {
    fn from_json(json: Json) -> Result<[f64; 2], Mismatch> {
        f64::list_from_json(json)?.try_into().map_err(|list| Mismatch::new(format!("two numbers were expected, not {list:?}")))
    }
}

impl<A: ToJson, B: ToJson> ToJson for (A, B) {
    fn to_json(&self) -> Json {
        Json::Array(vec![self.0.to_json(), self.1.to_json()])
    }
}

impl<A: FromJson, B: FromJson> FromJson for (A, B) {
    fn from_json(json: Json) -> Result<(A, B), Mismatch> {
        match json {
            Json::Array(mut pair) if pair.len() == 2 => Ok((A::from_json(pair[0].take())?, B::from_json(pair[1].take())?)),
            other => Err(Mismatch::expected("a pair", &other)),
        }
    }
}

impl<T: ToJson> ToJson for BTreeMap<String, T> {
    fn to_json(&self) -> Json {
        let mut map = object();
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
