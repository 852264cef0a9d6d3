//! `GET /connections`: the caller's connections, a page at a time. Reference: "Listing".

use super::question::Question;
use crate::app::Shared;
use crate::error::Error;
use crate::query::LIST_PARAMETERS;
use crate::tenant::Tenant;
use crate::web::extract::Query;
use axum::extract::State;
use axum::response::Response;

pub(super) async fn list(
    State(app): State<Shared>, tenant: Tenant, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&LIST_PARAMETERS)?;
    Question::read(&query, &app.store, &tenant)?.answer(&app.store, &tenant).await
}
