//! `--deterministic SEED`: the same requests get the same bytes, on any server, twice. `docs/determinism.md` describes it
//! for users.

use crate::support::{self, ATS, Answer, Control, Raw, Tenant, ats, draft, landing_zone, rename};
use flowmock::{BASE_PATH, Config, FlowMock};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const ORG: &str = "SAME@AdobeOrg";

fn server(seed: u64, change: impl FnOnce(&mut Config)) -> FlowMock {
    support::server(|config| {
        config.deterministic = Some(seed);
        config.max_body_bytes = 10_000;
        change(config);
    })
}

/// A tenant that speaks byte by byte, and remembers all that it was answered.
struct Conversation<'a> {
    mock: &'a FlowMock,
    tenant: Tenant,
    answers: Vec<String>,
}

impl Conversation<'_> {
    /// Sends a whole request on a connection of its own; all that comes back until it is closed, every header too.
    fn send(&mut self, request: &str) -> String {
        let mut raw = Raw::to(self.mock);
        raw.send(request);
        let answer = String::from_utf8(raw.rest()).expect("UTF-8");
        assert!(answer.starts_with("HTTP/1.1 "), "{request}\n{answer}");
        self.answers.push(answer.clone());
        answer
    }

    /// A call to the Flow Service with these header lines besides.
    fn call_with(&mut self, method: &str, path: &str, more: &[&str], body: &str) -> String {
        let length = format!("Content-Length: {}", body.len());
        let more = [&["Connection: close", &length], more].concat();
        let head = self.tenant.head(method, path, &more);
        self.send(&(head + body))
    }

    fn call(&mut self, method: &str, path: &str, body: &str) -> String {
        self.call_with(method, path, &[], body)
    }

    /// One without the header of that name.
    fn call_without(&mut self, name: &str, method: &str, path: &str) -> String {
        let head = self.tenant.head(method, path, &["Connection: close"]);
        let lines: Vec<&str> =
            head.split_inclusive("\r\n").filter(|line| !line.starts_with(&format!("{name}:"))).collect();
        self.send(&lines.concat())
    }

    fn control(&mut self, method: &str, path: &str, body: &str) -> String {
        let length = body.len();
        self.send(&format!("{method} /_flowmock{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"))
    }
}

/// The member of an answer's body.
fn member(answer: &str, key: &str) -> String {
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in\n{answer}"));
    body[key].as_str().unwrap_or_else(|| panic!("{key} in\n{answer}")).to_owned()
}

/// What is asked in a sandbox: of everything something, and much that is refused. The same for the same answers.
fn in_a_sandbox(mock: &FlowMock, tenant: Tenant) -> Vec<String> {
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

/// What is asked outside of any sandbox.
fn outside(mock: &FlowMock, tenant: Tenant) -> Vec<String> {
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

fn both(mock: &FlowMock) -> Vec<String> {
    let tenant = || Tenant::on(mock).of_org(ORG);
    [in_a_sandbox(mock, tenant()), outside(mock, tenant()), in_a_sandbox(mock, tenant().in_sandbox("dev"))]
        .concat()
}

#[track_caller]
fn assert_same(one: &[String], other: &[String]) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other);
    }
}

#[test]
fn the_same_requests_get_the_same_bytes() {
    let first = both(&server(7, |_| {}));
    assert!(first.len() > 100, "{}", first.len());
    for threads in [1, 4] {
        let mock = server(7, |config| config.worker_threads = threads);
        assert_same(&both(&mock), &first);
        // And after a reset again.
        mock.reset();
        assert_same(&both(&mock), &first);
    }
    let statuses: HashSet<&str> = first.iter().map(|answer| &answer[9..12]).collect();
    for status in ["200", "201", "204", "400", "403", "404", "405", "412", "413"] {
        assert!(statuses.contains(status), "{status}");
    }
}

