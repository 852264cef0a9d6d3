//! JSON bodies that are designed to cost much more than their size suggests.

use crate::common::requests::connection;
use crate::target::{SECRET, Target};

/// A connection with an additional field `own`, whose JSON is `value`.
fn with(value: &str) -> String {
    let mut body = connection(SECRET).to_string();
    body.truncate(body.len() - 1);
    format!("{body},\"own\":{value}}}")
}

/// An object with `count` keys.
fn keys(count: usize) -> String {
    let keys: Vec<String> = (0..count).map(|number| format!("\"k{number}\":0")).collect();
    format!("{{{}}}", keys.join(","))
}

#[test]
fn bodies_nested_too_deeply_are_refused() {
    let target = Target::start(&[]);
    for open in ["[", "{\"a\":", "[{\"a\":["] {
        for depth in [126, 1_000, 100_000] {
            let body = open.repeat(depth);
            target.answer_to(Target::request("POST", "", &body)).expect_error("FLOW-1000-400");
            target.answer_to(Target::request("PATCH", "/id", &body)).expect_error("FLOW-1403-400");
        }
    }
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [with(&nested), nested.clone()] {
        target.answer_to(Target::request("POST", "", &body)).expect_error("FLOW-1000-400");
        target.answer_to(Target::request("POST", "/search", &body)).expect_error("FLOW-1000-400");
        target
            .answer_to(Target::request("POST", "/id/action?op=publish", &body))
            .expect_error("FLOW-1000-400");
    }
    target.expect_unharmed();
}

#[test]
fn numbers_out_of_range_are_refused_and_long_ones_in_range_are_accepted() {
    let target = Target::start(&[]);
    let digits = "9".repeat(900_000);
    let fraction = format!("0.{}1", "0".repeat(900_000));
    let exponent = format!("1e{}", "9".repeat(1_000));
    let negative = format!("-{digits}");
    for number in [&digits, &negative, &exponent, "1e400", "-1e400", "1e99999999999"] {
        target.answer_to(Target::request("POST", "", &with(number))).expect_error("FLOW-1000-400");
    }
    for number in [&fraction, "1e-400", "-0", "18446744073709551615", "18446744073709551616"] {
        let made = target.answer_to(Target::request("POST", "", &with(number)));
        assert_eq!(made.status, 201, "{made:?}");
        let id = made.json()["id"].as_str().expect("an id").to_owned();
        assert_eq!(target.answer_to(Target::head("DELETE", &format!("/{id}"), &[])).status, 204);
    }
    target.expect_unharmed();
}

#[test]
fn objects_with_very_many_keys_are_refused_or_stored_by_their_size() {
    let target = Target::start(&[]);
    target.answer_to(Target::request("POST", "", &keys(1_000_000))).expect_error("FLOW-1004-413");
    target.answer_to(Target::request("POST", "", &keys(80_000))).expect_error("FLOW-1000-400");
    target.answer_to(Target::request("POST", "/search", &keys(80_000))).expect_error("FLOW-1451-400");
    target.expect_unharmed();

    let many = keys(100_000);
    let target = Target::start(&["--max-body-bytes", "2000000"]);
    target.answer_to(Target::request("POST", "", &many)).expect_error("FLOW-1000-400");
    let mut inside = connection(SECRET).to_string();
    inside.truncate(inside.len() - 1);
    let top_level = format!("{inside},{}", &many[1..]);
    for body in [with(&many), top_level] {
        let made = target.answer_to(Target::request("POST", "", &body));
        assert_eq!(made.status, 201, "{made:?}");
        let path = format!("/{}", made.json()["id"].as_str().expect("an id"));
        assert!(target.answer_to(Target::head("GET", &path, &[])).body.len() > many.len());
        assert_eq!(target.answer_to(Target::head("DELETE", &path, &[])).status, 204);
    }
    target.expect_unharmed();
}

#[test]
fn repeated_keys_invalid_escapes_and_invalid_bytes_are_refused() {
    let target = Target::start(&[]);
    let twice = "\"k\":0,".repeat(100_000);
    let same = format!("{{{}}}", &twice[..twice.len() - 1]);
    let escaped = format!("\"{}\"", "\\u0000".repeat(100_000));
    let lone = format!("\"{}\"", "\\ud800".repeat(100_000));
    let open = format!("\"{}", "\\\"".repeat(100_000));
    for (value, status) in [(&same, 400), (&escaped, 201), (&lone, 400), (&open, 400)] {
        let answer = target.answer_to(Target::request("POST", "", &with(value)));
        assert_eq!(answer.status, status, "{}: {answer:?}", &value[..20]);
    }
    for bytes in [&b"\xff\xfe{\0}\0"[..], b"\xef\xbb\xbf", b"\x1f\x8b\x08\0", b"\0", b"{\"name\":\"\xff\"}"] {
        let head = Target::head(
            "POST",
            "",
            &["Content-Type: application/json", &format!("Content-Length: {}", bytes.len())],
        );
        let answer = target.answer_to([head.as_bytes(), bytes].concat());
        assert_eq!(answer.status, 400, "{bytes:?}: {answer:?}");
    }
    target.expect_unharmed();
}

#[test]
fn patches_are_bounded_in_operations_depth_and_resulting_size() {
    let target = Target::start(&[]);
    let made = target.answer_to(Target::request("POST", "", &with("{\"list\":[0]}")));
    let path = format!("/{}", made.json()["id"].as_str().expect("an id"));
    let patch = |operations: &[String]| {
        let body = format!("[{}]", operations.join(","));
        let length = format!("Content-Length: {}", body.len());
        let head = Target::head("PATCH", &path, &["If-Match: *", "Content-Type: application/json", &length]);
        target.answer_to(head + &body)
    };
    let add = |at: &str, value: &str| format!("{{\"op\":\"add\",\"path\":\"{at}\",\"value\":{value}}}");
    patch(&vec![add("/own/list/-", "0"); 1001]).expect_error("FLOW-1000-400");
    assert_eq!(patch(&vec![add("/own/list/0", "0"); 1000]).status, 200);
    let deep = "/own/list/0".repeat(5_000);
    patch(&[add(&deep, "0")]).expect_error("FLOW-1000-400");
    patch(&[add(&"/own/list".repeat(20), "0")]).expect_error("FLOW-1455-400");
    patch(&[add("/own/list/99999999999999999999", "0")]).expect_error("FLOW-1455-400");
    // The connection grows past the limit of one megabyte.
    let half = format!("\"{}\"", "x".repeat(500_000));
    for name in ["a", "b", "c"] {
        assert_eq!(patch(&[add(&format!("/{name}"), &half)]).status, 200, "{name}");
    }
    patch(&[add("/d", &half), add("/e", &half)]).expect_error("FLOW-1004-413");
    assert_eq!(target.answer_to(Target::head("DELETE", &path, &[])).status, 204);
    target.expect_unharmed();
}
