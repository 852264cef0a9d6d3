//! `/_flowmock/pact`: [Pact files](crate::app::pact) over HTTP.

use super::body::{Document, blocking};
use super::scope::parameters;
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::http::answer;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

/// `GET /_flowmock/pact`.
pub(super) async fn get(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let query = parameters(uri.query(), &["consumer"])?;
    let consumer = query.last("consumer").map(str::to_owned);
    app.journal.settled().await;
    let file = blocking(move || app.pact(consumer.as_deref())).await?;
    Ok(answer::json(StatusCode::OK, file))
}

/// `POST /_flowmock/pact/state`.
pub(super) async fn set_state(
    State(app): State<Shared>, uri: Uri, Document(document, _turn): Document,
) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    let values = blocking(move || app.provider_state(&document)).await?;
    Ok(answer::ok(&values))
}
