//! Writes a line into the log for every request.
//!
//! Decided: health checks are at level `debug`, since a container makes hundreds an hour, and so is everything that the page
//! in a browser loads and asks the APIs, which would hide the client's requests.

use crate::app::App;
use crate::base::error::Error;
use crate::base::headers::name;
use crate::base::operation::HEALTH;
use crate::base::operation::paths::{is_control, is_page, unrecorded};
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri};
use std::time::Duration;
use tracing::Level;

/// The target that subscribers filter these lines by.
const TARGET: &str = "flowmock::request";

/// Logs one request, if a subscriber is interested.
pub(crate) struct LogLine(Option<Head>);

/// The part of a request that its line shows. Neither query nor other headers: they may hold credentials.
struct Head {
    method: Method,
    uri: Uri,
    sandbox: Option<HeaderValue>,
}

impl LogLine {
    /// Copies what the line says of the request.
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        let is_wanted = if is_minor(request.uri().path()) {
            tracing::enabled!(target: TARGET, Level::DEBUG)
        } else {
            tracing::enabled!(target: TARGET, Level::INFO)
        };
        Self(is_wanted.then(|| Head {
            method: request.method().clone(),
            uri: request.uri().clone(),
            sandbox: request.headers().get(&name::SANDBOX_NAME).cloned(),
        }))
    }

    /// Writes the line. `status` is `None` if there is no response. Hides credentials that a client put into its path,
    /// request id or sandbox name by mistake.
    pub(crate) fn write(
        self, app: &App, status: Option<StatusCode>, took: Duration, request_id: &HeaderValue,
        error: Option<&Error>,
    ) {
        let Some(head) = self.0 else { return };
        let concealing = app.concealing();
        let request_id = request_id.to_str().unwrap_or_default();
        let sandbox = head.sandbox.as_ref().and_then(|sandbox| sandbox.to_str().ok());
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: TARGET,
                    method = head.method.as_str(),
                    path = &*concealing.borrowed(head.uri.path()),
                    status = status.map(|status| status.as_u16()),
                    ms = (took.as_secs_f64() * 1e6).round() / 1e3,
                    request_id = &*concealing.borrowed(request_id),
                    sandbox = sandbox.map(|sandbox| concealing.borrowed(sandbox)).as_deref(),
                    error = error.map(|error| error.code().code()),
                    reason = error.and_then(Error::reason).map(|reason| concealing.borrowed(reason)).as_deref(),
                )
            };
        }
        if is_minor(head.uri.path()) { line!(debug) } else { line!(info) }
    }
}

/// Whether requests for that path are logged at level `debug`.
fn is_minor(path: &str) -> bool {
    is_control(path) && (path == HEALTH || is_page(path) || unrecorded(path).is_some())
}
