//! `POST /_flowmock/verify`: whether the requests in the journal are as expected.

use crate::app::Shared;
use crate::control::Refused;
use crate::error::Error;
use crate::expectation;
use crate::json::{self, Nulls};
use crate::web::answer;
use crate::web::extract::Payload;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

pub(crate) async fn verify(State(app): State<Shared>, body: Payload) -> Result<Response, Refused> {
    let document = json::parse(body.bytes(), Nulls::Kept)
        .map_err(|reason| Refused::because("", format!("the body cannot be read: {reason}")))?;
    let expectations = expectation::read(&document)?;
    // Apart, since it may wait, and take long over a long journal.
    let app = Arc::clone(&app);
    let verified = tokio::task::spawn_blocking(move || app.verify(&expectations)).await;
    Ok(match verified {
        Ok(verification) => answer::ok(&verification),
        Err(error) => Error::internal(error).into_response(),
    })
}
