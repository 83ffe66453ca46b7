//! What words mean: fields of a run, numbers, truth values.

use super::super::RunField;
use super::super::lex::REDUCES;
use crate::model::Value;

/// The fields of a run, as they are written.
pub(crate) const RUN_FIELDS: [(&str, RunField); 9] = [
    ("status", RunField::Status),
    ("name", RunField::Name),
    ("group", RunField::Group),
    ("labels", RunField::Labels),
    ("started", RunField::Started),
    ("duration", RunField::Duration),
    ("thoughts", RunField::Thoughts),
    ("invalid", RunField::Invalid),
    ("id", RunField::Id),
];

/// Whether a word that stands alone would be taken for something else than a parameter's name.
pub(in crate::query) fn has_meaning(word: &str) -> bool {
    const WORDS: [&str; 6] = ["and", "or", "not", "in", "exists", "all"];
    literal(word).is_some()
        || WORDS.contains(&word.to_ascii_lowercase().as_str())
        || RUN_FIELDS.iter().any(|(name, _)| *name == word)
        || REDUCES.iter().any(|(name, _)| *name == word)
}

/// The number, truth value or null that a word is.
pub(super) fn literal(word: &str) -> Option<Value> {
    match word.to_ascii_lowercase().as_str() {
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        "null" | "none" => return Some(Value::Null),
        _ => {}
    }
    let unsigned = word.trim_start_matches(['+', '-']);
    let named = ["inf", "infinity", "nan"].iter().any(|name| unsigned.eq_ignore_ascii_case(name));
    if !named && !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let plain = if named { word.to_string() } else { word.replace('_', "") };
    if let Ok(int) = plain.parse::<i64>() {
        return Some(Value::Int(int));
    }
    // As many digits as a Decimal128 has.
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if (1..=34).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Value::Decimal(plain.trim_start_matches('+').to_string()));
    }
    plain.parse().ok().map(Value::Float)
}
