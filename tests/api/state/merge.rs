//! `POST /_flowmock/state` merges a document into the state, `PUT` replaces the state.

use super::{ONE, ORG, TWO, landing_zone, own_spec, prod, seed, server, source, whole, with_connections};
use crate::support::{self, Control, Tenant, landing_zone as new, rename};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

#[tokio::test]
async fn a_merge_replaces_entries_by_id_or_name_and_keeps_the_rest() {
    let mock = server();
    seed(&mock, &whole()).await;
    let tenant = prod(&mock);
    let made = tenant.create(new("made")).await;
    let before = tenant.read(ONE).await;
    let contents = json!({
        "connectionSpecs": [own_spec("yours", "your-source")],
        "connections": [landing_zone(ONE, "replaced"), { "name": "added", "connectionSpec": { "id": "mine" } }],
        "sources": { "my-source": source("other") },
    });
    seed(&mock, &support::state_of(ORG, "prod", contents)).await;
    let after = tenant.read(ONE).await;
    assert_eq!(after["name"], "replaced");
    assert!(
        after.get("auth").is_none() && after.get("providerId").is_none(),
        "it is replaced whole: {after}"
    );
    assert_ne!(after["etag"], before["etag"]);
    tenant.patch_if(before["etag"].as_str().unwrap(), ONE, rename("x")).await.expect_error("FLOW-1404-412");
    assert_eq!(tenant.count().await, 5);
    assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
    for id in ["mine", "yours"] {
        tenant.get(&format!("/connectionSpecs/{id}")).await.expect_status(200);
    }
    let mine = tenant.walk("/connections?property=name==mine").await[0]["id"].as_str().unwrap().to_owned();
    let root = tenant.get(&format!("/connections/{mine}/explore?objectType=root")).await.expect_status(200);
    assert_eq!(root.json()[0]["name"], "other");
    let listed = tenant.walk("/connections?property=name==orders").await;
    assert!(listed.is_empty(), "an index still finds replaced connections: {listed:?}");
    assert_eq!(tenant.in_sandbox("dev").count().await, 1);
}

