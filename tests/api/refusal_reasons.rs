//! The header `x-flowmock-reason`, which says why the gateway refused a request.

use crate::support::{self, Answer, Control, Tenant, ats, with_headers};
use flowmock::{Auth, FaultRule};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const REASON: &str = "x-flowmock-reason";

/// The answer to a creation by the tenant with one header replaced, or left out.
async fn create_with(tenant: &Tenant, header: &'static str, value: Option<&str>) -> Answer {
    let request = with_headers(tenant.bare(Method::POST, "/connections"), tenant.headers_except(header));
    let typed = header != "Content-Type";
    let request = if typed { request.header("Content-Type", "application/json") } else { request };
    let request = if let Some(value) = value { request.header(header, value) } else { request };
    Answer::to(request.body(ats("orders").to_string())).await
}

#[tokio::test]
async fn every_refusal_of_the_gateway_names_its_reason_in_a_header() {
    let tenant = support::tenant().await;
    let org = "x-gw-ims-org-id";
    for (header, value, status, reason) in [
        ("x-api-key", None, 403, "x-api-key is absent or empty"),
        ("Authorization", None, 403, "Authorization is absent"),
        ("Authorization", Some(""), 401, "Authorization is empty; send Authorization: Bearer <token>"),
        ("Authorization", Some("swordfish"), 401, "Authorization is a single word"),
        ("Authorization", Some("Basic swordfish"), 401, "Authorization is Basic, send Bearer"),
        ("Authorization", Some("digest swordfish"), 401, "Authorization is Digest, send Bearer"),
        ("Authorization", Some("swordfish swordfish"), 401, "Authorization does not begin with Bearer"),
        ("Authorization", Some("Bearer swordfish swordfish"), 401, "several words after Bearer"),
        ("Authorization", Some("Bearer"), 400, "Authorization: Bearer has no token after it"),
        (org, None, 400, "x-gw-ims-org-id is absent"),
        (org, Some(""), 401, "x-gw-ims-org-id is empty"),
        ("x-sandbox-name", None, 400, "x-sandbox-name is absent or empty"),
        ("x-sandbox-name", Some("*"), 403, "x-sandbox-name: * is not for user tokens"),
        ("x-sandbox-id", Some("1"), 404, "x-sandbox-id 1 is not the id of the sandbox prod"),
        ("Content-Type", None, 400, "Content-Type is absent or empty, send application/json"),
        ("Content-Type", Some("text/plain; a=b"), 400, "Content-Type is text/plain, send application/json"),
    ] {
        let answer = create_with(&tenant, header, value).await.expect_status(status);
        assert!(answer.header(REASON).contains(reason), "no {reason:?} in\n{answer}");
        answer.without("swordfish");
    }
    let taken = create_with(&tenant, "x-unknown", None).await.expect_status(201);
    assert_eq!(taken.header(REASON), "", "{taken}");
    let missing = tenant.get("/connections/none").await.expect_error("FLOW-1439-404");
    assert_eq!(missing.header(REASON), "", "the body says it\n{missing}");
}

#[tokio::test]
async fn a_refused_key_organisation_or_token_has_its_own_reason() {
    let mock = support::server(|config| {
        config.strict = true;
        config.auth = Auth::Issued;
        config.allow_api_keys = vec!["key".into(), "other".into()];
        config.allow_organisations = vec!["LISTED@AdobeOrg".into(), "odd".into()];
        config.allow_sandboxes = vec!["prod".into()];
        config.token_lifetime = Duration::from_secs(60);
    });
    let issued = |key| mock.access_token(key, "LISTED@AdobeOrg").expect("a token");
    let (own, of_other) = (issued("key"), issued("other"));
    let tenant = Tenant::on(&mock).of_org("LISTED@AdobeOrg").with_api_key("key").with_token(&own);
    tenant.get("/connections").await.expect_status(200);
    let unknown = own.clone() + "x";
    for (tenant, code, reason) in [
        (tenant.with_api_key("unlisted"), "403003", "x-api-key is not one of the configured keys"),
        (tenant.with_token(&unknown), "401013", "this server did not issue the token (--auth issued)"),
        (tenant.with_token(&of_other), "401013", "issued to another client than x-api-key names"),
        (tenant.of_org("odd"), "403027", "x-gw-ims-org-id is not of the form <id>@AdobeOrg"),
        (tenant.of_org("B@AdobeOrg"), "403025", "x-gw-ims-org-id is not one of the configured organisations"),
        (tenant.in_sandbox("dev"), "FLOW-2100-404", "x-sandbox-name dev is none of"),
    ] {
        let answer = tenant.get("/connections").await.expect_error(code);
        assert!(answer.header(REASON).contains(reason), "no {reason:?} in\n{answer}");
        answer.without(&unknown).without(&of_other);
    }
    mock.advance(Duration::from_secs(120)).expect("the clock is set");
    let expired = tenant.get("/connections").await.expect_error("401013");
    assert_eq!(expired.header(REASON), "the token has expired; ask for a new one");
}

#[tokio::test]
async fn the_journal_has_the_reason_as_a_header_of_the_answer() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    create_with(&tenant, "Authorization", Some("swordfish")).await.expect_error("401013");
    let journal = Control::of(&mock).get("/requests").await.expect_status(200).without("swordfish").json();
    let headers = journal["requests"][0]["responseHeaders"].as_array().expect("headers").clone();
    let reason = json!([REASON, "Authorization is a single word; send Authorization: Bearer <token>"]);
    assert!(headers.contains(&reason), "{journal}");
}

#[tokio::test]
async fn an_injected_refusal_has_no_reason_as_it_has_no_cause() {
    let mock = support::server(|_| {});
    mock.fault(FaultRule::new().error("403000"));
    let answer = Tenant::on(&mock).get("/connections").await.expect_error("403000");
    assert_eq!(answer.header(REASON), "", "{answer}");
}

#[tokio::test]
async fn a_call_of_the_real_service_that_flowmock_lacks_says_so() {
    let tenant = support::tenant().await;
    for path in ["/runs", "/runs?limit=1", "/runs/some-id/action"] {
        let answer = tenant.get(path).await;
        if answer.status != 404 {
            continue; // emulated by now
        }
        let collection = path.split(['/', '?']).nth(1).expect("a collection");
        let expected = format!("flowmock does not emulate /{collection}");
        let answer = answer.expect_error("FLOW-1003-404").naming(&expected);
        assert!(answer.header(REASON).ends_with(&expected), "{answer}");
    }
    let typo = tenant.get("/conections").await.expect_error("FLOW-1003-404");
    assert_eq!(typo.header(REASON), "", "{typo}");
}

#[tokio::test]
async fn the_openapi_document_describes_the_header_of_each_refusal() {
    let document: Value = serde_json::from_str(flowmock::openapi_json()).expect("JSON");
    assert!(document["components"]["headers"]["Reason"]["description"].is_string());
    let responses = document["components"]["responses"].as_object().expect("responses");
    for (name, response) in responses.iter().filter(|(name, _)| name.starts_with("Error4")) {
        assert_eq!(response["headers"][REASON]["$ref"], "#/components/headers/Reason", "{name}");
    }
}
