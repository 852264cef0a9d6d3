//! Tests of requests that a browser sends for a web page: to another host name (DNS rebinding), or from a page of another
//! origin.

use crate::support::{self, Answer, Control, Tenant, landing_zone};
use flowmock::{FlowMock, HEALTH_PATH};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

/// Control calls that read or change something.
fn control_calls() -> [(Method, &'static str, Option<&'static str>); 6] {
    let rule = r#"{"id": "planted", "action": {"status": 200}}"#;
    let state = r#"{"organisations": []}"#;
    [
        (Method::GET, "/state", None),
        (Method::GET, "/requests", None),
        (Method::POST, "/reset", None),
        (Method::PUT, "/state", Some(state)),
        (Method::POST, "/faults", Some(rule)),
        (Method::PUT, "/snapshots/mine", None),
    ]
}

fn call(mock: &FlowMock, method: Method, path: &str, body: Option<&'static str>) -> RequestBuilder {
    let request = Control::of(mock).request(method, path);
    match body {
        Some(body) => request.header("Content-Type", "text/plain").body(body),
        None => request,
    }
}

/// Asserts that control calls had no effect: the connection exists, and there is neither a rule nor a snapshot.
async fn assert_untouched(tenant: &Tenant, mock: &FlowMock) {
    assert_eq!(tenant.count().await, 1);
    assert_eq!(Control::of(mock).get("/faults").await.json(), json!({"faults": []}));
    assert_eq!(Control::of(mock).get("/snapshots").await.json(), json!({"snapshots": []}));
}

#[tokio::test]
async fn a_control_call_for_a_page_of_another_origin_is_refused_and_changes_nothing() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    tenant.create(landing_zone("orders")).await;
    let own = mock.url();
    for headers in [
        &[("Origin", "http://evil.example")][..],
        &[("Origin", "http://localhost:3000")],
        &[("Origin", "null")],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site"), ("Origin", "http://127.0.0.1:1")],
        &[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")],
        &[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors"), ("Origin", own.as_str())],
    ] {
        for (method, path, body) in control_calls() {
            let request = call(&mock, method, path, body);
            let request =
                headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            let answer = Answer::to(request).await;
            answer.refused_for(403, "web page of another origin");
            answer.refused_for(403, headers[0].1);
            assert!(answer.header("access-control-allow-origin").is_empty(), "{answer}");
        }
    }
    assert_untouched(&tenant, &mock).await;
}

#[tokio::test]
async fn pages_of_the_server_itself_and_clients_other_than_browsers_may_make_control_calls() {
    let mock = support::server(|_| {});
    let own = mock.url();
    for headers in [
        &[][..],
        &[("Origin", own.as_str())],
        &[("Origin", own.as_str()), ("Sec-Fetch-Site", "same-origin")],
        &[("Sec-Fetch-Site", "same-origin")],
        &[("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate")],
    ] {
        for (method, path, body) in control_calls() {
            let request = call(&mock, method, path, body);
            let request =
                headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            let answer = Answer::to(request).await;
            assert!(answer.status.is_success(), "{answer}");
            Control::of(&mock).delete("/faults").await;
        }
    }
}

#[tokio::test]
async fn a_request_for_a_host_that_is_not_the_servers_is_refused() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    tenant.create(landing_zone("orders")).await;
    let port = mock.address().port();
    for host in
        ["evil.example".to_owned(), format!("evil.example:{port}"), format!("127.0.0.1.evil.example:{port}")]
    {
        for (method, path, body) in control_calls() {
            let answer = Answer::to(call(&mock, method, path, body).header("Host", &host)).await;
            answer.refused_for(403, &host);
            answer.refused_for(403, "--allow-host");
        }
        let listed = tenant.request(Method::GET, "/connections").header("Host", &host);
        Answer::to(listed).await.expect_error("FLOW-1003-403").naming(&host).without("orders");
        let unknown = support::request(&mock, Method::GET, "/").header("Host", &host);
        Answer::to(unknown).await.expect_error("FLOW-1003-403").naming(&host);
        let health = support::request(&mock, Method::GET, HEALTH_PATH).header("Host", &host);
        Answer::to(health).await.expect_status(200);
    }
    assert_untouched(&tenant, &mock).await;
}

#[tokio::test]
async fn a_request_for_a_name_that_no_stranger_can_point_here_is_served() {
    let mock = support::server(|config| config.allow_hosts = vec!["mock.example.com".into()]);
    let tenant = Tenant::on(&mock);
    for host in [
        "localhost:1",
        "[::1]:8080",
        "10.1.2.3",
        "flowmock:8080",
        "host.docker.internal:8080",
        "platform.adobe.io",
        "mock.example.com:8080",
    ] {
        let info = Control::of(&mock).request(Method::GET, "/info").header("Host", host);
        Answer::to(info).await.expect_status(200);
        let listed = tenant.request(Method::GET, "/connections").header("Host", host);
        Answer::to(listed).await.expect_status(200);
    }
}

#[tokio::test]
async fn over_http2_the_host_is_that_of_the_url() {
    let mock = support::server(|_| {});
    let client = reqwest::Client::builder()
        .http2_prior_knowledge()
        .resolve("evil.example", mock.address())
        .resolve("mock", mock.address())
        .build()
        .expect("a client");
    let ask = |host: &str| client.get(format!("http://{host}:{}/_flowmock/state", mock.address().port()));
    Answer::to(ask("evil.example")).await.refused_for(403, "evil.example");
    Answer::to(ask("mock")).await.expect_status(200);
}

#[tokio::test]
async fn an_injected_response_never_runs_as_a_page() {
    let mock = support::server(|_| {});
    let rule = json!({"action": {"status": 200, "body": "<script>alert(1)</script>", "headers": {
        "Content-Type": "text/html",
        "Content-Security-Policy": "script-src *",
        "X-Content-Type-Options": "sniff",
    }}});
    Control::of(&mock).send(Method::POST, "/faults", "application/json", rule.to_string()).await;
    let answer = Answer::to(support::request(&mock, Method::GET, "/page")).await;
    assert_eq!(answer.header("content-type"), "text/html", "{answer}");
    // If there are several policies, all apply; if there are several X-Content-Type-Options, the first one counts.
    let all = |name: &str| {
        answer.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(all("content-security-policy"), ["sandbox", "script-src *"], "{answer}");
    assert_eq!(all("x-content-type-options")[0], "nosniff", "{answer}");
}

#[tokio::test]
async fn slashes_before_a_control_path_do_not_evade_the_checks() {
    let mock = support::server(|config| config.control_token = Some("secret".into()));
    for path in ["//_flowmock/state", "///_flowmock/state/", "/_flowmock//state"] {
        let request = support::request(&mock, Method::GET, path);
        assert_eq!(Answer::to(request).await.status, 401, "{path}");
        let request = support::request(&mock, Method::GET, path)
            .header("x-flowmock-control-token", "secret")
            .header("Origin", "http://evil.example");
        assert_eq!(Answer::to(request).await.status, 403, "{path}");
    }
    assert_eq!(mock.requests(&flowmock::RequestFilter::default()).len(), 0, "control calls are not recorded");
}
