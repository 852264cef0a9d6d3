//! Tests of logins at `/ims/authorize/v2`, and of codes and refresh tokens at `/ims/token/v3`.

use super::{SECRET, claims, expect_oauth_error, form};
use crate::support::{self, Answer, Tenant, form_encoded};
use flowmock::{Auth, FlowMock, RequestFilter};
use reqwest::{RequestBuilder, Url};
use serde_json::{Value, json};
use std::time::Duration;

const BACK: &str = "http://localhost:3000/back";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The challenge for [`VERIFIER`] (RFC 7636, appendix B).
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn authorize(mock: &FlowMock, parameters: &[(&str, &str)]) -> RequestBuilder {
    support::client().get(format!("{}/ims/authorize/v2?{}", mock.url(), form_encoded(parameters)))
}

/// The parameters of the address to which a login redirects.
async fn sent_back(request: RequestBuilder) -> Vec<(String, String)> {
    let answer = Answer::to(request).await.expect_status(302);
    assert_eq!(answer.header("cache-control"), "no-store", "{answer}");
    assert!(answer.body.is_empty(), "{answer}");
    let location = Url::parse(answer.header("location")).expect("an address");
    assert!(location.as_str().starts_with(BACK), "{location}");
    location.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Logs in with these parameters and those of the client; returns the code.
async fn code(mock: &FlowMock, parameters: &[(&str, &str)]) -> String {
    let client = [("client_id", "key"), ("redirect_uri", BACK)];
    let parameters = [&client[..], parameters].concat();
    let [(name, code)] = sent_back(authorize(mock, &parameters)).await.try_into().expect("a code alone");
    assert_eq!(name, "code");
    code
}

/// Sends the parameters to `/ims/token/v3`, with Basic authorization.
fn exchange(mock: &FlowMock, parameters: &[(&str, &str)]) -> RequestBuilder {
    form(mock, "v3", &form_encoded(parameters)).basic_auth("key", Some(SECRET))
}

async fn tokens(request: RequestBuilder) -> Value {
    let answer = Answer::to(request).await.expect_status(200).without(SECRET);
    assert_eq!(answer.header("cache-control"), "no-store", "{answer}");
    let tokens = answer.json();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("bearer"), &json!(86399)), "{answer}");
    tokens
}

fn keys(tokens: &Value) -> Vec<&String> {
    let mut keys: Vec<&String> = tokens.as_object().unwrap().keys().collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn a_login_returns_a_code_that_is_valid_once_for_its_client() {
    let mock = support::server(|config| config.auth = Auth::Issued);
    let parameters =
        [("client_id", "key"), ("redirect_uri", BACK), ("state", "a b&c"), ("scope", "openid email")];
    let back = sent_back(authorize(&mock, &parameters)).await;
    let [(name, code), state] = &back[..] else { panic!("{back:?}") };
    assert_eq!((name.as_str(), state), ("code", &("state".to_owned(), "a b&c".to_owned())));
    assert_eq!(claims(code)["type"], "authorization_code");
    let grant = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK)];
    let other = form(&mock, "v3", &form_encoded(&grant)).basic_auth("other", Some(SECRET));
    expect_oauth_error(Answer::to(other).await, "invalid_grant", "another client");
    let elsewhere = [grant[0], grant[1], ("redirect_uri", "http://localhost:3000/")];
    expect_oauth_error(Answer::to(exchange(&mock, &elsewhere)).await, "invalid_grant", "redirect_uri");
    let wider = [&grant[..], &[("scope", "openid,AdobeID")]].concat();
    expect_oauth_error(Answer::to(exchange(&mock, &wider)).await, "invalid_scope", "the login may not");
    let tokens = tokens(exchange(&mock, &grant)).await;
    assert_eq!(keys(&tokens), ["access_token", "expires_in", "id_token", "token_type"]);
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(claims(access)["scope"], "openid,email");
    Tenant::on(&mock).with_token(access).get("/connections").await.expect_status(200);
    expect_oauth_error(Answer::to(exchange(&mock, &grant)).await, "invalid_grant", "used before");
    // A code is not accepted as an access token.
    Tenant::on(&mock).with_token(code).get("/connections").await.expect_error("401013");
    // The journal shows the code neither in the login nor in the token request.
    assert!(!format!("{:?}", mock.requests(&RequestFilter::new())).contains(code));
    assert!(!mock.har().contains(code));
}

#[tokio::test]
async fn a_code_expires_after_half_an_hour() {
    let mock = support::server(|_| {});
    let code = code(&mock, &[]).await;
    mock.advance(Duration::from_secs(30 * 60)).unwrap();
    let grant = [("grant_type", "authorization_code"), ("code", &code)];
    expect_oauth_error(Answer::to(exchange(&mock, &grant)).await, "invalid_grant", "expired");
}

