//! `/_flowmock/unrecorded/...`: calls of the APIs that leave no trace.

use crate::support::{self, Answer, Control, PRIVATE_ENDPOINTS, Tenant, Webhook, ats, rename};
use flowmock::{BASE_PATH, FlowMock, RequestFilter};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// An unrecorded call with the headers of a tenant; `path` is the whole path that it is for.
fn unrecorded(tenant: &Tenant, method: Method, path: &str) -> RequestBuilder {
    let request = tenant.absolute(method, &format!("/_flowmock/unrecorded{path}"));
    support::with_headers(request, tenant.headers())
}

/// An unrecorded call of the Flow Service.
fn flow_service(tenant: &Tenant, method: Method, path: &str) -> RequestBuilder {
    unrecorded(tenant, method, &format!("{BASE_PATH}{path}"))
}

fn with_json(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request.header("Content-Type", "application/json").body(body.to_string())
}

/// Asserts that the server noticed no request.
async fn assert_unnoticed(mock: &FlowMock) {
    assert!(mock.requests(&RequestFilter::new()).is_empty());
    let metrics = String::from_utf8(Control::of(mock).get("/metrics").await.body).expect("UTF-8");
    assert!(!metrics.contains("flowmock_requests_total{"), "{metrics}");
    let report = Control::of(mock).get("/contract").await.json();
    assert_eq!((&report["examined"], &report["consumers"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn they_read_and_change_the_sandbox_like_recorded_ones_and_leave_no_trace() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let created = with_json(flow_service(&tenant, Method::POST, "/connections"), &ats("orders"));
    let made = Answer::to(created).await.expect_status(201).written();
    let one = format!("/connections/{}", made.id);
    let patch = with_json(flow_service(&tenant, Method::PATCH, &one), &rename("renamed"));
    Answer::to(patch.header("If-Match", &made.etag)).await.expect_status(200);
    let read = Answer::to(flow_service(&tenant, Method::GET, &one)).await.expect_status(200).json();
    assert_eq!(read["items"][0]["name"], "renamed");
    let stale = with_json(flow_service(&tenant, Method::PATCH, &one), &rename("again"));
    Answer::to(stale.header("If-Match", &made.etag)).await.expect_error("FLOW-1404-412");
    let endpoints = Answer::to(unrecorded(&tenant, Method::GET, PRIVATE_ENDPOINTS)).await;
    assert_eq!(endpoints.expect_status(200).json()["items"], json!([]));
    Answer::to(flow_service(&tenant, Method::DELETE, &one)).await.expect_status(204);
    Answer::to(flow_service(&tenant, Method::GET, &one)).await.expect_error("FLOW-1439-404");
    assert_unnoticed(&mock).await;
}

#[tokio::test]
async fn faults_do_not_hit_them() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let rule = json!({"action": {"status": 503}});
    let control = Control::of(&mock);
    let made = control.send(Method::POST, "/faults", "application/json", rule.to_string()).await.json();
    let request =
        flow_service(&tenant, Method::GET, "/connections").header("x-flowmock-error", "RATE_LIMITED");
    Answer::to(request).await.expect_status(200);
    let id = made["faults"][0]["id"].as_str().expect("an id");
    assert_eq!(control.get(&format!("/faults/{id}")).await.json()["fired"], 0);
    assert_unnoticed(&mock).await;
}

#[tokio::test]
async fn links_name_the_plain_path_and_may_be_followed_with_the_prefix() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    for number in 0..3 {
        tenant.create(ats(&number.to_string())).await;
    }
    mock.clear_requests();
    let (mut path, mut names) = ("/connections?limit=1&orderby=name".to_owned(), Vec::new());
    loop {
        let page = Answer::to(flow_service(&tenant, Method::GET, &path)).await.expect_status(200).json();
        names.push(page["items"][0]["name"].clone());
        let Some(next) = page["_links"]["next"]["href"].as_str() else { break };
        path = next.to_owned();
    }
    assert_eq!(names, ["0", "1", "2"]);
    assert!(mock.requests(&RequestFilter::new()).is_empty());
}

#[tokio::test]
async fn the_gateway_checks_them_and_knows_the_default_sandbox() {
    let mock = support::server(|config| config.default_sandbox = Some("dev".into()));
    let tenant = Tenant::on(&mock);
    tenant.in_sandbox("dev").create(ats("orders")).await;
    let path = "/_flowmock/unrecorded/data/foundation/flowservice/connections";
    let without = |name: &'static str| {
        support::with_headers(tenant.absolute(Method::GET, path), tenant.headers_except(name))
    };
    let page = Answer::to(without("x-sandbox-name")).await.expect_status(200).json();
    assert_eq!(page["items"][0]["name"], "orders");
    Answer::to(without("x-api-key")).await.expect_error("403000");
    Answer::to(without("x-gw-ims-org-id")).await.expect_error("400003");
    let untyped = flow_service(&tenant, Method::POST, "/connections").body("{}");
    Answer::to(untyped).await.expect_content_type_problem();
    Answer::to(flow_service(&tenant, Method::GET, "/nowhere")).await.expect_error("FLOW-1003-404");
    Answer::to(flow_service(&tenant, Method::PUT, "/connections")).await.expect_error("FLOW-1003-405");
    let strict = support::server(|config| config.strict = true);
    let list = flow_service(&Tenant::on(&strict).of_org("no-org"), Method::GET, "/connections");
    Answer::to(list).await.expect_error("403027");
}

