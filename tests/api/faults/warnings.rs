//! Rules that are taken with a warning, and one that is often written wrongly.

use crate::support::{self, Answer};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::{Value, json};

async fn call(mock: &FlowMock, method: Method, body: Value) -> Answer {
    Answer::to(support::request(mock, method, "/_flowmock/faults").body(body.to_string())).await
}

#[tokio::test]
async fn a_rule_with_a_path_that_no_operation_has_is_added_with_a_warning() {
    let mock = support::server(|_| {});
    let on = |path: &str| json!({"match": {"path": path}, "action": {"status": 503}});
    let rules = json!({"faults": [on("/connections/**"), on("/conections")]});
    let added = call(&mock, Method::POST, rules.clone()).await.expect_status(201).json();
    assert_eq!(added["faults"].as_array().unwrap().len(), 2);
    let reason = "no operation has the path /conections, so only requests answered with 404 match; \
        did you mean /connections?";
    assert_eq!(added["warnings"], json!([{"path": "/faults/1/match/path", "reason": reason}]));
    let replaced = call(&mock, Method::PUT, added.clone()).await.expect_status(200).json();
    assert_eq!(replaced["warnings"], added["warnings"], "an answer can be sent back");
    let one = call(&mock, Method::PUT, on("/connections")).await.expect_status(200).json();
    assert!(one.get("warnings").is_none(), "{one}");
}

#[tokio::test]
async fn a_status_in_place_of_an_error_is_refused_with_the_remedy() {
    let mock = support::server(|_| {});
    for error in [json!("503"), json!(503)] {
        let refused = call(&mock, Method::POST, json!({"action": {"error": error}})).await;
        refused.refused_for(400, "write \"status\": 503");
    }
    let unquoted = call(&mock, Method::POST, json!({"action": {"error": 403010}})).await;
    unquoted.refused_for(400, "put it in quotes");
}
