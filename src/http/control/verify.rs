//! `POST /_flowmock/verify`: compares the requests in the journal with expectations.

use super::body::DocumentWithNulls;
use super::scope::FailStatus;
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::base::error::Error;
use crate::http::answer;
use crate::testkit::expectation;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// `POST /_flowmock/verify`.
pub(super) async fn verify(
    State(app): State<Shared>, FailStatus(fails_by_status): FailStatus,
    DocumentWithNulls(document): DocumentWithNulls,
) -> Result<Response, Refused> {
    let expectations = expectation::read(&document)?;
    app.journal.settled().await;
    // Off the request path: a long journal takes long.
    let app = Arc::clone(&app);
    Ok(match spawn_blocking(move || app.verify(&expectations)).await {
        Ok(verification) => {
            let mut response = answer::ok(&verification);
            if fails_by_status && !verification.passed {
                *response.status_mut() = StatusCode::EXPECTATION_FAILED;
            }
            response
        }
        Err(panic) => Error::internal(panic).into_response(),
    })
}
