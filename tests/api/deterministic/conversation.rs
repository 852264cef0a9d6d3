//! A conversation of more than a hundred requests whose answers can be compared byte by byte.

use super::ORG;
use crate::support::{ATS, RawConnection, Tenant, ats, draft, landing_zone, rename};
use flowmock::FlowMock;
use serde_json::{Value, json};

/// A tenant that sends raw requests and keeps all answers.
pub struct Conversation<'a> {
    pub mock: &'a FlowMock,
    pub tenant: Tenant,
    pub answers: Vec<String>,
}

impl Conversation<'_> {
    /// Sends a request on a new connection and returns everything up to the end of the connection, headers included.
    pub fn send(&mut self, request: &str) -> String {
        let mut raw = RawConnection::to(self.mock.address());
        raw.send(request);
        let answer = String::from_utf8(raw.rest()).expect("UTF-8");
        assert!(answer.starts_with("HTTP/1.1 "), "{request}\n{answer}");
        self.answers.push(answer.clone());
        answer
    }

    /// A call to the Flow Service with further header lines.
    pub fn call_with(&mut self, method: &str, path: &str, more: &[&str], body: &str) -> String {
        let length = format!("Content-Length: {}", body.len());
        let more = [&["Connection: close", &length], more].concat();
        let head = self.tenant.head(method, path, &more);
        self.send(&(head + body))
    }

    pub fn call(&mut self, method: &str, path: &str, body: &str) -> String {
        self.call_with(method, path, &[], body)
    }

    /// A call without the header `name`.
    pub fn call_without(&mut self, name: &str, method: &str, path: &str) -> String {
        let head = self.tenant.head(method, path, &["Connection: close"]);
        let lines: Vec<&str> =
            head.split_inclusive("\r\n").filter(|line| !line.starts_with(&format!("{name}:"))).collect();
        self.send(&lines.concat())
    }

    pub fn control(&mut self, method: &str, path: &str, body: &str) -> String {
        let length = body.len();
        self.send(&format!("{method} /_flowmock{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"))
    }
}

/// The text at `key` in the body of an answer.
pub fn member(answer: &str, key: &str) -> String {
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in\n{answer}"));
    body[key].as_str().unwrap_or_else(|| panic!("{key} in\n{answer}")).to_owned()
}

