//! `GET /connections/{id}`: the stored bytes, as they are. Reference: "Operations on /connections".

use super::{KIND, not_found};
use crate::app::Shared;
use crate::error::Error;
use crate::tenant::Tenant;
use crate::web::answer;
use crate::web::extract::{Id, Query};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn get(
    State(app): State<Shared>, tenant: Tenant, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    let entity =
        id.uuid().and_then(|uuid| app.store.get(&tenant, KIND, uuid)).ok_or_else(|| not_found(&id))?;
    Ok(answer::json(StatusCode::OK, entity.answer.clone()))
}
