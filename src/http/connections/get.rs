//! `GET /connections/{id}`: the stored bytes, as they are. Reference: "Operations on /connections".

use super::not_found;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::connections::KIND;
use crate::services::world::Sandbox;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn get(sandbox: Sandbox, id: Id, Query(query): Query) -> Result<Response, Error> {
    query.only(&[])?;
    let entity = id.uuid().and_then(|uuid| sandbox.store.get(KIND, uuid)).ok_or_else(|| not_found(&id))?;
    Ok(answer::json(StatusCode::OK, entity.answer.clone()))
}
