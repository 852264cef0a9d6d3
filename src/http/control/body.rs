//! [`Document`]: the body of a control call.

use crate::app::Shared;
use crate::base::document::format;
use crate::base::document::format::Format;
use crate::base::document::refusal::Refused;
use crate::base::error::Code;
use crate::http::blocking::blocking;
use crate::http::extract;
use crate::http::extract::Payload;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, header};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// A body of JSON, or of YAML if its content type says so, without the `null`s in its objects. The turn is kept until the
/// document has been processed.
pub(super) struct Document(pub(super) Value, pub(super) Turn);

/// The turn of a large document. Since it takes several times its size in memory, only one is processed at a time. `None`
/// for a small document.
pub(super) type Turn = Option<OwnedSemaphorePermit>;

/// The largest document that need not wait for its turn, in bytes.
const SMALL: usize = 1024 * 1024;

/// A body with its `null`s, which are values to compare with in an expectation.
pub(super) struct DocumentWithNulls(pub(super) Value);

impl FromRequest<Shared> for Document {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Refused> {
        read(request, app, app.config.max_state_bytes, "--max-state-bytes", format::parse)
            .await
            .map(|(value, turn)| Self(value, turn))
    }
}

impl FromRequest<Shared> for DocumentWithNulls {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Refused> {
        let max = app.config.max_body_bytes;
        let read = read(request, app, max, "--max-body-bytes", format::parse_with_nulls);
        read.await.map(|(value, _)| Self(value))
    }
}

/// Reads a body of at most `max` bytes, the limit that the flag `limit` sets.
async fn read(
    request: Request, app: &Shared, max: usize, limit: &'static str,
    parse: fn(&[u8], Format) -> Result<Value, String>,
) -> Result<(Value, Turn), Refused> {
    let too_large =
        || Refused::too_large(format!("the body has more than {max} bytes, the configured limit ({limit})"));
    let (head, body) = request.into_parts();
    let text = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    extract::check_encoding(&head.headers)
        .map_err(|error| Refused::unsupported(error.detail().to_owned()))?;
    let format = Format::by_content_type(text(header::CONTENT_TYPE).unwrap_or_default());
    let announced = text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if announced.is_some_and(|length: u64| length > max as u64) {
        return Err(too_large()); // so a client that waits for `100 Continue` need not send it
    }
    let (text, memory) = extract::read(body, max, &app.budget).await.map_err(|error| match error.code() {
        Code::PayloadTooLarge => too_large(),
        Code::MemorySpent => Refused::unavailable(error.detail().to_owned()),
        _ => Refused::because("", error.detail().to_owned()),
    })?;
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Refused::because("", "the body is absent or empty; this call needs a document"));
    }
    let mut turn = None;
    if text.len() > SMALL {
        turn = Arc::clone(&app.large_documents).acquire_owned().await.ok();
    }
    // The turn ends with the work, even if the client has gone.
    let parse = move || {
        let _until_done = memory;
        parse(&text, format).map(|value| (value, turn))
    };
    blocking(parse).await.map_err(|reason| Refused::because("", format!("the body cannot be read: {reason}")))
}

/// Refuses a body instead of ignoring it: a client that names a sandbox in the body would otherwise reset everything. An
/// empty object, which some HTTP libraries send instead of no body, is accepted.
///
/// # Errors
/// For any body but white space and `{}`.
pub(super) fn no_body(body: &Payload) -> Result<(), Refused> {
    let is_empty_object = || {
        let inside = body.bytes().trim_ascii().strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
        inside.is_some_and(|inside| inside.trim_ascii().is_empty())
    };
    if body.is_empty() || is_empty_object() {
        return Ok(());
    }
    Err(Refused::because("", "this call takes no body; its path and its query say what it is about"))
}
