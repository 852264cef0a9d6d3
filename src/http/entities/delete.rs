//! `DELETE /<collection>/{id}`. Reference: "Operations on /connections"; `errors.csv`, FLOW-1416-400 to
//! FLOW-1418-400.

use crate::base::error::Error;
use crate::http::extract::{Id, Query};
use crate::services::entities::KindSpec;
use crate::services::world::Sandbox;
use axum::http::StatusCode;

pub(super) async fn delete(
    spec: &'static KindSpec, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<StatusCode, Error> {
    query.only(&[])?;
    spec.delete(&sandbox, &id)?;
    Ok(StatusCode::NO_CONTENT)
}
