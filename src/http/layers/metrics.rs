//! Counts requests by operation, status and duration. Control calls are not counted.

use crate::app::App;
use crate::base::operation::paths::Call;
use crate::testkit::metrics::Counting;
use axum::http::Response;
use std::time::Duration;
use tokio::time::Instant;

/// A request that will be counted. If it is dropped before [`Counted::end`], it counts as one without a response.
pub(crate) struct Counted<'a>(Option<Counting<'a>>);

/// Begins to measure a request whose head arrived at `started`.
pub(crate) fn begin(app: &App, call: Call, started: Instant) -> Counted<'_> {
    Counted(match call {
        Call::Control => None,
        Call::Service(operation) => Some(app.metrics.begin(operation, started)),
    })
}

impl Counted<'_> {
    /// Counts the request with its response, which took this long.
    pub(crate) fn end<B>(self, response: &Response<B>, took: Duration) {
        if let Some(counting) = self.0 {
            counting.answered(response.status(), took);
        }
    }
}
