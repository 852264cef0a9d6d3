//! Draft flows, from `?mode=draft` to `op=publish`.

use super::assert_refused;
use crate::support::{self, ATS, ats, draft, files_flow, rename, table_flow, with};
use serde_json::json;

#[tokio::test]
async fn a_draft_needs_a_known_flow_spec_and_ids_that_exist() {
    let tenant = support::tenant().await;
    let bare = json!({"flowSpec": {"id": support::FILES_FLOW}});
    let made = tenant.create_at("/flows?mode=draft", &bare).await;
    let item = tenant.item("flows", &made.id).await;
    assert_eq!((&item["state"], &item["transformations"]), (&json!("draft"), &json!([])));
    assert_eq!(item["lastOperation"]["operation"], "draft_create");
    assert_eq!(item["flowSpec"]["version"], "1.0");
    for (body, code) in [
        (json!({}), "FLOW-1413-400"),
        (json!({"flowSpec": {"id": "x"}}), "FLOW-1413-400"),
        (with(bare.clone(), "/sourceConnectionIds", json!(["x"])), "FLOW-1439-404"),
        (with(bare.clone(), "/targetConnectionIds", json!([5])), "FLOW-1000-400"),
        (with(bare.clone(), "/state", json!("draft")), "FLOW-1410-400"),
        (with(bare, "/mode", json!("draft")), "FLOW-1100-400"),
    ] {
        tenant.post("/flows?mode=draft", &body).await.expect_error(code);
    }
    for op in ["enable", "disable"] {
        tenant.act("flows", &made.id, op).await.expect_error("FLOW-1422-400").naming("draft");
    }
    let enable = json!([{"op": "replace", "path": "/state", "value": "enabled"}]);
    tenant.change("flows", &made.id, enable).await.expect_error("FLOW-1421-400");
    tenant.remove("flows", &made.id).await.expect_status(204);
    tenant.get(&format!("/flows/{}", made.id)).await.expect_error("FLOW-1439-404");
}

#[tokio::test]
async fn publishing_checks_a_draft_as_its_creation_would_and_goes_from_the_base_to_the_flow() {
    let tenant = support::tenant().await;
    let base = tenant.create_draft(with(draft("base"), "/auth", ats("x")["auth"].clone())).await.id;
    let source = json!({
        "name": "orders", "baseConnectionId": base, "connectionSpec": {"id": ATS},
        "data": {"format": "tabular"}, "params": {"tableName": "Orders"}
    });
    let source = tenant.create_at("/sourceConnections?mode=draft", &source).await.id;
    let target = tenant.create_at("/targetConnections?mode=draft", &support::lake_target("x")).await.id;
    let whole = table_flow("orders", &source, &target);
    let bare = json!({"flowSpec": whole["flowSpec"]});
    let flow = tenant.create_at("/flows?mode=draft", &bare).await.id;
    tenant.act("flows", &flow, "publish").await.expect_error("FLOW-1000-400").at("/name");
    tenant
        .change("flows", &flow, json!([{"op": "add", "path": "/name", "value": "x"}]))
        .await
        .expect_status(200);
    assert_refused(tenant.act("flows", &flow, "publish").await, "1338-400", "/sourceConnectionIds");
    let complete = json!([
        {"op": "add", "path": "/sourceConnectionIds", "value": [source]},
        {"op": "add", "path": "/targetConnectionIds", "value": [target]},
    ]);
    tenant.change("flows", &flow, complete).await.expect_status(200);
    // Step by step, each kind after the one before.
    let publish = |collection: &'static str, id: &str| {
        let (tenant, id) = (tenant.clone(), id.to_owned());
        async move { tenant.act(collection, &id, "publish").await }
    };
    publish("flows", &flow).await.expect_error("FLOW-1422-400").at("/sourceConnectionIds");
    publish("sourceConnections", &source).await.expect_error("FLOW-1422-400").at("/baseConnectionId");
    publish("connections", &base).await.expect_status(200);
    publish("sourceConnections", &source).await.expect_status(200);
    publish("flows", &flow).await.expect_error("FLOW-1422-400").at("/targetConnectionIds");
    publish("targetConnections", &target).await.expect_status(200);
    assert_refused(publish("flows", &flow).await, "1370-400", "/transformations");
    let rest = json!([
        {"op": "add", "path": "/transformations", "value": whole["transformations"]},
        {"op": "add", "path": "/scheduleParams", "value": whole["scheduleParams"]},
    ]);
    tenant.change("flows", &flow, rest).await.expect_status(200);
    publish("flows", &flow).await.expect_status(200);
    let item = tenant.item("flows", &flow).await;
    assert_eq!((&item["state"], &item["lastOperation"]["operation"]), (&json!("enabled"), &json!("publish")));
    assert_eq!(item["inheritedAttributes"]["sourceConnections"][0]["baseConnection"]["id"], base.as_str());
}

#[tokio::test]
async fn the_schedule_of_a_draft_has_not_started() {
    let tenant = support::tenant().await;
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    let made = tenant.create_at("/flows?mode=draft", &files_flow("x", &source, &target)).await.id;
    let patch = json!([
        {"op": "replace", "path": "/scheduleParams/startTime", "value": 1_700_000_000},
        {"op": "add", "path": "/scheduleParams/backfill", "value": false},
        {"op": "replace", "path": "/scheduleParams/frequency", "value": "once"},
    ]);
    tenant.change("flows", &made, patch).await.expect_status(200);
    assert_refused(tenant.act("flows", &made, "publish").await, "1364-400", "/scheduleParams/backfill");
    tenant
        .change("flows", &made, json!([{"op": "remove", "path": "/scheduleParams"}]))
        .await
        .expect_status(200);
    tenant.change("flows", &made, rename("sales")).await.expect_status(200);
    assert_refused(tenant.act("flows", &made, "publish").await, "1317-400", "/scheduleParams");
}
