//! `GET /<collection>/{id}`: the stored bytes. Reference: "Operations on /connections".

use crate::base::error::Error;
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::entities::KindSpec;
use crate::services::world::Sandbox;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn get(
    spec: &'static KindSpec, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    let entity = id.find(&sandbox, spec.kind)?;
    Ok(answer::json(StatusCode::OK, entity.answer.clone()))
}
