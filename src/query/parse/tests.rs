use super::super::RunField;
use super::*;
use crate::query::{metric, param};

#[track_caller]
fn mistakes(text: &str) -> String {
    Filter::parse(text).unwrap_err().to_string()
}

#[test]
fn the_text_and_the_typed_form_are_one_tree() {
    let typed = param("lr").lt(0.01) & metric("Accuracy").max().gt(0.9);
    assert_eq!(Filter::parse("lr < 0.01 and max(Accuracy) > 0.9").unwrap(), typed);
    assert_eq!(Filter::parse("lr<0.01&&max( Accuracy )>.9").unwrap(), typed);
    assert_eq!(Filter::parse("0.01 > lr & 0.9 < max(`Accuracy`)").unwrap(), typed);
    assert_eq!(Filter::parse("").unwrap(), Filter::All);
    assert_eq!(Filter::parse("  all ").unwrap(), Filter::All);
    assert_eq!(Filter::parse("all == 1").unwrap(), param("all").eq(1));
}

#[test]
fn not_binds_closest_then_and_then_or() {
    let (a, b, c) = (param("a").eq(1), param("b").eq(2), param("c").eq(3));
    assert_eq!(Filter::parse("not a = 1 and b = 2 or c = 3").unwrap(), (!a.clone() & b.clone()) | c.clone());
    assert_eq!(Filter::parse("!(a == 1 && (b == 2 || c == 3))").unwrap(), !(a & (b | c)));
}

