//! Every answer has a request id. Reference: "Flow Service errors".

use crate::support::{self, Answer, Tenant, ats, shared};
use reqwest::Method;
use std::collections::HashSet;

/// A call for each kind of answer.
fn calls(tenant: &Tenant) -> Vec<reqwest::RequestBuilder> {
    vec![
        tenant.request(Method::GET, "/connections"),
        tenant.request(Method::POST, "/connections").body(ats("x").to_string()),
        tenant.request(Method::POST, "/connections").body("{"),
        tenant.request(Method::GET, "/connections/nobody"),
        tenant.request(Method::GET, "/no-such-path"),
        tenant.request(Method::PUT, "/connections"),
        tenant.bare(Method::GET, "/connections"),
        tenant.untyped(Method::POST, "/connections").body("x"),
        support::client().get(shared().url()),
        support::client().get(shared().url() + flowmock::HEALTH_PATH),
    ]
}

#[tokio::test]
async fn every_answer_has_a_unique_request_id() {
    let tenant = support::tenant().await;
    let mut seen = HashSet::new();
    for call in calls(&tenant).into_iter().chain(calls(&tenant)) {
        let answer = Answer::to(call).await;
        let id = answer.header("x-request-id").to_owned();
        assert!(uuid::Uuid::try_parse(&id).is_ok() && seen.insert(id), "{answer}");
    }
}

#[tokio::test]
async fn the_request_id_of_the_client_is_returned_in_header_and_report() {
    let tenant = support::tenant().await;
    for id in ["mine", "a", "1234-abc_DEF/+=.:", "<\"quoted\\>", &"x".repeat(128)] {
        for call in calls(&tenant) {
            let answer = Answer::to(call.header("X-Request-Id", id)).await;
            assert_eq!(answer.headers.get_all("x-request-id").iter().collect::<Vec<_>>(), [id], "{answer}");
            let report = serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap()["report"].clone();
            assert!(report.is_null() || report["request-id"] == id, "{answer}");
        }
    }
    let refused =
        Answer::to(tenant.request(Method::GET, "/connections/nobody").header("x-request-id", "mine"));
    assert_eq!(refused.await.json()["report"]["request-id"], "mine");
}

#[tokio::test]
async fn a_request_id_that_does_not_fit_a_log_line_is_replaced() {
    let tenant = support::tenant().await;
    let unusable: [&[u8]; 5] = [b"", b"two words", &[b'x'; 129], b"caf\xc3\xa9", b"tab\tbed"];
    for id in unusable {
        let request = tenant.request(Method::GET, "/connections/nobody").header("x-request-id", id);
        let answer = Answer::to(request).await.expect_error("FLOW-1439-404");
        assert!(uuid::Uuid::try_parse(answer.header("x-request-id")).is_ok(), "{answer}");
    }
}
