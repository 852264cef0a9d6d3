//! `GET /connections`: the caller's connections, a page at a time. Reference: "Listing".

use super::question::Question;
use crate::error::Error;
use crate::query::LIST_PARAMETERS;
use crate::web::extract::Query;
use crate::world::Sandbox;
use axum::response::Response;

pub(super) async fn list(sandbox: Sandbox, Query(query): Query) -> Result<Response, Error> {
    query.only(&LIST_PARAMETERS)?;
    Question::read(&query, &sandbox)?.answer(&sandbox).await
}