#[tokio::test]
async fn two_simultaneous_logins_of_a_deterministic_server_get_different_codes() {
    let seeded = || support::server(|config| config.deterministic = Some(7));
    let (one, two) = (seeded(), seeded());
    let codes = [code(&one, &[]).await, code(&one, &[]).await];
    assert_ne!(codes[0], codes[1]);
    assert_eq!(codes, [code(&two, &[]).await, code(&two, &[]).await]);
    one.reset();
    assert_eq!(codes[0], code(&one, &[]).await);
}

#[tokio::test]
async fn a_public_client_sends_its_id_in_the_query_and_proves_itself_by_pkce() {
    let mock = support::shared();
    let exchange = |code: &str, verifier: &[(&str, &str)]| {
        let grant = [("grant_type", "authorization_code"), ("code", code)];
        let url = format!("{}/ims/token/v3?client_id=key", mock.url());
        let request = support::client().post(url).header("Content-Type", "application/x-www-form-urlencoded");
        request.body(form_encoded(&[&grant[..], verifier].concat()))
    };
    for challenge in [
        [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")],
        [("code_challenge", VERIFIER), ("code_challenge_method", "plain")],
    ] {
        let code = code(mock, &challenge).await;
        expect_oauth_error(
            Answer::to(exchange(&code, &[])).await,
            "invalid_request",
            "code_verifier is missing",
        );
        let wrong = exchange(&code, &[("code_verifier", CHALLENGE)]);
        expect_oauth_error(Answer::to(wrong).await, "invalid_grant", "code_verifier");
        let tokens = tokens(exchange(&code, &[("code_verifier", VERIFIER)])).await;
        assert_eq!(
            keys(&tokens),
            ["access_token", "expires_in", "token_type"],
            "no secret to sign an ID token with"
        );
    }
    // This code is made up by the test.
    tokens(exchange("made-up-by-a-public-client", &[("code_verifier", "v")])).await;
    let both = support::client().post(format!("{}/ims/token/v3?client_id=other", mock.url()));
    let both = both.header("Content-Type", "application/x-www-form-urlencoded");
    let both = both.body("grant_type=authorization_code&code=x&client_id=key");
    expect_oauth_error(Answer::to(both).await, "invalid_request", "client_id in the query is another");
    // Without a code, a client needs its secret.
    let secretless = form(mock, "v3", "grant_type=client_credentials&client_id=key");
    expect_oauth_error(Answer::to(secretless).await, "invalid_request", "client_secret is missing");
}

#[tokio::test]
async fn a_login_with_offline_access_gets_a_refresh_token_that_gets_further_tokens() {
    let mock = support::server(|config| config.auth = Auth::Issued);
    let code = code(&mock, &[("scope", "openid,offline_access")]).await;
    let first = tokens(exchange(&mock, &[("grant_type", "authorization_code"), ("code", &code)])).await;
    let refresh = first["refresh_token"].as_str().unwrap();
    assert_eq!(
        (&claims(refresh)["type"], &claims(refresh)["expires_in"]),
        (&json!("refresh_token"), &json!("1209600000"))
    );
    Tenant::on(&mock).with_token(refresh).get("/connections").await.expect_error("401013");
    mock.advance(Duration::from_secs(86_400)).unwrap();
    let grant = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let next = tokens(exchange(&mock, &grant)).await;
    assert_eq!(keys(&next), ["access_token", "expires_in", "refresh_token", "token_type"]);
    let access = next["access_token"].as_str().unwrap();
    assert_eq!(claims(access)["scope"], "openid,offline_access");
    Tenant::on(&mock).with_token(access).get("/connections").await.expect_status(200);
    tokens(form(&mock, "v3?client_id=key", &form_encoded(&grant))).await;
    let client = [("client_id", "key"), ("client_secret", SECRET)];
    tokens(form(&mock, "v1", &form_encoded(&[&grant[..], &client].concat()))).await;
    let narrower = [&grant[..], &[("scope", "openid")]].concat();
    assert_eq!(keys(&tokens(exchange(&mock, &narrower)).await), ["access_token", "expires_in", "token_type"]);

    let wider = [&grant[..], &[("scope", "AdobeID")]].concat();
    expect_oauth_error(Answer::to(exchange(&mock, &wider)).await, "invalid_scope", "the login may not");
    let other = form(&mock, "v3", &form_encoded(&grant)).basic_auth("other", Some(SECRET));
    expect_oauth_error(Answer::to(other).await, "invalid_grant", "another client");
    let unknown = [("grant_type", "refresh_token"), ("refresh_token", "made-up")];
    expect_oauth_error(Answer::to(exchange(&mock, &unknown)).await, "invalid_grant", "did not issue");
    let missing = [("grant_type", "refresh_token")];
    expect_oauth_error(
        Answer::to(exchange(&mock, &missing)).await,
        "invalid_request",
        "refresh_token is missing",
    );
    mock.advance(Duration::from_secs(13 * 86_400)).unwrap();
    expect_oauth_error(Answer::to(exchange(&mock, &grant)).await, "invalid_grant", "expired");
    // A server that accepts any token also accepts any refresh token.
    tokens(exchange(support::shared(), &unknown)).await;
}

#[tokio::test]
async fn a_login_redirects_only_to_hosts_that_no_stranger_can_own() {
    let mock = support::server(|_| {});
    let to = |target: &'static str| authorize(&mock, &[("client_id", "key"), ("redirect_uri", target)]);
    for far in [
        "https://attacker.io/",
        "https://localhost@attacker.io/",
        "javascript:alert(1)",
        "//attacker.io",
        "/back",
    ] {
        let answer = Answer::to(to(far)).await;
        assert_eq!(answer.header("location"), "", "{answer}");
        expect_oauth_error(answer, "invalid_request", "redirectUris");
    }
    for near in ["http://127.0.0.1:1/", "https://[::1]/", "http://app:8080/a?b=c", "http://app.test/"] {
        let answer = Answer::to(to(near)).await.expect_status(302);
        assert!(answer.header("location").starts_with(near), "{answer}");
    }
    for (parameters, naming) in [
        (&[("redirect_uri", BACK)][..], "client_id is missing"),
        (&[("client_id", "key")], "redirect_uri is missing"),
        (&[("client_id", "a\nb"), ("redirect_uri", BACK)], "client_id"),
    ] {
        expect_oauth_error(Answer::to(authorize(&mock, parameters)).await, "invalid_request", naming);
    }

    let registered = "https://app.example.com/back";
    mock.seed(&json!({"clients": [
        {"clientId": "one", "imsOrgId": "A@AdobeOrg", "kind": "public", "redirectUris": [registered]},
        {"clientId": "two", "imsOrgId": "A@AdobeOrg", "kind": "public", "redirectUris": [registered, "myapp:back"]},
    ]}))
    .unwrap();
    for parameters in [
        &[("client_id", "one")][..],
        &[("client_id", "one"), ("redirect_uri", registered)],
        &[("client_id", "two"), ("redirect_uri", registered)],
    ] {
        let answer = Answer::to(authorize(&mock, parameters)).await.expect_status(302);
        assert!(answer.header("location").starts_with("https://app.example.com/back?code="), "{answer}");
    }
    let app = authorize(
        &mock,
        &[("client_id", "two"), ("redirect_uri", "myapp:back"), ("response_mode", "fragment")],
    );
    let answer = Answer::to(app).await.expect_status(302);
    assert!(answer.header("location").starts_with("myapp:back#code="), "{answer}");
    for (parameters, naming) in [
        (&[("client_id", "one"), ("redirect_uri", BACK)][..], "none of the client's redirectUris"),
        (&[("client_id", "one"), ("redirect_uri", "https://app.example.com/back/")], "none of the client's"),
        (&[("client_id", "two")], "redirect_uri is missing"),
        (&[("client_id", "nobody"), ("redirect_uri", BACK)], "no client is configured"),
    ] {
        expect_oauth_error(Answer::to(authorize(&mock, parameters)).await, "invalid_request", naming);
    }
}

#[tokio::test]
async fn the_error_of_a_login_is_sent_to_its_client() {
    let mock = support::server(|_| {});
    mock.seed(&json!({"clients": [
        {"clientId": "key", "clientSecret": SECRET, "imsOrgId": "A@AdobeOrg", "scopes": ["openid"]},
        {"clientId": "service", "clientSecret": SECRET, "imsOrgId": "A@AdobeOrg", "kind": "service"},
    ]}))
    .unwrap();
    for (client_id, parameter, error) in [
        ("key", ("response_type", "token"), "unsupported_response_type"),
        ("key", ("response_mode", "form_post"), "invalid_request"),
        ("key", ("scope", "AdobeID"), "invalid_scope"),
        ("key", ("code_challenge", "short"), "invalid_request"),
        ("key", ("code_challenge_method", ""), ""),
        ("service", ("response_type", "code"), "unauthorized_client"),
    ] {
        let request =
            authorize(&mock, &[("client_id", client_id), ("redirect_uri", BACK), parameter, ("state", "s")]);
        let back = sent_back(request).await;
        let value =
            |name: &str| back.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(value("error").unwrap_or_default(), error, "{back:?}");
        assert_eq!(
            (value("code").is_none(), value("error_description").is_some()),
            (!error.is_empty(), !error.is_empty())
        );
        assert_eq!(value("state"), Some("s"));
    }
}

#[tokio::test]
async fn an_id_token_is_signed_with_the_secret_of_its_client() {
    let mock = support::server(|_| {});
    let code = code(&mock, &[("nonce", "n-1")]).await;
    let tokens = tokens(exchange(&mock, &[("grant_type", "authorization_code"), ("code", &code)])).await;
    let token = tokens["id_token"].as_str().unwrap();
    let said = claims(token);
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!((&said["aud"], &said["nonce"]), (&json!("key"), &json!("n-1")));
    assert_eq!((&said["sub"], &said["iss"]), (&access["user_id"], &json!(mock.url() + "/ims")));
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 86399);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
    use base64::Engine as _;
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature).unwrap();
    ring::hmac::verify(&key, signed.as_bytes(), &signature).expect("the client's signature");
}
