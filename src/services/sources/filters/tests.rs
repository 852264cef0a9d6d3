//! Filters from their wire form to the rows that match.

use super::pattern::Pattern;
use super::refusal::Refusal;
use super::wire::{MAX_LEVELS, MAX_PARTS, MAX_PATTERN_CHARS};
use super::{Filter, FilterAtSource};
use crate::services::sources::content::{Column, ColumnType, Row};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A connection spec with the documented operators.
fn spec() -> Value {
    json!({"attributes": {"filterAtSource": {
        "enabled": true,
        "queryLanguage": "SQL",
        "logicalOperators": ["and", "or", "not"],
        "comparisonOperators": ["=", "!=", "<", "<=", ">", ">=", "like", "in"],
    }}})
}

fn columns() -> [Column; 5] {
    [
        Column::new("city", ColumnType::Text),
        Column::new("staff", ColumnType::Integer),
        Column::new("open", ColumnType::Boolean),
        Column::new("since", ColumnType::DateTime),
        Column::new("tags", ColumnType::Array),
    ]
}

fn apply(name: &str, params: Value) -> Value {
    json!({"nodeType": "fnApply", "fnName": name, "params": params})
}

fn field(name: &str) -> Value {
    json!({"nodeType": "fieldLookup", "fieldName": name})
}

fn test(column: &str, operator: &str, value: Value) -> Value {
    apply(operator, json!([field(column), {"nodeType": "literal", "value": value}]))
}

fn filter(condition: Value) -> Value {
    json!({"type": "PQL", "format": "pql/json", "value": condition})
}

fn read(document: &Value) -> Result<Filter, Refusal> {
    let spec = spec();
    Filter::read(document, &FilterAtSource::of("salesforce", &spec)?)
}

/// Which of the rows meet the condition.
fn matching(condition: Value, rows: &[Value]) -> Vec<bool> {
    let condition = read(&filter(condition)).unwrap().on(&columns()).unwrap();
    rows.iter().map(|row| condition.matches(row.as_object().unwrap())).collect()
}

/// The code and the message of a refusal.
fn refusal(document: &Value) -> (&'static str, String) {
    let refusal = read(document).and_then(|filter| filter.on(&columns()).map(drop)).expect_err("refused");
    (refusal.code.code(), refusal.into_error("filters").detail().to_owned())
}

#[test]
fn a_condition_selects_the_rows_that_meet_it() {
    let rows = [
        json!({"city": "DDN", "staff": 3, "open": true, "since": "2024-05-01T00:30:00+01:00", "tags": [1]}),
        json!({"city": "Dunedin", "staff": 40, "open": false, "since": "2024-05-01T00:00:00Z"}),
        json!({"staff": 3.5}),
    ];
    for (condition, expected) in [
        (test("city", "=", json!("DDN")), [true, false, false]),
        (test("city", "!=", json!("DDN")), [false, true, false]),
        (test("city", "LIKE", json!("D%n")), [false, true, false]),
        (test("city", "like", json!("D_N")), [true, false, false]),
        (test("city", "In", json!(["DDN", "Dunedin"])), [true, true, false]),
        (test("staff", "<", json!(3.5)), [true, false, false]),
        (test("staff", "<=", json!(3.5)), [true, false, true]),
        (test("staff", ">", json!(3)), [false, true, true]),
        (test("staff", ">=", json!(3)), [true, true, true]),
        (test("staff", "in", json!([40, 3.0])), [true, true, false]),
        (test("open", "=", json!(false)), [false, true, false]),
        (test("since", "<", json!("2024-05-01")), [true, false, false]),
        (test("since", "=", json!("2024-05-01T02:00:00+02:00")), [false, true, false]),
        (apply("isNull", json!([field("city")])), [false, false, true]),
        (apply("isnull", json!([field("tags")])), [false, true, true]),
        (apply("NOT", json!([test("city", "=", json!("DDN"))])), [false, true, false]),
        (apply("not", json!([apply("isNull", json!([field("city")]))])), [true, true, false]),
        (
            apply("And", json!([test("staff", ">", json!(2)), test("open", "=", json!(true))])),
            [true, false, false],
        ),
        (
            apply("OR", json!([test("staff", "=", json!(3.5)), test("city", "=", json!("DDN"))])),
            [true, false, true],
        ),
        (apply("and", json!([test("staff", "=", json!(40))])), [false, true, false]),
    ] {
        assert_eq!(matching(condition.clone(), &rows), expected, "{condition}");
    }
}

