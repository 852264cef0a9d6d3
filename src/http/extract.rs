//! The extractors of handlers, whose rejections are errors of the catalogue: [`Sandbox`], [`Organisation`], [`Caller`],
//! [`TokenKind`], [`Id`], [`Query`], [`Payload`].

use crate::app::Shared;
use crate::base::body::incoming::BodyError;
use crate::base::budget::{Budget, Reservation, SMALL};
use crate::base::config::InletUrl;
use crate::base::error::{Code, Error, excerpt};
use crate::base::headers::name;
use crate::base::json;
use crate::base::json::Nulls;
use crate::base::operation::Operation;
use crate::base::tenant::{Caller, Organisation};
use crate::http::base_url;
pub(crate) use crate::http::layers::faults::InitializingFor;
use crate::http::layers::gateway;
pub(crate) use crate::services::entities::Id;
use crate::services::world::Sandbox;
use crate::store::query::Parameters;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, header, request::Parts};
use futures_util::StreamExt;
use hyper::body::{Body as _, Bytes};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::convert::Infallible;

/// The sandbox that the headers name, which the gateway checked.
impl FromRequestParts<Shared> for Sandbox {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Error> {
        // Read again, since the request's extensions would allocate a map to hand the tenant over.
        match gateway::tenant_of(&parts.headers) {
            Some(tenant) => Ok(app.open(&tenant)),
            None => Err(Error::internal("a route without the gateway asks for a sandbox")),
        }
    }
}

/// The organisation, on paths that need no sandbox. The gateway put it into the request's extensions.
impl FromRequestParts<Shared> for Organisation {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Error> {
        parts
            .extensions
            .remove()
            .ok_or_else(|| Error::internal("a route without the gateway asks for an organisation"))
    }
}

/// The author of a write: the client of `x-api-key`, and the user of its token if this server issued the token.
impl FromRequestParts<Shared> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Error> {
        let key = parts.headers.get(&name::API_KEY).and_then(|key| key.to_str().ok());
        let api_key = key.ok_or_else(|| Error::of(Code::ApiKeyMissing))?.trim();
        let token = gateway::bearer_token(&parts.headers).ok();
        let issued = token.and_then(|token| app.ims.issuer.read(token));
        let of_inlets = app.config.inlet_url == InletUrl::Local;
        let reached_at = of_inlets.then(|| base_url::host_of(parts).map(str::to_owned)).flatten();
        Ok(match issued.filter(|issued| issued.client_id == api_key) {
            Some(issued) => Self { api_key: api_key.to_owned(), user: issued.user_id, reached_at },
            None => Self { reached_at, ..Self::with_api_key(api_key) },
        })
    }
}

/// The kind of a request's token, as far as the configuration wants it checked.
#[derive(Clone, Copy)]
pub(crate) struct TokenKind {
    /// Whether kinds are checked and the token is known to be a user's: this server issued it to one.
    is_users: bool,
}

impl TokenKind {
    /// Checks that the token is not known to be a user's.
    ///
    /// # Errors
    /// `code`, which is FLOW-1426-400 or FLOW-1427-400.
    pub(crate) fn expect_service(self, code: Code) -> Result<(), Error> {
        if self.is_users { Err(Error::of(code)) } else { Ok(()) }
    }
}

impl FromRequestParts<Shared> for TokenKind {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Infallible> {
        let is_users = app.config.check_token_kinds
            && gateway::bearer_token(&parts.headers)
                .ok()
                .and_then(|token| app.ims.issuer.read(token))
                .is_some_and(|issued| issued.is_users);
        Ok(Self { is_users })
    }
}

impl FromRequestParts<Shared> for InitializingFor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_default())
    }
}

impl FromRequestParts<Shared> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Error> {
        let segment = Operation::matched(parts.method.as_str(), parts.uri.path()).and_then(|(_, id)| id);
        let segment = segment.ok_or_else(|| Error::internal("a route without a parameter asks for an id"))?;
        if !segment.contains('%') {
            return Ok(Self::new(segment.to_owned())); // nearly every id
        }
        match percent_decode_str(segment).decode_utf8() {
            Ok(id) => Ok(Self::new(id.into_owned())),
            Err(_) => Err(Error::new(Code::NoSuchRoute, "the path is not well-formed percent-encoded UTF-8")),
        }
    }
}

/// The parameters of the query.
pub(crate) struct Query(pub(crate) Parameters);

impl FromRequestParts<Shared> for Query {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        let max = longest(query, app.config.max_query_bytes);
        if query.len() > max {
            let detail = format!("the query has {} bytes; at most {max} are taken", query.len());
            return Err(Error::new(Code::QueryTooLong, detail));
        }
        Parameters::parse(query).map(Self)
    }
}

