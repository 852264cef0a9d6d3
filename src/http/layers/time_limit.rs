//! Answers 408 if a request takes longer than the configured time.

use crate::base::error::{Code, Error};
use axum::response::{IntoResponse, Response};
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The response of `handling`, or a 408 if it is not ready within `limit` of `started`.
pub(crate) async fn within(
    limit: Duration, started: Instant, handling: impl Future<Output = Response>,
) -> Response {
    timeout_at(started + limit, handling).await.unwrap_or_else(|_| {
        let detail = format!("the request was not whole within {} ms; send it faster", limit.as_millis());
        Error::new(Code::RequestTimeout, detail).into_response()
    })
}
