//! [`blocking`] runs slow work off the request path, [`blocking_change`] such work of control calls that change the state, and
//! [`with_brought_specs`] work with user-supplied connection specs, which may have to be interrupted.

use crate::app::checks::MAX_WAITING;
use crate::app::{App, Shared};
use crate::base::error::{Code, Error};
use crate::http::layers::time_limit;
use flowmock_json_schema::TIME_LIMIT;
use flowmock_json_schema::time_limit::{TimeLimit, within};
use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;

/// Runs slow work on a thread for blocking calls, so that other requests do not wait for it. The work is completed even
/// if the client disconnects.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => pending().await, // only when the server stops, and the requests with it
        },
    }
}

/// [`blocking`] work that changes the state. From here on the request has no time limit: a client that is told of a
/// time-out can rely on nothing having changed.
pub(crate) async fn blocking_change<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    time_limit::lift();
    blocking(work).await
}

/// Does work for a request: on this thread, or as [`blocking`] work if `is_slow`, that is, if it compiles or uses a
/// user-supplied connection spec. Slow work is interrupted after [`TIME_LIMIT`], or when the request times out.
///
/// # Errors
/// The errors of the work, and FLOW-1004-408 if too much such work waits already.
pub(crate) async fn with_brought_specs<T: Send + 'static>(
    is_slow: bool, app: &Shared, work: impl FnOnce(&App) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    if !is_slow {
        return work(app);
    }
    let Some(turn) = app.checks.turn().await else {
        let detail = format!(
            "{MAX_WAITING} requests wait already for checks with connection specs that users added; send fewer at once, \
             or simplify these specs"
        );
        return Err(Error::new(Code::RequestTimeout, detail));
    };
    let limit = TimeLimit::of(TIME_LIMIT);
    let _interest = limit.interest();
    let app = Arc::clone(app);
    blocking(move || {
        let _until_done = turn;
        within(limit, || work(&app))
    })
    .await
}
