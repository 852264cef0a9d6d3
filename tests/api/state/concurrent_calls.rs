//! Concurrent writes, merges, resets and exports.

use super::in_flight::server_of_two_states;
use super::{LANDING_ZONE, ORG, prod, server};
use crate::support::{self, ATS, Control, RawConnection, Tenant, landing_zone as new, rename};
use flowmock::HEALTH_PATH;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resets_of_other_sandboxes_lose_no_write() {
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
async fn a_creation_that_began_before_a_reset_does_not_write_to_the_new_state() {
    for (method, path) in
        [(Method::POST, "/reset"), (Method::POST, "/reset?imsOrgId=STATE@AdobeOrg&sandbox=prod")]
    {
        let mock = server();
        let tenant = prod(&mock);
        let body = new("late").to_string();
        let mut raw = RawConnection::to(mock.address());
        let length = format!("Content-Length: {}", body.len());
        raw.send(tenant.head("POST", "/connections", &[&length, "Expect: 100-continue"]));
        assert_eq!(raw.answer().status, 100, "the server has found the sandbox and waits for the body");
        let control = Control::of(&mock);
        crate::support::Answer::to(control.request(method, path)).await.expect_status(204);
        let first = tenant.create(new("first")).await;
        raw.send(body);
        let made = raw.answer().expect_status(201).written();
        tenant.get(&format!("/connections/{}", made.id)).await.expect_error("FLOW-1439-404");
        let listed = tenant.walk("/connections").await;
        assert_eq!(support::ids(&listed), [first.id.as_str()]);
        // The next request on the same TCP connection sees the new state.
        raw.send(tenant.head("GET", "/connections?count=true", &[]));
        assert_eq!(raw.answer().expect_status(200).json(), json!({ "count": 1 }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_merges_resets_and_exports_are_serialised() {
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
async fn reading_a_large_document_does_not_block_a_server_with_one_thread() {
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
                answer = support::client().get(&health).send() => { assert_eq!(answer.unwrap().status(), 200); answered += 1; }
            }
        }
    };
    assert!(answered > 3, "{answered}");
    assert_eq!(prod(&mock).count().await, 20_000);
}
