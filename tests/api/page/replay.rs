//! `POST /_flowmock/requests/{id}/replay`: recorded requests are sent again.

use crate::support::{self, Answer, Control, Tenant, ats, landing_zone, rename};
use flowmock::{Auth, RequestFilter};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_request_is_sent_again_as_it_was_and_recorded_again() {
    let mock = support::server(|_| {});
    let (tenant, control) = (Tenant::on(&mock), Control::of(&mock));
    tenant.create(ats("orders")).await;
    let replayed = control.post("/requests/1/replay").await.expect_status(200).json();
    assert_eq!(replayed, json!({"id": 2, "outcome": "answered", "status": 201}));
    assert_eq!(tenant.count().await, 2);
    let recorded = async |id: u64| control.get(&format!("/requests/{id}")).await;
    let (first, second) = (recorded(1).await.json(), recorded(2).await.json());
    for member in ["method", "path", "query", "headers", "body", "operation", "consumer", "brokenRules"] {
        assert_eq!(first[member], second[member], "{member}");
    }
    assert_ne!(first["responseBody"], second["responseBody"], "it made another connection");
    assert_eq!(second["headers"][0][0], "authorization");
    assert_eq!(second["headers"][0][1], "Bearer [redacted]");
}

#[tokio::test]
async fn the_outcome_is_that_of_now() {
    let mock = support::server(|_| {});
    let (tenant, control) = (Tenant::on(&mock), Control::of(&mock));
    let made = tenant.create(landing_zone("orders")).await;
    tenant.patch(&made, rename("renamed")).await.expect_status(200);
    let replayed = control.post("/requests/2/replay").await.expect_status(200).json();
    assert_eq!(replayed["status"], 412, "the etag has changed since");
    let rule = json!({"action": {"reset": true}, "match": {"method": "PATCH"}}).to_string();
    control.send(Method::POST, "/faults", "application/json", rule).await;
    let replayed = control.post("/requests/2/replay").await.expect_status(200).json();
    assert_eq!(replayed, json!({"id": 4, "outcome": "reset"}));
    assert_eq!(mock.requests(&RequestFilter::new()).len(), 4);
}

#[tokio::test]
async fn the_original_credentials_are_used_and_never_shown() {
    let mock = support::server(|config| {
        config.auth = Auth::Issued;
        config.control_token = Some("open-sesame".into());
    });
    let tenant = Tenant::on(&mock);
    let token = mock.access_token(&tenant.api_key, &tenant.ims_org).expect("a token");
    let tenant = tenant.with_token(&token);
    tenant.post("/connections", &ats("orders")).await.expect_status(201);
    let control = Control::of(&mock);
    let replay = || control.request(Method::POST, "/requests/1/replay");
    Answer::to(replay()).await.refused_for(401, "control token");
    let answer = Answer::to(replay().header("x-flowmock-control-token", "open-sesame")).await;
    let answer = answer.expect_status(200).without(&token);
    assert_eq!(answer.json()["status"], 201, "{answer}");
    let shown = control.request(Method::GET, "/requests").header("x-flowmock-control-token", "open-sesame");
    Answer::to(shown).await.expect_status(200).without(&token).without("open-sesame");
}

#[tokio::test]
async fn requests_of_every_kind_can_be_sent_again() {
    let mock = support::server(|config| config.default_sandbox = Some("dev".into()));
    let (tenant, control) = (Tenant::over_http2(&mock), Control::of(&mock));
    let path = "/data/foundation/flowservice/connections?limit=5";
    let without_sandbox = tenant.absolute(Method::GET, path);
    let request = support::with_headers(without_sandbox, tenant.headers_except("x-sandbox-name"));
    Answer::to(request).await.expect_status(200);
    let form = tenant.absolute(Method::POST, "/ims/token/v3");
    let form = form.header("Content-Type", "application/x-www-form-urlencoded");
    let form = form.body("grant_type=client_credentials&client_id=key&client_secret=secret");
    Answer::to(form).await.expect_status(200);
    Answer::to(tenant.absolute(Method::PUT, "/nowhere//")).await.expect_error("FLOW-1003-404");
    for (id, status) in [(1, 200), (2, 200), (3, 404)] {
        let replayed = control.post(&format!("/requests/{id}/replay")).await.expect_status(200).json();
        assert_eq!(replayed, json!({"id": id + 3, "outcome": "answered", "status": status}));
        let recorded = async |id: u64| control.get(&format!("/requests/{id}")).await;
        let (first, second) = (recorded(id).await.json(), recorded(id + 3).await.json());
        for member in ["method", "path", "query", "headers", "body", "sandbox"] {
            assert_eq!(first[member], second[member], "{member}");
        }
    }
}

#[tokio::test]
async fn a_request_that_the_journal_has_not_whole_is_refused() {
    let mock = support::server(|config| config.journal_max_body_bytes = 50);
    let (tenant, control) = (Tenant::on(&mock), Control::of(&mock));
    tenant.create(ats("orders")).await;
    control.post("/requests/1/replay").await.refused_for(409, "--journal-max-body-bytes");
    for unknown in ["2", "0", "x", "1/2"] {
        let answer = control.post(&format!("/requests/{unknown}/replay")).await;
        assert_eq!(answer.status, 404, "{answer}");
    }
    control.post("/requests/1/replay?times=2").await.refused_for(400, "times");
    assert_eq!(tenant.count().await, 1);
}
