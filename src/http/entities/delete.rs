//! `DELETE /<collection>/{id}`. Reference: "Operations on /connections"; `errors.csv`, FLOW-1416-400 to
//! FLOW-1418-400.

use crate::app::Shared;
use crate::base::error::Error;
use crate::http::extract::{Id, Query};
use crate::services::entities::KindSpec;
use crate::services::runs::sandbox_runs::kept_runs;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;

pub(super) async fn delete(
    spec: &'static KindSpec, State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<StatusCode, Error> {
    query.only(&[])?;
    let now = app.env.now();
    spec.delete(&sandbox, &id, |entity| kept_runs(entity, &app.config, now))?;
    Ok(StatusCode::NO_CONTENT)
}
