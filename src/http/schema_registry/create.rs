//! `POST /tenant/schemas`. Reference: "The other services, minimally".

use crate::app::Shared;
use crate::base::error::Error;
use crate::base::json::Nulls;
use crate::base::operation::Api;
use crate::base::tenant::Caller;
use crate::http::documents;
use crate::http::extract::{Payload, Query};
use crate::services::schema_registry::SCHEMAS;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

pub(super) async fn create(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&[])?;
    let body = body.json(Nulls::Dropped)?;
    let schema = documents::create(&app, &sandbox, &caller, &SCHEMAS, |all| &all.schemas, body)?;
    let response = documents::answer(&app, StatusCode::CREATED, schema.bytes(), schema.members()).await?;
    let (base, id) = (Api::SchemaRegistry.base_path(), utf8_percent_encode(schema.id(), NON_ALPHANUMERIC));
    Ok(documents::with_location(response, format!("{base}/tenant/schemas/{id}")))
}
