//! Tests of token requests in `multipart/form-data`, the form of Adobe's library for Node.

use super::{SECRET, claims, endpoint, expect_oauth_error, token};
use crate::support::{self, Answer};
use flowmock::FlowMock;
use reqwest::RequestBuilder;

/// A part of a form with the boundary `b`.
fn part(name: &str, value: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

fn multipart(mock: &FlowMock, version: &str, parts: &[(&str, &str)]) -> RequestBuilder {
    let parts: String = parts.iter().map(|(name, value)| part(name, value)).collect();
    sent(mock, version, parts + "--b--\r\n")
}

fn sent(mock: &FlowMock, version: &str, body: impl Into<Vec<u8>>) -> RequestBuilder {
    endpoint(mock, version).header("Content-Type", "multipart/form-data; boundary=b").body(body.into())
}

#[tokio::test]
async fn every_token_endpoint_accepts_a_multipart_form() {
    let mock = support::shared();
    let credentials = [
        ("grant_type", "client_credentials"),
        ("client_id", "key"),
        ("client_secret", SECRET),
        ("org_id", "A@AdobeOrg"),
        ("scope", "openid,AdobeID"),
    ];
    for version in ["v2", "v3"] {
        let claims = claims(&token(Answer::to(multipart(mock, version, &credentials)).await));
        assert_eq!((&claims["org"], &claims["scope"]), (&"A@AdobeOrg".into(), &"openid,AdobeID".into()));
    }
    let code = [
        ("grant_type", "authorization_code"),
        ("client_id", "multipart"),
        ("client_secret", SECRET),
        ("code", "a+b&c=d"),
    ];
    token(Answer::to(multipart(mock, "v1", &code)).await);
    let again = Answer::to(multipart(mock, "v1", &code)).await;
    expect_oauth_error(again, "invalid_grant", "used before");
}

#[tokio::test]
async fn a_multipart_form_that_is_wrong_is_refused() {
    let mock = support::shared();
    let secret = part("client_secret", SECRET);
    for (body, naming) in [
        (part("grant_type", "client_credentials") + &secret + "--b--\r\n", "client_id is missing"),
        (secret.clone() + &secret + "--b--\r\n", "client_secret is given more than once"),
        (secret.clone(), "malformed"),
        (secret.replace("name=", "nonsense") + "--b--\r\n", "no name"),
        (part("scope", &"x".repeat(20_000)) + "--b--\r\n", "bytes"),
        (part("a", "b").repeat(101) + "--b--\r\n", "more than 100 parts"),
    ] {
        expect_oauth_error(Answer::to(sent(mock, "v3", body)).await, "invalid_request", naming);
    }
    let bytes = part("scope", "").replace("\r\n\r\n\r\n", "\r\n\r\n").into_bytes();
    let bytes = [&bytes[..], b"\xff\r\n--b--\r\n"].concat();
    expect_oauth_error(Answer::to(sent(mock, "v3", bytes)).await, "invalid_request", "not text");
    let unbounded = endpoint(mock, "v3").header("Content-Type", "multipart/form-data").body(secret);
    expect_oauth_error(Answer::to(unbounded).await, "invalid_request", "boundary");
}
