//! Verification of the received requests, described in `docs/verification.md`.

use crate::support::{self, Answer, Control, Tenant, ats, rename};
use flowmock::{Expectation, FlowMock, Matcher, Times};
use reqwest::Method;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

async fn verify(mock: &FlowMock, expected: Value) -> Value {
    let request = Control::of(mock).request(Method::POST, "/verify").body(expected.to_string());
    Answer::to(request).await.expect_status(200).json()
}

/// A server that has received a create request, two reads of the connection, and an update.
async fn conversation() -> (FlowMock, Tenant, String) {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let made = tenant.create(ats("orders")).await;
    for _ in 0..2 {
        tenant.read(&made.id).await;
    }
    tenant.patch(&made, rename("sales")).await.expect_status(200);
    (mock, tenant, made.id)
}

#[tokio::test]
async fn a_verification_counts_and_lists_the_matching_requests() {
    let (mock, tenant, id) = conversation().await;
    let request =
        tenant.request(Method::GET, &format!("/connections/{id}/")).header("x-request-id", "the-third");
    Answer::to(request).await.expect_status(200);
    let reads = json!({"operation": "getConnection", "sandbox": "prod", "times": {"exactly": 3}});
    let verification = verify(&mock, reads).await;
    assert_eq!((&verification["passed"], &verification["count"]), (&json!(true), &json!(3)));
    assert_eq!(verification["requests"][2], "the-third");
    assert_eq!((&verification["nearest"], &verification["message"]), (&json!([]), &json!("")));
    for (expected, passes) in [
        (json!({}), true),
        (json!({"times": {"exactly": 5}}), true),
        (
            json!({"method": "PATCH", "headers": {"If-Match": {"present": true}}, "body": {"/0/value": "sales"}}),
            true,
        ),
        (json!({"method": "PATCH", "body": {"/0/value": "orders"}}), false),
        (json!({"path": "/connections/*", "times": {"atLeast": 4}}), true),
        (json!({"operation": "deleteConnection", "times": {"exactly": 0}}), true),
        (json!({"imsOrgId": "OTHER@AdobeOrg"}), false),
        (json!({"operation": "createConnection", "body": {"/auth/params": {"present": true}}}), true),
    ] {
        let verification = verify(&mock, expected.clone()).await;
        assert_eq!(verification["passed"], passes, "{expected} {verification}");
    }
}

#[tokio::test]
async fn a_server_that_shares_no_state_verifies_the_requests_of_all_replicas() {
    let (mock, _, _) = conversation().await;
    let verified = |query: &str, expected: Value| {
        let request = Control::of(&mock).request(Method::POST, &format!("/verify{query}"));
        Answer::to(request.body(expected.to_string()))
    };
    for expected in [
        json!({"operation": "getConnection", "times": {"exactly": 2}}),
        json!({"operation": "getConnection", "times": {"atMost": 1}}),
        json!({"operation": "createConnection", "body": {"/name": "sales"}}),
        json!({"inOrder": [{"operation": "createConnection"}, {"operation": "deleteConnection"}]}),
    ] {
        let own = verified("", expected.clone()).await.expect_status(200).json();
        let mut all = verified("?replicas=all", expected.clone()).await.expect_status(200).json();
        assert_eq!(all.as_object_mut().unwrap().remove("replicas"), Some(json!(["local"])));
        for miss in all["nearest"].as_array_mut().unwrap() {
            assert_eq!(miss.as_object_mut().unwrap().remove("replica"), Some(json!("local")));
        }
        let message = all["message"].as_str().unwrap().replace(", at replica local", "");
        all["message"] = message.into();
        assert_eq!(all, own);
        let status = if own["passed"] == true { 200 } else { 417 };
        verified("?failStatus=true&replicas=all", expected).await.expect_status(status);
    }
    for query in ["?replicas=1", "?replicas=", "?replicas", "?replicas=all&replicas=all", "?replica=all"] {
        verified(query, json!({})).await.expect_status(400);
    }
    verified("?replicas=all", json!({"time": 1})).await.expect_status(400);
}

