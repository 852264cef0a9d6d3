//! Flows whose runs write batches.

use super::{Answer, Control, Tenant, ats};
use reqwest::Method;
use serde_json::{Value, json};

/// Creates a flow of a table's rows with those options, which has one run of its own, far in the future. Returns its id.
pub async fn batched_flow(tenant: &Tenant, options: Value) -> String {
    let base = tenant.create(ats("base")).await.id;
    let source = json!({
        "name": "source", "baseConnectionId": base, "data": {"format": "tabular"},
        "params": {"tableName": "Customers", "columns": [{"name": "RowKey"}, {"name": "Name"}]},
        "connectionSpec": {"id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0"},
    });
    let source = tenant.create_at("/sourceConnections", &source).await.id;
    let target = json!({
        "name": "target", "params": {"dataSetId": "5e2e5a2c1a2b3c4d5e6f7a8b"},
        "connectionSpec": {"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0"},
    });
    let target = tenant.create_at("/targetConnections", &target).await.id;
    let flow = json!({
        "name": "flow", "flowSpec": {"id": "14518937-270c-4525-bdec-c2ba7cce3860", "version": "1.0"},
        "sourceConnectionIds": [source], "targetConnectionIds": [target],
        "transformations": [{"name": "Mapping", "params": {"mappingId": "m", "mappingVersion": 0}}],
        "scheduleParams": {"startTime": 4_000_000_000_i64, "frequency": "once"}, "options": options,
    });
    tenant.create_at("/flows", &flow).await.id
}

/// Makes a run of a flow with that outcome and returns its id.
pub async fn run_now(control: &Control, flow: &str, outcome: &Value) -> String {
    let mut order = json!({"flowId": flow, "run": "now"});
    for (key, value) in outcome.as_object().expect("an object") {
        order[key] = value.clone();
    }
    let ordered: Answer = control.send(Method::POST, "/runs", "application/json", order.to_string()).await;
    ordered.expect_status(201).json()["ordered"][0]["id"].as_str().expect("an id").to_owned()
}

/// The run with that id.
pub async fn read_run(tenant: &Tenant, run: &str) -> Value {
    tenant.get(&format!("/runs/{run}")).await.expect_status(200).json()["items"][0].clone()
}

/// The id of the batch that a finished run has written.
pub fn batch_of(run: &Value) -> String {
    let id = run["activities"][1]["targetInfo"][0]["reference"]["ids"][0].as_str();
    id.unwrap_or_else(|| panic!("no batch: {run}")).to_owned()
}

/// A finished batch, some of whose rows were rejected: its id.
pub async fn batch(control: &Control, tenant: &Tenant) -> String {
    let options = json!({"errorDiagnosticsEnabled": true, "partialIngestionPercent": 5});
    let flow = batched_flow(tenant, options).await;
    let rejected = json!([{"code": "INGEST-1401-400"}, {"code": "MAPPER-3700-400", "count": 2}]);
    let outcome = json!({"rejected": rejected, "copyMs": 0, "promotionMs": 0});
    batch_of(&read_run(tenant, &run_now(control, &flow, &outcome).await).await)
}
