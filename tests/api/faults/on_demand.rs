//! Faults that a request asks for by a header.

use crate::support::{self, Answer, Tenant, ats, shared};
use flowmock::FaultRule;
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The answer to a request with `x-flowmock-error` and without the headers of the platform.
async fn asking(tenant: &Tenant, path: &str, error: &str) -> Answer {
    Answer::to(tenant.bare(Method::GET, path).header("x-flowmock-error", error)).await
}

/// Asserts that the answer is an error of the catalogue.
#[track_caller]
fn expect(answer: Answer, code: &str, status: u64, title: Option<&str>) {
    assert_eq!(u64::from(answer.status.as_u16()), status, "{answer}");
    assert_eq!(answer.header("x-flowmock-fault"), "x-flowmock-error", "{answer}");
    let body = answer.json();
    if code.is_empty() {
        answer.expect_content_type_problem();
        return;
    }
    if body["type"] == "/placeholder/type/uri" {
        assert_eq!(body["title"], title.unwrap_or_default(), "{answer}"); // an error of sandbox management
        return;
    }
    if body["report"]["message"].is_string() {
        assert_eq!(body["title"], title.unwrap_or_default(), "{answer}"); // an error of the streaming endpoint
        return;
    }
    if body["error"].is_string() {
        assert_eq!(body["error"], code, "{answer}"); // an error of a token endpoint has no title
        return;
    }
    if let Some(title) = title {
        let key = if body["error_code"].is_string() { "message" } else { "title" };
        assert_eq!(body[key], title, "{answer}");
    }
    answer.expect_error(code);
}

#[tokio::test]
async fn every_error_of_the_catalogue_can_be_requested() {
    let tenant = support::tenant().await;
    let catalogue = Answer::to(support::request(shared(), Method::GET, "/_flowmock/errors")).await.json();
    let text = |row: &Value, key: &str| row[key].as_str().expect(key).to_owned();
    let rows = catalogue["errors"].as_array().unwrap();
    assert!(rows.len() > 60);
    for row in rows {
        let status = row["status"].as_u64().unwrap();
        let (code, title) = (text(row, "code"), text(row, "title"));
        for path in ["/connections/an-id", "/connections?limit=abc", "/no-such-path", ""] {
            expect(asking(&tenant, path, &text(row, "onDemand")).await, &code, status, Some(&title));
        }
    }
    for row in catalogue["providerErrors"].as_array().unwrap() {
        let answer = asking(&tenant, "/connections", &text(row, "onDemand")).await;
        let answer = answer.naming(&format!("Error from flow provider: {}: ", text(row, "code")));
        expect(answer, &text(row, "carriedBy"), row["status"].as_u64().unwrap(), None);
    }
}

#[tokio::test]
async fn every_error_of_the_reference_can_be_requested() {
    let tenant = support::tenant().await;
    for (file, is_code) in [("errors.csv", true), ("provider-errors.csv", false)] {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/").to_owned() + file;
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("skipped: {file} of the reference is not beside the project");
            continue;
        };
        for row in text.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let (code, status) = (cells[0], cells[1].parse().unwrap());
            let title = Some(cells[2]).filter(|title| is_code && !title.is_empty());
            let name = if code.is_empty() { cells[2] } else { code };
            let answer = asking(&tenant, "/connections", name).await;
            if is_code {
                expect(answer, code, status, title);
            } else {
                assert_eq!(u64::from(answer.status.as_u16()), status, "{answer}");
                answer.naming(&format!("{code}: "));
            }
        }
    }
}

