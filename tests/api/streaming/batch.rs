//! A batch of messages.

use super::{Stream, expect_inlet_error};
use crate::support::{shared, without};
use serde_json::{Value, json};

#[tokio::test]
async fn each_message_of_a_batch_is_taken_or_refused_by_itself() {
    let stream = Stream::xdm(shared()).await;
    let good = stream.xdm_message(&json!({"_id": "1"}));
    let messages = json!([good, without(good.clone(), "/body"), good]);
    let receipt = stream.send_batch("", &json!({"messages": messages})).await.expect_status(207).json();
    assert_eq!(receipt.as_object().expect("an object").len(), 4);
    assert_eq!(receipt["inletId"], *stream.inlet);
    assert!(receipt["batchId"].as_str().expect("an id").starts_with(&receipt["receivedTimeMs"].to_string()));
    let responses = receipt["responses"].as_array().expect("responses");
    assert_eq!(responses.len(), 3);
    assert_eq!(responses[1]["statusCode"], 400);
    let message = responses[1]["message"].as_str().expect("a message");
    assert!(message.starts_with(&format!("inletId: [{}] imsOrgId: [", stream.inlet)), "{message}");

    let taken = shared().inlet_messages(&stream.inlet);
    let ids: Vec<Value> = taken.iter().map(|message| message.xaction_id.clone().into()).collect();
    assert_eq!(ids, [responses[0]["xactionId"].clone(), responses[2]["xactionId"].clone()]);
    assert!(taken.iter().all(|message| message.batch_id.as_deref() == receipt["batchId"].as_str()));
    assert_eq!(stream.messages(), [good.clone(), good]);
}

#[tokio::test]
async fn a_raw_batch_takes_any_json_and_validation_applies_to_each_message() {
    let stream = Stream::raw(shared()).await;
    let body = json!({"messages": [{"a": 1}, 2, null]});
    let receipt = stream.send_batch("?x-adobe-flow-id=f", &body).await.expect_status(207);
    assert!(
        receipt.json()["responses"]
            .as_array()
            .expect("an array")
            .iter()
            .all(|one| one["xactionId"].is_string())
    );
    assert_eq!(stream.messages(), [json!({"a": 1}), json!(2), json!(null)]);
    let receipt = stream.send_batch("?syncValidation=true", &body).await.expect_status(207);
    assert_eq!(receipt.json()["responses"][2]["statusCode"], 400);
    assert_eq!(
        stream.send_batch("", &json!({"messages": []})).await.expect_status(207).json()["responses"],
        json!([])
    );
}

#[tokio::test]
async fn a_body_without_messages_is_refused_and_so_are_too_many() {
    let stream = Stream::raw(shared()).await;
    for body in [json!({}), json!([]), json!({"messages": {}}), json!(null)] {
        let answer = stream.send_batch("", &body).await;
        expect_inlet_error(answer, 400, "Invalid XDM Message Format", "array of messages");
    }
    let many = |count: usize| json!({"messages": vec![1; count]});
    stream.send_batch("", &many(10_000)).await.expect_status(207);
    expect_inlet_error(stream.send_batch("", &many(10_001)).await, 413, "Payload Too Large", "10000");
}