/// Sends requests of every kind in a sandbox, among them many that are refused. Depends on nothing but the answers.
pub fn send_in_sandbox(mock: &FlowMock, tenant: Tenant) -> Vec<String> {
    let mut talk = Conversation { mock, tenant, answers: Vec::new() };
    let mut made = Vec::new();
    for name in ["orders", "sales", "returns", "é \u{1F600}"] {
        let answer = talk.call("POST", "/connections", &ats(name).to_string());
        made.push((member(&answer, "id"), member(&answer, "etag")));
    }
    let answer = talk.call("POST", "/connections", &landing_zone("zone").to_string());
    made.push((member(&answer, "id"), member(&answer, "etag")));
    let later = member(&talk.call("POST", "/connections?mode=draft", &draft("later").to_string()), "id");
    let (first, etag) = made[0].clone();
    let at = |id: &str, rest: &str| format!("/connections/{id}{rest}");

    let page = talk.call("GET", "/connections?limit=2&orderby=-name", "");
    let (_, body) = page.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    talk.call("GET", body["_links"]["next"]["href"].as_str().unwrap(), "");
    for (method, path) in [
        ("GET", "/connections"),
        ("GET", "/connections?property=name==sales,returns"),
        ("GET", "/connections?property=name,state"),
        ("GET", "/connections?count=true"),
        ("GET", "/connections?count=true&limit=2"),
        ("GET", "/connections?limit=0"),
        ("GET", "/connections?orderby=nonsense"),
        ("GET", "/connections?property=nonsense==1"),
        ("GET", "/connections?continuationToken=x"),
        ("GET", "/connections?unknown=1"),
        ("HEAD", "/connections"),
        ("PUT", "/connections"),
        ("GET", "/nope"),
        ("GET", "/connectionSpecs?property=name==azure-table-storage"),
        ("GET", "/connectionSpecs"),
        ("GET", "/connections/nope"),
    ] {
        talk.call(method, path, "");
    }
    for rest in [
        "",
        "/test",
        "/explore?objectType=root",
        "/explore?objectType=table&object=orders&preview=true",
        "/explore?objectType=table&object=nope",
        "/configs",
        "/explore?objectType=nonsense",
    ] {
        talk.call("GET", &at(&first, rest), "");
    }
    talk.call_with("GET", &at(&first, ""), &["x-request-id: mine"], "");
    talk.call("POST", "/connections/search", r#"{"queryString":"property=state==enabled","limit":2}"#);
    talk.call("POST", "/connections/search", r#"{"limit":0}"#);

    let if_match = |etag: &str| format!("If-Match: {etag}");
    let renamed = rename("renamed").to_string();
    talk.call("PATCH", &at(&first, ""), &renamed);
    let patched = talk.call_with("PATCH", &at(&first, ""), &[&if_match(&etag)], &renamed);
    talk.call_with("PATCH", &at(&first, ""), &[&if_match(&etag)], &renamed);
    talk.call_with(
        "PATCH",
        &at(&first, ""),
        &[&if_match(&member(&patched, "etag"))],
        r#"[{"op":"move","path":"/name"}]"#,
    );
    talk.call_with(
        "PATCH",
        &at(&first, ""),
        &[&if_match("*")],
        r#"[{"op":"replace","path":"/connectionSpec/id","value":1}]"#,
    );
    talk.call_with("PATCH", &at(&first, ""), &[&if_match("*")], r#"[{"op":"remove","path":"/auth"}]"#);
    for query in
        ["op=disable", "op=disable", "op=enable", "op=nonsense", "op=finalize", "op=publish&subOp=apply"]
    {
        talk.call("POST", &at(&made[1].0, &format!("/action?{query}")), "");
    }
    talk.call("POST", &at(&later, "/action?op=publish"), "");
    for _ in 0..2 {
        talk.call("DELETE", &at(&made[2].0, ""), "");
    }
    for body in [
        "",
        "{",
        "[]",
        r#"{"name":"x"}"#,
        r#"{"name":"x","connectionSpec":{"id":"nope"}}"#,
        r#"{"a":1,"a":2}"#,
        &"x".repeat(20_000),
    ] {
        talk.call("POST", "/connections", body);
    }
    let broken =
        json!({ "name": "x", "connectionSpec": { "id": ATS }, "auth": { "specName": "nope", "params": {} } });
    talk.call("POST", "/connections", &broken.to_string());
    let spec = json!({ "name": "mine", "authSpec": [] });
    let spec = member(&talk.call("POST", "/connectionSpecs", &spec.to_string()), "id");
    talk.call("PUT", &format!("/connectionSpecs/{spec}"), r#"{"name":"replaced","version":"2.0"}"#);
    talk.call("GET", &format!("/connectionSpecs/{spec}"), "");
    talk.call("GET", "/connections?limit=1000&orderby=+name", "");
    talk.answers
}

/// Sends requests that belong to no sandbox.
pub fn send_outside_sandboxes(mock: &FlowMock, tenant: Tenant) -> Vec<String> {
    let mut talk = Conversation { mock, tenant, answers: Vec::new() };
    for header in ["Authorization", "x-api-key", "x-gw-ims-org-id", "x-sandbox-name"] {
        talk.call_without(header, "GET", "/connections");
    }
    talk.control("GET", "/health", "");
    talk.control("GET", "/errors", "");
    talk.control("GET", "/state", "");
    talk.control("PUT", "/clock", r#"{"advanceMs":3600000}"#);
    talk.control("POST", "/state", r#"{"organisations":1}"#);
    talk.control("GET", "/nope", "");
    talk.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    talk.call("GET", "/connections?limit=1", "");
    talk.answers
}

pub fn both(mock: &FlowMock) -> Vec<String> {
    let tenant = || Tenant::on(mock).of_org(ORG);
    [
        send_in_sandbox(mock, tenant()),
        send_outside_sandboxes(mock, tenant()),
        send_in_sandbox(mock, tenant().in_sandbox("dev")),
    ]
    .concat()
}

#[track_caller]
pub fn assert_same(one: &[String], other: &[String]) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other);
    }
}
