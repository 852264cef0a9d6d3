//! State documents and snapshots with flows.

use crate::support::{self, Control, Tenant, ats, files_flow, lake_target, state_of, table_source, with};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn an_exported_chain_is_read_again_with_its_references() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let chain = tenant.table_chain().await;
    // A PATCH has broken rules of the creation, and a draft is incomplete.
    let patch = json!([{"op": "replace", "path": "/transformations", "value": []}]);
    tenant.change("flows", &chain.flow.id, patch).await.expect_status(200);
    let unfinished = json!({"flowSpec": {"id": support::FILES_FLOW}, "scheduleParams": {"startTime": 1}});
    let unfinished = tenant.create_at("/flows?mode=draft", &unfinished).await.id;
    let before = [tenant.item("flows", &chain.flow.id).await, tenant.item("flows", &unfinished).await];
    for method in [Method::PUT, Method::POST] {
        let other = support::server(|_| {});
        let document = mock.state();
        let control = Control::of(&other);
        let answer = control.send(method, "/state", "application/json", document.to_string()).await;
        answer.expect_status(204);
        let there = Tenant::on(&other).of_org(&tenant.ims_org);
        assert_eq!(there.item("flows", &chain.flow.id).await, before[0]);
        assert_eq!(there.item("flows", &unfinished).await, before[1]);
        there.remove("sourceConnections", &chain.source).await.expect_error("FLOW-1447-400");
        there.remove("connections", &chain.base).await.expect_error("FLOW-1418-400");
    }
}

#[tokio::test]
async fn a_restored_snapshot_holds_what_it_held() {
    let mock = support::server(|_| {});
    let (tenant, control) = (Tenant::on(&mock), Control::of(&mock));
    let chain = tenant.table_chain().await;
    control.put("/snapshots/one").await.expect_status(204);
    tenant.remove("flows", &chain.flow.id).await.expect_status(204);
    tenant.remove("sourceConnections", &chain.source).await.expect_status(204);
    control.post("/snapshots/one/restore").await.expect_status(204);
    tenant.remove("sourceConnections", &chain.source).await.expect_error("FLOW-1447-400");
    control.post("/reset").await.expect_status(204);
    tenant.get(&format!("/flows/{}", chain.flow.id)).await.expect_error("FLOW-1439-404");
}

#[tokio::test]
async fn a_seeded_flow_refers_to_its_document_or_its_sandbox_and_to_nothing_else() {
    let mock = support::server(|_| {});
    let (tenant, control) = (Tenant::on(&mock), Control::of(&mock));
    let base = with(ats("base"), "/id", json!("4cb0c374-d3bb-4557-b139-5712880adc55"));
    let source = table_source("orders", "4cb0c374-d3bb-4557-b139-5712880adc55");
    let source = with(source, "/id", json!("26b53912-1005-49f0-b539-12100559f0e2"));
    let target = tenant.create_at("/targetConnections", &lake_target("live")).await.id;
    let flow = support::table_flow("orders", "26b53912-1005-49f0-b539-12100559f0e2", &target);
    let contents = json!({"connections": [base], "sourceConnections": [source], "flows": [flow]});
    control.merge(&state_of(&tenant.ims_org, "prod", contents)).await.expect_status(204);
    let items = tenant.walk("/flows").await;
    assert_eq!(items[0]["inheritedAttributes"]["targetConnections"][0]["id"], target.as_str());
    tenant.remove("targetConnections", &target).await.expect_error("FLOW-1447-400");
    let lost = files_flow("lost", "6d0f6a1e-43c4-4b52-8f7c-9f2c1a3f5e10", &target);
    let problems =
        control.merge(&state_of(&tenant.ims_org, "prod", json!({"flows": [lost]}))).await.problems(400);
    assert_eq!(problems[0].0, "/organisations/0/sandboxes/0/flows/0/sourceConnectionIds/0");
}

#[tokio::test]
async fn flows_of_two_sandboxes_are_apart() {
    let tenant = support::tenant().await;
    let chain = tenant.table_chain().await;
    let elsewhere = tenant.in_sandbox("dev");
    elsewhere.get(&format!("/flows/{}", chain.flow.id)).await.expect_error("FLOW-1439-404");
    let body = support::table_flow("x", &chain.source, &chain.target);
    elsewhere.post("/flows", &body).await.expect_error("FLOW-1439-404");
    assert_eq!(elsewhere.walk("/flows").await.len(), 0);
}
