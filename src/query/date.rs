//! Dates in filters: a date is the span that it names, in UTC.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

/// From the first millisecond of what a text such as `2026`, `2026-11`, `2026-11-22`, `2026-11-22T14:02` or
/// `2026-11-22 14:02:05.250` names to the first one after it; in milliseconds since 1970-01-01 UTC.
pub(crate) fn span_of_date(text: &str) -> Option<(i64, i64)> {
    let text = text.trim();
    let digits = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(text) {
        return span(Date::new(text.parse().ok()?, 1, 1).ok()?.at(0, 0, 0, 0), 1.year());
    }
    if text.len() == 7 && text.is_char_boundary(4) && digits(&text[..4]) && text[4..].starts_with('-') {
        return span(format!("{text}-01").parse::<Date>().ok()?.at(0, 0, 0, 0), 1.month());
    }
    if !text.contains(':') {
        return span(text.parse::<Date>().ok()?.at(0, 0, 0, 0), 1.day());
    }
    let clock = text.find(':').and_then(|colon| text.get(colon..)).unwrap_or_default();
    if clock.contains(['+', '-']) {
        let begin = text.parse::<Timestamp>().ok()?.as_millisecond();
        return Some((begin, begin + 1));
    }
    let moment = text.trim_end_matches(['Z', 'z']).parse::<DateTime>().ok()?;
    let named = match text.matches(':').count() {
        1 => 1.minute(),
        _ if text.contains('.') => 1.millisecond(),
        _ => 1.second(),
    };
    span(moment, named)
}

fn span(begin: DateTime, named: Span) -> Option<(i64, i64)> {
    let millis = |moment: DateTime| Some(TimeZone::UTC.to_ambiguous_timestamp(moment).compatible().ok()?.as_millisecond());
    Some((millis(begin)?, millis(begin.checked_add(named).ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::span_of_date;

    #[test]
    fn a_date_is_the_span_it_names() {
        let day = 86_400_000;
        assert_eq!(span_of_date("1970"), Some((0, 365 * day)));
        assert_eq!(span_of_date("1970-02"), Some((31 * day, 59 * day)));
        assert_eq!(span_of_date("1970-01-02"), Some((day, 2 * day)));
        assert_eq!(span_of_date("1970-01-01T01:00"), Some((3_600_000, 3_660_000)));
        assert_eq!(span_of_date("1970-01-01 00:00:01Z"), Some((1000, 2000)));
        assert_eq!(span_of_date("1970-01-01T00:00:00.250"), Some((250, 251)));
        assert_eq!(span_of_date("1970-01-01T01:00:00+01:00"), Some((0, 1)));
        for odd in ["", "yesterday", "1970-13", "1970-01-99", "12", "19€0-01", "99999"] {
            assert_eq!(span_of_date(odd), None, "{odd}");
        }
    }
}