#[tokio::test]
async fn a_replacement_removes_everything_else() {
    let mock = server();
    let control = Control::of(&mock);
    seed(&mock, &whole()).await;
    let tenant = prod(&mock);
    tenant.in_sandbox("new").create(new("made")).await;
    let document = with_connections(json!([landing_zone(TWO, "only")]));
    control.replace(&document).await.expect_status(204);
    assert_eq!(tenant.count().await, 1);
    tenant.get("/connectionSpecs/mine").await.expect_error("FLOW-1439-404");
    for gone in [tenant.in_sandbox("dev"), tenant.in_sandbox("new"), tenant.of_org("OTHER@AdobeOrg")] {
        assert_eq!(gone.count().await, 0);
    }
    control.replace(&json!({})).await.expect_status(204);
    assert_eq!(control.export().await, r#"{"organisations":[]}"#);
}

#[tokio::test]
async fn merging_a_document_twice_equals_merging_it_once() {
    let mock = server();
    let control = Control::of(&mock);
    seed(&mock, &whole()).await;
    let export = control.export().await;
    let document: Value = serde_json::from_str(&export).unwrap();
    seed(&mock, &document).await;
    assert_eq!(control.export().await, export);
}

#[tokio::test]
async fn large_documents_are_merged_one_after_another() {
    let mock = server();
    let control = Control::of(&mock);
    let document = |sandbox: usize| {
        let connections: Vec<Value> = (0..2_000).map(|number| new(&format!("{number} {:600}", ""))).collect();
        support::state_of(ORG, &format!("s{sandbox}"), json!({ "connections": connections }))
    };
    assert!(document(0).to_string().len() > 1024 * 1024);
    let documents: Vec<Value> = (0..5).map(document).collect();
    // A client that disconnects and a document that is refused do not block those that wait.
    let gone = control.request(Method::POST, "/state").body(documents[4].to_string());
    let refused = format!("[{}0]", "0,".repeat(2_500_000));
    let (_, refused, taken) = tokio::join!(
        timeout(Duration::from_millis(20), gone.send()),
        control.send(Method::POST, "/state", "application/json", refused),
        join_all(documents[..4].iter().map(|document| control.merge(document))),
    );
    refused.refused_for(400, "it has too many values for its size at line 1");
    for (sandbox, answer) in taken.into_iter().enumerate() {
        answer.expect_status(204);
        let tenant = Tenant::on(&mock).of_org(ORG).in_sandbox(&format!("s{sandbox}"));
        assert_eq!(tenant.count().await, 2_000);
    }
}

#[tokio::test]
async fn connections_of_a_document_can_use_specs_of_the_document_or_the_sandbox() {
    let mock = server();
    let control = Control::of(&mock);
    let of_mine = json!([{ "id": ONE, "name": "x", "connectionSpec": { "id": "mine" } }]);
    let alone = with_connections(of_mine.clone());
    let problems = control.merge(&alone).await.problems(400);
    assert!(problems[0].0.ends_with("/connectionSpec/id") && problems[0].1.contains("FLOW-1413-400"));
    let both = json!({ "connections": of_mine, "connectionSpecs": [own_spec("mine", "m")] });
    control.merge(&support::state_of(ORG, "prod", both)).await.expect_status(204);
    control.merge(&alone).await.expect_status(204);
    // After a replacement the sandbox has no specs of its own.
    control.replace(&alone).await.problems(400);
    assert_eq!(prod(&mock).count().await, 1);
}

#[tokio::test]
async fn an_empty_sandbox_in_a_document_is_accepted_and_has_no_effect() {
    let mock = server();
    let control = Control::of(&mock);
    for document in [
        support::state_of(ORG, "prod", json!({})),
        support::state_of(
            ORG,
            "prod",
            json!({ "connections": [], "connectionSpecs": [], "sources": {}, "counters": {} }),
        ),
        json!({ "organisations": [{ "imsOrgId": ORG }] }),
        json!({ "organisations": [{ "imsOrgId": ORG, "sandboxes": [] }, { "imsOrgId": ORG }] }),
    ] {
        for answer in [control.replace(&document).await, control.merge(&document).await] {
            answer.expect_status(204);
            assert_eq!(control.export().await, r#"{"organisations":[]}"#);
            control.put("/snapshots/empty").await.expect_status(204);
        }
    }
    let metrics = control.request(reqwest::Method::GET, "/metrics").send().await.unwrap();
    assert_eq!(metrics.status(), 200);
    assert_eq!(prod(&mock).count().await, 0);
}

#[tokio::test]
async fn merging_an_old_export_restores_the_old_version_of_a_connection() {
    let mock = server();
    let control = Control::of(&mock);
    let tenant = prod(&mock);
    let made = tenant.create(new("before")).await;
    let export: Value = serde_json::from_str(&control.export().await).unwrap();
    let patched = tenant.patch(&made, rename("after")).await.expect_status(200).written();
    seed(&mock, &export).await;
    assert_eq!(tenant.read(&made.id).await["name"], "before");
    tenant.patch(&patched, rename("x")).await.expect_error("FLOW-1404-412");
    tenant.patch(&made, rename("after all")).await.expect_status(200);
}

#[tokio::test]
async fn a_document_with_too_many_connection_specs_is_refused() {
    let mock = server();
    let control = Control::of(&mock);
    let specs = |numbers: std::ops::Range<usize>| {
        let specs: Vec<_> = numbers.map(|number| own_spec(&format!("spec-{number}"), "s")).collect();
        support::state_of(ORG, "prod", json!({ "connectionSpecs": specs }))
    };
    control.merge(&specs(0..60)).await.expect_status(204);
    control.merge(&specs(30..100)).await.expect_status(204);
    let problems = control.merge(&specs(100..101)).await.problems(400);
    assert_eq!(super::places(&problems), [format!("{}/connectionSpecs", super::AT)]);
    let too_many = control.replace(&specs(0..102)).await.problems(400);
    let path = |number: usize| format!("{}/connectionSpecs/{number}", super::AT);
    assert_eq!(super::places(&too_many), [path(100), path(101)]);
    control.merge(&specs(50..51)).await.expect_status(204);
}

#[tokio::test]
async fn an_exported_connection_that_no_longer_satisfies_its_spec_is_accepted() {
    let mock = server();
    let control = Control::of(&mock);
    let tenant = prod(&mock);
    let put = async |spec: &Value| {
        let request = tenant.request(reqwest::Method::PUT, "/connectionSpecs/mine").body(spec.to_string());
        support::Answer::to(request).await.expect_status(200);
    };
    let needs = |param: &str, version: &str| {
        let schema = json!({ "type": "object", "required": [param] });
        let auth_spec = json!([{ "name": "Key", "type": "KeyBased", "spec": schema }]);
        json!({ "id": "mine", "name": "my-source", "version": version, "authSpec": auth_spec })
    };
    tenant.post("/connectionSpecs", &needs("old", "1.0")).await.expect_status(201);
    let auth = json!({ "specName": "Key", "params": { "old": "x" } });
    let connection = json!({ "name": "x", "connectionSpec": { "id": "mine" }, "auth": auth });
    tenant.create(connection.clone()).await;
    let draft = json!({ "name": "later", "connectionSpec": { "id": "mine", "version": "1.0" } });
    tenant.create_draft(draft).await;
    for replaced in [needs("new", "1.0"), needs("new", "2.0")] {
        put(&replaced).await;
        let export = control.export().await;
        let document: Value = serde_json::from_str(&export).unwrap();
        let other = server();
        for control in [&control, &Control::of(&other)] {
            control.replace(&document).await.expect_status(204);
            assert_eq!(control.export().await, export);
            control.merge(&document).await.expect_status(204);
            assert_eq!(control.export().await, export);
        }
        // A connection without an etag is a new one and must be valid.
        let mut new = document.clone();
        *new.pointer_mut(&format!("{}/connections/0", super::AT)).unwrap() = connection.clone();
        control.merge(&new).await.problems(400);
    }
}
