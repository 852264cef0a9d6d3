//! `/_flowmock/faults`: the fault rules.

use crate::app::{App, Shared};
use crate::control::Refused;
use crate::faults::{self, Fault};
use crate::web::answer;
use crate::web::extract::Payload;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

pub(crate) async fn list(State(app): State<Shared>) -> Response {
    answer::ok(&document(&app, &app.faults.list()))
}

/// Adds one rule or several behind the others.
pub(crate) async fn add(State(app): State<Shared>, body: Payload) -> Result<Response, Refused> {
    let added = app.faults.add(faults::parse(body.bytes())?)?;
    Ok(answer::json(StatusCode::CREATED, document(&app, &added).to_string()))
}

/// Puts rules in the place of all others.
pub(crate) async fn replace(State(app): State<Shared>, body: Payload) -> Result<Response, Refused> {
    let rules = app.faults.replace(faults::parse(body.bytes())?)?;
    Ok(answer::ok(&document(&app, &rules)))
}

pub(crate) async fn clear(State(app): State<Shared>) -> StatusCode {
    app.faults.clear();
    StatusCode::NO_CONTENT
}

pub(crate) async fn get(State(app): State<Shared>, Path(id): Path<String>) -> Result<Response, Refused> {
    let fault = app.faults.get(&id)?;
    Ok(answer::ok(&fault.document(&app.veil())))
}

pub(crate) async fn remove(State(app): State<Shared>, Path(id): Path<String>) -> Result<StatusCode, Refused> {
    app.faults.remove(&id)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rules as they may be shown: what they expect of a header or a body may be a credential.
fn document(app: &App, faults: &[Fault]) -> Value {
    let redaction = app.veil();
    json!({"faults": faults.iter().map(|fault| fault.document(&redaction)).collect::<Vec<_>>()})
}