#[tokio::test]
async fn a_requested_error_has_the_report_of_the_documented_case() {
    let tenant = support::tenant().await;
    let answer =
        asking(&tenant, "/connectionSpecs/abc/", "flow-1439-404").await.expect_error("FLOW-1439-404");
    assert_eq!(answer.json()["report"]["id"], "abc");
    assert_eq!(answer.json()["report"]["type"], "connectionSpecs");
    let request = tenant.bare(Method::PATCH, "/connections/abc").header("If-Match", "\"mine\"");
    let answer = Answer::to(request.header("x-flowmock-error", "FLOW-1404-412")).await;
    let report = answer.expect_error("FLOW-1404-412").json()["report"].clone();
    assert_eq!(report["sent"], "\"mine\"");
    assert!(report["current"].as_str().is_some_and(|etag| etag.ends_with("0000\"")), "{report}");
    let answer = asking(&tenant, "/connections", "429050").await.expect_error("429050");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn a_request_for_an_error_has_no_effect() {
    let tenant = support::tenant().await;
    let create = tenant.request(Method::POST, "/connections").body(ats("lost").to_string());
    Answer::to(create.header("x-flowmock-error", "FLOW-1104-504")).await.expect_error("FLOW-1104-504");
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test]
async fn a_requested_delay_changes_nothing_but_the_time() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("slow")).await;
    let begun = Instant::now();
    let request = tenant.request(Method::GET, &format!("/connections/{}", made.id));
    let answer = Answer::to(request.header("x-flowmock-delay-ms", " 60 ")).await.expect_status(200);
    assert!(begun.elapsed() >= Duration::from_millis(60));
    assert_eq!(answer.json()["items"][0]["name"], "slow");
    let request = tenant.bare(Method::GET, "/connections").header("x-flowmock-delay-ms", "60");
    let begun = Instant::now();
    Answer::to(request.header("x-flowmock-error", "403010")).await.expect_error("403010");
    assert!(begun.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn an_invalid_fault_header_is_refused_by_name() {
    let tenant = support::tenant().await;
    for name in ["", "FLOW-1404", "1404", "\u{e9}"] {
        let answer = asking(&tenant, "/connections", name).await.expect_error("FLOW-1000-400");
        answer.naming("x-flowmock-error: ").naming("GET /_flowmock/errors");
    }
    for delay in ["", "-1", "1.5", "1s", "300001", "99999999999999999999", "\u{e9}"] {
        let request = tenant.request(Method::GET, "/connections").header("x-flowmock-delay-ms", delay);
        let answer = Answer::to(request).await.expect_error("FLOW-1000-400");
        answer.naming("x-flowmock-delay-ms: ").naming("0 to 300000");
    }
}

#[tokio::test]
async fn a_fault_header_overrides_the_rules_and_does_not_affect_control_calls() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    mock.fault(FaultRule::new().error("FLOW-1103-503"));
    let request = tenant.bare(Method::GET, "/connections").header("x-flowmock-error", "403010");
    Answer::to(request).await.expect_error("403010");
    assert_eq!(mock.faults()[0].matched, 0);
    for path in ["health", "errors", "faults", "no-such-path"] {
        let request = support::request(&mock, Method::GET, &format!("/_flowmock/{path}"))
            .header("x-flowmock-error", "403010");
        let answer = Answer::to(request.header("x-flowmock-delay-ms", "forever")).await;
        assert_eq!(answer.header("x-flowmock-fault"), "", "{answer}");
        assert_eq!(answer.status == 404, path == "no-such-path", "{answer}");
    }
    assert_eq!(mock.faults()[0].matched, 0);
}

#[tokio::test]
async fn browsers_may_send_the_fault_headers_and_read_the_answer() {
    let mock = support::server(|config| config.cors = true);
    let tenant = Tenant::on(&mock);
    let request = tenant.bare(Method::GET, "/connections").header("Origin", "http://localhost:3000");
    let answer = Answer::to(request.header("x-flowmock-error", "FLOW-1103-503")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer}");
    answer.expect_error("FLOW-1103-503");
    mock.fault(FaultRule::new().reset());
    let preflight = tenant
        .bare(Method::OPTIONS, "/connections")
        .header("Origin", "http://localhost:3000")
        .header("Access-Control-Request-Method", "GET");
    Answer::to(preflight).await.expect_status(200);
}

#[tokio::test]
async fn a_requested_error_has_the_request_id() {
    let tenant = support::tenant().await;
    let mut ids = BTreeMap::new();
    for error in ["FLOW-1103-503", "403010", "BadRequestError"] {
        let request = tenant.bare(Method::GET, "/connections").header("x-flowmock-error", error);
        let answer = Answer::to(request.header("x-request-id", "mine")).await;
        assert_eq!(answer.header("x-request-id"), "mine", "{answer}");
        let answer = asking(&tenant, "/connections", error).await;
        ids.insert(answer.header("x-request-id").to_owned(), answer);
    }
    assert_eq!(ids.len(), 3);
}
