//! Finds out whether a body that is sent in chunks has any content: clients and proxies frame an absent body so, too.
//!
//! The gateway wants a content type for a body, not for an empty one. Only a request that it would refuse for its content
//! type is looked into; all others are handled while their body arrives.

use super::gateway;
use crate::base::body::incoming::IncomingBody;
use axum::http::Request;
use hyper::body::Body;
use std::time::Duration;
use tokio::time::timeout;

/// How long the first bytes of a body, or its end, may take. Decided: a body of which nothing has come by then is none. curl
/// sends neither if it is told `-X POST -H 'Transfer-Encoding: chunked'` and no data.
const PATIENCE: Duration = Duration::from_millis(500);

/// Waits for the first bytes of a body, or for its end, if whether there is a body decides about the request.
pub(crate) async fn look_into(request: &mut Request<IncomingBody>) {
    let body = request.body();
    let is_unknown = !body.is_end_stream() && body.size_hint().upper().is_none();
    if is_unknown && !gateway::accepts_content_type(request.method(), request.headers()) {
        let body = request.body_mut();
        if timeout(PATIENCE, body.read_first()).await.is_err() {
            body.give_up();
        }
    }
}
