//! Requests in flight while the state is swapped see the old one or the new one, never a mixture; what others wrote
//! meanwhile elsewhere stays.

use super::{LANDING_ZONE, ORG, own_spec, prod, seed, server, source};
use crate::support::{self, ATS, Control, Raw, Tenant, landing_zone as new, rename};
use flowmock::{FlowMock, HEALTH_PATH};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;

/// How many connections each of the two states has.
const SIZE: usize = 120;

/// How many requests each reader makes.
const ROUNDS: usize = 60;

/// The connection that both states have: of the connection spec that both have, with another name and source.
const SHARED: &str = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";

/// A state in which everything is called after `letter`.
fn state(letter: char) -> Value {
    let mut connections: Vec<Value> = (1..SIZE)
        .map(|number| json!({ "name": format!("{letter}{number}"), "connectionSpec": { "id": LANDING_ZONE }, "of": letter }))
        .collect();
    connections
        .push(json!({ "id": SHARED, "name": letter, "connectionSpec": { "id": "mine" }, "of": letter }));
    let name = format!("source-{letter}");
    let contents = json!({
        "connectionSpecs": [own_spec("mine", &name)],
        "connections": connections,
        "sources": { name: source(&format!("table-{letter}")) },
    });
    support::state_of(ORG, "prod", contents)
}

/// A server that truly serves several requests at a time, in state `a`, with snapshots of `a` and `b`.
async fn server_of_two_states() -> FlowMock {
    let mock = support::server(|config| config.worker_threads = 4);
    for letter in ['b', 'a'] {
        mock.set_state(&state(letter)).unwrap();
        for (scope, name) in [
            ("", "all"),
            ("?imsOrgId=STATE@AdobeOrg", "org"),
            ("?imsOrgId=STATE@AdobeOrg&sandbox=prod", "one"),
        ] {
            Control::of(&mock).put(&format!("/snapshots/{name}-{letter}{scope}")).await.expect_status(204);
        }
    }
    mock
}

/// Asks one question and asserts that the answer is of one state alone.
async fn ask(tenant: &Tenant, number: usize) {
    let of = |items: &Value| {
        let items = items["items"].as_array().expect("items");
        let letters: HashSet<&str> = items.iter().map(|item| item["of"].as_str().unwrap()).collect();
        (items.len(), letters.len())
    };
    match number % 7 {
        // In the order of the key, by the way through all, by sorting, by an index: each in several stretches.
        0 => assert_eq!(of(&tenant.get("/connections?limit=1000&orderby=name").await.json()), (SIZE, 1)),
        1 => assert_eq!(of(&tenant.get("/connections?limit=1000").await.json()), (SIZE, 1)),
        2 => assert_eq!(of(&tenant.get("/connections?limit=1000&orderby=-of").await.json()), (SIZE, 1)),
        3 => {
            let counted =
                tenant.get("/connections?count=true&property=name!=a&property=name!=b").await.json();
            assert_eq!(counted, json!({ "count": SIZE - 1 }));
        }
        // A question of many steps: the connection, its connection spec, its source, and what that shows.
        4 => {
            let root = tenant.get(&format!("/connections/{SHARED}/explore?objectType=root")).await;
            let root = root.expect_status(200).json();
            let tables: Vec<_> =
                root.as_array().unwrap().iter().map(|table| table["name"].as_str().unwrap()).collect();
            assert!(tables == ["table-a"] || tables == ["table-b"], "{tables:?}");
        }
        5 => {
            let body = json!({ "queryString": "property=state==enabled", "limit": 1000, "orderby": "name" });
            assert_eq!(of(&tenant.post("/connections/search", &body).await.json()), (SIZE, 1));
        }
        // Reads, changes and stores.
        _ => {
            let key = format!("key{number}");
            let operations = json!([{ "op": "add", "path": format!("/{key}"), "value": 1 }]);
            tenant.patch_if("*", SHARED, operations).await.expect_status(200);
            let read = tenant.read(SHARED).await;
            assert_eq!(read["name"], read["of"], "{read}");
        }
    }
}

