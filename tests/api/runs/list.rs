//! `GET /runs`: pages, orders, filters and their refusals. Reference: "Runs" (filters), "Listing".

use super::{MINUTE, START, Stage, minutes};
use crate::support::ids;
use serde_json::{Value, json};

#[tokio::test]
async fn pages_join_to_the_list_and_their_tokens_have_no_equals_sign() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.once().await;
    stage.advance(150 * MINUTE).await;
    let path = format!("/runs?property=flowId=={}", flow.id);
    let (all, next) = stage.tenant.page(&format!("{path}&limit=100")).await;
    assert_eq!((all.len(), next), (11, None));
    let (first, next) = stage.tenant.page(&format!("{path}&limit=3")).await;
    let next = next.expect("a next page");
    assert!(next.starts_with("/runs?continuationToken="), "{next}");
    let token = next.split('=').nth(1).unwrap().split('&').next().unwrap();
    assert!(!token.contains("%3D") && !token.contains('='), "{next}");
    assert_eq!(first, all[..3]);
    assert_eq!(stage.tenant.walk(&format!("{path}&limit=3")).await, all);
    let everything = stage.tenant.walk("/runs?limit=4").await;
    assert_eq!(everything.len(), 12);
    let count = stage.tenant.get("/runs?count=true").await.expect_status(200).json();
    assert_eq!(count, json!({"count": 12}));
    let both = stage.tenant.get("/runs?limit=100&count=False").await.expect_status(200).json();
    assert_eq!(both["_links"], json!({}));
}

#[tokio::test]
async fn runs_are_ordered_by_creation_and_by_update_both_ways() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.order(json!({"flowId": flow.id, "run": 2, "copyMs": 20 * MINUTE})).await.expect_status(201);
    stage.advance(61 * MINUTE).await;
    let runs = stage.runs(&flow).await;
    for (order, reverse) in
        [("-createdAt", false), ("createdAt", true), ("-updatedAt", false), ("updatedAt", true)]
    {
        let mut expected = runs.clone();
        if reverse {
            expected.reverse();
        }
        for limit in [2, 50] {
            let path = format!("/runs?property=flowId=={}&orderby={order}&limit={limit}", flow.id);
            assert_eq!(ids(&stage.tenant.walk(&path).await), ids(&expected), "{order}");
        }
    }
    assert_eq!(minutes(&runs), [60, 45, 35, 15, 0]); // the third one waits for the second
    stage
        .tenant
        .get("/runs?orderby=flowId")
        .await
        .expect_error("FLOW-1433-400")
        .naming("createdAt and updatedAt");
}

#[tokio::test]
async fn filters_compare_statuses_without_letter_case_and_state_is_an_alias() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.order(json!({"flowId": flow.id, "run": 3, "outcome": "copyFailed", "code": "1337"})).await;
    stage.advance(60 * MINUTE).await;
    let runs = stage.runs(&flow).await;
    let find = async |filters: &str| -> Vec<Value> {
        stage.tenant.walk(&format!("/runs?property=flowId=={}&limit=2{filters}", flow.id)).await
    };
    let failed = [runs[2].clone()];
    assert_eq!(find("&property=metrics.statusSummary.status==Failed").await, failed);
    assert_eq!(find("&property=state==FAILED").await, failed);
    assert_eq!(find("&property=state==failed,inprogress").await, [runs[0].clone(), runs[2].clone()]);
    assert_eq!(find("&property=state!=success").await, [runs[0].clone(), runs[2].clone()]);
    let started = START + 15 * MINUTE;
    assert_eq!(
        find(&format!("&property=createdAt>={started}&property=createdAt<{}", started + 1)).await,
        [runs[3].clone()]
    );
    let started = format!("&property=metrics.durationSummary.startedAtUTC>={started}");
    assert_eq!(find(&started).await, runs[1..4]); // the run in progress has no duration yet
    let id = runs[1]["id"].as_str().unwrap();
    assert_eq!(find(&format!("&property=id=={id}")).await, [runs[1].clone()]);
    assert_eq!(find("&property=flowSpec.id==14518937-270c-4525-bdec-c2ba7cce3860").await, runs);
    assert!(find("&property=flowSpec.id==other").await.is_empty());
    let (projected, _) = stage.tenant.page(&format!("/runs?property=id=={id}&property=id,flowId")).await;
    assert_eq!(projected, [json!({"id": id, "flowId": flow.id})]);
    let count = format!("/runs?count=true&property=flowId=={}&property=state==success", flow.id);
    assert_eq!(stage.tenant.get(&count).await.json(), json!({"count": 3}));
}

