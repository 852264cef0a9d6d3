//! What a stream tells, and in which order.

use super::{Event, Events, PATIENCE, ask, http2, server_and_tenant};
use crate::support::{self, Answer, Control, Tenant, ats};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;

#[tokio::test]
async fn a_request_arrives_when_it_is_answered_with_its_broken_rules_and_without_credentials() {
    let (mock, tenant) = server_and_tenant();
    ask(&tenant, 1).await;
    let mut events = Events::of(&mock, "").await;
    let request = tenant.request(Method::GET, "/connections?client_secret=hunter2-hunter2&limit=3");
    Answer::to(request.header("x-flowmock-consumer", "team-a")).await.expect_error("FLOW-1451-400");
    let told = events.request().await;
    assert!(!told.to_string().contains("hunter2"), "{told}");
    let recorded = Control::of(&mock).get("/requests/2").await.expect_status(200).json();
    for member in [
        "id",
        "time",
        "durationMicros",
        "requestId",
        "operation",
        "imsOrgId",
        "sandbox",
        "method",
        "path",
        "query",
        "outcome",
        "status",
        "errorCode",
        "consumer",
    ] {
        assert_eq!(told[member], recorded[member], "{member} of {told}");
        assert!(!told[member].is_null(), "{member} of {told}");
    }
    assert_eq!((&told["consumer"], &told["operation"]), (&json!("team-a"), &json!("listConnections")));
    let broken = recorded["brokenRules"].as_array().expect("rules");
    assert!(broken.iter().all(|rule| rule["message"].as_str().is_some_and(|text| !text.is_empty())));
    let short: Vec<_> =
        broken.iter().map(|rule| json!({"rule": rule["rule"], "level": rule["level"]})).collect();
    assert_eq!(told["brokenRules"], json!(short));
    assert!(!short.is_empty(), "{recorded}");
    ask(&tenant, 1).await;
    assert_eq!(events.request().await["brokenRules"], json!([]));
}

#[tokio::test]
async fn the_rules_are_those_of_the_contract_report() {
    let (mock, tenant) = server_and_tenant();
    tenant.post("/connections", &json!({"name": "x"})).await.expect_status(400);
    let control = Control::of(&mock);
    let of_request = control.get("/requests/1").await.json()["brokenRules"].clone();
    let report = control.get("/contract").await.json();
    let of_report: Vec<_> = report["consumers"][0]["broken"]
        .as_array()
        .expect("rules")
        .iter()
        .map(|rule| json!({"rule": rule["rule"], "level": rule["severity"], "message": rule["first"]["detail"]}))
        .collect();
    assert_eq!(of_request, json!(of_report));
    assert_eq!(control.get("/requests/1").await.json()["consumer"], report["consumers"][0]["name"]);
    // The library tells the same.
    let recorded = mock.requests(&flowmock::RequestFilter::new()).remove(0);
    assert_eq!(json!(recorded.broken_rules), of_request);
}

#[tokio::test]
async fn without_contract_checks_nothing_is_said_of_rules() {
    let mock = support::server(|config| config.contract = false);
    let tenant = Tenant::on(&mock);
    let mut events = Events::of(&mock, "").await;
    ask(&tenant, 1).await;
    assert_eq!(events.request().await.get("brokenRules"), None);
    assert_eq!(Control::of(&mock).get("/requests/1").await.json().get("brokenRules"), None);
}