#[test]
fn in_the_answers_everything_is_made_from_the_seed() {
    let (first, other) = (both(&server(7, |_| {})), both(&server(8, |_| {})));
    let ids = |answers: &[String]| {
        let header = |answer: &String| {
            answer.lines().find_map(|line| line.strip_prefix("x-request-id: ").map(str::to_owned))
        };
        answers.iter().filter_map(header).filter(|id| id != "mine").collect::<HashSet<_>>()
    };
    assert_eq!(ids(&first).len(), first.len() - 2, "each has an id of its own, but for two of the client's");
    assert!(ids(&first).is_disjoint(&ids(&other)));
    for id in ids(&first) {
        assert!(uuid_of_version_4(&id), "{id}");
    }
    let created = |answers: &[String]| member(&answers[0], "id") + &member(&answers[0], "etag");
    assert_ne!(created(&first), created(&other));
    assert!(first[0].contains("date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"), "{}", first[0]);
}

fn uuid_of_version_4(id: &str) -> bool {
    let parts: Vec<&str> = id.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts[2].starts_with('4')
        && parts[3].starts_with(['8', '9', 'a', 'b'])
        && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

#[test]
fn what_others_do_in_their_sandboxes_changes_nothing() {
    let alone = {
        let mock = server(7, |_| {});
        in_a_sandbox(&mock, Tenant::on(&mock).of_org(ORG))
    };
    let mock = server(7, |config| config.worker_threads = 4);
    let stop = Arc::new(AtomicBool::new(false));
    let others: Vec<_> = [("SAME@AdobeOrg", "dev"), ("OTHER@AdobeOrg", "prod"), ("x", "y")]
        .map(|(ims_org, sandbox)| Tenant::on(&mock).of_org(ims_org).in_sandbox(sandbox))
        .map(|tenant| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let mut rounds = 0;
                    while !stop.load(Ordering::Relaxed) {
                        let made = tenant.create(ats("noise")).await;
                        tenant.patch(&made, rename("x")).await.expect_status(200);
                        tenant.get("/connections/nope").await.expect_error("FLOW-1439-404");
                        tenant.post("/connectionSpecs", &json!({ "name": "x", "authSpec": [] })).await;
                        rounds += 1;
                    }
                    rounds
                })
            })
        })
        .into();
    for _ in 0..3 {
        assert_same(&in_a_sandbox(&mock, Tenant::on(&mock).of_org(ORG)), &alone);
        mock.reset_sandbox(ORG, "prod");
    }
    stop.store(true, Ordering::Relaxed);
    for other in others {
        assert!(other.join().unwrap() > 0);
    }
}

#[tokio::test]
async fn a_seed_and_what_follows_it_are_the_same_too() {
    let document = support::state_of(
        ORG,
        "prod",
        json!({ "connections": [
        landing_zone("without an id"), ats("another"),
        { "id": "11111111-1111-4111-8111-111111111111", "name": "with one", "connectionSpec": { "id": ATS }, "state": "draft" },
    ] }),
    );
    let mut runs = Vec::new();
    for merge in [true, true, false] {
        let mock = server(7, |_| {});
        let control = Control::of(&mock);
        let answer = if merge { control.merge(&document).await } else { control.replace(&document).await };
        answer.expect_status(204);
        let tenant = Tenant::on(&mock).of_org(ORG);
        let made = tenant.create(ats("made")).await;
        let listed = tenant.get("/connections").await.expect_status(200);
        let items = listed.json()["items"].as_array().unwrap().clone();
        let ids: HashSet<&str> = support::ids(&items).into_iter().collect();
        assert!(ids.len() == 4 && ids.contains(made.id.as_str()));
        runs.push((listed.body, control.export().await));
    }
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0], runs[2]);
}

