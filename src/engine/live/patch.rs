//! What changed between two payloads, as a page applies it (`web/src/patch.ts`): only what is new crosses.
//!
//! A patch is one of
//! - `{"=": value}`: instead of what was there;
//! - `{"o": {key: patch, …}, "d": [key, …]}`: of an object, the fields that changed or came, and those that went;
//! - `{"s": [[index, …], [value, …]]}`: of an array, the elements that are others;
//! - `{"e": [[index, …], [patch, …]]}`: of an array, the elements that changed inside;
//! - `{"a": [start, end, [value, …]]}`: of an array, its first `start` and last `end` elements stay, these are between.

use serde_json::{Map, Value, json};

/// What makes `new` of `old`; none: they are the same.
pub(super) fn diff(old: &Value, new: &Value) -> Option<Value> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => object(old, new),
        (Value::Array(old), Value::Array(new)) => array(old, new),
        (old, new) if old == new => None,
        (_, new) => Some(json!({ "=": new })),
    }
}

fn object(old: &Map<String, Value>, new: &Map<String, Value>) -> Option<Value> {
    let mut changed = Map::new();
    for (key, value) in new {
        match old.get(key) {
            Some(before) => changed.extend(diff(before, value).map(|patch| (key.clone(), patch))),
            None => drop(changed.insert(key.clone(), json!({ "=": value }))),
        }
    }
    let gone: Vec<&String> = old.keys().filter(|key| !new.contains_key(*key)).collect();
    match (changed.is_empty(), gone.is_empty()) {
        (true, true) => None,
        (false, true) => Some(json!({ "o": changed })),
        (_, false) => Some(json!({ "o": changed, "d": gone })),
    }
}

fn array(old: &[Value], new: &[Value]) -> Option<Value> {
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    if start == old.len() && start == new.len() {
        return None;
    }
    let most = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(old, new)| old == new).count();
    if old.len() != new.len() {
        return Some(json!({ "a": [start, end, new[start..new.len() - end]] }));
    }
    let container = |value: &Value| value.is_object() || value.is_array();
    let (from, to) = (start, new.len() - end);
    let changed: Vec<usize> = (from..to).filter(|i| old[*i] != new[*i]).collect();
    if changed.iter().all(|i| container(&old[*i]) && container(&new[*i])) {
        let patches: Vec<Value> = changed.iter().filter_map(|i| diff(&old[*i], &new[*i])).collect();
        return Some(json!({ "e": [changed, patches] }));
    }
    // A few of many, by their places; most of them, in a row.
    if changed.len() * 2 < to - from {
        let values: Vec<&Value> = changed.iter().map(|i| &new[*i]).collect();
        return Some(json!({ "s": [changed, values] }));
    }
    Some(json!({ "a": [start, end, new[from..to]] }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As the page applies it.
    fn apply(old: &Value, patch: &Value) -> Value {
        let places = |list: &Value| list.as_array().unwrap().iter().map(|i| i.as_u64().unwrap() as usize).collect::<Vec<_>>();
        let (kind, what) = patch.as_object().unwrap().iter().max_by_key(|(key, _)| *key != "d").unwrap();
        match kind.as_str() {
            "=" => what.clone(),
            "o" => {
                let mut object = old.as_object().unwrap().clone();
                patch.get("d").into_iter().flat_map(|gone| gone.as_array().unwrap()).for_each(|key| {
                    object.remove(key.as_str().unwrap());
                });
                for (key, patch) in what.as_object().unwrap() {
                    let value = apply(old.get(key).unwrap_or(&Value::Null), patch);
                    object.insert(key.clone(), value);
                }
                Value::Object(object)
            }
            "s" => {
                let mut array = old.as_array().unwrap().clone();
                places(&what[0]).into_iter().zip(what[1].as_array().unwrap()).for_each(|(i, value)| array[i] = value.clone());
                Value::Array(array)
            }
            "e" => {
                let mut array = old.as_array().unwrap().clone();
                places(&what[0])
                    .into_iter()
                    .zip(what[1].as_array().unwrap())
                    .for_each(|(i, patch)| array[i] = apply(&array[i], patch));
                Value::Array(array)
            }
            "a" => {
                let old = old.as_array().unwrap();
                let (start, end) = (what[0].as_u64().unwrap() as usize, what[1].as_u64().unwrap() as usize);
                let between = what[2].as_array().unwrap();
                Value::Array([&old[..start], between, &old[old.len() - end..]].concat())
            }
            other => panic!("{other}"),
        }
    }

    fn any() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), (0..4i64).prop_map(Value::from), "[ab]{0,2}".prop_map(Value::from)];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..7).prop_map(Value::from),
                prop::collection::btree_map("[a-d]", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_patch_makes_the_new_of_the_old(old in any(), new in any()) {
            match diff(&old, &new) {
                None => prop_assert_eq!(&old, &new),
                Some(patch) => prop_assert_eq!(apply(&old, &patch), new),
            }
            prop_assert_eq!(diff(&old, &old), None);
        }
    }

    #[test]
    fn only_what_is_new_crosses() {
        let old = json!({ "panel": { "series": [{ "run": 0, "y": [1, 2, 3] }, { "run": 1, "y": [5, 6] }] }, "n": 2, "gone": 1 });
        let new = json!({ "panel": { "series": [{ "run": 0, "y": [1, 2, 3, 4] }, { "run": 1, "y": [5, 6] }] }, "n": 2 });
        let patch = diff(&old, &new).unwrap();
        assert_eq!(
            patch,
            json!({ "o": { "panel": { "o": { "series": { "e": [[0], [{ "o": { "y": { "a": [3, 0, [4]] } } }]] } } } }, "d": ["gone"] })
        );
        let newest_first = diff(&json!([3, 2, 1]), &json!([4, 3, 2, 1])).unwrap();
        assert_eq!(newest_first, json!({ "a": [0, 3, [4]] }));
        let cells = diff(&json!([0, 1, 2, 3, 4, 5, 6]), &json!([9, 1, 2, 3, 4, 5, 8])).unwrap();
        assert_eq!(cells, json!({ "s": [[0, 6], [9, 8]] }));
    }
}
