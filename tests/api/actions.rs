//! `POST /connections/{id}/action`. Reference: "Operations on /connections"; `errors.csv`, FLOW-1402-400 to
//! FLOW-1408-400, FLOW-1422-400, FLOW-1434-400 to FLOW-1437-400. For publishing, see [`drafts`](super::drafts).

use crate::support::{self, Answer, Tenant, ats};
use reqwest::Method;
use serde_json::{Value, json};

async fn action_with(tenant: &Tenant, id: &str, query: &str, body: &Value) -> Answer {
    tenant.post(&format!("/connections/{id}/action?{query}"), body).await
}

#[tokio::test]
async fn enable_and_disable_change_the_state_in_any_letter_case() {
    let tenant = support::tenant().await;
    let mut made = tenant.create(ats("orders")).await;
    for (op, state) in [("disable", "disabled"), ("ENABLE", "enabled"), ("Disable", "disabled")] {
        let done = tenant.action(&made.id, &format!("op={op}")).await.expect_status(200).written();
        assert_eq!(done.id, made.id);
        assert_ne!(done.etag, made.etag);
        let stored = tenant.read(&made.id).await;
        assert_eq!((&stored["state"], &stored["etag"]), (&json!(state), &json!(done.etag)));
        assert_eq!(stored["auth"], ats("x")["auth"]);
        made = done;
    }
}

#[tokio::test]
async fn an_action_that_the_state_does_not_allow_is_refused_and_changes_nothing() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    for op in ["enable", "publish"] {
        tenant.action(&made.id, &format!("op={op}")).await.expect_error("FLOW-1422-400").naming("enabled");
    }
    let made = tenant.action(&made.id, "op=disable").await.expect_status(200).written();
    for op in ["disable", "publish"] {
        tenant.action(&made.id, &format!("op={op}")).await.expect_error("FLOW-1422-400").naming("disabled");
    }
    assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
}

#[tokio::test]
async fn each_error_in_the_query_of_an_action_has_its_code() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let cases = [
        ("", "FLOW-1434-400", "op"),
        ("op=", "FLOW-1434-400", "op"),
        ("op=delete", "FLOW-1434-400", "delete"),
        ("op=disable&subOp=nonsense", "FLOW-1435-400", "nonsense"),
        ("op=disable&subOp=apply", "FLOW-1436-400", "subOp"),
        ("op=publish&subOp=Rollback", "FLOW-1436-400", "subOp"),
        ("op=finalize&subOp=progress,apply", "FLOW-1406-400", "progress"),
        ("op=finalize&subOp=progress&subOp=rollback", "FLOW-1406-400", "progress"),
        ("op=finalize", "FLOW-1402-400", "finalize"),
        ("op=finalize_update", "FLOW-1402-400", "finalize_update"),
        ("op=FINALIZE&subOp=PROGRESS", "FLOW-1402-400", "finalize"),
        ("op=Finalize_Update&subOp=apply", "FLOW-1402-400", "finalize_update"),
    ];
    for (query, code, name) in cases {
        tenant.action(&made.id, query).await.expect_error(code).naming(name);
    }
    assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
}

#[tokio::test]
async fn each_error_in_the_body_of_an_action_has_its_code() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let status = |value: &str| json!({ "status": { "value": value } });
    let percent =
        |value: &str, percent: Value| json!({ "status": { "value": value }, "percentCompleted": percent });
    let cases = [
        ("op=finalize&subOp=progress", status("FAILED"), "FLOW-1407-400"),
        ("op=finalize&subOp=progress", status("failed"), "FLOW-1407-400"),
        ("op=finalize", percent("COMPLETED", json!(99)), "FLOW-1408-400"),
        ("op=finalize", percent("FAILED", json!(0)), "FLOW-1408-400"),
        ("op=finalize", percent("FAILED", json!(100.5)), "FLOW-1408-400"),
        ("op=finalize", status("nonsense"), "FLOW-1437-400"),
        ("op=disable", status(""), "FLOW-1437-400"),
        ("op=disable", json!([]), "FLOW-1000-400"),
        ("op=disable", json!({ "status": "FAILED" }), "FLOW-1000-400"),
        ("op=disable", json!({ "status": { "value": 1 } }), "FLOW-1000-400"),
        ("op=disable", json!({ "percentCompleted": "100" }), "FLOW-1000-400"),
        // Valid bodies: `op` is checked after the body.
        ("op=finalize", percent("COMPLETED", json!(100)), "FLOW-1402-400"),
        ("op=finalize", percent("failed", json!(100.0)), "FLOW-1402-400"),
        ("op=finalize&subOp=progress", percent("IN_PROGRESS", json!(50)), "FLOW-1402-400"),
    ];
    for (query, body, code) in cases {
        action_with(&tenant, &made.id, query, &body).await.expect_error(code);
    }
    assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
}

#[tokio::test]
async fn an_action_accepts_a_missing_or_an_empty_body() {
    let tenant = support::tenant().await;
    for body in ["", "{}", " ", "{\"status\": null}"] {
        let made = tenant.create(ats("orders")).await;
        let request = tenant.request(Method::POST, &format!("/connections/{}/action?op=disable", made.id));
        Answer::to(request.body(body)).await.expect_status(200);
        assert_eq!(tenant.read(&made.id).await["state"], "disabled");
    }
    let made = tenant.create(ats("orders")).await;
    let request = tenant.request(Method::POST, &format!("/connections/{}/action?op=disable", made.id));
    Answer::to(request.body("{")).await.expect_error("FLOW-1000-400");
    assert_eq!(tenant.read(&made.id).await["state"], "enabled");
}
