//! Compares JSON values: whether two are equal or one contains the other, and where they differ.
//!
//! Decided: numbers compare by value, so that `1` and `1.0` are equal; the order of keys does not matter. The arrays of a
//! subset have no order and no length: each of their elements has to be a subset of some element of the other array.

use super::difference::{ABSENT, Differences, Redact, shown};
use crate::base::json::pointer_token;
use serde_json::{Number, Value};

/// How much of the actual value has to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MatchExtent {
    /// All of it.
    Whole,
    /// A part of it: the expected value is a subset.
    Part,
}

/// Whether `actual` is equal to `expected`, or contains it.
pub(super) fn agrees(expected: &Value, actual: &Value, extent: MatchExtent) -> bool {
    match (expected, actual) {
        (Value::Number(expected), Value::Number(actual)) => is_same_number(expected, actual),
        (Value::Object(expected), Value::Object(actual)) => {
            (extent == MatchExtent::Part || expected.len() == actual.len())
                && expected.iter().all(|(key, expected)| {
                    actual.get(key).is_some_and(|actual| agrees(expected, actual, extent))
                })
        }
        (Value::Array(expected), Value::Array(actual)) => match extent {
            MatchExtent::Whole => {
                expected.len() == actual.len()
                    && expected.iter().zip(actual).all(|(expected, actual)| agrees(expected, actual, extent))
            }
            MatchExtent::Part => expected
                .iter()
                .all(|expected| actual.iter().any(|actual| agrees(expected, actual, MatchExtent::Part))),
        },
        _ => expected == actual,
    }
}

fn is_same_number(a: &Number, b: &Number) -> bool {
    // Integers beyond 2^53 differ even where the doubles nearest to them do not.
    a == b || ((a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64())
}

/// Adds each place in which the values differ. Both are at `pointer` in their bodies.
pub(super) fn differences(
    pointer: &str, expected: &Value, actual: &Value, extent: MatchExtent, redact: &dyn Redact,
    found: &mut Differences,
) {
    if found.is_full() || agrees(expected, actual, extent) {
        return;
    }
    let below = |key: &str| format!("{pointer}/{}", pointer_token(key));
    let mut add = |pointer: &str, expected: Option<&Value>, actual: Option<&Value>| {
        let side = |value: Option<&Value>| {
            value.map_or_else(|| ABSENT.to_owned(), |value| shown(&redact.json(pointer, value)))
        };
        found.add(field(pointer), &side(expected), &side(actual));
    };
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            if extent == MatchExtent::Whole {
                for (key, actual) in actual.iter().filter(|(key, _)| !expected.contains_key(*key)) {
                    add(&below(key), None, Some(actual));
                }
            }
            for (key, expected) in expected {
                match actual.get(key) {
                    Some(actual) => differences(&below(key), expected, actual, extent, redact, found),
                    None => {
                        found.add(field(&below(key)), &shown(&redact.json(&below(key), expected)), ABSENT)
                    }
                }
            }
        }
        (Value::Array(expected), Value::Array(actual)) if extent == MatchExtent::Whole => {
            for (index, expected) in expected.iter().enumerate().skip(actual.len()) {
                add(&below(&index.to_string()), Some(expected), None);
            }
            for (index, actual) in actual.iter().enumerate().skip(expected.len()) {
                add(&below(&index.to_string()), None, Some(actual));
            }
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                differences(&below(&index.to_string()), expected, actual, extent, redact, found);
            }
        }
        (Value::Array(expected), Value::Array(elements)) => {
            let is_missing =
                |expected: &&Value| !elements.iter().any(|actual| agrees(expected, actual, extent));
            for expected in expected.iter().filter(is_missing) {
                let expected = format!("an element with {}", shown(&redact.json(pointer, expected)));
                found.add(field(pointer), &expected, &shown(&redact.json(pointer, actual)));
            }
        }
        _ => add(pointer, Some(expected), Some(actual)),
    }
}

/// The name of a place in the body.
pub(super) fn field(pointer: &str) -> String {
    if pointer.is_empty() { "body".to_owned() } else { format!("body {pointer}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::matching::difference::Unredacted;
    use proptest::prelude::*;
    use serde_json::json;

    fn equal(a: Value, b: Value) -> bool {
        agrees(&a, &b, MatchExtent::Whole)
    }

    fn subset(a: Value, b: Value) -> bool {
        agrees(&a, &b, MatchExtent::Part)
    }

    #[test]
    fn numbers_compare_by_value_and_keys_have_no_order() {
        assert!(equal(json!({"a": 1, "b": [1.0, -2]}), json!({"b": [1, -2.0], "a": 1.0})));
        assert!(!equal(json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64)));
        assert!(!equal(json!(1), json!("1")) && !equal(json!([1, 2]), json!([2, 1])));
        assert!(!equal(json!({"a": 1}), json!({"a": 1, "b": 2})) && !equal(json!(null), json!(false)));
    }

    #[test]
    fn a_subset_ignores_further_members_elements_and_order() {
        let actual = json!({"a": [{"n": 1, "x": true}, {"n": 2}], "b": {"c": null}});
        for part in [
            json!({}),
            json!({"b": {}}),
            json!({"b": {"c": null}}),
            json!({"a": []}),
            json!({"a": [{"n": 2.0}, {"x": true}]}),
        ] {
            assert!(subset(part.clone(), actual.clone()), "{part}");
        }
        for other in [json!([]), json!({"c": null}), json!({"a": [{"n": 2, "x": true}]}), json!({"a": {}})] {
            assert!(!subset(other.clone(), actual.clone()), "{other}");
        }
    }

    #[test]
    fn each_different_place_is_named() {
        let expected = json!({"a": {"b/c": 1, "d": [1, 2]}, "e": 1});
        let actual = json!({"a": {"b/c": 2, "d": [1]}, "f": "x"});
        let mut found = Differences::default();
        differences("", &expected, &actual, MatchExtent::Whole, &Unredacted, &mut found);
        let found: Vec<_> = found.into_iter().map(|d| (d.field, d.expected, d.actual)).collect();
        let place = |field: &str, expected: &str, actual: &str| {
            (field.to_owned(), expected.to_owned(), actual.to_owned())
        };
        assert_eq!(
            found,
            [
                place("body /f", "absent", "\"x\""),
                place("body /a/b~1c", "1", "2"),
                place("body /a/d/1", "2", "absent"),
                place("body /e", "1", "absent"),
            ]
        );
        let mut found = Differences::default();
        let (expected, actual) = (json!({"a": [7]}), json!({"a": [1]}));
        differences("/x", &expected, &actual, MatchExtent::Part, &Unredacted, &mut found);
        let found: Vec<_> = found.into_iter().map(|d| (d.field, d.expected, d.actual)).collect();
        assert_eq!(found, [place("body /x/a", "an element with 7", "[1]")]);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-2..3).prop_map(Value::from),
            Just(json!(1.0)),
            "[ab]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[ab/]{0,2}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_agree_exactly_if_they_have_no_differences(a in values(), b in values()) {
            for extent in [MatchExtent::Whole, MatchExtent::Part] {
                prop_assert!(agrees(&a, &a, extent));
                let mut found = Differences::default();
                differences("", &a, &b, extent, &Unredacted, &mut found);
                prop_assert_eq!(agrees(&a, &b, extent), found.into_iter().next().is_none());
            }
            prop_assert!(!agrees(&a, &b, MatchExtent::Whole) || agrees(&a, &b, MatchExtent::Part));
        }
    }
}