#[tokio::test]
async fn requests_come_in_the_order_of_their_ids_and_none_is_missing() {
    let (mock, tenant) = server_and_tenant();
    let mut streams = [Events::of(&mock, "").await, Events::of(&mock, "").await];
    let asking = (0..8).map(|_| {
        let tenant = tenant.clone();
        tokio::spawn(async move { ask(&tenant, 25).await })
    });
    for asking in asking.collect::<Vec<_>>() {
        asking.await.expect("no panic");
    }
    for events in &mut streams {
        assert_eq!(events.ids(200).await, (1..=200).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_stream_resumes_after_the_last_event_and_begins_otherwise_with_the_next_request() {
    let (mock, tenant) = server_and_tenant();
    ask(&tenant, 4).await;
    let mut from_now = Events::of(&mock, "").await;
    assert_eq!(Events::of(&mock, "?sinceId=0").await.ids(4).await, [1, 2, 3, 4]);
    assert_eq!(Events::of(&mock, "?sinceId=2").await.ids(2).await, [3, 4]);
    let resumed = |id: &'static str| {
        Control::of(&mock).request(Method::GET, "/events?sinceId=1").header("Last-Event-ID", id)
    };
    assert_eq!(Events::answering(resumed("3")).await.ids(1).await, [4]);
    assert_eq!(Events::answering(resumed("")).await.ids(1).await, [2]);
    ask(&tenant, 1).await;
    assert_eq!(from_now.ids(1).await, [5]);
}

#[tokio::test]
async fn only_the_selected_requests_are_told_and_heartbeats_carry_the_place() {
    let mock = support::server(|config| config.header_read_timeout = Duration::from_millis(1600));
    let (tenant, other) = (Tenant::on(&mock), Tenant::on(&mock));
    let query = format!("?imsOrgId={}&status=4xx&method=post", tenant.ims_org);
    let mut events = Events::of(&mock, &query).await;
    other.post("/connections", &json!({})).await.expect_status(400);
    tenant.get("/connections").await.expect_status(200);
    tenant.post("/connections", &json!({})).await.expect_status(400);
    assert_eq!(events.ids(1).await, [3]);
    ask(&tenant, 2).await;
    let heartbeat = async { while events.block().await.expect("a heartbeat") != ": still here\nid: 5" {} };
    timeout(PATIENCE, heartbeat).await.expect("the place of the stream");
}

#[tokio::test]
async fn an_emptied_journal_is_told_between_the_requests_before_and_after() {
    let (mock, tenant) = server_and_tenant();
    let control = Control::of(&mock);
    let mut events = Events::of(&mock, "").await;
    ask(&tenant, 1).await;
    control.delete("/requests").await.expect_status(200);
    ask(&tenant, 1).await;
    control.delete(&format!("/requests?imsOrgId={}", tenant.ims_org)).await.expect_status(200);
    control.post(&format!("/reset?imsOrgId={}&sandbox=prod", tenant.ims_org)).await.expect_status(204);
    mock.clear_requests();
    ask(&tenant, 1).await;
    let mut told = Vec::new();
    while told.last().is_none_or(|event: &Event| event.data["id"] != 3) {
        told.push(events.next().await);
    }
    let cleared = |data| Event { id: None, name: "cleared".to_owned(), data };
    told.retain(|event| event.name == "cleared" || event.data["id"] == 3);
    let last = told.pop().expect("the last request");
    assert_eq!((last.id, last.name.as_str()), (Some(3), "request"));
    let of_org = json!({"imsOrgId": tenant.ims_org});
    let of_sandbox = json!({"imsOrgId": tenant.ims_org, "sandbox": "prod"});
    assert_eq!(told, [json!({}), of_org, of_sandbox, json!({})].map(cleared));
}

#[tokio::test]
async fn a_place_of_an_earlier_run_is_told_that_the_journal_was_emptied() {
    let (mock, tenant) = server_and_tenant();
    ask(&tenant, 2).await;
    let mut events = Events::of(&mock, "?sinceId=500").await;
    assert_eq!(events.next().await, Event { id: None, name: "cleared".to_owned(), data: json!({}) });
    assert_eq!(events.ids(2).await, [1, 2]);
}

#[tokio::test]
async fn control_calls_are_no_events_and_every_outcome_is_one() {
    let (mock, tenant) = server_and_tenant();
    let control = Control::of(&mock);
    let mut events = Events::of(&mock, "").await;
    control.get("/info").await.expect_status(200);
    let rule = json!({"action": {"reset": true}, "match": {"method": "DELETE"}});
    let rule = control.send(Method::POST, "/faults", "application/json", rule.to_string()).await;
    assert_eq!(rule.status, 201, "{rule}");
    assert!(tenant.request(Method::DELETE, "/connections/1").send().await.is_err());
    let reset = events.request().await;
    assert_eq!((&reset["outcome"], reset.get("status")), (&json!("reset"), None));
    tenant.create(ats("orders")).await;
    assert_eq!(events.request().await["status"], 201);
}

#[tokio::test]
async fn over_http2_the_stream_shares_its_connection_with_other_requests() {
    let mock = support::server(|config| config.header_read_timeout = Duration::from_millis(400));
    let tenant = Tenant::over_http2(&mock);
    let mut events = Events::answering(http2().get(mock.url() + "/_flowmock/events")).await;
    for id in 1..=3 {
        ask(&tenant, 1).await;
        assert_eq!(events.ids(1).await, [id]);
        for _ in 0..10 {
            assert_eq!(events.block().await.as_deref(), Some(": still here"));
        }
    }
}
