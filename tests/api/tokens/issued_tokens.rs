//! The content of issued tokens and their use.

use super::{CODE, CREDENTIALS, claims, form, token};
use crate::support::{self, Answer, Tenant};
use flowmock::{Auth, FlowMock};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_token_is_a_jwt_with_its_client_user_and_lifetime() {
    let mock = support::shared();
    let claims = claims(&token(Answer::to(form(mock, "v3", CREDENTIALS)).await));
    assert_eq!(claims["client_id"], "key");
    assert_eq!(claims["type"], "access_token");
    assert_eq!(claims["scope"], "openid");
    assert_eq!(claims["expires_in"], "86399000");
    assert!(claims["created_at"].as_str().unwrap().parse::<u64>().unwrap() > 1_500_000_000_000, "{claims}");
    assert!(claims["user_id"].as_str().unwrap().ends_with("@AdobeID"), "{claims}");
    assert!(claims["org"].as_str().unwrap().ends_with("@AdobeOrg"), "{claims}");
    // The user is the one that is derived from the API key without a token.
    let tenant = support::tenant().await;
    let made = tenant.create(support::landing_zone("x")).await;
    assert_eq!(tenant.read(&made.id).await["createdBy"], claims["user_id"]);
}

#[tokio::test]
async fn a_server_that_requires_issued_tokens_accepts_them() {
    let mock = support::server(|config| config.auth = Auth::Issued);
    let tenant = Tenant::on(&mock);
    tenant.get("/connections").await.expect_error("401013");
    for (version, request) in
        [("v3", CREDENTIALS.to_owned()), ("v2", CREDENTIALS.to_owned()), ("v1", format!("{CODE}one"))]
    {
        let tenant = tenant.with_token(&token(Answer::to(form(&mock, version, &request)).await));
        // A client that is not configured may use any organisation.
        tenant.get("/connections").await.expect_status(200);
        tenant.of_org("OTHER@AdobeOrg").get("/connections").await.expect_status(200);
        tenant.with_api_key("other").get("/connections").await.expect_error("401013");
    }
    let named = format!("{CREDENTIALS}&org_id={}", tenant.ims_org);
    let tenant = tenant.with_token(&token(Answer::to(form(&mock, "v3", &named)).await));
    tenant.get("/connections").await.expect_status(200);
    let other = tenant.of_org("OTHER@AdobeOrg").get("/connections").await.expect_error("FLOW-2000-401");
    other.naming(&tenant.ims_org).naming("OTHER@AdobeOrg");
}

#[tokio::test]
async fn a_users_token_writes_no_specs_where_kinds_of_tokens_are_checked() {
    let service =
        json!({"clientId": "robot", "clientSecret": "s", "imsOrgId": "A@AdobeOrg", "kind": "service"});
    const FLOW_SPEC: &str = "14518937-270c-4525-bdec-c2ba7cce3860";
    let put = async |tenant: &Tenant, path: &str, body: Value| {
        Answer::to(tenant.request(Method::PUT, path).body(body.to_string())).await
    };
    for checks in [true, false] {
        let mock = support::server(|config| config.check_token_kinds = checks);
        mock.seed(&json!({"clients": [service]})).expect("a seed");
        let robot = "client_id=robot&client_secret=s&grant_type=client_credentials&scope=openid";
        let of_service = token(Answer::to(form(&mock, "v3", robot)).await);
        let mock_of_users = support::server(|config| config.check_token_kinds = checks);
        let of_user = token(Answer::to(form(&mock_of_users, "v3", CREDENTIALS)).await);
        let spec = |name: &str| json!({"id": name, "name": name, "providerId": "p", "version": "1.0"});
        for collection in ["/connectionSpecs", "/flowSpecs"] {
            // A token that another server issued is of no known kind.
            for (mock, token) in [(&mock, &of_service), (&mock, &of_user), (&mock, &"any".to_owned())] {
                let tenant = Tenant::on(mock).with_token(token);
                tenant.post(collection, &spec("mine")).await.expect_status(201);
                let path = format!("{collection}/mine");
                put(&tenant, &path, spec("mine")).await.expect_status(200);
            }
            let tenant = Tenant::on(&mock_of_users).with_token(&of_user);
            let created = tenant.post(collection, &spec("mine")).await;
            let id = if collection == "/flowSpecs" { FLOW_SPEC } else { support::ATS };
            let replaced = put(&tenant, &format!("{collection}/{id}"), spec(id)).await;
            if checks {
                created.expect_error("FLOW-1426-400").naming("service");
                replaced.expect_error("FLOW-1426-400").naming("service");
                tenant.get(&format!("{collection}/mine")).await.expect_error("FLOW-1439-404");
            } else {
                created.expect_status(201);
                replaced.expect_status(200);
            }
            tenant.get(collection).await.expect_status(200);
        }
    }
}

