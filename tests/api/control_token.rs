//! Access to control calls: `Config::control` and `Config::control_token`.

use crate::support::{self, Answer, Tenant};
use flowmock::{FlowMock, HEALTH_PATH};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

const TOKEN: &str = "open-sesame";

fn protected() -> FlowMock {
    support::server(|config| config.control_token = Some(TOKEN.into()))
}

fn call(mock: &FlowMock, method: Method, path: &str) -> RequestBuilder {
    support::client().request(method, mock.url() + path)
}

#[tokio::test]
async fn without_the_token_every_control_call_except_health_is_refused() {
    let mock = protected();
    let calls = [
        (Method::GET, "/_flowmock/errors"),
        (Method::GET, "/_flowmock/errors/"),
        (Method::POST, "/_flowmock/errors"),
        (Method::GET, "/_flowmock/nowhere"),
        (Method::GET, "/_flowmock"),
        (Method::GET, "/_flowmock/health/x"),
    ];
    for (method, path) in calls {
        let call = || call(&mock, method.clone(), path);
        for request in [
            call(),
            call().header("Authorization", "Bearer open-sesam"),
            call().header("Authorization", "Bearer open-sesame2"),
            call().header("Authorization", "Bearer Open-Sesame"),
            call().header("Authorization", "Bearer "),
            call().header("Authorization", format!("Basic {TOKEN}")),
            call().header("Authorization", TOKEN),
            call().header("x-flowmock-control-token", ""),
            call().header("x-flowmock-control-token", format!("Bearer {TOKEN}")),
            call().header("x-flowmock-control-token", &b"\xff"[..]),
        ] {
            let answer = Answer::to(request).await.expect_status(401).without(TOKEN);
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"flowmock\"", "{answer}");
            assert_eq!(answer.header("content-type"), "application/json", "{answer}");
            let body = answer.json();
            assert_eq!(body["errors"][0]["path"], "", "{answer}");
            assert!(
                body["errors"][0]["reason"].as_str().unwrap().contains("x-flowmock-control-token"),
                "{answer}"
            );
        }
    }
    Answer::to(call(&mock, Method::GET, HEALTH_PATH)).await.expect_status(200);
    Tenant::on(&mock).get("/connections").await.expect_status(200);
}

#[tokio::test]
async fn the_token_in_either_header_allows_every_control_call() {
    let mock = protected();
    let errors = || call(&mock, Method::GET, "/_flowmock/errors");
    for request in [
        errors().header("Authorization", format!("Bearer {TOKEN}")),
        errors().header("Authorization", format!("bearer  {TOKEN}")),
        errors().header("x-flowmock-control-token", TOKEN),
        errors().header("Authorization", "Bearer a.platform.token").header("x-flowmock-control-token", TOKEN),
        call(&mock, Method::GET, "/_flowmock/errors/").header("x-flowmock-control-token", TOKEN),
    ] {
        Answer::to(request).await.expect_status(200);
    }
    let nowhere = call(&mock, Method::GET, "/_flowmock/nowhere").header("x-flowmock-control-token", TOKEN);
    Answer::to(nowhere).await.expect_error("FLOW-1003-404");
}

#[tokio::test]
async fn a_token_that_no_header_can_carry_refuses_every_call() {
    let mock = support::server(|config| config.control_token = Some("".into()));
    for request in [
        call(&mock, Method::GET, "/_flowmock/errors"),
        call(&mock, Method::GET, "/_flowmock/errors").header("Authorization", "Bearer "),
        call(&mock, Method::GET, "/_flowmock/errors").header("x-flowmock-control-token", ""),
    ] {
        Answer::to(request).await.expect_status(401);
    }
}

#[tokio::test]
async fn with_control_off_every_control_call_except_health_is_an_unknown_path() {
    for token in [None, Some(TOKEN)] {
        let mock = support::server(|config| {
            config.control = false;
            config.control_token = token.map(Into::into);
        });
        for path in ["/_flowmock/errors", "/_flowmock/errors/", "/_flowmock/nowhere", "/_flowmock"] {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                let request = call(&mock, method, path).header("x-flowmock-control-token", TOKEN);
                let from_page = request.try_clone().unwrap().header("Origin", "http://evil.example");
                for request in [request, from_page] {
                    Answer::to(request).await.expect_error("FLOW-1003-404").naming("--control off");
                }
            }
        }
        let health = Answer::to(call(&mock, Method::GET, HEALTH_PATH)).await.expect_status(200);
        assert_eq!(health.json()["status"], json!("ok"));
        Answer::to(call(&mock, Method::GET, "/_flowmock/health/")).await.expect_status(200);
        Tenant::on(&mock).get("/connections").await.expect_status(200);
        mock.access_token("key", "A@AdobeOrg").expect("methods need no token");
    }
}

#[test]
fn the_debug_output_of_a_configuration_hides_the_token() {
    let mut config = flowmock::Config::default();
    config.control_token = Some(TOKEN.into());
    assert!(!format!("{config:?} {config:#?}").contains(TOKEN));
}
