//! `--default-sandbox`, the sandbox of calls without `x-sandbox-name`.

use crate::support::{self, Answer, Control, Tenant, ats, with_headers};
use flowmock::{Config, Expectation, FlowMock, Matcher, RequestFilter, Times};
use reqwest::Method;
use serde_json::{Value, json};

fn server() -> FlowMock {
    FlowMock::with_config(Config::default().with_default_sandbox("dev")).expect("the server starts")
}

/// A call without the header `x-sandbox-name`.
async fn call(tenant: &Tenant, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let request = with_headers(tenant.bare(method, path), tenant.headers_except("x-sandbox-name"));
    let request = request.header("Content-Type", "application/json");
    Answer::to(match body {
        Some(body) => request.body(body.to_string()),
        None => request,
    })
    .await
}

#[tokio::test]
async fn a_call_without_the_header_means_the_default_sandbox_and_is_a_finding() {
    let mock = server();
    let tenant = Tenant::on(&mock);
    let made = call(&tenant, Method::POST, "/connections", Some(&ats("orders"))).await;
    let made = made.expect_status(201).written();
    let dev = tenant.in_sandbox("dev");
    assert_eq!(dev.read(&made.id).await["sandboxName"], "dev");
    tenant.get(&format!("/connections/{}", made.id)).await.expect_error("FLOW-1439-404"); // in prod
    let seen = call(&tenant, Method::GET, &format!("/connections/{}/", made.id), None).await;
    assert_eq!(seen.expect_status(200).json()["items"][0], dev.read(&made.id).await);

    // The journal has the sandbox, and the headers as they were sent.
    let mut journal = mock.requests(&RequestFilter::default());
    journal.sort_by_key(|request| request.id);
    assert_eq!(journal[0].sandbox.as_deref(), Some("dev"));
    assert!(!journal[0].headers.iter().any(|(name, _)| name == "x-sandbox-name"));
    assert!(journal[1].headers.iter().any(|(name, value)| (&**name, &**value) == ("x-sandbox-name", "dev")));
    let report = mock.contract_report();
    let broken = &report.consumers[0].broken;
    let missing = broken.iter().find(|broken| &*broken.rule == "header-missing").expect("a finding");
    assert_eq!(missing.count, 2);
}

#[tokio::test]
async fn fault_rules_of_the_default_sandbox_match_calls_without_the_header() {
    let mock = server();
    let tenant = Tenant::on(&mock);
    let rule = json!({"match": {"sandbox": "dev"}, "times": 1, "action": {"error": "FLOW-1103-503"}});
    let rules = json!({ "faults": [rule] }).to_string();
    let added = Control::of(&mock).send(Method::POST, "/faults", "application/json", rules).await;
    assert!(added.status.is_success(), "{added}");
    tenant.get("/connections").await.expect_status(200);
    call(&tenant, Method::GET, "/connections", None).await.expect_error("FLOW-1103-503");
    call(&tenant, Method::GET, "/connections", None).await.expect_status(200);
}

#[tokio::test]
async fn matchers_of_headers_see_those_that_the_client_sent() {
    let mock = server();
    let tenant = Tenant::on(&mock);
    let rule = json!({"match": {"headers": {"x-sandbox-name": {"absent": true}}}, "times": 1,
        "action": {"error": "FLOW-1103-503"}});
    let rules = json!({ "faults": [rule] }).to_string();
    Control::of(&mock).send(Method::POST, "/faults", "application/json", rules).await.expect_status(201);
    tenant.get("/connections").await.expect_status(200);
    call(&tenant, Method::GET, "/connections", None).await.expect_error("FLOW-1103-503");
    let sent = Expectation::new().header("x-sandbox-name", Matcher::present());
    mock.assert_received(&sent.times(Times::exactly(1)));
    mock.assert_received(&Expectation::new().sandbox("dev").times(Times::exactly(1)));
}

#[tokio::test]
async fn an_empty_header_is_refused_despite_the_default() {
    let mock = server();
    let tenant = Tenant::on(&mock);
    for empty in ["", " "] {
        tenant.in_sandbox(empty).get("/connections").await.expect_error("FLOW-2105-400");
    }
    tenant.in_sandbox("*").get("/connections").await.expect_error("FLOW-2111-403");
}

#[tokio::test]
async fn without_the_setting_the_header_is_required() {
    let plain = support::tenant().await;
    call(&plain, Method::GET, "/connections", None).await.expect_error("FLOW-2105-400");
    // A name that no header can carry is no sandbox.
    for name in ["", " ", "a\nb"] {
        let config = Config::default().with_default_sandbox(name);
        let mock = FlowMock::with_config(config).expect("the server starts");
        call(&Tenant::on(&mock), Method::GET, "/connections", None).await.expect_error("FLOW-2105-400");
    }
    let config = Config::default().with_default_sandbox("dev").with_allow_sandboxes(["prod"]);
    let mock = FlowMock::with_config(config).expect("the server starts");
    call(&Tenant::on(&mock), Method::GET, "/connections", None).await.expect_error("FLOW-2100-404");
}
