//! Properties of filters that hold for all of them.

use super::{apply, columns, field, filter, read, spec, test};
use crate::services::sources::content::Row;
use crate::services::sources::filters::pattern::Pattern;
use crate::services::sources::filters::{Filter, FilterAtSource};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A filter on the columns `city` and `staff`, as simple as its evaluation.
#[derive(Clone, Debug)]
enum Model {
    City(String),
    CityLike(String),
    Staff(&'static str, i64),
    StaffIn(Vec<i64>),
    NoCity,
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Model {
    fn document(&self) -> Value {
        let all = |models: &[Self]| models.iter().map(Self::document).collect::<Value>();
        match self {
            Self::City(text) => test("city", "=", json!(text)),
            Self::CityLike(pattern) => test("city", "like", json!(pattern)),
            Self::Staff(operator, number) => test("staff", operator, json!(number)),
            Self::StaffIn(numbers) => test("staff", "in", json!(numbers)),
            Self::NoCity => apply("isNull", json!([field("city")])),
            Self::Not(model) => apply("not", json!([model.document()])),
            Self::All(models) => apply("and", all(models)),
            Self::Any(models) => apply("or", all(models)),
        }
    }

    /// The truth in SQL, where unknown is between false and true: 0, 1, 2.
    fn truth(&self, city: Option<&str>, staff: Option<i64>) -> u8 {
        let known = |truth: Option<bool>| truth.map_or(1, |truth| 2 * u8::from(truth));
        match self {
            Self::City(text) => known(city.map(|city| city == text)),
            Self::CityLike(pattern) => known(city.map(|city| like(pattern, city))),
            Self::Staff(operator, number) => known(staff.map(|staff| match *operator {
                "=" => staff == *number,
                "!=" => staff != *number,
                "<" => staff < *number,
                "<=" => staff <= *number,
                ">" => staff > *number,
                _ => staff >= *number,
            })),
            Self::StaffIn(numbers) => known(staff.map(|staff| numbers.contains(&staff))),
            Self::NoCity => known(Some(city.is_none())),
            Self::Not(model) => 2 - model.truth(city, staff),
            Self::All(models) => models.iter().map(|model| model.truth(city, staff)).min().unwrap(),
            Self::Any(models) => models.iter().map(|model| model.truth(city, staff)).max().unwrap(),
        }
    }
}

/// `like` without an escape character, by trying everything.
fn like(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return text.is_empty() };
    let rest = &pattern[first.len_utf8()..];
    match (first, text.chars().next()) {
        ('%', None) => like(rest, text),
        ('%', Some(c)) => like(rest, text) || like(pattern, &text[c.len_utf8()..]),
        (_, None) => false,
        (first, Some(c)) => (first == '_' || first == c) && like(rest, &text[c.len_utf8()..]),
    }
}

fn models() -> impl Strategy<Value = Model> {
    let operators = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        "[ab]{0,3}".prop_map(Model::City),
        "[ab%_]{0,5}".prop_map(Model::CityLike),
        (operators, -2_i64..3).prop_map(|(operator, number)| Model::Staff(operator, number)),
        prop::collection::vec(-2_i64..3, 1..4).prop_map(Model::StaffIn),
        Just(Model::NoCity),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|model| Model::Not(Box::new(model))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Model::All),
            prop::collection::vec(inner, 1..4).prop_map(Model::Any),
        ]
    })
}

fn row(city: Option<&str>, staff: Option<i64>) -> Row {
    let mut row = Row::new();
    row.extend(city.map(|city| ("city".to_owned(), json!(city))));
    row.extend(staff.map(|staff| ("staff".to_owned(), json!(staff))));
    row
}

/// Values of the kinds that a filter has, in any combination.
fn documents() -> impl Strategy<Value = Value> {
    let texts = vec![
        "PQL",
        "pql/json",
        "fnApply",
        "fieldLookup",
        "literal",
        "=",
        "in",
        "like",
        "not",
        "isNull",
        "city",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(texts).prop_map(Value::from),
        ".{0,5}".prop_map(Value::from),
    ];
    let keys = vec!["type", "format", "value", "nodeType", "fnName", "params", "fieldName"];
    leaf.prop_recursive(6, 60, 7, move |inner| {
        let key = prop::sample::select(keys.clone()).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..7).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn evaluation_agrees_with_a_simple_model(
        model in models(), city in prop::option::of("[ab]{0,4}"), staff in prop::option::of(-2_i64..3),
    ) {
        let filter = read(&filter(model.document())).unwrap().on(&columns()).unwrap();
        let truth = [Some(false), None, Some(true)][usize::from(model.truth(city.as_deref(), staff))];
        let row = row(city.as_deref(), staff);
        prop_assert_eq!(filter.truth(&row), truth);
        prop_assert_eq!(filter.matches(&row), truth == Some(true));
    }

    #[test]
    fn a_condition_that_is_negated_twice_is_itself(
        model in models(), city in prop::option::of("[ab]{0,4}"), staff in prop::option::of(-2_i64..3),
    ) {
        let once = read(&filter(model.document())).unwrap().on(&columns()).unwrap();
        let twice = apply("not", json!([apply("not", json!([model.document()]))]));
        let twice = read(&filter(twice)).unwrap().on(&columns()).unwrap();
        let row = row(city.as_deref(), staff);
        prop_assert_eq!(once.truth(&row), twice.truth(&row));
    }

    #[test]
    fn a_filter_in_base64_is_the_filter(model in models()) {
        let document = filter(model.document());
        let spec = spec();
        let source = FilterAtSource::of("salesforce", &spec).unwrap();
        let text = URL_SAFE_NO_PAD.encode(document.to_string());
        prop_assert_eq!(Filter::decode(&text, &source), read(&document));
    }

    #[test]
    fn a_pattern_agrees_with_trying_everything(pattern in "[ab%_é]{0,8}", text in "[abé]{0,8}") {
        prop_assert_eq!(Pattern::parse(&pattern).matches(&text), like(&pattern, &text));
    }

    #[test]
    fn no_document_makes_it_panic(condition in documents(), whole in documents()) {
        for document in [filter(condition), whole] {
            if let Ok(filter) = read(&document) {
                let _ = filter.on(&columns()).map(|condition| condition.matches(&row(Some("a"), Some(1))));
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[A-Za-z0-9+/=_-]{0,40}|.{0,40}", bytes in ".{0,40}") {
        let spec = spec();
        let source = FilterAtSource::of("salesforce", &spec).unwrap();
        let _ = Filter::decode(&text, &source);
        let _ = Filter::decode(&STANDARD.encode(bytes), &source);
        let _ = Pattern::parse(&text).matches(&text);
    }
}
