//! Runs in state documents, snapshots and resets.

use super::{MINUTE, START, Stage};
use crate::support::{Control, Tenant, server, state_of};
use serde_json::json;
use std::time::{Duration, UNIX_EPOCH};

/// A stage with runs of every kind: failed, on demand, put, of a deleted flow.
async fn busy() -> (Stage, crate::support::Written) {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let deleted = stage.once().await;
    stage.order(json!({"flowId": flow.id, "run": 2, "outcome": "copyFailed"})).await.expect_status(201);
    stage.advance(16 * MINUTE).await;
    stage.tenant.delete(&format!("/flows/{}", deleted.id)).await.expect_status(204);
    let failed = stage.runs(&flow).await.remove(0);
    stage.retrigger(&failed).await.expect_status(200);
    stage.flow_action(&flow, "disable").await;
    stage.advance(40 * MINUTE).await;
    stage.flow_action(&flow, "enable").await;
    stage.order(json!({"flowId": flow.id, "outcome": "nothingNew"})).await.expect_status(201);
    stage.advance(10 * MINUTE).await;
    (stage, flow)
}

#[tokio::test]
async fn a_server_that_is_given_the_state_of_another_has_its_runs() {
    let (stage, flow) = busy().await;
    let runs = stage.tenant.walk("/runs").await;
    assert_eq!(runs.len(), 5);
    let document: serde_json::Value = serde_json::from_str(&stage.control.export().await).unwrap();
    let mock = server(|config| {
        config.clock = Some(UNIX_EPOCH + Duration::from_millis((START + 66 * MINUTE) as u64));
    });
    let control = Control::of(&mock);
    control.replace(&document).await.expect_status(204);
    let other = Tenant::on(&mock).of_org(&stage.tenant.ims_org);
    let same = |runs: Vec<serde_json::Value>| -> Vec<serde_json::Value> {
        // The links contain the port.
        let text = serde_json::to_string(&runs).unwrap().replace(&mock.url(), &stage.mock.url());
        serde_json::from_str(&text).unwrap()
    };
    assert_eq!(same(other.walk("/runs").await), runs);
    assert_eq!(control.export().await, stage.control.export().await);
    for control in [&control, &stage.control] {
        control.set_clock(json!({"advanceMs": 15 * MINUTE})).await;
    }
    let path = format!("/runs?property=flowId=={}", flow.id);
    assert_eq!(same(other.walk(&path).await), stage.tenant.walk(&path).await);
}

#[tokio::test]
async fn a_snapshot_restores_the_runs_and_a_reset_forgets_them() {
    let (stage, _) = busy().await;
    let runs = stage.tenant.walk("/runs").await;
    stage.control.put("/snapshots/before").await.expect_status(201);
    stage.order(json!({"flowId": runs[0]["flowId"], "run": "now"})).await.expect_status(201);
    assert_eq!(stage.tenant.walk("/runs").await.len(), runs.len() + 1);
    stage.control.post("/snapshots/before/restore").await.expect_status(204);
    assert_eq!(stage.tenant.walk("/runs").await, runs);
    stage.control.post("/reset").await.expect_status(204);
    assert!(stage.tenant.walk("/runs").await.is_empty());
}

#[tokio::test]
async fn a_seed_sets_outcomes_and_a_flow_that_was_created_long_ago_has_a_history() {
    let (stage, flow) = busy().await;
    let document: serde_json::Value = serde_json::from_str(&stage.control.export().await).unwrap();
    let mut sandbox = document["organisations"][0]["sandboxes"][0].clone();
    let id = flow.id.as_str();
    sandbox["flows"][0]["createdAt"] = json!(START - 60 * MINUTE);
    sandbox["runs"] = json!({
        "default": {"outcome": "nothingNew"},
        "flows": {(id): {"outcomes": [{"run": 3, "outcome": "copyFailed", "code": "1337"}]}},
    });
    sandbox.as_object_mut().unwrap().remove("name");
    stage.control.post("/reset").await.expect_status(204);
    let seed = state_of(&stage.tenant.ims_org, "prod", sandbox);
    stage.control.merge(&seed).await.expect_status(204);
    let mut runs = stage.runs(&flow).await;
    runs.reverse();
    let codes = |run: &serde_json::Value| run["metrics"]["recordSummary"]["failedInfo"][0]["code"].clone();
    assert_eq!(codes(&runs[2]), "1337");
    assert_eq!(runs[1]["metrics"]["recordSummary"], json!({"inputRecordCount": 0}));
}

#[tokio::test]
async fn every_mistake_in_a_document_is_reported() {
    let stage = Stage::new();
    let id = "5e7c9bd8-2c19-4a46-a8b9-f2b2ba1fca2c";
    let runs = json!({"runs": {
        "default": {"outcome": "boom"},
        "flows": {"x": {}, (id): {"timeline": {}, "book": 7, "outcomes": [{"run": 0}], "colour": 1}},
        "deleted": [{"at": -1}],
        "more": 1,
    }});
    let answer = stage.control.merge(&state_of("A@AdobeOrg", "prod", runs)).await.expect_status(400);
    let body = answer.json();
    let paths: Vec<&str> =
        body["errors"].as_array().unwrap().iter().map(|error| error["path"].as_str().unwrap()).collect();
    let at = "/organisations/0/sandboxes/0/runs";
    for path in [
        "/default/outcome".to_owned(),
        "/flows/x".to_owned(),
        format!("/flows/{id}/timeline"),
        format!("/flows/{id}/book"),
        format!("/flows/{id}/outcomes/0/run"),
        format!("/flows/{id}/colour"),
        "/deleted/0/plan".to_owned(),
        "/deleted/0/at".to_owned(),
        "/more".to_owned(),
    ] {
        assert!(paths.contains(&&*format!("{at}{path}")), "{path}: {paths:?}");
    }
}
