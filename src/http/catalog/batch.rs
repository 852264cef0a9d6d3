//! `GET /batches/{id}`: an object with the batch under its id. Reference: "Error diagnostics".

use crate::app::Shared;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::batches::{Batch, entry};
use crate::services::runs::SandboxRuns;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

pub(super) async fn get(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    let runs = SandboxRuns::new(&sandbox, &app.config, app.env.now());
    let batch = Batch::find(id.as_str(), &runs, &sandbox)?;
    Ok(answer::ok(&json!({ (id.as_str()): entry(&batch, &sandbox.tenant) })))
}