#[test]
fn names_tags_and_values_of_every_kind() {
    let field = |text: &str| Field::parse(text).unwrap();
    assert_eq!(field("optim.name"), Field::Param("optim.name".into()));
    assert_eq!(field("`it``s odd`"), Field::Param("it`s odd".into()));
    assert_eq!(field("`status`"), Field::Param("status".into()));
    assert_eq!(field("status"), Field::Run(RunField::Status));
    assert_eq!(
        field("max(train/loss (smooth), v1.2)"),
        Field::Metric(crate::query::Reduce::Max, "train/loss (smooth), v1.2".into())
    );
    assert_eq!(field("max(`)`)"), Field::Metric(crate::query::Reduce::Max, ")".into()));
    let values =
        r#"x in [1, -2, 1e-3, .5, 1_000, inf, -inf, true, null, adam, 'a "b"', "\u{e9}\n\d", 18446744073709551615, [1, 2],]"#;
    let expected: Vec<Value> = vec![
        1.into(),
        (-2).into(),
        1e-3.into(),
        0.5.into(),
        1000.into(),
        f64::INFINITY.into(),
        f64::NEG_INFINITY.into(),
        true.into(),
        Value::Null,
        "adam".into(),
        "a \"b\"".into(),
        "é\n\\d".into(),
        u64::MAX.into(),
        Value::List(vec![1.into(), 2.into()]),
    ];
    assert_eq!(Filter::parse(values).unwrap(), Filter::In(Field::Param("x".into()), expected));
    assert_eq!(Filter::parse("started > 2026-11-22T14:02").unwrap().to_string(), r#"started > "2026-11-22T14:02""#);
    assert_eq!(Filter::parse("x not in [1]").unwrap(), !param("x").is_in([1]));
}

#[test]
fn all_mistakes_are_told_at_once() {
    insta::assert_snapshot!(mistakes("lr =< 0.01 and mx(Loss) > 1 or batch and seed in 3"), @r#"
    `=<` is not an operator
      | lr =< 0.01 and mx(Loss) > 1 or batch and seed in 3
      |    ^^
    help: did you mean `<=`?
    there is no function `mx`
      | lr =< 0.01 and mx(Loss) > 1 or batch and seed in 3
      |                ^^ known: first, last, min, max, mean, n, first_bad_step, exists, mongo
    help: did you mean `max`?
    a comparison is expected after `batch`
      | lr =< 0.01 and mx(Loss) > 1 or batch and seed in 3
      |                                ^^^^^
    help: `batch > 0.9`, or `exists(batch)`
    `in` wants a list
      | lr =< 0.01 and mx(Loss) > 1 or batch and seed in 3
      |                                                  ^
    help: `lr in [0.1, 0.01]`
    "#);
}

#[test]
fn a_missing_parenthesis_is_shown_where_it_was_opened() {
    insta::assert_snapshot!(mistakes("(lr < 0.01 and max(Acc > 0.9"), @r#"
    this parenthesis is never closed
      | (lr < 0.01 and max(Acc > 0.9
      | ^ opened here
    this parenthesis is never closed
      | (lr < 0.01 and max(Acc > 0.9
      |                   ^ opened here
    "#);
}

#[test]
fn what_people_try_first_is_answered_with_what_to_write() {
    insta::assert_snapshot!(mistakes("0.001 < lr < 0.1"), @r#"
    one comparison at a time
      | 0.001 < lr < 0.1
      | ^^^^^^^^^^^^^^^^
    help: write `0.001 < lr and lr < 0.1`
    "#);
    insta::assert_snapshot!(mistakes("learning rate < 0.1"), @r#"
    a comparison is expected after `learning`
      | learning rate < 0.1
      |          ^^^^
    help: `< <= > >= == != ~ in`; a name with spaces stands in backticks
    "#);
    insta::assert_snapshot!(mistakes("lr < 0.1 batch == 2"), @r#"
    `and` or `or` is missing before `batch`
      | lr < 0.1 batch == 2
      |          ^^^^^
    help: a name or a text with spaces stands in backticks or quotes
    "#);
    insta::assert_snapshot!(mistakes("name ~ ^base"), @r#"
    `^` has no meaning here
      | name ~ ^base
      |        ^
    help: an odd name stands in backticks, a text or regular expression in quotes
    "#);
    insta::assert_snapshot!(mistakes("optim == \"adam"), @r#"
    this " is never closed
      | optim == "adam
      |          ^ opened here
    "#);
    insta::assert_snapshot!(mistakes("lr < 0,01 and max(Loss) >"), @r#"
    a comma stands only in a list
      | lr < 0,01 and max(Loss) >
      |       ^
    help: a number is written with a point, `0.01`; conditions are joined by `and`
    a value is expected here
      | lr < 0,01 and max(Loss) >
      |                          ^
    help: a number, a 'text', true, false or null
    "#);
    insta::assert_snapshot!(mistakes("lr <"), @r#"
    a value is expected here
      | lr <
      |     ^
    help: a number, a 'text', true, false or null
    "#);
    insta::assert_snapshot!(mistakes("max(Accuracy)"), @r#"
    a comparison is expected after `max(Accuracy)`
      | max(Accuracy)
      |     ^^^^^^^^
    help: `max(Accuracy) > 0.9`, or `exists(max(Accuracy))`
    "#);
    insta::assert_snapshot!(mistakes("max() > 1 and avg(Loss) < 1"), @r#"
    a metric is missing here
      | max() > 1 and avg(Loss) < 1
      |    ^^
    help: write its tag: `max(Accuracy)`
    there is no function `avg`
      | max() > 1 and avg(Loss) < 1
      |               ^^^ known: first, last, min, max, mean, n, first_bad_step, exists, mongo
    help: did you mean `mean`?
    "#);
    insta::assert_snapshot!(mistakes("lr is 3; 5"), @r#"
    a comparison is expected after `lr`
      | lr is 3; 5
      |    ^^
    help: did you mean `==`?
    `;` has no meaning here
      | lr is 3; 5
      |        ^
    help: an odd name stands in backticks, a text or regular expression in quotes
    "#);
}

#[test]
fn deep_nesting_is_a_mistake_and_no_overflow() {
    for text in [
        format!("{}lr < 1", "(".repeat(100_000)),
        format!("{}lr < 1", "not ".repeat(100_000)),
        format!("lr == {}", "[".repeat(100_000)),
    ] {
        assert!(mistakes(&text).contains("levels"), "{}", &mistakes(&text)[..200]);
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic_or_silent(text in "[a-z0-9(){}\\[\\]<>=!~&|,'\"`\\\\ .é-]{0,40}") {
        if let Err(error) = Filter::parse(&text) {
            proptest::prop_assert!(error.to_string().contains('^'), "{}", error);
        }
    }

    #[test]
    fn words_in_any_order_do_not_make_it_panic(
        words in proptest::collection::vec(proptest::sample::select(vec![
            "lr", "<", "and", "or", "not", "(", ")", "in", "[", "]", "max(", "exists(", "1", ",", "`", "\"", "~", "status", "all", "=<",
        ]), 0..12)
    ) {
        if let Err(error) = Filter::parse(&words.join(" ")) {
            proptest::prop_assert!(error.to_string().contains('^'), "{}", error);
        }
    }
}