/// The largest length of a query, in bytes. A token does not count against `max`, since it carries the query of the first page;
/// neither does the rest of a link that repeats this query percent-encoded.
fn longest(query: &str, max: usize) -> usize {
    let tokens = query.split('&').filter_map(|pair| pair.strip_prefix("continuationToken="));
    let of_token =
        tokens.map(str::len).max().unwrap_or_default().min(max.saturating_mul(2).saturating_add(512));
    let of_link = if query.starts_with("continuationToken=") { max.saturating_mul(4) } else { max };
    max.saturating_add(of_token).max(of_link)
}

/// The whole body of a request, in UTF-8 and within the configured limit.
pub(crate) struct Payload(Bytes);

impl Payload {
    /// The body parsed as JSON.
    ///
    /// # Errors
    /// FLOW-1405-400 if the body is empty, FLOW-1000-400 if it is not JSON.
    pub(crate) fn json(&self, nulls: Nulls) -> Result<Value, Error> {
        if self.is_empty() {
            return Err(Error::new(
                Code::BodyMissing,
                "the body is absent or empty; this call needs one, of JSON",
            ));
        }
        json::parse(&self.0, nulls)
            .map_err(|reason| Error::bad_request(format!("the body cannot be read: {reason}"), ""))
    }

    /// The body as it was sent.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.0
    }

    /// The bytes of the body.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The size of the body, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the body is empty or consists of white space.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(u8::is_ascii_whitespace)
    }
}

impl FromRequest<Shared> for Payload {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        check_encoding(&parts.headers)?;
        let max = app.config.max_body_bytes;
        let announced =
            parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: u64| length > max as u64) {
            return Err(too_large(max)); // a client that waits for `100 Continue` need not send it
        }
        // The memory is released at once, since the handler uses the body without waiting for other requests.
        read(body, max, &app.budget).await.map(|(body, _)| Self(body))
    }
}

/// Refuses compressed bodies and charsets other than UTF-8. A gzip body has been inflated before.
pub(crate) fn check_encoding(headers: &HeaderMap) -> Result<(), Error> {
    let encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut encodings = encodings.map(|value| value.to_str().unwrap_or("?").trim());
    if let Some(encoding) =
        encodings.find(|encoding| !matches!(encoding.to_ascii_lowercase().as_str(), "" | "identity"))
    {
        let detail = format!(
            "Content-Encoding {} is not supported; send the body as it is, or in gzip",
            excerpt(encoding)
        );
        return Err(Error::new(Code::UnsupportedMediaType, detail));
    }
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let charset = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    match charset.filter(|charset| !charset.is_empty()) {
        Some(charset)
            if !["utf-8", "utf8", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known)) =>
        {
            let detail = format!("charset {} is not supported; send the body in UTF-8", excerpt(charset));
            Err(Error::new(Code::UnsupportedMediaType, detail))
        }
        _ => Ok(()),
    }
}

/// Reads a whole body. Except for the first 64 KiB, its memory is reserved before it is read.
///
/// # Errors
/// FLOW-1004-413 if the body has more than `max` bytes, FLOW-1000-400 if it breaks off, FLOW-1004-503 if there is no memory
/// for it.
pub(crate) async fn read(body: Body, max: usize, budget: &Budget) -> Result<(Bytes, Reservation), Error> {
    let (mut first, mut rest) = (Bytes::new(), Vec::new());
    // The announced length of the body, or the largest possible one.
    let longest =
        body.size_hint().upper().and_then(|length| usize::try_from(length).ok()).unwrap_or(max).min(max);
    let mut memory = None;
    let mut frames = body.into_data_stream();
    while let Some(data) = frames.next().await {
        let data = data.map_err(|error| Error::bad_request(reason(&error), ""))?;
        if first.len().max(rest.len()) + data.len() > max {
            return Err(too_large(max)); // `IncomingBody` reads on, or the client would find a closed connection
        }
        if memory.is_none() && first.len().max(rest.len()) + data.len() > SMALL {
            memory = Some(budget.receive(longest).await?);
        }
        if first.is_empty() {
            first = data; // most bodies are a single frame, which is not copied
        } else {
            if rest.is_empty() {
                rest.reserve_exact(if memory.is_some() { longest } else { 0 });
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&data);
        }
    }
    let whole = if rest.is_empty() { first } else { rest.into() };
    Ok((whole, memory.unwrap_or_default()))
}

/// Why a body cannot be read to its end.
fn reason(error: &axum::Error) -> String {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<BodyError>());
    source.map_or_else(|| "the body broke off".to_owned(), ToString::to_string)
}

fn too_large(max: usize) -> Error {
    Error::new(Code::PayloadTooLarge, format!("the body is larger than {max} bytes, the configured limit"))
}
