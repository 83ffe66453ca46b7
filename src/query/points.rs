//! A condition on single points: the same grammar, with the names `value`, `step` and `wall`.

use super::matches::{holds, started};
use super::suggest::suggest;
use super::{Compare, Field, Filter};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Value;

const NAMES: [&str; 3] = ["value", "step", "wall"];

impl Filter {
    /// Whether it is a condition on points.
    ///
    /// # Errors
    /// It names something else than `value`, `step` and `wall`.
    pub(crate) fn check_points(&self) -> Result<()> {
        match self {
            Filter::All => Ok(()),
            Filter::And(filters) | Filter::Or(filters) => filters.iter().try_for_each(Filter::check_points),
            Filter::Not(filter) => filter.check_points(),
            Filter::Mongo(_) => Err(Error::new(ErrorKind::Input, format!("`{self}` is no condition on points"))
                .because("MongoDB is asked about runs")
                .help("`value > 100`, `step < 10`, `wall > \"2026-11-22\"`")),
            Filter::Compare(field, ..) | Filter::In(field, _) | Filter::Like(field, _) | Filter::Exists(field) => match field {
                Field::Param(name) if NAMES.contains(&name.as_str()) && !matches!(self, Filter::Like(..)) => Ok(()),
                other => {
                    let name = other.to_string();
                    let error = Error::new(ErrorKind::Input, format!("`{self}` is no condition on points"))
                        .because(format!("a point has `value`, `step` and `wall`, no `{name}`"));
                    let near = suggest(&name, NAMES).map(|near| format!("did you mean `{near}`?"));
                    Err(error.help(near.unwrap_or_else(|| "`value > 100`, `step < 10`, `wall > \"2026-11-22\"`".to_owned())))
                }
            },
        }
    }

    /// Whether it holds for a point; `wall` in milliseconds since 1970.
    pub(crate) fn holds_for_point(&self, value: f64, step: i64, wall: i64) -> bool {
        let compared = |field: &Field, compare: Compare, against: &Value| match field {
            Field::Param(name) if name == "value" => holds(&Value::Float(value), compare, against),
            Field::Param(name) if name == "step" => holds(&Value::Int(step), compare, against),
            Field::Param(name) if name == "wall" => started(wall, compare, against),
            _ => false,
        };
        match self {
            Filter::All => true,
            Filter::And(all) => all.iter().all(|filter| filter.holds_for_point(value, step, wall)),
            Filter::Or(any) => any.iter().any(|filter| filter.holds_for_point(value, step, wall)),
            Filter::Not(one) => !one.holds_for_point(value, step, wall),
            Filter::Compare(field, compare, against) => compared(field, *compare, against),
            Filter::In(field, values) => values.iter().any(|against| compared(field, Compare::Equal, against)),
            Filter::Exists(_) => true,
            Filter::Like(..) | Filter::Mongo(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_has_a_value_a_step_and_a_moment() {
        let holds = |text: &str| Filter::parse(text).unwrap().holds_for_point(150.0, 7, 1_795_356_127_000);
        for text in
            ["value > 100", "step < 10 and value != 1", "wall > 2026-11-22T14:00", "wall == 2026-11-22", "step in [1, 7]", ""]
        {
            assert!(holds(text), "{text}");
            assert!(Filter::parse(text).unwrap().check_points().is_ok(), "{text}");
        }
        assert!(!holds("value > 200 or step == 8") && !holds("not (step == 7)"));
        assert!(Filter::parse("value == nan").unwrap().holds_for_point(f64::NAN, 0, 0));
        let told = Filter::parse("stepp > 3").unwrap().check_points().unwrap_err().to_string();
        assert!(told.contains("no `stepp`") && told.contains("did you mean `step`?"), "{told}");
        assert!(Filter::parse("max(Loss) > 3").unwrap().check_points().is_err());
    }
}
