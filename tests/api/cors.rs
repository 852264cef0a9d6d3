//! CORS, an addition of flowmock that a flag turns on.

use crate::support::{self, Answer, Control, Tenant, ats};
use flowmock::FlowMock;
use reqwest::{Method, RequestBuilder};

const ORIGIN: &str = "http://localhost:3000";

fn preflight(tenant: &Tenant, path: &str) -> RequestBuilder {
    tenant
        .bare(Method::OPTIONS, path)
        .header("Origin", ORIGIN)
        .header("Access-Control-Request-Method", "PATCH")
        .header("Access-Control-Request-Headers", "authorization,x-api-key,if-match,content-type")
}

#[tokio::test]
async fn a_preflight_request_needs_no_platform_headers_and_is_allowed() {
    let mock = support::server(|config| config.cors = true);
    let tenant = Tenant::on(&mock);
    for path in ["/connections", "/connections/some-id/", "/no-such-path"] {
        let answer = Answer::to(preflight(&tenant, path)).await.expect_status(200);
        assert!(answer.body.is_empty(), "{answer}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer}");
        assert_eq!(answer.header("access-control-allow-methods"), "PATCH", "{answer}");
        let allowed = answer.header("access-control-allow-headers");
        for name in ["authorization", "x-api-key", "if-match", "content-type"] {
            assert!(allowed.contains(name), "{answer}"); // the wildcard `*` does not include Authorization
        }
        assert!(answer.header("access-control-allow-credentials").is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn browsers_can_read_every_answer_with_its_headers() {
    let mock = support::server(|config| config.cors = true);
    let tenant = Tenant::on(&mock);
    for (request, status) in [
        (tenant.request(Method::POST, "/connections").body(ats("x").to_string()), 201),
        (tenant.request(Method::GET, "/connections"), 200),
        (tenant.request(Method::GET, "/connections/nobody"), 404),
        (tenant.request(Method::PUT, "/connections"), 405),
        (tenant.request(Method::POST, "/connections").body("{"), 400),
        (tenant.bare(Method::GET, "/connections"), 403),
    ] {
        let answer = Answer::to(request.header("Origin", ORIGIN)).await.expect_status(status);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer}");
        assert_eq!(answer.header("access-control-expose-headers"), "*", "{answer}");
    }
}

/// A preflight request, and the call that follows it.
async fn control_call_of_a_page(mock: &FlowMock) -> [Answer; 2] {
    let call = |method| Control::of(mock).request(method, "/state").header("Origin", ORIGIN);
    let preflight = call(Method::OPTIONS).header("Access-Control-Request-Method", "PUT");
    [Answer::to(preflight).await, Answer::to(call(Method::GET)).await]
}

#[tokio::test]
async fn the_cors_flag_opens_only_the_api() {
    let mock = support::server(|config| config.cors = true);
    for answer in control_call_of_a_page(&mock).await {
        answer.refused_for(403, ORIGIN);
        assert!(answer.header("access-control-allow-origin").is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn the_control_flag_opens_the_control_calls_and_not_the_api() {
    let mock = support::server(|config| config.cors_control = true);
    for answer in control_call_of_a_page(&mock).await {
        let answer = answer.expect_status(200);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer}");
    }
    let tenant = Tenant::on(&mock);
    let refused = Answer::to(preflight(&tenant, "/connections")).await.expect_error("403000");
    assert!(refused.header("access-control-allow-origin").is_empty(), "{refused}");
}

#[tokio::test]
async fn without_the_flag_answers_have_no_cors_headers() {
    let tenant = support::tenant().await;
    let refused = Answer::to(preflight(&tenant, "/connections")).await.expect_error("403000");
    let listed = Answer::to(tenant.request(Method::GET, "/connections").header("Origin", ORIGIN)).await;
    for answer in [refused, listed.expect_status(200)] {
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{answer}");
    }
}
