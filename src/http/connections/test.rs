//! `GET /connections/{id}/test`: whether the source can be reached with the connection's credentials.
//!
//! Reference: "Operations on /connections". A connection whose stored params are not whole and valid, such as
//! a draft without them, answers `false`, and its source is not asked.

use super::access;
use crate::app::Shared;
use crate::base::error::{Code, Error};
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

pub(super) async fn test(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    let connection = access::stored(&sandbox, &id)?;
    let connection = match access::usable(&app, &sandbox, connection).await {
        Ok(connection) => connection,
        Err(error) if error.code() == Code::RequestTimeout => return Err(error),
        Err(_) => return Ok(answer::ok(&json!({"result": false}))),
    };
    let specs = app.specs.of(&sandbox.specs);
    let spec = connection.spec(&specs)?;
    let seeded = sandbox.seeded();
    let reached = app.sources.of(&seeded, &spec.name, spec.layout()).test(&connection.access()).await;
    Ok(answer::ok(&json!({"result": reached})))
}
