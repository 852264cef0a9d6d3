//! `PUT /runs/{id}`, for providers. Reference: "Runs".

use super::{MINUTE, Stage, status};
use crate::support::{Answer, client, form_encoded};
use reqwest::Method;
use serde_json::{Value, json};

async fn put(stage: &Stage, id: &str, if_match: Option<&str>, body: &Value) -> Answer {
    let request = stage.tenant.request(Method::PUT, &format!("/runs/{id}")).body(body.to_string());
    Answer::to(if_match.into_iter().fold(request, |request, etag| request.header("If-Match", etag))).await
}

#[tokio::test]
async fn a_provider_replaces_the_members_of_a_run_but_not_its_stamps() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.advance(MINUTE).await;
    let run = stage.runs(&flow).await.remove(0);
    let (id, etag) = (run["id"].as_str().unwrap(), run["etag"].as_str().unwrap());
    let body = json!({
        "id": "other", "createdAt": 1, "flowId": flow.id, "metrics": {"statusSummary": {"status": "cancelled"}},
        "activities": [], "labels": ["mine"], "predecessors": [{"flowId": flow.id, "flowRunId": id}],
    });
    let answer = put(&stage, id, Some(etag), &body).await.expect_status(200);
    assert!(answer.header("location").ends_with(&format!("/runs/{id}")));
    let written = answer.json();
    assert_eq!(written, stage.run(id).await);
    assert_eq!((&written["id"], &written["createdAt"]), (&run["id"], &run["createdAt"]));
    assert_eq!((status(&written), &written["labels"]), ("cancelled", &json!(["mine"])));
    assert_ne!(written["etag"], etag);
    assert_eq!(written["updatedClient"], "key");
    let (found, _) = stage.tenant.page("/runs?property=state==Cancelled").await;
    assert_eq!(found, std::slice::from_ref(&written));
    put(&stage, id, Some(etag), &body).await.expect_error("FLOW-1404-412");
    put(&stage, id, Some("*"), &json!({})).await.expect_status(200);
}

#[tokio::test]
async fn wrong_bodies_and_versions_are_refused_and_change_nothing() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.advance(MINUTE).await;
    let run = stage.runs(&flow).await.remove(0);
    let id = run["id"].as_str().unwrap();
    let unknown = "65b7cfcc-6b2e-47c8-8194-13005b792752";
    put(&stage, id, None, &json!({})).await.expect_error("FLOW-1403-400");
    put(&stage, unknown, Some("*"), &json!({})).await.expect_error("FLOW-1439-404");
    for (body, code) in [
        (json!([]), "FLOW-1000-400"),
        (json!({"flowId": ""}), "FLOW-1446-400"),
        (json!({"flowId": unknown}), "FLOW-1430-400"),
        (json!({"metrics": 1}), "FLOW-1000-400"),
        (json!({"activities": {}}), "FLOW-1000-400"),
        (json!({"predecessors": [{"flowId": unknown}]}), "FLOW-1429-400"),
        (json!({"predecessors": [{"flowId": flow.id, "flowRunId": unknown}]}), "FLOW-1428-400"),
    ] {
        put(&stage, id, Some("*"), &body).await.expect_error(code);
    }
    assert_eq!(stage.run(id).await, run);
}

#[tokio::test]
async fn a_token_that_is_known_to_be_a_users_is_refused() {
    let stage = Stage::with(|config| config.check_token_kinds = true);
    let flow = stage.every_quarter().await;
    let run = stage.runs(&flow).await.remove(0);
    let login = [("client_id", "key"), ("redirect_uri", "http://localhost/back"), ("response_type", "code")];
    let path = format!("{}/ims/authorize/v2?{}", stage.mock.url(), form_encoded(&login));
    let back = Answer::to(client().get(path)).await.expect_status(302);
    let code = back.header("location").split_once("code=").expect("a code").1.to_owned();
    let exchange = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("client_id", "key"),
        ("client_secret", "secret"),
        ("redirect_uri", "http://localhost/back"),
    ];
    let request = client().post(format!("{}/ims/token/v3", stage.mock.url()));
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    let tokens = Answer::to(request.body(form_encoded(&exchange))).await.expect_status(200).json();
    let mut user =
        Stage { tenant: stage.tenant.with_token(tokens["access_token"].as_str().unwrap()), ..stage };
    let refused = put(&user, run["id"].as_str().unwrap(), Some("*"), &json!({})).await;
    refused.expect_error("FLOW-1427-400");
    user.tenant = user.tenant.with_token("token");
    put(&user, run["id"].as_str().unwrap(), Some("*"), &json!({})).await.expect_status(200);
}

#[tokio::test]
async fn a_page_of_large_runs_ends_at_16_mebibytes_with_a_link() {
    let stage = Stage::new();
    let flow = stage.every_quarter().await;
    stage.advance(20 * 15 * MINUTE).await;
    let body = json!({"customSummary": "x".repeat(1_000_000)});
    for run in stage.runs(&flow).await.iter().take(18) {
        put(&stage, run["id"].as_str().unwrap(), Some("*"), &body).await.expect_status(200);
    }
    let path = format!("/runs?property=flowId=={}&limit=100", flow.id);
    let (first, next) = stage.tenant.page(&path).await;
    assert!((16..18).contains(&first.len()) && next.is_some(), "{} runs", first.len());
    assert_eq!(stage.tenant.walk(&path).await.len(), 21);
}
