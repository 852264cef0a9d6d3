//! HTTP API: events that a client streams to an inlet.

use super::Story;
use crate::support::{self, Answer};
use flowmock::InletUrl;
use serde_json::{Value, json};

const HTTP_API: &str = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";

#[tokio::test]
async fn events_go_to_the_inlet_and_count_into_the_hour() {
    let story = Story::begin(|config| config.inlet_url = InletUrl::Local).await;
    let base = json!({
        "name": "events",
        "providerId": "521eee4d-8cbe-4906-bb48-fb6bd4450033",
        "connectionSpec": { "id": HTTP_API, "version": "1.0" },
        "auth": { "specName": "Streaming Connection", "params": { "sourceId": "s1", "dataType": "raw", "name": "s1" } }
    });
    let base = story.create("/connections", base).await;
    let params = story.item(&format!("/connections/{base}")).await["auth"]["params"].clone();
    let (url, inlet) = (params["inletUrl"].as_str().expect("an address"), params["inletId"].clone());
    assert!(url.starts_with(&story.mock.url()), "{url}");
    let source = json!({
        "name": "events",
        "baseConnectionId": base,
        "connectionSpec": { "id": HTTP_API, "version": "1.0" }
    });
    let source = story.create("/sourceConnections", source).await;
    let item = story.item(&format!("/sourceConnections/{source}")).await;
    assert_eq!(item["params"]["inletUrl"], json!(url));
    let (target, mapping) = story.target_and_mapping(Some("parquet_xdm")).await;
    let flow = json!({
        "name": "events",
        "flowSpec": { "id": "c1a19761-d2c7-4702-b9fa-fe91f0613e81", "version": "1.0" },
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "transformations": [{ "name": "Mapping", "params": { "mappingId": mapping, "mappingVersion": 0 } }]
    });
    let flow = story.create("/flows", flow).await;
    assert_eq!(story.statuses(&flow).await, [""; 0]);
    for number in 0..3 {
        let event = json!({ "order": number });
        let request = support::client().post(url).header("x-adobe-flow-id", &flow);
        let answer =
            Answer::to(request.header("Content-Type", "application/json").body(event.to_string())).await;
        let answer: Value = answer.expect_status(200).json();
        assert_eq!(answer["inletId"], inlet);
        assert!(answer["xactionId"].is_string() && answer["receivedTimeMs"].is_number(), "{answer}");
    }
    assert_eq!(story.statuses(&flow).await, ["inProgress"]);
    story.wait(3600).await;
    let hour = story.runs(&flow).await.remove(0);
    assert_eq!(hour["metrics"]["statusSummary"]["status"], "success");
    assert_eq!(hour["metrics"]["recordSummary"]["inputRecordCount"], 3);
    let messages = story.control.get(&format!("/inlets/{}/messages", inlet.as_str().expect("an id"))).await;
    let messages = messages.expect_status(200).json();
    assert!(messages.to_string().contains("\"order\":2"), "{messages}");
    // A run of a stream cannot be made on demand.
    let run = story.tenant.post("/runs", &json!({ "flowId": flow, "status": "active" })).await;
    run.expect_error("FLOW-1100-400").naming("1385-400");
    story
        .assert_pact_has(&[
            "createConnection answers 201",
            "createSourceConnection answers 201",
            "createTargetConnection answers 201",
            "createFlow answers 201",
        ])
        .await;
}