/// Many readers while `swap` goes from one state to the other.
async fn never_a_mixture<F: Future<Output = ()> + Send>(mock: &FlowMock, swap: impl Fn(char) -> F) {
    let tenant = prod(mock);
    let mut readers: JoinSet<()> = (0..6)
        .map(|reader| {
            let tenant = tenant.clone();
            async move {
                for round in 0..ROUNDS {
                    ask(&tenant, reader + round).await;
                }
            }
        })
        .collect();
    let mut letters = ['b', 'a'].into_iter().cycle();
    while !readers.is_empty() {
        swap(letters.next().unwrap()).await;
        while let Some(ended) = readers.try_join_next() {
            ended.expect("a reader");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_snapshots_are_restored_every_answer_is_of_one_of_them() {
    let mock = server_of_two_states().await;
    let control = Control::of(&mock);
    for part in ["all", "org", "one"] {
        never_a_mixture(&mock, |letter| {
            let answer = control.clone();
            async move {
                answer.post(&format!("/snapshots/{part}-{letter}/restore")).await.expect_status(204);
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_state_is_replaced_every_answer_is_of_the_old_or_the_new_one() {
    let mock = server_of_two_states().await;
    let control = Control::of(&mock);
    let (a, b) = (state('a'), state('b'));
    never_a_mixture(&mock, |letter| {
        let document = if letter == 'a' { a.clone() } else { b.clone() };
        let control = control.clone();
        async move {
            control.replace(&document).await.expect_status(204);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_merge_a_request_sees_all_connections_or_none() {
    let mock = support::server(|config| config.worker_threads = 4);
    let control = Control::of(&mock);
    let tenant = prod(&mock);
    tenant.create(new("there before")).await;
    control.put("/snapshots/before").await.expect_status(204);
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (tenant, stop) = (tenant.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let count = tenant.count().await;
                    assert!(count == 1 || count == SIZE as u64 + 1, "{count}");
                }
            })
        })
        .collect();
    for _ in 0..20 {
        seed(&mock, &state('a')).await;
        control.post("/snapshots/before/restore").await.expect_status(204);
    }
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.expect("a reader");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_write_is_lost_in_a_sandbox_while_others_are_reset() {
    let mock = server_of_two_states().await;
    let control = Control::of(&mock);
    let tenant = prod(&mock);
    let others: Vec<Tenant> =
        (0..4).map(|number| tenant.of_org("OTHER@AdobeOrg").in_sandbox(&format!("s{number}"))).collect();
    let mut writers: JoinSet<(Tenant, Vec<(String, String)>)> = others
        .into_iter()
        .map(|tenant| async move {
            let mut written = Vec::new();
            for round in 0..80 {
                let made = tenant.create(new(&format!("n{round}"))).await;
                let made = tenant.patch(&made, rename("patched")).await.expect_status(200).written();
                if round % 5 == 0 {
                    tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
                } else {
                    written.push((made.id, made.etag));
                }
            }
            (tenant, written)
        })
        .collect();
    let calls = [
        "/reset?imsOrgId=STATE@AdobeOrg",
        "/snapshots/org-a/restore",
        "/reset?imsOrgId=STATE@AdobeOrg&sandbox=prod",
        "/snapshots/one-b/restore",
        "/reset?imsOrgId=OTHER@AdobeOrg&sandbox=unused",
    ];
    let mut calls = calls.into_iter().cycle();
    let mut ended = Vec::new();
    while !writers.is_empty() {
        control.post(calls.next().unwrap()).await.expect_status(204);
        while let Some(writer) = writers.try_join_next() {
            ended.push(writer.expect("a writer"));
        }
    }
    for (tenant, written) in ended {
        let listed = tenant.walk("/connections?limit=1000").await;
        let stored: HashSet<(String, String)> = listed
            .iter()
            .map(|item| ["id", "etag"].map(|key| item[key].as_str().unwrap().to_owned()).into())
            .collect();
        assert_eq!(stored, written.into_iter().collect());
    }
}

#[tokio::test]
async fn a_creation_that_began_before_a_reset_ends_in_the_state_in_which_it_began() {
    for (method, path) in
        [(Method::POST, "/reset"), (Method::POST, "/reset?imsOrgId=STATE@AdobeOrg&sandbox=prod")]
    {
        let mock = server();
        let tenant = prod(&mock);
        let body = new("late").to_string();
        let mut raw = Raw::to(&mock);
        let length = format!("Content-Length: {}", body.len());
        raw.send(tenant.head("POST", "/connections", &[&length, "Expect: 100-continue"]));
        assert_eq!(raw.answer().status, 100, "the sandbox is open, the body awaited");
        let control = Control::of(&mock);
        crate::support::Answer::to(control.request(method, path)).await.expect_status(204);
        let first = tenant.create(new("first")).await;
        raw.send(body);
        let made = raw.answer().expect_status(201).written();
        tenant.get(&format!("/connections/{}", made.id)).await.expect_error("FLOW-1439-404");
        let listed = tenant.walk("/connections").await;
        assert_eq!(support::ids(&listed), [first.id.as_str()]);
        // On the same TCP connection the next request finds what is there now.
        raw.send(tenant.head("GET", "/connections?count=true", &[]));
        assert_eq!(raw.answer().expect_status(200).json(), json!({ "count": 1 }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn merges_resets_and_exports_at_the_same_time_are_one_after_the_other() {
    let mock = support::server(|config| config.worker_threads = 4);
    let both = |name: &str| {
        let of = |sandbox: &str| json!({ "name": sandbox, "connections": [{ "name": name, "connectionSpec": { "id": LANDING_ZONE } }] });
        json!({ "organisations": [{ "imsOrgId": ORG, "sandboxes": (0..20).map(|n| of(&format!("s{n}"))).collect::<Vec<_>>() }] })
    };
    let sizes = |document: &Value| {
        let sandboxes =
            document["organisations"].as_array().unwrap().first().map(|one| one["sandboxes"].clone());
        let sandboxes = sandboxes.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
        sandboxes.iter().map(|sandbox| sandbox["connections"].as_array().unwrap().len()).collect::<Vec<_>>()
    };
    let mut all: JoinSet<()> = JoinSet::new();
    for number in 0..9 {
        let control = Control::of(&mock);
        let document = both(&format!("n{number}"));
        all.spawn(async move {
            for _ in 0..15 {
                match number % 3 {
                    0 => drop(control.merge(&document).await.expect_status(204)),
                    1 => drop(control.post("/reset").await.expect_status(204)),
                    _ => {
                        let sizes = sizes(&control.get("/state").await.expect_status(200).json());
                        assert!(sizes.is_empty() || sizes.len() == 20, "{sizes:?}");
                        assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
                    }
                }
            }
        });
    }
    while let Some(ended) = all.join_next().await {
        ended.expect("a client");
    }
}

#[tokio::test]
async fn while_a_large_document_is_read_a_server_of_one_thread_answers_others() {
    let mock = server();
    let connections: Vec<Value> = (0..20_000)
        .map(|number| json!({ "name": format!("n{number}"), "connectionSpec": { "id": ATS }, "state": "draft" }))
        .collect();
    let document = super::with_connections(json!(connections));
    let answered = {
        let control = Control::of(&mock);
        let replaced = control.replace(&document);
        tokio::pin!(replaced);
        let health = mock.url() + HEALTH_PATH;
        let mut answered = 0;
        loop {
            tokio::select! {
                answer = &mut replaced => { answer.expect_status(204); break answered; }
                answer = reqwest::get(&health) => { assert_eq!(answer.unwrap().status(), 200); answered += 1; }
            }
        }
    };
    assert!(answered > 3, "{answered}");
    assert_eq!(prod(&mock).count().await, 20_000);
}
