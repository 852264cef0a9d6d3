//! Messages count into the hourly runs of the flow that they name.

use super::{Stream, expect_inlet_error};
use crate::support::{Control, Tenant, server, shared, with};
use serde_json::{Value, json};

/// The flow spec of streams without a mapping.
const STREAM: &str = "d8a6f005-7eaf-4153-983e-e8574508b877";
const DATA_LAKE: &str = "c604ff05-7f1a-43c0-8e18-33bf874cb11c";

/// Creates an enabled flow from the stream's connection to the data lake; returns its id.
async fn flow_of(stream: &Stream<'_>) -> String {
    let tenant = &stream.tenant;
    let spec = tenant.read(&stream.connection.id).await["connectionSpec"].clone();
    let source = json!({"name": "source", "baseConnectionId": stream.connection.id, "connectionSpec": spec});
    let source = tenant.create_at("/sourceConnections", &source).await.id;
    let target = json!({
        "name": "target", "connectionSpec": {"id": DATA_LAKE, "version": "1.0"}, "data": {"format": "parquet_xdm"},
        "params": {"dataSetId": "5e8605d7b2f8f318aab29a1c"},
    });
    let target = tenant.create_at("/targetConnections", &target).await.id;
    let flow = json!({
        "name": "flow", "flowSpec": {"id": STREAM, "version": "1.0"},
        "sourceConnectionIds": [source], "targetConnectionIds": [target],
    });
    tenant.create_at("/flows", &flow).await.id
}

/// The runs of a flow, newest first.
async fn runs_of(tenant: &Tenant, flow: &str) -> Vec<Value> {
    let answer = tenant.get(&format!("/runs?property=flowId=={flow}")).await.expect_status(200);
    answer.json()["items"].as_array().expect("items").clone()
}

/// The numbers of read, written and refused records of a run.
fn counts(run: &Value) -> [u64; 3] {
    let summary = &run["metrics"]["recordSummary"];
    ["inputRecordCount", "outputRecordCount", "failedRecordCount"]
        .map(|key| summary[key].as_u64().unwrap_or_else(|| panic!("no {key} in {run}")))
}

fn status(run: &Value) -> &Value {
    &run["metrics"]["statusSummary"]["status"]
}

#[tokio::test]
async fn each_clock_hour_in_which_messages_arrive_is_a_run_of_the_flow() {
    let mock = server(|config| config.deterministic = Some(1));
    let control = Control::of(&mock);
    let stream = Stream::raw(&mock).await;
    let flow = flow_of(&stream).await;
    assert!(runs_of(&stream.tenant, &flow).await.is_empty());
    let query = format!("?x-adobe-flow-id={flow}");
    stream.send_to(&query, &json!({"orderId": 1})).await.expect_status(200);
    stream
        .send_batch(&query, &json!({"messages": [{"orderId": 2}, {"orderId": 3}]}))
        .await
        .expect_status(207);
    let runs = runs_of(&stream.tenant, &flow).await;
    assert_eq!((runs.len(), counts(&runs[0]), status(&runs[0])), (1, [3, 3, 0], &json!("inProgress")));
    assert_eq!(runs[0]["metrics"]["sizeSummary"]["inputBytes"], 3 * 13);

    control.set_clock(json!({"advanceMs": 3_600_000})).await;
    assert_eq!(status(&runs_of(&stream.tenant, &flow).await[0]), "success");
    stream.send_to(&query, &json!({"orderId": 4})).await.expect_status(200);
    let runs = runs_of(&stream.tenant, &flow).await;
    assert_eq!(runs.iter().map(counts).collect::<Vec<_>>(), [[1, 1, 0], [3, 3, 0]]);
    // A snapshot has the hours, and a reset forgets them.
    control.put("/snapshots/two-hours").await.expect_status(204);
    let reset = format!("/reset?imsOrgId={}&sandbox=prod", stream.tenant.ims_org);
    control.post(&reset).await.expect_status(204);
    assert!(runs_of(&stream.tenant, &flow).await.is_empty());
    control.post("/snapshots/two-hours/restore").await.expect_status(204);
    assert_eq!(runs_of(&stream.tenant, &flow).await.len(), 2);
}

#[tokio::test]
async fn refused_messages_count_as_failed_records() {
    let stream = Stream::xdm(shared()).await;
    let flow = flow_of(&stream).await;
    let message = with(stream.xdm_message(&json!({"_id": "1"})), "/header/flowId", json!(flow));
    stream.send(&message).await.expect_status(200);
    stream.send(&with(message.clone(), "/body", json!(null))).await.expect_status(400);
    let messages = json!([message, with(message.clone(), "/header/imsOrgId", json!("OTHER@AdobeOrg"))]);
    stream.send_batch("", &json!({"messages": messages})).await.expect_status(207);
    let runs = runs_of(&stream.tenant, &flow).await;
    let total =
        runs.iter().map(counts).fold([0; 3], |sum, run| [0, 1, 2].map(|index| sum[index] + run[index]));
    assert_eq!(total, [4, 2, 2], "{runs:?}"); // the test may run across a full hour
}

#[tokio::test]
async fn a_message_for_a_flow_that_takes_nothing_from_the_inlet_counts_for_none() {
    let (stream, other) = (Stream::raw(shared()).await, Stream::raw(shared()).await);
    let (flow, others) = (flow_of(&stream).await, flow_of(&other).await);
    let tenant = &stream.tenant;
    tenant.post(&format!("/flows/{flow}/action?op=disable"), &json!({})).await.expect_status(200);
    for named in [&*flow, &others, "nonsense", "00000000-0000-4000-8000-000000000000"] {
        let query = format!("?x-adobe-flow-id={named}");
        stream.send_to(&query, &json!({})).await.expect_status(200);
        let answer = stream.send_to(&format!("{query}&syncValidation=true"), &json!({})).await;
        expect_inlet_error(answer, 400, "Invalid XDM Message Format", named);
    }
    assert_eq!(stream.messages().len(), 4);
    assert!(runs_of(tenant, &flow).await.is_empty());
    assert!(runs_of(&other.tenant, &others).await.is_empty());
    tenant.post(&format!("/flows/{flow}/action?op=enable"), &json!({})).await.expect_status(200);
    let query = format!("?syncValidation=true&x-adobe-flow-id={flow}");
    stream.send_to(&query, &json!({})).await.expect_status(200);
    assert_eq!(runs_of(tenant, &flow).await.len(), 1);
}
