//! PATCHes and actions of flows.

use super::{assert_refused, create};
use crate::support::{self, Tenant, ats, file_source, files_flow, rename, table_source, with};
use serde_json::{Value, json};

fn set(path: &str, value: Value) -> Value {
    json!([{"op": "replace", "path": path, "value": value}])
}

/// A flow of files that starts in the year 2100, or in the past.
async fn flow(tenant: &Tenant, has_started: bool) -> String {
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    let start = if has_started { 1_612_310_466_u64 } else { 4_102_444_800 };
    let body = with(files_flow("orders", &source, &target), "/scheduleParams/startTime", json!(start));
    create(tenant, &body).await.expect_status(201).written().id
}

#[tokio::test]
async fn the_free_parts_of_a_flow_can_be_patched_and_the_operation_is_repeated() {
    let tenant = support::tenant().await;
    let id = flow(&tenant, true).await;
    let patch = json!([
        {"op": "Replace", "path": "/name", "value": "sales"},
        {"op": "add", "path": "/description", "value": "of the shop"},
        {"op": "add", "path": "/labels", "value": ["C1"]},
        {"op": "Add", "path": "/policy", "value": {"enforcementRefs": ["/dulepolicy/marketingActions/core/x"]}},
        {"op": "add", "path": "/options", "value": {"errorDiagnosticsEnabled": true}},
        {"op": "add", "path": "/options/partialIngestionPercent", "value": 5},
        {"op": "add", "path": "/transformations/-", "value": {"name": "Mapping", "params": {"mappingId": "a"}}},
        {"op": "replace", "path": "/transformations/0", "value": {"name": "Mapping", "params": {"mappingId": "b"}}},
        {"op": "replace", "path": "/state", "value": "disabled"},
    ]);
    let made = tenant.change("flows", &id, patch.clone()).await.expect_status(200).written();
    let item = tenant.item("flows", &id).await;
    assert_eq!(
        (&item["name"], &item["state"], &item["etag"]),
        (&json!("sales"), &json!("disabled"), &json!(made.etag))
    );
    assert_eq!(item["options"], json!({"errorDiagnosticsEnabled": true, "partialIngestionPercent": 5}));
    assert_eq!(item["transformations"], json!([{"name": "Mapping", "params": {"mappingId": "b"}}]));
    let operation = &item["lastOperation"];
    assert_eq!((&operation["operation"], &operation["percentCompleted"]), (&json!("update"), &json!(100.0)));
    assert_eq!(operation["status"], json!({"value": "completed", "errors": []}));
    let ops = operation["ops"].as_array().expect("operations");
    assert_eq!(ops.len(), patch.as_array().expect("operations").len());
    assert_eq!(ops[0], json!({"op": "replace", "path": "/name", "value": "sales"}));
    // The rules of a creation do not run again.
    let none = json!({"op": "replace", "path": "/transformations", "value": []});
    tenant.change("flows", &id, none).await.expect_status(200);
}

#[tokio::test]
async fn the_provider_refuses_a_patch_of_any_other_path() {
    let tenant = support::tenant().await;
    let id = flow(&tenant, true).await;
    for path in
        ["/id", "/flowSpec", "/flowSpec/id", "/runs", "/inheritedAttributes", "/createdAt", "/etag", "/mine"]
    {
        let answer = tenant.change("flows", &id, json!([{"op": "add", "path": path, "value": "x"}])).await;
        assert_refused(answer, "1365-400", "/0/path");
    }
    for (patch, code) in [
        (set("/nowhere/at/all", json!(1)), "FLOW-1100-400"),
        (set("/description", json!("x")), "FLOW-1455-400"),
        (set("/name", json!(5)), "FLOW-1000-400"),
        (set("/state", json!("draft")), "FLOW-1456-400"),
        (set("/state", json!("paused")), "FLOW-1456-400"),
        (json!([{"op": "add", "path": "/policy", "value": {"fields": []}}]), "FLOW-1431-400"),
        (json!([{"op": "add", "path": "/transformations/-", "value": {}}]), "FLOW-1100-400"),
        (json!([]), "FLOW-1000-400"),
    ] {
        let answer = tenant.change("flows", &id, patch.clone()).await;
        assert_eq!(answer.status, 400, "{patch} {answer}");
        if patch != json!([]) {
            answer.expect_error(code);
        }
    }
}

