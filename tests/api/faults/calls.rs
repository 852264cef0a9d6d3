//! The calls at `/_flowmock/faults`.

use crate::support::{self, Answer, Control, Tenant};
use flowmock::{Expectation, FaultRule, FlowMock, RecordedOutcome, RequestFilter, Times};
use reqwest::Method;
use serde_json::{Value, json};

async fn call(mock: &FlowMock, method: Method, path: &str, body: Value) -> Answer {
    let request = support::request(mock, method, &format!("/_flowmock/{path}"));
    let request = if body.is_null() { request } else { request.body(body.to_string()) };
    Answer::to(request).await
}

fn rule(id: &str) -> Value {
    json!({"id": id, "match": {"operation": "getConnection"}, "times": 2, "action": {"error": "FLOW-1103-503"}})
}

#[tokio::test]
async fn rules_are_added_listed_read_replaced_and_deleted() {
    let mock = support::server(|_| {});
    assert_eq!(call(&mock, Method::GET, "faults", Value::Null).await.json(), json!({"faults": []}));
    let added = call(&mock, Method::POST, "faults", rule("a")).await.expect_status(201).json();
    let mut expected = rule("a");
    expected["matched"] = json!(0);
    expected["fired"] = json!(0);
    assert_eq!(added, json!({"faults": [expected]}));
    let two = json!([rule("b"), {"action": {"delayMs": 5}}]);
    let added = call(&mock, Method::POST, "faults/", two).await.expect_status(201).json();
    assert_eq!(added["faults"][1]["id"], "fault-1");

    let tenant = Tenant::on(&mock);
    tenant.get("/connections/x").await.expect_error("FLOW-1103-503");
    let counts = |fault: &Value| (fault["matched"].clone(), fault["fired"].clone());
    let list = call(&mock, Method::GET, "faults", Value::Null).await.json();
    let listed: Vec<_> = list["faults"].as_array().unwrap().iter().map(counts).collect();
    assert_eq!(listed, [(json!(1), json!(1)), (json!(0), json!(0)), (json!(0), json!(0))]);
    let one = call(&mock, Method::GET, "faults/a", Value::Null).await.expect_status(200).json();
    assert_eq!(one, list["faults"][0]);

    call(&mock, Method::DELETE, "faults/a", Value::Null).await.expect_status(204);
    for method in [Method::GET, Method::DELETE] {
        let refused = call(&mock, method, "faults/a", Value::Null).await.expect_status(404).json();
        assert!(refused["errors"][0]["reason"].as_str().unwrap().contains("id a"), "{refused}");
    }
    let back = call(&mock, Method::PUT, "faults", list.clone()).await.expect_status(200).json();
    assert_eq!(back["faults"].as_array().unwrap().len(), 3);
    assert_eq!(counts(&back["faults"][0]), (json!(0), json!(0)), "the counts start at zero");
    assert_eq!(mock.faults().len(), 3);
    call(&mock, Method::DELETE, "faults", Value::Null).await.expect_status(204);
    assert_eq!(mock.faults(), []);
    assert_eq!(
        call(&mock, Method::PUT, "faults", json!([])).await.expect_status(200).json(),
        json!({"faults": []})
    );
}

#[tokio::test]
async fn rules_can_be_written_in_yaml() {
    let mock = support::server(|_| {});
    let yaml =
        "match:\n  operation: createConnection\n  body:\n    /name: null\naction:\n  error: \"403010\"\n";
    let request =
        Control::of(&mock).request(Method::POST, "/faults").header("Content-Type", "application/yaml");
    Answer::to(request.body(yaml)).await.expect_status(201);
    let expected = FaultRule::new().id("fault-1").operation("createConnection").body_at("/name", Value::Null);
    assert_eq!(mock.faults()[0].rule, expected.error("403010"));
}

#[tokio::test]
async fn all_errors_of_a_rule_are_reported_and_nothing_is_changed() {
    let mock = support::server(|_| {});
    call(&mock, Method::POST, "faults", rule("a")).await.expect_status(201);
    let wrong = json!({"faults": [
        rule("b"),
        {"id": "c", "match": {"operation": "makeConnection"}, "action": {"error": "FLOW-9"}},
        {"action": {"status": 99}},
        {"probability": 2},
    ]});
    for method in [Method::POST, Method::PUT] {
        let refused = call(&mock, method, "faults", wrong.clone()).await.expect_status(400).json();
        let paths: Vec<_> =
            refused["errors"].as_array().unwrap().iter().map(|e| e["path"].as_str().unwrap()).collect();
        assert_eq!(
            paths,
            [
                "/faults/1/match/operation",
                "/faults/1/action/error",
                "/faults/2/action/status",
                "/faults/3/probability",
                "/faults/3"
            ]
        );
    }
    let twice = json!([rule("x"), rule("a")]);
    let refused = call(&mock, Method::POST, "faults", twice).await.expect_status(400).json();
    assert_eq!(refused["errors"][0]["path"], "/1/id");
    for body in [json!("x"), json!(5), json!({"rules": []}), json!({"faults": {}})] {
        call(&mock, Method::POST, "faults", body).await.expect_status(400);
    }
    for (method, path) in
        [(Method::GET, "faults?id=a"), (Method::DELETE, "faults?all"), (Method::GET, "faults/a?x=1")]
    {
        call(&mock, method, path, Value::Null).await.expect_status(if path.ends_with("all") {
            204
        } else {
            400
        });
    }
    let request = Control::of(&mock).request(Method::POST, "/faults").body("{");
    Answer::to(request).await.expect_status(400);
    let request = Control::of(&mock).request(Method::POST, "/faults").body(vec![b' '; 1024 * 1024 + 1]);
    Answer::to(request).await.expect_status(413);
}