#[tokio::test]
async fn neither_the_check_of_tokens_nor_allow_lists_keep_the_page_from_what_is_stored() {
    let mock = support::server(|config| {
        config.auth = flowmock::Auth::Issued;
        config.allow_api_keys = vec!["other".into()];
        config.allow_organisations = vec!["OTHER@AdobeOrg".into()];
        config.allow_sandboxes = vec!["other".into()];
    });
    let tenant = Tenant::on(&mock);
    let created = with_json(flow_service(&tenant, Method::POST, "/connections"), &ats("orders"));
    Answer::to(created).await.expect_status(201);
    let page = Answer::to(flow_service(&tenant, Method::GET, "/connections")).await.expect_status(200);
    assert_eq!(page.json()["items"][0]["name"], "orders");
    tenant.get("/connections").await.expect_error("403003");
}

#[tokio::test]
async fn control_calls_are_not_nested() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    tenant.create(ats("orders")).await;
    for path in ["/_flowmock/reset", "//_flowmock/reset", "/_flowmock/unrecorded/_flowmock/reset"] {
        let answer = Answer::to(unrecorded(&tenant, Method::POST, path)).await;
        answer.refused_for(404, "never recorded");
    }
    assert_eq!(tenant.count().await, 1);
    let other = Answer::to(unrecorded(&tenant, Method::GET, "/nowhere")).await;
    other.expect_error("FLOW-1003-404").naming("/nowhere");
}

#[tokio::test]
async fn they_need_the_token_that_control_calls_need() {
    let mock = support::server(|config| config.control_token = Some("open-sesame".into()));
    let tenant = Tenant::on(&mock);
    let list = || flow_service(&tenant, Method::GET, "/connections");
    Answer::to(list()).await.refused_for(401, "control token");
    Answer::to(list().header("x-flowmock-control-token", "open-sesame")).await.expect_status(200);
    let mock = support::server(|config| config.control = false);
    let tenant = Tenant::on(&mock);
    let list = flow_service(&tenant, Method::GET, "/connections");
    Answer::to(list).await.expect_error("FLOW-1003-404").naming("--control off");
}

#[tokio::test]
async fn what_they_change_is_told_to_webhooks() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let webhook = Webhook::new().await;
    let path = format!("/notification-targets?imsOrgId={}&sandbox={}", tenant.ims_org, tenant.sandbox);
    let target = json!({"url": webhook.url, "challenge": false, "retryMs": 1}).to_string();
    let control = Control::of(&mock);
    let registered = control.send(Method::POST, &path, "application/json", target).await;
    assert_eq!(registered.status, 201, "{registered}");
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    let flow = with_json(
        flow_service(&tenant, Method::POST, "/flows"),
        &support::files_flow("daily", &source, &target),
    );
    Answer::to(flow).await.expect_status(201);
    assert!(!webhook.wait_for(1).await.is_empty());
}