#[tokio::test]
async fn a_schedule_that_has_started_keeps_its_start_its_backfill_and_its_recurrence() {
    let tenant = support::tenant().await;
    for id in [flow(&tenant, true).await, {
        let id = flow(&tenant, true).await;
        tenant.act("flows", &id, "disable").await.expect_status(200);
        id
    }] {
        let refused = |patch: Value| {
            let (tenant, id) = (tenant.clone(), id.clone());
            async move { tenant.change("flows", &id, patch).await }
        };
        let later = 4_102_444_800_u64;
        let start = "/scheduleParams/startTime";
        assert_refused(refused(set(start, json!(later))).await, "1366-400", start);
        assert_refused(refused(set("/scheduleParams", json!({"startTime": later}))).await, "1366-400", start);
        let once = refused(set("/scheduleParams/frequency", json!("once"))).await;
        assert_refused(once, "1403-400", "/scheduleParams/frequency");
        let backfill = json!([{"op": "add", "path": "/scheduleParams/backfill", "value": false}]);
        assert_refused(refused(backfill).await, "1404-400", "/scheduleParams/backfill");
        let none = refused(json!([{"op": "remove", "path": "/scheduleParams"}])).await;
        assert_refused(none, "1317-400", "/scheduleParams");
        for op in ["replace", "add"] {
            let null = json!([{"op": op, "path": "/scheduleParams", "value": null}]);
            assert_refused(refused(null).await, "1317-400", "/scheduleParams");
        }
        let wrong = refused(set("/scheduleParams/frequency", json!("month"))).await;
        assert_refused(wrong, "1397-400", "/scheduleParams/frequency");
        // The value that it has is no change, and the rest may change.
        let same = json!({"startTime": 1_612_310_466_u64, "frequency": "day"});
        refused(set("/scheduleParams", same)).await.expect_status(200);
        refused(set("/scheduleParams/interval", json!("3"))).await.expect_status(200);
        let schedule = tenant.item("flows", &id).await["scheduleParams"].clone();
        assert_eq!(schedule, json!({"startTime": 1_612_310_466_u64, "frequency": "day", "interval": "3"}));
    }
}

#[tokio::test]
async fn a_schedule_that_has_not_started_can_change_but_must_fit_together() {
    let tenant = support::tenant().await;
    let id = flow(&tenant, false).await;
    let change = |patch: Value| {
        let (tenant, id) = (tenant.clone(), id.clone());
        async move { tenant.change("flows", &id, patch).await }
    };
    let add = |path: &str, value: Value| json!([{"op": "add", "path": path, "value": value}]);
    change(add("/scheduleParams/startTime", json!(4_102_444_801_u64))).await.expect_status(200);
    change(add("/scheduleParams/backfill", json!("true"))).await.expect_status(200);
    let once = change(set("/scheduleParams/frequency", json!("once"))).await;
    assert_refused(once, "1364-400", "/scheduleParams/backfill");
    let both = json!([
        {"op": "replace", "path": "/scheduleParams/frequency", "value": "once"},
        {"op": "remove", "path": "/scheduleParams/backfill"},
    ]);
    change(both).await.expect_status(200);
    let schedule = tenant.item("flows", &id).await["scheduleParams"].clone();
    assert_eq!(schedule["interval"], 1, "a left-over interval is fine");
    // A start time in the past is fine unless the server is strict.
    change(add("/scheduleParams/startTime", json!(1))).await.expect_status(200);
    let wrong = change(add("/scheduleParams/startTime", json!("soon"))).await;
    assert_refused(wrong, "1366-400", "/scheduleParams/startTime");
}

#[tokio::test]
async fn a_strict_server_refuses_patches_to_a_start_in_the_past_and_to_short_intervals() {
    let mock = support::server(|config| config.strict = true);
    let tenant = Tenant::on(&mock);
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    let schedule = json!({"startTime": 4_102_444_800_u64, "frequency": "minute", "interval": 15});
    let body = with(files_flow("x", &source, &target), "/scheduleParams", schedule);
    let id = create(&tenant, &body).await.expect_status(201).written().id;
    for (key, value, code) in [
        ("startTime", json!(1), "1360-400"),
        ("interval", json!(5), "1362-400"),
        ("interval", json!("x"), "1363-400"),
    ] {
        let path = format!("/scheduleParams/{key}");
        assert_refused(tenant.change("flows", &id, set(&path, value)).await, code, &path);
    }
}

#[tokio::test]
async fn new_connections_are_checked_as_at_the_creation_and_inherited() {
    let tenant = support::tenant().await;
    let id = flow(&tenant, true).await;
    let before = tenant.item("flows", &id).await;
    let base = tenant.create(ats("base")).await.id;
    let table = tenant.create_at("/sourceConnections", &table_source("x", &base)).await.id;
    let unfinished = tenant.create_at("/sourceConnections?mode=draft", &file_source("x")).await.id;
    let sources = "/sourceConnectionIds";
    let change = |value: Value| {
        let (tenant, id) = (tenant.clone(), id.clone());
        async move { tenant.change("flows", &id, set(sources, value)).await }
    };
    assert_refused(change(json!([])).await, "1320-400", sources);
    assert_refused(change(json!(["a", "b"])).await, "1321-400", sources);
    change(json!(["nobody"])).await.expect_error("FLOW-1439-404").at("/sourceConnectionIds/0");
    change(json!([table])).await.expect_error("FLOW-1413-400").at(sources);
    change(json!([unfinished])).await.expect_error("FLOW-1422-400").at(sources);
    let gone = tenant.change("flows", &id, json!([{"op": "remove", "path": sources}])).await;
    assert_refused(gone, "1338-400", sources);
    assert_eq!(tenant.item("flows", &id).await, before);
    let next = tenant.file_source().await;
    change(json!([next])).await.expect_status(200);
    let item = tenant.item("flows", &id).await;
    assert_eq!(item["inheritedAttributes"]["sourceConnections"][0]["id"], next.as_str());
    // The old one is free, the new one is not.
    let old = before["sourceConnectionIds"][0].as_str().expect("an id");
    tenant.remove("sourceConnections", old).await.expect_status(204);
    tenant.remove("sourceConnections", &next).await.expect_error("FLOW-1447-400");
}

