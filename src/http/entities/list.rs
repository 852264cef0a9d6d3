//! `GET /<collection>`: the caller's entities of a kind, a page at a time. Reference: "Listing".

use crate::app::Shared;
use crate::base::error::Error;
use crate::http::extract::Query;
use crate::http::list::ListQuery;
use crate::services::entities::KindSpec;
use crate::services::world::Sandbox;
use crate::store::query::LIST_PARAMETERS;
use axum::extract::State;
use axum::response::Response;

pub(super) async fn list(
    spec: &'static KindSpec, State(app): State<Shared>, sandbox: Sandbox, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&LIST_PARAMETERS)?;
    ListQuery::of_entities(&query, &sandbox, spec)?.answer_entities(&sandbox, spec, &app).await
}
