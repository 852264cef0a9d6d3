//! Inlets of streaming connections: each replica takes messages, and they count together.

use super::replicas;
use crate::api::{Api, sent};
use crate::common::answer::Answer;
use crate::replica::agreed;
use reqwest::Method;
use serde_json::{Value, json};

/// The connection spec of streaming connections.
const HTTP_API: &str = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";

/// Creates a streaming connection of raw messages; returns its id and that of its inlet.
fn stream(api: &Api) -> (String, String) {
    let params = json!({ "sourceId": "s", "dataType": "raw", "name": "s" });
    let made = api.create(
        "/connections",
        &json!({
            "name": "stream", "connectionSpec": { "id": HTTP_API, "version": "1.0" },
            "auth": { "specName": "Streaming Connection", "params": params },
        }),
    );
    let inlet = api.item(&format!("/connections/{}", made.id))["auth"]["params"]["inletId"].clone();
    (made.id, inlet.as_str().expect("an id").to_owned())
}

/// Creates a flow from a streaming connection; returns its id.
fn flow_from(api: &Api, connection: &str) -> String {
    let spec = json!({ "id": HTTP_API, "version": "1.0" });
    let source = json!({ "name": "source", "baseConnectionId": connection, "connectionSpec": spec });
    let source = api.create("/sourceConnections", &source).id;
    let target = json!({
        "name": "target", "connectionSpec": { "id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0" },
        "data": { "format": "parquet_xdm" }, "params": { "dataSetId": "5e8605d7b2f8f318aab29a1c" },
    });
    let target = api.create("/targetConnections", &target).id;
    let flow = json!({
        "name": "flow", "flowSpec": { "id": "d8a6f005-7eaf-4153-983e-e8574508b877", "version": "1.0" },
        "sourceConnectionIds": [source], "targetConnectionIds": [target],
    });
    api.create("/flows", &flow).id
}

fn send(api: &Api, inlet: &str, flow: &str, message: &Value) -> Answer {
    let path = format!("/collection/{inlet}?x-adobe-flow-id={flow}");
    sent(api.bare(Method::POST, &path).body(message.to_string()))
}

#[test]
fn an_inlet_takes_messages_on_every_replica_and_its_run_counts_all_of_them() {
    let Some([one, two, three]) = replicas("inlets", &["--clock", "2026-01-01T00:30:00Z"]) else { return };
    let (connection, inlet) = stream(&one.api);
    let flow = flow_from(&two.api, &connection);
    for (number, replica) in [&three, &one, &two, &three].into_iter().enumerate() {
        send(&replica.api, &inlet, &flow, &json!({ "orderId": number })).expect_status(200);
    }
    for replica in [&one, &two, &three] {
        let list = replica.api.get(&format!("/runs?property=flowId=={flow}")).expect_status(200);
        let summary = &list.json()["items"][0]["metrics"]["recordSummary"];
        assert_eq!(summary["inputRecordCount"], 4, "{list}");
    }
    agreed([&one, &two, &three]);
    two.api.delete(&format!("/flows/{flow}")).expect_status(204);
    let sources = one.api.get("/sourceConnections").expect_status(200).json();
    let source = sources["items"][0]["id"].as_str().expect("an id").to_owned();
    three.api.delete(&format!("/sourceConnections/{source}")).expect_status(204);
    one.api.delete(&format!("/connections/{connection}")).expect_status(204);
    assert_eq!(send(&two.api, &inlet, &flow, &json!({})).status, 404);
}
