//! Answers 408 if a request takes longer than the configured time.

use crate::base::budget::has_waited_for_its_client;
use crate::base::error::{Code, Error};
use axum::response::{IntoResponse, Response};
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The response of `handling`, or a 408 if it is not ready within `limit` of `started`. The limit starts again for a
/// request that has waited for its client to read earlier responses.
pub(crate) async fn within(
    limit: Duration, started: Instant, handling: impl Future<Output = Response>,
) -> Response {
    let (mut handling, mut deadline) = (pin!(handling), started + limit);
    loop {
        if let Ok(response) = timeout_at(deadline, handling.as_mut()).await {
            return response;
        }
        if !has_waited_for_its_client() {
            let detail = format!(
                "the request was not answered within {} ms: it arrived slowly, or waited for other requests",
                limit.as_millis()
            );
            return Error::new(Code::RequestTimeout, detail).into_response();
        }
        deadline = Instant::now() + limit;
    }
}
