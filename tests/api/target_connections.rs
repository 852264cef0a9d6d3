//! `/targetConnections`. Reference: "Target connections"; `flows-errors.csv`, 1320-400, 1325-400. The behaviour that all kinds
//! of entity share is tested with the crate's unit tests.

use crate::support::{
    self, ATS, Answer, DATA_LAKE, Tenant, ats, draft, lake_target, landing_zone, with, without,
};
use serde_json::{Value, json};

const AMAZON_S3: &str = "4fce964d-3f37-408f-9778-e597338a21ee";

async fn create(tenant: &Tenant, body: &Value) -> Answer {
    tenant.post("/targetConnections", body).await
}

/// A base connection of the destination Amazon S3.
async fn bucket(tenant: &Tenant) -> String {
    let params = json!({"s3AccessKey": "key", "s3SecretKey": "secret"});
    let auth = json!({"specName": "Access Key", "params": params});
    let body = json!({"name": "bucket", "connectionSpec": {"id": AMAZON_S3, "version": "1.0"}, "auth": auth});
    tenant.create(body).await.id
}

fn segments(base: &str) -> Value {
    json!({
        "name": "segments",
        "baseConnectionId": base,
        "connectionSpec": {"id": AMAZON_S3, "version": "1.0"},
        "params": {
            "mode": "Server-to-server", "bucketName": "acme", "path": "segments", "compression": "NONE", "fileType": "CSV"
        }
    })
}

#[tokio::test]
async fn a_target_in_the_data_lake_needs_a_data_set_alone() {
    let tenant = support::tenant().await;
    let schema = json!({"id": "https://ns.adobe.com/acme/schemas/1", "version": "application/vnd.adobe.xed-full+json;version=1"});
    let whole = with(lake_target("orders"), "/data", json!({"schema": schema, "format": "parquet_xdm"}));
    let answer = create(&tenant, &whole).await.expect_status(201);
    let made = answer.written();
    assert_eq!(answer.header("location"), format!("{}/targetConnections/{}", flowmock::BASE_PATH, made.id));
    let item = tenant.item("targetConnections", &made.id).await;
    assert_eq!((&item["data"], &item["params"]), (&whole["data"], &whole["params"]));
    assert!(item.get("inheritedAttributes").is_none() && item["providerRefId"].is_string(), "{item}");
    let nameless = without(lake_target("x"), "/name");
    create(&tenant, &nameless).await.expect_status(201);
    for (body, code, pointer) in [
        (without(lake_target("x"), "/params"), "1325-400", "/params/dataSetId"),
        (with(lake_target("x"), "/params/dataSetId", json!("")), "1325-400", "/params/dataSetId"),
    ] {
        create(&tenant, &body).await.expect_error("FLOW-1100-400").naming(code).at(pointer);
    }
    for (body, code, pointer) in [
        (without(lake_target("x"), "/connectionSpec"), "FLOW-1413-400", "/connectionSpec"),
        (with(lake_target("x"), "/connectionSpec/id", json!("x")), "FLOW-1413-400", "/connectionSpec/id"),
        (with(lake_target("x"), "/name", json!(5)), "FLOW-1000-400", "/name"),
    ] {
        create(&tenant, &body).await.expect_error(code).at(pointer);
    }
    // An old form has a base connection, of which no more is asked than that it exists.
    let base = tenant.create(ats("base")).await.id;
    create(&tenant, &with(lake_target("old"), "/baseConnectionId", json!(base))).await.expect_status(201);
    let lost = with(lake_target("old"), "/baseConnectionId", json!("x"));
    create(&tenant, &lost).await.expect_error("FLOW-1439-404").at("/baseConnectionId");
}

#[tokio::test]
async fn a_destination_needs_its_base_connection_unless_it_is_the_landing_zone() {
    let tenant = support::tenant().await;
    let base = bucket(&tenant).await;
    let made = create(&tenant, &segments(&base)).await.expect_status(201).written();
    let item = tenant.item("targetConnections", &made.id).await;
    assert_eq!(item["inheritedAttributes"]["baseConnection"]["id"], base.as_str());
    let refused = create(&tenant, &without(segments(&base), "/baseConnectionId")).await;
    refused.expect_error("FLOW-1100-400").naming("1320-400").at("/baseConnectionId");
    // A misprint of a page: the target connection carries the source's spec.
    let misprint = json!({"connectionSpec": {"id": ATS, "version": "1.0"}, "params": {"dataSetId": "a"}});
    create(&tenant, &misprint).await.expect_error("FLOW-1100-400").naming("1320-400");
    let other = tenant.create(ats("another spec")).await.id;
    create(&tenant, &segments(&other)).await.expect_error("FLOW-1413-400").at("/connectionSpec/id");
    let unfinished = json!({"name": "later", "connectionSpec": {"id": AMAZON_S3}});
    let unfinished = tenant.create_draft(unfinished).await.id;
    create(&tenant, &segments(&unfinished)).await.expect_error("FLOW-1422-400").at("/baseConnectionId");
    let landing = with(landing_zone("files"), "/params", json!({"path": "out", "type": "file"}));
    create(&tenant, &landing).await.expect_status(201);
    let base = tenant.create(landing_zone("base")).await.id;
    create(&tenant, &with(landing, "/baseConnectionId", json!(base))).await.expect_status(201);
}

