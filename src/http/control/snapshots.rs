//! `/_flowmock/snapshots`: saves, lists, restores and deletes [snapshots](crate::app::state::snapshots).

use super::body::no_body;
use super::large::measured_json;
use super::scope::{SCOPE, parameters, part};
use crate::app::Shared;
use crate::app::state::snapshots::SnapshotInfo;
use crate::base::document::refusal::Refused;
use crate::base::time;
use crate::http::answer;
use crate::http::blocking::blocking_change;
use crate::http::extract::{Id, Payload};
use crate::services::world::Part;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

/// `GET /_flowmock/snapshots`.
pub(super) async fn list(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    let snapshots: Vec<Value> = app.snapshots().iter().map(info).collect();
    Ok(answer::ok(&json!({"snapshots": snapshots})))
}

fn info(SnapshotInfo { name, taken_at, part }: &SnapshotInfo) -> Value {
    let mut info = json!({"name": name, "takenAt": time::rfc3339(*taken_at)});
    match part {
        Part::All => {}
        Part::Organisation(ims_org) => info["imsOrgId"] = json!(ims_org),
        Part::Sandbox(tenant) => {
            info["imsOrgId"] = json!(tenant.ims_org);
            info["sandbox"] = json!(tenant.sandbox);
        }
    }
    info
}

/// `GET /_flowmock/snapshots/{name}`: the saved part as a state document.
pub(super) async fn get(State(app): State<Shared>, name: Id, uri: Uri) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    let shared = Shared::clone(&app);
    measured_json(&app, move || shared.export_snapshot(name.as_str())).await
}

/// `PUT /_flowmock/snapshots/{name}`.
pub(super) async fn save(
    State(app): State<Shared>, name: Id, uri: Uri, body: Payload,
) -> Result<StatusCode, Refused> {
    let part = part(&parameters(uri.query(), &SCOPE)?)?;
    no_body(&body)?;
    blocking_change(move || app.save_snapshot(name.as_str(), part)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /_flowmock/snapshots/{name}/restore`.
pub(super) async fn restore(
    State(app): State<Shared>, name: Id, uri: Uri, body: Payload,
) -> Result<StatusCode, Refused> {
    parameters(uri.query(), &[])?;
    no_body(&body)?;
    blocking_change(move || app.restore_snapshot(name.as_str())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /_flowmock/snapshots/{name}`.
pub(super) async fn delete(State(app): State<Shared>, name: Id, uri: Uri) -> Result<StatusCode, Refused> {
    parameters(uri.query(), &[])?;
    blocking_change(move || app.delete_snapshot(name.as_str())).await?;
    Ok(StatusCode::NO_CONTENT)
}