#[tokio::test]
async fn the_token_of_a_user_cannot_be_used_with_a_sandbox_id() {
    let mock = support::server(|config| config.auth = Auth::Issued);
    let tenant = Tenant::on(&mock);
    let issued = async |version: &str, request: &str| {
        tenant.with_token(&token(Answer::to(form(&mock, version, request)).await))
    };
    let of_v1 = issued("v1", &format!("{CODE}one")).await;
    let made = of_v1.create(support::ats("orders")).await;
    let id = of_v1.read(&made.id).await["sandboxId"].as_str().unwrap().to_owned();
    let with_id = async |tenant: &Tenant, id: &str| {
        Answer::to(tenant.request(Method::GET, "/connections").header("x-sandbox-id", id)).await
    };
    for version in ["v2", "v3"] {
        let users = issued(version, CREDENTIALS).await;
        for id in [id.as_str(), "another"] {
            with_id(&users, id).await.expect_error("FLOW-2110-400").naming("x-sandbox-id");
        }
        with_id(&users, "").await.expect_status(200);
    }
    with_id(&of_v1, &id).await.expect_status(200);
    with_id(&of_v1, "another").await.expect_error("FLOW-2103-404");
}

#[tokio::test]
async fn the_configured_lifetime_is_in_the_answer_and_in_the_token() {
    let mock = support::server(|config| config.token_lifetime = Duration::from_secs(60));
    let body = Answer::to(form(&mock, "v3", CREDENTIALS)).await.expect_status(200).json();
    assert_eq!(body["expires_in"], 60);
    assert_eq!(claims(body["access_token"].as_str().unwrap())["expires_in"], "60000");
}

#[test]
fn the_library_issues_a_token_without_a_request_or_a_secret() {
    let mock = support::server(|config| config.auth = Auth::Issued);
    let claims = claims(&mock.access_token("key", "A@AdobeOrg").unwrap());
    assert_eq!((&claims["client_id"], &claims["org"]), (&json!("key"), &json!("A@AdobeOrg")));
    for (client_id, ims_org, naming) in [(" ", "A@AdobeOrg", "client_id"), ("key", "", "org_id")] {
        let refused = mock.access_token(client_id, ims_org).unwrap_err();
        assert!(refused.to_string().contains(naming), "{refused}");
    }
}

#[tokio::test]
async fn a_deterministic_server_issues_reproducible_tokens() {
    let seeded = |seed| support::server(|config| config.deterministic = Some(seed));
    let (one, two, other) = (seeded(7), seeded(7), seeded(8));
    let ask = async |mock: &FlowMock, request: &str| token(Answer::to(form(mock, "v3", request)).await);
    let first = ask(&one, CREDENTIALS).await;
    ask(&two, &CREDENTIALS.replace("client_id=key", "client_id=other")).await;
    assert_eq!(first, ask(&two, CREDENTIALS).await);
    assert_eq!(first, ask(&one, CREDENTIALS).await);
    assert_ne!(first, ask(&other, CREDENTIALS).await);
    assert_ne!(first, ask(&one, &CREDENTIALS.replace("openid", "AdobeID")).await);
    one.advance(Duration::from_millis(1)).unwrap();
    assert_ne!(first, ask(&one, CREDENTIALS).await);
}

#[tokio::test]
async fn a_reset_forgets_used_codes_and_keeps_tokens_valid() {
    let mock = support::server(|config| config.auth = Auth::Issued);
    let request = format!("{CODE}one");
    let tenant = Tenant::on(&mock).with_token(&token(Answer::to(form(&mock, "v1", &request)).await));
    mock.reset();
    tenant.get("/connections").await.expect_status(200);
    token(Answer::to(form(&mock, "v1", &request)).await);
}
