//! `GET /connections`: the caller's connections, a page at a time. Reference: "Listing".

use crate::base::error::Error;
use crate::http::extract::Query;
use crate::http::list::Question;
use crate::services::world::Sandbox;
use crate::store::query::LIST_PARAMETERS;
use axum::response::Response;

pub(super) async fn list(sandbox: Sandbox, Query(query): Query) -> Result<Response, Error> {
    query.only(&LIST_PARAMETERS)?;
    Question::read(&query, &sandbox)?.answer(&sandbox).await
}
