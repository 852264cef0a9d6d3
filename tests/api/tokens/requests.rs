//! Requests for tokens, and their errors.

use super::{CODE, CREDENTIALS, claims, endpoint, expect_oauth_error, form, query, token};
use crate::support::{self, Answer};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;

#[tokio::test]
async fn each_token_endpoint_accepts_a_form_or_a_query() {
    let mock = support::shared();
    for version in ["v2", "v3", "v3/"] {
        token(Answer::to(form(mock, version, CREDENTIALS)).await);
        token(Answer::to(query(mock, version, CREDENTIALS)).await);
        let empty =
            query(mock, version, CREDENTIALS).header("Content-Type", "application/x-www-form-urlencoded");
        token(Answer::to(empty.body("")).await);
    }
    token(Answer::to(form(mock, "v1", &format!("{CODE}one"))).await);
    token(Answer::to(query(mock, "v1", &format!("{CODE}two"))).await);
}

#[tokio::test]
async fn scopes_are_separated_by_commas_or_spaces_and_deduplicated() {
    let mock = support::shared();
    for (sent, expected) in [
        ("&scope=openid,AdobeID", "openid,AdobeID"),
        ("&scope=openid%20AdobeID", "openid,AdobeID"),
        ("&scope=openid+AdobeID", "openid,AdobeID"),
        ("&scope=,openid,%20openid+read_pc.dma,", "openid,read_pc.dma"),
        ("&scope=", "openid,AdobeID"),
        ("", "openid,AdobeID"),
    ] {
        let request = CREDENTIALS.replace("&scope=openid", sent);
        let claims = claims(&token(Answer::to(form(mock, "v3", &request)).await));
        assert_eq!(claims["scope"], expected, "{sent}");
    }
}

#[tokio::test]
async fn the_organisation_of_a_token_can_be_requested() {
    let mock = support::shared();
    let request = format!("{CREDENTIALS}&org_id=A%40AdobeOrg");
    assert_eq!(claims(&token(Answer::to(form(mock, "v2", &request)).await))["org"], "A@AdobeOrg");
}

#[tokio::test]
async fn errors_of_the_token_endpoints_have_the_oauth_shape() {
    let mock = support::shared();
    let long = "x".repeat(257);
    let huge = "x".repeat(20_000);
    let without = |parameter: &str| {
        let kept: Vec<&str> = CREDENTIALS.split('&').filter(|pair| !pair.starts_with(parameter)).collect();
        kept.join("&")
    };
    let with = |parameter: &str| format!("{CREDENTIALS}&{parameter}");
    let instead = |parameter: &str, value: &str| format!("{}&{parameter}={value}", without(parameter));
    for version in ["v2", "v3"] {
        for (sent, error, naming) in [
            (String::new(), "invalid_request", "grant_type is missing"),
            (without("grant_type"), "invalid_request", "grant_type is missing"),
            (instead("grant_type", ""), "invalid_request", "grant_type is missing"),
            (instead("grant_type", "password"), "unsupported_grant_type", "client_credentials"),
            (instead("grant_type", "Client_Credentials"), "unsupported_grant_type", "client_credentials"),
            (without("client_id"), "invalid_request", "client_id is missing"),
            (without("client_secret"), "invalid_request", "client_secret is missing"),
            (instead("client_id", "a%0Ab"), "invalid_request", "client_id"),
            (instead("client_id", &long), "invalid_request", "client_id"),
            (with("org_id=a%0Ab"), "invalid_request", "org_id"),
            (with("client_id=key"), "invalid_request", "client_id is given more than once"),
            (with("client_secret=p8e-hunter2"), "invalid_request", "client_secret is given more than once"),
            (instead("client_id", "%zz"), "invalid_request", "not well-formed"),
            (instead("scope", "%22"), "invalid_scope", "character"),
            (instead("scope", ","), "invalid_scope", "none"),
            (instead("scope", &"x,".repeat(1100)), "invalid_scope", "2200 bytes"),
            (instead("scope", &huge), "invalid_request", "bytes"),
            (with("p8e-hunter2=%ff"), "invalid_request", "not well-formed"),
        ] {
            expect_oauth_error(Answer::to(form(mock, version, &sent)).await, error, naming);
            if sent.len() < 60_000 {
                expect_oauth_error(Answer::to(query(mock, version, &sent)).await, error, naming);
            }
        }
    }
}

#[tokio::test]
async fn unknown_parameters_are_ignored_as_oauth_requires() {
    let mock = support::shared();
    token(Answer::to(form(mock, "v3", &format!("{CREDENTIALS}&audience=any&audience=any"))).await);
}

