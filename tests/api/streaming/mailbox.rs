//! The messages that an inlet took, for tests to read.

use super::Stream;
use crate::support::{Control, server, shared};
use serde_json::json;

#[tokio::test]
async fn the_messages_of_an_inlet_can_be_read_and_forgotten() {
    let stream = Stream::raw(shared()).await;
    let control = Control::of(shared());
    let path = format!("/inlets/{}/messages", stream.inlet);
    let empty = json!({"inletId": stream.inlet, "messages": [], "dropped": 0});
    assert_eq!(control.get(&path).await.expect_status(200).json(), empty);
    let receipt = stream.send_to("?x-adobe-flow-id=f", &json!({"n": 1})).await.expect_status(200).json();
    stream.send(&json!({"n": 2})).await.expect_status(200);
    let list = control.get(&path).await.expect_status(200).json();
    let first = json!({
        "xactionId": receipt["xactionId"], "receivedTimeMs": receipt["receivedTimeMs"], "flowId": "f", "message": {"n": 1},
    });
    assert_eq!(list["messages"][0], first);
    assert_eq!(list["messages"][1]["message"], json!({"n": 2}));
    assert_eq!(control.delete(&path).await.expect_status(200).json(), json!({"cleared": 2}));
    assert_eq!(control.delete(&path).await.expect_status(200).json(), json!({"cleared": 0}));
    assert_eq!(control.get(&path).await.expect_status(200).json(), empty);
    stream.send(&json!(3)).await.expect_status(200);
    assert_eq!(shared().clear_inlet_messages(&stream.inlet), 1);
}

#[tokio::test]
async fn a_misspelt_inlet_and_an_unknown_parameter_are_refused() {
    let control = Control::of(shared());
    control.get("/inlets/nowhere/messages").await.refused_for(404, "inletId");
    control.delete("/inlets/nowhere/messages").await.refused_for(404, "inletId");
    let stream = Stream::raw(shared()).await;
    control.get(&format!("/inlets/{}/messages?limit=1", stream.inlet)).await.refused_for(400, "limit");
}

#[tokio::test]
async fn the_newest_messages_are_kept_within_the_bounds() {
    let mock = server(|config| config.inlet_messages = 2);
    let stream = Stream::raw(&mock).await;
    for number in 1..=3 {
        stream.send(&json!(number)).await.expect_status(200);
    }
    let list = Control::of(&mock).get(&format!("/inlets/{}/messages", stream.inlet)).await.json();
    assert_eq!(list["dropped"], 1);
    assert_eq!(stream.messages(), [json!(2), json!(3)]);

    let mock = server(|config| config.inlet_max_bytes = 10_000);
    let (one, two) = (Stream::raw(&mock).await, Stream::raw(&mock).await);
    one.send(&json!("x".repeat(5000))).await.expect_status(200);
    two.send(&json!("y".repeat(5000))).await.expect_status(200);
    assert_eq!((one.messages().len(), two.messages().len()), (0, 1));
    two.send(&json!("z".repeat(20_000))).await.expect_status(200);
    assert!(two.messages().is_empty());

    let mock = server(|config| config.inlet_messages = 0);
    let stream = Stream::raw(&mock).await;
    stream.send(&json!(1)).await.expect_status(200);
    assert!(stream.messages().is_empty());
}
