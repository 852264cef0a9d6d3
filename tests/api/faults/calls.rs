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
async fn rules_that_get_lists_can_be_put_back_although_a_credential_is_not_shown() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock).with_token("abc12345");
    let rule = json!({
        "id": "r",
        "match": {
            "headers": {"authorization": "Bearer abc12345"},
            "query": {"limit": {"not": {"equal": "7"}}},
        },
        "action": {"error": "FLOW-1103-503"}
    });
    call(&mock, Method::PUT, "faults", rule).await.expect_status(200);
    tenant.get("/connections").await.expect_error("FLOW-1103-503");
    let mut listed = call(&mock, Method::GET, "faults", Value::Null).await.without("abc12345").json();
    assert!(listed.to_string().contains("[redacted]"), "{listed}");
    call(&mock, Method::PUT, "faults", listed.clone()).await.expect_status(200).without("abc12345");
    tenant.get("/connections").await.expect_error("FLOW-1103-503");
    tenant.with_token("other").get("/connections").await.expect_status(200);

    // The rest of the rule may change.
    listed["faults"][0]["match"]["query"]["limit"] = json!("5");
    call(&mock, Method::PUT, "faults", listed.clone()).await.expect_status(200).without("abc12345");
    tenant.get("/connections").await.expect_status(200);
    tenant.get("/connections?limit=5").await.expect_error("FLOW-1103-503");
    call(&mock, Method::PUT, "faults", listed["faults"][0].clone()).await.expect_status(200);
    tenant.get("/connections?limit=5").await.expect_error("FLOW-1103-503");
}

#[tokio::test]
async fn a_redacted_value_that_stands_for_no_known_credential_is_refused() {
    let mock = support::server(|_| {});
    let rule = |id: &str, name: &str| json!({"id": id, "match": {"headers": {name: "Bearer [redacted]"}}, "action": {"error": "403010"}});
    let known = json!({"id": "r", "match": {"headers": {"authorization": "Bearer hunter2-hunter2"}},
        "action": {"error": "403010"}});
    call(&mock, Method::PUT, "faults", known).await.expect_status(200);
    for (method, rule, place) in [
        (Method::PUT, rule("other", "authorization"), "/match/headers/authorization"),
        (Method::PUT, rule("r", "x-elsewhere"), "/match/headers/x-elsewhere"),
        (Method::POST, rule("r", "authorization"), "/match/headers/authorization"),
    ] {
        let problems = call(&mock, method, "faults", rule).await.problems(400);
        assert_eq!(problems[0].0, place);
        assert!(problems[0].1.contains("[redacted]"), "{problems:?}");
    }
    assert_eq!(mock.faults().len(), 1);
    let expectation = json!({"headers": {"authorization": "Bearer [redacted]"}});
    call(&mock, Method::POST, "verify", expectation).await.refused_for(400, "[redacted]");
}

