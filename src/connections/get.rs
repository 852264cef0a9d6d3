//! `GET /connections/{id}`: the stored bytes, as they are. Reference: "Operations on /connections".

use super::{KIND, not_found};
use crate::error::Error;
use crate::web::answer;
use crate::web::extract::{Id, Query};
use crate::world::Sandbox;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn get(sandbox: Sandbox, id: Id, Query(query): Query) -> Result<Response, Error> {
    query.only(&[])?;
    let entity = id.uuid().and_then(|uuid| sandbox.store.get(KIND, uuid)).ok_or_else(|| not_found(&id))?;
    Ok(answer::json(StatusCode::OK, entity.answer.clone()))
}
