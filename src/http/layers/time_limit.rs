//! Answers 408 if a request takes longer than the configured time.
//!
//! Decided: a call that has begun to change the state gets its own response, however long it takes. A 408 would say that
//! nothing was done.

use crate::base::budget::has_waited_for_its_client;
use crate::base::error::{Code, Error};
use axum::response::{IntoResponse, Response};
use futures_util::future::poll_immediate;
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

tokio::task_local! {
    /// Whether the request has begun work that will be completed.
    static COMMITTED: Cell<bool>;
}

/// Lifts the time limit of the request that this task answers, because its work will be completed from here on.
pub(crate) fn lift() {
    _ = COMMITTED.try_with(|committed| committed.set(true)); // outside of requests there is no limit
}

/// The response of `handling`, or a 408 if it is not ready within `limit` of `started`. The limit starts again for a
/// request that has waited for its client to read earlier responses.
pub(crate) async fn within(
    limit: Duration, started: Instant, handling: impl Future<Output = Response>,
) -> Response {
    COMMITTED.scope(Cell::new(false), limited(limit, started, handling)).await
}

async fn limited(limit: Duration, started: Instant, handling: impl Future<Output = Response>) -> Response {
    let mut handling = pin!(handling);
    // Most responses are ready at once, and need no timer.
    if let Some(response) = poll_immediate(handling.as_mut()).await {
        return response;
    }
    let mut deadline = started + limit;
    loop {
        if let Ok(response) = timeout_at(deadline, handling.as_mut()).await {
            return response;
        }
        if COMMITTED.with(Cell::get) {
            return handling.await;
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use tokio::time::sleep;

    const LIMIT: Duration = Duration::from_millis(20);

    async fn status(handling: impl Future<Output = ()>) -> StatusCode {
        let handling = async {
            handling.await;
            StatusCode::NO_CONTENT.into_response()
        };
        within(LIMIT, Instant::now(), handling).await.status()
    }

    #[tokio::test]
    async fn slow_work_is_a_408_unless_it_will_be_completed_whatever_happens() {
        assert_eq!(status(sleep(20 * LIMIT)).await, StatusCode::REQUEST_TIMEOUT);
        let committed = async {
            lift();
            sleep(3 * LIMIT).await;
        };
        assert_eq!(status(committed).await, StatusCode::NO_CONTENT);
        // The next request of the task has its limit again.
        assert_eq!(status(sleep(20 * LIMIT)).await, StatusCode::REQUEST_TIMEOUT);
    }
}