#[tokio::test]
async fn printed_calls_of_destinations_with_stray_params_pass() {
    let tenant = support::tenant().await;
    let base = bucket(&tenant).await;
    let whole = segments(&base);
    for (pointer, value) in [
        ("/params", json!({"mode": "S3", "bucketName": "acme", "path": "x", "format": "CSV"})),
        ("/params", json!({"mode": "Server-to-server", "datasetFileType": "JSON", "compression": "NONE"})),
        ("/params/remotePath", json!("/out")),
        ("/data", json!({"schema": {"id": "1.0", "version": "1.0"}})),
    ] {
        create(&tenant, &with(whole.clone(), pointer, value)).await.expect_status(201);
    }
}

#[tokio::test]
async fn a_patch_is_not_validated_again() {
    let tenant = support::tenant().await;
    let made = create(&tenant, &segments(&bucket(&tenant).await)).await.expect_status(201).written();
    let patch = json!([
        {"op": "replace", "path": "/params", "value": {"path": "other"}},
        {"op": "add", "path": "/params/appendSegmentId", "value": true},
    ]);
    tenant.change("targetConnections", &made.id, patch).await.expect_status(200);
    let item = tenant.item("targetConnections", &made.id).await;
    assert_eq!(item["params"], json!({"path": "other", "appendSegmentId": true}));
    let fixed = json!([{"op": "replace", "path": "/connectionSpec/id", "value": DATA_LAKE}]);
    tenant.change("targetConnections", &made.id, fixed).await.expect_error("FLOW-1414-400");
}

#[tokio::test]
async fn a_draft_is_published_when_it_is_complete_and_its_base_connection_is_published() {
    let tenant = support::tenant().await;
    let unfinished = json!({"connectionSpec": {"id": DATA_LAKE}});
    let made = tenant.create_at("/targetConnections?mode=draft", &unfinished).await.id;
    let refused = tenant.act("targetConnections", &made, "publish").await;
    refused.expect_error("FLOW-1100-400").naming("1325-400");
    let base = tenant.create_draft(draft("base")).await.id;
    let complete = json!([
        {"op": "add", "path": "/params", "value": {"dataSetId": "a"}},
        {"op": "add", "path": "/baseConnectionId", "value": base},
    ]);
    tenant.change("targetConnections", &made, complete).await.expect_status(200);
    let refused = tenant.act("targetConnections", &made, "publish").await;
    refused.expect_error("FLOW-1422-400").at("/baseConnectionId");
    tenant.change("targetConnections", &made, json!([{"op": "remove", "path": "/baseConnectionId"}])).await;
    tenant.act("targetConnections", &made, "publish").await.expect_status(200);
    let item = tenant.item("targetConnections", &made).await;
    assert_eq!((&item["state"], item.get("inheritedAttributes")), (&json!("enabled"), None));
}

#[tokio::test]
async fn the_documented_filters_work() {
    let tenant = support::tenant().await;
    let base = bucket(&tenant).await;
    create(&tenant, &segments(&base)).await.expect_status(201);
    create(&tenant, &lake_target("orders")).await.expect_status(201);
    for (query, count) in [
        (format!("property=connectionSpec.id=={DATA_LAKE}"), 1),
        (format!("property=baseConnectionId=={base}"), 1),
        ("property=params.dataSetId==5f3c3cedb2805c194ff0b69a".to_owned(), 1),
        ("property=params.bucketName==acme".to_owned(), 1),
        ("property=createdAt>0".to_owned(), 2),
    ] {
        let answer = tenant.get(&format!("/targetConnections?count=true&{query}")).await.expect_status(200);
        assert_eq!(answer.json(), json!({ "count": count }), "{query}");
    }
    let page = tenant.get("/targetConnections?orderby=-name").await.expect_status(200).json();
    assert_eq!((&page["items"][0]["name"], &page["_links"]), (&json!("segments"), &json!({})));
}
