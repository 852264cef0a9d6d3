//! `/_flowmock/faults`: lists and changes the [fault rules](crate::testkit::faults) in force.

use super::body::DocumentWithNulls;
use super::large::large_json;
use super::scope::{InPart, parameters};
use crate::app::{App, Shared};
use crate::base::document::refusal::{Problem, Refused};
use crate::http::answer;
use crate::http::extract::Id;
use crate::services::world::Part;
use crate::testkit::faults;
use crate::testkit::faults::{Fault, NewRule};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /_flowmock/faults`.
pub(super) async fn list(State(app): State<Shared>, InPart(part): InPart) -> Result<Response, Refused> {
    let rules = Arc::clone(&app);
    let list = move || Ok(document(&rules, &rules.faults.list(&part)).to_string().into_bytes());
    large_json(&app, list).await
}

/// `POST /_flowmock/faults`: adds one or more rules after the others. The query may confine them to an organisation or a
/// sandbox.
pub(super) async fn add(
    State(app): State<Shared>, InPart(part): InPart, DocumentWithNulls(document): DocumentWithNulls,
) -> Result<Response, Refused> {
    let rules = faults::read(&document)?;
    let warnings = warnings(&rules);
    let added = self::document(&app, &app.add_faults(rules, part)?);
    Ok(answer::json(StatusCode::CREATED, with_warnings(added, warnings).to_string()))
}

/// `PUT /_flowmock/faults`: replaces all rules, or those of an organisation or a sandbox.
pub(super) async fn replace(
    State(app): State<Shared>, InPart(part): InPart, DocumentWithNulls(mut document): DocumentWithNulls,
) -> Result<Response, Refused> {
    faults::restore(&mut document, &app.faults.list(&Part::All), &app.redaction());
    let rules = faults::read(&document)?;
    let warnings = warnings(&rules);
    let rules = self::document(&app, &app.replace_faults(rules, part)?);
    Ok(answer::ok(&with_warnings(rules, warnings)))
}

/// `DELETE /_flowmock/faults`: removes all rules, or those of an organisation or a sandbox.
pub(super) async fn clear(State(app): State<Shared>, InPart(part): InPart) -> Result<StatusCode, Refused> {
    app.replace_faults(Vec::new(), part)?;
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
    app.remove_fault(id.as_str())?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rules; credentials in their conditions are redacted.
fn document(app: &App, faults: &[Fault]) -> Value {
    let redaction = app.redaction();
    json!({"faults": faults.iter().map(|fault| fault.document(&redaction)).collect::<Vec<_>>()})
}

/// The warnings about valid rules.
fn warnings(rules: &[NewRule]) -> Vec<Problem> {
    rules.iter().filter_map(NewRule::warning).collect()
}

/// The rules, with the warnings about them if there are any.
fn with_warnings(mut rules: Value, warnings: Vec<Problem>) -> Value {
    if !warnings.is_empty() {
        rules["warnings"] = json!(warnings);
    }
    rules
}
