use super::*;
use crate::store::query::fields::tests::FIELDS;
use crate::store::query::path::tests::paths;
use crate::store::query::property::Property;
use proptest::prelude::*;
use serde_json::json;

fn parse(text: &str) -> Condition {
    let property = Property::read([text].into_iter(), &FIELDS, |_| true);
    property.unwrap_or_else(|error| panic!("{text}: {error:?}")).filter.0.remove(0)
}

#[test]
fn values_compare_by_the_type_of_the_field() {
    let item = json!({
        "name": "b", "createdAt": 10, "own": {"n": 2.5, "t": true, "s": "10",
        "big": 9_007_199_254_740_993_u64,
        "list": [{"c": "x"}, {"c": "y"}], "null": null}
    });
    let holds = [
        "name==b",
        "name=b",
        "name == b",
        "name==\"b\"",
        "name==a,b",
        "name==a, \"b\"",
        "name!=a",
        "name!=a,c",
        "name>a",
        "name>=b",
        "name<c",
        "name<=b",
        "createdAt==10",
        "createdAt==1e1",
        "createdAt==\"10\"",
        "createdAt>9",
        "createdAt<=10",
        "createdAt!=9",
        "own.n==2.5",
        "own.n>2",
        "own.t==true",
        "own.t==True",
        "own.t!=false",
        "own.s==10",
        "own.s<9",
        "own.big==9007199254740993",
        "own.big>9007199254740992",
        "own.list[].c==x",
        "own.list[].c==z,y",
        "own.list[].c!=z",
        "own.absent!=1",
        "own.null!=null",
    ];
    let fails = [
        "name==a",
        "name==a,c",
        "name!=b",
        "name!=a,b",
        "name==B",
        "name>b",
        "createdAt==9",
        "createdAt>10",
        "own.n==2,5",
        "own.n==x",
        "own.n>x",
        "own.n<x",
        "own.t==1",
        "own.t==false",
        "own.s>9",
        "own.list==x",
        "own.big==9007199254740992",
        "own.list.c==x",
        "own.list[].c==z",
        "own.list[].c!=x",
        "own.absent==1",
        "own.absent<1",
        "own.null==null",
        "own==x",
    ];
    for text in holds {
        assert!(parse(text).matches(&item), "{text}");
    }
    for text in fails {
        assert!(!parse(text).matches(&item), "{text}");
    }
}

#[test]
fn quotes_keep_commas_spaces_operators_and_themselves() {
    let values = |text| parse(text).values.into_iter().map(|value| value.text).collect::<Vec<_>>();
    assert_eq!(values("name==\"a,b\",c"), ["a,b", "c"]);
    assert_eq!(values("name== a b , c "), ["a b", "c"]);
    assert_eq!(values("name==\" a \""), [" a "]);
    assert_eq!(values("name==\"\""), [""]);
    assert_eq!(values("name==\"say \"\"hi\"\"\""), ["say \"hi\""]);
    assert_eq!(values("name==\"=1\""), ["=1"]);
    assert_eq!(values("name==a=b==c"), ["a=b==c"]);
    assert_eq!(values("name==a\"b,c\\d"), ["a\"b", "c\\d"]);
    assert_eq!(values("name=-1"), ["-1"]);
}

fn operators() -> impl Strategy<Value = Operator> {
    use Operator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
    prop::sample::select(vec![Equal, NotEqual, Less, AtMost, Greater, AtLeast])
}

fn conditions() -> impl Strategy<Value = Condition> {
    let value = prop_oneof![any::<String>(), "[ab,\" =]{0,4}", any::<i64>().prop_map(|n| n.to_string())];
    (paths(), operators(), prop::collection::vec(value.prop_map(Operand::new), 1..4)).prop_map(
        |(path, operator, mut values)| {
            if !matches!(operator, Operator::Equal | Operator::NotEqual) {
                values.truncate(1);
            }
            Condition { path, operator, values }
        },
    )
}

/// Values of items, and operands of filters.
fn leaves() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-3..3_i64).prop_map(|n| json!(n)),
        prop::sample::select(vec![json!(0.5), json!(true), json!(false), json!([]), json!({})]),
        "[ab1]{0,2}".prop_map(|text| json!(text)),
    ]
}

/// A naive implementation of `matches`, to compare with.
fn model(operator: Operator, values: &[Value], operands: &[String]) -> bool {
    let pairs =
        || values.iter().flat_map(|value| operands.iter().map(move |operand| (value, operand.as_str())));
    let equal = |(value, operand): (&Value, &str)| match value {
        Value::String(text) => text == operand,
        Value::Bool(truth) => truth.to_string() == operand.to_ascii_lowercase(),
        Value::Number(number) => operand.parse::<f64>().is_ok_and(|operand| number.as_f64() == Some(operand)),
        _ => false,
    };
    let less = |(value, operand): (&Value, &str)| match value {
        Value::String(text) => text.as_str() < operand,
        Value::Number(number) => operand.parse::<f64>().is_ok_and(|operand| number.as_f64() < Some(operand)),
        _ => false,
    };
    let more = |(value, operand): (&Value, &str)| match value {
        Value::String(text) => text.as_str() > operand,
        Value::Number(number) => operand.parse::<f64>().is_ok_and(|operand| number.as_f64() > Some(operand)),
        _ => false,
    };
    match operator {
        Operator::Equal => pairs().any(equal),
        Operator::NotEqual => !pairs().any(equal),
        Operator::Less => pairs().any(less),
        Operator::AtMost => pairs().any(|pair| less(pair) || equal(pair)),
        Operator::Greater => pairs().any(more),
        Operator::AtLeast => pairs().any(|pair| more(pair) || equal(pair)),
    }
}

proptest! {
    #[test]
    fn a_printed_filter_is_parsed_unchanged(condition in conditions()) {
        prop_assert_eq!(parse(&condition.to_string()), condition);
    }

    #[test]
    fn it_agrees_with_a_plain_model(
        operator in operators(),
        list in prop::collection::vec(leaves(), 0..4),
        operand in prop_oneof!["-?[0-3]", Just("0.5".into()), "[ab1]{1,2}", Just("true".into())],
        other in "[ab1]{1,2}",
    ) {
        let item = json!({"leaf": list.first(), "list": list});
        let mut operands = vec![operand];
        if matches!(operator, Operator::Equal | Operator::NotEqual) {
            operands.push(other);
        }
        let values = operands.join(",");
        let leaf: Vec<Value> = list.first().cloned().into_iter().collect();
        let matches = |path: &str| parse(&format!("{path}{operator}{values}")).matches(&item);
        prop_assert_eq!(matches("leaf"), model(operator, &leaf, &operands));
        prop_assert_eq!(matches("list[]"), model(operator, &list, &operands));
    }
}
