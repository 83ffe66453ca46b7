//! Numbers, moments and counts as a person reads them.

use crate::model::Time;

/// A number with that many significant digits, without trailing zeros: `0.98021`, `1.2e-7`, `24`.
pub(super) fn number(number: f64, digits: usize) -> String {
    if !number.is_finite() || number == 0.0 {
        return if number == 0.0 { "0".into() } else { number.to_string() };
    }
    let rounded = significant(number, digits);
    crate::model::Value::Float(rounded).to_string()
}

/// The nearest number with that many significant decimal digits.
pub(super) fn significant(number: f64, digits: usize) -> f64 {
    format!("{number:.*e}", digits.saturating_sub(1)).parse().unwrap_or(number)
}

/// A count: `950`, `2,000`, `2.1M`.
pub(super) fn count(count: usize) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{},{:03}", count / 1_000, count % 1_000),
        1_000_000..1_000_000_000 => format!("{}M", significant(count as f64 / 1e6, 2.max(digits(count / 1_000_000)))),
        _ => format!("{}G", significant(count as f64 / 1e9, 2.max(digits(count / 1_000_000_000)))),
    }
}

fn digits(count: usize) -> usize {
    count.to_string().len()
}

/// A moment in UTC to the second: `2026-11-22 14:02:07`.
pub(super) fn moment(millis: i64) -> String {
    match jiff::Timestamp::from_millisecond(Time(millis).millis()) {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => format!("{millis} ms"),
    }
}

/// Seconds: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 05 min`.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() || s < 0.0 => format!("{s} s"),
        s if s < 10.0 => format!("{} s", significant(s, 2)),
        s if s < 60.0 => format!("{s:.0} s"),
        s if s < 3600.0 => format!("{} min {:02} s", s as u64 / 60, s as u64 % 60),
        s => format!("{} h {:02} min", s as u64 / 3600, s as u64 % 3600 / 60),
    }
}

/// `1 run`, `24 runs`.
pub(super) fn plural(n: usize, word: &str) -> String {
    format!("{} {word}{}", count(n), if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_a_person_reads_them() {
        assert_eq!([950, 2_000, 340_123, 2_100_000, 123_456_789].map(count), ["950", "2,000", "340,123", "2.1M", "123M"]);
        assert_eq!([0.980_214_4, 1.2e-7, 24.0, f64::NAN].map(|n| number(n, 5)), ["0.98021", "1.2e-7", "24", "NaN"]);
        assert_eq!([0.4, 12.3, 200.0, 7500.0].map(duration), ["0.4 s", "12 s", "3 min 20 s", "2 h 05 min"]);
        assert_eq!(moment(1_795_356_127_000), "2026-11-22 14:02:07");
    }
}
