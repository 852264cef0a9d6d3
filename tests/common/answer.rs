//! [`Answer`]: an answer with its request, which failed assertions print.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::fmt;

/// The length up to which a failed assertion prints a body.
const MAX_SHOWN_BYTES: usize = 4000;

/// An answer and the text of its request.
#[derive(Clone)]
pub struct Answer {
    pub request: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Asserts the status, and that the answer has a request id.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        assert!(!self.header("x-request-id").is_empty(), "{self}");
        self
    }

    /// Asserts that the answer is the error `code` of the catalogue: its status, its code, its three messages and its
    /// request id. A code without letters has the shape of the gateway's errors.
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

    /// Asserts that the message of the error contains `text`.
    #[track_caller]
    pub fn naming(self, text: &str) -> Self {
        let body = self.json();
        assert!(
            body["errorMessage"].as_str().is_some_and(|message| message.contains(text)),
            "no {text:?} in\n{self}"
        );
        self
    }

    /// Asserts that the header `x-flowmock-pointer` is `pointer`.
    #[track_caller]
    pub fn at(self, pointer: &str) -> Self {
        assert_eq!(self.header("x-flowmock-pointer"), pointer, "{self}");
        self
    }

    /// Asserts that neither the headers nor the body contain `secret`.
    #[track_caller]
    pub fn without(self, secret: &str) -> Self {
        let headers = format!("{:?}", self.headers);
        let body = String::from_utf8_lossy(&self.body);
        assert!(!headers.contains(secret) && !body.contains(secret), "{secret:?} in\n{self}");
        self
    }

    /// The value of a header; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("the header is text"))
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in\n{self}"))
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

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
