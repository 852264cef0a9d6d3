//! `GET /tenant/schemas/{id}`, by `$id` or `meta:altId`. Reference: "The other services, minimally".

use super::accept;
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::documents;
use crate::http::extract::{Id, Query};
use crate::services::schema_registry::{self, SCHEMAS};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

pub(super) async fn get(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query, headers: HeaderMap,
) -> Result<Response, Error> {
    query.only(&[])?;
    accept::check(&headers)?;
    let schema = schema_registry::find(&sandbox.neighbours.schemas, id.as_str());
    let schema = schema.ok_or_else(|| SCHEMAS.not_found(id.as_str()))?;
    documents::answer(&app, StatusCode::OK, schema.bytes(), schema.members()).await
}