#[tokio::test]
async fn a_credential_that_a_rule_matches_is_not_shown() {
    let mock = support::server(|_| {});
    let secret = json!({
        "match": {
            "headers": {"authorization": "Bearer hunter2-hunter2", "x-api-key": "key"},
            "body": {"/auth/params/connectionString": {"contains": "AccountKey=hunter2"}, "/name": "orders"}
        },
        "action": {"error": "403010"}
    });
    for (method, path) in [(Method::POST, "faults"), (Method::GET, "faults"), (Method::GET, "faults/fault-1")]
    {
        let body = if method == Method::POST { secret.clone() } else { Value::Null };
        let answer = call(&mock, method, path, body).await.without("hunter2");
        assert!(answer.json().to_string().contains("orders"), "{answer}");
    }
    assert!(!format!("{:?}", mock.faults()).contains("hunter2"));
}

#[tokio::test]
async fn metrics_count_the_faults_of_each_rule() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    call(&mock, Method::POST, "faults", rule("a")).await.expect_status(201);
    tenant.get("/connections/x").await.expect_error("FLOW-1103-503");
    for _ in 0..2 {
        let request = tenant.request(Method::GET, "/connections").header("x-flowmock-error", "403010");
        Answer::to(request).await.expect_error("403010");
    }
    let metrics = call(&mock, Method::GET, "metrics", Value::Null).await.expect_status(200);
    let text = String::from_utf8(metrics.body).unwrap();
    for line in ["flowmock_faults_fired_total{rule=\"a\"} 1\n", "flowmock_faults_fired_total{rule=\"\"} 2\n"]
    {
        assert!(text.contains(line), "{text}");
    }
}

#[tokio::test]
async fn the_journal_names_the_rule_whose_fault_a_request_met() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    mock.fault(FaultRule::new().id("a").error("FLOW-1103-503").times(1));
    mock.fault(FaultRule::new().id("b").error("403010").truncate_after(5).times(1));
    mock.fault(FaultRule::new().id("c").reset());
    tenant.get("/connections").await.expect_error("FLOW-1103-503");
    let cut_off =
        tenant.request(Method::GET, "/connections").header("x-request-id", "second").send().await.unwrap();
    assert!(cut_off.bytes().await.is_err());
    tenant.request(Method::GET, "/connections").send().await.unwrap_err();
    let mut requests = mock.requests(&RequestFilter::new());
    requests.reverse();
    let codes: Vec<_> = requests.iter().map(|request| request.error_code.as_deref()).collect();
    assert_eq!(codes, [Some("FLOW-1103-503"), Some("403010"), None]);
    assert_eq!(requests[1].request_id.as_deref(), Some("second"));
    assert_eq!(requests[2].request_id.as_deref().map(str::len), Some(36), "the request id in the log");
    assert_eq!(requests[2].response_headers, []);
    assert_eq!((requests[0].status, requests[2].status), (Some(503), None));
    assert_eq!(requests[2].outcome, RecordedOutcome::Reset);
    let fault = ("x-flowmock-fault".to_owned(), "a".to_owned());
    assert!(requests[0].response_headers.contains(&fault), "{:?}", requests[0]);
    // A verification matches all of them.
    mock.assert_received(&Expectation::new().operation("listConnections").times(Times::exactly(3)));
}

#[test]
#[should_panic(expected = "the fault rule cannot be used: /action: does nothing")]
fn a_rule_without_an_action_is_refused() {
    support::server(|_| {}).fault(FaultRule::new());
}

#[tokio::test]
async fn a_rule_with_a_path_that_no_operation_has_is_added_with_a_warning() {
    let mock = support::server(|_| {});
    let on = |path: &str| json!({"match": {"path": path}, "action": {"status": 503}});
    let rules = json!({"faults": [on("/connections/**"), on("/conections")]});
    let added = call(&mock, Method::POST, "faults", rules.clone()).await.expect_status(201).json();
    assert_eq!(added["faults"].as_array().unwrap().len(), 2);
    let reason = "no operation has the path /conections, so only requests answered with 404 match; \
        did you mean /connections?";
    assert_eq!(added["warnings"], json!([{"path": "/faults/1/match/path", "reason": reason}]));
    let replaced = call(&mock, Method::PUT, "faults", added.clone()).await.expect_status(200).json();
    assert_eq!(replaced["warnings"], added["warnings"], "an answer can be sent back");
    let one = call(&mock, Method::PUT, "faults", on("/connections")).await.expect_status(200).json();
    assert!(one.get("warnings").is_none(), "{one}");
}

#[tokio::test]
async fn a_status_in_place_of_an_error_is_refused_with_the_remedy() {
    let mock = support::server(|_| {});
    for error in [json!("503"), json!(503)] {
        let refused = call(&mock, Method::POST, "faults", json!({"action": {"error": error}})).await;
        refused.refused_for(400, "write \"status\": 503");
    }
    let unquoted = call(&mock, Method::POST, "faults", json!({"action": {"error": 403010}})).await;
    unquoted.refused_for(400, "put it in quotes");
}
