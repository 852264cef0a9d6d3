//! `--deterministic` and `--clock`.

use crate::common::process::{Server, flowmock, run};
use crate::common::requests::{CONNECTIONS, connection};
use reqwest::blocking::Response;
use serde_json::{Value, json};

/// The answers to a few requests: status, all headers, and body.
fn conversation(server: &Server) -> String {
    let show = |answer: Response| {
        format!("{} {:?} {}\n", answer.status(), answer.headers().clone(), answer.text().unwrap())
    };
    let created = server.post(&connection("a2V5")).send().unwrap();
    let list: Value = server.get(CONNECTIONS).send().unwrap().json().unwrap();
    let id = list["items"][0]["id"].as_str().unwrap();
    let calls = [
        server.get(&format!("{CONNECTIONS}/{id}")),
        server.get(&format!("{CONNECTIONS}/{}", "0".repeat(36))),
        server.post(&json!({"name": ""})),
    ];
    let answers = calls.map(|call| show(call.send().unwrap()));
    show(created) + &answers.concat()
}

#[test]
fn servers_answer_with_the_same_bytes_exactly_if_their_seeds_are_equal() {
    let start = |seed: &str| conversation(&Server::start(["--deterministic", seed]));
    let first = start("7");
    assert!(first.contains("Thu, 01 Jan 2026 00:00:00 GMT"), "{first}");
    assert_eq!(start("7"), first);
    assert_ne!(start("8"), first);
}

#[test]
fn a_clock_set_by_flag_stands_still_until_a_control_call_advances_it() {
    let server = Server::start(["--clock", "2026-03-01T12:00:00Z"]);
    let created_at = || {
        assert_eq!(server.post(&connection("a2V5")).send().unwrap().status(), 201);
        let page: Value =
            server.get(&format!("{CONNECTIONS}?orderby=-createdAt&limit=1")).send().unwrap().json().unwrap();
        page["items"][0]["createdAt"].as_i64().unwrap()
    };
    assert_eq!(created_at(), 1_772_366_400_000);
    let advance = json!({"advanceMs": 90_000});
    let answer = server.api().http.put(server.url("/_flowmock/clock")).json(&advance).send().unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().unwrap());
    assert_eq!(created_at(), 1_772_366_490_000);
}

#[test]
fn an_invalid_seed_or_time_is_exit_code_2() {
    for (flag, value) in [("--deterministic", "-1"), ("--deterministic", "x"), ("--clock", "yesterday")] {
        let finished = run(flowmock([format!("{flag}={value}").as_str()]));
        assert_eq!(finished.code, Some(2), "{flag} {value}");
        assert!(finished.stderr.contains(flag) && finished.stderr.contains(value), "{}", finished.stderr);
    }
}