#[tokio::test]
async fn a_failed_verification_shows_the_nearest_requests_and_their_differences() {
    let (mock, tenant, _) = conversation().await;
    tenant.in_sandbox("dev").post("/connections", &ats("order")).await.expect_status(201);
    let expected = json!({
        "operation": "createConnection",
        "sandbox": "prod",
        "headers": {"x-api-key": "key", "authorization": "Bearer hunter2-hunter2"},
        "body": {"/name": {"matches": "^order$"}}
    });
    let verification = verify(&mock, expected.clone()).await;
    assert_eq!((&verification["passed"], &verification["count"]), (&json!(false), &json!(0)));
    let nearest = verification["nearest"].as_array().unwrap();
    assert_eq!(nearest.len(), 5);
    assert_eq!((&nearest[0]["matched"], &nearest[0]["of"]), (&json!(3), &json!(5)));
    assert_eq!(nearest[0]["path"], format!("{}/connections", flowmock::BASE_PATH));
    assert_eq!(nearest[0]["requestId"].as_str().unwrap().len(), 36);
    let differences: Vec<_> = nearest[0]["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["field"].clone(), d["actual"].clone()))
        .collect();
    assert_eq!(differences[0], (json!("sandbox"), json!("\"dev\"")));
    assert_eq!(differences[1].0, "header authorization");
    assert_eq!(
        nearest[1]["differences"][1],
        json!({"field": "body /name", "expected": "matches \"^order$\"", "actual": "\"orders\""})
    );
    let message = verification["message"].as_str().unwrap();
    assert!(
        message.starts_with("expected at least 1 request:\n    operation: createConnection\n"),
        "{message}"
    );
    assert!(message.contains("nearest, 3 of 5 parts match: POST /data/"), "{message}");
    assert!(message.lines().all(|line| line.chars().count() <= 100), "{message}");
    // Neither the expected nor the actual value of a credential is shown.
    assert!(
        !verification.to_string().contains("hunter2") && !verification.to_string().contains("Bearer token")
    );

    let asserted = catch_unwind(AssertUnwindSafe(|| {
        mock.assert_received(&Expectation::from_json(&expected).unwrap());
    }));
    assert_eq!(asserted.unwrap_err().downcast_ref::<String>().unwrap(), message);
}

#[tokio::test]
async fn several_expectations_can_be_verified_in_order() {
    let (mock, ..) = conversation().await;
    let order = |operations: &[&str]| {
        let order: Vec<_> = operations.iter().map(|operation| json!({ "operation": operation })).collect();
        json!({ "inOrder": order })
    };
    let verification = verify(&mock, order(&["createConnection", "getConnection", "updateConnection"])).await;
    assert_eq!((&verification["passed"], &verification["count"]), (&json!(true), &json!(4)));
    let verification = verify(&mock, order(&["updateConnection", "getConnection"])).await;
    assert_eq!((&verification["passed"], &verification["failed"]), (&json!(false), &json!(1)));
    assert_eq!(verification["nearest"][0]["differences"][0]["field"], "order");
    let [create, update] =
        ["createConnection", "updateConnection"].map(|name| Expectation::new().operation(name));
    mock.assert_received_in_order(&[create.clone(), update.clone()]);
    assert!(!mock.verify_in_order(&[update, create]).passed);
}

#[tokio::test]
async fn the_library_asserts_the_requests_of_a_client() {
    let (mock, tenant, id) = conversation().await;
    let path = format!("/connections/{id}");
    mock.assert_received(&Expectation::new().path(&path).method("GET").times(Times::exactly(2)));
    mock.assert_received(&Expectation::new().operation("listConnections").times(Times::never()));
    mock.assert_received(
        &Expectation::new().header("authorization", "Bearer token").times(Times::exactly(4)),
    );
    tenant.get("/connections?property=name%3D%3Dsales&limit=5").await.expect_status(200);
    let list = Expectation::new().query("property", "name==sales").query("limit", 5);
    mock.assert_received(&list);
    let verification = mock.verify(&list.query("limit", Matcher::not(5)));
    assert!(!verification.passed && verification.nearest[0].matched == 1, "{verification}");
}

#[tokio::test]
async fn refused_requests_and_requests_with_faults_count_in_a_verification() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let mut wrong = ats("wrong");
    wrong["connectionSpec"]["id"] = json!("unknown");
    tenant.post("/connections", &wrong).await.expect_error("FLOW-1413-400");
    let request = tenant.request(Method::POST, "/connections").header("x-flowmock-error", "FLOW-1103-503");
    Answer::to(request.body(ats("struck").to_string())).await.expect_error("FLOW-1103-503");
    for name in ["wrong", "struck"] {
        mock.assert_received(&Expectation::new().operation("createConnection").body_at("/name", name));
    }
    mock.assert_received(&Expectation::new().path("/_flowmock/**").times(Times::never()));
}

