//! `POST /_flowmock/verify`: compares the requests in the journal with expectations.

use super::body::DocumentWithNulls;
use super::scope::VerificationQuery;
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::base::error::Error;
use crate::http::answer;
use crate::testkit::expectation;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::task::spawn_blocking;

/// `POST /_flowmock/verify`.
pub(super) async fn verify(
    State(app): State<Shared>, query: VerificationQuery, DocumentWithNulls(document): DocumentWithNulls,
) -> Result<Response, Refused> {
    let expectations = expectation::read(&document)?;
    let verification = if query.all_replicas {
        app.verify_all(expectations).await?
    } else {
        app.journal.settled().await;
        // Off the request path: a long journal takes long.
        match spawn_blocking(move || app.verify(&expectations)).await {
            Ok(verification) => verification,
            Err(panic) => return Ok(Error::internal(panic).into_response()),
        }
    };
    let mut response = answer::ok(&verification);
    if query.fails_by_status && !verification.passed {
        *response.status_mut() = StatusCode::EXPECTATION_FAILED;
    }
    Ok(response)
}
