//! The token endpoints. Reference: "Tokens and sandboxes"; RFC 6749, sections 5.1 and 5.2.

use crate::support::{self, Answer, Tenant};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flowmock::{Auth, FlowMock};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::time::Duration;

const SECRET: &str = "p8e-hunter2";
const CREDENTIALS: &str =
    "grant_type=client_credentials&client_id=key&client_secret=p8e-hunter2&scope=openid";
const CODE: &str = "grant_type=authorization_code&client_id=key&client_secret=p8e-hunter2&code=";

fn endpoint(mock: &FlowMock, version: &str) -> RequestBuilder {
    Client::new().post(format!("{}/ims/token/{version}", mock.url()))
}

fn form(mock: &FlowMock, version: &str, form: &str) -> RequestBuilder {
    let request = endpoint(mock, version).header("Content-Type", "application/x-www-form-urlencoded");
    request.body(form.to_owned())
}

fn query(mock: &FlowMock, version: &str, query: &str) -> RequestBuilder {
    Client::new().post(format!("{}/ims/token/{version}?{query}", mock.url()))
}

/// The token in an answer, which is as documented.
#[track_caller]
fn token(answer: Answer) -> String {
    let answer = answer.expect_status(200).without(SECRET);
    let body = answer.json();
    let token = body["access_token"].as_str().unwrap_or_else(|| panic!("a token in\n{answer}")).to_owned();
    assert_eq!(body, json!({"access_token": token, "token_type": "bearer", "expires_in": 86399}), "{answer}");
    assert_eq!(answer.header("content-type"), "application/json", "{answer}");
    assert_eq!(
        (answer.header("cache-control"), answer.header("pragma")),
        ("no-store", "no-cache"),
        "{answer}"
    );
    token
}

fn claims(token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    let decode = |part: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
    };
    assert_eq!(decode(parts[0])["typ"], "JWT");
    decode(parts[1])
}

/// Asserts an error of RFC 6749, section 5.2.
#[track_caller]
fn expect_oauth_error(answer: Answer, error: &str, naming: &str) {
    let status = if error == "invalid_client" { 401 } else { 400 };
    let answer = answer.expect_status(status).without(SECRET);
    let body = answer.json();
    assert_eq!(body["error"], error, "{answer}");
    let description =
        body["error_description"].as_str().unwrap_or_else(|| panic!("a description in\n{answer}"));
    assert!(description.contains(naming), "{naming:?} in\n{answer}");
    assert!(
        description.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'),
        "{answer}"
    );
    assert_eq!(body.as_object().unwrap().len(), 2, "{answer}");
    assert_eq!(answer.header("content-type"), "application/json", "{answer}");
    assert_eq!(answer.header("cache-control"), "no-store", "{answer}");
    let challenge = if status == 401 { "Basic realm=\"ims\"" } else { "" };
    assert_eq!(answer.header("www-authenticate"), challenge, "{answer}");
}