#[tokio::test]
async fn the_rules_of_one_organisation_are_listed_replaced_and_deleted_separately() {
    let mock = support::server(|_| {});
    let (ours, theirs) = (Tenant::on(&mock), Tenant::on(&mock));
    let action = json!({"error": "FLOW-1103-503"});
    let of = |tenant: &Tenant| format!("faults?imsOrgId={}", tenant.ims_org);
    let ids = |answer: Answer| {
        let listed = answer.json();
        let ids =
            listed["faults"].as_array().unwrap().iter().map(|fault| fault["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    for (id, tenant) in [("ours", &ours), ("theirs", &theirs)] {
        let rule = json!({"id": id, "match": {"operation": "listConnections"}, "action": action});
        let added = call(&mock, Method::POST, &of(tenant), rule).await.expect_status(201).json();
        assert_eq!(added["faults"][0]["match"]["imsOrgId"], tenant.ims_org.as_str());
    }
    call(&mock, Method::POST, "faults", json!({"id": "all", "match": {"path": "/x"}, "action": action}))
        .await;
    ours.get("/connections").await.expect_error("FLOW-1103-503");
    theirs.get("/connections").await.expect_error("FLOW-1103-503");
    assert_eq!(ids(call(&mock, Method::GET, &of(&ours), Value::Null).await), ["ours"]);

    let replaced = json!([{"id": "in-dev", "match": {"sandbox": "dev"}, "action": action}]);
    assert_eq!(ids(call(&mock, Method::PUT, &of(&ours), replaced).await.expect_status(200)), ["in-dev"]);
    ours.get("/connections").await.expect_status(200);
    ours.in_sandbox("dev").get("/connections").await.expect_error("FLOW-1103-503");
    theirs.get("/connections").await.expect_error("FLOW-1103-503");
    assert_eq!(ids(call(&mock, Method::GET, "faults", Value::Null).await), ["theirs", "all", "in-dev"]);

    call(&mock, Method::DELETE, &format!("{}&sandbox=prod", of(&ours)), Value::Null).await.expect_status(204);
    assert_eq!(ids(call(&mock, Method::GET, &of(&ours), Value::Null).await), ["in-dev"]);
    call(&mock, Method::DELETE, &of(&ours), Value::Null).await.expect_status(204);
    assert_eq!(ids(call(&mock, Method::GET, "faults", Value::Null).await), ["theirs", "all"]);
    mock.clear_faults_of(&theirs.ims_org);
    assert_eq!(ids(call(&mock, Method::GET, "faults", Value::Null).await), ["all"]);

    let wrong = json!([{"match": {"imsOrgId": theirs.ims_org}, "action": action}]);
    for method in [Method::POST, Method::PUT] {
        let problems = call(&mock, method, &of(&ours), wrong.clone()).await.problems(400);
        assert_eq!(problems[0].0, "/0/match/imsOrgId");
    }
    for path in ["faults?imsOrgId=", "faults?sandbox=prod", "faults?org=x"] {
        call(&mock, Method::DELETE, path, Value::Null).await.expect_status(400);
    }
    assert_eq!(mock.faults().len(), 1);
}

#[tokio::test]
async fn a_reset_of_an_organisation_clears_its_rules_and_restores_those_of_the_start() {
    let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
    let action = json!({"error": "FLOW-1103-503"});
    let initial = json!([
        {"id": "initial", "match": {"imsOrgId": "A@AdobeOrg", "path": "/connections"}, "times": 1, "action": action},
        {"id": "initial-b", "match": {"imsOrgId": "B@AdobeOrg", "path": "/connections"}, "times": 1, "action": action},
    ]);
    std::fs::write(&file, initial.to_string()).unwrap();
    let mock = support::server(|config| config.faults_file = Some(file.path().to_owned()));
    let (a, b) = (Tenant::on(&mock).of_org("A@AdobeOrg"), Tenant::on(&mock).of_org("B@AdobeOrg"));
    let states = || -> Vec<_> { mock.faults().into_iter().map(|fault| (fault.id, fault.fired)).collect() };
    mock.fault(FaultRule::new().id("general").path("/nowhere").error("403010"));
    mock.fault(FaultRule::new().id("added-a").ims_org("A@AdobeOrg").error("403010"));
    mock.fault(FaultRule::new().id("added-b").ims_org("B@AdobeOrg").error("403010"));
    for tenant in [&a, &b] {
        tenant.get("/connections").await.expect_error("FLOW-1103-503");
        tenant.get("/connections").await.expect_error("403010");
    }
    let reset = || call(&mock, Method::POST, "reset?imsOrgId=A%40AdobeOrg", json!({}));
    reset().await.expect_status(204);
    let expected = [("initial", 0), ("initial-b", 1), ("general", 0), ("added-b", 1)];
    assert_eq!(states(), expected.map(|(id, fired)| (id.to_owned(), fired)));
    a.get("/connections").await.expect_error("FLOW-1103-503");
    a.get("/connections").await.expect_status(200);
    b.get("/connections").await.expect_error("403010");
    call(&mock, Method::POST, "reset?imsOrgId=B%40AdobeOrg&sandbox=prod", Value::Null)
        .await
        .expect_status(204);
    assert_eq!(states().len(), 4, "the rules are for every sandbox of the organisation");
}

#[tokio::test]
async fn a_reset_takes_an_empty_object_and_no_other_body() {
    let mock = support::server(|_| {});
    for body in ["{}", " { } \n", ""] {
        let request = Control::of(&mock).request(Method::POST, "/reset").body(body);
        Answer::to(request).await.expect_status(204);
    }
    for body in ["{\"imsOrgId\": \"A@AdobeOrg\"}", "[]", "null", "{", "{}{}"] {
        let request = Control::of(&mock).request(Method::POST, "/reset").body(body);
        Answer::to(request).await.refused_for(400, "takes no body");
    }
}
