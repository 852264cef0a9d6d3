//! `/_flowmock/state`, `/reset`, `/snapshots`, `/clock`: HTTP's side of [`Memory`](crate::memory::Memory) and the clock.

use super::body::{self, Document};
use super::scope::{SCOPE, parameters, part};
use super::Refused;
use crate::app::Shared;
use crate::document;
use crate::web::answer;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

/// `GET /_flowmock/state`.
pub(super) async fn export(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let query = parameters(uri.query(), &SCOPE)?;
    Ok(answer::json(StatusCode::OK, app.export(&part(&query)?)?))
}

/// `POST /_flowmock/state`.
pub(super) async fn merge(State(app): State<Shared>, request: Request) -> Result<StatusCode, Refused> {
    app.merge(&document(&app, request).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /_flowmock/state`.
pub(super) async fn replace(State(app): State<Shared>, request: Request) -> Result<StatusCode, Refused> {
    app.replace(&document(&app, request).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /_flowmock/reset`.
pub(super) async fn reset(State(app): State<Shared>, uri: Uri) -> Result<StatusCode, Refused> {
    let query = parameters(uri.query(), &SCOPE)?;
    app.reset(&part(&query)?);
    Ok(StatusCode::NO_CONTENT)
}
