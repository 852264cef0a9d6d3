//! An answer, with the request that it is to, for the message of a failed assertion.

use super::{Written, document};
use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::fmt;

/// How much of a body a failed assertion shows.
const MAX_SHOWN_BYTES: usize = 4000;

#[derive(Clone)]
pub struct Answer {
    request: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The answer to that request, which must be one that the OpenAPI document allows.
    pub async fn to(request: RequestBuilder) -> Self {
        let (client, request) = request.build_split();
        let request = request.expect("a request that can be sent");
        let described = format!(
            "{} {}\n{}",
            request.method(),
            request.url(),
            request.body().and_then(|body| body.as_bytes()).map(String::from_utf8_lossy).unwrap_or_default()
        );
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = client.execute(request).await.unwrap_or_else(|error| panic!("{described}\n{error:?}"));
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.unwrap_or_else(|error| panic!("{described}\n{error:?}")).to_vec();
        let answer = Self { request: described, status, headers, body };
        document().allows(method.as_str(), &path, &answer);
        answer
    }

    /// What a [`Raw`](super::Raw) connection read.
    pub(super) fn read(request: String, status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Self {
        Self { request, status, headers, body }
    }

    /// Asserts the status, and that the answer has a request id.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        assert!(!self.header("x-request-id").is_empty(), "{self}");
        self
    }

    /// Asserts an error of the catalogue: status, code, the three messages, the request id; of the gateway's
    /// shape if `code` is a number. Answers with itself, for [`Answer::naming`] and [`Answer::at`].
    #[track_caller]
    pub fn expect_error(self, code: &str) -> Self {
        let body = self.json();
        if code.bytes().all(|byte| byte.is_ascii_digit()) {
            assert_eq!(body["error_code"], code, "{self}");
            assert!(body["message"].is_string() && body.as_object().unwrap().len() == 2, "{self}");
            assert_eq!(self.status.as_str(), &code[..3], "{self}");
        } else {
            assert_eq!(body["type"], format!("https://ns.adobe.com/aep/errors/{code}"), "{self}");
            assert_eq!(self.status.as_str(), &code[code.len() - 3..], "{self}");
            assert_eq!(body["status"], self.status.as_u16(), "{self}");
            assert_eq!(body["report"]["request-id"], self.header("x-request-id"), "{self}");
            assert_eq!(body["report"]["detailed-message"], body["errorMessage"], "{self}");
            assert_eq!(body["errorDetails"], body["errorMessage"], "{self}");
        }
        assert_eq!(self.header("content-type"), "application/json", "{self}");
        assert!(!self.header("x-request-id").is_empty(), "{self}");
        self
    }

    /// Asserts the gateway's answer to a body of an unknown type.
    #[track_caller]
    pub fn expect_content_type_problem(self) -> Self {
        let expected = json!({
            "type": "/placeholder/type/uri",
            "status": 400,
            "title": "BadRequestError",
            "detail": "A valid content-type must be specified",
        });
        assert_eq!(self.json(), expected, "{self}");
        assert_eq!(self.header("content-type"), "application/json", "{self}");
        self.expect_status(400)
    }

    /// Asserts that neither headers nor body hold `secret`.
    #[track_caller]
    pub fn without(self, secret: &str) -> Self {
        let headers = format!("{:?}", self.headers);
        let body = String::from_utf8_lossy(&self.body);
        assert!(!headers.contains(secret) && !body.contains(secret), "{secret:?} in\n{self}");
        self
    }

    /// Asserts that the error's sentence contains `text`.
    #[track_caller]
    pub fn naming(self, text: &str) -> Self {
        let body = self.json();
        assert!(
            body["errorMessage"].as_str().is_some_and(|message| message.contains(text)),
            "{text:?} in\n{self}"
        );
        self
    }

    /// Asserts that `x-flowmock-pointer` points there.
    #[track_caller]
    pub fn at(self, pointer: &str) -> Self {
        assert_eq!(self.header("x-flowmock-pointer"), pointer, "{self}");
        self
    }

    /// The header's value; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of text"))
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in\n{self}"))
    }

    /// What the OpenAPI document calls the error; `None` if this is none of the catalogue.
    pub fn code(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let text = |key: &str| body[key].as_str().map(str::to_owned);
        let flow = text("type")
            .and_then(|kind| Some(kind.strip_prefix("https://ns.adobe.com/aep/errors/")?.to_owned()));
        let is_refusal = self.status.is_client_error() || self.status.is_server_error();
        let code = flow.or(text("error_code")).or(text("error"));
        code.or_else(|| document().problem(body["title"].as_str()?)).filter(|_| is_refusal)
    }

    /// The `{"id", "etag"}` of a write, which has no other keys.
    #[track_caller]
    pub fn written(&self) -> Written {
        let body = self.json();
        assert_eq!(body.as_object().expect("an object").len(), 2, "{self}");
        let text = |key: &str| body[key].as_str().unwrap_or_else(|| panic!("no {key} in\n{self}")).to_owned();
        Written { id: text("id"), etag: text("etag") }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}", self.request, self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value:?}")?;
        }
        let shown = &self.body[..self.body.len().min(MAX_SHOWN_BYTES)];
        f.write_str(&String::from_utf8_lossy(shown))
    }
}
