//! Tests of the requests that a contract report keeps across resets, and of the data that it never contains.

use super::{Api, broken, names};
use crate::support::{Answer, ats, landing_zone};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_report_survives_resets_between_tests() {
    let api = Api::new(|_| {});
    for test in ["one", "two", "three"] {
        api.control.post("/reset").await.expect_status(204);
        let request = api.by("me", Method::GET, "/connections?x=1").header("x-flowmock-test", test);
        Answer::to(request).await.expect_status(400);
    }
    api.control.post("/reset").await.expect_status(204);
    let requests = api.control.get("/requests").await.json();
    assert_eq!(requests["requests"], json!([]), "the reset clears the journal");
    let report = api.report().await;
    let me = report.consumer("me").unwrap();
    let tests: Vec<_> = me.tests.iter().map(|test| (test.name.as_str(), test.broken.len())).collect();
    assert_eq!(tests, [("one", 1), ("three", 1), ("two", 1)]);
    assert_eq!((broken(me)["parameter-unknown"], report.skipped), (3, 0));
    let list = me.coverage.operations.iter().find(|one| one.operation == "listConnections").unwrap();
    assert_eq!((list.requests, list.met), (3, 1));
}

#[tokio::test]
async fn request_numbers_are_unique_across_resets() {
    let api = Api::new(|_| {});
    api.wrong("first").await;
    let entry = |report: &flowmock::contract::Report, name: &str| {
        report.consumer(name).unwrap().broken[0].first.entry
    };
    let first = entry(&api.report().await, "first");
    let shown = api.control.get(&format!("/requests/{first}")).await.expect_status(200).json();
    assert_eq!(shown["query"], "x=1");
    for reset in [Method::POST, Method::DELETE] {
        let path = if reset == Method::POST { "/reset" } else { "/requests" };
        assert!(Answer::to(api.control.request(reset.clone(), path)).await.status.is_success());
        api.control.get(&format!("/requests/{first}")).await.expect_status(404);
        api.wrong(reset.as_str()).await;
        let report = api.report().await;
        let next = entry(&report, reset.as_str());
        assert!(next > first && entry(&report, "first") == first);
        api.control.get(&format!("/requests/{next}")).await.expect_status(200);
    }
}

#[tokio::test]
async fn the_report_survives_snapshots_and_replacements_of_the_state() {
    let api = Api::new(|_| {});
    api.control.put("/snapshots/empty").await.expect_status(204);
    api.wrong("me").await;
    api.control.post("/snapshots/empty/restore").await.expect_status(204);
    api.control.replace(&json!({})).await.expect_status(204);
    api.control.post(&format!("/reset?imsOrgId={}", api.tenant.ims_org)).await.expect_status(204);
    api.control.delete("/requests").await.expect_status(200);
    assert_eq!(broken(api.report().await.consumer("me").unwrap())["parameter-unknown"], 1);
}

#[tokio::test]
async fn without_a_journal_or_with_checks_off_the_report_says_that_nothing_is_examined() {
    for change in [
        |config: &mut flowmock::Config| config.journal_requests = 0,
        |config: &mut flowmock::Config| config.contract = false,
    ] {
        let api = Api::new(change);
        api.wrong("me").await;
        let report = api.report().await;
        assert!(!report.enabled && report.examined == 0 && report.consumers.is_empty(), "{report:?}");
        assert_eq!((report.rules.len(), report.server.as_ref()), (41, env!("CARGO_PKG_VERSION")));
        assert_eq!(api.control.delete("/contract").await.status, 204);
        let info = api.control.get("/info").await.json();
        assert!(!info["features"].as_array().unwrap().contains(&"contract".into()), "{info}");
    }
}

#[tokio::test]
async fn requests_dropped_by_the_journal_count_as_skipped() {
    let api = Api::new(|config| config.journal_requests = 5);
    // Requests arrive faster than they are examined, so the journal may drop some: each of them is counted.
    let requests = (0..200).map(|_| api.wrong("me"));
    futures_util::future::join_all(requests).await;
    let report = api.report().await;
    assert_eq!(report.examined + report.skipped, 200);
    assert_eq!(broken(report.consumer("me").unwrap())["parameter-unknown"], report.examined);
}

#[tokio::test]
async fn the_library_reads_and_resets_the_report() {
    let api = Api::new(|_| {});
    api.wrong("me").await;
    let by_http = api.report().await;
    assert_eq!(api.mock.contract_report(), by_http);
    api.mock.reset();
    assert_eq!(names(&api.mock.contract_report()), ["me"]);
    api.mock.reset_contract();
    assert!(api.report().await.consumers.is_empty());
}

#[tokio::test]
async fn a_report_contains_no_credential() {
    let api = Api::new(|_| {});
    let mut body = ats("orders");
    body["description"] = "AccountName=acme;AccountKey=c2VjcmV0".into();
    body["auth"]["params"]["connectionString"] = "AccountName=a;AccountKey=aHVudGVyMg==".into();
    Answer::to(api.by("me", Method::POST, "/connections").body(body.to_string())).await;
    let path = "/connections?property=auth.params.password==hunter2&password=hunter2";
    Answer::to(api.by("me", Method::GET, path)).await;
    Answer::to(api.by("me", Method::GET, "/connections/AccountKey=c2VjcmV0")).await;
    let wrong = api.tenant.with_token("hunter2 hunter2").request(Method::POST, "/connections");
    Answer::to(wrong.body(landing_zone("x").to_string())).await;
    let answer = api.control.get("/contract").await.expect_status(200);
    let text = String::from_utf8_lossy(&answer.body);
    for secret in ["c2VjcmV0", "aHVudGVyMg", "hunter2"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("credential-in-url") && text.contains("credential-in-text"), "{text}");
}
