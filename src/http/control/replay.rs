//! `POST /_flowmock/requests/{id}/replay`: sends a recorded request again.
//!
//! The request passes the whole server as if its client had sent it a second time, with the original headers, body and
//! credentials: faults, gateway, journal, metrics and contract reports. Only the socket is missing.

use super::scope::parameters;
use crate::app::Shared;
use crate::base::body::incoming::IncomingBody;
use crate::base::document::refusal::Refused;
use crate::base::headers::SANDBOX_NAME;
use crate::http::answer;
use crate::http::extract::Id;
use crate::http::layers::time_limit;
use crate::testkit::faults::MAX_DELAY_MS;
use crate::testkit::journal::Record;
use crate::testkit::matching::received::Received;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Request, StatusCode, Uri, header};
use axum::response::Response;
use futures_util::future::BoxFuture;
use hyper::body::Bytes;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// The whole server, from a request to the id of its record and the status of its response. A response that a fault
/// withholds has no status. The router adds it to the requests of [`is_replay`].
#[derive(Clone)]
pub(crate) struct WholeServer(Arc<Answer>);

/// Sends a request through the server.
type Answer = dyn Fn(Request<IncomingBody>) -> BoxFuture<'static, Replayed> + Send + Sync;

/// The outcome of a request that was sent again.
pub(crate) struct Replayed {
    /// Its id in the journal.
    pub(crate) entry: Option<u64>,
    pub(crate) status: Option<StatusCode>,
}

impl WholeServer {
    /// The server that answers with `answer`.
    pub(crate) fn new(
        answer: impl Fn(Request<IncomingBody>) -> BoxFuture<'static, Replayed> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(answer))
    }
}

/// Whether a control call to `path` may need the [`WholeServer`].
pub(crate) fn is_replay(path: &str) -> bool {
    path.ends_with("/replay")
}

/// `POST /_flowmock/requests/{id}/replay`.
pub(super) async fn replay(
    State(app): State<Shared>, id: Id, uri: Uri, Extension(server): Extension<WholeServer>,
) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    app.journal.settled().await;
    let entry = id.as_str().parse().ok().and_then(|id| app.journal.entry(id));
    let entry = entry.ok_or_else(super::requests::not_in_journal)?;
    // The request has its own time limit, and a fault may delay its response.
    let patience = app.config.request_timeout.saturating_add(Duration::from_millis(MAX_DELAY_MS));
    let request = request(&entry.record, Instant::now() + patience)?;
    time_limit::lift(); // a 408 would say that nothing was done
    let replayed = timeout(patience, (server.0)(request)).await.map_err(|_| {
        Refused::unavailable("the request was sent again and not answered in time; the journal has it")
    })?;
    let outcome = if replayed.status.is_some() { "answered" } else { "reset" };
    let mut document = json!({"id": replayed.entry, "outcome": outcome});
    if let Some(status) = replayed.status {
        document["status"] = status.as_u16().into();
    }
    Ok(answer::ok(&document))
}

/// The request of a record, which may take until `deadline`.
///
/// # Errors
/// 409 if the journal does not have all of it.
fn request(record: &Record, deadline: Instant) -> Result<Request<IncomingBody>, Refused> {
    let body = record.body();
    let announced =
        record.first(header::CONTENT_LENGTH.as_str()).and_then(|length| str::from_utf8(length).ok());
    let announced = announced.and_then(|length| length.trim().parse().ok()).unwrap_or(record.body_bytes);
    let length = announced.max(record.body_bytes);
    if length != body.len() as u64 {
        return Err(Refused::conflict(format!(
            "the journal has {} of the {length} bytes of the request's body, so it cannot be sent again; \
             --journal-max-body-bytes sets how long a body it keeps",
            body.len()
        )));
    }
    let unusable =
        || Refused::conflict("the recorded request cannot be sent again: its head is not valid HTTP");
    let body = IncomingBody::whole(Bytes::copy_from_slice(body), deadline);
    let mut request = Request::builder()
        .method(record.method())
        .uri(record.target())
        .version(record.version)
        .body(body)
        .map_err(|_| unusable())?;
    for (name, value) in record.headers() {
        if name == SANDBOX_NAME && record.sandbox_is_default {
            continue; // the server adds it again
        }
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable())?;
        let value = HeaderValue::from_bytes(value).map_err(|_| unusable())?;
        request.headers_mut().append(name, value);
    }
    Ok(request)
}
