//! Runs: orders for them, runs on demand, and their ends.

use super::replicas;
use crate::api::Api;
use crate::replica::agreed;
use reqwest::Method;
use serde_json::{Value, json};

/// 2026-01-01T00:00:00Z, in milliseconds.
const START: i64 = 1_767_225_600_000;

/// Creates a flow that runs every 15 minutes from the start on; returns its id.
fn flow(api: &Api) -> String {
    let source = json!({
        "name": "source", "connectionSpec": { "id": "26f526f2-58f4-4712-961d-e41bf1ccc0e8", "version": "1.0" },
        "data": { "format": "delimited" }, "params": { "path": "dlz-user-container/orders.csv", "type": "file" },
    });
    let target = json!({
        "name": "target", "connectionSpec": { "id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0" },
        "params": { "dataSetId": "5f3c3cedb2805c194ff0b69a" },
    });
    let (source, target) =
        (api.create("/sourceConnections", &source).id, api.create("/targetConnections", &target).id);
    let flow = json!({
        "name": "flow", "flowSpec": { "id": "9753525b-82c7-4dce-8a9b-5ccfce2b9876", "version": "1.0" },
        "sourceConnectionIds": [source], "targetConnectionIds": [target],
        "scheduleParams": { "startTime": START / 1000, "frequency": "minute", "interval": 15 },
    });
    api.create("/flows", &flow).id
}

/// The statuses of the runs of a flow, oldest first.
fn statuses(api: &Api, flow: &str) -> Vec<String> {
    let list = api.get(&format!("/runs?property=flowId=={flow}&orderby=createdAt")).expect_status(200).json();
    let items = list["items"].as_array().expect("items");
    items
        .iter()
        .map(|run| run["metrics"]["statusSummary"]["status"].as_str().expect("a status").into())
        .collect()
}

#[test]
fn an_order_for_a_run_holds_for_every_replica() {
    let Some([one, two, three]) = replicas("orders", &["--clock", "2026-01-01T00:00:00Z"]) else { return };
    let flow = flow(&one.api);
    let order = json!({ "flowId": flow, "run": 3, "outcome": "copyFailed", "code": "1337" });
    two.api.control_with(Method::POST, "/runs", &order).expect_status(201);
    let ordered = |api: &Api| api.control(Method::GET, "/runs").expect_status(200).body;
    assert!(String::from_utf8_lossy(&ordered(&one.api)).contains("1337"));
    assert_eq!(ordered(&one.api), ordered(&three.api));
    three.api.control_with(Method::PUT, "/clock", &json!({ "advanceMs": 50 * 60_000 })).expect_status(200);
    for replica in [&one, &two, &three] {
        assert_eq!(statuses(&replica.api, &flow), ["success", "success", "failed", "success"]);
    }
    agreed([&one, &two, &three]);
}

#[test]
fn a_run_that_one_replica_made_can_be_read_and_ended_on_another() {
    let Some([one, two, three]) = replicas("runs", &["--clock", "2026-01-01T00:00:00Z"]) else { return };
    let flow = flow(&one.api);
    one.api.control_with(Method::PUT, "/clock", &json!({ "advanceMs": 60_000 })).expect_status(200);
    let order = json!({ "flowId": flow, "run": "now", "stuck": true });
    let made = two.api.control_with(Method::POST, "/runs", &order).expect_status(201).json();
    let id = made["ordered"][0]["id"].as_str().expect("an id").to_owned();
    let status = |api: &Api| -> Value {
        api.item(&format!("/runs/{id}"))["metrics"]["statusSummary"]["status"].clone()
    };
    assert_eq!(status(&three.api), "inProgress");
    let end = json!({ "end": "fail", "outcome": "copyFailed", "code": "2200" });
    three.api.control_with(Method::POST, &format!("/runs/{id}"), &end).expect_status(204);
    assert_eq!(status(&one.api), "failed");
    assert_eq!(status(&two.api), "failed");
    agreed([&one, &two, &three]);
}