#[tokio::test]
async fn an_authorization_code_can_be_used_once() {
    let mock = support::shared();
    let request = format!("{CODE}once");
    token(Answer::to(form(mock, "v1", &request)).await);
    expect_oauth_error(Answer::to(form(mock, "v1", &request)).await, "invalid_grant", "used before");
    // The codes of different clients are independent, and a refused request does not use up its code.
    let other = request.replace("client_id=key", "client_id=key2");
    let refused = Answer::to(form(mock, "v1", &format!("{other}&org_id=a%0Ab"))).await;
    expect_oauth_error(refused, "invalid_request", "org_id");
    token(Answer::to(form(mock, "v1", &other)).await);
    expect_oauth_error(Answer::to(form(mock, "v1", CODE)).await, "invalid_request", "code is missing");
    let refused = Answer::to(form(mock, "v1", CREDENTIALS)).await;
    expect_oauth_error(refused, "unsupported_grant_type", "authorization_code");
}

#[tokio::test]
async fn a_token_request_must_be_a_form_and_a_query_beside_it_is_refused() {
    let mock = support::shared();
    for content_type in ["application/json", "text/plain", ""] {
        let request = endpoint(mock, "v3").header("Content-Type", content_type).body(CREDENTIALS);
        expect_oauth_error(Answer::to(request).await, "invalid_request", "application/x-www-form-urlencoded");
    }
    expect_oauth_error(
        Answer::to(endpoint(mock, "v3").body(CREDENTIALS)).await,
        "invalid_request",
        "application/x-www-form-urlencoded",
    );
    let typed =
        |content_type: &str| endpoint(mock, "v3").header("Content-Type", content_type).body(CREDENTIALS);
    token(Answer::to(typed("APPLICATION/x-www-form-urlencoded; charset=UTF-8")).await);
    let latin = typed("application/x-www-form-urlencoded; charset=latin1");
    expect_oauth_error(Answer::to(latin).await, "invalid_request", "latin1");
    let both = query(mock, "v3", CREDENTIALS)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials");
    expect_oauth_error(Answer::to(both).await, "invalid_request", "the query is not read");
    let bytes = endpoint(mock, "v3").header("Content-Type", "application/x-www-form-urlencoded");
    expect_oauth_error(Answer::to(bytes.body(&b"\xff"[..])).await, "invalid_request", "not text");
    let large = form(mock, "v3", &"x".repeat(2 * 1024 * 1024));
    expect_oauth_error(Answer::to(large).await, "invalid_request", "larger");
}

#[tokio::test]
async fn a_client_may_use_basic_authentication() {
    let mock = support::shared();
    let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    let request = |body: &str| form(mock, "v3", body);
    let grant = "grant_type=client_credentials";
    let named = request(grant).header("Authorization", basic("key:p8e-hunter2"));
    assert_eq!(claims(&token(Answer::to(named).await))["client_id"], "key");
    let encoded = request(grant).header("Authorization", basic("k%65y:a%3Ab+c"));
    assert_eq!(claims(&token(Answer::to(encoded).await))["client_id"], "key");
    let twice = format!("{grant}&client_id=key");
    token(Answer::to(request(&twice).header("Authorization", basic("key:p8e-hunter2"))).await);
    // The endpoint ignores other schemes: a client may send its last token with every request.
    token(Answer::to(request(CREDENTIALS).header("Authorization", "Bearer old")).await);

    for (authorization, body, error, naming) in [
        (basic("key"), grant.to_owned(), "invalid_client", "Basic"),
        (basic("k%zz:x"), grant.to_owned(), "invalid_client", "Basic"),
        ("Basic ???".to_owned(), grant.to_owned(), "invalid_client", "Basic"),
        (basic("key:p8e-hunter2"), CREDENTIALS.to_owned(), "invalid_request", "send one"),
        (basic("other:p8e-hunter2"), twice.clone(), "invalid_request", "client_id"),
        (basic(":p8e-hunter2"), grant.to_owned(), "invalid_request", "client_id"),
        (basic("key:"), "grant_type=nonsense".to_owned(), "unsupported_grant_type", "client_credentials"),
    ] {
        let answer = Answer::to(request(&body).header("Authorization", authorization)).await;
        expect_oauth_error(answer, error, naming);
    }
}

#[tokio::test]
async fn three_token_endpoints_exist_and_accept_only_post() {
    let mock = support::shared();
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let request = support::client().request(method, format!("{}/ims/token/v3", mock.url()));
        Answer::to(request).await.expect_error("FLOW-1003-405");
    }
    for path in ["v4", "", "v3/x"] {
        Answer::to(form(mock, path, CREDENTIALS)).await.expect_error("FLOW-1003-404");
    }
}
