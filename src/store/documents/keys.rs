//! Names as keys: `%` → `%25`, `.` → `%2E`, a leading `$` → `%24`, and the empty name → `%`. Otherwise a dot would nest.

use std::borrow::Cow;

use crate::address::percent_decode;

/// A parameter's name or a tag as the key of a document.
pub(crate) fn escape(name: &str) -> Cow<'_, str> {
    if name.is_empty() {
        return "%".into();
    }
    if !name.contains(['%', '.']) && !name.starts_with('$') {
        return name.into();
    }
    let mut key = String::with_capacity(name.len() + 8);
    for (i, letter) in name.char_indices() {
        match letter {
            '%' => key.push_str("%25"),
            '.' => key.push_str("%2E"),
            '$' if i == 0 => key.push_str("%24"),
            _ => key.push(letter),
        }
    }
    key.into()
}

/// The name that a key stands for.
pub(crate) fn unescape(key: &str) -> Cow<'_, str> {
    if key == "%" {
        return "".into();
    }
    if !key.contains('%') {
        return key.into();
    }
    percent_decode(key).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names() {
        for (name, key) in [
            ("loss", "loss"),
            ("train/loss.v1", "train/loss%2Ev1"),
            ("$cost$", "%24cost$"),
            ("50%", "50%25"),
            ("", "%"),
            ("%", "%25"),
            ("%2E", "%252E"),
            ("..", "%2E%2E"),
        ] {
            assert_eq!(escape(name), key);
            assert_eq!(unescape(key), name);
        }
    }

    proptest::proptest! {
        #[test]
        fn a_key_is_one_plain_field_and_comes_back(name in "[a%.$é0-9]{0,12}|\\PC{0,12}") {
            let key = escape(&name);
            assert!(!key.is_empty() && !key.contains('.') && !key.starts_with('$'));
            assert_eq!(unescape(&key), name);
        }
    }
}
