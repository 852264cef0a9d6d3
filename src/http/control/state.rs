//! `/_flowmock/state` and `/_flowmock/reset`: the calls that [change](crate::app::state::change) the state or export it.

use super::body::{Document, blocking, no_body};
use super::scope::{SCOPE, parameters, part};
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::http::answer;
use crate::http::extract::Payload;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

/// `GET /_flowmock/state`.
pub(super) async fn export(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let part = part(&parameters(uri.query(), &SCOPE)?)?;
    let document = blocking(move || app.export(&part)).await?;
    Ok(answer::json(StatusCode::OK, document))
}

/// `POST /_flowmock/state`.
pub(super) async fn merge(
    State(app): State<Shared>, uri: Uri, Document(document, turn): Document,
) -> Result<StatusCode, Refused> {
    parameters(uri.query(), &[])?;
    blocking(move || {
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
    blocking(move || {
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
    blocking(move || app.reset(&part)).await;
    Ok(StatusCode::NO_CONTENT)
}