#[tokio::test]
async fn an_export_carries_on_where_it_was_taken() {
    let (one, other) = (server(7, |_| {}), server(7, |_| {}));
    let tenants = [&one, &other].map(|mock| Tenant::on(mock).of_org(ORG));
    for name in ["a", "b", "c"] {
        let made = tenants[0].create(ats(name)).await;
        tenants[0].patch(&made, rename("x")).await.expect_status(200);
    }
    let export: Value = serde_json::from_str(&Control::of(&one).export().await).unwrap();
    let counters = &export["organisations"][0]["sandboxes"][0]["counters"];
    assert_eq!(counters, &json!({ "entities": 3, "writes": 6, "requests": 6 }));
    Control::of(&other).replace(&export).await.expect_status(204);
    let mut made = Vec::new();
    for tenant in &tenants {
        made.push((tenant.create(ats("next")).await, tenant.get("/connections").await.body));
    }
    assert_eq!(made[0], made[1]);
    // Of a merge the larger counter holds.
    Control::of(&one).merge(&export).await.expect_status(204);
    let document: Value = serde_json::from_str(&Control::of(&one).export().await).unwrap();
    assert_eq!(document["organisations"][0]["sandboxes"][0]["counters"]["entities"], 4);
}

#[tokio::test]
async fn an_id_that_a_state_has_already_is_not_made_again() {
    // The ids that the seed comes to, in a document that does not say that they are used up.
    let ids: Vec<String> = {
        let mock = server(7, |_| {});
        let tenant = Tenant::on(&mock).of_org(ORG);
        let mut ids = Vec::new();
        for _ in 0..4 {
            ids.push(tenant.create(landing_zone("x")).await.id);
        }
        ids
    };
    let with_id = |id: &str| {
        let mut connection = landing_zone("given");
        connection["id"] = json!(id);
        connection
    };
    let contents = json!({ "connections": [with_id(&ids[0]), with_id(&ids[2])] });
    let document = support::state_of(ORG, "prod", contents);
    let more = support::state_of(
        ORG,
        "prod",
        json!({ "connections": [with_id(&ids[3]), landing_zone("left to it")] }),
    );
    let mock = server(7, |_| {});
    let (control, tenant) = (Control::of(&mock), Tenant::on(&mock).of_org(ORG));
    for replaced in [true, false] {
        mock.reset();
        if replaced { control.replace(&document).await } else { control.merge(&document).await }
            .expect_status(204);
        assert_eq!(tenant.create(landing_zone("made")).await.id, ids[1]);
        control.merge(&more).await.expect_status(204);
        let made = tenant.create(landing_zone("made")).await;
        assert!(!ids.contains(&made.id));
        let listed = tenant.walk("/connections?limit=2").await;
        let listed: HashSet<&str> = support::ids(&listed).into_iter().collect();
        assert_eq!(listed.len(), 6);
        assert_eq!(tenant.count().await, 6);
        let given = tenant.walk("/connections?property=name==given").await;
        assert_eq!(given.len(), 3, "none was overwritten");
    }
}

#[tokio::test]
async fn a_request_that_names_every_sandbox_is_outside_of_any() {
    let mock = server(7, |_| {});
    Tenant::on(&mock).of_org(ORG).in_sandbox("*").get("/connections").await.expect_error("FLOW-2111-403");
    let export = Control::of(&mock).export().await;
    assert_eq!(export, r#"{"organisations":[]}"#);
    // Refused for another reason, it counts in the sandbox that it names.
    let answer = Answer::to(
        reqwest::Client::new()
            .get(format!("{}{BASE_PATH}/connections", mock.url()))
            .header("x-gw-ims-org-id", ORG)
            .header("x-sandbox-name", "prod"),
    )
    .await;
    answer.expect_error("403000");
    let export: Value = serde_json::from_str(&Control::of(&mock).export().await).unwrap();
    assert_eq!(export["organisations"][0]["sandboxes"][0]["counters"]["requests"], 1);
    Control::of(&mock).replace(&export).await.expect_status(204);
}

#[tokio::test]
async fn the_clock_stands_still_unless_it_is_told_otherwise() {
    let clock = async |config: fn(&mut Config)| {
        let mock = server(1, config);
        Control::of(&mock).get("/clock").await.json()
    };
    assert_eq!(clock(|_| {}).await["now"], "2026-01-01T00:00:00.000Z");
    let set = clock(|config| config.clock = Some(std::time::UNIX_EPOCH)).await;
    assert_eq!(set, json!({ "now": "1970-01-01T00:00:00.000Z", "epochMs": 0, "running": false }));
}
