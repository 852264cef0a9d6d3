//! `/_flowmock/state` and `/_flowmock/reset`: the calls that [change](crate::app::state::change) the state or export it.

use super::body::{Document, no_body};
use super::large::measured_json;
use super::scope::{SCOPE, parameters, part};
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::http::blocking::blocking_change;
use crate::http::extract::Payload;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

/// `GET /_flowmock/state`.
pub(super) async fn export(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let part = part(&parameters(uri.query(), &SCOPE)?)?;
    let shared = Shared::clone(&app);
    measured_json(&app, move || Ok(shared.export(&part))).await
}

/// `POST /_flowmock/state`.
pub(super) async fn merge(
    State(app): State<Shared>, uri: Uri, Document(document, turn): Document,
) -> Result<StatusCode, Refused> {
    parameters(uri.query(), &[])?;
    blocking_change(move || {
        let _until_done = turn;
        app.merge(document)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /_flowmock/state`.
pub(super) async fn replace(
    State(app): State<Shared>, uri: Uri, Document(document, turn): Document,
) -> Result<StatusCode, Refused> {
    parameters(uri.query(), &[])?;
    blocking_change(move || {
        let _until_done = turn;
        app.replace(document)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /_flowmock/reset`.
pub(super) async fn reset(State(app): State<Shared>, uri: Uri, body: Payload) -> Result<StatusCode, Refused> {
    let part = part(&parameters(uri.query(), &SCOPE)?)?;
    no_body(&body)?;
    blocking_change(move || app.reset(&part)).await?;
    Ok(StatusCode::NO_CONTENT)
}
