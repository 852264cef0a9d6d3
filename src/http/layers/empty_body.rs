//! Finds out whether a chunked body has any content. Some clients and proxies send an absent body as a chunked one.
//!
//! The gateway requires a content type for a body unless it is empty. Only requests that it would refuse for their content
//! type are examined here; all others are handled while their body arrives.

use super::gateway;
use crate::base::body::incoming::IncomingBody;
use axum::http::Request;
use hyper::body::Body;
use std::time::Duration;
use tokio::time::timeout;

/// The time limit for the first bytes of a body or its end. Decided: after it, a body without any bytes counts as absent.
/// curl sends neither bytes nor an end with `-X POST -H 'Transfer-Encoding: chunked'` and no data.
const PATIENCE: Duration = Duration::from_millis(500);

/// Waits for the first bytes of a body, or for its end, if the gateway's decision depends on whether there is a body.
pub(crate) async fn await_content(request: &mut Request<IncomingBody>) {
    let body = request.body();
    let is_unknown = !body.is_end_stream() && body.size_hint().upper().is_none();
    if is_unknown && !gateway::accepts_content_type(request.method(), request.headers()) {
        let body = request.body_mut();
        if timeout(PATIENCE, body.read_first()).await.is_err() {
            body.give_up();
        }
    }
}
