//! Webhooks in state documents, snapshots and resets, and the library's methods.

use super::{MINUTE, Stage, events};
use crate::support::{Reply, state_of};
use serde_json::{Value, json};
use std::time::Duration;

fn targets(state: &Value) -> &Value {
    &state["organisations"][0]["sandboxes"][0]["notificationTargets"]
}

#[tokio::test]
async fn targets_are_part_of_the_state_and_an_import_sends_nothing_of_the_past() {
    let stage = Stage::registered(json!({"headers": {"x-secret": "s3cret"}})).await;
    stage.tenant.table_chain().await;
    stage.advance(15 * MINUTE).await;
    assert_eq!(stage.log("").await.len(), 3);
    let state: Value = serde_json::from_str(&stage.control.export().await).unwrap();
    assert_eq!(targets(&state)[0]["headers"]["x-secret"], "s3cret");
    stage.control.post("/reset").await.expect_status(204);
    stage.control.set_clock(json!({"advanceMs": 15 * MINUTE})).await;
    for replaces in [false, true] {
        let answer =
            if replaces { stage.control.replace(&state).await } else { stage.control.merge(&state).await };
        answer.expect_status(204);
        assert_eq!(stage.log("").await, Vec::<Value>::new());
        let again: Value = serde_json::from_str(&stage.control.export().await).unwrap();
        assert_eq!(targets(&again), targets(&state));
    }
    stage.advance(2000).await;
    let log = stage.log("").await;
    assert_eq!(events(&log), [("success".to_owned(), 15)]);
    assert_eq!(stage.webhook.posted().last().unwrap().header("x-secret"), "s3cret");
}

#[tokio::test]
async fn a_seed_registers_targets_without_a_challenge_and_its_mistakes_are_refused() {
    let stage = Stage::new().await;
    let seed =
        |contents: Value| state_of(&stage.tenant.ims_org, "prod", json!({"notificationTargets": contents}));
    let wrong = json!([{"url": "http://127.0.0.1/", "evnts": []}, {"id": "a", "url": "x"}]);
    let answer = stage.control.merge(&seed(wrong)).await;
    let paths: Vec<String> = answer.problems(400).into_iter().map(|(path, _)| path).collect();
    let at = "/organisations/0/sandboxes/0/notificationTargets";
    assert_eq!(paths, [format!("{at}/0/evnts"), format!("{at}/1/url")]);
    let twice = json!([{"id": "a", "url": stage.webhook.url}, {"id": "a", "url": stage.webhook.url}]);
    stage.control.merge(&seed(twice)).await.refused_for(400, "further up");
    let one = json!({"url": stage.webhook.url});
    stage.control.merge(&seed(json!(vec![one.clone(); 15]))).await.expect_status(204);
    stage.control.merge(&seed(json!(vec![one.clone(); 6]))).await.refused_for(400, "at most 20");
    stage
        .control
        .merge(&seed(json!([{"id": "target-2", "url": stage.webhook.url, "attempts": 7}])))
        .await
        .expect_status(204);
    let list = stage.control.get("/notification-targets").await.json();
    let attempts: Vec<&Value> =
        list["targets"].as_array().unwrap().iter().map(|one| &one["attempts"]).collect();
    assert_eq!((attempts.len(), attempts[14]), (15, &json!(7)));
    assert!(stage.webhook.delivered().is_empty());
    stage.tenant.files_flow().await;
    assert_eq!(stage.webhook.wait_for(15).await.len(), 15);
}

#[tokio::test]
async fn a_reset_stops_what_is_on_its_way_and_forgets_targets_and_log() {
    let stage = Stage::registered(json!({"timeoutMs": 60_000})).await;
    stage.webhook.reply([Reply::Never]);
    stage.tenant.table_chain().await;
    stage.advance(2000).await;
    stage.webhook.wait_for(1).await;
    stage.control.post("/reset").await.expect_status(204);
    assert!(stage.log("").await.is_empty());
    assert_eq!(stage.control.get("/notification-targets").await.json(), json!({"targets": []}));
    stage.tenant.table_chain().await;
    stage.advance(MINUTE).await;
    assert!(stage.log("").await.is_empty());
    assert_eq!(stage.webhook.posted().len(), 1);
}

#[tokio::test]
async fn a_snapshot_brings_its_targets_back_and_what_comes_then_is_told() {
    let stage = Stage::registered(json!({"events": ["start"]})).await;
    stage.tenant.table_chain().await;
    stage.log("").await;
    stage.control.put("/snapshots/one").await.expect_status(204);
    stage.control.delete("/notification-targets/target-1").await.expect_status(204);
    stage.advance(15 * MINUTE).await;
    stage.control.post("/snapshots/one/restore").await.expect_status(204);
    stage.advance(15 * MINUTE).await;
    let expected = [("start".to_owned(), 0), ("start".to_owned(), 30)];
    assert_eq!(events(&stage.log("").await), expected);
}

#[tokio::test]
async fn the_library_registers_reads_replays_and_removes() {
    let stage = Stage::new().await;
    let (mock, org) = (&stage.mock, &*stage.tenant.ims_org);
    let target = json!({"url": stage.webhook.url, "events": ["start", "failure"]});
    assert_eq!(mock.add_notification_target(org, "prod", &target).unwrap(), "target-1");
    let wrong = mock.add_notification_target(org, "prod", &json!({"url": "http://10.0.0.1/"})).unwrap_err();
    assert!(wrong.problems()[0].path == "/url", "{wrong}");
    let flow = stage.tenant.table_chain().await.flow;
    mock.order_runs(&json!({"flowId": flow.id, "run": 2, "outcome": "copyFailed"})).unwrap();
    mock.advance(Duration::from_secs(16 * 60)).unwrap();
    let posted = stage.webhook.wait_for(3).await;
    let notifications = mock.notifications();
    let told: Vec<_> = notifications.iter().map(|one| (&*one.event, &*one.flow_id)).collect();
    assert_eq!(told, [("failure", &*flow.id), ("start", &*flow.id), ("start", &*flow.id)]);
    assert_eq!((notifications[0].json(), notifications[0].text()), (posted[2].json(), &*posted[2].text));
    assert_eq!(mock.replay_notification(notifications[0].id).unwrap(), 4);
    assert_eq!(stage.webhook.wait_for(4).await[3].text, posted[2].text);
    assert!(mock.replay_notification(99).is_err());
    assert_eq!((mock.clear_notifications(), mock.notifications().len()), (4, 0));
    mock.remove_notification_target(org, "prod", "target-1").unwrap();
    assert!(mock.remove_notification_target(org, "prod", "target-1").is_err());
    assert!(!format!("{mock:?}").contains(&stage.webhook.url));
}
