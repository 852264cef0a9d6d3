//! `/_flowmock/faults`: lists and changes the [fault rules](crate::testkit::faults) in force.

use super::body::DocumentWithNulls;
use super::scope::{InPart, parameters};
use crate::app::{App, Shared};
use crate::base::document::refusal::Refused;
use crate::http::answer;
use crate::http::extract::Id;
use crate::services::world::Part;
use crate::testkit::faults;
use crate::testkit::faults::Fault;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

/// `GET /_flowmock/faults`.
pub(super) async fn list(State(app): State<Shared>, InPart(part): InPart) -> Result<Response, Refused> {
    Ok(answer::ok(&document(&app, &app.faults.list(&part))))
}

/// `POST /_flowmock/faults`: adds one or more rules after the others. The query may confine them to an organisation or a
/// sandbox.
pub(super) async fn add(
    State(app): State<Shared>, InPart(part): InPart, DocumentWithNulls(document): DocumentWithNulls,
) -> Result<Response, Refused> {
    let added = app.faults.add(faults::read(&document)?, &part)?;
    Ok(answer::json(StatusCode::CREATED, self::document(&app, &added).to_string()))
}

/// `PUT /_flowmock/faults`: replaces all rules, or those of an organisation or a sandbox.
pub(super) async fn replace(
    State(app): State<Shared>, InPart(part): InPart, DocumentWithNulls(mut document): DocumentWithNulls,
) -> Result<Response, Refused> {
    faults::restore(&mut document, &app.faults.list(&Part::All), &app.redaction());
    let rules = app.faults.replace(faults::read(&document)?, &part)?;
    Ok(answer::ok(&self::document(&app, &rules)))
}

/// `DELETE /_flowmock/faults`: removes all rules, or those of an organisation or a sandbox.
pub(super) async fn clear(State(app): State<Shared>, InPart(part): InPart) -> Result<StatusCode, Refused> {
    app.faults.clear(&part);
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /_flowmock/faults/{id}`.
pub(super) async fn get(State(app): State<Shared>, id: Id, uri: Uri) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    Ok(answer::ok(&app.faults.get(id.as_str())?.document(&app.redaction())))
}

/// `DELETE /_flowmock/faults/{id}`.
pub(super) async fn remove(State(app): State<Shared>, id: Id, uri: Uri) -> Result<StatusCode, Refused> {
    parameters(uri.query(), &[])?;
    app.faults.remove(id.as_str())?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rules; credentials in their conditions are redacted.
fn document(app: &App, faults: &[Fault]) -> Value {
    let redaction = app.redaction();
    json!({"faults": faults.iter().map(|fault| fault.document(&redaction)).collect::<Vec<_>>()})
}
