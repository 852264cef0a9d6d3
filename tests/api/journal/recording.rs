//! The recorded requests and their parts.

use super::{control, header, list, server};
use crate::support::{self, Answer, RawConnection, Tenant, ats};
use flowmock::{BASE_PATH, RecordedOutcome, RequestFilter};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_request_is_recorded_with_its_answer() {
    let mock = server();
    for tenant in [Tenant::on(&mock), Tenant::over_http2(&mock)] {
        mock.clear_requests();
        let answer = tenant.post("/connections?mode=draft", &ats("orders")).await.expect_status(201);
        let [recorded] = list(&mock, "").await.try_into().unwrap();
        assert_eq!(recorded.operation.as_deref(), Some("createConnection"));
        assert_eq!(recorded.method, "POST");
        assert_eq!(recorded.path, format!("{BASE_PATH}/connections"));
        assert_eq!(recorded.query, "mode=draft");
        assert_eq!(recorded.ims_org_id.as_deref(), Some(tenant.ims_org.as_str()));
        assert_eq!(recorded.sandbox.as_deref(), Some("prod"));
        assert_eq!(recorded.api_key.as_deref(), Some("key"));
        assert_eq!(recorded.request_id.as_deref(), Some(answer.header("x-request-id")));
        assert_eq!((recorded.outcome, recorded.status), (RecordedOutcome::Answered, Some(201)));
        assert_eq!(recorded.error_code, None);
        assert!(recorded.duration_micros > 0 && recorded.time.ends_with('Z'), "{recorded:?}");
        assert_eq!(header(&recorded.headers, "content-type"), Some("application/json"));
        assert_eq!(header(&recorded.headers, "host"), Some(mock.address().to_string().as_str()));
        assert_eq!(header(&recorded.headers, "authorization"), Some("Bearer [redacted]"));
        assert_eq!(header(&recorded.response_headers, "location"), Some(answer.header("location")));
        let body = recorded.body.unwrap();
        assert_eq!(body.bytes, ats("orders").to_string().len() as u64);
        let body = body.json.unwrap();
        assert_eq!(body["name"], "orders");
        assert_eq!(body["auth"]["params"]["connectionString"], "[redacted]");
        assert_eq!(recorded.response_body.unwrap().json.unwrap(), answer.json());
    }
}

#[tokio::test]
async fn every_refused_request_is_recorded_with_its_code_and_its_unread_body() {
    let mock = support::server(|config| {
        config.cors = true;
        config.max_body_bytes = 1000;
        config.request_timeout = Duration::from_millis(1000);
    });
    let tenant = Tenant::on(&mock);
    let refusals: [(_, u16, Option<&str>, Option<&str>); 6] = [
        (tenant.bare(Method::POST, "/connections"), 403, Some("403000"), Some("createConnection")),
        (tenant.request(Method::PUT, "/connections"), 405, Some("FLOW-1003-405"), None),
        (tenant.request(Method::POST, "/nowhere"), 404, Some("FLOW-1003-404"), None),
        (
            tenant.untyped(Method::POST, "/connections").header("Content-Type", "text/plain"),
            400,
            None,
            Some("createConnection"),
        ),
        (
            tenant.request(Method::POST, "/connections").header("Content-Encoding", "br"),
            415,
            Some("FLOW-1004-415"),
            Some("createConnection"),
        ),
        (
            tenant.request(Method::PATCH, "/connections/nobody"),
            400,
            Some("FLOW-1403-400"),
            Some("updateConnection"),
        ),
    ];
    for (request, status, code, operation) in refusals {
        mock.clear_requests();
        Answer::to(request.body("{\"name\":\"unread\"}")).await.expect_status(status);
        let [recorded] = list(&mock, "").await.try_into().unwrap();
        assert_eq!((recorded.status, recorded.error_code.as_deref()), (Some(status), code), "{recorded:?}");
        assert_eq!(recorded.operation.as_deref(), operation);
        assert_eq!(
            recorded.body.unwrap().json,
            Some(json!({"name": "unread"})),
            "what was sent is known all the same"
        );
        assert!(recorded.response_body.unwrap().json.is_some());
    }

    mock.clear_requests();
    tenant.post("/connections", &json!({"name": "x".repeat(1000)})).await.expect_error("FLOW-1004-413");
    let preflight = tenant.bare(Method::OPTIONS, "/connections").header("Origin", "http://localhost");
    Answer::to(preflight.header("Access-Control-Request-Method", "POST")).await.expect_status(200);
    let mut raw = RawConnection::to(mock.address());
    raw.send(tenant.head("POST", "/connections", &["Content-Length: 100"])).send("{\"name\":");
    raw.answer().expect_error("FLOW-1004-408");
    let recorded = list(&mock, "").await;
    let seen: Vec<(&str, Option<u16>)> =
        recorded.iter().map(|recorded| (recorded.method.as_str(), recorded.status)).collect();
    assert_eq!(seen, [("POST", Some(408)), ("OPTIONS", Some(200)), ("POST", Some(413))]);
    let body = recorded[0].body.clone().unwrap();
    assert_eq!((body.bytes, body.json, body.text), (8, None, None));
    assert!(body.omitted.is_some(), "half a body may contain half a credential");
    assert_eq!(recorded[2].body.as_ref().unwrap().bytes, 1011);
}

#[tokio::test]
async fn control_calls_are_not_recorded() {
    let mock = server();
    for path in ["/health", "/errors", "/requests", "/requests.har", "/metrics", "/info", "/nowhere", ""] {
        control(&mock, Method::GET, path).await;
    }
    control(&mock, Method::DELETE, "/health").await;
    assert_eq!(mock.requests(&RequestFilter::new()), []);
}

#[tokio::test]
async fn the_journal_is_bounded_and_can_be_switched_off() {
    let few = support::server(|config| config.journal_requests = 2);
    let off = support::server(|config| config.journal_requests = 0);
    let short = support::server(|config| config.journal_max_body_bytes = 100);
    for mock in [&few, &off, &short] {
        let tenant = Tenant::on(mock);
        for name in ["a", "b", "c"] {
            tenant.create(ats(name)).await;
        }
        tenant.get("/connections").await.expect_status(200);
    }
    assert_eq!(list(&few, "").await.iter().map(|recorded| recorded.id).collect::<Vec<_>>(), [4, 3]);
    assert_eq!(list(&off, "").await, []);
    let recorded = list(&short, "").await;
    let page = recorded[0].response_body.clone().unwrap();
    assert!(page.truncated && page.bytes > 1000 && page.json.is_none() && page.omitted.is_some(), "{page:?}");
    let request = recorded[1].body.clone().unwrap();
    assert_eq!((request.truncated, request.bytes), (true, ats("c").to_string().len() as u64));
    let answer = recorded[1].response_body.clone().unwrap();
    assert!(!answer.truncated && answer.json.is_some(), "{answer:?}");
}