#[tokio::test]
async fn a_token_comes_for_a_form_or_a_query_from_each_endpoint() {
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
async fn a_token_is_a_jwt_that_says_for_whom_it_is_and_how_long() {
    let mock = support::shared();
    let claims = claims(&token(Answer::to(form(mock, "v3", CREDENTIALS)).await));
    assert_eq!(claims["client_id"], "key");
    assert_eq!(claims["type"], "access_token");
    assert_eq!(claims["scope"], "openid");
    assert_eq!(claims["expires_in"], "86399000");
    assert!(claims["created_at"].as_str().unwrap().parse::<u64>().unwrap() > 1_500_000_000_000, "{claims}");
    assert!(claims["user_id"].as_str().unwrap().ends_with("@AdobeID"), "{claims}");
    assert!(claims["org"].as_str().unwrap().ends_with("@AdobeOrg"), "{claims}");
    // The user is the one that stands for the key where tokens say nothing.
    let tenant = support::tenant().await;
    let made = tenant.create(support::landing_zone("x")).await;
    assert_eq!(tenant.read(&made.id).await["createdBy"], claims["user_id"]);
}

#[tokio::test]
async fn scopes_are_separated_by_commas_or_spaces_and_said_once() {
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
async fn the_clients_organisation_may_be_named_in_the_request() {
    let mock = support::shared();
    let request = format!("{CREDENTIALS}&org_id=A%40AdobeOrg");
    assert_eq!(claims(&token(Answer::to(form(mock, "v2", &request)).await))["org"], "A@AdobeOrg");
}

#[tokio::test]
async fn what_is_wrong_is_said_in_oauths_own_shape() {
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
            (instead("grant_type", "authorization_code"), "unsupported_grant_type", "client_credentials"),
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
async fn unknown_parameters_are_ignored_as_oauth_has_it() {
    let mock = support::shared();
    token(Answer::to(form(mock, "v3", &format!("{CREDENTIALS}&audience=any&audience=any"))).await);
}

#[tokio::test]
async fn a_code_is_good_once() {
    let mock = support::shared();
    let request = format!("{CODE}once");
    token(Answer::to(form(mock, "v1", &request)).await);
    expect_oauth_error(Answer::to(form(mock, "v1", &request)).await, "invalid_grant", "used before");
    // Another client's code of that name is another code; a refused request uses none up.
    let other = request.replace("client_id=key", "client_id=key2");
    let refused = Answer::to(form(mock, "v1", &format!("{other}&org_id=a%0Ab"))).await;
    expect_oauth_error(refused, "invalid_request", "org_id");
    token(Answer::to(form(mock, "v1", &other)).await);
    expect_oauth_error(Answer::to(form(mock, "v1", CODE)).await, "invalid_request", "code is missing");
    let refused = Answer::to(form(mock, "v1", CREDENTIALS)).await;
    expect_oauth_error(refused, "unsupported_grant_type", "authorization_code");
}

#[tokio::test]
async fn a_body_must_be_a_form_and_the_query_is_not_read_beside_it() {
    let mock = support::shared();
    for content_type in ["application/json", "text/plain", "multipart/form-data", ""] {
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
async fn a_client_may_name_itself_by_basic() {
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
    // Another scheme is none of this endpoint's business: a client may send its last token with every request.
    token(Answer::to(request(CREDENTIALS).header("Authorization", "Bearer old")).await);

    for (authorization, body, error, naming) in [
        (basic("key"), grant.to_owned(), "invalid_client", "Basic"),
        (basic("k%zz:x"), grant.to_owned(), "invalid_client", "Basic"),
        ("Basic ???".to_owned(), grant.to_owned(), "invalid_client", "Basic"),
        (basic("key:p8e-hunter2"), CREDENTIALS.to_owned(), "invalid_request", "send one"),
        (basic("other:p8e-hunter2"), twice.clone(), "invalid_request", "client_id"),
        (basic(":p8e-hunter2"), grant.to_owned(), "invalid_request", "client_id"),
    ] {
        let answer = Answer::to(request(&body).header("Authorization", authorization)).await;
        expect_oauth_error(answer, error, naming);
    }
}

#[tokio::test]
async fn a_token_endpoint_takes_posts_alone_and_there_are_three() {
    let mock = support::shared();
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let request = Client::new().request(method, format!("{}/ims/token/v3", mock.url()));
        Answer::to(request).await.expect_error("FLOW-1003-405");
    }
    for path in ["v4", "", "v3/x"] {
        Answer::to(form(mock, path, CREDENTIALS)).await.expect_error("FLOW-1003-404");
    }
}

#[tokio::test]
async fn a_token_opens_a_server_that_wants_its_own() {
    let mock = support::server(|config| config.auth = Auth::Issued);
    let tenant = Tenant::on(&mock);
    tenant.get("/connections").await.expect_error("401013");
    for (version, request) in
        [("v3", CREDENTIALS.to_owned()), ("v2", CREDENTIALS.to_owned()), ("v1", format!("{CODE}one"))]
    {
        let tenant = tenant.with_token(&token(Answer::to(form(&mock, version, &request)).await));
        // A client that nobody configured may ask for any organisation.
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
async fn a_users_token_may_not_name_the_sandbox_by_its_id() {
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
async fn a_lifetime_is_told_in_the_answer_and_in_the_token() {
    let mock = support::server(|config| config.token_lifetime = Duration::from_secs(60));
    let body = Answer::to(form(&mock, "v3", CREDENTIALS)).await.expect_status(200).json();
    assert_eq!(body["expires_in"], 60);
    assert_eq!(claims(body["access_token"].as_str().unwrap())["expires_in"], "60000");
}

#[test]
fn a_rust_test_gets_a_token_without_a_request_and_without_a_secret() {
    let mock = support::server(|config| config.auth = Auth::Issued);
    let claims = claims(&mock.access_token("key", "A@AdobeOrg").unwrap());
    assert_eq!((&claims["client_id"], &claims["org"]), (&json!("key"), &json!("A@AdobeOrg")));
    for (client_id, ims_org, naming) in [(" ", "A@AdobeOrg", "client_id"), ("key", "", "org_id")] {
        let refused = mock.access_token(client_id, ims_org).unwrap_err();
        assert!(refused.to_string().contains(naming), "{refused}");
    }
}

#[tokio::test]
async fn with_a_seed_the_same_requests_get_the_same_tokens_whatever_others_ask_for() {
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
async fn a_reset_forgets_used_codes_and_leaves_tokens_good() {
    let mock = support::server(|config| config.auth = Auth::Issued);
    let request = format!("{CODE}one");
    let tenant = Tenant::on(&mock).with_token(&token(Answer::to(form(&mock, "v1", &request)).await));
    mock.reset();
    tenant.get("/connections").await.expect_status(200);
    token(Answer::to(form(&mock, "v1", &request)).await);
}
