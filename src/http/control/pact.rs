//! `/_flowmock/pact`: [Pact files](crate::app::pact) over HTTP.

use super::body::Document;
use super::large::large_json;
use super::scope::parameters;
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::http::answer;
use crate::http::blocking::blocking_change;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

/// `GET /_flowmock/pact`.
pub(super) async fn get(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let query = parameters(uri.query(), &["consumer"])?;
    let consumer = query.last("consumer").map(str::to_owned);
    app.journal.settled().await;
    let shared = Shared::clone(&app);
    large_json(&app, move || shared.pact(consumer.as_deref())).await
}

/// `POST /_flowmock/pact/state`.
pub(super) async fn set_state(
    State(app): State<Shared>, uri: Uri, Document(document, _turn): Document,
) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    let values = blocking_change(move || app.provider_state(&document)).await?;
    Ok(answer::ok(&values))
}
