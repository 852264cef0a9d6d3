//! The parameters of a token request.
//!
//! Reference: "Tokens and sandboxes": they are a form or, without a body, the query. RFC 6749 has the rest: a parameter must
//! not be repeated (3.2), one without a value counts as absent, unknown ones are ignored, and a client authenticates by Basic
//! or by parameters, not by both (2.3.1).

use crate::app::Shared;
use crate::base::error::{Code, Error};
use crate::http::extract::Payload;
use crate::store::query::{Parameters, form_decoded};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The known parameters.
const KNOWN: [&str; 6] = ["grant_type", "client_id", "client_secret", "scope", "code", "org_id"];

/// The parameters and the client of a token request.
#[derive(Debug)]
pub(super) struct TokenRequest {
    parameters: Parameters,
    basic: Option<Basic>,
    /// Whether a query was ignored because there is a body.
    has_unread_query: bool,
}

/// A client's name and secret from `Authorization: Basic`.
struct Basic {
    client_id: String,
    client_secret: String,
}

impl std::fmt::Debug for Basic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl FromRequest<Shared> for TokenRequest {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Error> {
        let headers = request.headers().clone();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let body =
            Payload::from_request(request, app).await.map_err(|error| invalid(error.detail().to_owned()))?;
        Self::read(&headers, &query, body.bytes(), app.config.max_query_bytes)
    }
}

impl TokenRequest {
    fn read(headers: &HeaderMap, query: &str, body: &[u8], max_bytes: usize) -> Result<Self, Error> {
        let has_body = !body.trim_ascii().is_empty();
        let text = if has_body { form(headers, body)? } else { query };
        if text.len() > max_bytes {
            let detail = format!("the parameters have {} bytes; at most {max_bytes} are taken", text.len());
            return Err(invalid(detail));
        }
        // Does not repeat any of it, since it may contain the secret.
        let parameters = Parameters::parse(text)
            .map_err(|_| invalid("the parameters are not well-formed percent-encoded UTF-8"))?;
        for name in KNOWN {
            if parameters.all(name).count() > 1 {
                return Err(invalid(format!("{name} is given more than once")));
            }
        }
        let basic = basic(headers)?;
        if let Some(basic) = &basic {
            if parameters.last("client_secret").is_some() {
                return Err(invalid(
                    "the client's secret is in Authorization and in client_secret; send one",
                ));
            }
            if parameters.last("client_id").is_some_and(|client_id| client_id != basic.client_id) {
                return Err(invalid("client_id is another than the one in Authorization"));
            }
        }
        Ok(Self { parameters, basic, has_unread_query: has_body && !query.is_empty() })
    }

    /// The client's id and secret.
    ///
    /// # Errors
    /// `invalid_request` if one is missing.
    pub(super) fn credentials(&self) -> Result<(&str, &str), Error> {
        match &self.basic {
            Some(basic) => Ok((&basic.client_id, &basic.client_secret)),
            None => Ok((self.required("client_id")?, self.required("client_secret")?)),
        }
    }

    /// A required parameter.
    ///
    /// # Errors
    /// `invalid_request` if it is missing.
    pub(super) fn required(&self, name: &'static str) -> Result<&str, Error> {
        self.optional(name).ok_or_else(|| {
            let hint = if self.has_unread_query {
                " from the form; beside a body the query is not read"
            } else {
                ""
            };
            invalid(format!("{name} is missing{hint}"))
        })
    }

    /// An optional parameter.
    pub(super) fn optional(&self, name: &'static str) -> Option<&str> {
        self.parameters.last(name)
    }
}

/// The text of a form body.
fn form<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<&'a str, Error> {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(invalid(
            "Content-Type must be application/x-www-form-urlencoded for a request with a body",
        ));
    }
    str::from_utf8(body).map_err(|_| invalid("the form is not text"))
}

/// Parses `Authorization: Basic`. Other schemes count as absent, since some clients always send their last token.
fn basic(headers: &HeaderMap) -> Result<Option<Basic>, Error> {
    let Some(authorization) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let authorization = authorization.to_str().unwrap_or_default().trim();
    let Some((scheme, encoded)) = authorization.split_once(' ') else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let read = || {
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (client_id, client_secret) = decoded.split_once(':')?;
        // By RFC 6749 both are form-encoded before they are joined.
        Some(Basic { client_id: form_decoded(client_id)?, client_secret: form_decoded(client_secret)? })
    };
    let malformed =
        "Authorization: Basic must be followed by the base64 of client_id:client_secret, each form-encoded";
    read().map(Some).ok_or_else(|| Error::new(Code::OAuthClientInvalid, malformed))
}

/// An `invalid_request` error.
pub(super) fn invalid(detail: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::OAuthRequestInvalid, detail)
}
