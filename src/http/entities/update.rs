//! `PATCH /<collection>/{id}`. Reference: "Updating"; `errors.csv`, FLOW-1403-400, FLOW-1404-412, FLOW-1416-400 to
//! FLOW-1421-400, FLOW-1445-400.

use super::write::write;
use crate::app::Shared;
use crate::base::error::Error;
use crate::base::headers::IF_MATCH;
use crate::base::json::Nulls;
use crate::base::tenant::Caller;
use crate::http::answer;
use crate::http::extract::{Id, Payload, Query};
use crate::services::entities::KindSpec;
use crate::services::entities::if_match::IfMatch;
use crate::services::entities::patch::PatchOperation;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

#[expect(clippy::too_many_arguments, reason = "each is an extractor")]
pub(super) async fn update(
    spec: &'static KindSpec, State(app): State<Shared>, sandbox: Sandbox, caller: Caller, id: Id,
    Query(query): Query, headers: HeaderMap, body: Payload,
) -> Result<Response, Error> {
    query.only(&[IF_MATCH])?;
    let if_match = IfMatch::read(&headers, &query)?;
    // `null`s are kept: the operation that sets one differs from an operation without a value.
    let operations = PatchOperation::read_all(body.json(Nulls::Kept)?, spec.kind, &spec.keys)?;
    let entity = spec.update(&write(&app, &sandbox, &caller), &id, &if_match, &operations)?;
    Ok(answer::written(StatusCode::OK, &entity))
}