#[test]
fn every_mistake_has_its_code_its_place_and_a_remedy() {
    let is = |value: Value| test("city", "=", value);
    let with = |key: &str, value: Value| {
        let mut document = filter(is(json!("x")));
        document[key] = value;
        document
    };
    let in_node = |key: &str, value: Value| {
        let mut node = is(json!("x"));
        node[key] = value;
        filter(node)
    };
    let literal = json!({"nodeType": "literal", "value": "x"});
    let many = vec![is(json!("x")); MAX_PARTS];
    let values = vec![json!("x"); MAX_PARTS];
    let deep = (0..MAX_LEVELS).fold(is(json!("x")), |inside, _| apply("not", json!([inside])));
    for (document, code, message) in [
        (json!([]), "1349-400", "filters: a filter is an object, not an array; send {\"type\":\"PQL\""),
        (json!("x"), "1349-400", "not a string"),
        (json!({}), "1355-400", "filters.type: it is absent; send PQL"),
        (with("type", json!("SQL")), "1355-400", "filters.type: it is SQL; send PQL"),
        (with("type", json!(1)), "1355-400", "it is a number"),
        (with("format", json!("pql/text")), "1356-400", "filters.format: it is pql/text; send pql/json"),
        (with("format", Value::Null), "1356-400", "it is absent"),
        (with("value", Value::Null), "1357-400", "filters.value: it is absent; send the condition"),
        (with("value", json!("city = 'x'")), "1349-400", "filters.value: a condition is {\"nodeType\""),
        (with("value", json!({})), "1349-400", "filters.value.nodeType: it is absent; send fnApply"),
        (in_node("nodeType", json!("fnAply")), "1349-400", "did you mean fnApply?"),
        (in_node("nodeType", json!(1)), "1349-400", "it is a number"),
        (filter(field("city")), "1350-400", "filters.value: there is no operator, only a fieldLookup"),
        (filter(literal.clone()), "1350-400", "only a literal"),
        (in_node("fnName", Value::Null), "1350-400", "filters.value.fnName: the operator is absent"),
        (in_node("fnName", json!("")), "1350-400", "the operator is empty"),
        (in_node("fnName", json!(["="])), "1350-400", "the operator is an array"),
        (in_node("fnName", json!("==")), "1351-400", "does not support the operator ==; did you mean =?"),
        (in_node("fnName", json!("<>")), "1351-400", "did you mean !=? it supports and, or, not, =, !="),
        (in_node("fnName", json!("startsWith")), "1351-400", "salesforce does not support the operator"),
        (in_node("params", Value::Null), "1349-400", "filters.value.params: the params of = are absent"),
        (in_node("params", json!([])), "1349-400", "the params of = are empty; send a column"),
        (in_node("params", json!([field("city")])), "1349-400", "= has one param; send a column"),
        (in_node("params", json!([literal, field("city")])), "1349-400", "= needs a fieldLookup here, not a"),
        (in_node("params", json!([field("city"), field("city")])), "1349-400", "= needs a literal here"),
        (in_node("params", json!(["city", literal])), "1349-400", "here, not a string"),
        (in_node("params", json!([field(""), literal])), "1349-400", "the column of = is empty"),
        (in_node("params", json!([{"nodeType": "fieldLookup"}, literal])), "1349-400", "is absent; send its"),
        (filter(apply("and", json!([]))), "1349-400", "send conditions"),
        (filter(apply("isNull", json!([field("city"), literal]))), "1349-400", "isNull has 2 params"),
        (filter(test("city", "in", json!([]))), "1349-400", "with no values"),
        (
            filter(test("city", "like", json!("x".repeat(MAX_PATTERN_CHARS + 1)))),
            "1349-400",
            "has at most 256 characters",
        ),
        (filter(apply("or", json!(many))), "1349-400", "at most 1000 operators and values"),
        (filter(test("city", "in", json!(values))), "1349-400", "at most 1000 operators and values"),
        (filter(deep), "1349-400", "at most 50 operators may contain one another"),
        (filter(apply("not", json!([is(json!("x")), is(json!("y"))]))), "1390-400", "not has 2 comparisons"),
        (filter(is(Value::Null)), "1377-400", "= compares the column city with null; use isNull"),
        (
            in_node("params", json!([field("city"), {"nodeType": "literal"}])),
            "1377-400",
            "filters.value.params.1.value: = compares the column city with null",
        ),
        (filter(test("city", "in", json!(["x", null]))), "1377-400", "filters.value.params.1.value.1: in"),
        (filter(test("city", "in", json!("x"))), "1379-400", "with a string; send an array of values"),
        (filter(is(json!(["x"]))), "1379-400", "with an array; send a string, a number, true or false"),
        (filter(is(json!({}))), "1379-400", "with an object"),
        (filter(test("city", "like", json!(1))), "1379-400", "with a number; send a pattern"),
        (
            filter(test("cty", "=", json!("x"))),
            "1378-400",
            "filters.value.params.0.fieldName: = names the column cty, which the table does not have; did you mean \
             city? it has city, staff, open, since, tags",
        ),
        (
            filter(apply("not", json!([apply("isNull", json!([field("CITY")]))]))),
            "1378-400",
            "filters.value.params.0.params.0.fieldName: isNull names the column CITY",
        ),
        (
            filter(test("staff", "=", json!("3"))),
            "1379-400",
            "= compares the column staff, of type integer, with a string; send a number",
        ),
        (filter(is(json!(3))), "1379-400", "city, of type string, with a number; send a string"),
        (filter(test("open", "=", json!("true"))), "1379-400", "with a string; send true or false"),
        (filter(test("since", ">", json!("May"))), "1379-400", "of type date-time, with a string that is no"),
        (filter(test("staff", "in", json!([1, "2"]))), "1379-400", "filters.value.params.1.value.1: in"),
        (filter(test("staff", "like", json!("3%"))), "1379-400", "it is for columns of type string"),
        (filter(test("tags", "=", json!(1))), "1379-400", "such a column takes only isNull"),
    ] {
        let (met, text) = refusal(&document);
        assert_eq!(met, code, "{document}: {text}");
        assert!(text.contains(message), "{document}: {text}");
    }
}

