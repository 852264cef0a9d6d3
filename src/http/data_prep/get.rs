//! `GET /mappingSets/{id}`. Reference: "The other services, minimally".

use crate::app::Shared;
use crate::base::error::Error;
use crate::http::documents;
use crate::http::extract::{Id, Query};
use crate::services::data_prep::MAPPING_SETS;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn get(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    let set = sandbox.neighbours.mapping_sets.get(id.as_str());
    let set = set.ok_or_else(|| MAPPING_SETS.not_found(id.as_str()))?;
    documents::answer(&app, StatusCode::OK, set.bytes(), set.members()).await
}
