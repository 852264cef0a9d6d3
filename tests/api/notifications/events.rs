//! Which events are sent: once each, in their order, from the registration on.

use super::{MINUTE, START, Stage, events};
use crate::support::{Answer, Webhook};
use flowmock::Config;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn named(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(event, minute)| ((*event).to_owned(), *minute)).collect()
}

#[tokio::test]
async fn an_hour_of_runs_is_told_in_order_and_once_however_often_it_is_asked() {
    let stage = Stage::registered(json!({})).await;
    let flow = stage.tenant.table_chain().await.flow;
    stage.order(json!({"flowId": flow.id, "run": 3, "outcome": "promotionFailed"})).await;
    stage.advance(45 * MINUTE).await;
    let expected = [
        ("start", 0),
        ("success", 0),
        ("start", 15),
        ("success", 15),
        ("start", 30),
        ("failure", 30),
        ("start", 45),
    ];
    for _ in 0..3 {
        assert_eq!(events(&stage.log("").await), named(&expected));
        stage.tenant.walk(&format!("/runs?property=flowId=={}", flow.id)).await;
        stage.advance(0).await;
    }
    stage.advance(2000).await;
    assert_eq!(events(&stage.log("").await)[7..], named(&[("success", 45)]));
    let posted = stage.webhook.posted();
    let log = stage.log("").await;
    let payloads: Vec<Value> = posted.iter().map(|one| one.json()).collect();
    assert_eq!(payloads, log.iter().map(|one| one["payload"].clone()).collect::<Vec<_>>());
    let ids: BTreeSet<_> = log.iter().map(|one| one["eventId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 8);
    assert_eq!(posted[0].header("x-flowmock-event"), log[0]["eventId"].as_str().unwrap());
}

#[tokio::test]
async fn the_server_tells_of_runs_that_nobody_asks_for_while_its_clock_runs() {
    let stage = Stage::with(|config: &mut Config| {
        config.clock = None;
        config.run_duration = std::time::Duration::from_millis(200);
    })
    .await;
    stage.register(&stage.webhook, json!({})).await;
    stage.tenant.table_chain().await;
    let posted = stage.webhook.wait_for(2).await;
    let statuses: Vec<Value> =
        posted.iter().map(|one| one.json()["metrics"]["statusSummary"]["status"].clone()).collect();
    assert_eq!(statuses, ["inProgress", "success"]);
}

#[tokio::test]
async fn what_happened_before_the_registration_is_not_told() {
    let stage = Stage::new().await;
    stage.tenant.table_chain().await;
    stage.advance(15 * MINUTE).await; // a run begins at this moment
    stage.register(&stage.webhook, json!({})).await;
    assert_eq!(stage.log("").await, Vec::<Value>::new());
    stage.advance(2000).await;
    assert_eq!(events(&stage.log("").await), named(&[("success", 15)]));
}

#[tokio::test]
async fn a_target_that_comes_later_is_told_of_what_comes_later() {
    let stage = Stage::registered(json!({})).await;
    let later = Webhook::new().await;
    stage.tenant.table_chain().await; // its run begins, and only the first target knows
    stage.register(&later, json!({"id": "later"})).await;
    stage.advance(2000).await;
    assert_eq!(events(&stage.log("&target=target-1").await), named(&[("start", 0), ("success", 0)]));
    assert_eq!(events(&stage.log("&target=later").await), named(&[("success", 0)]));
    assert_eq!(later.posted()[0].text, stage.webhook.posted()[1].text);
}

#[tokio::test]
async fn a_target_chooses_events_and_a_flow() {
    let stage = Stage::new().await;
    let [one, other] = [stage.tenant.table_chain().await.flow, stage.tenant.table_chain().await.flow];
    stage.register(&stage.webhook, json!({"events": ["failure"], "flowId": one.id})).await;
    for flow in [&one, &other] {
        stage.order(json!({"flowId": flow.id, "run": "all", "outcome": "copyFailed"})).await;
    }
    stage.advance(16 * MINUTE).await;
    let log = stage.log("").await;
    assert_eq!(events(&log), named(&[("failure", 15)]));
    assert_eq!(log[0]["flowId"], one.id.as_str());
}

#[tokio::test]
async fn runs_that_calls_make_and_end_are_told() {
    let stage = Stage::registered(json!({})).await;
    let flow = stage.tenant.files_flow().await;
    stage.advance(2000).await;
    let made = stage.order(json!({"flowId": flow.id, "run": "now", "stuck": true})).await;
    let run = made["ordered"][0]["id"].as_str().unwrap();
    stage.advance(MINUTE).await;
    let end = json!({"end": "fail", "outcome": "promotionFailed", "code": "133"}).to_string();
    stage
        .control
        .send(Method::POST, &format!("/runs/{run}"), "application/json", end)
        .await
        .expect_status(204);
    let log = stage.log(&format!("&runId={run}")).await;
    assert_eq!(events(&log), named(&[("start", 0), ("failure", 1)]));
    assert_eq!(stage.log("").await.len(), 4);
}

#[tokio::test]
async fn a_deleted_flow_tells_what_happened_before_and_no_more() {
    let stage = Stage::registered(json!({})).await;
    let flow = stage.tenant.table_chain().await.flow;
    stage.advance(15 * MINUTE).await;
    stage.tenant.remove("flows", &flow.id).await.expect_status(204);
    stage.advance(60 * MINUTE).await;
    assert_eq!(events(&stage.log("").await), named(&[("start", 0), ("success", 0), ("start", 15)]));
}

#[tokio::test]
async fn a_clock_that_is_set_back_lets_it_happen_again() {
    let stage = Stage::registered(json!({"events": ["start"]})).await;
    stage.tenant.table_chain().await;
    stage.advance(15 * MINUTE).await;
    assert_eq!(stage.log("").await.len(), 2);
    stage.control.set_clock(json!({"now": START + MINUTE})).await;
    assert_eq!(stage.log("").await.len(), 2);
    stage.advance(15 * MINUTE).await;
    let log = stage.log("").await;
    assert_eq!(events(&log), named(&[("start", 0), ("start", 15), ("start", 15)]));
    assert_eq!(log[1]["eventId"], log[2]["eventId"]);
}

#[tokio::test]
async fn of_two_years_the_newest_thousand_events_are_told_and_the_others_counted() {
    let stage = Stage::registered(json!({"events": ["success"]})).await;
    stage.tenant.table_chain().await;
    let two_years = 2 * 365 * 24 * 60 * MINUTE;
    stage.advance(two_years).await;
    let path = "/notifications?waitMs=15000&limit=2000";
    let list = stage.control.get(path).await.expect_status(200).json();
    let notifications = list["notifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 1000);
    assert_eq!(list["skipped"], 2 * 365 * 24 * 4 - 1000);
    assert_eq!(notifications[0]["payload"]["createdAt"], START + two_years - 15 * MINUTE);
    assert_eq!(stage.webhook.posted().len(), 1000);
    stage.control.delete("/notifications").await.expect_status(200);
    assert_eq!(stage.control.get(path).await.json()["skipped"], 0);
}

#[tokio::test]
async fn two_seeded_servers_send_equal_bytes() {
    let mut sent = Vec::new();
    for _ in 0..2 {
        let stage = Stage::with(|config| config.deterministic = Some(7)).await;
        let tenant = stage.tenant.of_org("SEEDED@AdobeOrg");
        let stage = Stage { tenant, ..stage };
        stage.register(&stage.webhook, json!({})).await;
        stage.register(&stage.webhook, json!({"form": "event"})).await;
        stage.tenant.table_chain().await;
        stage.advance(15 * MINUTE).await;
        stage.log("").await;
        let mut texts = stage
            .webhook
            .posted()
            .iter()
            .map(|one| one.text.replace(&stage.mock.url(), ""))
            .collect::<Vec<_>>();
        texts.sort(); // two targets get theirs in no order
        sent.push(texts);
    }
    assert_eq!(sent[0].len(), 4);
    assert_eq!(sent[0], sent[1]);
}

#[tokio::test]
async fn the_same_requests_after_a_reset_send_equal_bytes() {
    let stage = Stage::with(|config| config.deterministic = Some(7)).await;
    let mut sent = Vec::new();
    for _ in 0..2 {
        stage.register(&stage.webhook, json!({})).await;
        stage.tenant.table_chain().await;
        stage.advance(MINUTE).await;
        stage.log("").await;
        sent.push(stage.webhook.posted().iter().map(|one| one.text.clone()).collect::<Vec<_>>());
        stage.control.post("/reset").await.expect_status(204);
    }
    assert_eq!(sent[0].len(), 2);
    assert_eq!(sent[0], sent[1][2..]);
}

#[tokio::test]
async fn a_run_on_demand_for_later_is_told_when_it_starts() {
    let stage = Stage::registered(json!({})).await;
    let (source, target) = (stage.tenant.file_source().await, stage.tenant.lake_target().await);
    let mut flow = crate::support::files_flow("once", &source, &target);
    flow["scheduleParams"] = json!({"startTime": START / 1000, "frequency": "once"});
    let flow = stage.tenant.create_at("/flows", &flow).await;
    stage.advance(2000).await;
    let params = json!({"startTime": START / 1000 + 600, "windowStartTime": 1, "windowEndTime": 2});
    let run = json!({"flowId": flow.id, "params": params});
    let made = Answer::to(stage.tenant.request(Method::POST, "/runs").body(run.to_string()))
        .await
        .expect_status(201);
    let run = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(stage.log(&format!("&runId={run}")).await.len(), 0);
    stage.advance(10 * MINUTE).await;
    assert_eq!(events(&stage.log(&format!("&runId={run}")).await), named(&[("start", 10), ("success", 10)]));
}
