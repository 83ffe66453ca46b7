//! A condition on the points of one metric: `Accuracy >= 0.9`.

use super::{Compare, Field};
use crate::model::{Series, Summary};

/// One comparison of a metric with a number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) tag: String,
    /// Whether values above the bound meet it, or those below.
    pub(crate) above: bool,
    /// Whether the bound itself does.
    pub(crate) or_equal: bool,
    pub(crate) bound: f64,
}

impl Condition {
    /// The condition in a text, or what is wrong with it. `field` says what a name means to filters.
    pub(crate) fn parse(text: &str, field: impl Fn(&str) -> Field) -> Result<Condition, String> {
        let wrong = |why: &str| {
            Err(format!("`{text}` is no condition to be met: {why}; a metric, one of >= > <= <, and a number: `Accuracy >= 0.9`"))
        };
        // From the right: a name may have such letters, a number has none.
        let Some(at) = text.rfind(['<', '>']) else { return wrong("it compares nothing") };
        let (name, rest) = text.split_at(at);
        if name.ends_with('=') {
            return wrong("`=>` and `=<` are no comparisons");
        }
        let (above, rest) = (rest.starts_with('>'), &rest[1..]);
        let (or_equal, number) = rest.strip_prefix('=').map_or((false, rest), |rest| (true, rest));
        let bound = match number.trim().parse::<f64>() {
            Ok(bound) if !bound.is_nan() => bound,
            _ => return wrong(&format!("`{}` is not a number", number.trim())),
        };
        // Who writes `max(Accuracy) >= 0.9` means the same points.
        let tag = match field(name) {
            Field::Metric(_, tag) | Field::Param(tag) if !tag.is_empty() => tag,
            Field::Run(_) => name.trim().to_owned(),
            _ => return wrong("it names no metric"),
        };
        Ok(Condition { tag, above, or_equal, bound })
    }

    /// Whether a value meets it; NaN never does.
    pub(crate) fn holds(&self, value: f64) -> bool {
        let beyond = if self.above { value > self.bound } else { value < self.bound };
        beyond || (self.or_equal && value == self.bound)
    }

    /// The comparison with the bound.
    pub(crate) fn compare(&self) -> Compare {
        match (self.above, self.or_equal) {
            (true, true) => Compare::GreaterOrEqual,
            (true, false) => Compare::Greater,
            (false, true) => Compare::LessOrEqual,
            (false, false) => Compare::Less,
        }
    }

    /// Whether points with these ends may meet it. (They are those of the finite values: an infinite one meets some conditions too.)
    pub(crate) fn may_hold(&self, summary: &Summary) -> bool {
        let end = if self.above { summary.max } else { summary.min };
        summary.nan > 0 || end.is_some_and(|end| self.holds(end))
    }

    /// The first point that meets it: its place in the series.
    pub(crate) fn first(&self, series: &Series) -> Option<usize> {
        series.values.iter().position(|value| self.holds(*value))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reduce;
    use super::*;

    fn parse(text: &str) -> Result<Condition, String> {
        Condition::parse(text, |name| match name.trim().strip_prefix("max(").and_then(|name| name.strip_suffix(')')) {
            Some(tag) => Field::Metric(Reduce::Max, tag.to_owned()),
            None => Field::Param(name.trim().to_owned()),
        })
    }

    #[test]
    fn a_metric_a_comparison_and_a_number() {
        let of = |text: &str| parse(text).map(|c| (c.tag, c.above, c.or_equal, c.bound));
        assert_eq!(of("Accuracy >= 0.9"), Ok(("Accuracy".into(), true, true, 0.9)));
        assert_eq!(of("train/loss<1e-3"), Ok(("train/loss".into(), false, false, 1e-3)));
        assert_eq!(of("a>b <= -inf"), Ok(("a>b".into(), false, true, f64::NEG_INFINITY)));
        assert_eq!(of("max(Accuracy) > 0.9"), Ok(("Accuracy".into(), true, false, 0.9)));
        for wrong in ["Accuracy", "Accuracy => 0.9", "Accuracy >= high", "> 3", "Accuracy > nan", "Accuracy == 3", ""] {
            let told = of(wrong).unwrap_err();
            assert!(told.contains("`Accuracy >= 0.9`"), "{told}");
        }
    }

    #[test]
    fn nan_never_meets_it_and_the_bound_does_if_it_says_so() {
        let at_least = parse("A >= 1").unwrap();
        assert!(at_least.holds(1.0) && at_least.holds(f64::INFINITY) && !at_least.holds(f64::NAN) && !at_least.holds(0.999));
        assert!(!parse("A > 1").unwrap().holds(1.0) && parse("A < 1").unwrap().holds(f64::NEG_INFINITY));
        let mut summary = Summary::default();
        summary.add(0, 0.5);
        assert!(!at_least.may_hold(&summary));
        summary.add(1, f64::NAN);
        assert!(at_least.may_hold(&summary), "one of those may be infinite");
    }
}
