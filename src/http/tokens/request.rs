//! The parameters and the client of a request to the identity service.
//!
//! Reference: "Tokens and sandboxes": parameters are a form or, without a body, the query. RFC 6749 has the other rules: a
//! parameter must not be repeated (3.2), one without a value counts as absent, unknown ones are ignored, and a client
//! authenticates by Basic or by parameters, not by both (2.3.1). With a form, the query may still have the `client_id`, as
//! in Adobe's guide for user authentication for public clients.

use super::form;
use super::refusal::invalid;
use crate::app::Shared;
use crate::base::document::reader::{NOT_A_NAME, is_name};
use crate::base::error::{Code, Error};
use crate::http::extract::Payload;
use crate::store::query::{Parameters, form_decoded};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The known parameters.
const KNOWN: [&str; 19] = [
    "grant_type",
    "client_id",
    "client_secret",
    "scope",
    "code",
    "code_verifier",
    "redirect_uri",
    "refresh_token",
    "org_id",
    "jwt_token",
    "token",
    "type",
    "response_type",
    "response_mode",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "token_type_hint",
];

/// The parameters and the client of a request.
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
        Self::read(&headers, &query, body, app.config.max_query_bytes).await
    }
}

impl TokenRequest {
    async fn read(headers: &HeaderMap, query: &str, body: Payload, max_bytes: usize) -> Result<Self, Error> {
        let has_body = !body.is_empty();
        let mut parameters = match has_body {
            true => form::read(headers, body.into_bytes(), max_bytes).await?,
            false => form::urlencoded(query, max_bytes)?,
        };
        for name in KNOWN {
            if parameters.all(name).count() > 1 {
                return Err(invalid(format!("{name} is given more than once")));
            }
        }
        if has_body {
            take_client_id(&mut parameters, query, max_bytes)?;
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

    /// The client's id, and its secret if it has sent one.
    ///
    /// # Errors
    /// `invalid_request` if the id is missing or cannot be an API key.
    pub(super) fn client(&self) -> Result<(&str, Option<&str>), Error> {
        let (client_id, secret) = match &self.basic {
            Some(basic) => (basic.client_id.as_str(), Some(basic.client_secret.as_str())),
            None => (self.required("client_id")?, self.optional("client_secret")),
        };
        check_name("client_id", client_id)?;
        Ok((client_id, secret.filter(|secret| !secret.is_empty())))
    }

    /// The client's id and secret.
    ///
    /// # Errors
    /// The errors of [`client`](Self::client), and `invalid_request` if the secret is missing.
    pub(super) fn credentials(&self) -> Result<(&str, &str), Error> {
        match (self.client()?, &self.basic) {
            ((client_id, Some(secret)), _) => Ok((client_id, secret)),
            ((client_id, None), Some(_)) => Ok((client_id, "")),
            ((_, None), None) => Err(self.missing("client_secret")),
        }
    }

    /// A required parameter.
    ///
    /// # Errors
    /// `invalid_request` if it is missing.
    pub(super) fn required(&self, name: &'static str) -> Result<&str, Error> {
        self.optional(name).ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &'static str) -> Error {
        let hint = if self.has_unread_query {
            " from the form; beside a body the query is not read, but for client_id"
        } else {
            ""
        };
        invalid(format!("{name} is missing{hint}"))
    }

    /// An optional parameter.
    pub(super) fn optional(&self, name: &'static str) -> Option<&str> {
        self.parameters.last(name)
    }
}

/// Adds the `client_id` of the query to the parameters of a form.
fn take_client_id(parameters: &mut Parameters, query: &str, max_bytes: usize) -> Result<(), Error> {
    // Nothing else in the query matters, so it may be malformed.
    let Ok(query) = form::urlencoded(query, max_bytes) else { return Ok(()) };
    match (query.last("client_id"), parameters.last("client_id")) {
        (Some(in_query), Some(in_form)) if in_query != in_form => {
            Err(invalid("client_id in the query is another than the one in the form"))
        }
        (Some(in_query), None) => {
            parameters.push("client_id", in_query.to_owned());
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Refuses, with `invalid_request`, a name that cannot be sent to the Flow Service in a header.
pub(super) fn check_name(parameter: &str, text: &str) -> Result<(), Error> {
    if is_name(text) { Ok(()) } else { Err(invalid(format!("{parameter} {NOT_A_NAME}"))) }
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
