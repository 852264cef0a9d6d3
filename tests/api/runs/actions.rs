//! `POST /runs/{id}/action?op=re-trigger`. Reference: "On-demand runs".

use super::{MINUTE, Stage, status};
use crate::support::Answer;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_failed_run_is_made_again_with_its_window_and_stays() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.order(json!({"flowId": flow.id, "run": 2, "outcome": "promotionFailed"})).await.expect_status(201);
    stage.advance(16 * MINUTE).await;
    let failed = stage.runs(&flow).await.remove(0);
    assert_eq!(status(&failed), "failed");
    let made = stage.retrigger(&failed).await.expect_status(200).written();
    assert_ne!(made.id, failed["id"].as_str().unwrap());
    stage.advance(MINUTE).await;
    let again = stage.run(&made.id).await;
    assert_eq!(status(&again), "success");
    let window = |run: &serde_json::Value| run["activities"][0]["durationSummary"]["extensions"].clone();
    assert_eq!(window(&again), window(&failed));
    assert_eq!(stage.run(failed["id"].as_str().unwrap()).await, failed);
}

#[tokio::test]
async fn a_run_without_records_is_made_again_and_others_are_not() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let running = stage.runs(&flow).await.remove(0);
    stage.retrigger(&running).await.expect_error("FLOW-1100-400").naming("1387-400").naming("inProgress");
    stage.order(json!({"flowId": flow.id, "outcome": "nothingNew"})).await.expect_status(201);
    stage.advance(16 * MINUTE).await;
    let runs = stage.runs(&flow).await;
    stage.retrigger(&runs[1]).await.expect_error("FLOW-1100-400").naming("1387-400").naming("success");
    stage.retrigger(&runs[0]).await.expect_status(200);
}

#[tokio::test]
async fn other_actions_flows_and_versions_are_refused() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.order(json!({"flowId": flow.id, "run": 2, "outcome": "copyFailed"})).await.expect_status(201);
    stage.advance(16 * MINUTE).await;
    let failed = stage.runs(&flow).await.remove(0);
    let id = failed["id"].as_str().unwrap();
    let act = async |query: &str| {
        Answer::to(stage.tenant.request(Method::POST, &format!("/runs/{id}/action{query}"))).await
    };
    for query in ["", "?op=", "?op=enable", "?op=retrigger"] {
        act(query).await.expect_error("FLOW-1100-400").naming("1401-400");
    }
    act("?op=re-trigger&x=1").await.expect_error("FLOW-1451-400");
    let unknown = stage.tenant.request(Method::POST, "/runs/nope/action?op=re-trigger");
    Answer::to(unknown).await.expect_error("FLOW-1439-404");
    let other = stage.tenant.request(Method::POST, &format!("/runs/{id}/action?op=re-trigger"));
    Answer::to(other.header("If-Match", "\"other\"")).await.expect_error("FLOW-1404-412");
    stage.flow_action(&flow, "disable").await;
    act("?op=re-trigger").await.expect_error("FLOW-1100-400").naming("1388-400").naming("disabled");
    stage.flow_action(&flow, "enable").await;
    act("?op=RE_TRIGGER").await.expect_status(200);
    // A client that sends no body may leave the content type out.
    let bare = stage.tenant.untyped(Method::POST, &format!("/runs/{id}/action?op=Re-Trigger"));
    Answer::to(bare).await.expect_status(200);
}

#[tokio::test]
async fn runs_of_streams_cannot_be_made_again() {
    let stage = Stage::new();
    let flow = stage.streaming().await;
    assert!(stage.runs(&flow).await.is_empty());
    let item = stage.read_flow(&flow).await;
    let base = &item["inheritedAttributes"]["sourceConnections"][0]["baseConnection"]["id"];
    let base = stage.tenant.item("connections", base.as_str().unwrap()).await;
    let inlet = base["auth"]["params"]["inletId"].as_str().unwrap();
    // A message that is refused counts, too.
    let path = format!("/collection/{inlet}?x-adobe-flow-id={}", flow.id);
    let message = stage.tenant.absolute(Method::POST, &path).header("Content-Type", "application/json");
    Answer::to(message.body("{}")).await.expect_status(400);
    stage.advance(60 * MINUTE).await;
    let run = stage.runs(&flow).await.remove(0);
    stage.retrigger(&run).await.expect_error("FLOW-1100-400").naming("1333-400");
}
