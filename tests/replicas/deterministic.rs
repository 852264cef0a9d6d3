//! With `--deterministic`, three replicas that take turns answer with the bytes of one server without Redis.

use crate::api::{landing_zone, rename};
use crate::common::process::Server;
use crate::common::raw_connection::RawConnection;
use crate::common::redis::Redis;
use crate::common::requests::{HEADERS, connection, request_head};
use crate::replica::{agreed, three};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// Sends each request to the next address, on a connection of its own.
struct Conversation {
    addresses: Vec<SocketAddr>,
    answers: Vec<String>,
}

impl Conversation {
    fn send(&mut self, request: &str) -> String {
        let mut raw = RawConnection::to(self.addresses[self.answers.len() % self.addresses.len()]);
        raw.send(request);
        let answer = String::from_utf8(raw.rest()).expect("UTF-8");
        self.answers.push(format!("{request}\n\n{answer}"));
        answer
    }

    fn call_with(&mut self, method: &str, path: &str, more: &[&str], body: &str) -> String {
        let length = format!("Content-Length: {}", body.len());
        let lines = [&["Content-Type: application/json", "Connection: close", &length], more].concat();
        let path = format!("/data/foundation/flowservice{path}");
        self.send(&(request_head(method, &path, HEADERS, &lines) + body))
    }

    fn call(&mut self, method: &str, path: &str, body: &str) -> String {
        self.call_with(method, path, &[], body)
    }

    fn control(&mut self, method: &str, path: &str, body: &str) -> String {
        let length = format!("Content-Length: {}", body.len());
        let lines = ["Content-Type: application/json", "Connection: close", &length];
        let headers: [(&str, &str); 0] = [];
        self.send(&(request_head(method, &format!("/_flowmock{path}"), headers, &lines) + body))
    }
}

/// The text at `pointer` in the body of an answer.
#[track_caller]
fn text(answer: &str, pointer: &str) -> String {
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in\n{answer}"));
    body.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no {pointer} in\n{answer}"))
        .to_owned()
}

/// Changes entities, and is refused.
fn entities(talk: &mut Conversation) {
    let mut made = Vec::new();
    for name in ["orders", "sales", "returns", "é \u{1F600}"] {
        let mut body = connection("c2VjcmV0");
        body["name"] = json!(name);
        let answer = talk.call("POST", "/connections", &body.to_string());
        made.push((text(&answer, "/id"), text(&answer, "/etag")));
    }
    let at = |place: usize, rest: &str| format!("/connections/{}{rest}", made[place].0);
    talk.call("POST", "/connections", &landing_zone("zone").to_string());
    let draft =
        json!({ "name": "later", "connectionSpec": { "id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69" } });
    let draft = text(&talk.call("POST", "/connections?mode=draft", &draft.to_string()), "/id");
    for path in [
        "/connections",
        "/connections?limit=2&orderby=-name",
        "/connections?count=true",
        "/connections/nope",
        "/nope",
    ] {
        talk.call("GET", path, "");
    }
    for body in ["", "{", "[]", r#"{"name":"x"}"#, r#"{"name":"x","connectionSpec":{"id":"nope"}}"#] {
        talk.call("POST", "/connections", body);
    }
    let if_match = |etag: &str| format!("If-Match: {etag}");
    let renamed = rename("renamed").to_string();
    talk.call("PATCH", &at(0, ""), &renamed);
    let patched = talk.call_with("PATCH", &at(0, ""), &[&if_match(&made[0].1)], &renamed);
    talk.call_with("PATCH", &at(0, ""), &[&if_match(&made[0].1)], &renamed);
    let wrong = r#"[{"op":"move","path":"/name"}]"#;
    talk.call_with("PATCH", &at(0, ""), &[&if_match(&text(&patched, "/etag"))], wrong);
    for op in ["disable", "disable", "enable", "nonsense"] {
        talk.call("POST", &at(1, &format!("/action?op={op}")), "");
    }
    talk.call("POST", &format!("/connections/{draft}/action?op=publish"), "");
    for _ in 0..2 {
        talk.call("DELETE", &at(2, ""), "");
    }
    for rest in ["", "/test", "/explore?objectType=root"] {
        talk.call("GET", &at(0, rest), "");
    }
    let spec = text(&talk.call("POST", "/connectionSpecs", r#"{"name":"mine","authSpec":[]}"#), "/id");
    talk.call("PUT", &format!("/connectionSpecs/{spec}"), r#"{"name":"replaced","version":"2.0"}"#);
    talk.call("GET", &format!("/connectionSpecs/{spec}"), "");
    talk.call("GET", "/connections?limit=1000&orderby=name", "");
}

/// Calls flowmock itself, between requests.
fn control(talk: &mut Conversation) {
    let rule = r#"{"match":{"operation":"listConnections"},"times":2,"action":{"error":"FLOW-1103-503"}}"#;
    talk.control("POST", "/faults", rule);
    for _ in 0..3 {
        talk.call("GET", "/connections?limit=1", "");
    }
    let likely =
        r#"{"match":{"operation":"listConnections"},"probability":0.5,"action":{"error":"FLOW-1103-503"}}"#;
    talk.control("PUT", "/faults", likely);
    for _ in 0..10 {
        talk.call("GET", "/connections?limit=1", "");
    }
    talk.control("GET", "/faults", "");
    talk.control("DELETE", "/faults", "");
    talk.control("PUT", "/clock", r#"{"advanceMs":3600000}"#);
    talk.control("GET", "/clock", "");
    talk.control("PUT", "/snapshots/saved", "");
    talk.call("POST", "/connections", &landing_zone("after").to_string());
    talk.control("GET", "/snapshots", "");
    talk.control("GET", "/state", "");
    talk.control("POST", "/snapshots/saved/restore", "");
    talk.call("POST", "/connections", &landing_zone("after").to_string());
    talk.control("POST", "/state", r#"{"organisations":1}"#);
    talk.control("GET", "/nope", "");
    talk.call("GET", "/connections", "");
    talk.control("GET", "/state", "");
}

/// The answers to many requests, with the requests. After a reset, the same come again.
fn answers(addresses: Vec<SocketAddr>) -> Vec<String> {
    let mut talk = Conversation { addresses, answers: Vec::new() };
    talk.control("POST", "/reset", ""); // waiting for the servers took request ids
    talk.answers.clear();
    entities(&mut talk);
    control(&mut talk);
    talk.control("POST", "/reset", "");
    entities(&mut talk);
    talk.control("GET", "/state", "");
    talk.answers
}

#[test]
fn replicas_that_take_turns_answer_with_the_bytes_of_one_server() {
    let Some(redis) = Redis::shared() else { return };
    let alone = Server::start(["--deterministic", "7"]);
    let replicas = three(&redis.url(), "deterministic", &["--deterministic", "7"]);
    let expected = answers(vec![alone.address]);
    let taken_in_turns = answers(replicas.iter().map(|replica| replica.server().address).collect());
    assert!(expected.len() > 90, "{}", expected.len());
    for (number, (expected, answer)) in expected.iter().zip(&taken_in_turns).enumerate() {
        assert_eq!(answer, expected, "request {number}");
    }
    assert_eq!(expected.len(), taken_in_turns.len());
    agreed(&replicas);
}
