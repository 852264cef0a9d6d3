//! Gives every request an id, which its response carries in `x-request-id`.
//!
//! Reference: "Flow Service errors".

use super::gateway::tenant_named_in;
use crate::app::App;
use crate::base::headers::name;
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use uuid::Uuid;

/// The longest id taken from a client, in bytes; a longer one is replaced.
const MAX_BYTES: usize = 128;

/// The request's id: the client's own if it sent a usable one, otherwise a new one. With a seed, that is the next id of
/// the request's sandbox.
pub(crate) fn of<B>(request: &Request<B>, app: &App) -> HeaderValue {
    let headers = request.headers();
    sent(headers).unwrap_or_else(|| {
        let id = app.request_id(|| tenant_named_in(request.uri().path(), headers));
        let mut buffer = Uuid::encode_buffer();
        HeaderValue::from_str(id.hyphenated().encode_lower(&mut buffer))
            .unwrap_or(HeaderValue::from_static("unknown"))
    })
}

/// The client's own id, if headers and log lines can carry it.
fn sent(headers: &HeaderMap) -> Option<HeaderValue> {
    let id = headers.get(&name::REQUEST_ID)?;
    let is_usable = (1..=MAX_BYTES).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
    is_usable.then(|| id.clone())
}

/// Adds the id to the response.
pub(crate) fn add<B>(response: &mut Response<B>, id: HeaderValue) {
    response.headers_mut().insert(&name::REQUEST_ID, id);
}