#[tokio::test]
async fn a_failed_run_among_a_million_is_found() {
    let stage = Stage::new();
    let flow = stage.flow(json!({"startTime": 0, "frequency": "minute", "interval": 1}), json!({})).await;
    stage.order(json!({"flowId": flow.id, "run": 3, "outcome": "copyFailed"})).await.expect_status(201);
    stage.advance(1_000_000 * MINUTE).await;
    let (found, next) = stage
        .tenant
        .page(&format!("/runs?property=flowId=={}&property=state==failed&limit=5", flow.id))
        .await;
    assert_eq!((minutes(&found), next), (vec![2], None));
    let count = stage.tenant.get(&format!("/runs?count=true&property=flowId=={}", flow.id)).await;
    assert_eq!(count.json(), json!({"count": 1_000_001}));
}

#[tokio::test]
async fn a_page_ends_before_its_limit_rather_than_check_millions_of_runs() {
    let stage = Stage::new();
    let flow = stage.flow(json!({"startTime": 0, "frequency": "minute", "interval": 1}), json!({})).await;
    stage.order(json!({"flowId": flow.id, "run": 3, "rows": 7})).await.expect_status(201);
    stage.advance(50_000 * MINUTE).await;
    let filter = "metrics.recordSummary.inputRecordCount==7";
    let (first, next) =
        stage.tenant.page(&format!("/runs?property=flowId=={}&property={filter}", flow.id)).await;
    assert!(first.is_empty() && next.is_some());
    let found = stage.tenant.walk(&format!("/runs?property=flowId=={}&property={filter}", flow.id)).await;
    assert_eq!(minutes(&found), [2]);
}

#[tokio::test]
async fn wrong_questions_are_refused() {
    let stage = Stage::new();
    for (query, code) in [
        ("property=name==x", "FLOW-1449-400"),
        ("property=createdAt==x", "FLOW-1452-400"),
        ("property=flowId>=x", "FLOW-1448-400"),
        ("property=metrics==x", "FLOW-1448-400"),
        ("limit=0", "FLOW-1452-400"),
        ("limit=5&count=true", "FLOW-1401-400"),
        ("nope=1", "FLOW-1451-400"),
        ("continuationToken=abc", "FLOW-1452-400"),
    ] {
        stage.tenant.get(&format!("/runs?{query}")).await.expect_error(code);
    }
    stage.tenant.get("/runs/nope").await.expect_error("FLOW-1439-404").naming("runs");
    let id = "65b7cfcc-6b2e-47c8-8194-13005b792752";
    stage.tenant.get(&format!("/runs/{id}")).await.expect_error("FLOW-1439-404").naming(id);
    stage.tenant.get(&format!("/runs/{id}?x=1")).await.expect_error("FLOW-1451-400");
}

#[tokio::test]
async fn tenants_do_not_see_each_others_runs() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    let run = stage.runs(&flow).await.remove(0);
    let other = stage.tenant.in_sandbox("other");
    assert!(other.walk("/runs").await.is_empty());
    assert!(other.walk(&format!("/runs?property=flowId=={}", flow.id)).await.is_empty());
    other.get(&format!("/runs/{}", run["id"].as_str().unwrap())).await.expect_error("FLOW-1439-404");
}
