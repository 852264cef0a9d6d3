//! Records requests and their responses in the journal. Control calls are not recorded.

use crate::app::App;
use crate::base::body::incoming::IncomingBody;
use crate::base::body::outgoing::OutgoingBody;
use crate::base::error::Error;
use crate::base::operation::paths::Call;
use crate::testkit::journal::Recording;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response};
use std::time::Duration;
use tokio::time::Instant;

/// The recording of one request. If it is dropped before the response is ready, the journal records that the client went
/// away.
pub(crate) struct Journaled<'a>(Option<Recording<'a>>);

/// Begins to record a request whose head arrived at `started`.
pub(crate) fn begin<'a>(
    app: &'a App, request: &mut Request<IncomingBody>, call: Call, started: Instant,
) -> Journaled<'a> {
    Journaled(match call {
        Call::Control => None,
        Call::Service(operation) => app.journal.begin(request, operation, || app.env.now(), started),
    })
}

impl Journaled<'_> {
    /// Records that the request got no response, and the id that the response would have had. Returns the request's id in
    /// the journal, if it was recorded.
    pub(crate) fn reset(self, request_id: HeaderValue) -> Option<u64> {
        self.0.map(|recording| recording.abort(request_id))
    }

    /// Records the response, which took this long, and the error that it reports. Returns the request's id in the
    /// journal, if it was recorded.
    pub(crate) fn end(
        self, response: &Response<OutgoingBody<Body>>, took: Duration, error: Option<&Error>,
    ) -> Option<u64> {
        self.0.map(|recording| recording.end(response, took, error.map(Error::code)))
    }
}
