//! [`Document`]: the document that a control call brings; [`apart`], where large ones are dealt with.

use crate::app::Shared;
use crate::base::document::format;
use crate::base::document::format::Format;
use crate::base::document::refusal::Refused;
use crate::base::error::Code;
use crate::http::extract;
use crate::http::extract::Payload;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, header};
use serde_json::{Map, Value};
use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// A body of JSON, or of YAML if its content type says so; without the `null`s in its objects. Its turn is to be kept
/// until it has been dealt with.
pub(super) struct Document(pub(super) Value, pub(super) Turn);

/// The turn of a large document, which takes several times its size in memory: one is dealt with at a time. `None` for
/// a small one.
pub(super) type Turn = Option<OwnedSemaphorePermit>;

/// The largest document that waits for no other, in bytes.
const SMALL: usize = 1024 * 1024;

/// The same with its `null`s: in an expectation, `null` is a value to compare with.
pub(super) struct Exactly(pub(super) Value);

impl FromRequest<Shared> for Document {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Refused> {
        read(request, app, app.config.max_state_bytes, "--max-state-bytes", format::parse)
            .await
            .map(|(value, turn)| Self(value, turn))
    }
}

impl FromRequest<Shared> for Exactly {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Refused> {
        let max = app.config.max_body_bytes;
        let read = read(request, app, max, "--max-body-bytes", format::parse_with_nulls);
        read.await.map(|(value, _)| Self(value))
    }
}

/// What the body holds, which has at most `max` bytes, as the flag `limit` says.
async fn read(
    request: Request, app: &Shared, max: usize, limit: &'static str,
    parse: fn(&[u8], Format) -> Result<Value, String>,
) -> Result<(Value, Turn), Refused> {
    let too_large =
        || Refused::too_large(format!("the body has more than {max} bytes, the configured limit ({limit})"));
    let (head, body) = request.into_parts();
    let text = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let format = Format::by_content_type(text(header::CONTENT_TYPE).unwrap_or_default());
    let announced = text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if announced.is_some_and(|length: u64| length > max as u64) {
        return Err(too_large()); // a client that waits for leave to send need not send it now
    }
    let text = extract::read(body, max).await.map_err(|error| match error.code() {
        Code::PayloadTooLarge => too_large(),
        _ => Refused::because("", error.detail().to_owned()),
    })?;
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Refused::because("", "the body is absent or empty; this call needs a document"));
    }
    let mut turn = None;
    if text.len() > SMALL {
        turn = Arc::clone(&app.large_documents).acquire_owned().await.ok();
    }
    // Nobody else's turn comes before this is done, whether or not somebody waits for it still.
    apart(move || parse(&text, format).map(|value| (value, turn)))
        .await
        .map_err(|reason| Refused::because("", format!("the body cannot be read: {reason}")))
}

/// Does what may take long, or wait for somebody who takes long, where it keeps no other request waiting. It is done to
/// its end even if nobody waits for the answer any more.
pub(crate) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => pending().await, // the server stops, and with it whoever asks
        },
    }
}

/// Refuses a body rather than passing it over: whoever writes there what is meant would otherwise mean everything.
///
/// # Errors
/// For any body but white space.
pub(super) fn no_body(body: &Payload) -> Result<(), Refused> {
    if body.is_empty() {
        return Ok(());
    }
    Err(Refused::because("", "this call takes no body; what it is about stands in the path and the query"))
}

/// The members of a document, which are all among `known`.
///
/// # Errors
/// For anything but an object, and for each key that is not known.
pub(super) fn members<'a>(document: &'a Value, known: &[&str]) -> Result<&'a Map<String, Value>, Refused> {
    use crate::base::document::refusal::Problem;
    use crate::base::json::{kind_of, pointer_token};
    let members = document.as_object().ok_or_else(|| {
        Refused::because("", format!("the body must be an object, not {}", kind_of(document)))
    })?;
    let unknown = members.keys().filter(|key| !known.contains(&key.as_str()));
    let problem = |key: &String| {
        let reason = format!("is not known; the keys are {}", known.join(", "));
        Problem::new(format!("/{}", pointer_token(key)), reason)
    };
    let problems: Vec<Problem> = unknown.map(problem).collect();
    if problems.is_empty() { Ok(members) } else { Err(Refused::invalid(problems)) }
}
