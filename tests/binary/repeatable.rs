//! `--deterministic` and `--clock`: the same requests get the same bytes.

use crate::process::{CONNECTIONS, Server, connection, flowmock, run};
use reqwest::blocking::{Client, Response};
use serde_json::{Value, json};

/// What a few requests are answered: status, all headers, body.
fn conversation(server: &Server) -> String {
    let show = |answer: Response| {
        format!("{} {:?} {}\n", answer.status(), answer.headers().clone(), answer.text().unwrap())
    };
    let created = server.post(&connection("a2V5")).send().unwrap();
    let location: Value = server.get(CONNECTIONS).send().unwrap().json().unwrap();
    let id = location["items"][0]["id"].as_str().unwrap();
    let calls = [
        server.get(&format!("{CONNECTIONS}/{id}")),
        server.get(&format!("{CONNECTIONS}/{}", "0".repeat(36))),
        server.post(&json!({"name": ""})),
    ];
    let answers = calls.map(|call| show(call.send().unwrap()));
    show(created) + &answers.concat()
}

#[test]
fn two_servers_with_one_seed_answer_with_the_same_bytes_and_those_with_others_do_not() {
    let start = |seed: &str| conversation(&Server::start(["--deterministic", seed]));
    let first = start("7");
    assert!(first.contains("Thu, 01 Jan 2026 00:00:00 GMT"), "{first}");
    assert_eq!(start("7"), first);
    assert_ne!(start("8"), first);
}

#[test]
fn the_clock_stands_where_it_is_told_and_is_advanced_by_a_call() {
    let server = Server::start(["--clock", "2026-03-01T12:00:00Z"]);
    let created_at = || {
        assert_eq!(server.post(&connection("a2V5")).send().unwrap().status(), 201);
        let page: Value =
            server.get(&format!("{CONNECTIONS}?orderby=-createdAt&limit=1")).send().unwrap().json().unwrap();
        page["items"][0]["createdAt"].as_i64().unwrap()
    };
    assert_eq!(created_at(), 1_772_366_400_000);
    let advance = json!({"advanceMs": 90_000});
    let answer = Client::new().put(server.url("/_flowmock/clock")).json(&advance).send().unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().unwrap());
    assert_eq!(created_at(), 1_772_366_490_000);
}

#[test]
fn a_seed_and_a_time_that_are_none_are_wrong_usage() {
    for (flag, value) in [("--deterministic", "-1"), ("--deterministic", "x"), ("--clock", "yesterday")] {
        let ended = run(flowmock([format!("{flag}={value}").as_str()]));
        assert_eq!(ended.code, Some(2), "{flag} {value}");
        assert!(ended.stderr.contains(flag) && ended.stderr.contains(value), "{}", ended.stderr);
    }
}