#[tokio::test]
async fn edits_of_a_connection_do_not_reach_its_flows() {
    let tenant = support::tenant().await;
    let chain = tenant.table_chain().await;
    let before = tenant.item("flows", &chain.flow.id).await["inheritedAttributes"].clone();
    let other = tenant.create(ats("other")).await.id;
    let patch = json!([{"op": "replace", "path": "/baseConnectionId", "value": other}]);
    tenant.change("sourceConnections", &chain.source, patch).await.expect_status(200);
    tenant.change("flows", &chain.flow.id, rename("sales")).await.expect_status(200);
    assert_eq!(tenant.item("flows", &chain.flow.id).await["inheritedAttributes"], before);
    tenant.remove("connections", &chain.base).await.expect_error("FLOW-1418-400");
    tenant.remove("connections", &other).await.expect_status(204);
}

#[tokio::test]
async fn enable_and_disable_change_the_state_and_always_the_etag() {
    let tenant = support::tenant().await;
    let id = flow(&tenant, true).await;
    let mut etag = tenant.item("flows", &id).await["etag"].clone();
    for (op, state) in
        [("enable", "enabled"), ("DISABLE", "disabled"), ("disable", "disabled"), ("Enable", "enabled")]
    {
        let done = tenant.act("flows", &id, op).await.expect_status(200).written();
        let item = tenant.item("flows", &id).await;
        assert_eq!((&item["state"], &item["etag"]), (&json!(state), &json!(done.etag)));
        assert_ne!(item["etag"], etag);
        assert_eq!(item["lastOperation"]["operation"], op.to_lowercase());
        etag = item["etag"].clone();
    }
    tenant.act("flows", &id, "publish").await.expect_error("FLOW-1422-400").naming("enabled");
    tenant.act("flows", &id, "finalize").await.expect_error("FLOW-1402-400");
    tenant.act("flows", &id, "finalize_update").await.expect_error("FLOW-1402-400");
    tenant.act("flows", &id, "pause").await.expect_error("FLOW-1434-400");
}

#[tokio::test]
async fn a_schedule_that_has_started_takes_its_own_values_in_any_form() {
    let tenant = support::tenant().await;
    let id = flow(&tenant, true).await;
    let same = json!({
        "startTime": "1612310466000", "frequency": "HOUR", "interval": "1", "backfill": true,
    });
    tenant.change("flows", &id, set("/scheduleParams", same.clone())).await.expect_status(200);
    assert_eq!(tenant.item("flows", &id).await["scheduleParams"], same);
    for (path, value) in
        [("startTime", json!(1_612_310_466)), ("backfill", json!("true")), ("interval", json!(1.0))]
    {
        let patch = set(&format!("/scheduleParams/{path}"), value);
        tenant.change("flows", &id, patch).await.expect_status(200);
    }
    let without = json!([{"op": "remove", "path": "/scheduleParams/backfill"}]);
    tenant.change("flows", &id, without).await.expect_status(200);
    let other = set("/scheduleParams/startTime", json!("1612310467"));
    assert_refused(tenant.change("flows", &id, other).await, "1366-400", "/scheduleParams/startTime");
}

#[tokio::test]
async fn options_are_checked_when_a_patch_sets_them() {
    let tenant = support::tenant().await;
    let id = flow(&tenant, true).await;
    let add = |path: &str, value: Value| json!([{"op": "add", "path": path, "value": value}]);
    tenant
        .change("flows", &id, add("/options", json!({"partialIngestionPercent": "7.5"})))
        .await
        .expect_status(200);
    for (path, value, key) in [
        ("/options/partialIngestionPercent", json!(0), "partialIngestionPercent"),
        ("/options", json!({"partialIngestionPercent": 101}), "partialIngestionPercent"),
        ("/options/errorDiagnosticsEnabled", json!("x"), "errorDiagnosticsEnabled"),
    ] {
        let refused = tenant.change("flows", &id, add(path, value)).await.expect_error("FLOW-1000-400");
        refused.at(&format!("/options/{key}"));
    }
    let gone = add("/options/partialIngestionPercent", json!(null));
    tenant.change("flows", &id, gone).await.expect_status(200);
    let item = tenant.item("flows", &id).await;
    assert_eq!(item["options"], json!({}));
    // No answer has a null.
    let ops = json!([{"op": "add", "path": "/options/partialIngestionPercent"}]);
    assert_eq!(item["lastOperation"]["ops"], ops);
}
