//! `POST /_flowmock/verify`: whether the requests in the journal are as expected.

use super::body::Exactly;
use super::scope::parameters;
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::base::error::Error;
use crate::http::answer;
use crate::testkit::expectation;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tokio::task::spawn_blocking;

pub(super) async fn verify(
    State(app): State<Shared>, uri: Uri, Exactly(document): Exactly,
) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    let expectations = expectation::read(&document)?;
    app.journal.settled().await;
    // Apart: it may take long over a long journal.
    let app = Arc::clone(&app);
    Ok(match spawn_blocking(move || app.verify(&expectations)).await {
        Ok(verification) => answer::ok(&verification),
        Err(panic) => Error::internal(panic).into_response(),
    })
}