#[tokio::test]
async fn bodies_that_are_not_json_are_matched_but_not_shown_and_large_ones_are_not_kept() {
    let mock = support::server(|config| config.journal_max_body_bytes = 200);
    let tenant = Tenant::on(&mock);
    tenant.post("/connections", &ats(&"x".repeat(100))).await.expect_status(201);
    let request = tenant.request(Method::POST, "/connections").body("{\"password\": \"c2VjcmV0\", ");
    Answer::to(request).await.expect_error("FLOW-1000-400");
    let creation = || Expectation::new().operation("createConnection");
    mock.assert_received(&creation().body(Matcher::contains("AccountName")).times(Times::never()));
    mock.assert_received(&creation().body(Matcher::contains("c2VjcmV0\", ")).times(Times::exactly(1)));
    let verification = mock.verify(&creation().body(Matcher::subset(json!({"name": "y"}))));
    let shown: Vec<_> = verification.nearest.iter().map(|miss| miss.differences[0].actual.as_str()).collect();
    assert!(
        shown.len() == 2 && shown.iter().all(|shown| shown.contains("bytes, not shown")),
        "{verification}"
    );
    assert!(!verification.to_string().contains("c2VjcmV0"), "{verification}");
}

#[tokio::test]
async fn an_invalid_expectation_is_refused_with_every_reason() {
    let mock = support::server(|_| {});
    let wrong = json!({"operation": "x", "headers": {"a": {"matches": "("}}, "body": {"name": 1}, "times": {}, "time": 1});
    let request = Control::of(&mock).request(Method::POST, "/verify").body(wrong.to_string());
    let refused = Answer::to(request).await.expect_status(400).json();
    let paths: Vec<_> =
        refused["errors"].as_array().unwrap().iter().map(|e| e["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/operation", "/headers/a/matches", "/body/name", "/times", "/time"]);
    let request = Control::of(&mock).request(Method::POST, "/verify").body("{\"times\": 1}");
    Answer::to(request).await.refused_for(400, "{\"exactly\": 1}");
    for body in ["", "[]", "{", "{\"inOrder\": []}", "{\"inOrder\": 1}"] {
        let request = Control::of(&mock).request(Method::POST, "/verify").body(body);
        Answer::to(request).await.expect_status(400);
    }
    let request = Control::of(&mock).request(Method::POST, "/verify?strict=true").body("{}");
    Answer::to(request).await.expect_status(400);
}

#[tokio::test]
async fn with_fail_status_a_failed_verification_is_a_417_with_the_same_result() {
    let (mock, ..) = conversation().await;
    let ask = |query: &str, expected: Value| {
        let request = Control::of(&mock).request(Method::POST, &format!("/verify{query}"));
        Answer::to(request.body(expected.to_string()))
    };
    let (met, missed) = (json!({"operation": "createConnection"}), json!({"operation": "deleteConnection"}));
    for (query, expected, status) in [
        ("?failStatus=true", &met, 200),
        ("?failStatus=True", &missed, 417),
        ("?failStatus=false", &missed, 200),
        ("", &missed, 200),
    ] {
        let answer = ask(query, expected.clone()).await.expect_status(status);
        assert_eq!(answer.json(), verify(&mock, expected.clone()).await);
    }
    ask("?failStatus=yes", met.clone()).await.refused_for(400, "failStatus=yes is none of false, true");
    ask("?failStatus=true", json!({"operation": "x"})).await.problems(400);
}
