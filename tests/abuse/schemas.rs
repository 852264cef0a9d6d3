//! Tests of hostile connection specs, whose schemas keep a server busy or fill its memory.

use crate::common::answer::Answer;
use crate::common::requests::control_request;
use crate::target::Target;
use serde_json::{Value, json};

/// The largest memory that such a spec may take while it is used, in KiB.
const MAX_PEAK_KIB: u64 = 200 * 1024;

/// Creates the spec `hostile`, which has one auth spec with that schema.
fn create(target: &Target, schema: &Value) -> Answer {
    let auth_spec = json!([{"name": "A", "type": "x", "spec": schema}]);
    let spec = json!({"id": "hostile", "name": "hostile", "version": "1.0", "authSpec": auth_spec});
    let request = Target::request("POST", "", &spec.to_string());
    target.answer_to(request.replacen("/connections ", "/connectionSpecs ", 1))
}

/// A request for a connection of that spec.
fn connection(params: &Value) -> String {
    let auth = json!({"specName": "A", "params": params});
    let body = json!({"name": "a", "connectionSpec": {"id": "hostile"}, "auth": auth});
    Target::request("POST", "", &body.to_string())
}

fn property(schema: Value) -> Value {
    json!({"properties": {"p": schema}})
}

/// A schema that requires a string to match all patterns.
fn patterns(count: usize, pattern: impl Fn(usize) -> String) -> Value {
    let schemas: Vec<Value> = (0..count).map(|n| json!({"pattern": pattern(n)})).collect();
    json!({"allOf": schemas})
}

#[test]
fn schemas_that_are_expensive_to_compile_are_refused_at_once() {
    let target = Target::start(&[]);
    for (schema, bound) in [
        (property(patterns(1500, |n| format!("^((a+)+)\\1c{n}$"))), "at most 100"),
        (property(patterns(600, |n| format!("^[\\p{{L}}\\w]{{1,60}}{n}$"))), "bytes in memory"),
        (property(json!({"items": patterns(1000, |n| format!("^[a-z]+[0-9]*x{n}$"))})), "at most 100"),
        (
            property(json!({"items": {"allOf": vec![json!({"minLength": 0}); 9_990]}})),
            "more than 10000 values",
        ),
        (property(json!({"pattern": "(?:a{1000}){1000}"})), "more than 1048576 bytes in memory"),
    ] {
        create(&target, &schema).expect_error("FLOW-1000-400").naming(bound);
    }
    let many: Vec<Value> = (0..101).map(|n| json!({"name": n.to_string(), "spec": {}})).collect();
    let spec = json!({"id": "hostile", "name": "hostile", "authSpec": many});
    let request = Target::request("POST", "", &spec.to_string());
    let refused = target.answer_to(request.replacen("/connections ", "/connectionSpecs ", 1));
    refused.expect_error("FLOW-1000-400").naming("at most 100");
    target.expect_no_peak_above(MAX_PEAK_KIB);
    target.expect_unharmed();
}

#[test]
fn expensive_checks_are_refused_and_no_check_delays_other_requests() {
    let target = Target::start(&[]);
    for (schema, params, expected) in [
        (
            json!({"items": {"allOf": vec![json!({"minLength": 0}); 4900]}}),
            json!({"p": vec!["x"; 200_000]}),
            Some("at most 20000000"),
        ),
        (
            patterns(100, |n| format!("^[a-z]+[0-9]*x{n}$")),
            json!({"p": "a".repeat(900_000)}),
            Some("at most 20000000"),
        ),
        // The schema library compares each group's name with all earlier ones.
        (json!({"format": "regex"}), json!({"p": "(?<aaaa>)".repeat(100_000)}), Some("at most 20000000")),
        (
            json!({"pattern": "^(a|a)*\\1b"}),
            json!({"p": format!("{}!", "a".repeat(100_000))}),
            Some("in 50000 attempts"),
        ),
        (patterns(20, |n| format!("^(a|a)*\\1b{n}")), json!({"p": format!("{}!", "a".repeat(1_000))}), None),
        (
            json!({"items": {"allOf": vec![json!({"minLength": 0}); 1900]}}),
            json!({"p": vec!["x"; 4_900]}),
            None,
        ),
    ] {
        create(&target, &property(schema)).expect_status(201);
        let mut clients: Vec<_> = (0..4).map(|_| target.connect()).collect();
        for client in &mut clients {
            client.try_send(connection(&params));
        }
        target.expect_responsive();
        for client in &mut clients {
            let answer = client.answer();
            match expected {
                Some(reason) => _ = answer.expect_error("FLOW-1100-400").naming(reason),
                None => assert!(matches!(answer.status.as_u16(), 201 | 400 | 408), "{answer:?}"),
            }
        }
        target.answer_to(control_request("POST", "reset")).expect_status(204);
    }
    target.expect_no_peak_above(MAX_PEAK_KIB);
    target.expect_unharmed();
}
