//! Tests of the report's other forms, and of the status code for its verdict.

use super::Api;
use crate::support::Answer;
use flowmock::contract::{PassCriteria, Report, Severity, TextOptions};
use reqwest::Method;

#[tokio::test]
async fn the_report_comes_as_junit_markdown_and_text_as_the_library_writes_it() {
    let api = Api::new(|_| {});
    api.wrong("<me>").await;
    let report = api.report().await;
    let (criteria, mut full) = (PassCriteria::default(), TextOptions::default());
    full.full = true;
    for (query, content_type, expected) in [
        ("format=markdown", "text/markdown; charset=utf-8", report.markdown(&criteria)),
        ("format=text", "text/plain; charset=utf-8", report.text(&criteria, TextOptions::default())),
        ("format=TEXT&full=true", "text/plain; charset=utf-8", report.text(&criteria, full)),
    ] {
        let answer = api.control.get(&format!("/contract?{query}")).await.expect_status(200);
        assert_eq!(answer.header("content-type"), content_type, "{answer}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer}");
        assert_eq!(answer.header("content-security-policy"), "sandbox", "{answer}");
        assert_eq!(String::from_utf8_lossy(&answer.body), expected);
    }
    let junit = api.control.get("/contract?format=junit").await.expect_status(200);
    assert_eq!(junit.header("content-type"), "application/xml", "{junit}");
    let junit = String::from_utf8(junit.body).unwrap();
    let document = roxmltree::Document::parse(&junit).expect("well-formed");
    assert_eq!(document.root_element().attribute("failures"), Some("1"));
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    assert!(suite.attribute("timestamp").is_some() && suite.attribute("hostname").is_some(), "{junit}");
    let json: Report = api.read("/contract?format=json").await;
    assert_eq!(json, report);
}

#[tokio::test]
async fn a_server_that_shares_no_state_has_the_report_of_all_replicas() {
    let api = Api::new(|_| {});
    api.wrong("me").await;
    let mut report = api.read("/contract?replicas=all").await;
    assert_eq!(std::mem::take(&mut report.replicas), ["local"]);
    for consumer in &mut report.consumers {
        let broken = consumer.broken.iter_mut();
        broken.for_each(|broken| assert_eq!(broken.first.replica.take().as_deref(), Some("local")));
    }
    assert_eq!(report, api.report().await);
    let text = api.control.get("/contract?replicas=all&format=text").await.expect_status(200);
    assert!(String::from_utf8_lossy(&text.body).contains("journal entry 1 at replica local of "), "{text}");
    api.control.get("/contract?replicas=all&failStatus=true").await.expect_status(417);
    api.control.get("/contract?replicas=all&consumer=you").await.expect_status(404);
    for path in ["/contract?replicas=2", "/contract?replicas=", "/contract?replicas=all&replicas=all"] {
        api.control.get(path).await.expect_status(400);
    }
    let emptied =
        |query: &str| Answer::to(api.control.request(Method::DELETE, &format!("/contract?{query}")));
    emptied("replicas=all&consumer=you").await.expect_status(404);
    emptied("replicas=no").await.expect_status(400);
    assert_eq!(api.report().await.consumers.len(), 1);
    emptied("replicas=all").await.expect_status(204);
    assert!(api.report().await.consumers.is_empty());
}

#[tokio::test]
async fn with_fail_status_a_run_that_does_not_pass_is_a_417_in_every_form() {
    let api = Api::new(|_| {});
    let status = async |query: &str| api.control.get(&format!("/contract?{query}")).await.status.as_u16();
    assert_eq!(status("failStatus=true").await, 417, "a run of which nothing is known never passes");
    assert_eq!(status("").await, 200);
    Answer::to(api.by("good", Method::GET, "/connections")).await.expect_status(200);
    Answer::to(api.by("warned", Method::GET, "/connections?property=name%3Da")).await.expect_status(200);
    for form in ["json", "junit", "markdown", "text"] {
        for (query, expected) in [
            ("failOn=error", 200),
            ("failOn=warning", 417),
            ("failOn=warning&consumer=good", 200),
            ("failOn=never", 200),
            ("minCoverage=0.1", 200),
            ("minCoverage=99", 417),
            ("failOn=never&minCoverage=99", 417),
        ] {
            let query = format!("format={form}&{query}");
            assert_eq!(status(&format!("{query}&failStatus=true")).await, expected, "{query}");
            assert_eq!(status(&query).await, 200, "{query}");
        }
    }
    api.wrong("bad").await;
    assert_eq!(status("failStatus=true").await, 417);
    let mut criteria = PassCriteria::default();
    criteria.fail_on = Some(Severity::Warning);
    let text = api.control.get("/contract?format=text&failOn=warning&failStatus=true").await;
    let expected = api.report().await.text(&criteria, TextOptions::default());
    assert_eq!(String::from_utf8_lossy(&text.body), expected);
}

#[tokio::test]
async fn a_wrong_parameter_of_a_report_is_refused_by_name() {
    let api = Api::new(|_| {});
    for (query, reason) in [
        ("format=html", "format=html is none of json, junit, markdown, text"),
        ("failOn=info", "failOn=info is none of error, warning, never"),
        ("minCoverage=101", "minCoverage=101 is not a number from 0 to 100"),
        ("minCoverage=NaN", "minCoverage=NaN is not a number"),
        ("failStatus=", "failStatus has no value"),
        ("fail=true", "fail"),
    ] {
        api.control.get(&format!("/contract?{query}")).await.refused_for(400, reason);
    }
}
