//! Writes an [`Error`] as a response.
//!
//! Reference: "Base path and headers" (the gateway's shapes), "Flow Service errors".

use super::{Code, Error, catalogue::Shape};
use crate::base::headers::name;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Extension, IntoResponse, Response};
use hyper::body::Bytes;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

impl IntoResponse for Error {
    /// The status only: [`Error::write`] writes the body later, where the request's id is known.
    fn into_response(self) -> Response {
        (self.code().status(), Extension(self)).into_response()
    }
}

impl Error {
    /// Adds the error's headers to `headers`; returns the body.
    pub(crate) fn write(&self, headers: &mut HeaderMap, request_id: &str) -> Bytes {
        let body = self.body(request_id);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        if self.code().shape() == Shape::OAuth {
            forbid_storing(headers);
        }
        let challenge = match self.code() {
            Code::OAuthClientInvalid => Some("Basic realm=\"ims\""),
            Code::OAuthTokenInvalid => Some("Bearer realm=\"ims\", error=\"invalid_token\""), // RFC 6750, section 3
            _ => None,
        };
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if self.passes() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        for (name, text) in [(&name::POINTER, self.pointer()), (&name::REASON, self.reason())] {
            let Some(text) = text else { continue };
            let ascii = utf8_percent_encode(text, NOT_IN_A_HEADER).to_string();
            if ascii.len() <= MAX_TEXT_BYTES
                && let Ok(value) = HeaderValue::try_from(ascii)
            {
                headers.insert(name, value);
            }
        }
        body.into()
    }

    /// The body, as JSON.
    pub(crate) fn body(&self, request_id: &str) -> Vec<u8> {
        let code = self.code();
        let body = match code.shape() {
            Shape::Gateway => {
                serde_json::to_vec(&GatewayBody { error_code: code.code(), message: code.title() })
            }
            Shape::Problem => serde_json::to_vec(&ProblemBody {
                kind: "/placeholder/type/uri",
                status: code.status().as_u16(),
                title: code.title(),
                detail: self.detail(),
            }),
            Shape::Inlet => serde_json::to_vec(&InletBody {
                kind: match code {
                    Code::InletUnauthorized => INLET_AUTHORIZATION,
                    _ => INLET,
                },
                // As printed in the reference.
                status: match code {
                    Code::InletUnauthorized => code.status().as_str().into(),
                    _ => code.status().as_u16().into(),
                },
                title: code.title(),
                report: InletReport { message: self.detail() },
            }),
            Shape::OAuth => serde_json::to_vec(&OAuthBody {
                error: code.code(),
                error_description: self.detail().replace(is_not_in_a_description, "?"),
            }),
            Shape::Flow => serde_json::to_vec(&FlowBody {
                kind: code.uri(),
                title: code.title(),
                status: code.status().as_u16(),
                report: Report { error: self, request_id },
                error_message: self.detail(),
                error_details: self.detail(),
            }),
        };
        // Serialising strings and numbers cannot fail.
        body.unwrap_or_default()
    }
}

impl Code {
    /// The `type` of a Flow Service error.
    pub(crate) fn uri(self) -> String {
        format!("https://ns.adobe.com/aep/errors/{}", self.code())
    }
}

/// The longest pointer or reason that is sent, in bytes, since clients limit the length of headers.
const MAX_TEXT_BYTES: usize = 1024;

/// The characters of a pointer or reason that must be percent-encoded in a header.
const NOT_IN_A_HEADER: &AsciiSet = &CONTROLS.add(b'%');

#[derive(Serialize)]
struct GatewayBody<'a> {
    error_code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct ProblemBody<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    status: u16,
    title: &'a str,
    detail: &'a str,
}

#[derive(Serialize)]
struct InletBody<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    status: Value,
    title: &'a str,
    report: InletReport<'a>,
}

#[derive(Serialize)]
struct InletReport<'a> {
    message: &'a str,
}

/// The `type` of errors of the streaming endpoint, and of its refusal of a token.
const INLET: &str = "http://ns.adobe.com/adobecloud/problem/data-collection-service/inlet";
const INLET_AUTHORIZATION: &str =
    "https://ns.adobe.com/adobecloud/problem/data-collection-service-authorization";

#[derive(Serialize)]
struct OAuthBody<'a> {
    error: &'a str,
    error_description: String,
}

/// Whether RFC 6749, section 5.2, forbids the character in a description: quotes, backslashes and non-ASCII characters.
fn is_not_in_a_description(character: char) -> bool {
    !matches!(character, ' '..='~') || matches!(character, '"' | '\\')
}

/// Forbids caches to store a response of a token endpoint (RFC 6749, section 5.1).
pub(crate) fn forbid_storing(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlowBody<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    report: Report<'a>,
    error_message: &'a str,
    error_details: &'a str,
}

struct Report<'a> {
    error: &'a Error,
    request_id: &'a str,
}

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("detailed-message", self.error.detail())?;
        for (key, value) in &self.error.0.report {
            map.serialize_entry(key, value)?;
        }
        map.serialize_entry("request-id", self.request_id)?;
        map.end()
    }
}