#[test]
fn a_source_has_the_operators_of_its_connection_spec() {
    let of = |change: fn(&mut Value), condition: Value| {
        let mut spec = spec();
        change(&mut spec["attributes"]["filterAtSource"]);
        let source = FilterAtSource::of("mine", &spec);
        let read = source.and_then(|source| Filter::read(&filter(condition), &source));
        read.map_err(|refusal| (refusal.code.code(), refusal.reason))
    };
    let is = test("city", "=", json!("x"));
    assert!(of(|_| {}, is.clone()).is_ok());
    assert!(of(|declared| declared["queryLanguage"] = json!("sql"), is.clone()).is_ok());
    for (change, code, message) in [
        ((|declared| *declared = Value::Null) as fn(&mut Value), "1353-400", "mine does not filter"),
        (
            |declared| declared["enabled"] = json!(false),
            "1353-400",
            "attributes.filterAtSource that is enabled",
        ),
        (|declared| declared["queryLanguage"] = json!("OData"), "1354-400", "the query language \"OData\""),
        (
            |declared| declared["comparisonOperators"] = json!(["like"]),
            "1351-400",
            "supports and, or, not, like",
        ),
    ] {
        let (met, reason) = of(change, is.clone()).unwrap_err();
        assert_eq!(met, code, "{reason}");
        assert!(reason.contains(message), "{reason}");
    }
    let (met, reason) = of(
        |declared| declared["comparisonOperators"] = json!(["soundsLike"]),
        test("city", "SoundsLike", json!("x")),
    )
    .unwrap_err();
    assert_eq!(
        (met, &*reason),
        ("1352-400", "the connection spec of mine lists the operator SoundsLike, but SQL has none like it",)
    );
    let (met, _) =
        of(|declared| declared["logicalOperators"] = json!(["and"]), apply("not", json!([is]))).unwrap_err();
    assert_eq!(met, "1351-400");
}

#[test]
fn base64_comes_in_both_alphabets_with_and_without_padding() {
    let spec = spec();
    let source = FilterAtSource::of("salesforce", &spec).unwrap();
    let decode = |text: &str| Filter::decode(text, &source);
    let mut alphabets = String::new();
    for city in ["?>~", "a?>~", "ab?>~"] {
        let document = filter(test("city", "=", json!(city)));
        let expected = read(&document).unwrap();
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            let text = engine.encode(document.to_string());
            assert_eq!(decode(&text), Ok(expected.clone()), "{text}");
            assert_eq!(decode(&text.replace('+', " ")), Ok(expected.clone()), "{text}");
            alphabets += &text;
        }
    }
    assert!(["+", "/", "-", "_", "="].iter().all(|sign| alphabets.contains(sign)), "{alphabets}");
    for (text, code, message) in [
        ("e30=", "1355-400", "absent"),
        ("{}", "1389-400", "the character at position 1 is none of base64's"),
        ("e3\n0=", "1389-400", "position 3 is none of base64's; leave out line ends"),
        ("e30é", "1389-400", "position 4"),
        ("e", "1389-400", "as if its end were missing"),
        ("e=30", "1389-400", "its length or its last characters are wrong"),
        ("ew==", "1335-400", "does not contain the JSON of a filter: EOF"),
        ("/w==", "1335-400", "not UTF-8"),
        (&STANDARD.encode(r#"{"type":1,"type":2}"#), "1335-400", "is given twice"),
        (&STANDARD.encode("[".repeat(200)), "1335-400", "deeper than 121 levels"),
        (&STANDARD.encode(format!("[{}]", ["1"; 30_000].join(","))), "1335-400", "too many values"),
        ("null", "1393-400", "it is null"),
        ("bnVsbA==", "1393-400", "it is null"),
    ] {
        let refusal = decode(text).unwrap_err();
        assert_eq!(refusal.code.code(), code, "{text}: {}", refusal.reason);
        assert!(refusal.reason.contains(message), "{text}: {}", refusal.reason);
    }
}

#[test]
fn a_pattern_has_wildcards_that_a_backslash_makes_ordinary() {
    for (pattern, text, expected) in [
        ("", "", true),
        ("", "a", false),
        ("%", "", true),
        ("_", "", false),
        ("_", "é", true),
        ("a%c", "abbc", true),
        ("a%c", "abcb", false),
        ("%ab%ab", "abcabab", true),
        ("%%_%", "a", true),
        ("a", "A", false),
        (r"10\%", "10%", true),
        (r"10\%", "100", false),
        (r"\_\\%", r"_\x", true),
        (r"a\b", r"a\b", true),
        (r"a\", r"a\", true),
    ] {
        assert_eq!(Pattern::parse(pattern).matches(text), expected, "{pattern} {text}");
    }
}

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
