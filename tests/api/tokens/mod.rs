//! The token endpoints. Reference: "Tokens and sandboxes"; RFC 6749, sections 5.1 and 5.2.

mod accounts;
mod issued_tokens;
mod logins;
mod multipart;
mod requests;

use crate::support::{self, Answer};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flowmock::FlowMock;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

const SECRET: &str = "p8e-hunter2";
const CREDENTIALS: &str =
    "grant_type=client_credentials&client_id=key&client_secret=p8e-hunter2&scope=openid";
const CODE: &str = "grant_type=authorization_code&client_id=key&client_secret=p8e-hunter2&code=";

fn endpoint(mock: &FlowMock, version: &str) -> RequestBuilder {
    support::client().post(format!("{}/ims/token/{version}", mock.url()))
}

fn form(mock: &FlowMock, version: &str, form: &str) -> RequestBuilder {
    let request = endpoint(mock, version).header("Content-Type", "application/x-www-form-urlencoded");
    request.body(form.to_owned())
}

fn query(mock: &FlowMock, version: &str, query: &str) -> RequestBuilder {
    support::client().post(format!("{}/ims/token/{version}?{query}", mock.url()))
}

/// The token in an answer, after asserting the documented shape of the answer.
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
