//! `POST /_flowmock/pact/state`: the provider states that verifiers request.

use crate::support::{Answer, Control, Tenant, landing_zone, with};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::{Value, json};

const ID: &str = "139f6a5f-a78b-4744-9f6a-5fa78bd74431";
const ETAG: &str = "\"1400dd53-0000-0200-0000-5f3f23450000\"";

async fn ask(mock: &FlowMock, body: &Value) -> Answer {
    Control::of(mock).send(Method::POST, "/pact/state", "application/json", body.to_string()).await
}

fn params(tenant: &Tenant, key: &str, value: Value) -> Value {
    let mut params = json!({"imsOrgId": tenant.ims_org, "sandbox": tenant.sandbox});
    params[key] = value;
    params
}

#[tokio::test]
async fn a_provider_state_creates_a_connection_with_its_id_and_etag() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let connection = with(with(landing_zone("stated"), "/id", json!(ID)), "/etag", json!(ETAG));
    let exists = json!({"state": "a connection exists", "action": "setup",
        "params": params(&tenant, "connection", connection)});
    let values = ask(&mock, &exists).await.expect_status(200).json();
    assert_eq!(values, json!({"connectionId": ID, "etag": ETAG, "bareEtag": ETAG.trim_matches('"')}));
    assert_eq!(tenant.read(ID).await["etag"], ETAG);
    // A teardown and the empty state do nothing.
    for nothing in [
        json!({"state": "the sandbox is empty", "action": "teardown", "params": params(&tenant, "x", Value::Null)}),
        json!({"state": "", "params": {}, "action": "setup"}),
    ] {
        assert_eq!(ask(&mock, &nothing).await.expect_status(200).json(), json!({}));
        assert_eq!(tenant.read(ID).await["name"], "stated");
    }
    let absent = json!({"state": "no connection has the id", "params": params(&tenant, "id", json!(ID))});
    ask(&mock, &absent).await.expect_status(200);
    tenant.get(&format!("/connections/{ID}")).await.expect_error("FLOW-1439-404");
    ask(&mock, &exists).await.expect_status(200);
    let neighbour = tenant.in_sandbox("other");
    let kept = neighbour.create(landing_zone("kept")).await;
    let empty = json!({"state": "the sandbox is empty", "params": params(&tenant, "x", Value::Null)});
    ask(&mock, &empty).await.expect_status(200);
    tenant.get(&format!("/connections/{ID}")).await.expect_error("FLOW-1439-404");
    assert_eq!(neighbour.read(&kept.id).await["name"], "kept");
}

#[tokio::test]
async fn an_invalid_provider_state_is_refused_with_its_place_and_changes_nothing() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let refusals = [
        (json!({"state": "nonsense"}), "/state"),
        (json!({"state": "", "action": "begin"}), "/action"),
        (json!({"state": "", "more": 1}), "/more"),
        (json!({"state": "the sandbox is empty"}), "/params"),
        (json!({"state": "the sandbox is empty", "params": {"sandbox": "prod"}}), "/params/imsOrgId"),
        (
            json!({"state": "the sandbox is empty", "params": {"imsOrgId": "a", "sandbox": "*"}}),
            "/params/sandbox",
        ),
        (json!({"state": "the sandbox is empty", "params": params(&tenant, "id", json!(1))}), "/params/id"),
        (
            json!({"state": "a connection exists", "params": params(&tenant, "connection", json!({}))}),
            "/params/connection/id",
        ),
        (
            json!({"state": "a connection exists", "params": params(&tenant, "connection", json!({"id": ID, "name": 1, "connectionSpec": {"id": "x"}}))}),
            "/params/connection/name",
        ),
        (
            json!({"state": "connections exist", "params": params(&tenant, "connections", json!([{"id": ID, "name": 1, "connectionSpec": {"id": "x"}}]))}),
            "/params/connections/0/name",
        ),
        (
            json!({"state": "sandboxes exist", "params": {"imsOrgId": "a", "sandboxes": [{}]}}),
            "/params/sandboxes/0/name",
        ),
    ];
    let before = Control::of(&mock).export().await;
    for (body, place) in refusals {
        let answer = ask(&mock, &body).await;
        let problems = answer.problems(400);
        assert!(problems.iter().any(|(path, _)| path == place), "{place} in\n{answer}");
    }
    assert_eq!(Control::of(&mock).export().await, before);
}
