//! Attempts, retries, replays and the log of notifications.

use super::{MINUTE, Stage, part_of};
use crate::support::{Reply, Tenant, Webhook};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::{Duration, Instant};

/// What became of the attempts of a notification: statuses, or `error`.
fn attempts(notification: &Value) -> Vec<String> {
    let attempts = notification["attempts"].as_array().unwrap().iter();
    attempts.map(|attempt| attempt.get("status").map_or("error".to_owned(), Value::to_string)).collect()
}

fn states(log: &[Value]) -> Vec<&str> {
    log.iter().map(|one| one["state"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_attempt_that_failed_for_now_is_repeated_and_later_notifications_wait() {
    let stage = Stage::registered(json!({})).await;
    stage.webhook.reply([500, 429, 200].map(Reply::Status));
    stage.tenant.table_chain().await;
    stage.advance(2000).await;
    let log = stage.log("").await;
    assert_eq!(states(&log), ["delivered", "delivered"]);
    assert_eq!(attempts(&log[0]), ["500", "429", "200"]);
    let posted = stage.webhook.posted();
    let numbers: Vec<_> = posted
        .iter()
        .map(|one| [one.header("x-flowmock-notification"), one.header("x-flowmock-attempt")])
        .collect();
    assert_eq!(numbers, [["1", "1"], ["1", "2"], ["1", "3"], ["2", "1"]]);
    assert!(posted[0].text == posted[2].text && posted[2].text != posted[3].text);
    assert_eq!(posted[0].header("content-type"), "application/json");
    assert!(posted[0].header("user-agent").starts_with("flowmock/"));
}

#[tokio::test]
async fn after_the_last_attempt_a_notification_has_failed_and_the_next_one_is_sent() {
    let stage = Stage::registered(json!({"attempts": 2})).await;
    stage.webhook.reply([503, 503].map(Reply::Status));
    stage.tenant.table_chain().await;
    stage.advance(2000).await;
    let log = stage.log("").await;
    assert_eq!(states(&log), ["failed", "delivered"]);
    assert_eq!(attempts(&log[0]), ["503", "503"]);
    assert_eq!(stage.log("&state=failed").await, log[..1]);
}

#[tokio::test]
async fn a_refusal_is_not_repeated_and_a_redirect_is_not_followed() {
    let stage = Stage::registered(json!({})).await;
    let elsewhere = Webhook::new().await;
    stage.webhook.reply([Reply::Status(404), Reply::Redirect(elsewhere.url.clone())]);
    stage.tenant.table_chain().await;
    stage.advance(2000).await;
    let log = stage.log("").await;
    assert_eq!(states(&log), ["failed", "failed"]);
    assert_eq!(log.iter().map(attempts).collect::<Vec<_>>(), [["404"], ["307"]]);
    assert!(elsewhere.delivered().is_empty());
}

#[tokio::test]
async fn a_webhook_that_never_answers_costs_the_time_limit_and_is_asked_again() {
    let stage = Stage::registered(json!({"timeoutMs": 100})).await;
    stage.webhook.reply([Reply::Never]);
    stage.tenant.table_chain().await;
    let log = stage.log("").await;
    assert_eq!(attempts(&log[0]), ["error", "200"]);
    assert_eq!(log[0]["attempts"][0]["error"], "nothing within 100 ms");
}

#[tokio::test]
async fn a_refused_connection_is_tried_again() {
    let stage = Stage::new().await;
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = json!({"url": format!("http://{closed}/"), "challenge": false, "retryMs": 1, "attempts": 3});
    stage.send_target(&target).await.expect_status(201);
    stage.tenant.table_chain().await;
    let log = stage.log("").await;
    assert_eq!(states(&log), ["failed"]);
    assert_eq!(attempts(&log[0]), ["error", "error", "error"]);
    assert!(log[0]["attempts"][2]["error"].as_str().unwrap().contains(&closed.to_string()), "{log:#?}");
}

#[tokio::test]
async fn a_target_that_hangs_holds_up_no_other_and_no_request() {
    let stage = Stage::registered(json!({"id": "hangs", "timeoutMs": 60_000})).await;
    stage.webhook.reply([Reply::Never]);
    let other = Webhook::new().await;
    stage.register(&other, json!({})).await;
    let began = Instant::now();
    stage.tenant.table_chain().await;
    stage.advance(2000).await;
    assert_eq!(other.wait_for(2).await.len(), 2);
    assert_eq!(stage.webhook.wait_for(1).await.len(), 1);
    assert!(began.elapsed() < Duration::from_secs(30));
    let queued = stage.control.get("/notifications?state=queued").await.expect_status(200).json();
    assert_eq!(queued["notifications"].as_array().unwrap().len(), 2);
    // Nor does it hold up the end of the server.
    let began = Instant::now();
    stage.mock.stop();
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_notification_is_sent_again_as_it_was() {
    let stage = Stage::registered(json!({})).await;
    stage.tenant.table_chain().await;
    let first = stage.log("").await.remove(0);
    stage.advance(2000).await;
    let answer =
        stage.control.post(&format!("/notifications/{}/replay", first["id"])).await.expect_status(201);
    let id = answer.json()["id"].clone();
    stage.log("").await;
    let again = stage.control.get(&format!("/notifications/{id}")).await.expect_status(200).json();
    assert_eq!((&again["replayOf"], &again["state"]), (&first["id"], &json!("delivered")));
    for key in ["payload", "eventId", "event", "runId", "time"] {
        assert_eq!(again[key], first[key], "{key}");
    }
    let posted = stage.webhook.posted();
    assert_eq!(posted[0].text, posted[2].text);
    assert_eq!(posted[2].header("x-flowmock-notification"), id.to_string());

    stage.control.delete("/notification-targets/target-1").await.expect_status(204);
    let gone = stage.control.post(&format!("/notifications/{id}/replay")).await;
    gone.refused_for(400, "target is gone");
    stage.control.post("/notifications/77/replay").await.refused_for(404, "no notification with that id");
    stage.control.get("/notifications/x").await.refused_for(404, "no notification with that id");
}

#[tokio::test]
async fn the_log_is_filtered_bounded_and_cleared_by_part() {
    let stage = Stage::with(|config| config.notification_log = 3).await;
    let other = Tenant::on(&stage.mock);
    stage.register(&stage.webhook, json!({})).await;
    let flow = stage.tenant.table_chain().await.flow;
    stage.advance(15 * MINUTE).await;
    stage.advance(2000).await;
    let log = stage.log("").await;
    assert_eq!(log.iter().map(|one| one["id"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(stage.log("&event=success").await, [log[0].clone(), log[2].clone()]);
    assert_eq!(stage.log("&sinceId=3").await, log[2..]);
    assert_eq!(stage.log("&limit=1").await, log[2..]);
    assert_eq!(stage.log(&format!("&flowId={}", flow.id)).await, log);
    assert!(stage.log("&target=x").await.is_empty());
    assert!(stage.log(&format!("&{}", part_of(&other))).await.is_empty());
    for (query, reason) in [
        ("event=end", "none of start, success, failure"),
        ("state=x", "none of queued"),
        ("limit=0", "1 or more"),
        ("sinceId=-1", "0 or more"),
        ("waitMs=x", "milliseconds"),
        ("since=1", "not a query parameter"),
        ("sandbox=prod", "without imsOrgId"),
    ] {
        stage.control.get(&format!("/notifications?{query}")).await.refused_for(400, reason);
    }
    for (part, count) in [(part_of(&other), 0), (stage.part(), 3)] {
        let answer = stage.control.delete(&format!("/notifications?{part}")).await.expect_status(200);
        assert_eq!(answer.json(), json!({"cleared": count}));
    }
    assert!(stage.log("").await.is_empty());
}

#[tokio::test]
async fn metrics_count_targets_and_notifications() {
    let stage = Stage::registered(json!({"attempts": 1})).await;
    stage.webhook.reply([Reply::Status(500)]);
    stage.tenant.table_chain().await;
    stage.advance(2000).await;
    stage.log("").await;
    let metrics = stage.control.get("/metrics").await.expect_status(200);
    let metrics = String::from_utf8(metrics.body).unwrap();
    for line in [
        "flowmock_notification_targets 1",
        "flowmock_notifications_queued 0",
        "flowmock_notifications_total{state=\"delivered\"} 1",
        "flowmock_notifications_total{state=\"failed\"} 1",
        "flowmock_notifications_total{state=\"dropped\"} 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "no {line} in\n{metrics}");
    }
}
