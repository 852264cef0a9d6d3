//! Filters from their wire form to the rows that match.

mod properties;

use super::pattern::Pattern;
use super::reader::{MAX_LEVELS, MAX_PARTS, MAX_PATTERN_CHARS};
use super::{Filter, FilterAtSource, Refusal};
use crate::services::sources::content::{Column, ColumnType};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
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
        (with("value", json!({})), "1349-400", "filters.value.nodeType: it is absent; send one of fnApply"),
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
            "filters.value.params.0.fieldName: = names the column cty, which does not exist; did you mean city? \
             the columns are city, staff, open, since, tags",
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
    let enabled_alone = |declared: &mut Value| *declared = json!({"enabled": true});
    assert!(of(enabled_alone, apply("not", json!([is.clone()]))).is_ok());
    assert_eq!(of(enabled_alone, test("city", "soundsLike", json!("x"))).unwrap_err().0, "1351-400");
    let none = |declared: &mut Value| declared["comparisonOperators"] = json!([]);
    assert_eq!(of(none, is.clone()).unwrap_err().0, "1351-400");
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
fn a_filter_that_takes_too_many_steps_on_the_rows_is_refused_before_it_takes_them() {
    let rows: Vec<_> =
        (0..1000).map(|_| json!({"city": "a".repeat(500)}).as_object().unwrap().clone()).collect();
    let likes = |pattern: &str| {
        let likes = vec![test("city", "like", json!(pattern)); 25];
        read(&filter(apply("or", json!(likes)))).unwrap().on(&columns()).unwrap()
    };
    let started = std::time::Instant::now();
    assert_eq!(likes(&format!("%{}b%", "a".repeat(253))).select(&rows), Ok(vec![]));
    assert_eq!(likes(&format!("{}%", "a_".repeat(127))).select(&rows).unwrap().len(), 1000);
    let refusal = likes(&format!("%_{}b%", "a".repeat(252))).select(&rows).unwrap_err();
    assert_eq!(refusal.code.code(), "1349-400");
    let detail = refusal.into_error("filters").detail().to_owned();
    assert!(detail.contains("filters: it can take 3175026000 steps on these 1000 rows"), "{detail}");
    assert!(detail.contains("at most 20000000 are allowed; send fewer conditions with like"), "{detail}");
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    let rows = vec![json!({"since": "2024-05-02T00:00:00Z"}).as_object().unwrap().clone(); 1000];
    let days =
        |days: &[Value]| read(&filter(test("since", "in", json!(days)))).unwrap().on(&columns()).unwrap();
    assert_eq!(days(&vec![json!("2024-05-01"); 900]).select(&rows), Ok(vec![]));
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
        ("ab%b", "ab", false),
        ("%_b%a_", "bbxaé", true),
        ("_%_", "a", false),
    ] {
        assert_eq!(Pattern::parse(pattern).matches(text), expected, "{pattern} {text}");
    }
}
